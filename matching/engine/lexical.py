"""Log-tf idf cosine over characters, bigrams and Latin tokens, pivoted by length.

Idf blends the register with a background (the start text), so that sixty profiles do not decide which words are rare.
Source of the pivot: Singhal, Buckley and Mitra, "Pivoted document length normalization", SIGIR 1996.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from matching.engine.config import TextConfig

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class LexicalIndex:
    """Postings by term: ``documents[indptr[t]:indptr[t + 1]]`` with their weights.

    vocabulary maps every term of the register and of the background to a column; idf (n_terms,).
    """

    vocabulary: dict[str, int]
    idf: Floats
    unseen_idf: float
    indptr: Ints
    documents: Ints
    weights: Floats
    size: int

    def query(self, parts: Sequence[tuple[Counter[str], float]]) -> dict[str, float]:
        """Unit-length query weights; each part's log-tf sums to its own weight before idf."""
        mixed: dict[str, float] = {}
        for counts, weight in parts:
            logs = {term: float(np.log1p(count)) for term, count in counts.items()}
            total = sum(logs.values())
            if total <= 0:
                continue
            for term, value in logs.items():
                mixed[term] = mixed.get(term, 0.0) + weight * value / total
        weighted = {term: value * self.idf_of(term) for term, value in mixed.items()}
        norm = float(np.sqrt(sum(value * value for value in weighted.values())))
        return {term: value / norm for term, value in weighted.items()} if norm > 0 else {}

    def idf_of(self, term: str) -> float:
        column = self.vocabulary.get(term)
        return self.unseen_idf if column is None else float(self.idf[column])

    def scores(self, query: Mapping[str, float]) -> Floats:
        """Similarity of one query to every document, (n_documents,), >= 0."""
        spans: list[slice] = []
        values: list[float] = []
        for term in sorted(query):
            column = self.vocabulary.get(term)
            if column is not None:
                spans.append(slice(int(self.indptr[column]), int(self.indptr[column + 1])))
                values.append(query[term])
        if not spans:
            return np.zeros(self.size, dtype=np.float64)
        lengths = [span.stop - span.start for span in spans]
        weights = np.concatenate([self.weights[span] for span in spans]) * np.repeat(values, lengths)
        documents = np.concatenate([self.documents[span] for span in spans])
        return np.bincount(documents, weights=weights, minlength=self.size).astype(np.float64)

    def document_weight(self, term: str, document: int) -> float:
        """Weight of one term in one document; 0 when absent."""
        column = self.vocabulary.get(term)
        if column is None:
            return 0.0
        first, last = int(self.indptr[column]), int(self.indptr[column + 1])
        place = first + int(self.documents[first:last].searchsorted(document))
        return float(self.weights[place]) if place < last and self.documents[place] == document else 0.0


@dataclass(frozen=True)
class Background:
    """In how many of ``size`` background documents each term occurs."""

    terms: tuple[str, ...] = ()
    frequency: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    size: int = 0


def count_background(documents: Iterable[Collection[str]]) -> Background:
    """Document frequencies of the background, terms in ascending order."""
    sets = [set(found) for found in documents]
    counts = Counter(chain.from_iterable(sets))
    ordered = sorted(counts)
    return Background(tuple(ordered), np.array([counts[term] for term in ordered], dtype=np.int64), len(sets))


def build(
    documents: Sequence[Counter[str]], kinds: Sequence[int], background: Background, config: TextConfig
) -> LexicalIndex:
    """Index ``documents``; each is pivoted on the mean norm of its own kind (profile, achievement).

    idf = ln(1 + (N - df + .5) / (df + .5)), df = df(register) + B * df(background) / |background|, N = |register| + B.
    """
    vocabulary = dict(zip(background.terms, range(len(background.terms)), strict=True))
    for term in dict.fromkeys(chain.from_iterable(documents)):
        vocabulary.setdefault(term, len(vocabulary))
    lengths = np.fromiter(map(len, documents), dtype=np.int64, count=len(documents))
    column_array = np.fromiter(
        map(vocabulary.__getitem__, chain.from_iterable(documents)), dtype=np.int64, count=int(lengths.sum())
    )
    owner_array = np.repeat(np.arange(len(documents)), lengths)
    values = [number for counts in documents for number in counts.values()]
    prior = config.background_documents if background.size else 0.0
    df = np.bincount(column_array, minlength=len(vocabulary)).astype(np.float64)
    df[: len(background.terms)] += prior * background.frequency / max(1, background.size)
    total = len(documents) + prior
    idf = np.log1p(np.maximum(total - df + 0.5, 0.0) / (df + 0.5))
    weights = np.log1p(np.array(values, dtype=np.float64)) * idf[column_array]
    norms = np.sqrt(np.bincount(owner_array, weights=weights**2, minlength=len(documents)))
    kind_array = np.array(kinds, dtype=np.int64)
    divisor = np.ones(len(documents), dtype=np.float64)
    for kind in sorted(set(kinds)):
        members = (kind_array == kind) & (norms > 0)
        if members.any():
            divisor[members] = (1 - config.pivot) * norms[members].mean() + config.pivot * norms[members]
    weights = weights / divisor[owner_array]
    order = np.argsort(column_array * max(1, len(documents)) + owner_array)
    indptr = np.searchsorted(column_array[order], np.arange(len(vocabulary) + 1)).astype(np.int64)
    return LexicalIndex(
        vocabulary=vocabulary,
        idf=idf,
        unseen_idf=float(np.log1p((total + 0.5) / 0.5)),
        indptr=indptr,
        documents=owner_array[order],
        weights=weights[order],
        size=len(documents),
    )
