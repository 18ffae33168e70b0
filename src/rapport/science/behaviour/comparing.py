"""Candidates on the same folds: the same recipe is run on every learning part and, at the end, on all customers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from rapport.science.behaviour.calibration import Calibrator, Plain, calibrate
from rapport.science.behaviour.candidates import (
    Candidate,
    GradientBoosting,
    Logistic,
    Mean,
    OneColumn,
    Perceptron,
    Prior,
    RandomForest,
    Scorer,
    Setting,
)
from rapport.science.behaviour.encoding import Encoded, Encoder
from rapport.science.behaviour.metrics import delong
from rapport.science.behaviour.roles import Column
from rapport.science.behaviour.splitting import inner_folds
from rapport.science.behaviour.vectors import Folds, Rows, Vector, log_loss

Decide = Callable[[Vector, Vector], float]
Progress = Callable[[float, str], None]

BASELINE = Prior.name
BLEND = "blend"
BLENDED = (Logistic.name, GradientBoosting.name)
# From the easiest to understand to the hardest.
NAMES = (
    BASELINE,
    OneColumn.name,
    Logistic.name,
    GradientBoosting.name,
    RandomForest.name,
    BLEND,
    Perceptron.name,
)
# OpenMP's threads wait busily for one another: on a shared machine boosting 7,000 rows took 29 s instead of 0.7 s.
_ROWS_WORTH_A_THREAD = 200_000
_SOME = 4_000


@dataclass(frozen=True)
class Learnt:
    """A candidate learnt from some customers, ready for others."""

    name: str
    scorer: Scorer
    setting: Setting
    calibrator: Calibrator
    threshold: float

    def probability(self, customers: Encoded) -> Vector:
        return self.calibrator.probability(self.scorer.score(customers))


@dataclass
class Trial:
    """What a candidate said of the customers held out from it, in the order of `rows`."""

    name: str
    yes: Vector
    rows: Rows
    probability: Vector
    flagged: Vector

    @property
    def loss(self) -> Vector:
        return log_loss(self.yes, self.probability)


@dataclass(frozen=True)
class Recipe:
    """How a model comes about, from clean columns to chances and a threshold."""

    columns: Sequence[Column]
    names: Sequence[str]
    decide: Decide
    seed: int
    groups: Rows | None = None
    moments: Vector | None = None

    def compare(self, table: pd.DataFrame, yes: Vector, folds: Folds, progress: Progress) -> list[Trial]:
        """Every candidate on every fold."""
        rows = np.concatenate([check for _, check in folds])
        said: dict[str, list[tuple[Vector, Vector]]] = {name: [] for name in self.names}
        for number, (learn, check) in enumerate(folds):
            progress(number / (len(folds) + 1), f"comparing candidates, part {number + 1} of {len(folds)}")
            encoder, models = self.learn(table, yes, learn, self.names)
            customers = encoder.transform(table.iloc[check])
            for name, model in models.items():
                with threads(len(customers)):
                    probability = model.probability(customers)
                said[name].append((probability, (probability >= model.threshold).astype(float)))
        return [
            Trial(
                name,
                yes[rows],
                rows,
                np.concatenate([one[0] for one in said[name]]),
                np.concatenate([one[1] for one in said[name]]),
            )
            for name in self.names
        ]

    def learn(
        self, table: pd.DataFrame, yes: Vector, rows: Rows, names: Sequence[str]
    ) -> tuple[Encoder, dict[str, Learnt]]:
        """The named candidates, learnt from these rows alone: settings, calibration and threshold on inner folds."""
        encoder = Encoder(self.columns).fit(table.iloc[rows])
        customers, answers = encoder.transform(table.iloc[rows]), yes[rows]
        inner = inner_folds(
            answers,
            seed=self.seed,
            groups=None if self.groups is None else self.groups[rows],
            moments=None if self.moments is None else self.moments[rows],
        )
        with threads(len(rows)):
            return encoder, self._learn(encoder, customers, answers, inner, names)

    def _learn(
        self, encoder: Encoder, customers: Encoded, yes: Vector, inner: Folds, names: Sequence[str]
    ) -> dict[str, Learnt]:
        found, scores = {}, {}
        wanted = [*names, *(BLENDED if BLEND in names else ())]
        for candidate in _candidates(encoder, self.seed):
            if candidate.name in wanted:
                # Without settings to choose among, some thousand scores are enough to calibrate.
                some = inner if candidate.name in BLENDED or len(yes) <= _SOME else inner[:1]
                setting, scores[candidate.name] = _best_setting(candidate, customers, yes, some)
                scorer = candidate.learn(customers, yes, setting)
                found[candidate.name] = self._finish(candidate.name, scorer, setting, scores[candidate.name], yes, some)
        if BLEND in names:
            mean = Mean(tuple(found[name].scorer for name in BLENDED))
            together = np.mean([scores[name] for name in BLENDED], axis=0)
            found[BLEND] = self._finish(BLEND, mean, (), together, yes, inner)
        return {name: found[name] for name in names}

    def _finish(self, name: str, scorer: Scorer, setting: Setting, scores: Vector, yes: Vector, inner: Folds) -> Learnt:
        yes = _checked(yes, inner)
        if not len(yes) or not 0 < yes.sum() < len(yes):
            return Learnt(name, scorer, setting, Plain(), 0.5)
        calibrator = Plain() if name == BASELINE else calibrate(scores, yes, seed=self.seed)
        return Learnt(name, scorer, setting, calibrator, self.decide(yes, calibrator.probability(scores)))


def threads(rows: int) -> threadpool_limits:
    """One thread for few rows, all of them for many."""
    return threadpool_limits(None if rows >= _ROWS_WORTH_A_THREAD else 1)


def choose(trials: Sequence[Trial]) -> str:
    """The candidate with the least log loss on customers it had not seen.

    The baseline stays if it loses no less, or if the best does not surely order customers better than chance. Among
    candidates within half a standard error of the best, the easiest to understand is chosen.
    """
    by_name = {trial.name: trial for trial in trials}
    rivals = [by_name[name] for name in NAMES if name in by_name and name != BASELINE]
    baseline = by_name[BASELINE]
    if not rivals:
        return BASELINE
    best = min(rivals, key=lambda trial: float(trial.loss.mean()))
    if _gain(baseline, best, errors=0) <= 0 or delong(best.yes, best.probability).lower <= 0.5:
        return BASELINE
    return next(trial.name for trial in rivals if _gain(trial, best, errors=0.5) <= 0)


def _gain(trial: Trial, best: Trial, *, errors: float) -> float:
    """By how much `best` is better, less so many standard errors of the difference."""
    better = trial.loss - best.loss
    return float(better.mean() - errors * better.std() / np.sqrt(len(better)))


def _candidates(encoder: Encoder, seed: int) -> list[Candidate]:
    return [
        Prior(),
        OneColumn(encoder),
        Logistic(encoder.linear_bends_),
        GradientBoosting(seed),
        RandomForest(seed),
        Perceptron(seed),
    ]


def _best_setting(candidate: Candidate, customers: Encoded, yes: Vector, inner: Folds) -> tuple[Setting, Vector]:
    """The setting with the least log loss over the inner folds, and its scores of their checked rows."""
    if not inner:  # only the baseline is learnt from so few
        return (), np.empty(0)
    parts: dict[Setting, list[Vector]] = {}
    for learn, check in inner:
        explored = candidate.explore(customers.at(learn), yes[learn], customers.at(check), yes[check])
        for setting, scores in explored.items():
            parts.setdefault(setting, []).append(scores)
    checked = _checked(yes, inner)
    # What was given up on one fold is no choice on another.
    together = {setting: np.concatenate(scores) for setting, scores in parts.items() if len(scores) == len(inner)}
    plain = Plain()
    best = min(together, key=lambda one: float(log_loss(checked, plain.probability(together[one])).mean()))
    return best, together[best]


def _checked(yes: Vector, inner: Folds) -> Vector:
    """The answers of the rows that inner folds check, in the order of their scores."""
    return np.concatenate([np.empty(0), *(yes[check] for _, check in inner)])
