"""Texts that say the same in nearly the same letters: a message sent twice, a template with another name in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from rapport.science.text.reading import read_texts, share
from rapport.science.text.words import normal

Places = NDArray[np.intp]
Hashes = NDArray[np.uint64]

SHINGLE = 3
_FUNCTIONS = 128
# A true pair is missed no more often than this, at a similarity of just the threshold.
_MISSED = 0.01
# More texts than this in one bucket are alike, and their pairs would be millions: only neighbours are compared.
_CROWD, _NEIGHBOURS = 60, 10
_BLOCK = 200_000
_SPREAD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


@dataclass(frozen=True)
class Duplicates:
    """Near-duplicates among n texts.

    `groups`: lists of places, each held together by pairs, the largest first; `pairs`: a table of `first`, `second`
    (places) and their `similarity`, where texts that are equal are each paired with the first of them only, and of
    a crowd of like texts only neighbours; `labels`: n numbers of groups, -1 for a text alone.
    """

    groups: list[list[int]]
    pairs: pd.DataFrame
    labels: Places


def near_duplicates(texts: Any, threshold: float = 0.8, *, seed: int = 0) -> Duplicates:
    """Groups of texts whose pieces of three characters are the same to `threshold` (Jaccard, from 0.3 to 1).

    Case, width and spaces do not count; texts without a visible character are never duplicates. Candidates come from
    MinHash in bands, which miss about 1 % of the pairs that are just at the threshold and fewer of those above;
    every candidate is then compared exactly, so that none is wrong.
    Source: Broder (1997), On the resemblance and containment of documents; Leskovec, Rajaraman and Ullman (2020),
    Mining of Massive Datasets, chapter 3.
    """
    if share(threshold, "threshold") < 0.3:
        raise ValueError("A threshold under 0.3 would call texts duplicates that share little; name 0.3 or more.")
    read = [normal(text).lower() for text in read_texts(texts)]
    distinct, equal = _equal(read)
    shingles = _shingles(distinct)
    near = _verified(shingles, _candidates(shingles, threshold, seed), threshold)
    first = np.array([places[0] for places in equal], dtype=np.intp)
    near = near.assign(first=first[near["first"]], second=first[near["second"]])
    same = [(places[0], other, 1.0) for places in equal for other in places[1:]]
    pairs = pd.concat([pd.DataFrame(same, columns=list(near.columns)).astype(near.dtypes), near], ignore_index=True)
    pairs = pairs.sort_values(["similarity", "first", "second"], ascending=[False, True, True], ignore_index=True)
    return _grouped(pairs, len(read))


def _equal(texts: list[str]) -> tuple[list[str], list[list[int]]]:
    """Distinct texts, none empty, and the places of each."""
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        if text:
            places.setdefault(text, []).append(place)
    return list(places), list(places.values())


def _shingles(texts: list[str]) -> sparse.csr_array:
    """texts x distinct pieces of three characters, 1 where the text has it; the ends of a text are pieces too."""
    padded = [f" {text} " for text in texts]
    lengths = np.array([len(text) for text in padded], dtype=np.intp)
    letters = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(texts)), lengths)
    if len(letters) < SHINGLE:
        return sparse.csr_array((len(texts), 1), dtype=np.int32)
    inside = owner[: -SHINGLE + 1] == owner[SHINGLE - 1 :]
    # A character is below 2^21, so that three of them are one number.
    piece = letters[:-2] << np.uint64(42) | letters[1:-1] << np.uint64(21) | letters[2:]
    values, column = np.unique(piece[inside], return_inverse=True)
    ones = np.ones(len(column), dtype=np.int32)
    table = sparse.csr_array((ones, (owner[: -SHINGLE + 1][inside], column)), shape=(len(texts), len(values)))
    table.sum_duplicates()
    table.data[:] = 1
    return table


def _candidates(shingles: sparse.csr_array, threshold: float, seed: int) -> NDArray[np.intp]:
    """Pairs of rows that share a band of their signatures, m x 2, the lower first."""
    n = shingles.shape[0]
    if n < 2:
        return np.zeros((0, 2), dtype=np.intp)
    rows = _rows_of_a_band(threshold)
    signatures = _signatures(shingles, seed)
    found: list[NDArray[np.intp]] = []
    for start in range(0, _FUNCTIONS - rows + 1, rows):
        band = signatures[:, start : start + rows]
        key = np.zeros(n, dtype=np.uint64)
        for place in range(rows):
            key = (key ^ band[:, place]) * _SPREAD[0]
            key ^= key >> np.uint64(29)
        found += list(_sharing(key))
    codes = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(pair[:, 0] * n + pair[:, 1] for pair in found)]))
    return np.column_stack([codes // n, codes % n])


def _rows_of_a_band(threshold: float) -> int:
    """The most rows a band may have to find a pair at the threshold: 1 - (1 - s^rows)^bands."""
    for rows in range(16, 1, -1):
        if (1 - threshold**rows) ** (_FUNCTIONS // rows) <= _MISSED:
            return rows
    return 1


def _signatures(shingles: sparse.csr_array, seed: int) -> Hashes:
    """n x functions, the least hash of the pieces of each text under each function."""
    random = np.random.default_rng(seed)
    column = np.arange(shingles.shape[1], dtype=np.uint64)
    signatures = np.empty((shingles.shape[0], _FUNCTIONS), dtype=np.uint64)
    starts = shingles.indptr[:-1]
    for number in range(_FUNCTIONS):
        hashed = _mixed(column + random.integers(1, 2**62, dtype=np.uint64))
        signatures[:, number] = np.minimum.reduceat(hashed[shingles.indices], starts)
    return signatures


def _mixed(values: Hashes) -> Hashes:
    """A different and even spread for every start. Source: Steele, Lea and Flood (2014), SplitMix, OOPSLA."""
    mixed = values * _SPREAD[0]
    mixed = (mixed ^ mixed >> np.uint64(30)) * _SPREAD[1]
    mixed = (mixed ^ mixed >> np.uint64(27)) * _SPREAD[2]
    return np.asarray(mixed ^ mixed >> np.uint64(31), dtype=np.uint64)


def _sharing(key: Hashes) -> Iterator[NDArray[np.intp]]:
    """Pairs of places with the same key, as m x 2 arrays."""
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.diff(key[order])) + 1
    starts, ends = np.concatenate([[0], edges]), np.concatenate([edges, [len(key)]])
    for size in np.unique(ends - starts):
        if size < 2:
            continue
        members = np.sort(order[starts[ends - starts == size][:, None] + np.arange(size)], axis=1)
        left, right = np.triu_indices(size, 1) if size <= _CROWD else _neighbours(int(size))
        yield np.column_stack([members[:, left].ravel(), members[:, right].ravel()])


def _neighbours(size: int) -> tuple[Places, Places]:
    """Everybody beside the first, and beside the few that come next."""
    gaps = range(1, _NEIGHBOURS)
    left = np.concatenate([np.zeros(size - 1, dtype=np.intp), *(np.arange(1, size - gap) for gap in gaps)])
    return left, np.concatenate([np.arange(1, size), *(np.arange(1 + gap, size) for gap in gaps)])


def _verified(shingles: sparse.csr_array, pairs: NDArray[np.intp], threshold: float) -> pd.DataFrame:
    """The candidates that are as alike as asked for, with their exact similarity."""
    sizes = np.diff(shingles.indptr)
    similarity = np.zeros(len(pairs))
    for start in range(0, len(pairs), _BLOCK):
        first, second = pairs[start : start + _BLOCK].T
        both = np.asarray(shingles[first].multiply(shingles[second]).sum(axis=1)).ravel()
        similarity[start : start + _BLOCK] = both / (sizes[first] + sizes[second] - both)
    kept = similarity >= threshold
    columns = {"first": pairs[kept, 0], "second": pairs[kept, 1], "similarity": similarity[kept]}
    return pd.DataFrame(columns)


def _grouped(pairs: pd.DataFrame, n: int) -> Duplicates:
    first, second = pairs["first"].to_numpy(np.intp), pairs["second"].to_numpy(np.intp)
    links = sparse.csr_array((np.ones(len(pairs), dtype=np.int8), (first, second)), shape=(n, n))
    part = connected_components(links, directed=False)[1] if n else np.zeros(0, dtype=np.intp)
    members: dict[int, list[int]] = {}
    for place in np.unique(np.concatenate([first, second])):
        members.setdefault(int(part[place]), []).append(int(place))
    groups = sorted(members.values(), key=lambda group: (-len(group), group[0]))
    labels = np.full(n, -1, dtype=np.intp)
    for number, group in enumerate(groups):
        labels[group] = number
    return Duplicates(groups, pairs, labels)
