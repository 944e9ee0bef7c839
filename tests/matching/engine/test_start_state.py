"""The counts of the start text: read from disk or counted anew, a corpus is the same to the last byte."""

import pickle

import numpy as np
import pytest

from matching.engine import text, vectors
from matching.engine.config import Config, VectorConfig
from matching.engine.pipeline import build_corpus
from matching.engine.start_state import start_state
from matching.engine.start_text import StartText

STREAMS = ("words", "characters")


def fresh(start_text, folder=None):
    start_state.cache_clear()
    return start_state(start_text, Config().text, folder)


def test_a_stored_state_gives_the_vectors_of_a_counted_one(tmp_path, experts, start_text):
    start_state.cache_clear()
    counted = build_corpus(experts, start_text=start_text)
    start_state.cache_clear()
    storing = build_corpus(experts, start_text=start_text, folder=tmp_path)
    start_state.cache_clear()
    read = build_corpus(experts, start_text=start_text, folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    for other in (storing, read):
        for stream in STREAMS:
            mine, theirs = getattr(counted, stream), getattr(other, stream)
            assert mine.index == theirs.index
            assert mine.matrix.tobytes() == theirs.matrix.tobytes()
        assert counted.embeddings.tobytes() == other.embeddings.tobytes()
        assert counted.index.idf.tobytes() == other.index.idf.tobytes()
        assert counted.null == other.null
    assert len(pickle.dumps(read)) == len(pickle.dumps(storing))


def test_a_broken_state_is_counted_again(tmp_path, start_text):
    first = fresh(start_text, tmp_path)
    (path,) = tmp_path.iterdir()
    for broken in (b"", path.read_bytes()[:5000]):
        path.write_bytes(broken)
        again = fresh(start_text, tmp_path)
        assert again.words.tokens == first.words.tokens
        assert np.array_equal(again.words.pairs, first.words.pairs)
        assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_states_of_other_start_texts_are_kept_apart_and_few(tmp_path, start_text):
    for first in range(5):
        fresh(StartText(start_text.names[first:40]), tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_an_empty_start_text_has_a_state(tmp_path):
    assert fresh(StartText(), tmp_path).words.tokens == ()
    assert fresh(StartText(), tmp_path).background.terms == ()


@pytest.mark.parametrize("stream", STREAMS)
def test_start_and_register_add_up_to_all_texts_at_once(start_text, experts, stream):
    """With every token of the start text frequent enough, counting in two steps is counting at once."""
    config = VectorConfig(window=5, min_count=1, sif=1e-4, dimensions=16)
    split = getattr(text, stream)
    lines = [split(line) for line in start_text.lines[:60]]
    register = [split(expert.bio) for expert in experts]
    started = vectors.count(lines, config, seed=1)
    steps = vectors.train(register, config, seed=1, start=started)
    whole = vectors.count(lines + register, config, seed=1)
    assert set(steps.index) == set(whole.tokens)
    assert steps.matrix.shape == (len(whole.tokens), 16)
    later = vectors.count(register, config, seed=1)
    mass = {}
    for part in (started, later):
        rows, columns = np.divmod(part.pairs, len(part.tokens))
        for row, column, value in zip(rows.tolist(), columns.tolist(), part.mass.tolist(), strict=True):
            pair = part.tokens[row], part.tokens[column]
            mass[pair] = mass.get(pair, 0) + value
    rows, columns = np.divmod(whole.pairs, len(whole.tokens))
    at_once = {
        (whole.tokens[row], whole.tokens[column]): value
        for row, column, value in zip(rows.tolist(), columns.tolist(), whole.mass.tolist(), strict=True)
    }
    assert at_once.keys() == mass.keys()
    assert all(at_once[pair] == pytest.approx(value, rel=1e-4) for pair, value in mass.items())


def test_a_vocabulary_at_its_limit_keeps_the_most_frequent(start_text, experts):
    config = VectorConfig(window=3, min_count=1, sif=1e-4, dimensions=8, max_vocabulary=40)
    started = vectors.count([text.words(line) for line in start_text.lines[:60]], config, seed=1)
    found = vectors.train([text.words(expert.bio) for expert in experts], config, seed=1, start=started)
    assert len(found.index) == len(found.matrix) == 40
    assert np.isfinite(found.matrix).all()
