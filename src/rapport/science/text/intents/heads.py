"""Heads that turn columns into chances of intents."""

from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from rapport.science.text.encoder import unit
from rapport.science.text.intents.softmax import Columns, Floats, Softmax, log_softmax

HeadName = Literal["nearest", "vectors", "joint"]
HEADS: tuple[HeadName, ...] = get_args(HeadName)

# |weights|^2 / (2 strength) is taken off the log-likelihood; on rows of length 1 to 1.2 weak ridges are best.
STRENGTH = 30.0
# Of more texts than this the nearest examples have a say, too: best by four folds of the learning part of BANKING77,
# where .9176 of the answers were right without them and .9210 with them.
MANY, NEIGHBOURS, NEARNESS = 1_500, 3, 5.0
# Cosines of sentences differ by some tenths; times this they differ like log-odds.
SHARPNESS = 15.0


class Head(Protocol):
    """What has learnt to tell intents apart."""

    def log_chance(self, columns: Columns) -> Floats: ...


def learn(name: HeadName, columns: Columns, codes: NDArray[np.intp], classes: int) -> Head:
    """The head of this name, learnt from columns and the numbers of their intents."""
    if name == "nearest":
        return _Nearest.fit(columns, codes, classes)
    if name == "vectors":
        return _OnlyVectors(Softmax.fit(_without_words(columns), codes, classes, strength=STRENGTH))
    inner = Softmax.fit(columns, codes, classes, strength=STRENGTH)
    return _WithNeighbours(inner, columns.dense, codes, classes) if len(columns) > MANY else inner


@dataclass(frozen=True)
class _WithNeighbours:
    """Log-chances, and how near the nearest examples of every intent lie: what a straight border cuts off they keep."""

    inner: Softmax
    examples: Floats
    codes: NDArray[np.intp]
    classes: int

    def log_chance(self, columns: Columns) -> Floats:
        near = np.full((len(columns), self.classes), -1.0, dtype=np.float32)
        for intent in range(self.classes):
            own = self.examples[self.codes == intent]
            if len(own):
                cosines = columns.dense @ own.T
                kept = min(NEIGHBOURS, len(own))
                near[:, intent] = np.partition(cosines, -kept, axis=1)[:, -kept:].mean(axis=1)
        return log_softmax(self.inner.log_chance(columns) + np.float32(NEARNESS) * near)


@dataclass(frozen=True)
class _Nearest:
    """The intent whose mean vector is nearest. Source: Snell et al. (2017), Prototypical networks, NeurIPS."""

    centres: Floats

    @classmethod
    def fit(cls, columns: Columns, codes: NDArray[np.intp], classes: int) -> "_Nearest":
        sums = np.zeros((classes, columns.dense.shape[1]), dtype=np.float32)
        np.add.at(sums, codes, columns.dense)
        return cls(unit(sums))

    def log_chance(self, columns: Columns) -> Floats:
        return log_softmax(np.float32(SHARPNESS) * (columns.dense @ self.centres.T))


@dataclass(frozen=True)
class _OnlyVectors:
    inner: Softmax

    def log_chance(self, columns: Columns) -> Floats:
        return self.inner.log_chance(_without_words(columns))


def _without_words(columns: Columns) -> Columns:
    return Columns(columns.dense, sparse.csr_array((len(columns), 0), dtype=np.float32))
