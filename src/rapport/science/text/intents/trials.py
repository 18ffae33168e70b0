"""What the heads do on texts, and on whole intents, that they have not learnt from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.science.text.intents.confidence import Trials, signs_of
from rapport.science.text.intents.heads import HeadName, learn
from rapport.science.text.intents.softmax import Columns, Floats

Codes = NDArray[np.intp]
FOLDS = 4
_BLOCK = 1_024


@dataclass(frozen=True)
class Fold:
    """Rows to learn from, and rows held out; `left_out` marks the intents that nothing is learnt of."""

    learnt: Codes
    held: Codes
    left_out: NDArray[np.bool_]


@dataclass(frozen=True)
class Tried:
    """One head on one fold: the trials, and log-chances and numbers of the held-out texts of known intents."""

    trials: Trials
    log_chance: Floats
    codes: Codes

    @property
    def accuracy(self) -> float:
        return float(self.trials.right[self.trials.known].mean()) if self.trials.known.any() else 0.0


def folds_of(codes: Codes, classes: int, seed: int) -> list[Fold]:
    """Folds that hold out one text in four of every intent, and one intent in four entirely.

    Nothing can be held out of an intent with one example, and no intent can be spared of two.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]
    counts = np.bincount(codes, minlength=classes)
    rank = np.empty(len(codes), dtype=np.intp)
    rank[order] = np.arange(len(codes)) - np.repeat(np.cumsum(counts) - counts, counts)
    turn = (rank + codes) % FOLDS
    group = random.permutation(classes) % min(FOLDS, classes) if classes > 2 else np.full(classes, -1)
    folds = []
    for number in range(FOLDS):
        left_out = group == number
        held = turn == number
        alone = (counts[codes] == 1) & ~left_out[codes]
        learnt = ~held & ~left_out[codes] | alone
        fold = Fold(np.flatnonzero(learnt), np.flatnonzero(held & ~alone), left_out)
        if len(fold.held) and len(np.unique(codes[fold.learnt])) > 1:
            folds.append(fold)
    return folds


def try_head(name: HeadName, columns: Columns, codes: Codes, fold: Fold) -> Tried:
    """Learn on a fold and look at what was held out."""
    present, learnt = np.unique(codes[fold.learnt], return_inverse=True)
    head = learn(name, columns.rows(fold.learnt), learnt.astype(np.intp), len(present))
    held = columns.rows(fold.held)
    chances = head.log_chance(held)
    best = chances.argmax(axis=1)
    nearest = nearest_example(held.dense, best, columns.dense[fold.learnt], learnt)
    truth = codes[fold.held]
    known = np.isin(truth, present)
    trials = Trials(signs_of(chances, nearest), (present[best] == truth) & known, known)
    return Tried(trials, chances[known], np.searchsorted(present, truth[known]).astype(np.intp))


def nearest_example(vectors: Floats, best: Codes, examples: Floats, codes: Codes) -> NDArray[np.float64]:
    """For every text the cosine with the nearest example of its best intent."""
    found = np.empty(len(vectors))
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(int(codes.max()) + 2))
    for intent in np.unique(best):
        rows = np.flatnonzero(best == intent)
        own = examples[order[ends[intent] : ends[intent + 1]]]
        for start in range(0, len(rows), _BLOCK):
            part = rows[start : start + _BLOCK]
            found[part] = (vectors[part] @ own.T).max(axis=1)
    return found


def chosen_rows(codes: Codes, limit: int, seed: int) -> Codes:
    """At most about `limit` rows with every intent in its proportion, and at least two of each that has them."""
    if len(codes) <= limit:
        return np.arange(len(codes))
    order = np.random.default_rng(seed).permutation(len(codes))
    order = order[np.argsort(codes[order], kind="stable")]
    counts = np.bincount(codes)
    rank = np.arange(len(codes)) - np.repeat(np.cumsum(counts) - counts, counts)
    most = np.maximum(2, np.ceil(counts * limit / len(codes)))
    return np.sort(order[rank < np.repeat(most, counts)])
