"""Everything tunable, frozen and fingerprinted."""

import hashlib
import json
from dataclasses import asdict, dataclass, field

from matching.engine.errors import ConfigError

# Raised when a change of code changes scores, so that cached corpora are rebuilt.
ENGINE_VERSION = "1.2"
STRUCTURE_BOUND = 0.5


@dataclass(frozen=True)
class VectorConfig:
    """Co-occurrence vectors: window in tokens, minimum count, SIF constant."""

    window: int
    min_count: int
    sif: float
    dimensions: int = 128
    context_power: float = 0.75
    max_vocabulary: int = 40_000


@dataclass(frozen=True)
class TextConfig:
    """How texts become similarities. A change here needs a new corpus."""

    title_weight: float = 1.0
    description_weight: float = 1.0
    pivot: float = 0.5
    best_achievements: int = 3
    background_documents: float = 300.0
    words: VectorConfig = field(default_factory=lambda: VectorConfig(window=12, min_count=2, sif=1e-4))
    characters: VectorConfig = field(default_factory=lambda: VectorConfig(window=8, min_count=3, sif=3e-4))
    null_needs: int = 200
    null_experts: int = 2000
    seed: int = 7


@dataclass(frozen=True)
class StructureWeights:
    """Weights of the structured part on the z-sum scale; together at most ``STRUCTURE_BOUND``."""

    chain: float = 0.2
    tie: float = 0.1
    load: float = 0.1
    freshness: float = 0.1

    def __post_init__(self) -> None:
        weights = (self.chain, self.tie, self.load, self.freshness)
        if not all(0 <= weight <= STRUCTURE_BOUND for weight in weights):
            raise ConfigError(f"structure weights must lie in 0..{STRUCTURE_BOUND}: {weights}")
        if sum(weights) > STRUCTURE_BOUND + 1e-9:
            raise ConfigError(f"structure weights sum to {sum(weights):.3f}, more than {STRUCTURE_BOUND}")


@dataclass(frozen=True)
class BandConfig:
    """Lower bounds of the bands and of a credible candidate, in null-distribution units."""

    strong: float = 9.5
    fair: float = 7.5
    general: float = 5.0
    candidate: float = 7.7  # between the best of 60 experts for foreign needs and for needs of their own county
    candidate_per_log_size: float = 0.05  # the best of more experts is better by chance


@dataclass(frozen=True)
class Config:
    """One county's configuration of the engine."""

    text: TextConfig = field(default_factory=TextConfig)
    structure: StructureWeights = field(default_factory=StructureWeights)
    bands: BandConfig = field(default_factory=BandConfig)
    block: int = 64

    def fingerprint(self) -> str:
        """Hash of everything that can change a score."""
        return _digest({"engine": ENGINE_VERSION, "config": asdict(self)})

    def text_fingerprint(self) -> str:
        """Hash of what a corpus depends on."""
        return _digest({"engine": ENGINE_VERSION, "text": asdict(self.text)})


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
