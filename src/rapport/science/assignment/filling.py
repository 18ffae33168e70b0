"""Filling days without a solver: the greedy rival, and rounding of shares."""

from collections.abc import Iterable

import numpy as np

from rapport.science.assignment.days import Days
from rapport.science.assignment.demand import Demand, Rows, Vector


def greedy(demand: Demand) -> Days:
    """What a careful team lead does: most worth per hour first, to whoever it is worth most with, then is most free."""
    days = Days(demand)
    insert(days, by_density(demand), most_free=True)
    return days


def by_density(demand: Demand) -> Rows:
    """The requests, the most worth per hour first."""
    return np.argsort(-best_worth(demand) / demand.hours, kind="stable")


def best_worth(demand: Demand) -> Vector:
    """The worth of each request in the best hands."""
    if demand.values is None:
        return demand.worth
    values = np.where(np.isfinite(demand.values), demand.values, -np.inf)
    return np.asarray(values.max(axis=0, initial=-np.inf))


def insert(days: Days, order: Iterable[int], *, most_free: bool = False) -> None:
    """Give each request to an agent who has the time; else to the fullest day that it fits, so that long ones fit."""
    demand = days.demand
    for request in order:
        if days.given[request] >= 0:
            continue
        agent = _place(days, int(request), most_free=most_free)
        if agent >= 0:
            days.give(int(request), agent, _worth(demand, int(request), agent))


def round_off(demand: Demand, agents: Rows, requests: Rows, shares: Vector) -> Days:
    """Whole requests out of shares of them, the greatest share first, and what else fits."""
    days = Days(demand)
    worth = best_worth(demand)
    for place in np.lexsort((-worth[requests], -np.round(shares, 6))):
        if shares[place] < 1e-6:
            break
        agent, request = int(agents[place]), int(requests[place])
        if days.given[request] < 0 and days.fits(agent, request):
            days.give(request, agent, _worth(demand, request, agent))
    insert(days, by_density(demand))
    return days


def _place(days: Days, request: int, *, most_free: bool) -> int:
    """The agent whom the request is worth most with and fits; -1 if it fits nobody's day."""
    demand = days.demand
    worths = np.where(days.free + 1e-9 >= demand.hours[request], demand.by_request(request), -np.inf)
    able = np.flatnonzero(np.isfinite(worths))
    free = days.free[able]
    for place in np.lexsort((-free if most_free else free, -worths[able])):
        if days.fits(int(able[place]), request):
            return int(able[place])
    return -1


def _worth(demand: Demand, request: int, agent: int) -> float:
    return float(demand.worth[request] if demand.values is None else demand.values[agent, request])
