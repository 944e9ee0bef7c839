"""From a corpus and needs to the best pairs in both directions. Deterministic: ties fall by id."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine import bands, fusion, structure
from matching.engine.config import BandConfig, Config, StructureWeights
from matching.engine.corpus import Corpus, Query, Similarities, build_corpus, corpus_cached, corpus_fingerprint
from matching.engine.mask import PairMask
from matching.engine.types import (
    PARTS,
    Band,
    ExpertFacts,
    NeedDoc,
    NeedResult,
    NeedStats,
    NeedStatus,
    PairScore,
    Result,
)

__all__ = ["build_corpus", "corpus_cached", "corpus_fingerprint", "score", "score_matrix"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RawPair = tuple[float, float, float]


@dataclass(frozen=True)
class Row:
    """One need against every expert, (n_experts,) each; masked experts have score -inf."""

    need: NeedDoc
    query: Query
    stats: NeedStats
    eligible: NDArray[np.bool_]
    masked: dict[str, int]
    raw: Similarities
    chain: Floats
    score: Floats
    strength: Floats


def score(
    corpus: Corpus,
    needs: Sequence[NeedDoc],
    facts: Mapping[int, ExpertFacts] | None = None,
    mask: PairMask | None = None,
    config: Config | None = None,
    top_k: int = 20,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Top-k experts per need and top-k needs per expert.

    progress(done, total) is called after every block of needs. Memory is bounded by the block and by top_k x experts.
    """
    started = time.perf_counter()
    settings = config or Config()
    ordered = sorted(needs, key=lambda need: need.id)
    features = structure.features(corpus.experts, facts or {})
    reverse = _Reverse(corpus, top_k)
    found: dict[int, NeedResult] = {}
    stats: list[NeedStats] = []
    evidence: list[int] = []
    for done, row in enumerate(_rows(corpus, ordered, features, mask or PairMask(), settings), start=1):
        found[row.need.id] = _need_result(corpus, row, features, settings, top_k)
        stats.append(row.stats)
        evidence.append(row.query.evidence)
        reverse.add(done - 1, row)
        if progress is not None and (done % settings.block == 0 or done == len(ordered)):
            progress(done, len(ordered))
    by_expert: dict[int, tuple[PairScore, ...]] = {}
    for position, expert in enumerate(corpus.experts):
        by_expert[expert.id] = tuple(
            _pair(corpus, ordered[n], position, rank, raw, stats[n], features, settings, evidence[n])
            for rank, (n, raw) in enumerate(reverse.of(position), start=1)
        )
    return Result(
        needs=found,
        experts=by_expert,
        corpus_fingerprint=corpus.fingerprint,
        config_fingerprint=settings.fingerprint(),
        pairs=len(ordered) * len(corpus.experts),
        seconds=time.perf_counter() - started,
    )


def score_matrix(
    corpus: Corpus,
    needs: Sequence[NeedDoc],
    facts: Mapping[int, ExpertFacts] | None = None,
    mask: PairMask | None = None,
    config: Config | None = None,
) -> Iterator[tuple[NeedDoc, Floats, Floats]]:
    """(need, score, strength) of every pair, row by row in the order given; for evaluation and inspection."""
    features = structure.features(corpus.experts, facts or {})
    for row in _rows(corpus, needs, features, mask or PairMask(), config or Config()):
        yield row.need, row.score, row.strength


def _rows(
    corpus: Corpus, needs: Sequence[NeedDoc], features: structure.ExpertFeatures, mask: PairMask, config: Config
) -> Iterator[Row]:
    ids = [expert.id for expert in corpus.experts]
    for start in range(0, len(needs), config.block):
        block = needs[start : start + config.block]
        queries = corpus.queries(block)
        for need, query, raw in zip(block, queries, corpus.similarities_of(queries), strict=True):
            yield _row(corpus, need, query, raw, features, mask, ids, config)


def _row(
    corpus: Corpus,
    need: NeedDoc,
    query: Query,
    raw: Similarities,
    features: structure.ExpertFeatures,
    mask: PairMask,
    ids: Sequence[int],
    config: Config,
) -> Row:
    lexical, semantic = raw.lexical, raw.semantic
    chain = structure.chain_values(need, features)
    eligible, masked = mask.eligible(need.id, ids)
    lexical_mean, lexical_sd = fusion.spread(lexical, eligible)
    semantic_mean, semantic_sd = fusion.spread(semantic, eligible)
    chain_low, chain_high = fusion.bounds(chain, eligible)
    tie_low, tie_high = fusion.bounds(features.tie, eligible)
    load_low, load_high = fusion.bounds(features.load, eligible)
    freshness_low, freshness_high = fusion.bounds(features.staleness, eligible)
    stats = NeedStats(
        eligible=int(eligible.sum()),
        lexical_mean=lexical_mean,
        lexical_sd=lexical_sd,
        semantic_mean=semantic_mean,
        semantic_sd=semantic_sd,
        chain_low=chain_low,
        chain_high=chain_high,
        tie_low=tie_low,
        tie_high=tie_high,
        load_low=load_low,
        load_high=load_high,
        freshness_low=freshness_low,
        freshness_high=freshness_high,
    )
    parts = parts_of(lexical, semantic, chain, features.tie, features.load, features.staleness, stats, config.structure)
    total = sum((parts[name] for name in PARTS), start=np.zeros(len(ids)))
    strength = bands.strength(semantic, raw.telling, corpus.null, query.evidence)
    return Row(need, query, stats, eligible, masked, raw, chain, np.where(eligible, total, -np.inf), strength)


def parts_of(
    lexical: Floats,
    semantic: Floats,
    chain: Floats,
    tie: Floats,
    load: Floats,
    staleness: Floats,
    stats: NeedStats,
    weights: StructureWeights,
) -> dict[str, Floats]:
    """The six parts of the score of one need's pairs; the only place where raw values become points."""
    return {
        "lexical": fusion.standardise(lexical, stats.lexical_mean, stats.lexical_sd),
        "semantic": fusion.standardise(semantic, stats.semantic_mean, stats.semantic_sd),
        "chain": structure.benefit(chain, stats.chain_low, stats.chain_high, weights.chain),
        "tie": structure.benefit(tie, stats.tie_low, stats.tie_high, weights.tie),
        "load": structure.burden(load, stats.load_low, stats.load_high, weights.load),
        "freshness": structure.burden(staleness, stats.freshness_low, stats.freshness_high, weights.freshness),
    }


def _need_result(
    corpus: Corpus, row: Row, features: structure.ExpertFeatures, config: Config, top_k: int
) -> NeedResult:
    ids = np.array([expert.id for expert in corpus.experts], dtype=np.int64)
    chosen = np.lexsort((ids, -row.score))[: min(top_k, row.stats.eligible)]
    matches = tuple(
        _pair(
            corpus,
            row.need,
            int(position),
            rank,
            _raw_at(row.raw, int(position)),
            row.stats,
            features,
            config,
            row.query.evidence,
        )
        for rank, position in enumerate(chosen, start=1)
    )
    best = float(row.strength[row.eligible].max()) if row.stats.eligible else float("-inf")
    needed = bands.threshold(config.bands, len(corpus.experts))
    return NeedResult(
        need_id=row.need.id,
        status=NeedStatus.COMPLETE if best >= needed else NeedStatus.NO_CANDIDATE,
        matches=matches,
        masked=row.masked,
        best_strength=best,
        threshold=needed,
        stats=row.stats,
    )


def _raw_at(raw: Similarities, position: int) -> RawPair:
    return float(raw.lexical[position]), float(raw.semantic[position]), float(raw.telling[position])


def _pair(
    corpus: Corpus,
    need: NeedDoc,
    position: int,
    rank: int,
    raw: RawPair,
    stats: NeedStats,
    features: structure.ExpertFeatures,
    config: Config,
    evidence: int,
) -> PairScore:
    chain = structure.chain_value(need, features.chains[position], features.served[position])
    facts = (float(features.tie[position]), float(features.load[position]), float(features.staleness[position]))
    parts = pair_parts(raw, chain, facts, stats, config.structure)
    value = pair_strength(raw, corpus.null, evidence)
    return PairScore(
        need_id=need.id,
        expert_id=corpus.experts[position].id,
        rank=rank,
        score=sum(parts.values()),
        parts=parts,
        similarity=raw[1],
        strength=value,
        band=pair_band(value, config.bands),
    )


def pair_parts(
    raw: RawPair,
    chain: float,
    facts: tuple[float, float, float],
    stats: NeedStats,
    weights: StructureWeights,
) -> dict[str, float]:
    """``parts_of`` for a single pair: raw is (lexical, semantic, telling), facts is (tie, load, staleness)."""
    lexical, semantic, chain_, tie, load, staleness = (np.array([value]) for value in (*raw[:2], chain, *facts))
    found = parts_of(lexical, semantic, chain_, tie, load, staleness, stats, weights)
    return {name: float(found[name][0]) for name in PARTS}


def pair_strength(raw: RawPair, null: bands.Null, evidence: int) -> float:
    return float(bands.strength(np.array([raw[1]]), np.array([raw[2]]), null, evidence)[0])


def pair_band(value: float, config: BandConfig) -> Band:
    return bands.band(value, config)


class _Reverse:
    """Top-k needs per expert, kept while needs stream by in ascending id; earlier needs win ties."""

    def __init__(self, corpus: Corpus, top_k: int) -> None:
        size = len(corpus.experts)
        self.top_k = top_k
        self.scores = np.full((top_k, size), -np.inf)
        self.needs = np.full((top_k, size), -1, dtype=np.int64)
        self.raw = tuple(np.zeros((top_k, size)) for _ in Similarities._fields)

    def add(self, number: int, row: Row) -> None:
        """Insert one need; only experts for whom it beats their worst kept need are touched."""
        if self.top_k == 0:
            return
        better = np.flatnonzero(row.score > self.scores[-1])
        if not len(better):
            return
        values = np.vstack([self.scores[:, better], row.score[better]])
        order = np.argsort(-values, axis=0, kind="stable")[: self.top_k]
        across = np.arange(len(better))
        for kept, fresh in (
            (self.needs, np.full(len(better), number, dtype=np.int64)),
            *((kept, fresh[better]) for kept, fresh in zip(self.raw, row.raw, strict=True)),
        ):
            kept[:, better] = np.vstack([kept[:, better], fresh])[order, across]
        self.scores[:, better] = values[order, across]

    def of(self, position: int) -> Iterator[tuple[int, RawPair]]:
        """(number of the need, raw similarities) of one expert's best needs, best first."""
        for slot in range(self.top_k):
            if not np.isfinite(self.scores[slot, position]):
                return
            lexical, semantic, telling = (float(values[slot, position]) for values in self.raw)
            yield int(self.needs[slot, position]), (lexical, semantic, telling)
