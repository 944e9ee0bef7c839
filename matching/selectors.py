"""Reads: what the engine is given, and what the match page shows."""

from dataclasses import dataclass, fields

from django.utils.timezone import localdate

from enterprises.enums import Confidentiality
from enterprises.selectors import matching_rows as need_rows
from enterprises.selectors import matching_text
from experts.enums import ConsentState, TieKind
from experts.models import Expert
from experts.selectors import matching_rows as expert_rows
from matching.engine.config import Config, StructureWeights
from matching.engine.mask import MaskReason, PairMask, combine
from matching.engine.types import AchievementDoc, ExpertDoc, ExpertFacts, NeedDoc
from matching.enums import MarkKind
from matching.models import Match, MatchResult, MatchWeights, PairMark, Recusal

# How much a tie binds a person to the place; a place elsewhere in the same city counts for less.
TIE_STRENGTH = {
    TieKind.BIRTH: 1.0,
    TieKind.ANCESTRAL: 0.8,
    TieKind.WORK: 0.6,
    TieKind.MARRIAGE: 0.5,
    TieKind.STUDY: 0.5,
    TieKind.SERVICE: 0.4,
}
SAME_CITY = 0.4
DAYS_PER_MONTH = 30.44


@dataclass(frozen=True)
class EngineInputs:
    """One county's market as the engine reads it."""

    experts: tuple[ExpertDoc, ...]
    facts: dict[int, ExpertFacts]
    needs: tuple[NeedDoc, ...]
    versions: dict[int, int]  # need id → version that was read
    mask: PairMask
    config: Config


def expert_doc(row):
    headline = " ".join(filter(None, (row.institution, row.department, row.title)))
    disciplines = tuple(name for _code, name in row.disciplines)
    return ExpertDoc(
        id=row.id,
        headline=headline,
        fields=(*row.research_fields, *disciplines),
        bio=row.profile,
        achievements=tuple(
            AchievementDoc(id=item.id, title=item.title, summary=item.summary, maturity=item.maturity)
            for item in sorted(row.achievements, key=lambda item: (not item.is_featured, item.id))
        ),
        chain_ids=row.chain_ids,
    )


def strongest_tie(ties, county_code):
    """(strength 0..1, kind) of the strongest tie to the county; a tie elsewhere in its city counts for less."""
    best = (0.0, "")
    for tie in ties:
        if tie.region_code.startswith(county_code):
            nearness = 1.0
        elif tie.region_code and tie.region_code[:4] == county_code[:4]:
            nearness = SAME_CITY
        else:
            continue
        best = max(best, (TIE_STRENGTH[tie.kind] * nearness, tie.kind))
    return best


def expert_facts(row, county_code):
    strength, kind = strongest_tie(row.ties, county_code)
    age = (localdate() - row.profile_updated_at.date()).days
    return ExpertFacts(
        tie_strength=strength,
        tie_kind=kind,
        active=row.load,
        capacity=row.capacity,
        months_since_update=max(0.0, age / DAYS_PER_MONTH),
    )


def need_doc(need):
    title, description = matching_text(need)
    industries = tuple(industry.name for industry in need.chain.industries.all()) if need.chain else ()
    return NeedDoc(
        id=need.pk,
        title=title,
        description=description,
        chain_ids=frozenset([need.chain_id] if need.chain_id else ()),
        industry_names=industries,
        has_metrics=bool(need.targets.all()),
    )


def engine_config(county_id):
    """The county's own weights of the structured part, else the defaults."""
    own = MatchWeights.objects.filter(county=county_id).values_list("weights", flat=True).first() or {}
    known = {field.name for field in fields(StructureWeights)}
    return Config(structure=StructureWeights(**{key: value for key, value in own.items() if key in known}))


def pair_mask(needs, rows):
    """Hard constraints of these needs and experts, with reason codes."""
    granted = set(
        Expert.objects.filter(pk__in=[row.id for row in rows], consent=ConsentState.GRANTED).values_list(
            "pk", flat=True
        )
    )
    entries = [(row.id, MaskReason.PAUSED) for row in rows if row.is_paused]
    entries += [(row.id, MaskReason.FULL) for row in rows if row.load >= row.capacity]
    by_unit = {}
    for row in rows:
        if row.institution:
            by_unit.setdefault(row.institution, []).append(row.id)
    for need in needs:
        entries += [((need.pk, expert), MaskReason.SAME_UNIT) for expert in by_unit.get(need.enterprise.name, ())]
        if need.confidentiality == Confidentiality.DIRECTED:
            entries += [((need.pk, row.id), MaskReason.CONFIDENTIAL) for row in rows if row.id not in granted]
    need_ids = [need.pk for need in needs]
    blocked = PairMark.objects.filter(need__in=need_ids, kind=MarkKind.BLOCKED).values_list("need_id", "expert_id")
    entries += [(pair, MaskReason.BLOCKED) for pair in blocked]
    firms = {}
    for need in needs:
        firms.setdefault(need.enterprise_id, []).append(need.pk)
    for enterprise_id, expert_id in Recusal.objects.filter(enterprise__in=firms).values_list(
        "enterprise_id", "expert_id"
    ):
        entries += [((need_id, expert_id), MaskReason.RECUSAL) for need_id in firms[enterprise_id]]
    return combine(entries)


def engine_inputs(county, *, need_ids=None):
    """Everything one run reads: the county's market, its open needs (or the named ones), marks and weights."""
    rows = expert_rows([county.pk])
    needs = need_rows(county_id=county.pk, need_ids=need_ids)
    return EngineInputs(
        experts=tuple(expert_doc(row) for row in rows),
        facts={row.id: expert_facts(row, county.code) for row in rows},
        needs=tuple(need_doc(need) for need in needs),
        versions={need.pk: need.version for need in needs},
        mask=pair_mask(needs, rows),
        config=engine_config(county.pk),
    )


def offer_snapshot(*, need_id, expert_id):
    """{"reasons", "band"} of the pair as they stand now: an order keeps why it was offered."""
    match = Match.objects.filter(
        result__in=MatchResult.objects.current().filter(need=need_id), expert=expert_id
    ).first()
    return {"reasons": match.reasons, "band": match.band} if match else {"reasons": [], "band": ""}
