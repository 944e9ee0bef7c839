import dataclasses

import numpy as np
import pytest

from matching.engine import text
from matching.engine.config import Config
from matching.engine.corpus import Units, combine_units
from matching.engine.errors import UnknownExpertError
from matching.engine.explain import CautionKind, RaiseKind, ReasonKind, expert_texts, explain, unit_shares
from matching.engine.passages import related_words
from matching.engine.pipeline import build_corpus, score
from matching.engine.types import PARTS, ExpertFacts, NeedDoc


@pytest.fixture(scope="session")
def result(corpus, needs, facts):
    return score(corpus, needs, facts)


def kinds(items):
    return [item.kind for item in items]


def test_every_explanation_repeats_the_score_of_the_run(corpus, needs, facts, result):
    for need in needs:
        for pair in result.needs[need.id].matches:
            card = explain(corpus, need, pair.expert_id, result.needs[need.id].stats, facts.get(pair.expert_id))
            for name in PARTS:
                assert card.parts[name] == pytest.approx(pair.parts[name], abs=1e-6)
            assert sum(card.parts.values()) == pytest.approx(card.score, abs=1e-6)
            assert card.score == pytest.approx(pair.score, abs=1e-6)
            assert card.strength == pytest.approx(pair.strength, abs=1e-6)
            assert card.similarity == pytest.approx(pair.similarity, abs=1e-6)
            assert card.band == pair.band


def test_reasons_name_terms_work_chain_and_tie(corpus, needs, facts, result):
    card = explain(corpus, needs[0], 1, result.needs[1].stats, facts[1])
    found = {reason.kind: reason for reason in card.reasons}
    assert set(found) == {
        ReasonKind.TERM_HIT,
        ReasonKind.SIMILAR_ACHIEVEMENT,
        ReasonKind.SIMILAR_DIRECTION,
        ReasonKind.SAME_CHAIN,
        ReasonKind.TIE,
    }
    assert "硫化烟气" in found[ReasonKind.TERM_HIT].params["terms"]
    assert found[ReasonKind.SIMILAR_ACHIEVEMENT].params["title"] == "橡胶硫化烟气低温催化氧化成套装置"
    assert found[ReasonKind.SIMILAR_ACHIEVEMENT].evidence[0].achievement_id == 101
    assert found[ReasonKind.SAME_CHAIN].params == {"chain_ids": [1]}
    assert found[ReasonKind.TIE].params == {"tie": "birth", "strength": 1.0}
    weights = [reason.weight for reason in card.reasons]
    assert weights == sorted(weights, reverse=True)
    assert min(weights) > 0


def test_past_work_with_the_chain_is_its_own_reason(corpus, needs, facts, result):
    card = explain(corpus, needs[0], 3, result.needs[1].stats, facts[3])
    assert ReasonKind.SERVED_CHAIN in kinds(card.reasons)
    assert ReasonKind.SAME_CHAIN not in kinds(card.reasons)


def test_spans_mark_the_same_passages_in_both_original_texts(corpus, needs, facts, result):
    need = dataclasses.replace(needs[0], title="密封條硫化煙氣異味治理")  # as the firm typed it
    card = explain(corpus, need, 1, result.needs[1].stats, facts[1])
    marked = [need.title[span.start : span.end] for span in card.need_spans["title"]]
    assert any("硫化煙氣" in passage for passage in marked)
    texts = expert_texts(corpus.experts[corpus.position[1]])
    passages = [texts[key][span.start : span.end] for key, spans in card.expert_spans.items() for span in spans]
    assert any("硫化烟气" in passage for passage in passages)
    assert all(len(passage) >= 2 for passage in passages)


def test_cautions_are_computed(corpus, needs, facts, result):
    busy = explain(corpus, needs[0], 1, result.needs[1].stats, facts[1])
    assert kinds(busy.cautions) == [CautionKind.HIGH_LOAD]
    stale = explain(corpus, needs[0], 2, result.needs[1].stats, facts[2])
    assert kinds(stale.cautions) == [CautionKind.THIN_EVIDENCE, CautionKind.STALE_PROFILE]
    assert stale.cautions[1].params == {"months": 30}
    empty = explain(corpus, needs[0], 10, result.needs[1].stats)
    assert CautionKind.SHORT_PROFILE in kinds(empty.cautions)


def test_what_would_raise_the_score_states_the_true_gain(corpus, needs, facts, result):
    card = explain(corpus, needs[1], 2, result.needs[2].stats, facts[2])
    gains = {item.kind: item.gain for item in card.raises}
    fresh = dataclasses.replace(facts[2], months_since_update=2)  # the freshest of the run
    after = explain(corpus, needs[1], 2, result.needs[2].stats, fresh)
    assert gains[RaiseKind.REFRESH_PROFILE] == pytest.approx(after.score - card.score, abs=1e-9)
    chained = dataclasses.replace(needs[1], chain_ids=frozenset({2}))
    rerun = dataclasses.replace(result.needs[2].stats, chain_high=1.0)
    after = explain(corpus, chained, 2, rerun, facts[2])
    assert gains[RaiseKind.NEED_CHAIN] == pytest.approx(after.score - card.score, abs=1e-9)
    assert RaiseKind.ADD_ACHIEVEMENTS in gains


def test_missing_metrics_are_asked_for(corpus, result):
    need = NeedDoc(id=1, title="硫化烟气治理", has_metrics=False)
    found = kinds(explain(corpus, need, 1, result.needs[1].stats).raises)
    assert {RaiseKind.ADD_METRICS, RaiseKind.ADD_DESCRIPTION, RaiseKind.NEED_CHAIN} <= set(found)


def test_a_pair_nobody_scored_and_an_empty_expert_are_explained(corpus, needs, result):
    card = explain(corpus, needs[3], 10, result.needs[4].stats, ExpertFacts(), Config())
    assert card.reasons == ()
    assert card.expert_spans == {}


def test_an_unknown_expert_is_refused(corpus, needs, result):
    with pytest.raises(UnknownExpertError):
        explain(corpus, needs[0], 999, result.needs[1].stats)


def test_unit_shares_reproduce_the_combination():
    for scores, row in (
        ([0.4, 0.8, 0.6, 0.2, 0.1], [0, 1, 1, 1, 1]),
        ([0.9, 0.8, 0.6], [0, 1, 1]),
        ([0.3, -0.1, -0.2], [0, 1, 1]),
        ([0.3, 0.1], [1, 1]),
        ([0.3], [0]),
        ([], []),
    ):
        values, unit_kinds = np.array(scores), np.array(row, dtype=np.int64)
        units = Units(np.zeros(len(row), dtype=np.int64), unit_kinds, np.arange(len(row)))
        assert unit_shares(values, unit_kinds, 3) @ values == pytest.approx(combine_units(values, units, 1, 3)[0])


def test_units_and_fillers_are_neither_cited_nor_marked_and_still_score(experts, start_text):
    bio = "处理废气每小时两万立方米，给出蓄热燃烧方案，末端配两条管线。"
    expert = dataclasses.replace(experts[0], id=70, bio=bio, fields=(), achievements=())
    crowd = build_corpus([*experts, expert], [], start_text)
    need = NeedDoc(id=9, title="车间废气蓄热燃烧", description="两条线每小时排两万立方米，请给出末端方案。")
    found = score(crowd, [need]).needs[9]
    card = explain(crowd, need, 70, found.stats)
    cited = next(reason for reason in card.reasons if reason.kind == ReasonKind.TERM_HIT)
    assert any("蓄热燃烧" in phrase for phrase in cited.params["terms"])
    shown = [need.description[span.start : span.end] for span in card.need_spans.get("description", ())]
    shown += [bio[span.start : span.end] for span in card.expert_spans["bio"]]
    for phrase in [*cited.params["terms"], *shown]:
        assert phrase not in {"立方米", "方米", "两条", "给出", "末端", "每小时", "小时", "处理"}
    pair = next(pair for pair in found.matches if pair.expert_id == 70)
    assert card.score == pytest.approx(pair.score, abs=1e-6)


def test_a_direction_is_never_the_name_of_a_unit(corpus):
    expert = corpus.experts[0]
    need = NeedDoc(id=1, title="化工废气催化治理")
    words = {item["expert"] for item in related_words(corpus, need, expert, 20)}
    assert not words & set(text.words(expert.headline))
    assert not any(word.endswith(("学院", "大学", "研究院")) for word in words)
