"""The models that compete, each as log-odds learnt from the same encoded customers.

A candidate explores its settings on one part of the customers and scores another; then it learns with the setting
that did best. Blend is the mean log-odds of the logistic model and the boosting, which need not be learnt twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from rapport.science.behaviour.encoding import Encoded, Encoder
from rapport.science.behaviour.vectors import Rows, Vector, log_loss, log_odds

Setting = tuple[tuple[str, float], ...]


class Scorer(Protocol):
    """A learnt candidate: the log-odds of yes for each customer."""

    def score(self, customers: Encoded) -> Vector: ...


class Candidate(Protocol):
    """One way to learn. `explore` answers the log-odds of `check` for each setting, `learn` a scorer for one.

    The `answers` of `check` say no more than when going on is in vain.
    """

    name: str

    def explore(self, learn: Encoded, yes: Vector, check: Encoded, answers: Vector) -> Mapping[Setting, Vector]: ...

    def learn(self, customers: Encoded, yes: Vector, setting: Setting) -> Scorer: ...


class _Settled:
    """A candidate that tries each of `settings` by learning with it."""

    name: str
    settings: tuple[Setting, ...] = ((),)
    learn: Callable[..., Scorer]

    def explore(self, learn: Encoded, yes: Vector, check: Encoded, answers: Vector) -> Mapping[Setting, Vector]:
        return {setting: self.learn(learn, yes, setting).score(check) for setting in self.settings}


@dataclass(frozen=True)
class Constant:
    """The same log-odds for everybody."""

    value: float

    def score(self, customers: Encoded) -> Vector:
        return np.full(len(customers), self.value)


class Prior(_Settled):
    """The baseline: everybody gets the share of yes."""

    name = "baseline"

    def learn(self, customers: Encoded, yes: Vector, setting: Setting = ()) -> Scorer:
        return Constant(float(log_odds(yes.mean())))


@dataclass(frozen=True)
class Rates:
    """The share of yes by bin of one column."""

    column: int
    reader: Callable[[Encoded, int], Rows]
    rates: Vector  # log-odds by bin
    base: float

    def score(self, customers: Encoded) -> Vector:
        return self.rates[self.reader(customers, self.column)]


class OneColumn(_Settled):
    """The simple rule: the share of yes by level, or by fifth, of the one column that tells most."""

    name = "one_column"
    _PRIOR = 10.0  # customers of the average kind added to every bin

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def learn(self, customers: Encoded, yes: Vector, setting: Setting = ()) -> Scorer:
        positions = self.encoder.tree_columns_
        readers = {int(column): self._reader(customers, int(column)) for column in np.unique(positions)}
        rules = [self._rule(customers, yes, column, reader) for column, reader in readers.items()]
        # Akaike's criterion: a column with many levels must earn each of them.
        best = min(rules, key=lambda rule: self._loss(rule, customers, yes) + len(rule.rates), default=None)
        return best or Prior().learn(customers, yes)

    def _reader(self, customers: Encoded, column: int) -> Callable[[Encoded, int], Rows]:
        at = np.flatnonzero(self.encoder.tree_columns_ == column)
        if self.encoder.tree_levels_[at[0]] is not None:
            return _Levels(at)
        x = customers.trees[:, at[0]]
        present = x[np.isfinite(x)]
        edges = np.quantile(present, (0.2, 0.4, 0.6, 0.8)) if len(present) else np.empty(0)
        return _Fifths(int(at[0]), np.unique(edges))

    def _rule(self, customers: Encoded, yes: Vector, column: int, reader: Callable[[Encoded, int], Rows]) -> Rates:
        bins = reader(customers, column)
        size = int(bins.max()) + 1 if len(bins) else 1
        size = max(size, getattr(reader, "size", size))
        total, hits = np.bincount(bins, minlength=size), np.bincount(bins, weights=yes, minlength=size)
        rates = log_odds((hits + self._PRIOR * yes.mean()) / (total + self._PRIOR))
        return Rates(column, reader, rates, float(log_odds(yes.mean())))

    @staticmethod
    def _loss(rule: Rates, customers: Encoded, yes: Vector) -> float:
        scores = rule.score(customers)
        return float(np.logaddexp(0, scores).sum() - scores @ yes)


@dataclass(frozen=True)
class _Levels:
    """Which level a customer has; the last number is none of them."""

    at: Rows

    @property
    def size(self) -> int:
        return len(self.at) + 1

    def __call__(self, customers: Encoded, column: int) -> Rows:
        levels = customers.trees[:, self.at]
        return np.where(levels.any(axis=1), levels.argmax(axis=1), len(self.at))


@dataclass(frozen=True)
class _Fifths:
    """In which fifth a number lies; the last number is a gap."""

    at: int
    edges: Vector

    @property
    def size(self) -> int:
        return len(self.edges) + 2

    def __call__(self, customers: Encoded, column: int) -> Rows:
        x = customers.trees[:, self.at]
        return np.where(np.isnan(x), len(self.edges) + 1, np.searchsorted(self.edges, x, side="left"))


@dataclass(frozen=True)
class Linear:
    """Intercept and one coefficient for each standardised column: the contributions are exact products."""

    intercept: float
    coefficients: Vector

    def score(self, customers: Encoded) -> Vector:
        return np.asarray(customers.linear @ self.coefficients + self.intercept)


class Logistic(_Settled):
    """Logistic regression by maximum likelihood with an L2 penalty (C is the inverse of its strength).

    Whether numbers may bend is explored too: few customers cannot say where.
    """

    name = "logistic"

    def __init__(self, bends: NDArray[np.bool_] | None = None) -> None:
        self.bends = bends
        shapes = (0, 1) if bends is not None and bends.any() else (1,)
        self.settings = tuple((("bent", bent), ("C", C)) for bent in shapes for C in (0.003, 0.01, 0.04, 0.2, 1.0, 5.0))

    def learn(self, customers: Encoded, yes: Vector, setting: Setting) -> Scorer:
        chosen = dict(setting)
        used = np.ones(customers.linear.shape[1], dtype=bool)
        if self.bends is not None and not chosen["bent"]:
            used = ~self.bends
        model = LogisticRegression(C=chosen["C"], solver="newton-cholesky", max_iter=200, tol=1e-6)
        model.fit(customers.linear[:, used], yes)
        coefficients = np.zeros(len(used))
        coefficients[used] = model.coef_[0]
        return Linear(float(model.intercept_[0]), coefficients)


@dataclass(frozen=True)
class Forest:
    """Mean of the trees' shares; kept as a chance, which is what adds up over trees."""

    model: RandomForestClassifier
    smallest: float

    def score(self, customers: Encoded) -> Vector:
        return log_odds(self.model.predict_proba(customers.trees)[:, 1], smallest=self.smallest)


class RandomForest(_Settled):
    """100 trees on bootstrap samples (L. Breiman, 2001), leaves of five customers or, of many, of one in 300."""

    name = "random_forest"

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def learn(self, customers: Encoded, yes: Vector, setting: Setting = ()) -> Scorer:
        leaf = int(np.clip(len(yes) // 300, 5, 50))
        rows = min(1.0, 20_000 / len(yes))
        model = RandomForestClassifier(
            100, min_samples_leaf=leaf, max_depth=12, max_samples=rows, random_state=self.seed
        )
        return Forest(model.fit(customers.trees, yes), 0.5 / (len(yes) + 1))


@dataclass(frozen=True)
class Boosted:
    """A sum of small trees, in log-odds."""

    model: HistGradientBoostingClassifier

    def score(self, customers: Encoded) -> Vector:
        return np.asarray(self.model.decision_function(customers.trees))


class GradientBoosting:
    """Histogram gradient boosting; how many leaves and how many trees is explored."""

    name = "gradient_boosting"
    leaves = (6, 20)
    # More trees are grown only where the last of a batch was the best.
    batches = ((20, 30, 45, 60), (80, 105, 140), (180, 230, 300, 400))

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def explore(self, learn: Encoded, yes: Vector, check: Encoded, answers: Vector) -> Mapping[Setting, Vector]:
        found: dict[Setting, Vector] = {}
        for leaves in self.leaves:
            model = self._model(leaves, 1).set_params(warm_start=True)
            losses: dict[int, float] = {}
            for batch in self.batches:
                model.set_params(max_iter=batch[-1]).fit(learn.trees, yes)
                for trees, said in enumerate(model.staged_decision_function(check.trees), start=1):
                    if trees in batch:
                        scores = np.asarray(said).ravel()
                        found[("leaves", leaves), ("trees", trees)] = scores
                        losses[trees] = float(log_loss(answers, expit(scores)).mean())
                if min(losses, key=lambda trees: losses[trees]) < batch[-1]:
                    break
        return found

    def learn(self, customers: Encoded, yes: Vector, setting: Setting) -> Scorer:
        chosen = dict(setting)
        return Boosted(self._model(int(chosen["leaves"]), int(chosen["trees"])).fit(customers.trees, yes))

    def _model(self, leaves: int, trees: int) -> HistGradientBoostingClassifier:
        return HistGradientBoostingClassifier(
            learning_rate=0.1,
            max_leaf_nodes=leaves,
            max_iter=trees,
            min_samples_leaf=20,
            l2_regularization=5.0,
            early_stopping=False,
            random_state=self.seed,
        )


@dataclass(frozen=True)
class Network:
    """A learnt perceptron."""

    model: MLPClassifier

    def score(self, customers: Encoded) -> Vector:
        return log_odds(self.model.predict_proba(customers.linear.astype(np.float32))[:, 1])


class Perceptron(_Settled):
    """A multi-layer perceptron, 64 and 32 units, ReLU, Adam, with weight decay, for a fixed number of epochs."""

    name = "perceptron"

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def learn(self, customers: Encoded, yes: Vector, setting: Setting = ()) -> Scorer:
        batch = int(np.clip(len(yes) // 25, 32, 512))
        model = MLPClassifier(
            (64, 32),
            activation="relu",
            solver="adam",
            alpha=1.0,
            batch_size=min(batch, len(yes)),
            learning_rate_init=0.003,
            random_state=self.seed,
        )
        linear = customers.linear.astype(np.float32)
        for _ in range(int(np.clip(20 * 20_000 / len(yes), 5, 20))):
            model.partial_fit(linear, yes, classes=[0.0, 1.0])
        return Network(model)


@dataclass(frozen=True)
class Mean:
    """The mean log-odds of several scorers."""

    parts: tuple[Scorer, ...]

    def score(self, customers: Encoded) -> Vector:
        return np.asarray(np.mean([part.score(customers) for part in self.parts], axis=0))
