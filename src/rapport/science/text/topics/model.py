"""What people write about: groups of texts with names that can be read."""

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted

from rapport.science.text.encoder import SentenceEncoder, Vectors, encode, unit
from rapport.science.text.reading import read_texts, shortened, whole
from rapport.science.text.topics.labels import distinctive
from rapport.science.text.words import normal

NUMBERS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40)
# A topic that would hold fewer texts on average is no topic.
_LEAST_SIZE = 5
_LEARNT, _MEASURED = 20_000, 2_000
_WORDS, _EXAMPLES, _EXAMPLE_LENGTH = 6, 3, 160


class Topics(ClusterMixin, BaseEstimator):
    """Topics as groups of texts that mean alike, named by the words that tell them apart, in English and Chinese.

    Groups are k-means clusters of sentence vectors, so that texts in different words and languages meet.

    Parameters: `n`, how many topics; None chooses the number, among NUMBERS, whose groups are furthest apart by the
    mean silhouette; `seed`; `encoder`, any `SentenceEncoder`.

    Learned: `n_topics_`; `labels_`, the topic of every text, the largest topic 0, and -1 for a text without a word;
    `topics_`, a table with a row a topic: `topic`, `label`, `size`, `share`, `words` and `examples`, the texts nearest
    to its middle; `silhouette_`, from number of topics to mean silhouette (empty when the number was given);
    `centres_`, n_topics x d.
    Source of the silhouette: Rousseeuw (1987), Journal of Computational and Applied Mathematics 20, 53-65.
    """

    def __init__(self, n: int | None = None, *, seed: int = 0, encoder: SentenceEncoder | None = None) -> None:
        self.n = n
        self.seed = seed
        self.encoder = encoder

    def fit(self, texts: Any, y: Any = None) -> Self:
        """Learn from texts; with fewer distinct texts than topics there are fewer topics.

        Raises ValueError when no text says anything.
        """
        if self.n is not None:
            whole(self.n, "n")
        read = [normal(text) for text in read_texts(texts)]
        said = np.array([place for place, text in enumerate(read) if text], dtype=np.intp)
        if not len(said):
            raise ValueError("There is no text to find topics in.")
        vectors = encode(self.encoder, [read[place] for place in said])
        centres = self._centres(vectors)
        found = (vectors @ centres.T).argmax(axis=1)
        present, sizes = np.unique(found, return_counts=True)
        order = present[np.argsort(-sizes, kind="stable")]
        self.centres_ = centres[order]
        self.n_topics_ = len(order)
        rank = np.full(len(centres), -1, dtype=np.intp)
        rank[order] = np.arange(len(order))
        self.labels_ = np.full(len(read), -1, dtype=np.intp)
        self.labels_[said] = rank[found]
        self.topics_ = self._table(read, said, vectors)
        return self

    def predict(self, texts: Any) -> NDArray[np.intp]:
        """The topic of every text by its number; -1 for a text without a word."""
        check_is_fitted(self, "centres_")
        read = [normal(text) for text in read_texts(texts)]
        if not read:
            return np.zeros(0, dtype=np.intp)
        nearest = (encode(self.encoder, read) @ self.centres_.T).argmax(axis=1)
        return np.where([bool(text) for text in read], nearest, -1).astype(np.intp)

    def over_time(self, moments: Any, *, freq: str = "W", labels: Any = None) -> pd.DataFrame:
        """How many texts each topic has in each period: periods x topics, with 0 where nobody wrote.

        `moments` are the times of the texts, `labels` their topics (those of `fit` when None). A text without a time
        or a topic is left out; times with a zone count by their own clock.
        """
        check_is_fitted(self, "labels_")
        topics = np.asarray(self.labels_ if labels is None else labels)
        times = pd.DatetimeIndex(pd.to_datetime(pd.Series(np.asarray(moments, dtype=object)))).tz_localize(None)
        if len(times) != len(topics):
            raise ValueError(f"There are {len(times)} times and {len(topics)} texts; each text needs one time.")
        kept = (topics >= 0) & ~times.isna()
        periods = times[kept].to_period(freq)
        table = pd.crosstab(periods, topics[kept]) if kept.any() else pd.DataFrame(index=periods)
        if kept.any():
            table = table.reindex(pd.period_range(periods.min(), periods.max(), freq=freq), fill_value=0)
        table = table.reindex(columns=range(self.n_topics_), fill_value=0).astype(int)
        return table.rename_axis(index="period", columns="topic")

    def _centres(self, vectors: Vectors) -> Vectors:
        """The middles of the groups, of length 1."""
        from sklearn.cluster import KMeans

        self.silhouette_: dict[int, float] = {}
        random = np.random.default_rng(self.seed)
        some = vectors
        if len(some) > _LEARNT:
            some = vectors[np.sort(random.choice(len(vectors), _LEARNT, replace=False))]
        distinct = len(np.unique(some.round(5), axis=0))
        number = min(self.n, distinct) if self.n is not None else self._best_number(some, distinct, random)
        if number < 2:
            return unit(some.mean(axis=0, keepdims=True))
        return unit(KMeans(number, n_init=4, random_state=self.seed).fit(some).cluster_centers_)

    def _best_number(self, vectors: Vectors, distinct: int, random: np.random.Generator) -> int:
        from sklearn.cluster import KMeans
        from sklearn.metrics import silhouette_score

        if len(vectors) > _MEASURED:
            vectors = vectors[random.choice(len(vectors), _MEASURED, replace=False)]
        for number in NUMBERS:
            if number > min(distinct - 1, len(vectors) // _LEAST_SIZE):
                break
            groups = KMeans(number, n_init=2, random_state=self.seed).fit_predict(vectors)
            self.silhouette_[number] = float(silhouette_score(vectors, groups))
        return max(self.silhouette_, key=lambda number: self.silhouette_[number], default=1)

    def _table(self, texts: list[str], said: NDArray[np.intp], vectors: Vectors) -> pd.DataFrame:
        words = distinctive(texts, self.labels_, self.n_topics_, _WORDS)
        closeness = np.einsum("ij,ij->i", vectors, self.centres_[self.labels_[said]])
        rows = []
        for topic, best in enumerate(words):
            own = np.flatnonzero(self.labels_[said] == topic)
            nearest = own[np.argsort(-closeness[own], kind="stable")]
            examples = list(dict.fromkeys(shortened(texts[said[row]], _EXAMPLE_LENGTH) for row in nearest[:50]))
            label = " · ".join(best[:3]) or shortened(examples[0], 40)
            share = len(own) / len(said)
            rows.append((topic, label, len(own), share, best, examples[:_EXAMPLES]))
        return pd.DataFrame(rows, columns=["topic", "label", "size", "share", "words", "examples"])
