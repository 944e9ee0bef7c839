"""专家库 as the office files it: the columns that exist so far, contacts masked unless the exporter may see them."""

from collections.abc import Iterator
from itertools import islice
from types import SimpleNamespace
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from core.choices import Cooperation
from core.codes import mask_email, mask_phone
from core.documents.xlsx import LedgerColumn
from experts import selectors
from experts.enums import AchievementKind
from experts.filters import ExpertFilter
from experts.models import Expert, GroupMembership, HometownTie, Posting

TITLE = _("专家库")
CHUNK = 500
COLUMNS = (
    LedgerColumn("number", _("序号"), kind="index"),
    LedgerColumn("code", _("编号"), 12, "code"),
    LedgerColumn("name", _("姓名"), 10),
    LedgerColumn("gender", _("性别"), 6),
    LedgerColumn("born_on", _("出生年月"), 10, "code"),
    LedgerColumn("native", _("籍贯（县/镇）"), 20),
    LedgerColumn("tie", _("与本地关系"), 12),
    LedgerColumn("institution", _("现工作单位"), 22),
    LedgerColumn("department", _("院系或部门"), 16),
    LedgerColumn("position", _("职务"), 14),
    LedgerColumn("title", _("职称"), 10),
    LedgerColumn("degree", _("学历学位"), 10),
    LedgerColumn("research_fields", _("专业领域"), 30, "long"),
    LedgerColumn("chains", _("产业链"), 14),
    LedgerColumn("groups", _("专家组"), 18),
    LedgerColumn("identity", _("身份"), 12),
    LedgerColumn("team", _("批次"), 10),
    LedgerColumn("term", _("任期起止"), 22),
    LedgerColumn("sending_unit", _("派出单位"), 18),
    LedgerColumn("post", _("挂职职务"), 18),
    LedgerColumn("honours", _("人才称号"), 20),
    LedgerColumn("achievements", _("代表成果"), 40, "long"),
    LedgerColumn("patents", _("专利数"), kind="int", sum=True),
    LedgerColumn("cooperation", _("可服务方式"), 18),
    LedgerColumn("availability", _("可服务时间"), 16),
    LedgerColumn("capacity", _("容量"), kind="int", sum=True),
    LedgerColumn("load", _("在办"), kind="int", sum=True),
    LedgerColumn("city", _("常驻城市"), 10),
    LedgerColumn("phone", _("联系电话"), 14, "code"),
    LedgerColumn("email", _("邮箱"), 20),
    LedgerColumn("consent", _("授权情况"), 9),
    LedgerColumn("appointment_number", _("聘书编号"), 20),
    LedgerColumn("appointment_term", _("聘期"), 22),
    LedgerColumn("last_contacted_on", _("最近联系"), kind="date"),
    LedgerColumn("status", _("状态"), 8),
    LedgerColumn("remarks", _("备注"), 20, "long"),
)


def rows(queryset: QuerySet[Expert], *, user, reveal_contacts: bool = False) -> Iterator[dict[str, Any]]:
    """One mapping per expert of ``queryset`` (which starts from ``visible_to(user)``), in its order. Columns of the
    office are empty for rows of other offices; contacts are whole only when asked for and where ``user`` is staff."""
    readable = user.county_ids()
    staffed = user.county_ids(Role.STAFF, Role.ADMIN) if reveal_contacts else frozenset()
    related = queryset.select_related("county", "institution").prefetch_related(
        "chains",
        "achievements",
        "appointments",
        Prefetch("ties", HometownTie.objects.select_related("region"), to_attr="listed_ties"),
        Prefetch("postings", Posting.objects.select_related("team")),
        Prefetch(
            "group_memberships", GroupMembership.objects.current().select_related("group"), to_attr="current_groups"
        ),
    )
    source = related.iterator(chunk_size=CHUNK)
    while chunk := list(islice(source, CHUNK)):
        for expert in chunk:
            yield _row(expert, office=expert.county_id in readable, contacts=expert.county_id in staffed)


class ExpertsLedger:
    """What ``reports`` asks of this register: the list's rows in the list's order."""

    @staticmethod
    def columns() -> tuple[LedgerColumn, ...]:
        return COLUMNS

    @staticmethod
    def queryset(user, params, county=None) -> QuerySet[Expert]:
        visible = Expert.objects.visible_to(user)
        if county is not None:
            visible = visible.filter(county=county)
        found = ExpertFilter(params, visible, request=SimpleNamespace(user=user)).qs
        return selectors.register_ordered(found, user, params.get("ordering", ""))

    @staticmethod
    def rows(queryset: QuerySet[Expert], user) -> Iterator[dict[str, Any]]:
        return rows(queryset, user=user)


def _row(expert: Expert, *, office: bool, contacts: bool) -> dict[str, Any]:
    achievements = list(expert.achievements.all())
    posting = next(iter(expert.postings.all()), None)
    appointment = next(iter(expert.appointments.all()), None)
    row = {
        "code": expert.code,
        "name": expert.name,
        "institution": expert.institution.name if expert.institution else "",
        "department": expert.department,
        "position": expert.position,
        "title": expert.title,
        "degree": expert.degree,
        "research_fields": expert.research_fields,
        "chains": [chain.name for chain in expert.chains.all()],
        "groups": [membership.group.name for membership in expert.current_groups],
        "identity": identity_words(expert),
        "honours": expert.honours,
        "achievements": "；".join(row.title for row in achievements if row.is_featured),
        "patents": sum(row.kind == AchievementKind.PATENT for row in achievements),
        "cooperation": [Cooperation(value).label for value in expert.cooperation],
        "city": expert.city,
        "status": expert.get_status_display(),
    }
    if posting:
        row |= {
            "team": posting.team.name if posting.team else "",
            "term": _span(posting.started_on, posting.ended_on),
            "sending_unit": posting.sending_unit,
            "post": posting.post,
        }
    if office and appointment:
        row |= {
            "appointment_number": appointment.number,
            "appointment_term": _span(appointment.started_on, appointment.ended_on),
        }
    if office:
        row |= {
            "native": selectors.native_place(expert),
            "tie": list(dict.fromkeys(tie.get_kind_display() for tie in expert.listed_ties)),
            "availability": expert.availability,
            "capacity": expert.capacity,
            "load": expert.load,
            "gender": expert.get_gender_display(),
            "born_on": expert.born_on,
            "phone": expert.phone if contacts else mask_phone(expert.phone),
            "email": expert.email if contacts else mask_email(expert.email),
            "consent": expert.get_consent_display(),
            "last_contacted_on": expert.last_contacted_on,
            "remarks": expert.remarks,
        }
    return row


def identity_words(expert: Expert) -> list[str]:
    """身份: a deputy whose terms have all ended is a former one."""
    words = []
    for identity in expert.identities:
        former = identity == "deputy" and expert.postings.all() and not any(p.is_current for p in expert.postings.all())
        words.append(str(_("历任团员") if former else identity.label))
    return words


def _span(begin, end) -> str:
    if not begin and not end:
        return ""
    return f"{begin or ''}至{end or _('今')}" if end or (begin and begin <= localdate()) else f"{begin}起"
