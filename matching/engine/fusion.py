"""Equal z-sum of the text signals over the eligible candidates of one need."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Below this spread a signal does not tell the candidates apart; it counts exactly 0.
FLAT = 1e-9


def spread(values: Floats, eligible: Mask) -> tuple[float, float]:
    """Mean and standard deviation over the eligible candidates; the deviation is 0 when the signal is constant."""
    chosen = values[eligible]
    if not len(chosen) or chosen.max() - chosen.min() < FLAT:
        return (float(chosen[0]) if len(chosen) else 0.0), 0.0
    return float(chosen.mean()), float(chosen.std())


def standardise(values: Floats, mean: float, deviation: float) -> Floats:
    """z-scores; a constant signal is 0 for everybody."""
    if deviation <= 0:
        return np.zeros_like(values)
    return (values - mean) / deviation


def bounds(values: Floats, eligible: Mask) -> tuple[float, float]:
    """Lowest and highest known value among the eligible; NaN means unknown."""
    chosen = values[eligible]
    chosen = chosen[~np.isnan(chosen)]
    return (float(chosen.min()), float(chosen.max())) if len(chosen) else (0.0, 0.0)
