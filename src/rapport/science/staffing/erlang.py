"""The queueing formulas of contact centres: Erlang B, C and A, stable for ten thousand agents.

Times are in one unit (seconds, say) and rates are per that unit; load = arrival_rate x handling_time, in erlang.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, digamma, gammaln, logsumexp


class CannotStaff(ValueError):
    """These numbers describe no desk; the sentence says which one is wrong."""


@dataclass(frozen=True)
class Loss:
    """A desk without a queue: shares from 0 to 1; `carried` is the load that is served, in erlang."""

    blocking_probability: float
    carried: float
    occupancy: float


@dataclass(frozen=True)
class Queue:
    """A desk with a queue: shares from 0 to 1, time in the unit of the handling time.

    `wait_probability`: who comes waits at all; `service_level`: who comes is answered within the target;
    `average_speed_of_answer`: mean wait of who is answered; `occupancy`: share of their time that agents are busy;
    `abandonment`: who comes gives up.
    """

    wait_probability: float
    service_level: float
    average_speed_of_answer: float
    occupancy: float
    abandonment: float = 0.0


def erlang_b(arrival_rate: float, handling_time: float, agents: int) -> Loss:
    """Who comes when everybody is busy is turned away (M/M/n/n).

    Source: A. K. Erlang (1917); the recursion 1/B(n) = 1 + n / (load x B(n-1)), Jagerman (1974), Bell System Technical
    Journal 53(3).
    """
    load, agents = _load(arrival_rate, handling_time), _whole(agents)
    blocked = 1 / inverse_blocking(load, agents)
    carried = load * (1 - blocked)
    return Loss(blocked, carried, carried / agents if agents else 0.0)


def erlang_c(arrival_rate: float, handling_time: float, agents: int, target: float = 0.0) -> Queue:
    """Who comes waits as long as it takes (M/M/n); `target` is the wait that is still good service.

    P(wait) = B / (1 - (load / n)(1 - B)); service level = 1 - P(wait) exp(-(n - load) target / handling time);
    ASA = P(wait) handling time / (n - load). With a load of n or more the queue grows for ever: all wait, ASA is inf.
    Source: A. K. Erlang (1917); Koole (2013), Call Center Optimization, chapter 4.
    """
    load, agents = _load(arrival_rate, handling_time), _whole(agents)
    _not_negative("A target", target)
    if load == 0:
        return Queue(0.0, 1.0, 0.0, 0.0)
    if load >= agents:
        return Queue(1.0, 0.0, math.inf, 1.0)
    return _of_blocking(load, handling_time, agents, target, 1 / inverse_blocking(load, agents))


def erlang_a(
    arrival_rate: float, handling_time: float, agents: int, target: float = 0.0, patience: float = math.inf
) -> Queue:
    """Who comes waits, but gives up after an exponential time of mean `patience` (M/M/n+M).

    With j people waiting ahead, exp(-wait / patience) is beta(n x patience / handling time, j + 1), from which all
    that is asked follows in closed form; the states of the queue are added up in logarithms.
    Source: Palm (1957); Garnett, Mandelbaum and Reiman (2002), Designing a call center with impatient customers,
    Manufacturing & Service Operations Management 4(3).
    """
    load, agents = _load(arrival_rate, handling_time), _whole(agents)
    _not_negative("A target", target)
    if not patience > 0:
        raise CannotStaff(f"Patience is a time above 0, not {patience}.")
    if load == 0 or math.isinf(patience):
        return erlang_c(arrival_rate, handling_time, agents, target)
    return _impatient(load, handling_time, agents, target, patience)


def inverse_blocking(load: float, agents: int) -> float:
    """1 / B(agents), infinite where nobody is ever turned away."""
    inverse = 1.0
    for count in range(1, agents + 1):
        inverse = 1 + inverse * count / load if load > 0 else math.inf
    return inverse


def _of_blocking(load: float, handling_time: float, agents: int, target: float, blocked: float) -> Queue:
    wait = blocked / (1 - load / agents * (1 - blocked))
    spare = agents - load
    late = math.exp(-spare * target / handling_time)
    return Queue(wait, 1 - wait * late, wait * handling_time / spare, load / agents)


def _impatient(load: float, handling_time: float, agents: int, target: float, patience: float) -> Queue:
    # In units of patience: people leave at rate 1, agents together serve at rate `pace`, `come` people arrive.
    come, pace = load * patience / handling_time, agents * patience / handling_time
    ahead = np.arange(_states(come, pace))
    weight = np.concatenate([[0.0], np.cumsum(np.log(come) - np.log(pace + ahead[1:]))])
    highest = float(weight.max())
    queue = np.exp(weight - highest)
    # The states in which nobody waits, against the one in which all agents have just become busy.
    log_idle = _log_without_last(load, agents) - highest
    total = float(queue.sum()) + (math.exp(log_idle) if log_idle < 700 else math.inf)
    if math.isinf(total):
        return Queue(0.0, 1.0, 0.0, load / agents)
    chance = queue / total
    waits = float(chance.sum())
    served = pace / (pace + ahead + 1)
    answered_waiting = float(chance @ served)
    in_time = float(chance @ (served * betainc(ahead + 1, pace + 1, -math.expm1(-target / patience))))
    delay = float(chance @ (served * (digamma(pace + ahead + 2) - digamma(pace + 1)))) * patience
    answered = 1 - waits + answered_waiting
    speed = delay / answered if answered > 0 else math.inf
    busy = load * answered / agents if agents else 0.0
    return Queue(waits, min(1.0, 1 - waits + in_time), speed, min(1.0, busy), waits - answered_waiting)


def _states(come: float, pace: float) -> int:
    """How many waiting people must be looked at: beyond, all chances together are below 1e-15."""
    spread = 12 * math.sqrt(max(come, pace) + 1)
    most = max(come - pace, 0.0) + spread + 60
    if come < pace:
        most = min(most, 40 / math.log(pace / come) + 60)
    return int(most)


def _log_without_last(load: float, agents: int) -> float:
    """log(1/B - 1): how likely the states with a free agent are against the one with none; -inf for no agents."""
    if agents == 0:
        return -math.inf
    busy = np.arange(agents + 1)
    states = busy * math.log(load) - gammaln(busy + 1)
    return float(logsumexp(states[:-1]) - states[-1])


def _load(arrival_rate: float, handling_time: float) -> float:
    _not_negative("An arrival rate", arrival_rate)
    if not (math.isfinite(handling_time) and handling_time > 0):
        raise CannotStaff(f"A handling time is finite and above 0, not {handling_time}.")
    return float(arrival_rate) * float(handling_time)


def _whole(agents: int) -> int:
    if not (math.isfinite(agents) and agents == int(agents) >= 0):
        raise CannotStaff(f"Agents are counted in whole people, 0 or more, not {agents}.")
    return int(agents)


def _not_negative(what: str, value: float) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise CannotStaff(f"{what} is finite and 0 or more, not {value}.")
