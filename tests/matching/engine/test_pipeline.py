import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching.engine import bands, fusion, structure
from matching.engine.config import Config, StructureWeights
from matching.engine.corpus import Units, combine_units, corpus_cached, corpus_fingerprint
from matching.engine.errors import ConfigError
from matching.engine.mask import MaskReason, PairMask, combine
from matching.engine.pipeline import build_corpus, score, score_matrix
from matching.engine.start_text import StartText
from matching.engine.types import PARTS, AchievementDoc, Band, ExpertDoc, ExpertFacts, NeedDoc, NeedStatus

FOREIGN = Path(__file__).with_name("data") / "foreign.jsonl"
quick = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_the_right_expert_comes_first(corpus, needs):
    result = score(corpus, needs)
    assert {number: found.matches[0].expert_id for number, found in result.needs.items()} == {1: 1, 2: 2, 3: 3, 4: 4}
    assert result.pairs == 40


def test_parts_add_up_in_both_directions(corpus, needs, facts):
    result = score(corpus, needs, facts)
    pairs = [pair for found in result.needs.values() for pair in found.matches]
    pairs += [pair for found in result.experts.values() for pair in found]
    assert len(pairs) == 80
    for pair in pairs:
        assert tuple(pair.parts) == PARTS
        assert sum(pair.parts.values()) == pytest.approx(pair.score, abs=1e-6)


def test_both_directions_tell_the_same_of_a_pair(corpus, needs, facts):
    result = score(corpus, needs, facts)
    forward = {(pair.need_id, pair.expert_id): pair for found in result.needs.values() for pair in found.matches}
    for found in result.experts.values():
        assert [pair.score for pair in found] == sorted((pair.score for pair in found), reverse=True)
        for pair in found:
            other = forward[pair.need_id, pair.expert_id]
            assert pair == dataclasses.replace(other, rank=pair.rank)


def test_two_runs_and_any_order_of_rows_agree(experts, needs, start_text, facts):
    first = score(build_corpus(experts, needs, start_text), needs, facts)
    again = score(build_corpus(experts[::-1], needs[::-1], start_text), needs[::-1], facts)
    assert first == again


def test_top_k_limits_and_ranks(corpus, needs):
    result = score(corpus, needs, top_k=3)
    for found in (*(item.matches for item in result.needs.values()), *result.experts.values()):
        assert [pair.rank for pair in found] == [1, 2, 3]
    assert score(corpus, needs, top_k=0).needs[1].matches == ()


def test_equal_experts_are_ordered_by_id(start_text, needs):
    twins = [ExpertDoc(id=number, fields=("硫化烟气治理",)) for number in (7, 3, 5)]
    found = score(build_corpus(twins, needs, start_text), needs[:1]).needs[1]
    assert [pair.expert_id for pair in found.matches] == [3, 5, 7]
    assert all(pair.score == 0 for pair in found.matches)


def test_progress_is_told_per_block(corpus, needs):
    told = []
    score(corpus, needs, config=Config(block=2), progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 4), (4, 4)]


def test_masked_pairs_never_appear_and_are_counted(corpus, needs):
    mask = combine(
        [
            (1, MaskReason.PAUSED),
            (1, MaskReason.NO_CONSENT),
            ((2, 2), MaskReason.BLOCKED),
            ((2, 3), MaskReason.SAME_UNIT),
        ]
    )
    result = score(corpus, needs, mask=mask)
    for number, found in result.needs.items():
        shown = {pair.expert_id for pair in found.matches}
        assert 1 not in shown
        assert shown.isdisjoint({2, 3}) == (number == 2)
    assert result.needs[1].masked == {"no_consent": 1, "paused": 1}
    assert result.needs[2].masked == {"blocked": 1, "no_consent": 1, "paused": 1, "same_unit": 1}
    assert result.experts[1] == ()
    assert {pair.need_id for pair in result.experts[2]} == {1, 3, 4}


def test_everybody_masked_is_an_honest_nobody(corpus, needs):
    mask = PairMask(experts={number: frozenset({MaskReason.FULL}) for number in range(1, 11)})
    found = score(corpus, needs, mask=mask).needs[1]
    assert found.status == NeedStatus.NO_CANDIDATE
    assert found.matches == ()
    assert found.masked == {"full": 10}


@quick
@given(blocked=st.sets(st.tuples(st.integers(1, 4), st.integers(1, 10))))
def test_the_mask_is_respected_whatever_it_is(corpus, needs, blocked):
    result = score(corpus, needs, mask=combine((pair, MaskReason.RECUSAL) for pair in blocked))
    pairs = [
        pair for found in (*(n.matches for n in result.needs.values()), *result.experts.values()) for pair in found
    ]
    assert not {(pair.need_id, pair.expert_id) for pair in pairs} & blocked
    assert len(pairs) == 2 * (40 - len(blocked))


@quick
@given(
    values=st.lists(
        st.tuples(
            st.floats(0, 1),
            st.integers(0, 9),
            st.none() | st.integers(0, 6),
            st.none() | st.floats(0, 120),
            st.booleans(),
        ),
        min_size=10,
        max_size=10,
    )
)
def test_structure_stays_within_its_bound_and_parts_add_up(corpus, needs, values):
    facts = {
        number: ExpertFacts(tie, "birth", active, capacity, months, frozenset({1}) if served else frozenset())
        for number, (tie, active, capacity, months, served) in enumerate(values, start=1)
    }
    for found in score(corpus, needs, facts).needs.values():
        for pair in found.matches:
            structured = [pair.parts[name] for name in ("chain", "tie", "load", "freshness")]
            assert abs(sum(structured)) <= 0.5 + 1e-9
            assert sum(pair.parts.values()) == pytest.approx(pair.score, abs=1e-6)


@quick
@given(tie=st.floats(0, 1), active=st.integers(0, 5), months=st.floats(0, 100))
def test_a_feature_constant_over_the_candidates_counts_exactly_zero(corpus, needs, tie, active, months):
    same = ExpertFacts(tie, "birth", active, 5, months)
    facts = dict.fromkeys(range(1, 11), same)
    chainless = [dataclasses.replace(need, chain_ids=frozenset()) for need in needs]
    for found in score(corpus, chainless, facts).needs.values():
        for pair in found.matches:
            assert [pair.parts[name] for name in ("chain", "tie", "load", "freshness")] == [0, 0, 0, 0]


def test_unknown_facts_do_not_count(corpus, needs):
    facts = {1: ExpertFacts(active=9, capacity=None), 2: ExpertFacts(active=2, capacity=2), 3: ExpertFacts(capacity=2)}
    parts = {pair.expert_id: pair.parts for pair in score(corpus, needs, facts).needs[2].matches}
    assert parts[1]["load"] == 0
    assert parts[2]["load"] == pytest.approx(-0.1)
    assert parts[3]["load"] == 0


def test_weights_out_of_bounds_are_refused():
    with pytest.raises(ConfigError):
        StructureWeights(chain=0.4, tie=0.2)
    with pytest.raises(ConfigError):
        StructureWeights(load=-0.1)


def test_traditional_equals_simplified(experts, needs, start_text):
    corpus = build_corpus(experts, needs, start_text)
    simplified = NeedDoc(id=1, title="变压器局部放电检测", description="绝缘结构优化，干燥处理后仍超标。")
    traditional = NeedDoc(id=1, title="變壓器局部放電檢測", description="絕緣結構優化，乾燥處理後仍超標。")
    assert score(corpus, [simplified]).needs == score(corpus, [traditional]).needs


def test_home_needs_have_a_candidate_and_bands_follow_strength(corpus, needs):
    result = score(corpus, needs)
    for found in result.needs.values():
        assert found.status == NeedStatus.COMPLETE
        for pair in found.matches:
            assert pair.band == bands.band(pair.strength, Config().bands)
    assert result.needs[1].matches[0].band == Band.STRONG


def test_foreign_needs_have_nobody_and_home_needs_somebody_with_the_shipped_start_text(experts, needs):
    rows = [json.loads(line) for line in FOREIGN.read_text("utf-8").splitlines()]
    foreign = [
        NeedDoc(id=number, title=row["title"], description=row["description"]) for number, row in enumerate(rows, 5)
    ]
    result = score(build_corpus(experts, needs), [*needs, *foreign])
    complete = {number for number, found in result.needs.items() if found.status == NeedStatus.COMPLETE}
    assert complete == {need.id for need in needs}


def test_score_matrix_agrees_with_score(corpus, needs, facts):
    result = score(corpus, needs, facts)
    for need, scores, strengths in score_matrix(corpus, needs, facts):
        for pair in result.needs[need.id].matches:
            place = corpus.position[pair.expert_id]
            assert scores[place] == pytest.approx(pair.score, abs=1e-9)
            assert strengths[place] == pytest.approx(pair.strength, abs=1e-9)


ODD = (
    "",
    " ",
    "钢",
    "！？……——",
    "\x00\ud800\u200b",
    "the of and",
    "x" * 60,
    "①②③㎡½",
    "12345 67.8",
    "🙂🙂",
    "ｱｲｳ",
    "\n\n",
)


def test_odd_texts_get_an_answer(start_text):
    experts = [
        ExpertDoc(id=n, headline=odd, fields=(odd, odd), bio=odd, achievements=(AchievementDoc(n, odd, odd),))
        for n, odd in enumerate(ODD, start=1)
    ]
    needs = [NeedDoc(id=n, title=odd, description=odd, keywords=(odd,)) for n, odd in enumerate(ODD, start=1)]
    result = score(build_corpus(experts, needs, start_text), needs)
    assert len(result.needs) == len(ODD)
    for found in result.needs.values():
        assert all(np.isfinite(pair.score) for pair in found.matches)


def test_nothing_at_all_gets_an_answer(needs, start_text):
    for start in (start_text, StartText()):
        found = score(build_corpus([], [], start), needs).needs[1]
        assert found.status == NeedStatus.NO_CANDIDATE
        assert found.matches == ()
    assert score(build_corpus([], [], StartText()), []).needs == {}
    alone = build_corpus([ExpertDoc(id=1)], [], StartText())
    assert score(alone, needs).needs[1].status == NeedStatus.NO_CANDIDATE


def test_a_megabyte_of_description_is_answered(corpus):
    need = NeedDoc(id=1, title="液压缸密封", description="液压缸低速爬行，内泄漏严重。" * 75_000)
    assert score(corpus, [need]).needs[1].matches[0].expert_id == 3


def test_an_english_need_meets_an_english_profile(experts, start_text):
    english = ExpertDoc(
        id=50, headline="Professor", fields=("hydraulic cylinder seal",), bio="Reciprocating seal friction."
    )
    corpus = build_corpus([*experts, english], [], start_text)
    found = score(corpus, [NeedDoc(id=1, title="Seal friction of hydraulic cylinder", description="")]).needs[1]
    assert found.matches[0].expert_id == 50


def test_works_add_to_a_profile_and_stand_alone_without_one():
    owner, kind, place = np.zeros(5, dtype=int), np.array([0, 1, 1, 1, 1]), np.array([-1, 0, 1, 2, 3])
    units = Units(owner, kind, place)
    best_three = combine_units(np.array([0.4, 0.1, 0.8, 0.6, 0.4]), units, 1, 3)
    assert best_three.tolist() == pytest.approx([0.4 + 0.25 * 0.6])
    assert combine_units(np.array([0.4, -0.1, -0.2, -0.3, -0.4]), units, 1, 3).tolist() == [0.4]
    works_only = Units(owner[:3], np.ones(3, dtype=int), np.arange(3))
    assert combine_units(np.array([0.9, 0.6, 0.0]), works_only, 2, 2).tolist() == pytest.approx([0.75, 0.0])


def test_z_of_a_constant_signal_is_zero():
    values = np.full(4, 0.3)
    mean, deviation = fusion.spread(values, np.ones(4, dtype=bool))
    assert deviation == 0
    assert fusion.standardise(values, mean, deviation).tolist() == [0, 0, 0, 0]


def test_served_chain_counts_half_of_a_shared_one():
    need = NeedDoc(id=1, title="", chain_ids=frozenset({4}))
    assert structure.chain_value(need, frozenset({4, 5}), frozenset()) == 1
    assert structure.chain_value(need, frozenset({5}), frozenset({4})) == structure.SERVED_CHAIN
    assert structure.chain_value(need, frozenset(), frozenset()) == 0


def test_the_threshold_grows_with_the_register():
    config = Config().bands
    assert bands.threshold(config, 1) == bands.threshold(config, 60) < bands.threshold(config, 3000)


def test_fingerprint_follows_content_and_configuration(experts, needs, start_text):
    config = Config().text
    base = corpus_fingerprint(experts, needs, start_text, config)
    assert base == corpus_fingerprint(experts[::-1], needs[::-1], start_text, config)
    edited = (dataclasses.replace(experts[0], bio="改"), *experts[1:])
    assert base != corpus_fingerprint(edited, needs, start_text, config)
    assert base != corpus_fingerprint(experts, needs, start_text, dataclasses.replace(config, seed=8))
    assert Config().fingerprint() != Config(structure=StructureWeights(chain=0.1)).fingerprint()


def test_a_corpus_is_cached_and_a_broken_file_rebuilt(tmp_path, corpus, needs):
    built = []

    def build():
        built.append(1)
        return corpus

    first = corpus_cached(tmp_path, corpus.fingerprint, build)
    again = corpus_cached(tmp_path, corpus.fingerprint, build)
    assert len(built) == 1
    assert score(first, needs) == score(again, needs)
    path = next(tmp_path.glob("corpus-*.bin"))
    path.write_bytes(path.read_bytes()[:-100])
    corpus_cached(tmp_path, corpus.fingerprint, build)
    assert len(built) == 2
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
