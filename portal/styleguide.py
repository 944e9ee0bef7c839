"""The style guide: every component with its states, on real objects that are never saved."""

from datetime import timedelta
from functools import cached_property
from types import SimpleNamespace

import django_filters
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import Role
from core.choices import Cooperation
from core.enums import JobStatus
from core.listing import Column, choose_columns
from core.models import AuditEvent, Chain, Job, Region
from engagements.enums import DeclineReason, OrderStatus
from engagements.models import Order
from enterprises.enums import Confidentiality, NeedStatus, Urgency
from enterprises.models import Enterprise, Need
from experts.enums import ExpertStatus
from experts.models import Expert, Institution
from matching.enums import Band, RunStatus
from reports.enums import ExportStatus

SECTIONS = {
    "tokens": gettext_lazy("色彩与文字"),
    "controls": gettext_lazy("按钮与标签"),
    "content": gettext_lazy("内容"),
    "lists": gettext_lazy("列表"),
    "forms": gettext_lazy("表单"),
    "matching": gettext_lazy("人、需求与匹配"),
    "states": gettext_lazy("状态"),
    "ledger": gettext_lazy("台账"),
}
LONG = "年产三万吨特种合成橡胶硫化车间含硫恶臭烟气低温催化深度治理与余热回收一体化改造"


def may_see(request):
    return settings.EMBEDDED or (request.user.is_authenticated and request.user.has_role(Role.ADMIN))


@require_safe
def styleguide(request, section="tokens"):
    if section not in SECTIONS or not may_see(request):
        raise Http404
    return render(
        request,
        f"styleguide/{section}.html",
        {"section": section, **frame(request, section), **SAMPLES[section](request)},
    )


@require_safe
def styleguide_progress(request):
    """A job that is a little further at every question."""
    if not may_see(request):
        raise Http404
    step = min(6, int(request.GET.get("step", "0") or 0) + 1) if request.GET.get("step", "0").isdigit() else 6
    sample = job(JobStatus.DONE if step == 6 else JobStatus.RUNNING, step * 500, 2731)
    return render(request, "styleguide/_progress.html", {"job": sample, "step_text": str(step)})


@require_POST
def styleguide_reveal(request):
    if not may_see(request):
        raise Http404
    return render(request, "styleguide/_reveal.html")


def frame(request, section):
    """The themes by query, and a navigation that shows every part of the frame."""
    entries = [
        {"key": "", "label": _("今日待办"), "url": "/", "icon": "list-check", "count": 7},
        {"key": "styleguide", "label": _("需求"), "url": "/styleguide/", "icon": "file-earmark-text", "count": 12},
        {"key": "", "label": _("专家"), "url": "/styleguide/lists/", "icon": "people"},
        {"key": "", "label": _("企业"), "url": "/styleguide/content/", "icon": "buildings"},
        {"key": "", "label": _("匹配"), "url": "/styleguide/matching/", "icon": "signpost-split"},
        {"key": "", "label": _("订单与对接"), "url": "/styleguide/states/", "icon": "clipboard-check", "count": 3},
        {"key": "", "label": _("报表"), "url": "/styleguide/ledger/", "icon": "file-earmark-spreadsheet"},
        {"key": "", "label": _("导入"), "url": "/styleguide/forms/", "icon": "cloud-upload"},
    ]
    return {
        "sections": [
            {"label": label, "url": f"/styleguide/{key}/", "active": key == section} for key, label in SECTIONS.items()
        ],
        "frame": {
            "nav": entries,
            "tabs": entries[:4],
            "county": "金川县",
            "counties": [
                {"label": "金川县", "url": "?", "active": True},
                {"label": "临河区", "url": "?", "active": False},
            ],
            "search_url": "/search/",
            "inbox_url": "/styleguide/states/",
            "inbox_count": 4,
            "help_url": "/styleguide/",
            "person_links": [{"label": _("账号与安全"), "url": "/styleguide/", "icon": "person-gear"}],
            "acting_for": {"label": "金川县启明橡塑有限公司", "url": "/styleguide/"}
            if "acting" in request.GET
            else None,
            "large": "large" in request.GET,
            "contrast": "contrast" in request.GET,
            "theme_url": "/styleguide/",
        },
    }


# --- objects
def region():
    return Region(pk=0, code="370828", name="金川县", full_name="金川县", level="county")


def expert(**values):
    given = {
        "code": "ZJ7K3M9D", "county": region(), "institution": Institution(name="齐鲁工业大学"), "name": "周明远",
        "title": "教授", "department": "化学与化工学院", "is_hometown": True, "is_advisor": True,
        "honours": ["泰山学者", "国务院特殊津贴专家"], "research_fields": ["催化材料", "工业废气治理", "VOCs 氧化"],
        "city": "济南", "capacity": 3, "load": 1, "status": ExpertStatus.ACTIVE,
    }  # fmt: skip
    return Expert(**{**given, **values})


def experts():
    return [
        expert(),
        expert(code="ZJ2F8Q4T", name="李文静", title="研究员", institution=Institution(name="中国科学院过程工程研究所"),
               department="", honours=[], is_advisor=False, is_deputy=True, city="北京", load=3,
               research_fields=["膜分离", "高盐废水"]),
        expert(code="ZJ5R1W6P", name="欧阳·阿卜杜热依木", title="正高级工程师",
               institution=Institution(name="山东省冶金科学研究院有限公司先进金属材料与绿色制造联合研究中心"),
               department="低碳冶炼与再生有色金属综合利用研究室", honours=["省突出贡献中青年专家"], city="青岛",
               paused_from=localdate() - timedelta(3), paused_until=localdate() + timedelta(20),
               research_fields=["再生铝", "稀贵金属回收", "冶金固废", "热工模拟", "智能配料"]),
        expert(code="ZJ9X4B2N", name="孙立", title="", institution=None, department="", honours=[], is_hometown=True,
               is_advisor=False, research_fields=[], city="", load=0),
    ]  # fmt: skip


def enterprise(**values):
    given = {
        "code": "QY4T8N2C", "name": "金川县启明橡塑有限公司", "main_products": "特种合成橡胶、密封件",
        "size": "above", "verification": "verified",
    }  # fmt: skip
    return Enterprise(**{**given, **values})


def need(**values):
    given = {
        "code": "XQ7K3M9D", "county": region(), "enterprise": enterprise(), "chain": Chain(name="高端化工"),
        "status": NeedStatus.PUBLISHED, "title": "合成橡胶硫化烟气异味治理", "urgency": Urgency.HIGH, "seats": 2,
        "budget_min": 500000, "budget_max": 1200000, "deadline": localdate() + timedelta(12),
        "confidentiality": Confidentiality.SUMMARY,
    }  # fmt: skip
    return Need(**{**given, **values})


def job(status, done=0, total=0, **values):
    return Job(
        code="RW8D2K5M",
        kind="import",
        title=_("导入专家库"),
        status=status,
        done_count=done,
        total_count=total,
        **values,
    )


def events():
    def event(hours, verb, old, new, actor, **values):
        return AuditEvent(
            at=now() - timedelta(hours=hours), verb=verb, old=old, new=new, actor_label=actor,
            object_type="enterprises.need", channel=values.pop("channel", "page"), **values,
        )  # fmt: skip

    return [
        event(2, "offer", "", "", "赵宁", reason="推送给 周明远、李文静 2 位专家"),
        event(5, "publish", NeedStatus.SUBMITTED, NeedStatus.PUBLISHED, "赵宁"),
        event(29, "rewrite", "", "", "王博（技术翻译官）"),
        event(30, "submit", NeedStatus.RETURNED, NeedStatus.SUBMITTED, "赵宁", on_behalf_of="QY4T8N2C"),
        event(52, "return", NeedStatus.SUBMITTED, NeedStatus.RETURNED, "赵宁",
              reason="请补充烟气流量和硫化氢浓度；没有检测报告的，可由专员联系检测机构上门采样。"),
        event(80, "create", "", NeedStatus.DRAFT, "孙经理", channel="link"),
    ]  # fmt: skip


# --- forms of the samples
class SampleForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("需求名称"), max_length=40, help_text=gettext_lazy("不超过 40 字，一句话说清要解决什么。")
    )
    types = forms.MultipleChoiceField(
        label=gettext_lazy("需求类型"), widget=forms.CheckboxSelectMultiple, required=False,
        choices=[("technical", gettext_lazy("技术攻关")), ("transfer", gettext_lazy("成果转化")), ("testing", gettext_lazy("检验检测")), ("training", gettext_lazy("人才培养"))],
    )  # fmt: skip
    situation = forms.CharField(label=gettext_lazy("现状与问题"), widget=forms.Textarea, max_length=800)
    budget = forms.DecimalField(label=gettext_lazy("拟投入"), required=False)
    deadline = forms.DateField(label=gettext_lazy("期望完成时间"), required=False)
    chain = forms.ChoiceField(
        label=gettext_lazy("产业链"),
        required=False,
        choices=[("", gettext_lazy("请选择")), ("1", "高端化工"), ("2", "新材料")],
    )
    confidentiality = forms.ChoiceField(
        label=gettext_lazy("保密级别"), widget=forms.RadioSelect, choices=Confidentiality.choices,
        help_text=gettext_lazy("摘要公开：专家接单前只看到摘要，看不到企业名称。"),
    )  # fmt: skip
    report = forms.FileField(
        label=gettext_lazy("检测报告"), required=False, help_text=gettext_lazy("PDF、图片或 Excel，不超过 10 MB。")
    )
    onsite = forms.BooleanField(label=gettext_lazy("专家可到现场查看"), required=False)


class TargetForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("指标"))
    current = forms.CharField(label=gettext_lazy("现值"), required=False)
    target = forms.CharField(label=gettext_lazy("目标值"), required=False)
    unit = forms.CharField(label=gettext_lazy("单位"), required=False)


TargetSet = forms.formset_factory(TargetForm, extra=0, can_delete=True)


class SampleFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(
        label=gettext_lazy("搜索"), field_name="name", help_text=gettext_lazy("姓名、拼音、单位、专业领域")
    )
    status = django_filters.ChoiceFilter(
        label=gettext_lazy("状态"), choices=ExpertStatus.choices, empty_label=gettext_lazy("全部")
    )
    chain = django_filters.ChoiceFilter(
        label=gettext_lazy("产业链"),
        field_name="city",
        choices=[("1", "高端化工"), ("2", "新材料")],
        empty_label=gettext_lazy("全部"),
    )
    is_hometown = django_filters.BooleanFilter(label=gettext_lazy("老乡专家"))
    cooperation = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("可服务方式"),
        field_name="city",
        choices=Cooperation.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    updated = django_filters.DateFromToRangeFilter(label=gettext_lazy("资料更新时间"), field_name="profile_updated_at")

    class Meta:
        model = Expert
        fields = ()


# --- what each section shows
def sample_tokens(request):
    return {
        "scales": [
            (_("品牌蓝"), [f"--brand-{step}" for step in (900, 800, 700, 600, 500, 300, 200, 100, 50)]),
            (_("灰"), [f"--grey-{step}" for step in (900, 800, 700, 600, 500, 400, 300, 200, 150, 100, 50)]),
        ],
        "sizes": ["24", "20", "16", "14", "12"],
    }


def sample_controls(request):
    return {
        "needs": [(status.value, status.label) for status in NeedStatus],
        "orders": [(status.value, status.label) for status in OrderStatus],
        "works": [(s.value, s.label) for s in (*JobStatus, *RunStatus, *ExportStatus)],
        "bands": [band.value for band in Band],
        "sizes": ["20", "16", "14"],
    }


def sample_content(request):
    today = localdate()
    return {
        "expert": expert(), "events": events(), "today": today, "moment": now() - timedelta(days=3), "yuan": 12345678,
        "due_items": [
            {"title": _("审核需求：合成橡胶硫化烟气异味治理"), "url": "#a", "meta": "金川县启明橡塑有限公司 · 赵宁 2 小时前提交", "icon": "file-earmark-text",
             "due": today, "tone": "warning", "action": {"label": _("去审核"), "url": "#a"}},
            {"title": _("企业逾期未确认：再生铝熔炼烧损率偏高"), "url": "#b", "meta": "李文静 已接单", "icon": "clipboard-check",
             "due": today - timedelta(4), "tone": "danger", "action": {"label": _("提醒企业"), "url": "#", "post": True, "confirm": _("向企业发送一次确认提醒？")}},
            {"title": _("专家婉拒，可改推同事：") + LONG, "url": "#c", "meta": "婉拒原因：已满额；推荐同事 1 位", "icon": "people",
             "due": today + timedelta(9), "action": {"label": _("查看候选"), "url": "#c"}},
        ],
        "verticals": [("#", _("基本情况"), True), ("#", _("成果"), False)],
        "tab_items": [{"label": _("基本情况"), "url": "#1", "active": True}, {"label": _("成果"), "url": "#2", "count": 5}, {"label": _("对接记录"), "url": "#3", "count": 12}],
    }  # fmt: skip


def sample_lists(request):
    class Pages(Paginator):
        """As if there were 2,731 rows."""

        count = cached_property(lambda self: 2731)

    rows = experts()
    page = Pages(rows * 60, 20).get_page(request.GET.get("page"))
    page.object_list = rows
    return {
        "filter": SampleFilter(request.GET or {"search": "", "status": "active", "is_hometown": "true"}, queryset=Expert.objects.none()),
        "page_obj": page,
        "view_items": [
            {"label": _("全部"), "url": "?", "active": not request.GET, "count": 2731},
            {"label": _("老乡专家"), "url": "?is_hometown=true", "active": "is_hometown" in request.GET, "count": 1204, "delete_url": "/styleguide/"},
            {"label": _("一年未联系"), "url": "?status=active", "count": 386},
            {"label": _("高端化工产业链专家组成员"), "url": "?chain=1", "count": 27},
        ],
        "columns": choose_columns(request, [
            Column("name", _("姓名"), locked=True), Column("institution", _("单位")), Column("fields", _("专业领域")),
            Column("load", _("在办")), Column("updated", _("资料更新")), Column("city", _("常驻城市"), shown=False),
        ]),
        "updated": now() - timedelta(days=40),
    }  # fmt: skip


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
        "form": SampleForm(initial={"types": ["technical"], "confidentiality": "summary", "title": "合成橡胶硫化烟气异味治理"}),
        "wrong": wrong,
        "targets": TargetSet(initial=[{"name": "非甲烷总烃", "current": "120", "target": "40", "unit": "mg/m³"}, {"name": "臭气浓度", "current": "3000", "target": "800", "unit": "无量纲"}], prefix="targets"),
        "decline": forms.Form(),
        "reasons": DeclineReason.choices[:5],
        "missing": [{"label": _("检测报告"), "url": "#id_report"}, {"label": _("期望完成时间"), "url": "#id_deadline"}],
    }  # fmt: skip


def sample_matching(request):
    people = experts()
    return {
        "people": people, "first": people[0], "need": need(), "enterprise": enterprise(),
        "need_long": need(code="XQ2W9B4R", title=LONG, status=NeedStatus.IN_PROGRESS, urgency=Urgency.URGENT, enterprise=enterprise(name="金川县鲁西南再生资源综合利用与高端装备制造产业园运营管理有限责任公司")),
        "need_bare": need(code="XQ3A1C5E", title="高盐废水", status=NeedStatus.UNMET, chain=None, urgency=Urgency.NORMAL, seats=1, budget_min=None, budget_max=None, deadline=None),
        "firm_bare": enterprise(name="金川县李楼镇兴农蒜制品厂", main_products="", verification="pending", size=""),
        "left": "硫化车间烟气含硫化氢和多种挥发性有机物，现用活性炭吸附，三个月即饱和，异味投诉多。希望改用低温催化氧化，运行费用不高于现在。",
        "right": "主持“工业 VOCs 低温催化氧化成套技术”，在三家橡胶企业应用，硫化氢去除率 97%，催化剂寿命两年。",
        "terms": [{"term": "低温催化氧化", "n": 1}, {"term": "硫化氢", "n": 2}, {"term": "橡胶", "n": 3}],
        "spans": [(4, 12, 2), (31, 36, 1)],
        "parts": [
            {"label": _("文本相似"), "value": 1.42}, {"label": _("词语共现"), "value": 0.86}, {"label": _("产业链"), "value": 0.2},
            {"label": _("籍贯本县"), "value": 0.15}, {"label": _("在办较多"), "value": -0.12}, {"label": _("资料较旧"), "value": -0.05},
        ],
        "parts_plain": [{"label": _("文本相似"), "value": 0.31}, {"label": _("词语共现"), "value": 0.12}],
    }  # fmt: skip


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
        SimpleNamespace(number=1, firm="金川县启明橡塑有限公司", title="合成橡胶硫化烟气异味治理", chain="高端化工", budget=1200000, status="已发布"),
        SimpleNamespace(number=2, firm="山东瑞合再生铝业有限公司", title="再生铝熔炼烧损率偏高", chain="新材料", budget=800000, status="对接中"),
        SimpleNamespace(number=3, firm="金川县李楼镇兴农蒜制品厂", title=LONG, chain="农产品精深加工", budget=None, status="已解决"),
    ]  # fmt: skip
    return {
        "rows": rows,
        "total": 2000000,
        "today": localdate(),
        "order": Order(code="DD5T7K2M", status=OrderStatus.OFFERED),
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
