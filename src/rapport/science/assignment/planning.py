"""Requests into days: the integer programme of who does what, solved as far as time allows and with a proven gap."""

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from rapport.science.assignment.days import Days
from rapport.science.assignment.demand import Demand, Vector
from rapport.science.assignment.filling import greedy, round_off
from rapport.science.assignment.people import Agent, Request
from rapport.science.assignment.plan import LeftOut, Placed, RequestPlan
from rapport.science.assignment.pooling import pooled_prices
from rapport.science.assignment.reasons import why_left_out
from rapport.science.assignment.relaxation import (
    Pairs,
    Prices,
    all_pairs,
    flat_prices,
    pairs_above,
    priced,
    relax,
)
from rapport.science.assignment.whole import renew, whole_days

_ROUNDS = 8
_POOLED = 20_000  # pairs from which agents of one kind share their hours in the relaxation
_MOST_WHOLE = 6_000  # pairs that the integer programme takes on


def plan_requests(
    requests: Iterable[Request],
    agents: Iterable[Agent],
    *,
    values: Any = None,
    seconds: float = 10.0,
    gap: float = 0.0,
    seed: int = 0,
) -> RequestPlan:
    """Who does which request and when, for the greatest worth under hours, skills, languages and due times.

    Choose x_ij in {0, 1}, request j to agent i, to maximise sum of value x urgency (or of `values`, agents x requests,
    where NaN and -inf forbid a pair), each request at most once, each agent within the hours of the day and every
    request done by its due time. Stops when nobody can do better by more than `gap` (a share of the bound) or after
    about `seconds`; the plan says how much better another could be. Raises ValueError for names that occur twice and
    for numbers that make no sense.

    Source: the generalised assignment problem with due dates (S. Martello and P. Toth (1990), Knapsack problems,
    chapter 7); bound by linear relaxation with column generation; whole requests by HiGHS on the pairs that the
    relaxation does not rule out (reduced-cost fixing).
    """
    began = time.perf_counter()
    demand = _read(tuple(requests), tuple(agents), values)
    if seconds <= 0 or not 0 <= gap < 1:
        raise ValueError("A plan needs some seconds, and a gap from 0 to below 1.")
    rival = greedy(demand)
    rival_total = rival.total  # these days are bettered in place
    days, bound = _solve(demand, rival, began + seconds, gap, seed)
    return _described(days, max(bound, days.total), rival_total, began)


def _read(requests: tuple[Request, ...], agents: tuple[Agent, ...], values: Any) -> Demand:
    for what, names in (("agents", [one.name for one in agents]), ("requests", [one.name for one in requests])):
        twice = sorted(str(name) for name, count in Counter(names).items() if count > 1)
        if twice:
            raise ValueError(f"These {what} occur more than once: {', '.join(twice[:5])}. Give each its own name.")
    if values is None:
        return Demand(agents, requests)
    table = np.asarray(values, dtype=float)
    if table.shape != (len(agents), len(requests)) or np.isposinf(table).any():
        raise ValueError(
            f"values needs one finite number an agent and request, {len(agents)} x {len(requests)}; NaN forbids a pair."
        )
    return Demand(agents, requests, np.where(np.isnan(table), -np.inf, table))


def _solve(demand: Demand, rival: Days, until: float, gap: float, seed: int) -> tuple[Days, float]:
    if not demand.agents or not demand.requests:
        return rival, 0.0
    pairs = all_pairs(demand)
    if not len(pairs):
        return rival, 0.0
    prices, shares, pairs = _relaxed(demand, pairs, until, seed)
    proven, adds = priced(demand, prices)
    bound = demand.rounded(proven)
    tries = [rival] if shares is None else [rival, round_off(demand, pairs.agents, pairs.requests, shares)]
    best = max(tries, key=lambda days: days.total)
    enough = bound * (1 - gap) - 1e-9 * max(1.0, bound)
    renew(best, adds, enough, _by(until, 0.1 if len(pairs) <= _MOST_WHOLE else 1.0), seed)
    if best.total >= enough or time.perf_counter() > until:
        return best, bound
    open_pairs = _candidates(demand, prices, adds, proven - best.total - demand.step)
    if open_pairs is None:
        renew(best, adds, enough, until, seed + 1)
        return best, bound
    found, limit = whole_days(demand, open_pairs, until - time.perf_counter(), gap)
    limit = demand.rounded(max(limit, best.total))
    return (found if found is not None and found.total > best.total else best), min(bound, limit)


def _relaxed(demand: Demand, pairs: Pairs, until: float, seed: int) -> tuple[Prices, Vector | None, Pairs]:
    """Prices from the relaxation, with further pairs for as long as some would better it."""
    if demand.values is None and len(pairs) > _POOLED:
        pooled = [pooled_prices(demand, 0.5 * (until - time.perf_counter()), seed), flat_prices(demand)]
        return min((one for one in pooled if one), key=lambda one: priced(demand, one)[0]), None, pairs
    prices, known = flat_prices(demand), pairs
    shares: Vector | None = None
    for _ in range(_ROUNDS):
        found = relax(demand, pairs, 0.7 * (until - time.perf_counter()))
        if found is None:
            break
        shares, prices, of_requests, worth = found
        known = pairs
        if len(pairs) == len(demand.agents) * len(demand.requests):
            break
        further = pairs_above(demand, prices, of_requests + 1e-7 * max(1.0, worth / len(demand.requests)))
        if not len(further):
            break
        used = (shares > 0) | (np.random.default_rng(0).random(len(pairs)) < 0.5)
        pairs = (Pairs(pairs.agents[used], pairs.requests[used], pairs.worth[used])).joined(further)
    return prices, shares, known


def _by(until: float, share: float) -> float:
    now = time.perf_counter()
    return now + share * max(0.0, until - now)


def _candidates(demand: Demand, prices: Prices, adds: Vector, room: float) -> Pairs | None:
    """Every pair that a plan better than ours could hold; None when they are too many.

    A plan with a pair is worth no more than the bound less what the pair falls short of its request's best.
    """
    slack = max(0.0, room) + 1e-7 * max(1.0, abs(room))
    found = pairs_above(demand, prices, adds - slack, most=max(1, _MOST_WHOLE // len(demand.agents)))
    full = np.bincount(found.agents, minlength=1).max(initial=0) >= max(1, _MOST_WHOLE // len(demand.agents))
    return None if full and len(demand.requests) > _MOST_WHOLE // len(demand.agents) else found


def _described(days: Days, bound: float, rival: float, began: float) -> RequestPlan:
    demand, placed = days.demand, []
    for number, agent in enumerate(demand.agents):
        clock = agent.start
        for request in days.requests(number):
            one = demand.requests[request]
            worth = float(demand.worth[request] if demand.values is None else demand.values[number, request])
            placed.append(Placed(one.name, agent.name, clock, clock + one.hours, one.due, worth))
            clock += one.hours
    left = [
        LeftOut(demand.requests[place].name, why_left_out(days, int(place)), float(demand.worth[place]))
        for place in np.flatnonzero(days.given < 0)
    ]
    return RequestPlan(
        tuple(placed),
        tuple(left),
        float(sum(one.worth for one in placed)),
        bound,
        rival,
        {agent.name: agent.hours for agent in demand.agents},
        {agent.name: agent.hours - float(days.free[number]) for number, agent in enumerate(demand.agents)},
        time.perf_counter() - began,
    )
