"""Reads: what the engine is given, and what the match page shows."""

import functools
from collections import Counter
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enterprises.enums import OPEN_TO_MATCH, Confidentiality
from enterprises.models import Need
from enterprises.selectors import matching_rows as need_rows
from enterprises.selectors import matching_text
from experts.enums import ConsentState, TieKind
from experts.models import Expert
from experts.selectors import matching_rows as expert_rows
from matching.engine.config import Config, StructureWeights
from matching.engine.explain import explain
from matching.engine.mask import MaskReason, PairMask, combine
from matching.engine.pipeline import corpus_cached
from matching.engine.types import AchievementDoc, ExpertDoc, ExpertFacts, NeedDoc, NeedStats
from matching.enums import Band, MarkKind, ResultStatus, RunStatus
from matching.models import Match, MatchResult, MatchRun, MatchWeights, PairMark, Recusal
from matching.wording import caution_texts, reason_rows

MASK_LABELS = {
    MaskReason.BLOCKED: gettext_lazy("已屏蔽"),
    MaskReason.SAME_UNIT: gettext_lazy("与企业同单位"),
    MaskReason.RECUSAL: gettext_lazy("存在回避"),
    MaskReason.PAUSED: gettext_lazy("暂不接单"),
    MaskReason.FULL: gettext_lazy("在办已满"),
    MaskReason.CONFIDENTIAL: gettext_lazy("定向需求，未授权"),
    MaskReason.NO_CONSENT: gettext_lazy("不同意参与匹配"),
}
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
    return NeedDoc(
        id=need.pk,
        title=title,
        description=description,
        chain_ids=frozenset([need.chain_id] if need.chain_id else ()),
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
    by_unit: dict[Any, Any] = {}
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
    firms: dict[Any, Any] = {}
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


# -- for pages


def current_result(need):
    """The need's standing result with its run, or None before the first run."""
    return MatchResult.objects.current().filter(need=need).select_related("run").first()


def waiting_run(need):
    """The run that will change this need's result, or None."""
    runs = MatchRun.objects.filter(status__in=(RunStatus.QUEUED, RunStatus.RUNNING), county=need.county_id)
    return runs.filter(Q(need=need) | Q(need=None)).order_by("-status", "pk").first()


@dataclass(frozen=True)
class Candidate:
    """One row of the match page: the expert, the stored match (None for a pinned expert the run did not rank), what
    people marked, and the words."""

    expert: Expert
    match: Match | None
    marks: frozenset
    reasons: list
    cautions: list

    @property
    def is_pinned(self):
        return MarkKind.PINNED in self.marks

    @property
    def is_offered(self):
        return MarkKind.OFFERED in self.marks

    @property
    def selectable(self):
        """The name of the row's checkbox, or none."""
        return "" if self.refusal else "experts"

    @property
    def refusal(self):
        """Why the expert cannot be chosen now, or an empty string."""
        if self.is_offered:
            return _("已推送，等待结果")
        if self.expert.is_paused:
            return _("暂不接单")
        if not self.expert.free_capacity:
            return _("在办已满")
        return ""


def candidates(need, result, user):
    """Ranked experts the viewer may see: pinned first, blocked left out. Ranking proposes, sight authorises."""
    marks: dict[Any, Any] = {}
    for expert_id, kind in PairMark.objects.filter(need=need).values_list("expert_id", "kind"):
        marks.setdefault(expert_id, set()).add(kind)
    pinned = [pk for pk, kinds in marks.items() if MarkKind.PINNED in kinds]
    ranked = {}
    if result is not None:
        rows = Match.objects.filter(Q(rank__isnull=False) | Q(expert__in=pinned), result=result)
        ranked = {match.expert_id: match for match in rows.order_by("rank", "pk")}
    ids = [*ranked, *(pk for pk in pinned if pk not in ranked)]
    visible = Expert.objects.visible_to(user).filter(pk__in=ids).select_related("institution", "county")
    experts = {expert.pk: expert for expert in visible.prefetch_related("ties__region")}
    chains = {need.chain_id: str(need.chain)} if need.chain_id else {}
    found = []
    for pk in ids:
        kinds = frozenset(marks.get(pk, ()))
        if pk not in experts or MarkKind.BLOCKED in kinds:
            continue
        match = ranked.get(pk)
        found.append(
            Candidate(
                expert=experts[pk],
                match=match,
                marks=kinds,
                reasons=reason_rows(match.reasons, chains=chains) if match else [],
                cautions=caution_texts(match.cautions) if match else [],
            )
        )
    return sorted(found, key=lambda row: not row.is_pinned)  # stable: the rest keeps its rank


def blocked_pairs(need):
    return (
        PairMark.objects.filter(need=need, kind=MarkKind.BLOCKED)
        .select_related("expert__institution", "created_by")
        .order_by("-pk")
    )


def band_counts(rows):
    """[(band, label, number)] of the candidates that were ranked."""
    counts = Counter(row.match.band for row in rows if row.match)
    return [(band.value, band.label, counts[band.value]) for band in Band if counts[band.value]]


def masked_rows(result):
    """[(words, number)]: how many experts each hard constraint kept out."""
    return [(MASK_LABELS.get(reason, reason), count) for reason, count in (result.masked if result else {}).items()]


@functools.lru_cache(maxsize=2)
def stored_corpus(folder, fingerprint):
    """A stored corpus; raises ``LookupError`` when this machine does not hold it."""

    def missing():
        raise LookupError(fingerprint)

    return corpus_cached(folder, fingerprint, missing)


def pair_explanation(need, expert, result, folder):
    """The engine's explanation of any pair under the result's own statistics, or None when the corpus of that run is
    gone or does not know the expert."""
    try:
        corpus = stored_corpus(folder, result.run.fingerprint)
    except LookupError:
        return None
    if expert.pk not in corpus.position:
        return None
    rows = expert_rows([need.county_id], expert_ids=[expert.pk])
    facts = expert_facts(rows[0], need.county.code) if rows else None
    names = {field.name for field in fields(NeedStats)}
    stats = NeedStats(**{key: value for key, value in result.stats.items() if key in names})
    (row,) = need_rows(need_ids=[need.pk])
    doc = need_doc(row)
    explanation = explain(corpus, doc, expert.pk, stats, facts, engine_config(need.county_id))
    return doc, corpus.experts[corpus.position[expert.pk]], explanation


def marked(text, spans):
    """(text, [(start, end, number)]) for a template that marks matched passages."""
    return text, [(span.start, span.end, number) for number, span in enumerate(spans, start=1)]


def marked_expert(doc, spans):
    """The expert's texts as the page lays them out: unit, fields, profile, achievements; empty ones left out."""

    def of(key, text):
        return marked(text, spans.get(key, ()))

    return {
        "headline": of("headline", doc.headline),
        "fields": [of(f"fields:{number}", text) for number, text in enumerate(doc.fields)],
        "bio": of("bio", doc.bio),
        "works": [
            (of(f"achievement:{item.id}:title", item.title), of(f"achievement:{item.id}:summary", item.summary))
            for item in doc.achievements
        ],
    }


def needs_of_expert(expert, user, limit=10):
    """Open needs that fit one expert best, as the current results say."""
    return (
        Match.objects.visible_to(user)
        .filter(expert=expert, result__in=MatchResult.objects.current().filter(status=ResultStatus.PUBLISHED))
        .exclude(band=Band.WEAK)
        .select_related("result__need__chain", "result__need__enterprise")
        .order_by("-score")[:limit]
    )


def overview(user):
    """Open needs of the office with their standing result, for the list of matches."""
    needs = Need.objects.visible_to(user).filter(status__in=OPEN_TO_MATCH, county__in=user.county_ids())
    current = MatchResult.objects.current()
    strong = Match.objects.filter(result__in=current, band__in=(Band.STRONG, Band.FAIR), rank__isnull=False)
    return (
        needs.for_list()
        .annotate(
            result_status=Subquery(current.filter(need=OuterRef("pk")).values("status")[:1]),
            result_at=Subquery(current.filter(need=OuterRef("pk")).values("created_at")[:1]),
            good_count=Coalesce(
                Subquery(
                    strong.filter(result__need=OuterRef("pk"))
                    .order_by()
                    .values("result__need")
                    .annotate(n=Count("pk"))
                    .values("n")
                ),
                0,
            ),
        )
        .order_by("-published_at", "-pk")
    )
