"""Documents that answer a question, found by their words and by what they mean."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from rapport.science.text.bm25 import BM25
from rapport.science.text.encoder import SentenceEncoder, Vectors, encode, pieces_of
from rapport.science.text.reading import read_texts, share, whole
from rapport.science.text.words import normal

Floats = NDArray[np.float64]
Document = str | tuple[str, str]


class Hit(NamedTuple):
    """A document that was found: its place in what was fitted, and how well it fits (1 is best)."""

    index: int  # type: ignore[assignment]  # a tuple has a method of this name
    score: float
    words: float  # BM25, 0 where no word of the question is in it
    meaning: float  # cosine with its nearest piece, 0 without vectors


class Retriever(BaseEstimator):
    """Hybrid search: words (BM25) find names, numbers and ids; vectors find what is said in other words or languages.

    Both scores are put on a scale from 0 to 1 by what they could be at least and at most for this question, and
    `meaning_weight` of the second is added to the rest of the first.
    The default weight found most among 4,000 questions of the learning part of BANKING77; 0.6 to 0.75 are as good.
    Source: Bruch, Gai and Ingber (2023), An analysis of fusion functions for hybrid retrieval, ACM TOIS 42(1).

    Parameters: `vectors=False` searches by words alone (100,000 documents in milliseconds, nothing to load);
    `encoder`, any `SentenceEncoder`, else the shared one; `meaning_weight` from 0 to 1; `title_weight`, how often a
    word of a title counts; `k1` and `b` of BM25.

    Learned: `n_documents_`, `bm25_`, `vectors_` (one row a piece of a document) and `owners_` (whose piece it is).
    """

    def __init__(
        self,
        *,
        vectors: bool = True,
        encoder: SentenceEncoder | None = None,
        meaning_weight: float = 0.7,
        title_weight: float = 2.0,
        k1: float = 1.2,
        b: float = 0.75,
    ) -> None:
        self.vectors = vectors
        self.encoder = encoder
        self.meaning_weight = meaning_weight
        self.title_weight = title_weight
        self.k1 = k1
        self.b = b

    def fit(self, documents: Iterable[Document], y: Any = None) -> Self:
        """Index documents, each a text or a pair of title and text; their places in this list name them from now on.

        Raises ValueError for anything else. No document is a valid collection: nothing is found in it.
        """
        share(self.meaning_weight, "meaning_weight")
        share(self.b, "b")
        if not self.k1 >= 0 or not self.title_weight >= 0:
            raise ValueError("k1 and title_weight are 0 or more.")
        titles, bodies = _fields(documents)
        self.n_documents_ = len(bodies)
        fields = [((title, self.title_weight), (body, 1.0)) for title, body in zip(titles, bodies, strict=True)]
        self.bm25_ = BM25.of(fields, k1=self.k1, b=self.b)
        if self.vectors:
            self._encode(titles, bodies)
        return self

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """At most `k` documents, the best first; without vectors only those that share a word with the query."""
        return self.search_many([query], k)[0]

    def search_many(self, queries: Sequence[str], k: int = 10) -> list[list[Hit]]:
        """The same for several queries, encoded together."""
        check_is_fitted(self)
        k, asked = whole(k, "k"), [normal(query) for query in read_texts(queries, "queries")]
        if not self.n_documents_:
            return [[] for _ in asked]
        if not self.vectors:
            return [self._best(query, None, k) for query in asked]
        vectors = encode(self.encoder, asked)
        return [self._best(query, vector, k) for query, vector in zip(asked, vectors, strict=True)]

    def _best(self, query: str, vector: Vectors | None, k: int) -> list[Hit]:
        if not query:
            return []
        words = self.bm25_.scores(query)
        meaning = np.zeros(self.n_documents_) if vector is None else self._cosines(vector)
        score = self._fused(words / max(self.bm25_.ceiling(query), 1e-12), meaning)
        # A score of 0 is no evidence at all.
        found = np.flatnonzero(score > 0)
        if len(found) > k:
            found = found[np.argpartition(-score[found], k - 1)[:k]]
        found = found[np.lexsort((found, -score[found]))]
        return [Hit(int(i), float(score[i]), float(words[i]), float(meaning[i])) for i in found]

    def _fused(self, words: Floats, meaning: Floats) -> Floats:
        weight = self.meaning_weight if self.vectors else 0.0
        fused: Floats = weight * np.maximum(meaning, 0.0) + (1 - weight) * words
        return fused

    def _encode(self, titles: list[str], bodies: list[str]) -> None:
        pieces: list[str] = []
        owners: list[int] = []
        for number, (title, body) in enumerate(zip(titles, bodies, strict=True)):
            # A document without a text keeps one row of zeros, so that every document has a piece.
            own = [*([title] if title else []), *(pieces_of(body) if body else [])] or [""]
            pieces += own
            owners += [number] * len(own)
        self.owners_ = np.array(owners, dtype=np.intp)
        self.vectors_ = encode(self.encoder, pieces) if pieces else np.zeros((0, 1), dtype=np.float32)
        self._starts = np.flatnonzero(np.diff(self.owners_, prepend=-1))

    def _cosines(self, vector: Vectors) -> Floats:
        """How near the nearest piece of every document is."""
        each = self.vectors_ @ vector
        return np.maximum.reduceat(each, self._starts).astype(float)


def _fields(documents: Iterable[Document]) -> tuple[list[str], list[str]]:
    if isinstance(documents, str | bytes) or not hasattr(documents, "__iter__"):
        raise ValueError("The documents are a list of texts, or of pairs of title and text.")
    titles: list[str] = []
    bodies: list[str] = []
    for document in documents:
        pair = document if isinstance(document, tuple) else ("", document)
        if len(pair) != 2:
            raise ValueError(f"A document is a text or a pair of title and text, not {len(pair)} things.")
        title, body = read_texts(pair, "documents")
        titles.append(normal(title))
        bodies.append(normal(body))
    return titles, bodies
