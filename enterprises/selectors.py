"""Reads of the demand side: what of a need a viewer may read, how complete it is, what the engine is given."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import Scope, User
from core.calendar import add_working_days
from core.choices import Cooperation
from core.models import Attachment, AuditEvent, Chain, Park, Region
from core.text import normalise
from enterprises.enums import (
    OPEN_TO_MATCH,
    PUBLIC_STATES,
    Confidentiality,
    DisclosureLevel,
    EnterpriseStatus,
    NeedStatus,
    NeedType,
    Verification,
)
from enterprises.models import Disclosure, Enterprise, Membership, Need, NeedTarget

FULL, OPEN, SUMMARY = "full", "open", "summary"
OFFICE, FIRM, EXPERT = "office", "firm", "expert"


@dataclass(frozen=True)
class NeedView:
    """One need as one viewer may read it: ``docs/visibility.md`` §5 as code.

    ``level``: ``full`` (firm, contact, text), ``open`` (text without the firm) or ``summary`` (blind title and
    summary). ``side``: on whose side the viewer stands; an expert at level full is still no firm. Templates, files and
    messages read this, never the row: a field that the level does not show is empty here."""

    need: Need
    level: str
    side: str = EXPERT

    @property
    def is_full(self) -> bool:
        return self.level == FULL

    @property
    def is_office(self) -> bool:
        return self.side == OFFICE

    @property
    def is_firm(self) -> bool:
        return self.side == FIRM

    @property
    def is_inside(self) -> bool:
        """The office and the firm: they read the review as well."""
        return self.side in (OFFICE, FIRM)

    @property
    def shows_text(self) -> bool:
        return self.level in (FULL, OPEN)

    @property
    def code(self) -> str:
        return self.need.code

    @property
    def title(self) -> str:
        return self.need.title if self.is_full else self.need.public_title

    @property
    def enterprise(self) -> Enterprise | None:
        return self.need.enterprise if self.is_full else None

    @property
    def text(self) -> str:
        """What is said of the matter: the firm's own words, else the technical statement, else the summary."""
        if self.is_full:
            return self.need.situation
        if self.shows_text:
            return self.need.rewrite_text or self.need.situation
        return self.need.summary

    @property
    def rewrite_text(self) -> str:
        return self.need.rewrite_text if self.is_full else ""

    @property
    def targets(self) -> list[NeedTarget]:
        """All rows; at level summary their names alone."""
        rows = list(self.need.targets.all())
        return rows if self.shows_text else [NeedTarget(name=row.name) for row in rows]

    @property
    def shows_target_values(self) -> bool:
        return self.shows_text

    @property
    def tried(self) -> str:
        return self.need.tried if self.shows_text else ""

    @property
    def constraints(self) -> list[tuple[Any, str]]:
        """(label, text) of the constraints that are filled."""
        if not self.shows_text:
            return []
        return [(label, self.need.constraints[key]) for key, label in CONSTRAINTS if self.need.constraints.get(key)]

    @property
    def ip_expectation(self) -> str:
        return self.need.ip_expectation if self.shows_text else ""

    @property
    def budget_min(self) -> Decimal | None:
        return self.need.budget_min if self.shows_text else None

    @property
    def budget_max(self) -> Decimal | None:
        return self.need.budget_max if self.shows_text else None

    @property
    def bounty(self) -> Decimal | None:
        return self.need.bounty if self.shows_text else None

    @property
    def decision_maker(self) -> str:
        return self.need.decision_maker if self.is_full else ""

    @property
    def attachments(self) -> list[Attachment]:
        return list(self.need.attachments.all()) if self.is_full else []

    @property
    def types(self) -> list[Any]:
        return _labels(NeedType, self.need.types)

    @property
    def cooperation(self) -> list[Any]:
        return _labels(Cooperation, self.need.cooperation)


CONSTRAINTS = (("equipment", _("设备")), ("cost", _("成本")), ("environment", _("环保")), ("period", _("周期")))


def _labels(enumeration: Any, values: Iterable[str]) -> list[Any]:
    known = dict(enumeration.choices)
    return [known[value] for value in values if value in known]


def need_standings(needs: Iterable[Need], user: User) -> dict[int, tuple[str, str]]:
    """{need id: (level, side)} for rows that ``visible_to(user)`` gave, in two queries however many rows there are."""
    needs = list(needs)
    counties = user.county_ids()
    foreign = [need for need in needs if need.county_id not in counties]
    firms: set[int] = set()
    told: set[int] = set()
    if foreign:
        firms = set(
            Membership.objects.filter(
                user=user.pk, is_active=True, enterprise__in={need.enterprise_id for need in foreign}
            ).values_list("enterprise_id", flat=True)
        )
        told = set(
            Disclosure.objects.filter(
                user=user.pk, closed_at=None, level=DisclosureLevel.FULL, need__in=[need.pk for need in foreign]
            ).values_list("need_id", flat=True)
        )

    def standing(need: Need) -> tuple[str, str]:
        if need.county_id in counties:
            return FULL, OFFICE
        if need.enterprise_id in firms:
            return FULL, FIRM
        if need.pk in told:
            return FULL, EXPERT
        return (OPEN if need.confidentiality == Confidentiality.OPEN else SUMMARY), EXPERT

    return {need.pk: standing(need) for need in needs}


def need_levels(needs: Iterable[Need], user: User) -> dict[int, str]:
    """{need id: level}, as above."""
    return {pk: level for pk, (level, _side) in need_standings(needs, user).items()}


def need_view(need: Need, user: User) -> NeedView:
    return NeedView(need, *need_standings([need], user)[need.pk])


def need_views(needs: Iterable[Need], user: User) -> list[NeedView]:
    needs = list(needs)
    standings = need_standings(needs, user)
    return [NeedView(need, *standings[need.pk]) for need in needs]


# What a reviewer and the engine both want to know; weights add up to 100.
COMPLETENESS = (
    ("title", _("需求名称"), 8),
    ("types", _("需求类型"), 6),
    ("chain", _("产业链"), 8),
    ("situation", _("现状与问题"), 20),
    ("tried", _("已尝试的办法"), 8),
    ("targets", _("目标指标"), 16),
    ("constraints", _("约束条件"), 6),
    ("budget_max", _("拟投入"), 8),
    ("cooperation", _("合作方式"), 5),
    ("deadline", _("期望完成时间"), 5),
    ("ip_expectation", _("知识产权期望"), 3),
    ("decision_maker", _("决策人"), 3),
    ("summary", _("公开摘要"), 4),
)


@dataclass(frozen=True)
class Completeness:
    percent: int
    missing: tuple[Any, ...]


def need_completeness(need: Need, *, has_targets: bool | None = None) -> Completeness:
    """How much of the form contract is filled, and what is still missing, most valuable first. ``has_targets`` speaks
    for a need that is not stored yet."""
    missing, reached = [], 0
    for field, label, weight in COMPLETENESS:
        if field == "targets":
            filled = bool(need.targets.all()) if has_targets is None else has_targets
        elif field == "situation":
            filled = len(need.situation) >= 40
        elif field == "constraints":
            filled = any(need.constraints.values())
        else:
            filled = bool(getattr(need, f"{field}_id" if field == "chain" else field))
        if filled:
            reached += weight
        else:
            missing.append((weight, label))
    return Completeness(reached, tuple(label for _weight, label in sorted(missing, key=lambda pair: -pair[0])))


# -- registers


def need_list(queryset: QuerySet[Need]) -> QuerySet[Need]:
    """``queryset`` with what one row of any viewer's list shows; a constant number of queries."""
    return queryset.select_related("county", "enterprise__park", "enterprise__town", "chain", "officer")


# Only by columns that every reader of a row may read: an order by a hidden one tells what it hides.
NEED_ORDERINGS = {
    "published": "published_at",
    "deadline": "deadline",
    "created": "created_at",
}
ENTERPRISE_ORDERINGS = {
    "name": "name_pinyin",
    "created": "created_at",
    "updated": "updated_at",
}


def ordered(queryset: QuerySet[Any], ordering: str, known: dict[str, str]) -> QuerySet[Any]:
    """``queryset`` as ``?ordering=deadline`` or ``-deadline`` asks, empty values last; unknown names change nothing."""
    column = known.get(ordering.removeprefix("-"))
    if column is None:
        return queryset
    by = F(column).desc(nulls_last=True) if ordering.startswith("-") else F(column).asc(nulls_last=True)
    return queryset.order_by(by, "-pk")


def need_detail(queryset: QuerySet[Need]) -> QuerySet[Need]:
    return queryset.select_related(
        "county", "enterprise__park", "enterprise__town", "chain", "officer", "reviewed_by", "rewritten_by"
    ).prefetch_related("targets", "attachments", "enterprise__chains")


def need_counts(queryset: QuerySet[Need]) -> dict[str, int]:
    """{status: number} of the same rows a list would show."""
    return dict(queryset.order_by().values_list("status").annotate(Count("pk")))


def needs_to_review(user: User) -> QuerySet[Need]:
    """待审核 of the counties in which ``user`` may decide, oldest first."""
    return need_list(
        Need.objects.visible_to(user).filter(
            status=NeedStatus.SUBMITTED, county__in=user.county_ids(Role.STAFF, Role.ADMIN)
        )
    ).order_by("submitted_at", "pk")


def review_due(need: Need) -> datetime | None:
    """Until when the office owes its decision."""
    if need.status != NeedStatus.SUBMITTED or need.submitted_at is None:
        return None
    return add_working_days(need.submitted_at, settings.NEED_REVIEW_DAYS).at


def needs_past_deadline(day: Any) -> QuerySet[Need]:
    """Open needs whose day has passed and that no expert is working on or considering."""
    told = Disclosure.objects.filter(need=OuterRef("pk"), closed_at=None)
    return Need.objects.filter(
        ~Exists(told), status__in=(NeedStatus.PUBLISHED, NeedStatus.UNMET), deadline__lt=day
    ).order_by("pk")


def enterprise_list(queryset: QuerySet[Enterprise], user: User) -> QuerySet[Enterprise]:
    """``queryset`` with what one row shows; needs are counted in the viewer's own sight."""
    mine = Need.objects.visible_to(user).filter(enterprise=OuterRef("pk"))
    return (
        queryset.select_related("county", "park", "town", "industry", "officer")
        .prefetch_related("chains")
        .annotate(need_count=_number(mine), open_need_count=_number(mine.filter(status__in=PUBLIC_STATES)))
    )


def _number(needs: QuerySet[Need]) -> Coalesce:
    counted = needs.order_by().values("enterprise").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def enterprise_counts(user: User) -> dict[str, int]:
    """Numbers of the fixed tabs, in one query."""
    active = Q(status=EnterpriseStatus.ACTIVE)
    return Enterprise.objects.visible_to(user).aggregate(
        active=Count("pk", filter=active),
        pending=Count("pk", filter=active & Q(verification=Verification.PENDING)),
        refused=Count("pk", filter=active & Q(verification=Verification.REFUSED)),
        archived=Count("pk", filter=Q(status=EnterpriseStatus.ARCHIVED)),
    )


def enterprise_detail(queryset: QuerySet[Enterprise]) -> QuerySet[Enterprise]:
    return queryset.select_related("county", "park", "town", "industry", "officer", "merged_into").prefetch_related(
        "chains", Prefetch("memberships", Membership.objects.select_related("user").order_by("-is_active", "pk"))
    )


def enterprises_to_verify(user: User) -> QuerySet[Enterprise]:
    return (
        Enterprise.objects.visible_to(user)
        .active()
        .filter(verification=Verification.PENDING, county__in=user.county_ids(Role.STAFF, Role.ADMIN))
        .select_related("county", "park", "town", "industry", "officer")
        .order_by("updated_at", "pk")
    )


def duplicates(
    county_id: int, *, name: str = "", credit_code: str = "", phone: str = "", exclude: int | None = None
) -> QuerySet[Enterprise]:
    """Rows of the county that may be the same firm: the same name, credit code or telephone."""
    same = Q(pk__in=[])
    if name := normalise(name, "org").value:
        same |= Q(name=name)
    if credit_code:
        same |= Q(credit_code=credit_code)
    if phone:
        same |= Q(phone=phone)
    rows = Enterprise.objects.filter(same, county=county_id).exclude(status=EnterpriseStatus.MERGED)
    if exclude is not None:
        rows = rows.exclude(pk=exclude)
    return rows.select_related("park", "town").order_by("pk")


def timeline(obj: Enterprise | Need, limit: int = 50) -> list[AuditEvent]:
    """What happened to the row, and to rows folded into a firm, newest first. The caller has checked sight."""
    ids = [obj.pk]
    if isinstance(obj, Enterprise):
        ids += obj.merged_rows.values_list("pk", flat=True)
    events = AuditEvent.objects.filter(object_type=obj._meta.label_lower, object_id__in=ids)
    return list(events.select_related("user").order_by("-pk")[:limit])


def public_timeline(need: Need, limit: int = 50) -> list[AuditEvent]:
    """The timeline as the firm reads it: its own deeds and the moves of state; who decided is the office."""
    own = set(need.enterprise.memberships.values_list("user_id", flat=True))
    shown = []
    for event in timeline(need, limit):
        if event.user_id not in own:
            if not event.new or event.verb == "disclose":
                continue
            event.user, event.actor_label, event.data = None, str(_("人才办")), {}
        shown.append(event)
    return shown


# -- choices of filters and forms


def chains_in_sight(user: User) -> QuerySet[Chain]:
    return Chain.objects.filter(_in_market(user, "county")).select_related("county")


def parks_in_sight(user: User) -> QuerySet[Park]:
    return Park.objects.filter(_in_market(user, "county")).select_related("county")


def counties_in_sight(user: User) -> QuerySet[Region]:
    return Region.objects.filter(_in_market(user, "pk")).order_by("code")


def _in_market(user: User, column: str) -> Q:
    """The counties of the office, of the markets one takes part in, and of the firms one acts for."""
    firms = Membership.objects.filter(user=user.pk, is_active=True).values("enterprise__county")
    return Q(**{f"{column}__in": user.county_ids() | user.market_county_ids}) | Q(**{f"{column}__in": firms})


def officers_of(county_ids: Collection[int]) -> QuerySet[User]:
    """Who may be 帮办专员 in these counties: staff and admins, by a scope of the county or above it."""
    regions = Region.objects.filter(pk__in=county_ids)
    above = (
        Q(region__in=county_ids)
        | Q(region__in=regions.values("parent"))
        | Q(region__in=regions.values("parent__parent"))
    )
    scopes = Scope.objects.filter(above, user=OuterRef("pk"), role__in=(Role.STAFF, Role.ADMIN), is_active=True)
    return User.objects.filter(Exists(scopes), is_active=True).order_by("name", "pk")


NOT_AN_OFFICER = _("帮办专员须是本县在岗的工作人员。")


def members_of(enterprise_id: int) -> list[int]:
    """Ids of the people who act for the firm."""
    return list(
        Membership.objects.filter(enterprise=enterprise_id, is_active=True, user__is_active=True).values_list(
            "user_id", flat=True
        )
    )


# -- for the engine


def matching_rows(*, county_id: int | None = None, need_ids: Collection[int] | None = None) -> list[Need]:
    """Needs as the engine reads them: open ones of a county, or the named ones."""
    needs = Need.objects.select_related("chain", "enterprise").prefetch_related(
        Prefetch("targets", NeedTarget.objects.order_by("order", "pk")), "chain__industries"
    )
    if need_ids is not None:
        return list(needs.filter(pk__in=need_ids).order_by("pk"))
    return list(needs.filter(county=county_id, status__in=OPEN_TO_MATCH).order_by("pk"))


def matching_text(need: Need) -> tuple[str, str]:
    """(title, description) for the engine: the technical statement first, then the firm's own words and its targets.

    The chain's name and everything about the firm stay out: a chain is a structured part, a firm is no evidence."""
    title = need.rewrite_title or need.title
    targets = "；".join(" ".join(filter(None, (t.name, t.target, t.unit))) for t in need.targets.all())
    parts = (
        need.rewrite_text,
        need.title if need.rewrite_title else "",
        need.situation,
        need.sub_field,
        targets,
        need.tried,
    )
    return title, "\n".join(part for part in parts if part)
