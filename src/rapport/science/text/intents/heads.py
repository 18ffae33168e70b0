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
    return Softmax.fit(columns, codes, classes, strength=STRENGTH)


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
