"""Reasons and cautions of a stored pair, as codes and parameters; ``matching.wording`` words them for a reader."""

from matching.engine.explain import explain


def reasons_of(corpus, need, pair, inputs, stats):
    """(reasons, cautions) of one ranked pair as plain JSON, the heaviest reason first."""
    found = explain(corpus, need, pair.expert_id, stats, inputs.facts.get(pair.expert_id), inputs.config)
    return [reason_row(reason) for reason in found.reasons], [caution_row(caution) for caution in found.cautions]


def reason_row(reason):
    return {
        "kind": str(reason.kind),
        "weight": round(reason.weight, 4),
        "params": dict(reason.params),
        "evidence": [{"field": ref.field, "achievement": ref.achievement_id} for ref in reason.evidence],
    }


def caution_row(caution):
    return {"kind": str(caution.kind), "params": dict(caution.params)}
