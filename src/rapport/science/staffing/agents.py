"""How many people a desk needs: for calls, for chats held side by side, and for mail that can wait."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import linprog

from rapport.science.staffing.erlang import CannotStaff, Queue, erlang_a, erlang_c

Vector = NDArray[np.float64]


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
        # A queue that grows for ever, or that nobody answers, is no service, even where no level is asked for.
        lives = math.isfinite(desk.average_speed_of_answer)
        return lives and desk.service_level >= service_level and desk.occupancy <= most_occupied

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
    arrivals: pd.Series, handling_time: float, due: int, *, interval: float, idle: ArrayLike = 0.0, backlog: float = 0.0
) -> MailPlan:
    """Spread work that can wait over intervals: each mail is done within `due` intervals, with the least extra work.

    `arrivals`: mails an interval; `handling_time` and `interval` in seconds; `idle`: people an interval who have time
    beside calls and chats; `backlog`: mails that wait at the beginning. Mail is taken in the order of its due time,
    so a plan exists whenever work done by each due time reaches what had come by then: a linear programme.
    """
    if not (math.isfinite(due) and due == int(due) >= 1):
        raise CannotStaff("Mail is due within 1 interval or more.")
    if not isinstance(arrivals, pd.Series) or arrivals.empty:
        raise CannotStaff("Mails come as a pandas Series with a row an interval.")
    mails, unit = arrivals.to_numpy(dtype=np.float64), handling_time / interval if interval > 0 else 0.0
    if not (unit > 0 and backlog >= 0 and (mails >= 0).all() and np.isfinite([unit, backlog, mails.sum()]).all()):
        raise CannotStaff("Mails are 0 or more, and their handling time and the interval are above 0.")
    n = len(mails)
    free = np.broadcast_to(np.asarray(idle, dtype=np.float64), n)
    if not (free >= 0).all():
        raise CannotStaff("Idle people are 0 or more in every interval.")
    come = (np.cumsum(mails) + backlog) * unit
    must = np.concatenate([np.zeros(min(int(due) - 1, n)), come[: max(n - int(due) + 1, 0)]])
    done, extra, peak = _least_extra(come, must, free)
    hours = interval / 3600
    return MailPlan(
        pd.Series(done * hours, arrivals.index, name="hours"),
        pd.Series(extra * hours, arrivals.index, name="extra"),
        pd.Series(np.maximum(come - np.cumsum(done), 0.0) * hours, arrivals.index, name="backlog"),
        peak,
    )


def _least_extra(come: Vector, must: Vector, free: Vector) -> tuple[Vector, Vector, float]:
    """People on mail, and people more than the idle ones, an interval; first the least extra, then the lowest peak.

    The unknowns are the work done so far (between what is due and what has come), the extra people, and the peak.
    """
    n = len(come)
    step = sparse.diags_array([np.ones(n), -np.ones(n - 1)], offsets=[0, -1], shape=(n, n))
    ones, none, column = sparse.eye_array(n), sparse.csr_array((n, n)), np.ones((n, 1))
    left = sparse.block_array([[-step, none, 0 * column], [step, -ones, 0 * column], [step, none, -column]])
    right = np.concatenate([np.zeros(n), free, np.zeros(n)])
    # The peak costs so little that it never buys extra work.
    cost = np.concatenate([np.zeros(n), np.ones(n), [1e-3]])
    least, most = np.concatenate([must, np.zeros(n + 1)]), np.concatenate([come, np.full(n + 1, np.inf)])
    found = linprog(cost, A_ub=left.tocsr(), b_ub=right, bounds=np.column_stack([least, most]), method="highs")
    return np.diff(found.x[:n], prepend=0.0), found.x[n : 2 * n], float(found.x[-1])


def _fewest(good: Callable[[int], bool], load: float) -> int:
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
    if not math.isfinite(concurrency) or concurrency != int(concurrency) or concurrency < 1:
        raise CannotStaff(f"An agent holds 1 chat or more at once, not {concurrency}.")
    if not slowdown >= 0:
        raise CannotStaff("Other chats do not make a chat faster: a slowdown is 0 or more.")


def _share(what: str, value: float, *, below_one: bool) -> None:
    if not 0 <= value < 1 and (below_one or value != 1):
        raise CannotStaff(f"{what} is a share from 0 to less than 1, not {value}.")
