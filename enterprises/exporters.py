"""企业库 and 技术需求台账 as the office files them: the columns that exist so far. The export follows the screen:
contacts and credit codes are masked, and what the reader's level does not show stays empty."""

from collections.abc import Iterator
from itertools import islice
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.codes import mask_credit_code, mask_phone
from core.documents.xlsx import LedgerColumn
from enterprises import selectors
from enterprises.enums import DECIDED, Qualification
from enterprises.filters import EnterpriseFilter, NeedFilter
from enterprises.models import Enterprise, Need
from enterprises.selectors import NeedView

CHUNK = 500
NEED_TITLE = _("技术需求台账")
NEED_COLUMNS = (
    LedgerColumn("number", _("序号"), kind="index"),
    LedgerColumn("code", _("需求编号"), 12, "code"),
    LedgerColumn("enterprise", _("企业名称"), 24),
    LedgerColumn("credit_code", _("统一社会信用代码"), 22, "code"),
    LedgerColumn("place", _("所属园区/镇街"), 18),
    LedgerColumn("chain", _("产业链"), 12),
    LedgerColumn("sub_field", _("细分领域"), 12),
    LedgerColumn("types", _("需求类型"), 14),
    LedgerColumn("title", _("需求名称"), 26),
    LedgerColumn("situation", _("问题描述"), 44, "long"),
    LedgerColumn("tried", _("现有基础"), 28, "long"),
    LedgerColumn("targets", _("预期指标"), 28, "long"),
    LedgerColumn("constraints", _("约束条件"), 24, "long"),
    LedgerColumn("budget", _("拟投入(万元)"), 12, "wan", sum=True),
    LedgerColumn("bounty", _("悬赏(万元)"), 11, "wan", sum=True),
    LedgerColumn("urgency", _("紧急程度"), 9),
    LedgerColumn("deadline", _("期望完成时间"), 12, "date"),
    LedgerColumn("cooperation", _("合作方式"), 16),
    LedgerColumn("contact_name", _("联系人"), 9),
    LedgerColumn("phone", _("电话"), 14, "code"),
    LedgerColumn("source", _("来源"), 9),
    LedgerColumn("submitted_on", _("提交日期"), 12, "date"),
    LedgerColumn("reviewer", _("审核人"), 9),
    LedgerColumn("status", _("状态"), 10),
    LedgerColumn("officer", _("帮办专员"), 9),
    LedgerColumn("closed_on", _("办结日期"), 12, "date"),
    LedgerColumn("remarks", _("备注"), 20, "long"),
)
ENTERPRISE_TITLE = _("企业库")
ENTERPRISE_COLUMNS = (
    LedgerColumn("number", _("序号"), kind="index"),
    LedgerColumn("code", _("编号"), 12, "code"),
    LedgerColumn("name", _("企业名称"), 28),
    LedgerColumn("credit_code", _("统一社会信用代码"), 22, "code"),
    LedgerColumn("county", _("所属县区"), 10),
    LedgerColumn("park", _("园区"), 16),
    LedgerColumn("town", _("镇街"), 10),
    LedgerColumn("chains", _("产业链"), 16),
    LedgerColumn("industry", _("国民经济行业"), 20),
    LedgerColumn("size", _("规模"), 8),
    LedgerColumn("qualifications", _("资质"), 20),
    LedgerColumn("main_products", _("主营产品"), 30, "long"),
    LedgerColumn("founded_on", _("成立日期"), 12, "date"),
    LedgerColumn("address", _("地址"), 26),
    LedgerColumn("contact_name", _("联系人"), 9),
    LedgerColumn("contact_post", _("职务"), 10),
    LedgerColumn("phone", _("联系电话"), 14, "code"),
    LedgerColumn("officer", _("帮办专员"), 9),
    LedgerColumn("need_count", _("需求数"), kind="int", sum=True),
    LedgerColumn("open_need_count", _("在办需求"), kind="int", sum=True),
    LedgerColumn("verification", _("核验"), 9),
    LedgerColumn("status", _("状态"), 10),
    LedgerColumn("remarks", _("备注"), 24, "long"),
)


def need_rows(queryset: QuerySet[Need], *, user: Any) -> Iterator[dict[str, Any]]:
    """One mapping per need of ``queryset`` (which starts from ``visible_to(user)``), in its order."""
    source = (
        selectors.need_list(queryset)
        .select_related("county", "enterprise__park", "enterprise__town", "chain", "officer", "reviewed_by")
        .prefetch_related("targets")
        .iterator(chunk_size=CHUNK)
    )
    while chunk := list(islice(source, CHUNK)):
        for view in selectors.need_views(chunk, user):
            yield _need_row(view)


def _need_row(view: NeedView) -> dict[str, Any]:
    need, firm = view.need, view.enterprise
    row = {
        "code": need.code,
        "chain": need.chain.name if need.chain else "",
        "sub_field": need.sub_field,
        "types": [str(label) for label in view.types],
        "title": view.title,
        "situation": view.text,
        "tried": view.tried,
        "targets": "\n".join(target_text(target) for target in view.targets),
        "constraints": "\n".join(f"{label}：{text}" for label, text in view.constraints),
        "budget": view.budget_max if view.budget_max is not None else view.budget_min,
        "bounty": view.bounty,
        "urgency": need.get_urgency_display(),
        "deadline": need.deadline,
        "cooperation": [str(label) for label in view.cooperation],
        "status": need.get_status_display(),
        "officer": str(need.officer) if need.officer else "",
    }
    if firm is not None:
        row |= {
            "enterprise": firm.name,
            "credit_code": mask_credit_code(firm.credit_code),
            "place": "/".join(part.name for part in (firm.park, firm.town) if part),
            "contact_name": firm.contact_name,
            "phone": mask_phone(firm.phone),
        }
    if view.is_inside:
        row |= {
            "source": need.get_source_display(),
            "submitted_on": need.submitted_at,
            "reviewer": str(need.reviewed_by) if need.reviewed_by else "",
            "closed_on": need.updated_at if need.status in DECIDED else None,
            "remarks": need.status_reason,
        }
    return row


def target_text(target: Any) -> str:
    """指标：由现值到目标值（单位）, as far as it is filled."""
    unit = f"（{target.unit}）" if target.unit else ""
    if target.current and target.target:
        return f"{target.name}：{target.current} → {target.target}{unit}"
    return f"{target.name}{'：' + (target.target or target.current) if target.target or target.current else ''}{unit}"


def enterprise_rows(queryset: QuerySet[Enterprise], *, user: Any) -> Iterator[dict[str, Any]]:
    """One mapping per firm of ``queryset`` (which starts from ``visible_to(user)``), in its order."""
    office = user.county_ids()
    for firm in selectors.enterprise_list(queryset, user).iterator(chunk_size=CHUNK):
        yield {
            "code": firm.code,
            "name": firm.name,
            "credit_code": mask_credit_code(firm.credit_code),
            "county": firm.county.name,
            "park": firm.park.name if firm.park else "",
            "town": firm.town.name if firm.town else "",
            "chains": [chain.name for chain in firm.chains.all()],
            "industry": str(firm.industry) if firm.industry else "",
            "size": firm.get_size_display(),
            "qualifications": [str(Qualification(q).label) for q in firm.qualifications if q in Qualification.values],
            "main_products": firm.main_products,
            "founded_on": firm.founded_on,
            "address": firm.address,
            "contact_name": firm.contact_name,
            "contact_post": firm.contact_post,
            "phone": mask_phone(firm.phone),
            "officer": str(firm.officer) if firm.officer else "",
            "need_count": firm.need_count,
            "open_need_count": firm.open_need_count,
            "verification": firm.get_verification_display(),
            "status": firm.get_status_display(),
            "remarks": firm.remarks if firm.county_id in office else "",
        }


class EnterprisesLedger:
    """What ``reports`` asks of this register: the list's rows in the list's order."""

    @staticmethod
    def columns() -> tuple[LedgerColumn, ...]:
        return ENTERPRISE_COLUMNS

    @staticmethod
    def queryset(user: Any, params: Any, county: Any = None) -> QuerySet[Enterprise]:
        visible = Enterprise.objects.visible_to(user)
        if county is not None:
            visible = visible.filter(county=county)
        found = EnterpriseFilter(params, visible, request=SimpleNamespace(user=user)).qs
        return selectors.ordered(found, params.get("ordering", ""), selectors.ENTERPRISE_ORDERINGS)

    @staticmethod
    def rows(queryset: QuerySet[Enterprise], user: Any) -> Iterator[dict[str, Any]]:
        return enterprise_rows(queryset, user=user)


class NeedsLedger:
    """As above, of the needs."""

    @staticmethod
    def columns() -> tuple[LedgerColumn, ...]:
        return NEED_COLUMNS

    @staticmethod
    def queryset(user: Any, params: Any, county: Any = None) -> QuerySet[Need]:
        visible = Need.objects.visible_to(user)
        if county is not None:
            visible = visible.filter(county=county)
        found = NeedFilter(params, visible, request=SimpleNamespace(user=user)).qs
        return selectors.ordered(found, params.get("ordering", ""), selectors.NEED_ORDERINGS)

    @staticmethod
    def rows(queryset: QuerySet[Need], user: Any) -> Iterator[dict[str, Any]]:
        return need_rows(queryset, user=user)
