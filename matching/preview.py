"""What other weights would do to one need, before anybody saves them."""

from dataclasses import dataclass, replace
from math import isfinite

from experts.models import Expert
from matching import selectors
from matching.engine.config import StructureWeights
from matching.engine.pipeline import score_matrix


@dataclass(frozen=True)
class Moved:
    """One expert of a need's first ten under other weights; ranks count from 1, None is outside both lists' length."""

    expert: Expert
    rank: int | None
    rank_before: int | None
    score: float
    score_before: float

    @property
    def is_gone(self):
        return self.rank is None

    @property
    def places(self):
        """Places won (positive) or lost; None for those who enter or leave the ten."""
        return self.rank_before - self.rank if self.rank and self.rank_before else None

    @property
    def lost(self):
        return -self.places if self.places else 0


def weights_preview(need, weights, user, folder, limit=10):
    """The need's first ``limit`` experts under ``weights`` beside those under the county's own; None when the corpus of
    the standing result is not on this machine. Scores one need with what is stored: nothing is trained here."""
    result = selectors.current_result(need)
    if result is None:
        return None
    try:
        corpus = selectors.stored_corpus(folder, result.run.fingerprint)
    except LookupError:
        return None
    inputs = selectors.engine_inputs(need.county, need_ids=[need.pk])
    if not inputs.needs:
        return None
    ids = [expert.id for expert in corpus.experts]
    visible = {
        row.pk: row
        for row in Expert.objects.visible_to(user).filter(county=need.county_id).select_related("institution")
    }
    lists = []
    for config in (inputs.config, replace(inputs.config, structure=StructureWeights(**weights))):
        ((_need, scores, _strength),) = score_matrix(corpus, inputs.needs, inputs.facts, inputs.mask, config)
        pairs = [(float(value), pk) for value, pk in zip(scores, ids, strict=True) if isfinite(value) and pk in visible]
        lists.append(sorted(pairs, key=lambda pair: (-pair[0], pair[1])))
    before, after = ({pk: (rank, value) for rank, (value, pk) in enumerate(rows, start=1)} for rows in lists)
    shown = [pk for _value, pk in lists[1][:limit]]
    shown += [pk for _value, pk in lists[0][:limit] if pk not in shown]
    return [
        Moved(
            expert=visible[pk],
            rank=after[pk][0] if after[pk][0] <= limit else None,
            rank_before=before[pk][0] if before[pk][0] <= limit else None,
            score=after[pk][1],
            score_before=before[pk][1],
        )
        for pk in shown
    ]
