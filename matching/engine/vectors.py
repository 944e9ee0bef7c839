"""Co-occurrence vectors trained on the deployment's own text: PPMI, truncated SVD, SIF document averages.

Sources: Levy, Goldberg and Dagan, "Improving distributional similarity...", TACL 2015 (context smoothing, eigenvalue
weighting); Arora, Liang and Ma, "A simple but tough-to-beat baseline...", ICLR 2017 (SIF); Halko, Martinsson and Tropp,
"Finding structure with randomness", SIAM Review 2011 (subspace iteration). NumPy only.

The start text is counted once (``Counted``) and its counts are added to those of every register.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from matching.engine.config import VectorConfig

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Documents = Sequence[Sequence[str]]
Sparse = tuple[Ints, Ints, Singles]  # indptr, indices, data of CSR

_ENTRIES_AT_ONCE = 2048  # entries x ~144 columns of float32 stay inside a core's cache
_PAIRS_AT_ONCE = 2_000_000
_OVERSAMPLING = 16
_ITERATIONS_ALONE = 4  # from random directions
_ITERATIONS_STARTED = 1  # from the directions of the start text, which are nearly right already


@dataclass(frozen=True)
class Vectors:
    """Token vectors (n_tokens, dimensions), unit length, with the SIF weight of every token."""

    index: dict[str, int]
    matrix: Singles
    weights: Floats

    @property
    def dimensions(self) -> int:
        return int(self.matrix.shape[1])

    def embed(self, documents: Documents) -> Floats:
        """Unit vectors (n_documents, dimensions); a document without a known token is the zero vector."""
        ids, owners = _known(documents, self.index)
        size = max(1, len(self.index))
        keys, counts = np.unique(owners * size + ids, return_counts=True)
        rows, columns = np.divmod(keys, size)
        values = (np.log1p(counts) * self.weights[columns]).astype(np.float32)
        indptr = np.searchsorted(rows, np.arange(len(documents) + 1))
        return unit_rows(sparse_times_dense(indptr, columns, values, self.matrix).astype(np.float64))


@dataclass(frozen=True)
class Counted:
    """Token counts of texts, most frequent first, and the windows of those seen often enough for a vector.

    pairs: ``row * len(tokens) + column``, ascending, both ways round; mass: their distance-weighted counts.
    basis: the leading directions of their PPMI, a row for each of the first tokens.
    """

    tokens: tuple[str, ...]
    counts: Ints
    pairs: Ints
    mass: Singles
    basis: Singles


NOTHING = Counted(
    (),
    np.zeros(0, dtype=np.int64),
    np.zeros(0, dtype=np.int64),
    np.zeros(0, dtype=np.float32),
    np.zeros((0, 0), dtype=np.float32),
)


def unit_rows(matrix: Floats) -> Floats:
    """Rows scaled to unit length; zero rows stay zero."""
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    result: Floats = np.divide(matrix, norms, out=np.zeros_like(matrix), where=norms > 1e-9)
    return result


def sparse_times_dense(indptr: Ints, indices: Ints, data: Singles, dense: Singles) -> Singles:
    """CSR (rows, n) times dense (n, columns), in blocks of rows whose gathered entries stay in the cache."""
    rows = len(indptr) - 1
    out = np.zeros((rows, dense.shape[1]), dtype=np.float32)
    bounds = indptr.tolist()
    first = 0
    while first < rows:
        start = bounds[first]
        limit = int(np.searchsorted(indptr, start + _ENTRIES_AT_ONCE, side="right")) - 1
        last = min(rows, max(first + 1, limit))
        gathered, values = dense.take(indices[start : bounds[last]], axis=0), data[start : bounds[last]]
        for row in range(first, last):
            low, high = bounds[row] - start, bounds[row + 1] - start
            if high > low:
                np.dot(values[low:high], gathered[low:high], out=out[row])
        first = last
    return out


def count(documents: Documents, config: VectorConfig, *, seed: int) -> Counted:
    """Count texts once, to be added to others by ``train``."""
    counts = Counter(chain.from_iterable(documents))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    often = [token for token, number in ordered if number >= config.min_count][: config.max_vocabulary]
    ids, owners = _known(documents, {token: place for place, token in enumerate(often)})
    pairs, mass = _window_counts(ids, owners, len(often), config.window)
    basis = _subspace(_ppmi(pairs, mass, len(often), config.context_power), config.dimensions, seed)
    rows, columns = np.divmod(pairs, max(1, len(often)))
    pairs = rows * len(ordered) + columns
    numbers = np.array([number for _, number in ordered], dtype=np.int64)
    return Counted(tuple(token for token, _ in ordered), numbers, pairs, mass, basis)


def train(documents: Documents, config: VectorConfig, *, seed: int, start: Counted = NOTHING) -> Vectors:
    """Vectors of every token seen at least ``min_count`` times; the same texts and seed give the same vectors.

    Windows of the start text know only the tokens that are frequent enough there.
    """
    counts = Counter(dict(zip(start.tokens, start.counts.tolist(), strict=True)))
    counts.update(chain.from_iterable(documents))
    kept = [item for item in counts.items() if item[1] >= config.min_count]
    if len(kept) > config.max_vocabulary or not start.tokens:
        kept = sorted(kept, key=lambda item: (-item[1], item[0]))[: config.max_vocabulary]
    index = {token: place for place, (token, _) in enumerate(kept)}
    frequency = np.array([number for _, number in kept], dtype=np.float64)
    weights = config.sif / (config.sif + frequency / max(1.0, frequency.sum()))
    pairs, mass = _window_counts(*_known(documents, index), len(kept), config.window)
    pairs, mass = _added(*_renumbered(start, index), pairs, mass)
    matrix = _ppmi(pairs, mass, len(kept), config.context_power)
    basis = _subspace(matrix, config.dimensions, seed, _started(start, index))
    return Vectors(index, _factorise(matrix, basis, config.dimensions), weights)


def _known(documents: Documents, index: dict[str, int]) -> tuple[Ints, Ints]:
    """Ids of the known tokens of all documents in their order, and the document of each."""
    lengths = np.fromiter(map(len, documents), dtype=np.int64, count=len(documents))
    looked_up = map(index.get, chain.from_iterable(documents), repeat(-1))
    ids = np.fromiter(looked_up, dtype=np.int64, count=int(lengths.sum()))
    known = ids >= 0
    return ids[known], np.repeat(np.arange(len(documents)), lengths)[known]


def _window_counts(ids: Ints, owners: Ints, size: int, window: int) -> tuple[Ints, Singles]:
    """Pairs within ``window`` tokens of one document, both ways round, weighted by distance**-0.5; memory is bounded.

    The distance travels in the low bits of the sorted key, so that one plain sort does all.
    """
    bits = max(1, window.bit_length())
    weight = np.concatenate([[0.0], np.arange(1, 1 << bits) ** -0.5]).astype(np.float32)
    pairs, mass = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    keys: list[Ints] = []
    for distance in range(1, window + 1):
        together = owners[distance:] == owners[:-distance]
        left, right = ids[:-distance][together], ids[distance:][together]
        keys += [(one * size + other) << bits | distance for one, other in ((left, right), (right, left))]
        if sum(map(len, keys)) > _PAIRS_AT_ONCE or distance == window:
            packed = np.sort(np.concatenate(keys))
            plain = packed >> bits
            if len(plain):
                first = np.concatenate([[0], np.flatnonzero(plain[1:] != plain[:-1]) + 1])
                sums = np.add.reduceat(weight[packed & ((1 << bits) - 1)], first)
                pairs, mass = _added(pairs, mass, plain[first], sums)
            keys = []
    return pairs, mass


def _added(pairs: Ints, mass: Singles, more: Ints, more_mass: Singles) -> tuple[Ints, Singles]:
    """Sum of two ascending sparse vectors."""
    if not len(pairs) or not len(more):
        return (pairs, mass) if len(pairs) else (more, more_mass)
    place = np.searchsorted(pairs, more)
    shared = pairs[np.minimum(place, len(pairs) - 1)] == more
    total = mass.copy()
    total[place[shared]] += more_mass[shared]
    fresh = ~shared
    return np.insert(pairs, place[fresh], more[fresh]), np.insert(total, place[fresh], more_mass[fresh])


def _started(start: Counted, index: dict[str, int]) -> Singles:
    """The directions of the start text under the ids of ``index``; other tokens have none yet."""
    found = np.zeros((len(index), start.basis.shape[1]), dtype=np.float32)
    ids = np.array([index.get(token, -1) for token in start.tokens[: len(start.basis)]], dtype=np.int64)
    found[ids[ids >= 0]] = start.basis[ids >= 0]
    return found


def _renumbered(start: Counted, index: dict[str, int]) -> tuple[Ints, Singles]:
    """Pairs of the start text under the ids of ``index``."""
    if not len(start.pairs):
        return start.pairs, start.mass
    ids = np.fromiter(map(index.get, start.tokens, repeat(-1)), dtype=np.int64, count=len(start.tokens))
    rows, columns = (ids[side] for side in np.divmod(start.pairs, len(start.tokens)))
    known = (rows >= 0) & (columns >= 0)
    pairs, mass = (rows * len(index) + columns)[known], start.mass[known]
    if np.all(pairs[1:] > pairs[:-1]):
        return pairs, mass
    order = np.argsort(pairs)
    return pairs[order], mass[order]


def _ppmi(pairs: Ints, mass: Singles, size: int, context_power: float) -> Sparse:
    """Positive PMI with smoothed contexts, in CSR."""
    if not len(pairs):
        return np.zeros(size + 1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    rows, columns = np.divmod(pairs, size)
    row_mass = np.bincount(rows, weights=mass, minlength=size)
    context = row_mass**context_power
    context /= context.sum()
    with np.errstate(divide="ignore"):  # a token without any window has no pair either
        row_log, context_log = np.log(row_mass).astype(np.float32), np.log(context).astype(np.float32)
    pmi = np.log(mass) - row_log[rows] - context_log[columns]
    positive = pmi > 0
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows[positive], minlength=size))]).astype(np.int64)
    return indptr, columns[positive], pmi[positive]


def _orthonormal(matrix: Singles) -> Singles:
    """Orthonormal basis of the columns through the Gram matrix: one product, however tall the matrix."""
    tall = matrix.astype(np.float64)
    values, directions = np.linalg.eigh(tall.T @ tall)
    keep = values > values.max(initial=0.0) * 1e-12
    basis: Singles = (tall @ (directions[:, keep] / np.sqrt(values[keep]))).astype(np.float32)
    return basis


def _subspace(matrix: Sparse, dimensions: int, seed: int, started: Singles | None = None) -> Singles:
    """Orthonormal basis of the leading directions by subspace iteration; columns nobody started begin at random."""
    size = len(matrix[0]) - 1
    width = min(size, dimensions + _OVERSAMPLING)
    if not len(matrix[2]):
        return np.zeros((size, 0), dtype=np.float32)
    known = started[:, :width] if started is not None else np.zeros((size, 0), dtype=np.float32)
    fresh = np.random.default_rng(seed).standard_normal((size, width - known.shape[1])).astype(np.float32)
    basis = np.hstack([known, fresh])
    for _ in range(_ITERATIONS_ALONE if fresh.shape[1] else _ITERATIONS_STARTED):
        basis = _orthonormal(sparse_times_dense(*matrix, basis))
    return basis


def _factorise(matrix: Sparse, basis: Singles, dimensions: int) -> Singles:
    """Left singular vectors times sqrt(sigma), mean removed, unit length."""
    if not basis.shape[1]:
        return np.zeros((len(basis), max(1, min(dimensions, len(basis)))), dtype=np.float32)
    projected = sparse_times_dense(*matrix, basis).astype(np.float64)
    squares, directions = np.linalg.eigh(projected.T @ projected)  # squares of sigma, ascending
    keep = np.flatnonzero(squares > squares.max() * 1e-12)[::-1][:dimensions]
    vectors = projected @ (directions[:, keep] * squares[keep] ** -0.25)  # left vectors times sqrt(sigma)
    return unit_rows(vectors - vectors.mean(axis=0)).astype(np.float32)
