"""How likely a deal is won within so many days, by the stage it is in and how long it has been there.

stays = [Stay("proposal", 12, "won"), Stay("proposal", 30, "lost"), Stay("proposal", 8, None), ...]
model = ConversionModel(won="won", lost="lost").fit(stays)
model.probability("proposal", age=20, within=30)

A deal leaves a stage for one of several others, and some are still there: competing risks with censoring. Each stage
has its cumulative incidences by the estimator of Aalen and Johansen; the way on through later stages is the
convolution of theirs (a semi-Markov model: what happens next depends on the stage and the time in it alone).

Sources: Aalen and Johansen (1978), An empirical transition matrix for non-homogeneous Markov chains based on censored
observations; Andersen and Keiding (2002), Multi-state models for event history analysis.
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FEWEST_CLOSED = 30
FEWEST_WON = 8
# A share of fewer than these says nothing.
FEWEST_AT_RISK = 5
HORIZON = 400


class TooLittleHistory(ValueError):
    """There is not enough to learn from yet. `closed` and `won` say how much there is."""

    def __init__(self, closed: int, won: int) -> None:
        super().__init__(
            f"{closed} deals were closed and {won} of them won. A forecast from history needs {FEWEST_CLOSED} and "
            f"{FEWEST_WON}."
        )
        self.closed = closed
        self.won = won


@dataclass(frozen=True, slots=True)
class Stay:
    """So many days in a stage, and where it went then; None while it is still there."""

    stage: Hashable
    days: float
    to: Hashable | None


@dataclass(frozen=True)
class Incidence:
    """Of one stage, by whole days from 0: how many were at risk, the share still there, and what had left for where."""

    at_risk: npt.NDArray[np.int64]
    there: Floats
    left: dict[Hashable, Floats]

    def grown(self, days: int) -> "Incidence":
        """To that many days and no more: nothing is known of what comes after the last one seen."""
        short = days + 1 - len(self.there)
        if short <= 0:
            return self
        at_risk = np.pad(self.at_risk, (0, short))
        left = {to: np.pad(curve, (0, short), mode="edge") for to, curve in self.left.items()}
        return Incidence(at_risk, np.pad(self.there, (0, short), mode="edge"), left)


def incidence(stays: Sequence[Stay]) -> Incidence:
    """The Aalen-Johansen estimator for the stays in one stage. A part of a day counts as a whole one."""
    days = np.array([max(1, math.ceil(stay.days)) for stay in stays], dtype=np.int64)
    last = int(days.max(initial=0))
    ends = np.bincount(days, minlength=last + 1)
    # At risk on a day are those who had not left, or been lost from sight, before it.
    at_risk = len(stays) - np.concatenate(([0], np.cumsum(ends)[:-1]))
    targets: dict[Hashable, npt.NDArray[np.int64]] = {}
    for day, stay in zip(days, stays, strict=True):
        if stay.to is not None:
            targets.setdefault(stay.to, np.zeros(last + 1, dtype=np.int64))[day] += 1
    leaving = sum(targets.values(), np.zeros(last + 1, dtype=np.int64))
    safe = np.maximum(at_risk, 1)
    there = np.cumprod(1 - leaving / safe)
    before = np.concatenate(([1.0], there[:-1]))
    left = {to: np.cumsum(before * counts / safe) for to, counts in targets.items()}
    return Incidence(at_risk.astype(np.int64), there, left)


@dataclass
class ConversionModel:
    """`won` and `lost` name the ends. Learns `stages_`, those with enough history, `closed_` and `won_`."""

    won: Hashable
    lost: Hashable
    fewest_at_risk: int = FEWEST_AT_RISK
    horizon: int = HORIZON
    stages_: dict[Hashable, Incidence] = field(default_factory=dict)
    closed_: int = 0
    won_: int = 0
    _from_the_start: dict[Hashable, Floats] = field(default_factory=dict)
    _curves: dict[tuple[Hashable, int], Floats] = field(default_factory=dict)

    def fit(self, stays: Iterable[Stay]) -> "ConversionModel":
        """Raises TooLittleHistory."""
        by_stage: dict[Hashable, list[Stay]] = {}
        for stay in stays:
            by_stage.setdefault(stay.stage, []).append(stay)
        everything = [stay for each in by_stage.values() for stay in each]
        self.won_ = sum(stay.to == self.won for stay in everything)
        self.closed_ = self.won_ + sum(stay.to == self.lost for stay in everything)
        if self.closed_ < FEWEST_CLOSED or self.won_ < FEWEST_WON:
            raise TooLittleHistory(self.closed_, self.won_)
        known = {stage: each for stage, each in by_stage.items() if len(each) >= self.fewest_at_risk}
        self.stages_ = {stage: incidence(each) for stage, each in known.items()}
        self._curves = {}
        self._from_the_start = self._won_from_the_start()
        return self

    def probability(self, stage: Hashable, *, age: float, within: int) -> float | None:
        """Of being won within so many days more, after `age` days in the stage; None for a stage hardly seen."""
        curve = self.curve(stage, age=age)
        return None if curve is None else float(curve[min(max(0, within), self.horizon)])

    def curve(self, stage: Hashable, *, age: float) -> Floats | None:
        """The probability of being won within 0, 1, 2, … days more, up to the horizon; None for a stage hardly seen.

        Older than all but a few ever were, it counts as old as the oldest of which enough are known.
        """
        seen = self.stages_.get(stage)
        if seen is None:
            return None
        oldest = int(np.nonzero(seen.at_risk >= self.fewest_at_risk)[0][-1])
        # At risk on the day after its age.
        key = (stage, min(max(0, math.floor(age)), max(0, oldest - 1)))
        if key not in self._curves:
            self._curves[key] = self._from_now(seen, key[1])
        return self._curves[key]

    def _from_now(self, seen: Incidence, age: int) -> Floats:
        grown = seen.grown(age + self.horizon)
        still = grown.there[age]
        won = np.zeros(self.horizon + 1)
        if still <= 0:
            return won
        for to, curve in grown.left.items():
            since = curve[age : age + self.horizon + 1] - curve[age]
            if to == self.won:
                won += since
            elif to in self._from_the_start:
                going = np.diff(since)
                won[1:] += np.convolve(going, self._from_the_start[to])[: self.horizon]
        chances: Floats = np.minimum(won / still, 1.0)
        return chances

    def _won_from_the_start(self) -> dict[Hashable, Floats]:
        """For each stage the probability of being won within u days of coming into it, day by day.

        Leaving takes a day at least, so that what is needed of other stages is known by then, circles included.
        """
        names = list(self.stages_)
        days = self.horizon + 1
        direct, going = np.zeros((len(names), days)), np.zeros((len(names), len(names), days))
        for row, name in enumerate(names):
            for to, curve in self.stages_[name].grown(self.horizon).left.items():
                if to == self.won:
                    direct[row] = curve[:days]
                elif to in self.stages_:
                    going[row, names.index(to), 1:] = np.diff(curve[:days])
        won: Any = np.zeros((len(names), days))
        for day in range(1, days):
            on = np.einsum("sdv,dv->s", going[:, :, 1 : day + 1], won[:, day - 1 :: -1])
            won[:, day] = direct[:, day] + on
        return dict(zip(names, won, strict=True))
