"""What each section of the style guide shows: usual, long, empty and broken."""

from datetime import timedelta
from functools import cached_property
from types import SimpleNamespace

from django.core.paginator import Paginator
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from core.enums import JobStatus
from core.listing import Column, choose_columns
from engagements.enums import DeclineReason, OrderStatus
from enterprises.enums import NeedStatus, Urgency
from experts.models import Expert
from matching.enums import Band, RunStatus
from portal.samples.forms import SampleFilter, SampleForm, TargetSet
from portal.samples.objects import LONG, enterprise, events, expert, experts, job, need
from reports.enums import ExportStatus


def sample_tokens(request):
    return {
        "scales": [
            (_("品牌蓝"), [f"--brand-{step}" for step in (900, 800, 700, 600, 500, 300, 200, 100, 50)]),
            (_("灰"), [f"--grey-{step}" for step in (900, 800, 700, 600, 500, 400, 300, 200, 150, 100, 50)]),
        ],
    }


def sample_controls(request):
    return {
        "needs": [(status.value, status.label) for status in NeedStatus],
        "orders": [(status.value, status.label) for status in OrderStatus],
        "works": [(s.value, s.label) for s in (*JobStatus, *RunStatus, *ExportStatus)],
        "bands": [band.value for band in Band],
    }


def sample_content(request):
    today = localdate()
    return {
        "expert": expert(),
        "events": events(),
        "today": today,
        "moment": now() - timedelta(days=3),
        "yuan": 12345678,
        "due_items": [
            {
                "title": _("审核需求：合成橡胶硫化烟气异味治理"),
                "url": "#a",
                "meta": "金川县启明橡塑有限公司 · 赵宁 2 小时前提交",
                "icon": "file-earmark-text",
                "due": today,
                "tone": "warning",
                "action": {"label": _("去审核"), "url": "#a"},
            },
            {
                "title": _("企业逾期未确认：再生铝熔炼烧损率偏高"),
                "url": "#b",
                "meta": "李文静 已接单",
                "icon": "clipboard-check",
                "due": today - timedelta(4),
                "tone": "danger",
                "action": {"label": _("提醒企业"), "url": "#", "post": True, "confirm": _("向企业发送一次确认提醒？")},
            },
            {
                "title": _("专家婉拒，可改推同事：") + LONG,
                "url": "#c",
                "meta": "婉拒原因：已满额；推荐同事 1 位",
                "icon": "people",
                "due": today + timedelta(9),
                "action": {"label": _("查看候选"), "url": "#c"},
            },
        ],
        "tab_items": [
            {"label": _("基本情况"), "url": "#1", "active": True},
            {"label": _("成果"), "url": "#2", "count": 5},
            {"label": _("对接记录"), "url": "#3", "count": 12},
        ],
    }


def sample_lists(request):
    class Pages(Paginator):
        """As if there were 2,731 rows."""

        count = cached_property(lambda self: 2731)

    rows = experts()
    page = Pages(rows * 60, 20).get_page(request.GET.get("page"))
    page.object_list = rows
    return {
        "filter": SampleFilter(
            request.GET or {"search": "", "status": "active", "is_hometown": "true"}, queryset=Expert.objects.none()
        ),
        "page_obj": page,
        "view_items": [
            {"label": _("全部"), "url": "?", "active": not request.GET, "count": 2731},
            {
                "label": _("老乡专家"),
                "url": "?is_hometown=true",
                "active": "is_hometown" in request.GET,
                "count": 1204,
                "delete_url": "/styleguide/",
            },
            {"label": _("一年未联系"), "url": "?status=active", "count": 386},
            {"label": _("高端化工产业链专家组成员"), "url": "?chain=1", "count": 27},
        ],
        "columns": choose_columns(
            request,
            [
                Column("name", _("姓名"), locked=True),
                Column("institution", _("单位")),
                Column("fields", _("专业领域")),
                Column("load", _("在办")),
                Column("updated", _("资料更新")),
                Column("city", _("常驻城市"), shown=False),
            ],
        ),
        "updated": now() - timedelta(days=40),
    }


def sample_forms(request):
    data = {
        "title": "",
        "situation": "现场气味大。",
        "budget": "五十万",
        "confidentiality": "summary",
        "types": ["technical"],
    }
    broken = SampleForm(data, prefix="broken")
    broken.is_valid()
    wrong = SampleForm({f"broken-{key}": value for key, value in data.items()}, prefix="broken")
    wrong.is_valid()
    return {
        "form": SampleForm(
            initial={"types": ["technical"], "confidentiality": "summary", "title": "合成橡胶硫化烟气异味治理"}
        ),
        "wrong": wrong,
        "targets": TargetSet(
            initial=[
                {"name": "非甲烷总烃", "current": "120", "target": "40", "unit": "mg/m³"},
                {"name": "臭气浓度", "current": "3000", "target": "800", "unit": "无量纲"},
            ],
            prefix="targets",
        ),
        "reasons": DeclineReason.choices[:5],
        "missing": [{"label": _("检测报告"), "url": "#id_report"}, {"label": _("期望完成时间"), "url": "#id_deadline"}],
    }


def sample_matching(request):
    people = experts()
    return {
        "people": people,
        "first": people[0],
        "need": need(),
        "enterprise": enterprise(),
        "need_long": need(
            code="XQ2W9B4R",
            title=LONG,
            status=NeedStatus.IN_PROGRESS,
            urgency=Urgency.URGENT,
            enterprise=enterprise(name="金川县鲁西南再生资源综合利用与高端装备制造产业园运营管理有限责任公司"),
        ),
        "need_bare": need(
            code="XQ3A1C5E",
            title="高盐废水",
            status=NeedStatus.UNMET,
            chain=None,
            urgency=Urgency.NORMAL,
            seats=1,
            budget_min=None,
            budget_max=None,
            deadline=None,
        ),
        "firm_bare": enterprise(name="金川县李楼镇兴农蒜制品厂", main_products="", verification="pending", size=""),
        "left": "硫化车间烟气含硫化氢和多种挥发性有机物，现用活性炭吸附，三个月即饱和，异味投诉多。"
        "希望改用低温催化氧化，运行费用不高于现在。",
        "right": "主持“工业 VOCs 低温催化氧化成套技术”，在三家橡胶企业应用，硫化氢去除率 97%，催化剂寿命两年。",
        "terms": [{"term": "低温催化氧化", "n": 1}, {"term": "硫化氢", "n": 2}, {"term": "橡胶", "n": 3}],
        "spans": [(4, 12, 2), (31, 36, 1)],
        "parts": [
            {"label": _("文本相似"), "value": 1.42},
            {"label": _("词语共现"), "value": 0.86},
            {"label": _("产业链"), "value": 0.2},
            {"label": _("籍贯本县"), "value": 0.15},
            {"label": _("在办较多"), "value": -0.12},
            {"label": _("资料较旧"), "value": -0.05},
        ],
        "parts_plain": [{"label": _("文本相似"), "value": 0.31}, {"label": _("词语共现"), "value": 0.12}],
    }


def sample_states(request):
    return {
        "running": job(JobStatus.RUNNING, 1240, 2731, message=_("正在核对重复人员")),
        "waiting": job(JobStatus.QUEUED),
        "done": job(JobStatus.DONE, 2731, 2731, message=_("2,693 行已导入，38 行需修改。")),
        "failed": job(
            JobStatus.FAILED, 800, 2731, error=_("文件第 3 张工作表已加密，无法读取。请去掉密码后重新上传。")
        ),
        "live": job(JobStatus.RUNNING, 0, 2731),
        "steps": [_("选择文件"), _("核对列与预览"), _("导入结果")],
    }


def sample_ledger(request):
    rows = [
        SimpleNamespace(
            number=1,
            firm="金川县启明橡塑有限公司",
            title="合成橡胶硫化烟气异味治理",
            chain="高端化工",
            budget=1200000,
            status="已发布",
        ),
        SimpleNamespace(
            number=2,
            firm="山东瑞合再生铝业有限公司",
            title="再生铝熔炼烧损率偏高",
            chain="新材料",
            budget=800000,
            status="对接中",
        ),
        SimpleNamespace(
            number=3, firm="金川县李楼镇兴农蒜制品厂", title=LONG, chain="农产品精深加工", budget=None, status="已解决"
        ),
    ]
    return {
        "rows": rows,
        "total": 2000000,
        "today": localdate(),
    }


SAMPLES = {
    "tokens": sample_tokens,
    "controls": sample_controls,
    "content": sample_content,
    "lists": sample_lists,
    "forms": sample_forms,
    "matching": sample_matching,
    "states": sample_states,
    "ledger": sample_ledger,
}
