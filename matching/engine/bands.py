"""Absolute strength of a pair against a null of unrelated pairs, the bands, and the honest "nobody".

Rank and z say who is best among those there are; strength says whether the best is any good. It is the sum of two
standardised similarities, each measured in the spread of pairs that have nothing to do with each other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.config import BandConfig
from matching.engine.types import Band

Floats = NDArray[np.float64]

# A null narrower than this comes from too few or too empty texts to be believed.
SEMANTIC_FLOOR = 0.04
TELLING_FLOOR = 0.004
# Needs of a few terms match by accident: strength is scaled by n / (n + THIN).
THIN = 2.0
# Matched terms beyond the first few add ever less: half the shared vocabulary is no twice as good as a quarter.
TELLING_WEIGHT = 2.0
REFERENCE_SIZE = 60


@dataclass(frozen=True)
class Null:
    """Centre and spread of the two absolute measures over unrelated pairs."""

    semantic_centre: float = 0.0
    semantic_spread: float = SEMANTIC_FLOOR
    telling_centre: float = 0.0
    telling_spread: float = TELLING_FLOOR


def estimate_null(semantic: Floats, telling: Floats) -> Null:
    """Null from pairs (n_pseudo_needs, n_experts) that are almost all unrelated.

    Median and the distance to the 84th percentile: a few related pairs among them move neither much.
    """
    if not semantic.size:
        return Null()
    semantic_centre, semantic_high = np.percentile(semantic, [50, 84])
    telling_centre, telling_high = np.percentile(telling, [50, 84])
    return Null(
        semantic_centre=float(semantic_centre),
        semantic_spread=max(SEMANTIC_FLOOR, float(semantic_high - semantic_centre)),
        telling_centre=float(telling_centre),
        telling_spread=max(TELLING_FLOOR, float(telling_high - telling_centre)),
    )


def strength(semantic: Floats, telling: Floats, null: Null, need_terms: int) -> Floats:
    """Evidence of relatedness in null units: ``z(semantic) + 2 ln(1 + max(0, z(telling)))``.

    semantic: mean cosine of the vectors. telling: the lexical similarity earned by non-generic terms alone. need_terms:
    how many such terms the need offers.
    """
    near = (semantic - null.semantic_centre) / null.semantic_spread
    matched = np.maximum(0.0, (telling - null.telling_centre) / null.telling_spread)
    result: Floats = (near + TELLING_WEIGHT * np.log1p(matched)) * (need_terms / (need_terms + THIN))
    return result


def threshold(config: BandConfig, candidates: int) -> float:
    """Strength the best of ``candidates`` must reach to be called a candidate at all."""
    excess = np.log(max(1, candidates) / REFERENCE_SIZE)
    return config.candidate + config.candidate_per_log_size * float(max(0.0, excess))


def band(value: float, config: BandConfig) -> Band:
    """Band of one pair."""
    if value >= config.strong:
        return Band.STRONG
    if value >= config.fair:
        return Band.FAIR
    return Band.GENERAL if value >= config.general else Band.WEAK
