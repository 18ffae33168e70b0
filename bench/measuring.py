"""Percentiles and the figures of a report."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the report: ours, the rival's, and the goal we set ourselves."""

    name: str
    ours: float
    unit: str
    rival: float | None = None
    rival_name: str = ""
    goal: float | None = None
    higher_is_better: bool = False

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.ours >= self.goal if self.higher_is_better else self.ours <= self.goal

    @property
    def ratio(self) -> float | None:
        """Ours as a multiple of the rival's."""
        return self.ours / self.rival if self.rival else None


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def timed(action: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each of `times` calls, after three that are not counted."""
    for _ in range(3):
        action()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def summary(values: list[float]) -> str:
    return f"median {statistics.median(values):.1f}, p95 {percentile(values, 0.95):.1f}, most {max(values):.1f}"
