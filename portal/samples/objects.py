"""Real objects that are never saved: usual, long and nearly empty ones."""

from datetime import timedelta

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from core.models import AuditEvent, Chain, Job, Region
from enterprises.enums import Confidentiality, NeedStatus, Urgency
from enterprises.models import Enterprise, Need
from experts.enums import ExpertStatus
from experts.models import Expert, Institution

LONG = "年产三万吨特种合成橡胶硫化车间含硫恶臭烟气低温催化深度治理与余热回收一体化改造"


def region():
    return Region(pk=0, code="370828", name="金川县", full_name="金川县", level="county")


def expert(**values):
    given = {
        "code": "ZJ7K3M9D",
        "county": region(),
        "institution": Institution(name="齐鲁工业大学"),
        "name": "周明远",
        "title": "教授",
        "department": "化学与化工学院",
        "is_hometown": True,
        "is_advisor": True,
        "honours": ["泰山学者", "国务院特殊津贴专家"],
        "research_fields": ["催化材料", "工业废气治理", "VOCs 氧化"],
        "city": "济南",
        "capacity": 3,
        "load": 1,
        "status": ExpertStatus.ACTIVE,
    }
    return Expert(**{**given, **values})


def experts():
    return [
        expert(),
        expert(
            code="ZJ2F8Q4T",
            name="李文静",
            title="研究员",
            institution=Institution(name="中国科学院过程工程研究所"),
            department="",
            honours=[],
            is_advisor=False,
            is_deputy=True,
            city="北京",
            load=3,
            research_fields=["膜分离", "高盐废水"],
        ),
        expert(
            code="ZJ5R1W6P",
            name="欧阳·阿卜杜热依木",
            title="正高级工程师",
            institution=Institution(name="山东省冶金科学研究院有限公司先进金属材料与绿色制造联合研究中心"),
            department="低碳冶炼与再生有色金属综合利用研究室",
            honours=["省突出贡献中青年专家"],
            city="青岛",
            paused_from=localdate() - timedelta(3),
            paused_until=localdate() + timedelta(20),
            research_fields=["再生铝", "稀贵金属回收", "冶金固废", "热工模拟", "智能配料"],
        ),
        expert(
            code="ZJ9X4B2N",
            name="孙立",
            title="",
            institution=None,
            department="",
            honours=[],
            is_hometown=True,
            is_advisor=False,
            research_fields=[],
            city="",
            load=0,
        ),
    ]


def enterprise(**values):
    given = {
        "code": "QY4T8N2C",
        "name": "金川县启明橡塑有限公司",
        "main_products": "特种合成橡胶、密封件",
        "size": "above",
        "verification": "verified",
    }
    return Enterprise(**{**given, **values})


def need(**values):
    given = {
        "code": "XQ7K3M9D",
        "county": region(),
        "enterprise": enterprise(),
        "chain": Chain(name="高端化工"),
        "status": NeedStatus.PUBLISHED,
        "title": "合成橡胶硫化烟气异味治理",
        "urgency": Urgency.HIGH,
        "seats": 2,
        "budget_min": 500000,
        "budget_max": 1200000,
        "deadline": localdate() + timedelta(12),
        "confidentiality": Confidentiality.SUMMARY,
    }
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
            at=now() - timedelta(hours=hours),
            verb=verb,
            old=old,
            new=new,
            actor_label=actor,
            object_type="enterprises.need",
            channel=values.pop("channel", "page"),
            **values,
        )

    return [
        event(2, "offer", "", "", "赵宁", reason="推送给 周明远、李文静 2 位专家"),
        event(5, "publish", NeedStatus.SUBMITTED, NeedStatus.PUBLISHED, "赵宁"),
        event(29, "rewrite", "", "", "王博（技术翻译官）"),
        event(30, "submit", NeedStatus.RETURNED, NeedStatus.SUBMITTED, "赵宁", on_behalf_of="QY4T8N2C"),
        event(
            52,
            "return",
            NeedStatus.SUBMITTED,
            NeedStatus.RETURNED,
            "赵宁",
            reason="请补充烟气流量和硫化氢浓度；没有检测报告的，可由专员联系检测机构上门采样。",
        ),
        event(80, "create", "", NeedStatus.DRAFT, "孙经理", channel="link"),
    ]
