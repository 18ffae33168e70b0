"""What was written, as one number: the log-odds of yes from the words alone, by who wrote them.

Words and pairs of words in Latin and other scripts, characters and pairs of characters in Chinese, weighed by how
rare they are (TF-IDF), into a logistic regression: the usual strong baseline of text classification. Source:
S. Wang and C. Manning (2012), Baselines and bigrams: simple, good sentiment and topic classification, ACL.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from rapport.science.behaviour.splitting import inner_folds
from rapport.science.behaviour.vectors import Vector, log_loss
from rapport.science.quality.conversation import Conversation
from rapport.science.quality.reading import plain

_STRENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
_FEWEST = 10  # conversations of each answer
_WORD = re.compile(r"[\u3400-\u9fff]+|\d+|[^\W\d_\u3400-\u9fff]+(?:'[^\W\d_]+)?")
_LIMIT = 20_000  # letters of one author: a longer text is read at both ends
_SAID_BY = {"customer": "c", "agent": "a", "bot": "b"}


class Scorer(Protocol):
    """Learns the log-odds of yes from what it reads in conversations: `read` once, then fit and score parts of that."""

    strength: float | None

    def read(self, conversations: Sequence[Conversation]) -> NDArray[Any]: ...

    def fit(self, said: NDArray[Any], yes: Vector) -> Self: ...

    def score(self, said: NDArray[Any]) -> Vector: ...


def tokens(conversation: Conversation) -> list[str]:
    """Words and pairs, each marked by who wrote it; "l" marks the last message of the customer."""
    texts: dict[str, list[str]] = {"c": [], "a": [], "b": [], "l": []}
    for turn in conversation.turns:
        texts[_SAID_BY[turn.author]].append(plain(turn.text))
    texts["l"] = texts["c"][-1:]
    return [f"{mark} {term}" for mark, parts in texts.items() for part in parts for term in _terms(part)]


def _terms(text: str) -> list[str]:
    if len(text) > _LIMIT:
        text = text[: _LIMIT // 2] + "\n" + text[-_LIMIT // 2 :]
    found: list[str] = []
    for line in re.split(r"[.!?;。！？；\n]+", text.lower()):
        words: list[str] = []
        for part in _WORD.findall(line):
            if "\u3400" <= part[0] <= "\u9fff":
                found += list(part) + [part[place : place + 2] for place in range(len(part) - 1)]
            else:
                words.append("0" if part[0].isdigit() else part)
        found += words + [f"{one} {other}" for one, other in pairwise(words)]
    return found


@dataclass
class Wording:
    """The log-odds of yes from the words; 0 for everybody where there is too little to learn from.

    `strength` is how freely the words may speak (C of the regression), chosen on held-out parts when it is None.
    """

    seed: int = 0
    strength: float | None = None
    _model: LogisticRegression | None = field(default=None, repr=False)

    def read(self, conversations: Sequence[Conversation]) -> NDArray[Any]:
        said = np.empty(len(conversations), dtype=object)
        for place, one in enumerate(conversations):
            said[place] = tokens(one)
        return said

    def fit(self, said: NDArray[Any], yes: Vector) -> Self:
        self._model = None
        if _too_few(yes):
            return self
        self._terms = TfidfVectorizer(
            analyzer=_as_it_is, min_df=2, sublinear_tf=True, max_features=60_000, dtype=np.float64
        )
        try:
            matrix = self._terms.fit_transform(said)
        except ValueError:  # no term is in two conversations
            return self
        self.strength = _best_strength(matrix, yes, self.seed) if self.strength is None else self.strength
        self._model = _model(self.strength).fit(matrix, yes)
        return self

    def score(self, said: NDArray[Any]) -> Vector:
        if self._model is None or not len(said):
            return np.zeros(len(said))
        return np.asarray(self._model.decision_function(self._terms.transform(said)), dtype=np.float64)

    def words(self, conversation: Conversation, *, raising: bool, n: int = 3) -> list[str]:
        """The words of this conversation that raise (or lower) the score most, as they were written."""
        if self._model is None:
            return []
        row = self._terms.transform(self.read([conversation]))
        shares = row.data * self._model.coef_[0][row.indices] * (1 if raising else -1)
        names = self._terms.get_feature_names_out()
        found: list[str] = []
        for place in np.argsort(-shares):
            word = str(names[row.indices[place]])[2:]
            if shares[place] <= 0 or len(found) == n:
                break
            if len(word) > 1 and not any(word in other or other in word for other in found):
                found.append(word)
        return found


@dataclass
class Meaning:
    """The same from the vectors of an encoder: of all that the customer wrote, and of the last message."""

    encoder: Any
    seed: int = 0
    strength: float | None = None
    _model: LogisticRegression | None = field(default=None, repr=False)

    def read(self, conversations: Sequence[Conversation]) -> NDArray[Any]:
        said = [[plain(turn.text) for turn in one.turns if turn.author == "customer"] for one in conversations]
        every = np.asarray(self.encoder.encode(["\n".join(parts)[:_LIMIT] for parts in said]), dtype=float)
        last = np.asarray(self.encoder.encode([parts[-1] if parts else "" for parts in said]), dtype=float)
        if every.ndim != 2 or len(every) != len(said):
            raise ValueError("The encoder must give one vector a text, as an array of n x d.")
        return np.asarray(np.nan_to_num(np.hstack([every, last])))

    def fit(self, said: NDArray[Any], yes: Vector) -> Self:
        self._model = None
        if _too_few(yes):
            return self
        self._middle, self._spread = said.mean(axis=0), float(said.std()) or 1.0
        matrix = (said - self._middle) / self._spread
        self.strength = _best_strength(matrix, yes, self.seed) if self.strength is None else self.strength
        self._model = _model(self.strength).fit(matrix, yes)
        return self

    def score(self, said: NDArray[Any]) -> Vector:
        if self._model is None or not len(said):
            return np.zeros(len(said))
        return np.asarray(self._model.decision_function((said - self._middle) / self._spread), dtype=np.float64)


def _as_it_is(said: list[str]) -> list[str]:
    return said


def _too_few(yes: Vector) -> bool:
    return bool(min(yes.sum(), len(yes) - yes.sum()) < _FEWEST)


def _best_strength(matrix: Any, yes: Vector, seed: int) -> float:
    """The strength that does best on held-out parts."""
    losses = dict.fromkeys(_STRENGTHS, 0.0)
    for learn, check in inner_folds(yes, seed=seed)[:2]:
        for strength in _STRENGTHS:
            chance = _model(strength).fit(matrix[learn], yes[learn]).predict_proba(matrix[check])[:, 1]
            losses[strength] += float(log_loss(yes[check], chance).sum())
    return min(losses, key=lambda strength: losses[strength])


def _model(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=1_000, tol=1e-3)
