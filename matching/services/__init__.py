"""Every write of the matching: marks, recusals, weights, runs."""

from matching.services.marks import (
    pair_block,
    pair_mark_clear,
    pair_mark_offered,
    pair_pin,
    pair_refusal,
    pair_unmark,
    recusal_add,
    recusal_remove,
)

__all__ = [
    "pair_block",
    "pair_mark_clear",
    "pair_mark_offered",
    "pair_pin",
    "pair_refusal",
    "pair_unmark",
    "recusal_add",
    "recusal_remove",
]
