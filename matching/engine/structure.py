"""The structured part: chain, native-place tie, load, freshness. Bounded, and silent where it cannot discriminate.

A benefit counts from the lowest eligible candidate upwards, a burden from the least burdened downwards; so a feature
that is constant over the candidates counts exactly 0, and the whole part stays within the sum of the weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.types import ExpertDoc, ExpertFacts, NeedDoc

Floats = NDArray[np.float64]

SERVED_CHAIN = 0.5  # worked with a firm of this chain, beside belonging to it
STALE_MONTHS = 12.0
STALEST_MONTHS = 36.0
_UNKNOWN = ExpertFacts()


@dataclass(frozen=True)
class ExpertFeatures:
    """Per expert, (n_experts,) each; NaN is unknown. tie, load and staleness lie in 0..1."""

    tie: Floats
    load: Floats
    staleness: Floats
    chains: tuple[frozenset[int], ...]
    served: tuple[frozenset[int], ...]


def features(experts: Sequence[ExpertDoc], facts: Mapping[int, ExpertFacts]) -> ExpertFeatures:
    """Facts as arrays in the order of ``experts``."""
    known = [facts.get(expert.id, _UNKNOWN) for expert in experts]
    return ExpertFeatures(
        tie=np.array([tie_value(fact) for fact in known], dtype=np.float64),
        load=np.array([load_value(fact) for fact in known], dtype=np.float64),
        staleness=np.array([staleness_value(fact) for fact in known], dtype=np.float64),
        chains=tuple(expert.chain_ids for expert in experts),
        served=tuple(fact.served_chain_ids for fact in known),
    )


def tie_value(facts: ExpertFacts) -> float:
    return min(1.0, max(0.0, facts.tie_strength))


def load_value(facts: ExpertFacts) -> float:
    """Share of the capacity in use; unknown without a capacity."""
    if facts.capacity is None or facts.capacity <= 0:
        return float("nan")
    return min(1.0, max(0, facts.active) / facts.capacity)


def staleness_value(facts: ExpertFacts) -> float:
    """0 when confirmed this month, 1 from three years on."""
    if facts.months_since_update is None:
        return float("nan")
    return min(1.0, max(0.0, facts.months_since_update) / STALEST_MONTHS)


def chain_value(need: NeedDoc, chains: frozenset[int], served: frozenset[int]) -> float:
    """1 for a shared chain, ``SERVED_CHAIN`` for past work with a firm of it, 0 otherwise."""
    if need.chain_ids & chains:
        return 1.0
    return SERVED_CHAIN if need.chain_ids & served else 0.0


def chain_values(need: NeedDoc, experts: ExpertFeatures) -> Floats:
    """Chain value of every expert for one need, (n_experts,)."""
    if not need.chain_ids:
        return np.zeros(len(experts.chains), dtype=np.float64)
    return np.array(
        [chain_value(need, own, served) for own, served in zip(experts.chains, experts.served, strict=True)],
        dtype=np.float64,
    )


def benefit(values: Floats, low: float, high: float, weight: float) -> Floats:
    """``weight * (value - lowest)``; unknown and constant count 0."""
    if high <= low:
        return np.zeros_like(values)
    return np.nan_to_num(weight * (values - low), nan=0.0)


def burden(values: Floats, low: float, high: float, weight: float) -> Floats:
    """``-weight * (value - lowest)``; unknown and constant count 0."""
    return 0.0 - benefit(values, low, high, weight)
