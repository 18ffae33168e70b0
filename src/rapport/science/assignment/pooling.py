"""Prices for many agents at once: those who can do the same share their hours, which only widens what is possible."""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array

from rapport.science.assignment.demand import Demand, Rows, Vector
from rapport.science.assignment.relaxation import Levels, Prices, times_of

_SAMPLE = 1_000


def pooled_prices(demand: Demand, seconds: float, seed: int) -> Prices | None:
    """Prices of hours from the relaxation over kinds of agents; None when time ran out.

    Of many requests a sample is enough, against hours in the same proportion: prices only need to be near the best
    ones, as the bound that they prove counts every request.

    One kind is all who have the same skills and languages; its hours until each of a few due times are those of its
    people together. The prices are everybody's own afterwards, so the bound that they prove is valid for single days.
    """
    kinds, kind_can = demand.kinds
    times = np.append(times_of(demand.due), np.inf)
    chosen = np.arange(len(demand.requests))
    if len(chosen) > _SAMPLE:
        chosen = np.sort(np.random.default_rng(seed).choice(chosen, _SAMPLE, replace=False))
    hours = _pooled_hours(demand, kinds, times) * len(chosen) / len(demand.requests)
    level = np.searchsorted(times, demand.due[chosen] - 1e-9)
    worth, takes = demand.worth[chosen], demand.hours[chosen]
    requests, kind = np.nonzero(kind_can[chosen] & (worth > 0)[:, None])
    m, deep = len(chosen), len(times)
    rows = np.concatenate([requests, m + kind * deep + level[requests]])
    column = np.arange(len(requests))
    factors = np.concatenate([np.ones(len(requests)), takes[requests]])
    (below, after, sign), shape = _chained(len(hours), deep), (m + hours.size, len(requests) + hours.size)
    places = np.concatenate([rows, m + below]), np.concatenate([column, column, len(requests) + after])
    matrix = csr_array(coo_array((np.concatenate([factors, sign]), places), shape=shape))
    found = linprog(
        np.concatenate([-worth[requests], np.zeros(hours.size)]),
        matrix,
        np.concatenate([np.ones(m), np.zeros(hours.size)]),
        bounds=np.column_stack([np.zeros(shape[1]), np.concatenate([np.full(len(requests), np.inf), hours.ravel()])]),
        method="highs-ds",
        options={"time_limit": max(seconds, 0.05)},
    )
    if found.status != 0:
        return None
    return _to_everybody(demand, kinds, times, -found.ineqlin.marginals[m:].reshape(hours.shape))


def _pooled_hours(demand: Demand, kinds: Rows, times: Vector) -> Vector:
    """The hours of each kind until each time."""
    until = np.maximum(np.minimum(times[None, :], demand.end[:, None]) - demand.start[:, None], 0.0)
    hours = np.zeros((int(kinds.max()) + 1, len(times)))
    np.add.at(hours, kinds, until)
    return hours


def _chained(kinds: int, deep: int) -> tuple[Rows, Rows, Vector]:
    """Rows, columns and factors by which work until a time includes the work until the time before."""
    place = np.arange(kinds * deep)
    later = place[place % deep > 0]
    return (
        np.concatenate([place, later]),
        np.concatenate([place, later - 1]),
        np.concatenate([-np.ones(len(place)), np.ones(len(later))]),
    )


def _to_everybody(demand: Demand, kinds: Rows, times: Vector, price: Vector) -> Prices:
    agents, moments, hours = [], [], []
    for agent, kind in enumerate(kinds):
        own = times[times < demand.end[agent] - 1e-9]
        agents.append(np.full(len(own) + 1, agent, dtype=np.intp))
        moments.append(np.append(own, demand.end[agent]))
        hours.append(price[kind, : len(own) + 1])
    owner, time = np.concatenate(agents), np.concatenate(moments)
    levels = Levels(owner, time, np.maximum(time - demand.start[owner], 0.0), np.empty(0, dtype=np.intp))
    return Prices(levels, np.concatenate(hours))
