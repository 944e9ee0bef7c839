from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.engine import text


def test_terms_are_characters_bigrams_and_whole_latin_tokens():
    found = text.terms("用GCr15轴承钢")
    assert found == {"用": 1, "gcr15": 1, "轴": 1, "轴承": 1, "承": 1, "承钢": 1, "钢": 1}


def test_terms_do_not_cross_a_function_character_or_a_stop():
    assert "料涂" not in text.terms("材料的涂层")
    assert "料涂" not in text.terms("材料，涂层")


def test_terms_drop_pure_numbers_and_keep_units_formulas_and_models():
    found = text.terms("2024 年 PM2.5 与 Nd-Fe-B、5t/h、A356-T6")
    assert {"pm2.5", "nd-fe-b", "nd", "fe", "5t/h", "a356-t6", "a356", "t6"} <= found.keys()
    assert "2024" not in found
    assert "5" not in found


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [("高溫燒結製程", "高温烧结制程"), ("軸承鋼絲", "轴承钢丝"), ("乾燥設備", "干燥设备"), ("ＰＭ２．５", "PM2.5")],
)
def test_traditional_and_full_width_equal_simplified(traditional, simplified):
    assert text.terms(traditional) == text.terms(simplified)
    assert text.words(traditional) == text.words(simplified)


@given(st.text(max_size=200))
def test_any_text_is_tokenised_and_offsets_stay_inside(value):
    text.words(value)
    text.characters(value)
    mapped = text.normalise_mapped(value)
    assert len(mapped.text) == len(mapped.starts) == len(mapped.ends)
    for _, start, end in text.iter_terms(mapped.text):
        assert 0 <= mapped.starts[start] < mapped.ends[end - 1] <= len(value)


def test_generic_phrases_are_no_evidence():
    assert not text.is_telling("关键")
    assert not text.is_telling("硫")
    assert text.is_telling("硫化")
    assert text.is_telling("gcr15")


@given(st.text(alphabet="硫化烟气的和与中GCr15-/. ，一种m³5", max_size=60))
def test_counted_terms_are_the_placed_ones(value):
    placed = [term for term, _, _ in text.iter_terms(text.normalise(value))]
    assert text.terms(value) == Counter(placed)


@pytest.mark.parametrize("word", ["立方米", "毫克每立方米", "两条", "三成", "给出", "末端", "5t/h", "kw", "十余家"])
def test_units_quantities_and_fillers_are_not_spoken_of(word):
    assert text.is_unspoken(text.normalise(word))


@pytest.mark.parametrize("word", ["二氧化碳", "三元乙丙", "纳米", "立方氮化硼", "末端执行器", "gcr15", "pm2.5", "a356"])
def test_names_of_things_are_spoken_of(word):
    assert not text.is_unspoken(word)
