"""Texts as columns that a head learns from: what they mean, their words, and pieces of their words."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import sparse

from rapport.science.text.encoder import Vectors
from rapport.science.text.intents.softmax import Columns
from rapport.science.text.words import normal, raw_words, words

# Among so many texts a word or piece that stands in one alone tells nothing that carries over.
_MANY = 2_000
# How much words and their pieces say beside the vectors, all three of length 1: best for ten examples an intent on
# the learning part of BANKING77, and as good as any for many.
WORD_WEIGHT = 0.5


class WordColumns:
    """TF-IDF of words and pairs of words, and of pieces of words of 2 to 5 characters, side by side."""

    def fit(self, texts: Sequence[str]) -> "WordColumns":
        from sklearn.feature_extraction.text import TfidfVectorizer

        least = 2 if len(texts) > _MANY else 1
        shared = {"sublinear_tf": True, "dtype": np.float32, "min_df": least}
        self._both = [TfidfVectorizer(analyzer=analyzer, **shared) for analyzer in (words_and_pairs, pieces)]
        for vectorizer in self._both:
            vectorizer.fit([*texts, "?"] if least == 1 else texts)
        return self

    def transform(self, texts: Sequence[str]) -> sparse.csr_array:
        parts = [WORD_WEIGHT * vectorizer.transform(texts) for vectorizer in self._both]
        return sparse.csr_array(sparse.hstack(parts, format="csr"))


def words_and_pairs(text: str) -> Iterator[str]:
    """The words of a text and the pairs of neighbours; one mark for a text without words."""
    found = words(text)
    yield from found or ["?"]
    for first, second in pairwise(found):
        yield f"{first} {second}"


def pieces(text: str) -> Iterator[str]:
    """Pieces of 2 to 5 characters inside the words, whose ends are marked by a space; they survive a slip of a key."""
    for word in raw_words(normal(text)) or ["?"]:
        marked = f" {word} "
        for size in range(2, 6):
            if size >= len(marked):
                yield marked
                break
            for start in range(len(marked) - size + 1):
                yield marked[start : start + size]


def columns_of(vectors: Vectors, weights: Any) -> Columns:
    """Both kinds side by side."""
    return Columns(np.asarray(vectors, dtype=np.float32), sparse.csr_array(weights))
