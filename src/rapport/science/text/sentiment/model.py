"""Sentiment of texts, without labels by a word list and with labels by what they teach."""

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from rapport.science.text.reading import codes_of, read_labelled, read_texts
from rapport.science.text.sentiment.lexicon import evidence
from rapport.science.text.words import is_cjk, normal, raw_words, words

Floats = NDArray[np.float64]

NEGATIVE, NEUTRAL, POSITIVE = "negative", "neutral", "positive"
# One plain word of feeling weighs 2, and outweighs what is neutral.
_NEUTRAL_EVIDENCE, _DOUBT = 1.0, 0.2
# Candidates for the strength of the ridge; the best by log loss on held-out texts is kept.
STRENGTHS = (0.3, 1.0, 3.0, 10.0)
_MANY = 2_000


class Sentiment(ClassifierMixin, BaseEstimator):
    """How people feel about what they write, in English and Chinese.

    Untrained it weighs the words of our own list (`lexicon.evidence`) and `classes_` are negative, neutral and
    positive; a text without evidence is neutral. After `fit` it is logistic regression on TF-IDF of words and pairs
    of words, and of one to four Chinese characters in a row, beside what the word list says, with the labels that
    were given, sorted, as `classes_`. The strength is chosen by log loss on held-out texts.
    Source of the features: Wang and Manning (2012), Baselines and bigrams: simple, good sentiment and topic
    classification, ACL.

    Parameters: `seed` of the folds. Learned: `classes_`, `strength_`, `n_texts_`.
    """

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed

    @property
    def classes_(self) -> NDArray[np.object_]:
        """The labels in the order of `predict_proba`."""
        return getattr(self, "_classes", np.array([NEGATIVE, NEUTRAL, POSITIVE], dtype=object))

    def fit(self, texts: Any, labels: Any) -> Self:
        """Learn from n texts and their n labels, of whatever names and number; empty texts are left out.

        Raises ValueError when a label is missing, when they are not as many, or with fewer than two labels.
        """
        read, given = read_labelled(texts, labels)
        self._classes, codes = codes_of(given)
        self.n_texts_ = len(read)
        found = [list(terms(text)) for text in read]
        self.strength_ = self._best_strength(found, codes)
        self._learnt = self._pipeline(self.strength_, len(read)).fit(found, codes)
        return self

    def predict_proba(self, texts: Any) -> Floats:
        """n x labels, in the order of `classes_`."""
        read = read_texts(texts)
        if not read:
            return np.zeros((0, len(self.classes_)))
        if not hasattr(self, "_learnt"):
            return _untrained(read)
        return np.asarray(self._learnt.predict_proba([list(terms(text)) for text in read]), dtype=float)

    def predict(self, texts: Any) -> NDArray[np.object_]:
        """The likeliest label of every text."""
        return np.asarray(self.classes_[self.predict_proba(texts).argmax(axis=1)])

    def polarity(self, texts: Any) -> Floats:
        """From -1 (bad) to 1 (good), one number a text, by the word list alone whatever was learnt."""
        chances = _untrained(read_texts(texts))
        return np.asarray(chances[:, 2] - chances[:, 0])

    def _best_strength(self, texts: list[list[str]], codes: NDArray[np.intp]) -> float:
        from sklearn.metrics import log_loss
        from sklearn.model_selection import StratifiedKFold

        folds = min(3, int(np.bincount(codes).min()))
        if folds < 2:
            return 1.0
        splits = list(StratifiedKFold(folds, shuffle=True, random_state=self.seed).split(texts, codes))
        lost = dict.fromkeys(STRENGTHS, 0.0)
        for learnt, held in splits:
            pipeline = self._pipeline(1.0, len(learnt))
            features, classifier = pipeline[0], pipeline[1]
            columns = features.fit_transform([texts[row] for row in learnt])
            others = features.transform([texts[row] for row in held])
            for strength in STRENGTHS:
                classifier.set_params(C=strength).fit(columns, codes[learnt])
                chances = classifier.predict_proba(others)
                lost[strength] += log_loss(codes[held], chances, labels=np.unique(codes)) * len(held)
        return min(lost, key=lambda strength: lost[strength])

    def _pipeline(self, strength: float, n: int) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        least = 2 if n > _MANY else 1
        features = TfidfVectorizer(analyzer=_as_they_are, sublinear_tf=True, min_df=least, dtype=np.float32)
        return make_pipeline(features, LogisticRegression(C=strength, max_iter=1_000))


def terms(text: str) -> Iterator[str]:
    """Words and pairs of words, Chinese characters one to four in a row, faces, and what the word list makes of it."""
    text = normal(text)
    found = evidence(text)
    yield from _felt("good", found.good)
    yield from _felt("bad", found.bad)
    before = ""
    for token in raw_words(text):
        if is_cjk(token):
            for size in range(1, 5):
                yield from (token[start : start + size] for start in range(len(token) - size + 1))
            before = ""
            continue
        for word in words(token):
            yield word
            if before:
                yield f"{before} {word}"
            before = word
    yield from (sign for sign in text if not sign.isalnum() and not sign.isspace())


def _as_they_are(found: list[str]) -> list[str]:
    """Terms that were found before; a function of the module, so that a model can be pickled."""
    return found


def _felt(side: str, amount: float) -> Iterator[str]:
    """Marks for more and more of one side: none, some, much."""
    for least in (0.0, 2.0, 5.0):
        if amount > least:
            yield f"<{side} over {least:g}>"


def _untrained(texts: list[str]) -> Floats:
    found = np.array([evidence(text) for text in texts], dtype=float).reshape(-1, 2)
    good, bad = found[:, 0], found[:, 1]
    # Each side is weakened by the other; what both say together is a mixed text, which counts as neutral.
    sides = [
        np.maximum(bad - 0.5 * good, 0) + _DOUBT,
        _NEUTRAL_EVIDENCE + 0.5 * np.minimum(good, bad),
        np.maximum(good - 0.5 * bad, 0) + _DOUBT,
    ]
    chances = np.column_stack(sides)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))
