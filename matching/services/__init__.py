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
from matching.services.reasons import caution_row, reason_row
from matching.services.runs import (
    corpora_folder,
    corpus_of,
    counties_with_open_needs,
    run_claim,
    run_execute,
    run_failed,
    run_request,
    runs_to_resume,
)
from matching.services.weights import weights_set

__all__ = [
    "caution_row",
    "corpora_folder",
    "corpus_of",
    "counties_with_open_needs",
    "pair_block",
    "pair_mark_clear",
    "pair_mark_offered",
    "pair_pin",
    "pair_refusal",
    "pair_unmark",
    "reason_row",
    "recusal_add",
    "recusal_remove",
    "run_claim",
    "run_execute",
    "run_failed",
    "run_request",
    "runs_to_resume",
    "weights_set",
]
