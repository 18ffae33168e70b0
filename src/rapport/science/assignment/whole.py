"""Whole requests by HiGHS: over every pair at once where these are few, and over a few agents at a time where not."""

import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from rapport.science.assignment.days import Days
from rapport.science.assignment.demand import Demand, Rows, Vector
from rapport.science.assignment.filling import by_density, insert, round_off
from rapport.science.assignment.relaxation import Pairs, levels_of, nested_matrix_of

_FEWEST, _MOST = 4, 24  # agents of a neighbourhood
_OTHERS = 8  # requests that nobody has yet, for each of them
_SECONDS = 2.0  # for one neighbourhood


def whole(demand: Demand, pairs: Pairs, seconds: float, gap: float = 0.0) -> tuple[Vector | None, float]:
    """Which of the pairs to take, as 0 and 1, and the limit that HiGHS proved; None when it found no plan in time."""
    if not len(pairs):
        return None, -np.inf
    levels = levels_of(demand, pairs)
    matrix, most = nested_matrix_of(demand, pairs, levels)
    needed = np.diff(matrix.indptr) > 0
    found = milp(
        -pairs.worth,
        constraints=LinearConstraint(matrix[needed], -np.inf, most[needed]),
        bounds=Bounds(0, 1),
        integrality=np.ones(len(pairs)),
        options={"time_limit": max(seconds, 0.05), "mip_rel_gap": gap, "presolve": False},
    )
    proven = getattr(found, "mip_dual_bound", None)
    limit = np.inf if proven is None or not np.isfinite(proven) else -float(proven)
    return (None if found.x is None else np.asarray(found.x)), limit


def whole_days(demand: Demand, pairs: Pairs, seconds: float, gap: float) -> tuple[Days | None, float]:
    """The same as days, with what else fits."""
    taken, limit = whole(demand, pairs, seconds, gap)
    return (None if taken is None else round_off(demand, pairs.agents, pairs.requests, taken)), limit


def renew(days: Days, adds: Vector, enough: float, until: float, seed: int) -> None:
    """Plan the days of a few agents afresh, again and again, keeping what is better: until `enough` or out of time.

    `adds` is what each request adds to the bound: those that add most are worth a try. Source: P. Shaw (1998), Using
    constraint programming and local search methods to solve vehicle routing problems (large neighbourhood search).
    """
    random = np.random.default_rng(seed)
    size, vain = _FEWEST, 0
    while days.total < enough and time.perf_counter() < until:
        agents = _neighbours(days.demand, random, size)
        began = time.perf_counter()
        helped = _plan_afresh(days, agents, adds, min(_SECONDS, until - began), random)
        vain = 0 if helped else vain + 1
        quick = time.perf_counter() - began < _SECONDS / 4
        if vain >= max(4, len(days.demand.agents) // size) and quick:
            if size >= min(_MOST, len(days.demand.agents)):
                break
            size, vain = min(size * 2, _MOST), 0
    insert(days, by_density(days.demand))


def _neighbours(demand: Demand, random: np.random.Generator, size: int) -> Rows:
    """An agent and others, rather those who can do the same."""
    first = int(random.integers(len(demand.agents)))
    skills, languages = set(demand.agents[first].skills), set(demand.agents[first].languages)
    some = random.permutation(len(demand.agents))[: 4 * size]
    alike = [
        -len(skills & set(demand.agents[one].skills)) - len(languages & set(demand.agents[one].languages))
        for one in some
    ]
    near = some[np.argsort(alike, kind="stable")][:size]
    return np.unique(np.append(near, first))


def _plan_afresh(days: Days, agents: Rows, adds: Vector, seconds: float, random: np.random.Generator) -> bool:
    demand = days.demand
    before = days.total
    own = [request for agent in agents for request in days.requests(int(agent))]
    left = np.flatnonzero(days.given < 0)
    noise = random.random(len(left)) * 0.3 * float(adds.mean() + 1e-9)
    others = left[np.argsort(-(adds[left] + noise), kind="stable")]
    asked = np.concatenate([np.array(own, dtype=np.intp), others[: _OTHERS * len(agents)]])
    pairs = _pairs(demand, agents, asked)
    taken, _ = whole(demand, pairs, seconds)
    if taken is None:
        return False
    kept = [(request, int(days.given[request])) for request in own]
    for request, agent in kept:
        days.take(request, _worth(demand, agent, request))
    for place in np.flatnonzero(taken > 0.5):
        _give(days, int(pairs.agents[place]), int(pairs.requests[place]))
    insert(days, asked[np.argsort(-adds[asked], kind="stable")])
    if days.total > before + 1e-9 * max(1.0, before):
        return True
    for agent in agents:
        for request in days.requests(int(agent)):
            days.take(request, _worth(demand, int(agent), request))
    for request, agent in kept:
        if days.given[request] >= 0:  # it found room with somebody else, who is worth no more
            days.take(request, _worth(demand, int(days.given[request]), request))
        days.give(request, agent, _worth(demand, agent, request))
    return False


def _give(days: Days, agent: int, request: int) -> None:
    if days.given[request] < 0 and days.fits(agent, request):
        days.give(request, agent, _worth(days.demand, agent, request))


def _pairs(demand: Demand, agents: Rows, requests: Rows) -> Pairs:
    worth = np.array([demand.by_agent(int(agent))[requests] for agent in agents]).reshape(len(agents), len(requests))
    rows, columns = np.nonzero(np.isfinite(worth))
    return Pairs(agents[rows], requests[columns], worth[rows, columns])


def _worth(demand: Demand, agent: int, request: int) -> float:
    return float(demand.worth[request] if demand.values is None else demand.values[agent, request])
