"""Why one pair scored what it scored: the parts of ``pipeline.score``, reasons with evidence, cautions, passages.

Everything is computed from the run's own statistics; codes and parameters leave, words are the caller's business.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matching.engine import bands, pipeline, structure
from matching.engine.config import Config
from matching.engine.corpus import (
    ACHIEVEMENT,
    DECIMALS,
    PROFILE,
    WORKS_SHARE,
    Corpus,
    Query,
    Units,
    combine_units,
)
from matching.engine.errors import UnknownExpertError
from matching.engine.passages import Span, expert_texts, phrases_of, related_words, spans_of, worth_naming
from matching.engine.types import Band, ExpertDoc, ExpertFacts, NeedDoc, NeedStats

__all__ = ["Explanation", "Span", "expert_texts", "explain"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Params = Mapping[str, object]

MOST_REASONS, MOST_CAUTIONS, MOST_TERMS, MOST_RELATED = 5, 3, 6, 4
CLOSE_SPREADS = 2.0  # a direction is called close from so many null spreads
HIGH_LOAD = 0.75
SHORT_PROFILE, SHORT_DESCRIPTION, FEW_NEED_TERMS = 40, 50, 8


class ReasonKind(StrEnum):
    """Why a pair may be good."""

    TERM_HIT = "term_hit"
    SIMILAR_ACHIEVEMENT = "similar_achievement"
    SIMILAR_DIRECTION = "similar_direction"
    SAME_CHAIN = "same_chain"
    SERVED_CHAIN = "served_chain"
    TIE = "tie"


class CautionKind(StrEnum):
    """What to mind before pushing."""

    THIN_EVIDENCE = "thin_evidence"
    HIGH_LOAD = "high_load"
    STALE_PROFILE = "stale_profile"
    SHORT_PROFILE = "short_profile"
    SHORT_NEED = "short_need"


class RaiseKind(StrEnum):
    """What would raise the score or the trust in it."""

    NEED_CHAIN = "need_chain"
    EXPERT_CHAIN = "expert_chain"
    REFRESH_PROFILE = "refresh_profile"
    RELIEVE_LOAD = "relieve_load"
    ADD_ACHIEVEMENTS = "add_achievements"
    ADD_DESCRIPTION = "add_description"
    ADD_METRICS = "add_metrics"


@dataclass(frozen=True)
class Reference:
    """Where the evidence stands: ``headline``, ``fields``, ``bio``, ``achievement``, ``chain``, ``tie``, ``need``."""

    field: str
    achievement_id: int | None = None


@dataclass(frozen=True)
class Reason:
    """One reason; ``weight`` is in points of the score."""

    kind: ReasonKind
    params: Params
    weight: float
    evidence: tuple[Reference, ...]


@dataclass(frozen=True)
class Caution:
    kind: CautionKind
    params: Params


@dataclass(frozen=True)
class Raise:
    """``gain`` is the computed change of the score with everything else held fixed; ``None`` when only trust rises."""

    kind: RaiseKind
    params: Params
    gain: float | None


@dataclass(frozen=True)
class Explanation:
    """The card of one pair. Span keys: need ``title``, ``description``; expert ``headline``, ``fields:<n>``, ``bio``,
    ``achievement:<id>:title``, ``achievement:<id>:summary``."""

    need_id: int
    expert_id: int
    score: float
    parts: Mapping[str, float]
    similarity: float
    strength: float
    band: Band
    reasons: tuple[Reason, ...]
    cautions: tuple[Caution, ...]
    raises: tuple[Raise, ...]
    need_spans: Mapping[str, tuple[Span, ...]]
    expert_spans: Mapping[str, tuple[Span, ...]]


@dataclass(frozen=True)
class _Evidence:
    """Unit scores of one pair with each unit's share in the combined similarity."""

    units: Ints
    kinds: Ints
    achievements: Ints
    lexical: Floats
    semantic: Floats
    telling: Floats
    lexical_share: Floats
    semantic_share: Floats
    raw: pipeline.RawPair


def explain(
    corpus: Corpus,
    need: NeedDoc,
    expert_id: int,
    stats: NeedStats,
    facts: ExpertFacts | None = None,
    config: Config | None = None,
) -> Explanation:
    """Explain any pair, pushed or not, with the statistics of the run held fixed.

    Raises ``UnknownExpertError`` when the corpus does not hold the expert.
    """
    if expert_id not in corpus.position:
        raise UnknownExpertError(expert_id)
    settings = config or Config()
    known = facts or ExpertFacts()
    expert = corpus.experts[corpus.position[expert_id]]
    query = corpus.query(need)
    found = _evidence(corpus, query, corpus.position[expert_id])
    chain = structure.chain_value(need, expert.chain_ids, known.served_chain_ids)
    values = (structure.tie_value(known), structure.load_value(known), structure.staleness_value(known))
    parts = pipeline.pair_parts(found.raw, chain, values, stats, settings.structure)
    strength = pipeline.pair_strength(found.raw, corpus.null, query.evidence)
    band = pipeline.pair_band(strength, settings.bands)
    points = _term_points(corpus, query, found, stats)
    terms = worth_naming(need, points)
    need_spans = {
        "title": spans_of(need.title, terms),
        "description": spans_of(need.description, terms),
    }
    expert_spans = {key: spans for key, value in expert_texts(expert).items() if (spans := spans_of(value, terms))}
    reasons = _reasons(corpus, need, expert, known, query, found, parts, stats, settings, points, expert_spans, chain)
    return Explanation(
        need_id=need.id,
        expert_id=expert_id,
        score=sum(parts.values()),
        parts=parts,
        similarity=found.raw[1],
        strength=strength,
        band=band,
        reasons=reasons,
        cautions=_cautions(need, expert, known, query, band),
        raises=_raises(need, expert, known, chain, parts, stats, settings),
        need_spans={key: spans for key, spans in need_spans.items() if spans},
        expert_spans=expert_spans,
    )


def _evidence(corpus: Corpus, query: Query, position: int) -> _Evidence:
    units = np.flatnonzero(corpus.units.owner == position)
    kinds, achievements = corpus.units.kind[units], corpus.units.achievement[units]
    table = np.array(
        [[corpus.index.document_weight(term, int(unit)) for unit in units] for term in sorted(query.terms)]
    ).reshape(len(query.terms), len(units))
    weights = np.array([query.terms[term] for term in sorted(query.terms)])
    evidence = np.array([term in query.telling for term in sorted(query.terms)], dtype=bool)
    lexical, telling = weights @ table, weights[evidence] @ table[evidence]
    semantic = corpus.embeddings[units] @ query.vector if len(units) else np.zeros(0)
    own = Units(np.zeros(len(units), dtype=np.int64), kinds, achievements)
    best = corpus.config.best_achievements
    raw = [round(float(combine_units(values, own, 1, best)[0]), DECIMALS) for values in (lexical, semantic, telling)]
    return _Evidence(
        units,
        kinds,
        achievements,
        lexical,
        semantic,
        telling,
        unit_shares(lexical, kinds, best),
        unit_shares(semantic, kinds, best),
        (raw[0], raw[1], raw[2]),
    )


def unit_shares(scores: Floats, kinds: Ints, best: int) -> Floats:
    """Linear shares with ``shares @ scores == combine_units(scores)`` at this point."""
    shares = np.zeros(len(scores))
    profile, works = np.flatnonzero(kinds == PROFILE), np.flatnonzero(kinds == ACHIEVEMENT)
    if not len(works):
        shares[profile] = 1.0
        return shares
    top = works[np.lexsort((works, -scores[works]))][:best]
    mean = float(scores[top].mean())
    if not len(profile):
        shares[top] = 1.0 / len(top)
    else:
        shares[profile] = 1.0
        shares[top] = WORKS_SHARE / len(top) if mean > 0 else 0.0
    return shares


def _term_points(corpus: Corpus, query: Query, found: _Evidence, stats: NeedStats) -> dict[str, float]:
    """Points of the lexical part that each telling term of the need earns with this expert."""
    scale = 1.0 / stats.lexical_sd if stats.lexical_sd > 0 else 0.0
    points: dict[str, float] = {}
    for term, weight in query.telling.items():
        held = [corpus.index.document_weight(term, int(unit)) for unit in found.units]
        if any(held):
            points[term] = weight * float(found.lexical_share @ np.array(held)) * scale
    return points


def _reasons(
    corpus: Corpus,
    need: NeedDoc,
    expert: ExpertDoc,
    facts: ExpertFacts,
    query: Query,
    found: _Evidence,
    parts: Mapping[str, float],
    stats: NeedStats,
    config: Config,
    points: Mapping[str, float],
    expert_spans: Mapping[str, Sequence[Span]],
    chain: float,
) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    phrases = phrases_of(need, points, MOST_TERMS)
    if phrases:
        reasons.append(Reason(ReasonKind.TERM_HIT, {"terms": phrases}, sum(points.values()), _references(expert_spans)))
    reasons.extend(_text_reasons(corpus, need, expert, query, found, stats, config))
    if chain >= 1.0 and parts["chain"] > 0:
        shared = sorted(need.chain_ids & expert.chain_ids)
        reasons.append(Reason(ReasonKind.SAME_CHAIN, {"chain_ids": shared}, parts["chain"], (Reference("chain"),)))
    elif chain > 0 and parts["chain"] > 0:
        served = sorted(need.chain_ids & facts.served_chain_ids)
        reasons.append(Reason(ReasonKind.SERVED_CHAIN, {"chain_ids": served}, parts["chain"], (Reference("chain"),)))
    if parts["tie"] > 0:
        params = {"tie": facts.tie_kind, "strength": structure.tie_value(facts)}
        reasons.append(Reason(ReasonKind.TIE, params, parts["tie"], (Reference("tie"),)))
    reasons.sort(key=lambda reason: -reason.weight)
    return tuple(reason for reason in reasons if reason.weight > 0)[:MOST_REASONS]


def _text_reasons(
    corpus: Corpus,
    need: NeedDoc,
    expert: ExpertDoc,
    query: Query,
    found: _Evidence,
    stats: NeedStats,
    config: Config,
) -> Iterable[Reason]:
    """The best single achievement, and the closeness of the profile as a whole."""
    strengths = bands.strength(found.semantic, found.telling, corpus.null, query.evidence)
    per_unit = _unit_points(found, stats)
    works = np.flatnonzero(found.kinds == ACHIEVEMENT)
    if len(works):
        best = works[int(np.argmax(strengths[works]))]
        if strengths[best] >= config.bands.general:
            achievement = expert.achievements[int(found.achievements[best])]
            yield Reason(
                ReasonKind.SIMILAR_ACHIEVEMENT,
                {"title": achievement.title, "maturity": achievement.maturity},
                float(per_unit[best]),
                (Reference("achievement", achievement.id),),
            )
    profile = np.flatnonzero(found.kinds == PROFILE)
    if len(profile):
        place = int(profile[0])
        closeness = (found.semantic[place] - corpus.null.semantic_centre) / corpus.null.semantic_spread
        if closeness >= CLOSE_SPREADS and stats.semantic_sd > 0:
            weight = found.semantic_share[place] * (found.semantic[place] - stats.semantic_mean) / stats.semantic_sd
            related = related_words(corpus, need, expert, MOST_RELATED)
            yield Reason(
                ReasonKind.SIMILAR_DIRECTION,
                {"fields": list(expert.fields[:3]), "related": related},
                float(weight),
                (Reference("fields" if expert.fields else "bio"),),
            )


def _unit_points(found: _Evidence, stats: NeedStats) -> Floats:
    """Points each unit earns through both text parts: what the score would lose without it."""
    points = np.zeros(len(found.units))
    if stats.lexical_sd > 0:
        points += found.lexical_share * found.lexical / stats.lexical_sd
    if stats.semantic_sd > 0:
        points += found.semantic_share * found.semantic / stats.semantic_sd
    return points


def _references(expert_spans: Mapping[str, Sequence[Span]]) -> tuple[Reference, ...]:
    """Fields of the expert that hold matched passages, each once."""
    found: dict[Reference, None] = {}
    for key in expert_spans:
        name, _, rest = key.partition(":")
        found[Reference(name, int(rest.partition(":")[0]) if name == "achievement" else None)] = None
    return tuple(found)


def _cautions(need: NeedDoc, expert: ExpertDoc, facts: ExpertFacts, query: Query, band: Band) -> tuple[Caution, ...]:
    found: list[Caution] = []
    load = structure.load_value(facts)
    if load >= HIGH_LOAD:
        found.append(Caution(CautionKind.HIGH_LOAD, {"active": facts.active, "capacity": facts.capacity}))
    if band in (Band.GENERAL, Band.WEAK):
        found.append(Caution(CautionKind.THIN_EVIDENCE, {"band": str(band)}))
    months = facts.months_since_update
    if months is not None and months > structure.STALE_MONTHS:
        found.append(Caution(CautionKind.STALE_PROFILE, {"months": round(months)}))
    length = len(expert.headline) + sum(map(len, expert.fields)) + len(expert.bio)
    if length < SHORT_PROFILE and not expert.achievements:
        found.append(Caution(CautionKind.SHORT_PROFILE, {"characters": length}))
    if query.evidence < FEW_NEED_TERMS:
        found.append(Caution(CautionKind.SHORT_NEED, {"terms": query.evidence}))
    return tuple(found[:MOST_CAUTIONS])


def _raises(
    need: NeedDoc,
    expert: ExpertDoc,
    facts: ExpertFacts,
    chain: float,
    parts: Mapping[str, float],
    stats: NeedStats,
    config: Config,
) -> tuple[Raise, ...]:
    found: list[Raise] = []
    chain_gain = config.structure.chain * (1.0 - stats.chain_low) - parts["chain"]
    if chain < 1.0 and chain_gain > 0:
        if not need.chain_ids:
            found.append(Raise(RaiseKind.NEED_CHAIN, {}, chain_gain))
        elif not expert.chain_ids:
            found.append(Raise(RaiseKind.EXPERT_CHAIN, {}, chain_gain))
    if parts["freshness"] < 0:
        found.append(
            Raise(RaiseKind.REFRESH_PROFILE, {"months": round(facts.months_since_update or 0)}, -parts["freshness"])
        )
    if parts["load"] < 0:
        found.append(
            Raise(RaiseKind.RELIEVE_LOAD, {"active": facts.active, "capacity": facts.capacity}, -parts["load"])
        )
    if not expert.achievements:
        found.append(Raise(RaiseKind.ADD_ACHIEVEMENTS, {}, None))
    if len(need.description.strip()) < SHORT_DESCRIPTION:
        found.append(Raise(RaiseKind.ADD_DESCRIPTION, {"characters": len(need.description.strip())}, None))
    if not need.has_metrics:
        found.append(Raise(RaiseKind.ADD_METRICS, {}, None))
    return tuple(found)
