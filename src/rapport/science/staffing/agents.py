"""How many people a desk needs: for calls, for chats held side by side, and for mail that can wait."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from rapport.science.staffing.erlang import CannotStaff, Queue, erlang_a, erlang_c


def required_agents(
    arrival_rate: float,
    handling_time: float,
    target: float = 20.0,
    service_level: float = 0.8,
    *,
    patience: float = math.inf,
    most_occupied: float = 1.0,
    shrinkage: float = 0.0,
    concurrency: int = 1,
    slowdown: float = 0.0,
) -> int:
    """The fewest people to schedule so that a share of `service_level` is answered within `target`.

    `patience`: mean time until somebody gives up (Erlang A instead of C). `most_occupied`: highest occupancy that
    people bear. `shrinkage`: share of paid time that is not at the desk (leave, breaks, training); the answer counts
    paid people. `concurrency` chats are held side by side, each stretched by `slowdown` for every other one.
    """
    _share("A service level", service_level, below_one=True)
    _share("Shrinkage", shrinkage, below_one=True)
    if not 0 < most_occupied <= 1:
        raise CannotStaff(f"The highest occupancy lies above 0 and up to 1, not {most_occupied}.")
    _side_by_side(concurrency, slowdown)
    if arrival_rate == 0:
        return 0

    def good(people: int) -> bool:
        desk = chat_desk(arrival_rate, handling_time, people, target, patience, concurrency, slowdown)
        return desk.service_level >= service_level and desk.occupancy <= most_occupied

    return scheduled(_fewest(good, arrival_rate * handling_time / concurrency), shrinkage)


def chat_desk(
    arrival_rate: float,
    handling_time: float,
    agents: int,
    target: float = 0.0,
    patience: float = math.inf,
    concurrency: int = 1,
    slowdown: float = 0.0,
) -> Queue:
    """A desk whose agents hold several chats: as many servers as there are places, each slower by the others.

    Every place counts as slowed by all the others of its agent, which errs on the side of more people.
    Source: Tezcan and Zhang (2014), Routing and staffing in customer service chat systems, Operations Research 62(4).
    """
    _side_by_side(concurrency, slowdown)
    stretched = handling_time * (1 + slowdown * (concurrency - 1))
    places = agents * int(concurrency)
    if math.isinf(patience):
        return erlang_c(arrival_rate, stretched, places, target)
    return erlang_a(arrival_rate, stretched, places, target, patience)


def scheduled(agents: int, shrinkage: float) -> int:
    """How many people to pay so that `agents` are at the desk: agents / (1 - shrinkage), rounded up."""
    _share("Shrinkage", shrinkage, below_one=True)
    # A hair less, so that 14 / (1 - 0.3) = 20.000000000000004 stays 20.
    return math.ceil(agents / (1 - shrinkage) - 1e-9)


@dataclass(frozen=True)
class MailPlan:
    """When mail is worked off: `hours` of work an interval, the `extra` hours that nobody idle could give, the hours of
    work left at the end of each (`backlog`), and the most people on mail at once (`peak`)."""

    hours: pd.Series
    extra: pd.Series
    backlog: pd.Series
    peak: float


def plan_mail(
    arrivals: pd.Series, handling_time: float, due: int, *, interval: float, idle: Any = 0.0, backlog: float = 0.0
) -> MailPlan:
    """Spread work that can wait over intervals: each mail is done within `due` intervals, with the least extra work.

    `arrivals`: mails an interval; `handling_time` and `interval` in one unit; `idle`: people an interval who have time
    beside calls and chats; `backlog`: mails that wait at the beginning. Mail is taken in the order of its due time,
    so a plan exists whenever work done by each due time reaches what had come by then: a linear programme.
    """
    if due < 1 or due != int(due):
        raise CannotStaff("Mail is due within 1 interval or more.")
    if handling_time <= 0 or interval <= 0 or (np.asarray(arrivals) < 0).any() or backlog < 0:
        raise CannotStaff("Mails are 0 or more, and their handling time and the interval are above 0.")
    n, unit = len(arrivals), handling_time / interval
    come = np.cumsum(np.asarray(arrivals, dtype=float) * unit) + backlog * unit
    free = np.broadcast_to(np.asarray(idle, dtype=float), n)
    must = np.concatenate([np.zeros(min(due - 1, n)), come[: max(n - due + 1, 0)]])
    done, extra, peak = _least_extra(come, must, free)
    hours = interval / 3600
    return MailPlan(
        pd.Series(done * hours, arrivals.index, name="hours"),
        pd.Series(extra * hours, arrivals.index, name="extra"),
        pd.Series((come - np.cumsum(done)) * hours, arrivals.index, name="backlog"),
        peak,
    )


def _least_extra(come: Any, must: Any, free: Any) -> tuple[Any, Any, float]:
    """People on mail, and people more than the idle ones, an interval; first the least extra, then the lowest peak."""
    n = len(come)
    steps, nothing = np.tril(np.ones((n, n))), np.zeros((n, n))
    column, ones = np.zeros((n, 1)), np.eye(n)
    left = np.block(
        [
            [steps, nothing, column],  # nothing is done before it came
            [-steps, nothing, column],  # everything is done when it is due
            [ones, -ones, column],  # beyond the idle people it is extra
            [ones, nothing, -np.ones((n, 1))],  # the peak
        ]
    )
    right = np.concatenate([come, -must, free, np.zeros(n)])
    # The peak costs so little that it never buys extra work.
    cost = np.concatenate([np.zeros(n), np.ones(n), [1e-3]])
    found = linprog(cost, A_ub=left, b_ub=right, method="highs")
    return found.x[:n], found.x[n : 2 * n], float(found.x[-1])


def _fewest(good: Any, load: float) -> int:
    """The least number of people for whom `good` holds; it holds for all more."""
    step, low = 1, max(0, math.floor(load) - 1)
    if good(low):
        low = -1
    high = low + step
    while not good(high):
        low, step = high, step * 2
        high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if good(middle) else (middle, high)
    return high


def _side_by_side(concurrency: int, slowdown: float) -> None:
    if concurrency != int(concurrency) or concurrency < 1:
        raise CannotStaff(f"An agent holds 1 chat or more at once, not {concurrency}.")
    if slowdown < 0:
        raise CannotStaff("Other chats do not make a chat faster: a slowdown is 0 or more.")


def _share(what: str, value: float, *, below_one: bool) -> None:
    if not 0 <= value < 1 and (below_one or value != 1):
        raise CannotStaff(f"{what} is a share from 0 to less than 1, not {value}.")
