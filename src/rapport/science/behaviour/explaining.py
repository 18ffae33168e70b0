"""How much each column of the table adds to what a candidate says of a customer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from rapport.science.behaviour.attribution import Attribution
from rapport.science.behaviour.calibration import Sigmoid
from rapport.science.behaviour.candidates import Boosted, Constant, Forest, Linear, Mean, Network, Rates, Scorer
from rapport.science.behaviour.comparing import Learnt
from rapport.science.behaviour.encoding import Encoded, Encoder
from rapport.science.behaviour.trees import trees_of_boosting, trees_of_forest
from rapport.science.behaviour.vectors import Matrix, Vector

LOG_ODDS, CHANCE, LOG_HAZARD = "log-odds", "chance", "log hazard"
_ORDERS = 8


@dataclass(frozen=True)
class Explanation:
    """`base` plus the `effects` of a row (customers x table columns) is what is said, on `scale`."""

    base: float
    effects: Matrix
    scale: str
    method: str

    @property
    def total(self) -> Vector:
        return np.asarray(self.base + self.effects.sum(axis=1))


def explain(learnt: Learnt, customers: Encoded, encoder: Encoder, background: Encoded) -> Explanation:
    """Effects by table column. A sigmoid calibration is worked in; an isotonic one comes after what is explained."""
    found = _explain(learnt.scorer, customers, encoder, background)
    calibrator = learnt.calibrator
    if isinstance(calibrator, Sigmoid) and found.scale == LOG_ODDS:
        return replace(
            found, base=calibrator.slope * found.base + calibrator.shift, effects=calibrator.slope * found.effects
        )
    return found


@singledispatch
def _explain(scorer: Scorer, customers: Encoded, encoder: Encoder, background: Encoded) -> Explanation:
    raise TypeError(f"{type(scorer).__name__} cannot be explained.")


@_explain.register
def _(scorer: Constant, customers: Encoded, encoder: Encoder, background: Encoded) -> Explanation:
    return Explanation(scorer.value, np.zeros((len(customers), len(encoder.columns))), LOG_ODDS, "nothing to explain")


@_explain.register
def _(scorer: Rates, customers: Encoded, encoder: Encoder, background: Encoded) -> Explanation:
    effects = np.zeros((len(customers), len(encoder.columns)))
    effects[:, scorer.column] = scorer.score(customers) - scorer.base
    return Explanation(scorer.base, effects, LOG_ODDS, "exact: rate of the bin less the rate of all")


@_explain.register
def _(scorer: Linear, customers: Encoded, encoder: Encoder, background: Encoded) -> Explanation:
    effects = by_column(customers.linear * scorer.coefficients, encoder.linear_columns_, len(encoder.columns))
    return Explanation(scorer.intercept, effects, LOG_ODDS, "exact: coefficient x deviation from the mean")


@_explain.register
def _(scorer: Boosted, customers: Encoded, encoder: Encoder, background: Encoded) -> Explanation:
    trees, start = trees_of_boosting(scorer.model)
    attribution = Attribution(trees, customers.trees.shape[1], start)
    effects = by_column(attribution.shares(customers.trees), encoder.tree_columns_, len(encoder.columns))
    return Explanation(attribution.base, effects, LOG_ODDS, "exact: path-dependent TreeSHAP")


@_explain.register
def _(scorer: Forest, customers: Encoded, encoder: Encoder, background: Encoded) -> Explanation:
    # A forest compares in single precision.
    X = customers.trees.astype(np.float32).astype(float)
    attribution = Attribution(trees_of_forest(scorer.model), X.shape[1])
    effects = by_column(attribution.shares(X), encoder.tree_columns_, len(encoder.columns))
    return Explanation(attribution.base, effects, CHANCE, "exact: path-dependent TreeSHAP, in chances")


@_explain.register
def _(scorer: Mean, customers: Encoded, encoder: Encoder, background: Encoded) -> Explanation:
    parts = [_explain(part, customers, encoder, background) for part in scorer.parts]
    effects = np.mean([part.effects for part in parts], axis=0)
    base = float(np.mean([part.base for part in parts]))
    return Explanation(base, effects, LOG_ODDS, "exact: mean of coefficient x deviation and path-dependent TreeSHAP")


@_explain.register
def _(scorer: Network, customers: Encoded, encoder: Encoder, background: Encoded) -> Explanation:
    def says(linear: Matrix) -> Vector:
        return scorer.score(Encoded(customers.trees[:0], linear))

    base, effects = sampled(says, customers.linear, background.linear, encoder.linear_columns_, len(encoder.columns))
    return Explanation(base, effects, LOG_ODDS, "approximate: Shapley values sampled over orders of the columns")


def sampled(
    says: Callable[[Matrix], Vector], X: Matrix, background: Matrix, columns: NDArray[np.intp], count: int
) -> tuple[float, Matrix]:
    """Shapley values sampled over orders of the columns; they add up exactly, for each order runs from one average
    customer to this one. Source: E. Strumbelj and I. Kononenko (2010), Journal of Machine Learning Research 11, 1-18.
    """
    dice = np.random.default_rng(0)
    effects = np.zeros((len(X), count))
    starts = background[: 2 * _ORDERS]
    order = np.arange(count)
    for number, start in enumerate(starts):
        order = dice.permutation(count) if number % 2 == 0 else order[::-1]
        now = np.repeat(start[None], len(X), axis=0)
        before = says(now)
        for column in order:
            at = columns == column
            now[:, at] = X[:, at]
            after = says(now)
            effects[:, column] += (after - before) / len(starts)
            before = after
    return float(says(starts).mean()), effects


def by_column(shares: Matrix, columns: NDArray[np.intp], count: int) -> Matrix:
    out = np.zeros((len(shares), count))
    for position, column in enumerate(columns):
        out[:, column] += shares[:, position]
    return out
