"""The days of agents while they fill: what still fits, with everything done by its due time.

Work that is all there when a day begins can be done in time in some order if, and only if, it can be in the order of
due times. Source: J. Jackson (1955), Scheduling a production line to minimize maximum tardiness, UCLA.
"""

from bisect import insort

import numpy as np

from rapport.science.assignment.demand import NEAR, Demand, Vector


class Days:
    """Who has which requests so far. `given` is the agent of each request, -1 for none; `free` the hours left."""

    def __init__(self, demand: Demand) -> None:
        self.demand = demand
        self.given = np.full(len(demand.requests), -1, dtype=np.intp)
        self.free = np.array([agent.hours for agent in demand.agents], dtype=float)
        self.total = 0.0
        self._due: Vector = demand.due
        self._lists: list[list[tuple[float, int]]] = [[] for _ in demand.agents]

    def requests(self, agent: int) -> list[int]:
        """What the agent does, in order."""
        return [request for _, request in self._lists[agent]]

    def fits(self, agent: int, request: int) -> bool:
        """Whether the agent has the time for it; skills are not looked at."""
        hours, due, start = self.demand.hours, float(self._due[request]), float(self.demand.start[agent])
        if hours[request] > self.free[agent] + NEAR:
            return False
        clock, placed = start, False
        for other, place in self._lists[agent]:
            if not placed and due < other:
                clock, placed = clock + float(hours[request]), True
                if clock > due + NEAR:
                    return False
            clock += float(hours[place])
            if clock > other + NEAR:
                return False
        return placed or clock + hours[request] <= due + NEAR

    def give(self, request: int, agent: int, worth: float) -> None:
        insort(self._lists[agent], (float(self._due[request]), request))
        self.given[request] = agent
        self.free[agent] -= self.demand.hours[request]
        self.total += worth

    def take(self, request: int, worth: float) -> None:
        """Take it away again."""
        agent = int(self.given[request])
        self._lists[agent].remove((float(self._due[request]), request))
        self.given[request] = -1
        self.free[agent] += self.demand.hours[request]
        self.total -= worth
