"""Co-occurrence vectors trained on the deployment's own text: PPMI, truncated SVD, SIF document averages.

Sources: Levy, Goldberg and Dagan, "Improving distributional similarity...", TACL 2015 (context smoothing, eigenvalue
weighting); Arora, Liang and Ma, "A simple but tough-to-beat baseline...", ICLR 2017 (SIF); Halko, Martinsson and Tropp,
"Finding structure with randomness", SIAM Review 2011 (subspace iteration). NumPy only.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.engine.config import VectorConfig

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Sentences = Sequence[Sequence[str]]

_ENTRIES_AT_ONCE = 4096  # entries x ~144 columns of float32 stay inside a core's cache
_PAIRS_AT_ONCE = 2_000_000
_ITERATIONS = 3
_OVERSAMPLING = 16


@dataclass(frozen=True)
class Vectors:
    """Token vectors (n_tokens, dimensions), unit length, with the SIF weight of every token."""

    index: dict[str, int]
    matrix: Singles
    weights: Floats

    @property
    def dimensions(self) -> int:
        return int(self.matrix.shape[1])

    def embed(self, documents: Sequence[Sentences]) -> Floats:
        """Unit vectors (n_documents, dimensions); a document without a known token is the zero vector."""
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        for row, sentences in enumerate(documents):
            counts = Counter(self.index[token] for sentence in sentences for token in sentence if token in self.index)
            for column in sorted(counts):
                rows.append(row)
                columns.append(column)
                values.append(float(np.log1p(counts[column]) * self.weights[column]))
        indptr = np.searchsorted(np.array(rows, dtype=np.int64), np.arange(len(documents) + 1))
        summed = sparse_times_dense(
            indptr, np.array(columns, dtype=np.int64), np.array(values, dtype=np.float32), self.matrix
        )
        return unit_rows(summed.astype(np.float64))


def unit_rows(matrix: Floats) -> Floats:
    """Rows scaled to unit length; zero rows stay zero."""
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    result: Floats = np.divide(matrix, norms, out=np.zeros_like(matrix), where=norms > 1e-9)
    return result


def sparse_times_dense(indptr: Ints, indices: Ints, data: Singles, dense: Singles) -> Singles:
    """CSR (rows, n) times dense (n, columns), in blocks of rows that stay in the cache."""
    rows = len(indptr) - 1
    out = np.zeros((rows, dense.shape[1]), dtype=np.float32)
    first = 0
    while first < rows:
        limit = int(np.searchsorted(indptr, indptr[first] + _ENTRIES_AT_ONCE, side="right")) - 1
        last = min(rows, max(first + 1, limit))
        start, stop = int(indptr[first]), int(indptr[last])
        if stop > start:
            block = dense[indices[start:stop]]
            block *= data[start:stop, None]
            filled = np.flatnonzero(np.diff(indptr[first : last + 1]))
            out[first + filled] = np.add.reduceat(block, (indptr[first:last] - start)[filled], axis=0)
        first = last
    return out


def train(documents: Iterable[Sentences], config: VectorConfig, *, seed: int) -> Vectors:
    """Vectors of every token seen at least ``min_count`` times; the same texts and seed give the same vectors."""
    tokenised = list(documents)
    counts = Counter(token for sentences in tokenised for sentence in sentences for token in sentence)
    kept = sorted(
        (item for item in counts.items() if item[1] >= config.min_count), key=lambda item: (-item[1], item[0])
    )
    kept = kept[: config.max_vocabulary]
    index = {token: position for position, (token, _) in enumerate(kept)}
    frequency = np.array([count for _, count in kept], dtype=np.float64)
    probability = frequency / max(1.0, frequency.sum())
    weights = config.sif / (config.sif + probability)
    indptr, indices, data = _ppmi(tokenised, index, config)
    matrix = _factorise(indptr, indices, data, config.dimensions, seed)
    return Vectors(index, matrix, weights)


def _ppmi(documents: Sequence[Sentences], index: dict[str, int], config: VectorConfig) -> tuple[Ints, Ints, Singles]:
    """Symmetric window counts weighted by distance**-0.5, as positive PMI in CSR with smoothed contexts."""
    size = len(index)
    tokens: list[int] = []
    owner: list[int] = []
    for number, sentences in enumerate(documents):
        found = [index[token] for sentence in sentences for token in sentence if token in index]
        tokens.extend(found)
        owner.extend([number] * len(found))
    ids, owners = np.array(tokens, dtype=np.int64), np.array(owner, dtype=np.int64)
    pairs, total = _window_counts(ids, owners, size, config.window)
    if not len(pairs):
        return np.zeros(size + 1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    low, high = pairs // size, pairs % size
    mirrored = low != high
    rows = np.concatenate([low, high[mirrored]])
    columns = np.concatenate([high, low[mirrored]])
    mass = np.concatenate([np.where(mirrored, total, 2 * total), total[mirrored]])
    row_mass = np.bincount(rows, weights=mass, minlength=size)
    context = row_mass**config.context_power
    context /= context.sum()
    pmi = np.log(mass / (row_mass[rows] * context[columns]))
    positive = pmi > 0
    rows, columns, pmi = rows[positive], columns[positive], pmi[positive]
    order = np.lexsort((columns, rows))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=size))]).astype(np.int64)
    return indptr, columns[order], pmi[order].astype(np.float32)


def _window_counts(ids: Ints, owners: Ints, size: int, window: int) -> tuple[Ints, Floats]:
    """Unordered pairs as ``low * size + high``, ascending, with their distance-weighted counts; memory is bounded."""
    pairs, total = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float64)
    keys: list[Ints] = []
    masses: list[Floats] = []
    waiting = 0
    for distance in range(1, window + 1):
        if len(ids) > distance:
            together = owners[distance:] == owners[:-distance]
            left, right = ids[:-distance][together], ids[distance:][together]
            keys.append(np.minimum(left, right) * size + np.maximum(left, right))
            masses.append(np.full(len(left), distance**-0.5))
            waiting += len(left)
        if keys and (waiting > _PAIRS_AT_ONCE or distance == window):
            pairs, inverse = np.unique(np.concatenate([pairs, *keys]), return_inverse=True)
            mass = np.concatenate([total, *masses])
            total = np.bincount(inverse, weights=mass, minlength=len(pairs)).astype(np.float64)
            keys, masses, waiting = [], [], 0
    return pairs, total


def _orthonormal(matrix: Singles) -> Singles:
    """Orthonormal basis of the columns through the Gram matrix: one product, however tall the matrix."""
    tall = matrix.astype(np.float64)
    values, directions = np.linalg.eigh(tall.T @ tall)
    keep = values > values.max(initial=0.0) * 1e-12
    basis: Singles = (tall @ (directions[:, keep] / np.sqrt(values[keep]))).astype(np.float32)
    return basis


def _factorise(indptr: Ints, indices: Ints, data: Singles, dimensions: int, seed: int) -> Singles:
    """Left singular vectors times sqrt(sigma), mean removed, unit length."""
    size = len(indptr) - 1
    if size == 0 or not len(data):
        return np.zeros((size, min(dimensions, max(size, 1))), dtype=np.float32)
    width = min(size, dimensions + _OVERSAMPLING)
    basis = np.random.default_rng(seed).standard_normal((size, width)).astype(np.float32)
    for _ in range(_ITERATIONS):
        basis = _orthonormal(sparse_times_dense(indptr, indices, data, basis))
    projected = sparse_times_dense(indptr, indices, data, basis).astype(np.float64)
    squares, directions = np.linalg.eigh(projected.T @ projected)  # squares of sigma, ascending
    keep = np.flatnonzero(squares > squares.max() * 1e-12)[::-1][:dimensions]
    vectors = projected @ (directions[:, keep] * squares[keep] ** -0.25)  # left vectors times sqrt(sigma)
    return unit_rows(vectors - vectors.mean(axis=0)).astype(np.float32)
