"""Documents ranked by the words of a question: BM25 on sparse columns."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from rapport.science.text.words import words

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BM25:
    """The weight of every word in every document, computed once, so that a search only adds up columns.

    A word that is in n_w of N documents, f times in one of length l (mean length L), counts
    ln(1 + (N - n_w + 0.5) / (n_w + 0.5)) * f (k1 + 1) / (f + k1 (1 - b + b l / L)).
    Source: Robertson and Zaragoza (2009), The Probabilistic Relevance Framework: BM25 and Beyond, Foundations and
    Trends in IR 3(4), equation 3.15, with the inverse frequency of Lucene, which is never negative.
    """

    vocabulary: dict[str, int]
    weights: sparse.csc_array  # documents x words

    @classmethod
    def of(cls, documents: Sequence[Sequence[tuple[str, float]]], *, k1: float = 1.2, b: float = 0.75) -> Self:
        """Index documents, each given as its fields: (text, how often each of its words counts)."""
        vocabulary, counted = _counted(documents)
        n, v = counted.shape
        lengths = np.asarray(counted.sum(axis=1)).ravel()
        found_in = np.diff(counted.indptr)
        rarity = np.log1p((n - found_in + 0.5) / (found_in + 0.5))
        damping = k1 * (1 - b + b * lengths / max(float(lengths.mean()) if n else 0.0, 1e-12))
        frequency = counted.data
        word = np.repeat(np.arange(v), found_in)
        values = rarity[word] * frequency * (k1 + 1) / (frequency + damping[counted.indices])
        weights = sparse.csc_array((values.astype(np.float32), counted.indices, counted.indptr), shape=(n, v))
        return cls(vocabulary, weights)

    def scores(self, question: str) -> Floats:
        """One score a document, 0 where no word of the question is in it."""
        total = np.zeros(self.weights.shape[0])
        start, rows, values = self.weights.indptr, self.weights.indices, self.weights.data
        for word, times in Counter(words(question)).items():
            column = self.vocabulary.get(word)
            if column is not None:
                part = slice(start[column], start[column + 1])
                total[rows[part]] += times * values[part]
        return total

    def ceiling(self, question: str) -> float:
        """What a document would score that is the best for every word; an unknown word is the rarest."""
        start, values = self.weights.indptr, self.weights.data
        found = 0.0
        n = self.weights.shape[0]
        for word, times in Counter(words(question)).items():
            column = self.vocabulary.get(word)
            if column is None:
                found += times * float(np.log1p((n + 0.5) / 0.5))
            else:
                found += times * float(values[start[column] : start[column + 1]].max())
        return found


def _counted(documents: Sequence[Sequence[tuple[str, float]]]) -> tuple[dict[str, int], sparse.csc_array]:
    vocabulary: dict[str, int] = {}
    columns: list[int] = []
    values: list[float] = []
    starts = [0]
    for fields in documents:
        counts: dict[int, float] = {}
        for text, weight in fields:
            for word in words(text):
                column = vocabulary.setdefault(word, len(vocabulary))
                counts[column] = counts.get(column, 0.0) + weight
        columns += counts
        values += counts.values()
        starts.append(len(columns))
    shape = (len(documents), len(vocabulary))
    rows = sparse.csr_array((np.array(values, dtype=float), np.array(columns, dtype=np.int32), starts), shape=shape)
    return vocabulary, rows.tocsc()
