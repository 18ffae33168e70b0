"""A plan of requests, as it is read: who does what when, what is left out and why, and how good it can be at most."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Placed:
    """A request in an agent's day, from hour `start` to hour `end` of the plan; `due` is None where nothing is."""

    request: str
    agent: str
    start: float
    end: float
    due: float | None
    worth: float


@dataclass(frozen=True)
class LeftOut:
    """A request that is in nobody's day, and why, in a sentence."""

    request: str
    reason: str
    worth: float


@dataclass(frozen=True)
class RequestPlan:
    """`placed` by agent and hour, `left_out`, and the proof.

    `total` is the worth placed, `bound` a proven upper limit on the worth of any plan, `greedy_total` what giving the
    dearest hour first would reach; `used` and `hours` are by agent; `seconds` is how long it took.
    """

    placed: tuple[Placed, ...]
    left_out: tuple[LeftOut, ...]
    total: float
    bound: float
    greedy_total: float
    hours: dict[str, float]
    used: dict[str, float]
    seconds: float

    @property
    def gap(self) -> float:
        """By how much of the bound a better plan could at most be better, from 0 (proven best) to 1."""
        return max(0.0, (self.bound - self.total) / self.bound) if self.bound > 0 else 0.0

    def by_agent(self) -> dict[str, list[Placed]]:
        """Each agent's day in its order."""
        days: dict[str, list[Placed]] = {agent: [] for agent in self.hours}
        for one in self.placed:
            days[one.agent].append(one)
        return days

    def to_frame(self) -> pd.DataFrame:
        """One row a placed request: request, agent, start, end, due, worth."""
        columns = ["request", "agent", "start", "end", "due", "worth"]
        rows = [[getattr(one, column) for column in columns] for one in self.placed]
        return pd.DataFrame(rows, columns=columns).astype({"due": float, "start": float, "end": float, "worth": float})

    def load(self) -> pd.DataFrame:
        """One row an agent: hours there are, hours used, and the number of requests."""
        counts = {agent: len(day) for agent, day in self.by_agent().items()}
        return pd.DataFrame(
            {
                "agent": list(self.hours),
                "hours": list(self.hours.values()),
                "used": [self.used[agent] for agent in self.hours],
                "requests": [counts[agent] for agent in self.hours],
            }
        )
