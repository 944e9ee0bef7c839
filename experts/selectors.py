"""Reads that join or annotate: the register list, one person's page, duplicate candidates, rows for the engine."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from accounts.models import User
from core.models import AuditEvent, Chain, Region
from core.text import normalise
from experts.enums import ConsentState, ExpertStatus, TieKind
from experts.models import Achievement, ContactOpening, Expert, ExpertGroup, GroupMembership, HometownTie, Posting

NATIVE = (TieKind.BIRTH, TieKind.ANCESTRAL)


def register_list(queryset: QuerySet[Expert]) -> QuerySet[Expert]:
    """``queryset`` with what one row of the list shows; a constant number of queries."""
    return queryset.select_related("county", "institution").prefetch_related(
        "chains",
        Prefetch("ties", HometownTie.objects.select_related("region"), to_attr="listed_ties"),
        Prefetch(
            "group_memberships", GroupMembership.objects.current().select_related("group"), to_attr="current_groups"
        ),
    )


def readable(user: User) -> Q:
    """Rows whose private columns ``user`` may read: of the own office, and the own ones."""
    return Q(county__in=user.county_ids()) | Q(user=user.pk)


ORDERINGS = {
    "name_pinyin": "name_pinyin",
    "institution": "institution__name",
    "title": "title",
    "city": "city",
    "load": "load_order",
    "profile_updated_at": "profile_updated_at",
    "created_at": "created_at",
    "last_contacted_on": "contacted_order",
}


def register_ordered(queryset: QuerySet[Expert], user: User, ordering: str) -> QuerySet[Expert]:
    """``queryset`` by one of ``ORDERINGS`` (``-`` reverses), by name otherwise. A column that the viewer may not read
    for a row does not order that row either."""
    column = ORDERINGS.get(ordering.removeprefix("-"))
    if column is None:
        return queryset.order_by("name_pinyin", "pk")
    if column == "contacted_order":
        queryset = queryset.annotate(contacted_order=Case(When(county__in=user.county_ids(), then="last_contacted_on")))
    if column == "load_order":
        queryset = queryset.annotate(load_order=Case(When(readable(user), then="load")))
    term = F(column).desc(nulls_last=True) if ordering.startswith("-") else F(column).asc(nulls_last=True)
    return queryset.order_by(term, "name_pinyin", "pk")


def register_counts(user: User) -> dict[str, int]:
    """How many rows the fixed views of the register hold, in one query over what the viewer sees."""
    today, year = localdate(), now() - timedelta(days=365)
    active = Q(status=ExpertStatus.ACTIVE)
    paused = Q(paused_from__lte=today) & (Q(paused_until=None) | Q(paused_until__gte=today))
    own = readable(user)
    return Expert.objects.visible_to(user).aggregate(
        all=Count("pk", filter=active),
        free=Count(
            "pk",
            filter=active
            & own
            & Q(load__lt=F("capacity"))
            & (~paused | Q(paused_from=None))
            & ~Q(consent=ConsentState.REFUSED),
        ),
        pending=Count("pk", filter=active & own & Q(consent=ConsentState.PENDING)),
        stale=Count("pk", filter=active & Q(profile_updated_at__lt=year)),
        archived=Count("pk", filter=Q(status=ExpertStatus.ARCHIVED)),
    )


def native_place(expert: Expert, *, short: bool = False) -> str:
    """籍贯 as the ledgers write it: birth or descent, the region's full name where it is known. ``short``: without
    what the register's own county makes plain."""
    ties = getattr(expert, "listed_ties", None)
    if ties is None:
        ties = expert.ties.select_related("region")
    native = sorted((tie for tie in ties if tie.kind in NATIVE), key=lambda tie: tie.kind == TieKind.BIRTH)
    if not native:
        return ""
    region = native[0].region
    if region is None:
        return native[0].place
    within = short and region.pk != expert.county_id and region.parent_id == expert.county_id
    return region.name if within or (short and region.pk == expert.county_id) else str(region)


def detail(queryset: QuerySet[Expert]) -> QuerySet[Expert]:
    """``queryset`` with everything one person's page shows."""
    return queryset.select_related("county", "institution", "user", "merged_into").prefetch_related(
        "chains",
        "disciplines",
        "achievements",
        "appointments",
        Prefetch("ties", HometownTie.objects.select_related("region")),
        Prefetch("postings", Posting.objects.select_related("team", "region")),
        Prefetch("group_memberships", GroupMembership.objects.select_related("group")),
    )


def timeline(expert: Expert, limit: int = 50) -> list[AuditEvent]:
    """What happened to the row and to rows folded into it, newest first. The caller has checked sight."""
    ids = [expert.pk, *expert.merged_rows.values_list("pk", flat=True)]
    events = AuditEvent.objects.filter(object_type=Expert._meta.label_lower, object_id__in=ids)
    return list(events.select_related("user").order_by("-pk")[:limit])


def own_timeline(expert: Expert, user: User, limit: int = 50) -> list[AuditEvent]:
    """The same for the person: what happened and when, the office without names and without its notes."""
    events = timeline(expert, limit)
    for event in events:
        if event.user_id != user.pk:
            event.actor_label = str(_("工作人员")) if event.user_id else event.actor_label
            event.reason = ""
    return events


def duplicates(
    county_id: int, *, name: str, institution: str = "", phone: str = "", born_on: str = "", exclude: int | None = None
) -> QuerySet[Expert]:
    """Rows of the county with the same name, those that share unit, phone or month of birth first (``is_likely``)."""
    name = normalise(name, "person").value
    institution = normalise(institution, "org").value
    same = Q(pk__in=[])
    if institution:
        same |= Q(institution__name=institution)
    if phone:
        same |= Q(phone=phone)
    if born_on:
        same |= Q(born_on=born_on)
    likely = Expert.objects.filter(same, pk=OuterRef("pk"))
    rows = Expert.objects.filter(county=county_id, name=name).exclude(status=ExpertStatus.MERGED)
    if exclude is not None:
        rows = rows.exclude(pk=exclude)
    return rows.annotate(is_likely=Exists(likely)).select_related("institution").order_by("-is_likely", "pk")


def chains_in_sight(user: User) -> QuerySet[Chain]:
    """Chains a viewer may filter by: of the office's counties and of the markets they take part in."""
    return Chain.objects.filter(county__in=user.county_ids() | user.market_county_ids).select_related("county")


def counties_of(user: User, *roles: str) -> QuerySet[Region]:
    return Region.objects.filter(pk__in=user.county_ids(*roles)).order_by("code")


def groups_in_sight(user: User) -> QuerySet[ExpertGroup]:
    """Groups with their current and all-time numbers: the reports need both."""
    current = Q(memberships__in=GroupMembership.objects.current())
    return (
        ExpertGroup.objects.visible_to(user)
        .select_related("county")
        .prefetch_related("chains")
        .annotate(
            current_count=Count("memberships__expert", filter=current, distinct=True),
            total_count=Count("memberships__expert", distinct=True),
        )
    )


def contact_opened(*, order_code: str) -> dict[str, str] | None:
    """Phone and e-mail that a confirmed order opened to its firm, while the grant stands. The caller has checked that
    the viewer belongs to the order."""
    opening = ContactOpening.objects.filter(order_code=order_code, closed_at=None).select_related("expert").first()
    if opening is None:
        return None
    return {"name": opening.expert.name, "phone": opening.expert.phone, "email": opening.expert.email}


# -- for the engine


@dataclass(frozen=True)
class AchievementRow:
    id: int
    code: str
    title: str
    summary: str
    kind: str
    maturity: str
    year: int | None
    is_featured: bool


@dataclass(frozen=True)
class TieRow:
    kind: str
    region_id: int | None
    region_code: str
    place: str


@dataclass(frozen=True)
class MatchingRow:
    """One expert as the engine reads them: plain values, no contacts. ``market_county_ids``: the register's county and
    the counties whose groups the person belongs to now."""

    id: int
    code: str
    county_id: int
    market_county_ids: frozenset[int]
    user_id: int | None
    name: str
    institution_id: int | None
    institution: str
    department: str
    position: str
    title: str
    degree: str
    honours: tuple[str, ...]
    research_fields: tuple[str, ...]
    profile: str
    cooperation: tuple[str, ...]
    city: str
    identities: tuple[str, ...]
    capacity: int
    load: int
    paused_from: date | None
    paused_until: date | None
    last_contacted_on: date | None
    profile_updated_at: datetime
    version: int
    disciplines: tuple[tuple[str, str], ...]  # (code, name)
    chain_ids: frozenset[int]
    ties: tuple[TieRow, ...]
    achievements: tuple[AchievementRow, ...]
    sending_units: tuple[str, ...]

    @property
    def is_paused(self) -> bool:
        today = localdate()
        return (
            self.paused_from is not None
            and self.paused_from <= today
            and (self.paused_until is None or self.paused_until >= today)
        )


COLUMNS = (
    "id", "code", "county_id", "user_id", "name", "institution_id", "institution__name", "department", "position",
    "title", "degree", "honours", "research_fields", "profile", "cooperation", "city", "is_hometown", "is_deputy",
    "is_advisor", "capacity", "load", "paused_from", "paused_until", "last_contacted_on", "profile_updated_at",
    "version",
)  # fmt: skip


def matching_rows(county_ids: Collection[int], *, expert_ids: Collection[int] | None = None) -> list[MatchingRow]:
    """Everybody who may take needs of these counties: their own registers and current members of groups they lead.
    Seven queries, whatever the number. Sight is the caller's affair: ranking proposes, ``visible_to`` authorises."""
    candidates = Expert.objects.for_matching().in_market_of(county_ids)
    if expert_ids is not None:
        candidates = candidates.filter(pk__in=expert_ids)
    values = list(candidates.order_by("pk").values(*COLUMNS))
    ids = candidates.values("pk")
    chains = _grouped(Expert.chains.through.objects.filter(expert__in=ids).values_list("expert_id", "chain_id"))
    disciplines = _grouped(
        (expert_id, (code, name))
        for expert_id, code, name in Expert.disciplines.through.objects.filter(expert__in=ids)
        .order_by("discipline__code")
        .values_list("expert_id", "discipline__code", "discipline__name")
    )
    ties = _grouped(
        (row[0], TieRow(row[1], row[2], row[3] or "", row[4]))
        for row in HometownTie.objects.filter(expert__in=ids).values_list(
            "expert_id", "kind", "region_id", Coalesce("region__successor__code", "region__code"), "place"
        )
    )
    achievements = _grouped(
        (row[0], AchievementRow(*row[1:]))
        for row in Achievement.objects.filter(expert__in=ids).values_list(
            "expert_id", "id", "code", "title", "summary", "kind", "maturity", "year", "is_featured"
        )
    )
    units = _grouped(
        Posting.objects.filter(expert__in=ids).exclude(sending_unit="").values_list("expert_id", "sending_unit")
    )
    markets = _grouped(
        GroupMembership.objects.current().filter(expert__in=ids).values_list("expert_id", "group__county_id")
    )
    return [
        MatchingRow(
            id=row["id"],
            code=row["code"],
            county_id=row["county_id"],
            market_county_ids=frozenset([row["county_id"], *markets[row["id"]]]),
            user_id=row["user_id"],
            name=row["name"],
            institution_id=row["institution_id"],
            institution=row["institution__name"] or "",
            department=row["department"],
            position=row["position"],
            title=row["title"],
            degree=row["degree"],
            honours=tuple(row["honours"]),
            research_fields=tuple(row["research_fields"]),
            profile=row["profile"],
            cooperation=tuple(row["cooperation"]),
            city=row["city"],
            identities=tuple(key for key in ("hometown", "deputy", "advisor") if row[f"is_{key}"]),
            capacity=row["capacity"],
            load=row["load"],
            paused_from=row["paused_from"],
            paused_until=row["paused_until"],
            last_contacted_on=row["last_contacted_on"],
            profile_updated_at=row["profile_updated_at"],
            version=row["version"],
            disciplines=tuple(disciplines[row["id"]]),
            chain_ids=frozenset(chains[row["id"]]),
            ties=tuple(ties[row["id"]]),
            achievements=tuple(achievements[row["id"]]),
            sending_units=tuple(dict.fromkeys(units[row["id"]])),
        )
        for row in values
    ]


def _grouped(pairs: Iterable[Any]) -> defaultdict[int, list[Any]]:
    grouped: defaultdict[int, list[Any]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return grouped
