"""The register as the engine holds it: idf, postings, vectors and null distribution under one fingerprint."""

import dataclasses
import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from matching.engine import bands, lexical, text, vectors
from matching.engine.config import ENGINE_VERSION, Config, TextConfig
from matching.engine.start_state import start_state
from matching.engine.start_text import StartText, load_start_text
from matching.engine.types import AchievementDoc, ExpertDoc, NeedDoc

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PROFILE, ACHIEVEMENT = 0, 1
DECIMALS = 12
WORKS_SHARE = 0.25
_LONGEST_TEXT = 200_000  # characters; what follows cannot change what a text is about
_PICKLE_HEADER = f"qianxian-corpus {ENGINE_VERSION}\n".encode()


@dataclass(frozen=True)
class Units:
    """The scored texts of the register: one profile and any number of achievements per expert.

    owner, kind: (n_units,). achievement: position within the expert's achievements, -1 for a profile.
    """

    owner: Ints
    kind: Ints
    achievement: Ints


@dataclass(frozen=True)
class Tokens:
    """One text segmented for both vector models."""

    words: list[str]
    characters: list[str]

    @classmethod
    def of(cls, value: str) -> Self:
        return cls(text.words(value), text.characters(value))


@dataclass(frozen=True)
class Query:
    """A need ready for scoring: unit-length term weights, those of them that are evidence, the mean of the title and
    full-text vectors, and the number of evidence terms."""

    terms: dict[str, float]
    telling: dict[str, float]
    vector: Floats
    evidence: int


class Similarities(NamedTuple):
    """Raw similarities of one need, (n_experts,) each; ``telling`` is the share of ``lexical`` that is evidence."""

    lexical: Floats
    semantic: Floats
    telling: Floats


@dataclass(frozen=True)
class Corpus:
    """Everything that belongs to one state of the register. Picklable."""

    fingerprint: str
    config: TextConfig
    experts: tuple[ExpertDoc, ...]
    position: dict[int, int]
    units: Units
    index: lexical.LexicalIndex
    words: vectors.Vectors
    characters: vectors.Vectors
    embeddings: Floats
    null: bands.Null

    def embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors (n, word + character dimensions): the dot product is the mean of both cosines."""
        return _embed(self.words, self.characters, [Tokens.of(item) for item in texts])

    def query(self, need: NeedDoc) -> Query:
        """Terms and vector of one need."""
        return self.queries([need])[0]

    def queries(self, needs: Sequence[NeedDoc]) -> list[Query]:
        """Terms and vectors of several needs; a need without description is its title alone."""
        heads = [need_head(need) for need in needs]
        bodies = [clip(need.description) for need in needs]
        head_vectors = self.embed(heads)
        full_vectors = self.embed([f"{head}。{body}" for head, body in zip(heads, bodies, strict=True)])
        found = []
        for row, (head, body) in enumerate(zip(heads, bodies, strict=True)):
            head_terms, body_terms = text.terms(head), text.terms(body)
            terms = self.index.query(
                [(head_terms, self.config.title_weight), (body_terms, self.config.description_weight)]
            )
            telling = {term: weight for term, weight in terms.items() if text.is_telling(term)}
            found.append(Query(terms, telling, (head_vectors[row] + full_vectors[row]) / 2, len(telling)))
        return found

    def similarities(self, query: Query) -> Similarities:
        """One need against every expert."""
        return self.similarities_of([query])[0]

    def similarities_of(self, queries: Sequence[Query]) -> list[Similarities]:
        """Several needs against every expert; memory grows with the number of needs."""
        if not queries:
            return []
        near = self.embeddings @ np.array([query.vector for query in queries]).T
        found = []
        for number, query in enumerate(queries):
            telling = self.index.scores(query.telling)
            other = self.index.scores({term: query.terms[term] for term in query.terms.keys() - query.telling.keys()})
            by_unit = (telling + other, near[:, number], telling)
            found.append(Similarities(*(self.combine(scores) for scores in by_unit)))
        return found

    def combine(self, by_unit: Floats) -> Floats:
        """Unit scores to expert scores; rounded so that equal texts tie whatever the order of a sum."""
        combined = combine_units(by_unit, self.units, len(self.experts), self.config.best_achievements)
        return np.round(combined, DECIMALS)


def _embed(words: vectors.Vectors, characters: vectors.Vectors, tokens: Sequence[Tokens]) -> Floats:
    by_word = words.embed([item.words for item in tokens])
    by_character = characters.embed([item.characters for item in tokens])
    joined: Floats = np.hstack([by_word, by_character]) / np.sqrt(2.0)
    return joined


def combine_units(scores: Floats, units: Units, experts: int, best: int) -> Floats:
    """Unit scores to one per expert: the profile plus a quarter of the mean of the best works.

    Having works never lowers an expert; without a profile their mean stands alone. The quarter was the largest share
    that cost nothing where passages of real profiles were scored as works.
    """
    profile = np.full(experts, np.nan)
    is_profile = units.kind == PROFILE
    profile[units.owner[is_profile]] = scores[is_profile]
    works = np.flatnonzero(~is_profile)
    if not len(works):
        alone: Floats = np.nan_to_num(profile, nan=0.0)
        return alone
    order = works[np.lexsort((-scores[works], units.owner[works]))]
    owners = units.owner[order]
    place = np.arange(len(order)) - np.searchsorted(owners, owners)
    top = place < best
    count = np.bincount(owners[top], minlength=experts)
    total = np.bincount(owners[top], weights=scores[order[top]], minlength=experts)
    mean = np.divide(total, count, out=np.full(experts, np.nan), where=count > 0)
    both = profile + WORKS_SHARE * np.maximum(mean, 0.0)
    combined = np.where(np.isnan(mean), profile, np.where(np.isnan(profile), mean, both))
    result: Floats = np.nan_to_num(combined, nan=0.0)
    return result


def clip(value: str) -> str:
    return value[:_LONGEST_TEXT]


def need_head(need: NeedDoc) -> str:
    """Title and keywords: what the firm itself calls the problem."""
    return clip("。".join([need.title, *need.keywords]))


def need_text(need: NeedDoc) -> str:
    return f"{need_head(need)}。{clip(need.description)}"


def profile_text(expert: ExpertDoc) -> str:
    """Headline, fields and biography, empty when all three are."""
    return clip("。".join(part for part in (expert.headline, *expert.fields, expert.bio) if part.strip()))


def achievement_text(achievement: AchievementDoc) -> str:
    return clip("。".join(part for part in (achievement.title, achievement.summary) if part.strip()))


def corpus_fingerprint(
    experts: Sequence[ExpertDoc], needs: Sequence[NeedDoc], start: StartText, config: TextConfig
) -> str:
    """sha256 over every text and setting the corpus is built from, independent of the order of the rows."""
    digest = hashlib.sha256()
    digest.update(Config(text=config).text_fingerprint().encode())
    for line in start.lines:
        digest.update(line.encode("utf-8", "replace") + b"\n")
    for expert in sorted(experts, key=lambda item: item.id):
        row = (expert.id, expert.headline, expert.fields, expert.bio, expert.achievements, sorted(expert.chain_ids))
        digest.update(repr(row).encode("utf-8", "replace"))
    for need in sorted(needs, key=lambda item: item.id):
        digest.update(repr((need.id, need.title, need.description, need.keywords)).encode("utf-8", "replace"))
    return digest.hexdigest()


def build_corpus(
    experts: Sequence[ExpertDoc],
    needs: Sequence[NeedDoc] = (),
    start_text: StartText | None = None,
    config: Config | None = None,
    progress: Callable[[str], None] | None = None,
    folder: Path | None = None,
) -> Corpus:
    """Train and index. ``needs`` only lend their words to the vectors; they may be any subset.

    folder: where this machine keeps the counts of the start text; without it they are counted in memory.
    """
    report = progress or (lambda _stage: None)
    settings = (config or Config()).text
    start = load_start_text() if start_text is None else start_text
    register = tuple(sorted(experts, key=lambda item: item.id))
    unit_texts, units = _units(register)
    report("start text")
    state = start_state(start, settings, folder)
    report("words")
    unit_tokens = [Tokens.of(item) for item in unit_texts]
    need_tokens = [Tokens.of(need_text(need)) for need in sorted(needs, key=lambda item: item.id)]
    training = [*unit_tokens, *need_tokens]
    report("vectors")
    words = vectors.train([item.words for item in training], settings.words, seed=settings.seed, start=state.words)
    chars = vectors.train(
        [item.characters for item in training], settings.characters, seed=settings.seed, start=state.characters
    )
    report("index")
    unit_terms = [text.terms(item) for item in unit_texts]
    index = lexical.build(unit_terms, units.kind.tolist(), state.background, settings)
    corpus = Corpus(
        fingerprint=corpus_fingerprint(register, needs, start, settings),
        config=settings,
        experts=register,
        position={expert.id: row for row, expert in enumerate(register)},
        units=units,
        index=index,
        words=words,
        characters=chars,
        embeddings=_embed(words, chars, unit_tokens),
        null=bands.Null(),
    )
    report("null")
    return dataclasses.replace(corpus, null=_null(corpus, start))


def _units(experts: Sequence[ExpertDoc]) -> tuple[list[str], Units]:
    texts: list[str] = []
    rows: list[tuple[int, int, int]] = []
    for number, expert in enumerate(experts):
        profile = profile_text(expert)
        if profile:
            texts.append(profile)
            rows.append((number, PROFILE, -1))
        for place, achievement in enumerate(expert.achievements):
            content = achievement_text(achievement)
            if content:
                texts.append(content)
                rows.append((number, ACHIEVEMENT, place))
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 3)
    return texts, Units(table[:, 0], table[:, 1], table[:, 2])


def _null(corpus: Corpus, start: StartText) -> bands.Null:
    """Similarities of paragraphs of the start text, read as needs, to the register: almost all of them unrelated."""
    lines = start.prose or start.names
    if not lines or not corpus.experts:
        return bands.Null()
    count = min(len(lines), corpus.config.null_needs)
    chosen = [lines[i * len(lines) // count] for i in range(count)]
    pseudo = [NeedDoc(id=i, title=line[:20], description=line) for i, line in enumerate(chosen)]
    size = len(corpus.experts)
    sample = np.arange(min(size, corpus.config.null_experts)) * size // min(size, corpus.config.null_experts)
    pairs = corpus.similarities_of(corpus.queries(pseudo))
    return bands.estimate_null(
        np.array([found.semantic[sample] for found in pairs]), np.array([found.telling[sample] for found in pairs])
    )


def corpus_cached(folder: Path, fingerprint: str, build: Callable[[], Corpus]) -> Corpus:
    """The corpus of ``fingerprint`` from ``folder``, built and stored when absent, unreadable or of another version.

    The folder must be writable by this product only: the file is a pickle.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"corpus-{fingerprint}.bin"
    found = _read(path)
    if found is not None and found.fingerprint == fingerprint:
        return found
    corpus = build()
    payload = pickle.dumps(corpus, protocol=pickle.HIGHEST_PROTOCOL)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix="corpus-", suffix=".tmp")
    with os.fdopen(handle, "wb") as stream:
        stream.write(_PICKLE_HEADER + hashlib.sha256(payload).digest() + payload)
    Path(temporary).replace(path)
    return corpus


def _read(path: Path) -> Corpus | None:
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    start = len(_PICKLE_HEADER)
    digest, payload = raw[start : start + 32], raw[start + 32 :]
    if not raw.startswith(_PICKLE_HEADER) or hashlib.sha256(payload).digest() != digest:
        return None
    found = pickle.loads(payload)  # noqa: S301 - our own file, checked by its digest
    return found if isinstance(found, Corpus) else None


def describe(corpus: Corpus) -> dict[str, object]:
    """Sizes and null distribution, for logs and the evaluation report."""
    return {
        "experts": len(corpus.experts),
        "units": len(corpus.units.owner),
        "terms": len(corpus.index.vocabulary),
        "words": len(corpus.words.index),
        "characters": len(corpus.characters.index),
        "null": asdict(corpus.null),
        "fingerprint": corpus.fingerprint,
    }
