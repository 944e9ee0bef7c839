"""Hard constraints: a boolean mask with reason codes, never a large negative score."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class MaskReason(StrEnum):
    """Why a pair may not be proposed."""

    BLOCKED = "blocked"
    SAME_UNIT = "same_unit"
    RECUSAL = "recusal"
    PAUSED = "paused"
    FULL = "full"
    CONFIDENTIAL = "confidential"
    NO_CONSENT = "no_consent"


@dataclass(frozen=True)
class PairMask:
    """Reasons that keep an expert out of every need, and those that keep one pair apart."""

    experts: Mapping[int, frozenset[MaskReason]] = field(default_factory=dict)
    pairs: Mapping[tuple[int, int], frozenset[MaskReason]] = field(default_factory=dict)

    def reasons(self, need_id: int, expert_id: int) -> frozenset[MaskReason]:
        """Every reason that forbids this pair; empty when it is allowed."""
        nothing: frozenset[MaskReason] = frozenset()
        return self.experts.get(expert_id, nothing) | self.pairs.get((need_id, expert_id), nothing)

    def eligible(self, need_id: int, expert_ids: Sequence[int]) -> tuple[NDArray[np.bool_], dict[str, int]]:
        """Who may be proposed, (n_experts,), and how many each reason keeps out (an expert may have several)."""
        reasons = [self.reasons(need_id, expert_id) for expert_id in expert_ids]
        counts = Counter(str(reason) for found in reasons for reason in found)
        return np.array([not found for found in reasons], dtype=bool), dict(sorted(counts.items()))


def combine(entries: Iterable[tuple[int | tuple[int, int], MaskReason]]) -> PairMask:
    """Mask from a stream of (expert id, reason) and ((need id, expert id), reason)."""
    experts: dict[int, set[MaskReason]] = {}
    pairs: dict[tuple[int, int], set[MaskReason]] = {}
    for key, reason in entries:
        if isinstance(key, tuple):
            pairs.setdefault(key, set()).add(reason)
        else:
            experts.setdefault(key, set()).add(reason)
    return PairMask(
        {key: frozenset(found) for key, found in experts.items()},
        {key: frozenset(found) for key, found in pairs.items()},
    )
