"""Intents of texts from a few examples each, or from many."""

from collections.abc import Iterator
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from rapport.science.text.encoder import SentenceEncoder, encode
from rapport.science.text.intents.columns import WordColumns, columns_of
from rapport.science.text.intents.confidence import Confidence, Trials, refusals, signs_of, temperature_of
from rapport.science.text.intents.heads import HEADS, HeadName, learn
from rapport.science.text.intents.softmax import Columns, Floats, log_softmax
from rapport.science.text.intents.trials import Fold, Tried, chosen_rows, folds_of, nearest_example, try_head
from rapport.science.text.reading import codes_of, read_labelled, read_texts, share

# So many held-out texts are enough to choose a head and to say how sure answers are.
_TRIED = 5_000
_COMPARED = 1_500
_BLOCK = 4_096


class Decision(NamedTuple):
    """The best label of a text, and the chance that it is right."""

    label: Any
    confidence: float


class IntentClassifier(ClassifierMixin, BaseEstimator):
    """Says what somebody wants, and says nothing rather than something unlikely.

    Texts are read as sentence vectors and as words and pieces of words. A head is chosen on held-out texts among the
    nearest mean vector, logistic regression on vectors, and logistic regression on both. Whole intents are left out
    in turn, and what the model makes of their texts teaches it to know what it does not know: `confidence` is the
    chance that an answer is right when `unknown_share` of all texts ask for something that no example covers.
    Below `threshold` it answers None. With one example an intent nothing can be held out, and confidence rests on
    the prior of `confidence.py`.

    Parameters: `threshold` from 0 (always answers) to 1; 0.5 answers when right is more likely than wrong; `seed`;
    `unknown_share`, one text in twenty unless you know better; `head`, one of HEADS instead of the best; `encoder`,
    any `SentenceEncoder`.

    Learned: `classes_` (sorted), `head_`, `accuracy_` (held-out accuracy of every head that was tried, with intents
    left out), `temperature_`, `refusals_` (what each threshold would do, see `confidence.refusals`; None when
    nothing could be held out), `n_texts_`.
    """

    def __init__(
        self,
        *,
        threshold: float = 0.5,
        seed: int = 0,
        unknown_share: float = 0.05,
        head: HeadName | None = None,
        encoder: SentenceEncoder | None = None,
    ) -> None:
        self.threshold = threshold
        self.seed = seed
        self.unknown_share = unknown_share
        self.head = head
        self.encoder = encoder

    def fit(self, texts: Any, labels: Any) -> Self:
        """Learn from n texts and their n labels; empty texts teach nothing and are left out.

        Raises ValueError when a label is missing, when they are not as many, or with fewer than two labels.
        """
        share(self.threshold, "threshold")
        share(self.unknown_share, "unknown_share")
        if self.head is not None and self.head not in HEADS:
            raise ValueError(f"A head is one of {', '.join(HEADS)}, not {self.head!r}.")
        read, given = read_labelled(texts, labels)
        self.classes_, self._codes = codes_of(given)
        self.n_texts_ = len(read)
        self._words = WordColumns().fit(read)
        columns = self._columns(read)
        self._try(columns)
        self._learnt = learn(self.head_, columns, self._codes, len(self.classes_))
        self._examples = columns.dense
        return self

    def predict(self, texts: Any) -> NDArray[np.object_]:
        """The label of every text, None below the threshold."""
        answers = np.empty(len(read := read_texts(texts)), dtype=object)
        for place, (label, confidence) in enumerate(self.decision(read)):
            answers[place] = label if confidence >= self.threshold and confidence > 0 else None
        return answers

    def decision(self, texts: Any) -> list[Decision]:
        """The best label of every text, however unlikely, and its confidence from 0 to 1 (0 for an empty text)."""
        found: list[Decision] = []
        for columns, chances in self._chances(texts):
            best = chances.argmax(axis=1)
            nearest = nearest_example(columns.dense, best, self._examples, self._codes)
            sure = self._confidence.of(signs_of(chances, nearest))
            found += [Decision(self.classes_[code], float(s)) for code, s in zip(best, sure, strict=True)]
        return found

    def predict_proba(self, texts: Any) -> NDArray[np.float64]:
        """n x labels in the order of `classes_`: the chances if one of them is what is asked for."""
        cooled = [log_softmax(chances / np.float32(self.temperature_)) for _, chances in self._chances(texts)]
        both = np.exp(np.concatenate([np.zeros((0, len(self.classes_)), dtype=np.float32), *cooled]).astype(float))
        return np.asarray(both / both.sum(axis=1, keepdims=True))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of texts that get their own label; None is wrong."""
        same = [said == truth for said, truth in zip(self.predict(X), y, strict=True)]
        return float(np.average(same, weights=sample_weight))

    def threshold_for(self, precision: float) -> float:
        """The lowest threshold at which held-out answers were right so often; ValueError when none was."""
        check_is_fitted(self, "classes_")
        share(precision, "precision")
        table = self.refusals_
        enough = None if table is None else table.loc[table["precision"] >= precision, "threshold"]
        if enough is None or enough.empty:
            raise ValueError(f"No threshold made {precision:.0%} of the held-out answers right; give more examples.")
        return float(enough.iloc[0])

    def _columns(self, texts: list[str]) -> Columns:
        return columns_of(encode(self.encoder, texts), self._words.transform(texts))

    def _chances(self, texts: Any) -> Iterator[tuple[Columns, Floats]]:
        """Columns and log-chances of the texts, block by block."""
        check_is_fitted(self, "classes_")
        read = read_texts(texts)
        for start in range(0, len(read), _BLOCK):
            columns = self._columns(read[start : start + _BLOCK])
            yield columns, self._learnt.log_chance(columns)

    def _try(self, columns: Columns) -> None:
        """Choose the head, and learn how sure its answers are, from what was held out."""
        rows = chosen_rows(self._codes, _TRIED, self.seed)
        some, codes = columns.rows(rows), self._codes[rows]
        folds = folds_of(codes, len(self.classes_), self.seed)
        tried = {name: self._tried(name, some, codes, folds) for name in self._compared(len(rows))}
        known = {name: [fold.accuracy for fold in found if len(fold.codes)] for name, found in tried.items()}
        self.accuracy_ = {name: float(np.mean(each)) for name, each in known.items() if each}
        self.head_: HeadName = max(self.accuracy_, key=self._preferred) if self.accuracy_ else self.head or "joint"
        self._settle(tried.get(self.head_, []))

    def _compared(self, rows: int) -> tuple[HeadName, ...]:
        """The heads to compare: of many texts the joint head has always made the most."""
        if self.head is not None:
            return (self.head,)
        return HEADS if rows <= _COMPARED else ("joint",)

    def _preferred(self, name: HeadName) -> float:
        # The joint head reads more, so it is left only for what is surely better.
        standard_error = np.sqrt(0.25 / self.n_texts_)
        return self.accuracy_[name] + (float(standard_error) if name == "joint" else 0.0)

    @staticmethod
    def _tried(name: HeadName, columns: Columns, codes: NDArray[np.intp], folds: list[Fold]) -> list[Tried]:
        return [try_head(name, columns, codes, fold) for fold in folds]

    def _settle(self, tried: list[Tried]) -> None:
        self.temperature_, self._confidence, self.refusals_ = 1.0, Confidence(), None
        known = [fold for fold in tried if len(fold.codes)]
        if not known:
            return
        self.temperature_ = float(np.median([temperature_of(fold.log_chance, fold.codes) for fold in known]))
        trials = Trials.joined([fold.trials for fold in tried])
        self._confidence = Confidence.fit(trials, self.unknown_share)
        self.refusals_ = refusals(trials, self._confidence, self.unknown_share)
