"""The same plan when requests may be shared out: its prices prove how much any plan can be worth at most.

Work up to each due time of an agent's day is one row, chained to the row before, so that rows stay short. For any
prices m of an agent's hours, falling over the day,

    sum of prices x hours + sum over requests of max(0, max over agents of (worth - hours x price))

is an upper limit on the worth of every plan (weak duality), whichever pairs the programme itself looked at.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array

from rapport.science.assignment.demand import Demand, Rows, Vector

PAIRS = 200_000
_EXACT = 5_000  # pairs with each due time its own row
_QUANTILES = np.linspace(0, 1, 9)[1:]
_NEW_PAIRS = 40  # of one agent in one round


@dataclass(frozen=True)
class Pairs:
    """Agents and requests that may come together, as positions, with the worth of each."""

    agents: Rows
    requests: Rows
    worth: Vector

    def __len__(self) -> int:
        return len(self.agents)

    def joined(self, other: "Pairs") -> "Pairs":
        return Pairs(
            np.concatenate([self.agents, other.agents]),
            np.concatenate([self.requests, other.requests]),
            np.concatenate([self.worth, other.worth]),
        )


@dataclass(frozen=True)
class Levels:
    """The due times of each agent's day, in order: `agent`, `time` and the `hours` that there are until then."""

    agent: Rows
    time: Vector
    hours: Vector
    of_pair: Rows

    @property
    def follows(self) -> NDArray[np.bool_]:
        """Whether the level before belongs to the same day."""
        return np.concatenate([[False], self.agent[1:] == self.agent[:-1]])


@dataclass
class Prices:
    """What an hour is worth at each level, never rising over a day; `base` is the worth of all hours at them."""

    levels: Levels
    hour: Vector
    base: float = field(init=False)

    def __post_init__(self) -> None:
        # Solvers are exact to a tolerance; made to fall exactly, the bound is valid exactly.
        first = np.flatnonzero(~self.levels.follows)
        ends = np.concatenate([first[1:], [len(self.hour)]])
        falling = np.maximum(self.hour, 0.0)
        for start, end in zip(first, ends, strict=True):
            falling[start:end] = np.maximum.accumulate(falling[start:end][::-1])[::-1]
        self.hour = falling
        later = np.where(np.append(self.levels.follows[1:], False), np.append(falling[1:], 0.0), 0.0)
        self.base = float(((falling - later) * self.levels.hours).sum())
        self._first, self._ends = first, ends

    def of_agent(self, demand: Demand, agent: int) -> Vector:
        """The price of an hour of this agent for each request, by its due time."""
        start, end = int(self._first[agent]), int(self._ends[agent])
        times = self.levels.time[start:end]
        place = np.searchsorted(times, np.minimum(demand.due, demand.end[agent]) - 1e-9)
        return np.asarray(np.append(self.hour[start:end], 0.0)[place])


def all_pairs(demand: Demand) -> Pairs:
    """Every allowed pair, or where these would be too many as many of each request as there is room for."""
    n, m = len(demand.agents), len(demand.requests)
    if n * m <= PAIRS:
        found = [(agent, demand.by_agent(agent)) for agent in range(n)]
        places = [(agent, np.flatnonzero(np.isfinite(worth)), worth) for agent, worth in found]
        agents = np.concatenate([np.empty(0, dtype=np.intp), *(np.full(len(at), one) for one, at, _ in places)])
        requests = np.concatenate([np.empty(0, dtype=np.intp), *(at for _, at, _ in places)])
        return Pairs(agents, requests, np.concatenate([np.empty(0), *(worth[at] for _, at, worth in places)]))
    return _spread(demand, max(3, PAIRS // m))


def _spread(demand: Demand, each: int) -> Pairs:
    """`each` agents for every request, taken in turn so that all of them occur."""
    agents, requests, worths = [], [], []
    turn = 0
    for request in range(len(demand.requests)):
        worth = demand.by_request(request)
        able = np.flatnonzero(np.isfinite(worth))
        if len(able) > each:
            if demand.values is not None:  # half by worth, half in turn
                best = able[np.argsort(-worth[able], kind="stable")[: each // 2]]
                able = np.union1d(best, np.take(able, range(turn, turn + each - len(best)), mode="wrap"))
            else:
                able = np.take(able, range(turn, turn + each), mode="wrap")
            turn += each
        agents.append(able)
        requests.append(np.full(len(able), request, dtype=np.intp))
        worths.append(worth[able])
    none = np.empty(0, dtype=np.intp)
    return Pairs(np.concatenate([none, *agents]), np.concatenate([none, *requests]), np.concatenate([none, *worths]))


def levels_of(demand: Demand, pairs: Pairs, *, coarse: bool = False) -> Levels:
    """The levels that these pairs need, and for every agent the end of the day.

    Coarse ones put due times off to one of a few: easier to solve, and still a valid bound.
    """
    n = len(demand.agents)
    due = _put_off(demand.due) if coarse else demand.due
    agents = np.concatenate([pairs.agents, np.arange(n)])
    times = np.concatenate([np.minimum(due[pairs.requests], demand.end[pairs.agents]), demand.end])
    order = np.lexsort((times, agents))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(agents[order]) != 0) | (np.diff(times[order]) > 1e-9)
    number = np.empty(len(order), dtype=np.intp)
    number[order] = np.cumsum(new) - 1
    at = order[new]
    agent, time = agents[at], times[at]
    return Levels(agent, time, np.maximum(time - demand.start[agent], 0.0), number[: len(pairs)])


def _put_off(due: Vector) -> Vector:
    times = times_of(due)
    return np.append(times, np.inf)[np.searchsorted(times, due - 1e-9)]


def times_of(due: Vector) -> Vector:
    """A few due times, among them the last, to put others off to."""
    finite = due[np.isfinite(due)]
    return np.unique(np.quantile(finite, _QUANTILES)) if len(finite) else np.empty(0)


def matrix_of(demand: Demand, pairs: Pairs, levels: Levels) -> tuple[csr_array, Vector]:
    """Rows and their right-hand sides: each request once, then work until each level no more than its own column."""
    m, width, deep = len(demand.requests), len(pairs), len(levels.agent)
    column, level = np.arange(width), np.arange(deep)
    chained = np.flatnonzero(levels.follows)
    rows = np.concatenate([pairs.requests, m + levels.of_pair, m + level, m + chained])
    columns = np.concatenate([column, column, width + level, width + chained - 1])
    factors = np.concatenate([np.ones(width), demand.hours[pairs.requests], -np.ones(deep), np.ones(len(chained))])
    matrix = csr_array(coo_array((factors, (rows, columns)), shape=(m + deep, width + deep)))
    return matrix, np.concatenate([np.ones(m), np.zeros(deep)])


def nested_matrix_of(demand: Demand, pairs: Pairs, levels: Levels) -> tuple[csr_array, Vector]:
    """The same rows without columns of their own: each level counts all the work that is due by it."""
    m, last = len(demand.requests), np.append(np.flatnonzero(~levels.follows)[1:], len(levels.agent))
    ends = last[levels.agent[levels.of_pair]] if len(pairs) else np.empty(0, dtype=np.intp)
    counts = ends - levels.of_pair
    pair = np.repeat(np.arange(len(pairs)), counts)
    level = np.repeat(levels.of_pair, counts) + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = np.concatenate([pairs.requests, m + level])
    columns = np.concatenate([np.arange(len(pairs)), pair])
    factors = np.concatenate([np.ones(len(pairs)), demand.hours[pairs.requests[pair]]])
    shape = (m + len(levels.agent), len(pairs))
    return csr_array(coo_array((factors, (rows, columns)), shape=shape)), np.concatenate([np.ones(m), levels.hours])


def relax(demand: Demand, pairs: Pairs, seconds: float) -> tuple[Vector, Prices, Vector, float] | None:
    """Shares of the pairs, prices of hours and of requests, and the worth; None when time ran out."""
    many = len(pairs) > _EXACT
    levels = levels_of(demand, pairs, coarse=many)
    matrix, most = matrix_of(demand, pairs, levels)
    cost = np.concatenate([-pairs.worth, np.zeros(len(levels.agent))])
    upper = np.concatenate([np.full(len(pairs), np.inf), levels.hours])
    found = linprog(
        cost,
        matrix,
        most,
        bounds=np.column_stack([np.zeros(len(upper)), upper]),
        method="highs-ipm" if many else "highs-ds",
        options={"time_limit": max(seconds, 0.05)},
    )
    if found.status != 0:
        return None
    dual, m = -np.asarray(found.ineqlin.marginals, dtype=float), len(demand.requests)
    return np.asarray(found.x[: len(pairs)]), Prices(levels, dual[m:]), np.maximum(dual[:m], 0.0), -float(found.fun)


def flat_prices(demand: Demand) -> Prices:
    """One price for every hour, at which just as many are asked for as there are: when there is no time for more."""
    order = np.argsort(-demand.worth / demand.hours, kind="stable")
    asked = np.cumsum(demand.hours[order])
    place = int(np.searchsorted(asked, sum(agent.hours for agent in demand.agents), side="right"))
    price = float(demand.worth[order[place]] / demand.hours[order[place]]) if place < len(order) else 0.0
    none = Pairs(np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0))
    levels = levels_of(demand, none)
    return Prices(levels, np.full(len(levels.agent), max(price, 0.0)))


def priced(demand: Demand, prices: Prices) -> tuple[float, Vector]:
    """The upper limit that these prices prove, and what each request adds to it."""
    best = np.zeros(len(demand.requests))
    for agent in range(len(demand.agents)):
        np.maximum(best, demand.by_agent(agent) - demand.hours * prices.of_agent(demand, agent), out=best)
    return prices.base + float(best.sum()), best


def pairs_above(demand: Demand, prices: Prices, floor: Vector, *, most: int = _NEW_PAIRS) -> Pairs:
    """The pairs whose worth less the price of their hours is above `floor`, at most so many an agent."""
    agents, requests, worths = [np.empty(0, dtype=np.intp)], [np.empty(0, dtype=np.intp)], [np.empty(0)]
    for agent in range(len(demand.agents)):
        worth = demand.by_agent(agent)
        above = worth - demand.hours * prices.of_agent(demand, agent) - floor
        places = np.flatnonzero(above > 0)
        if len(places) > most:
            places = places[np.argpartition(-above[places], most)[:most]]
        agents.append(np.full(len(places), agent, dtype=np.intp))
        requests.append(places)
        worths.append(worth[places])
    return Pairs(np.concatenate(agents), np.concatenate(requests), np.concatenate(worths))
