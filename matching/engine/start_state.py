"""What the start text contributes to every corpus, counted once per machine and kept on disk.

The state is a function of the start text, the text configuration and the engine version; whether it was read or counted
anew changes no byte of a corpus.
"""

import functools
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matching.engine import lexical, text, vectors
from matching.engine.config import Config, TextConfig
from matching.engine.start_text import StartText

_KEPT_STATES = 3
_NAMES_PER_BACKGROUND = 10  # classification names are short; ten of them make one background document
_STREAMS = ("words", "characters")
_COUNTED = ("counts", "pairs", "mass", "basis")


@dataclass(frozen=True)
class StartState:
    """Counts for both vector models and the document frequencies behind the idf."""

    words: vectors.Counted
    characters: vectors.Counted
    background: lexical.Background


@functools.lru_cache(maxsize=2)
def start_state(start: StartText, config: TextConfig, folder: Path | None = None) -> StartState:
    """The state from ``folder``; counted and stored when absent, unreadable or of another version."""
    if folder is None:
        return _count(start, config)
    path = folder / f"start-{_digest(start, config)}.npz"
    found = _read(path)
    if found is None:
        found = _count(start, config)
        _write(found, path)
    return found


def _digest(start: StartText, config: TextConfig) -> str:
    digest = hashlib.sha256(Config(text=config).text_fingerprint().encode())
    for part in (start.names, start.prose):
        digest.update(f"{len(part)}\n".encode())
        digest.update("\n".join(part).encode("utf-8", "replace"))
    return digest.hexdigest()


def _count(start: StartText, config: TextConfig) -> StartState:
    return StartState(
        words=vectors.count([text.words(line) for line in start.lines], config.words, seed=config.seed),
        characters=vectors.count([text.characters(line) for line in start.lines], config.characters, seed=config.seed),
        background=lexical.count_background(text.terms(item) for item in _background_documents(start)),
    )


def _background_documents(start: StartText) -> Iterator[str]:
    for first in range(0, len(start.names), _NAMES_PER_BACKGROUND):
        yield "。".join(start.names[first : first + _NAMES_PER_BACKGROUND])
    yield from start.prose


def _write(state: StartState, path: Path) -> None:
    arrays = {
        "terms": _packed(state.background.terms),
        "frequency": state.background.frequency,
        "size": np.array(state.background.size),
    }
    for name in _STREAMS:
        counted: vectors.Counted = getattr(state, name)
        arrays[f"{name}_tokens"] = _packed(counted.tokens)
        arrays |= {f"{name}_{part}": getattr(counted, part) for part in _COUNTED}
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix="start-", suffix=".tmp")
    with os.fdopen(handle, "wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)
    Path(temporary).replace(path)
    kept = sorted(path.parent.glob("start-*.npz"), key=lambda item: item.stat().st_mtime, reverse=True)
    for old in kept[_KEPT_STATES:]:
        old.unlink(missing_ok=True)


def _read(path: Path) -> StartState | None:
    try:
        with np.load(path, allow_pickle=False) as stored:
            words, characters = (
                vectors.Counted(
                    _unpacked(stored[f"{name}_tokens"]),
                    *(stored[f"{name}_{part}"] for part in _COUNTED),
                )
                for name in _STREAMS
            )
            background = lexical.Background(_unpacked(stored["terms"]), stored["frequency"], int(stored["size"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return StartState(words, characters, background)


def _packed(values: tuple[str, ...]) -> np.ndarray:
    """Tokens hold no line breaks: one byte array with a line each."""
    return np.frombuffer("\n".join(values).encode(), dtype=np.uint8)


def _unpacked(stored: np.ndarray) -> tuple[str, ...]:
    joined = stored.tobytes().decode()
    return tuple(joined.split("\n")) if joined else ()
