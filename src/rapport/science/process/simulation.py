"""A desk simulated many times over, with honest intervals, and two desks compared under the same luck."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from rapport.science.intervals import Estimate, student_quantile
from rapport.science.process.chance import Chance, Vector
from rapport.science.process.desk import Desk, Step, Trace

_MEASURES = ("wait_probability", "service_level", "average_speed_of_answer", "occupancy", "abandonment")
_CUSTOMERS = 2000
_WARM_UP = 0.2


class CannotSimulate(ValueError):
    """These numbers describe no desk; the sentence says which one is wrong."""


@dataclass(frozen=True)
class StepResult:
    """What a step was like, with intervals over the replications; names and units are those of `staffing.erlang_c`."""

    name: str
    wait_probability: Estimate
    service_level: Estimate
    average_speed_of_answer: Estimate
    occupancy: Estimate
    abandonment: Estimate


@dataclass(frozen=True)
class SimulationResult:
    """`steps` in order; `time_in_system` from coming to leaving, of those who were served to the end; `customers`
    measured in all replications. `frame` has one row a step and measure, with value, lower and upper."""

    steps: tuple[StepResult, ...]
    time_in_system: Estimate
    customers: int

    @property
    def frame(self) -> pd.DataFrame:
        """All of it as a table."""
        rows = {(step.name, measure): getattr(step, measure) for step in self.steps for measure in _MEASURES}
        rows[("all", "time_in_system")] = self.time_in_system
        values = [(row.value, row.lower, row.upper) for row in rows.values()]
        index = pd.MultiIndex.from_tuples(list(rows), names=["step", "measure"])
        return pd.DataFrame(values, index=index, columns=["value", "lower", "upper"])


class Simulation(BaseEstimator):
    """Customers come at random (Poisson) and walk through one step or several; discrete events by simpy.

    Parameters: `arrival_rate` per unit of time, or one rate an `interval`; `steps`; `target`, the wait that is still
    good service; `duration` of a replication (default: 2,000 customers at a constant rate, the rates given otherwise);
    `replications`; `warm_up`, the share of the duration that is not measured (a fifth at a constant rate, for a desk
    that opens empty would look too good; 0 otherwise); `confidence` of the intervals; `seed`.
    Source: Law (2015), Simulation Modeling and Analysis, chapters 9 (replications) and 11 (common random numbers).
    """

    def __init__(
        self,
        arrival_rate: float | Sequence[float],
        steps: Sequence[Step],
        *,
        target: float = 20.0,
        interval: float | None = None,
        duration: float | None = None,
        replications: int = 20,
        warm_up: float | None = None,
        confidence: float = 0.95,
        seed: int = 0,
    ) -> None:
        self.arrival_rate = arrival_rate
        self.steps = steps
        self.target = target
        self.interval = interval
        self.duration = duration
        self.replications = replications
        self.warm_up = warm_up
        self.confidence = confidence
        self.seed = seed

    def run(self) -> SimulationResult:
        """Simulate, and return each measure with Student's t interval over the independent replications."""
        runs, customers = self._runs()
        names = [step.name or f"step {place + 1}" for place, step in enumerate(self.steps)]
        steps = tuple(
            StepResult(name, **{m: _estimate(runs[:, k], self.confidence) for k, m in self._places(place)})
            for place, name in enumerate(names)
        )
        return SimulationResult(steps, _estimate(runs[:, -1], self.confidence), customers)

    def compare(self, other: "Simulation") -> pd.DataFrame:
        """What would change if this desk became the other: a row a step and measure, under common random numbers.

        Both desks meet the same customers with the same luck, and differences are taken within each replication, so
        that an effect shows in far fewer of them. Columns: here, there, difference, lower, upper.
        """
        if len(self.steps) != len(other.steps) or (self.seed, self.replications) != (other.seed, other.replications):
            raise CannotSimulate("Two desks are compared with as many steps and replications and the same seed.")
        (here, _), (there, _) = self._runs(), other._runs()
        apart = [_estimate(there[:, k] - here[:, k], self.confidence) for k in range(here.shape[1])]
        values = {
            "here": [_estimate(column, self.confidence).value for column in here.T],
            "there": [_estimate(column, self.confidence).value for column in there.T],
            "difference": [one.value for one in apart],
            "lower": [one.lower for one in apart],
            "upper": [one.upper for one in apart],
        }
        return pd.DataFrame(values, index=self.run_index())

    def run_index(self) -> pd.MultiIndex:
        """The rows of a comparison: step and measure."""
        names = [step.name or f"step {place + 1}" for place, step in enumerate(self.steps)]
        rows = [(name, measure) for name in names for measure in _MEASURES]
        return pd.MultiIndex.from_tuples([*rows, ("all", "time_in_system")], names=["step", "measure"])

    def _places(self, step: int) -> list[tuple[int, str]]:
        return [(step * len(_MEASURES) + k, measure) for k, measure in enumerate(_MEASURES)]

    def _runs(self) -> tuple[Vector, int]:
        """One row a replication: the measures of each step, then the time in the system; and customers measured."""
        self._check()
        rates, interval = self._rates()
        warm_up = _WARM_UP if self.warm_up is None and len(rates) == 1 else self.warm_up or 0.0
        start = warm_up * interval * len(rates)
        rows, customers = [], 0
        for replication in range(self.replications):
            trace = self._replicate(rates, interval, start, [self.seed, replication])
            counted = trace.came >= start
            rows.append(_measures(trace, counted, self.target))
            customers += int(counted.sum())
        return np.array(rows), customers

    def _replicate(self, rates: Vector, interval: float, start: float, seed: list[int]) -> Trace:
        expected = float(rates.sum()) * interval
        most = math.ceil(expected + 8 * math.sqrt(expected) + 20)
        chance = Chance.draw(most, [step.variation for step in self.steps], seed)
        # Unit arrivals laid over the expected number so far: more customers come earlier, and are the same customers.
        mass = np.concatenate([[0.0], np.cumsum(rates) * interval])
        coming = chance.coming[chance.coming < mass[-1]]
        came = np.interp(coming, mass, np.arange(len(mass)) * interval)
        return Desk(self.steps, came, chance, self.interval or interval, start).run()

    def _rates(self) -> tuple[Vector, float]:
        rates = np.atleast_1d(np.asarray(self.arrival_rate, dtype=np.float64))
        if len(rates) > 1:
            if self.interval is None:
                raise CannotSimulate("Rates that change need the length of their interval.")
            return rates, self.interval
        return rates, self.duration or _CUSTOMERS / float(rates[0])

    def _check(self) -> None:
        rates = np.atleast_1d(np.asarray(self.arrival_rate, dtype=np.float64))
        if not len(rates) or not np.isfinite(rates).all() or (rates < 0).any() or rates.sum() <= 0:
            raise CannotSimulate("Arrival rates are 0 or more, and somebody must come.")
        if not self.steps or self.replications < 2:
            raise CannotSimulate("A simulation needs one step and two replications or more.")
        for step in self.steps:
            _check_step(step, self.interval)


def _check_step(step: Step, interval: float | None) -> None:
    agents = np.atleast_1d(np.asarray(step.agents))
    if (agents < 0).any() or agents.max() < 1 or agents[-1] < 1:
        raise CannotSimulate("A step has an agent at its end, or some would wait for ever.")
    if len(agents) > 1 and interval is None:
        raise CannotSimulate("Agents that change need the length of their interval.")
    if step.handling_time <= 0 or step.variation < 0 or not 0 <= step.again < 1:
        raise CannotSimulate("A handling time is above 0, a variation 0 or more, and a share done again below 1.")
    if step.patience is not None and step.patience <= 0:
        raise CannotSimulate("Patience is a time above 0.")


def _measures(trace: Trace, counted: Any, target: float) -> list[float]:
    row: list[float] = []
    for place in range(trace.wait.shape[1]):
        reached = counted & ~np.isnan(trace.wait[:, place])
        wait, gave_up = trace.wait[reached, place], trace.gave_up[reached, place] > 0
        row += [
            _mean(wait > 0),
            _mean((wait <= target) & ~gave_up),
            _mean(wait[~gave_up]),
            float(trace.busy[place] / trace.staffed[place]) if trace.staffed[place] > 0 else np.nan,
            _mean(gave_up),
        ]
    finished = counted & ~(trace.gave_up > 0).any(axis=1)
    return [*row, _mean((trace.left - trace.came)[finished])]


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else np.nan


def _estimate(values: Vector, confidence: float) -> Estimate:
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return Estimate(np.nan, np.nan, np.nan, len(known), confidence)
    middle, spread = float(known.mean()), float(known.std(ddof=1))
    half = student_quantile(len(known) - 1, confidence) * spread / math.sqrt(len(known))
    return Estimate(middle, middle - half, middle + half, len(known), confidence)
