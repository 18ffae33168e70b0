"""The requests and agents of one plan as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rapport.science.assignment.people import NO_LIMIT, Agent, Request

Vector = NDArray[np.float64]
Rows = NDArray[np.intp]
NEAR = 1e-9


@dataclass(frozen=True)
class Demand:
    """Who could do what for how much worth. `values` (agents x requests) overrides the requests' own worth."""

    agents: tuple[Agent, ...]
    requests: tuple[Request, ...]
    values: Vector | None = None

    @cached_property
    def hours(self) -> Vector:
        return np.array([request.hours for request in self.requests], dtype=float)

    @cached_property
    def worth(self) -> Vector:
        return np.array([request.worth for request in self.requests], dtype=float)

    @cached_property
    def due(self) -> Vector:
        return np.array([NO_LIMIT if one.due is None else one.due for one in self.requests], dtype=float)

    @cached_property
    def start(self) -> Vector:
        return np.array([agent.start for agent in self.agents], dtype=float)

    @cached_property
    def end(self) -> Vector:
        return np.array([agent.end for agent in self.agents], dtype=float)

    @cached_property
    def _kinds(self) -> tuple[Rows, Rows, NDArray[np.bool_]]:
        """The kind of each agent and request by what they can and need, and which kind can do which."""
        of_agents, agents = _numbered([(one.skills, one.languages) for one in self.agents])
        of_requests, requests = _numbered([(one.skills, one.language) for one in self.requests])
        first_agent = [self.agents[int(np.argmax(of_agents == kind))] for kind in range(agents)]
        first_request = [self.requests[int(np.argmax(of_requests == kind))] for kind in range(requests)]
        can = np.array([[agent.can(request) for request in first_request] for agent in first_agent], dtype=bool)
        return of_agents, of_requests, can.reshape(agents, requests)

    @property
    def kinds(self) -> tuple[Rows, NDArray[np.bool_]]:
        """The kind of each agent by skills and languages, and requests x kinds: which kind can do which."""
        of_agents, of_requests, can = self._kinds
        return of_agents, can.T[of_requests]

    def skilled(self, request: int) -> NDArray[np.bool_]:
        """Which agents have the skills and the language."""
        of_agents, of_requests, can = self._kinds
        return np.asarray(can[of_agents, of_requests[request]])

    def by_agent(self, agent: int) -> Vector:
        """The worth of every request in this agent's hands; -inf for what the agent cannot do, or not in time."""
        of_agents, of_requests, can = self._kinds
        able = can[of_agents[agent], of_requests] & self._in_time(self.start[agent], self.end[agent], slice(None))
        return self._allowed(self.worth if self.values is None else self.values[agent], able)

    def by_request(self, request: int) -> Vector:
        """The worth of this request in every agent's hands."""
        able = self.skilled(request) & self._in_time(self.start, self.end, request)
        own = np.full(len(self.agents), self.worth[request]) if self.values is None else self.values[:, request]
        return self._allowed(own, able)

    def _in_time(self, start: Any, end: Any, request: Any) -> NDArray[np.bool_]:
        return np.asarray(start + self.hours[request] <= np.minimum(end, self.due[request]) + NEAR)

    @staticmethod
    def _allowed(worth: Vector, able: NDArray[np.bool_]) -> Vector:
        # What is worth nothing is not worth an hour either.
        return np.where(able & (worth > 0), worth, -np.inf)

    @cached_property
    def step(self) -> float:
        """A number that every worth is a multiple of, so that no total lies between two multiples; 0 if none is."""
        worth = self.worth if self.values is None else self.values[np.isfinite(self.values)]
        worth = np.unique(worth[worth > 0])
        for step in (1000.0, 100.0, 10.0, 1.0, 0.5, 0.25, 0.1, 0.05, 0.01):
            if len(worth) and np.abs(worth / step - np.round(worth / step)).max() < 1e-9:
                return float(step * np.gcd.reduce(np.round(worth / step).astype(np.int64)))
        return 0.0

    def rounded(self, bound: float) -> float:
        """The greatest total that is not above the bound."""
        if not self.step:
            return bound
        return float(np.floor(bound / self.step + 1e-6) * self.step)


def _numbered(keys: Sequence[Any]) -> tuple[Rows, int]:
    numbers: dict[Any, int] = {}
    places = [numbers.setdefault(key, len(numbers)) for key in keys]
    return np.array(places, dtype=np.intp), len(numbers)
