"""What goes into the engine and what comes out: frozen dataclasses, no framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

PARTS = ("lexical", "semantic", "chain", "tie", "load", "freshness")


class Band(StrEnum):
    """How strong the evidence of one pair is, on an absolute measure."""

    STRONG = "strong"
    FAIR = "fair"
    GENERAL = "general"
    WEAK = "weak"


class NeedStatus(StrEnum):
    """Whether the register holds anybody for a need."""

    COMPLETE = "complete"
    NO_CANDIDATE = "no_candidate"


@dataclass(frozen=True)
class NeedDoc:
    """One need as the engine reads it."""

    id: int
    title: str
    description: str = ""
    keywords: tuple[str, ...] = ()
    chain_ids: frozenset[int] = frozenset()
    has_metrics: bool = True


@dataclass(frozen=True)
class AchievementDoc:
    """One achievement of an expert."""

    id: int
    title: str
    summary: str = ""
    maturity: str = ""


@dataclass(frozen=True)
class ExpertDoc:
    """One expert as the engine reads them; names and contacts never enter."""

    id: int
    headline: str = ""
    fields: tuple[str, ...] = ()
    bio: str = ""
    achievements: tuple[AchievementDoc, ...] = ()
    chain_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class ExpertFacts:
    """Structured facts of one expert at scoring time; ``None`` means unknown, which never counts.

    tie_strength: 0..1, from no tie to born in the county. active, capacity: orders.
    months_since_update: months since the profile was last confirmed.
    served_chain_ids: chains of firms this expert has already worked with.
    """

    tie_strength: float = 0.0
    tie_kind: str = ""
    active: int = 0
    capacity: int | None = None
    months_since_update: float | None = None
    served_chain_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class NeedStats:
    """The statistics that turned one need's raw similarities into score parts; enough to recompute any pair."""

    eligible: int
    lexical_mean: float
    lexical_sd: float
    semantic_mean: float
    semantic_sd: float
    chain_low: float
    chain_high: float
    tie_low: float
    tie_high: float
    load_low: float
    load_high: float
    freshness_low: float
    freshness_high: float


@dataclass(frozen=True)
class PairScore:
    """One scored pair. ``sum(parts.values()) == score`` to 1e-6.

    similarity: mean cosine of the text vectors, in [-1, 1]. strength: evidence in null-distribution units (absolute).
    """

    need_id: int
    expert_id: int
    rank: int
    score: float
    parts: Mapping[str, float]
    similarity: float
    strength: float
    band: Band


@dataclass(frozen=True)
class NeedResult:
    """The best experts for one need. ``matches`` is filled even when the status says nobody is convincing."""

    need_id: int
    status: NeedStatus
    matches: tuple[PairScore, ...]
    masked: Mapping[str, int]
    best_strength: float
    threshold: float
    stats: NeedStats


@dataclass(frozen=True)
class Result:
    """Top-k in both directions with the fingerprints that make the run reproducible."""

    needs: Mapping[int, NeedResult]
    experts: Mapping[int, tuple[PairScore, ...]]
    corpus_fingerprint: str
    config_fingerprint: str
    pairs: int
    seconds: float = field(compare=False, default=0.0)
