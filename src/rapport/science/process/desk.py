"""One run of a desk, event by event."""

import itertools
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy

from rapport.science.process.chance import Chance, Vector

# Before all customers: whoever goes home takes the next free moment.
_HOME, _CUSTOMER = 0, 1
# A step done again at most so often; the chance of more is below one in a thousand where a half comes back.
_MOST_REPEATS = 10


@dataclass(frozen=True)
class Step:
    """A step of the work: so many `agents` (one number, or one an `interval` of the simulation), a mean
    `handling_time`, and if people give up their mean `patience`. `variation` is the coefficient of variation of the
    handling time (1: exponential); `again` the share of customers whose step must be done again."""

    agents: int | Sequence[int]
    handling_time: float
    name: str = ""
    patience: float | None = None
    variation: float = 1.0
    again: float = 0.0


@dataclass(frozen=True)
class Trace:
    """What happened to each customer (n) at each step (n x steps): wait and whether it was borne; NaN if never reached.
    `left` is when the customer left; `busy` the busy time of each step, `staffed` the time agents were there."""

    came: Vector
    wait: Vector
    gave_up: Vector
    left: Vector
    busy: Vector
    staffed: Vector


class Desk:
    """Customers walk through the steps; a free agent takes who has waited longest. Measured is from `start` on."""

    def __init__(self, steps: Sequence[Step], came: Vector, chance: Chance, interval: float, start: float) -> None:
        self.world, self.steps, self.chance, self.came = simpy.Environment(), steps, chance, came
        self.interval, self.start, self.stop = interval, start, float(came[-1]) if len(came) else start
        shape = (len(came), len(steps))
        self.wait, self.gave_up = np.full(shape, np.nan), np.zeros(shape)
        self.left, self.busy = np.full(len(came), np.nan), np.zeros(len(steps))
        self.rooms = [simpy.PriorityResource(self.world, capacity=max(_plan(step))) for step in steps]
        self.remaining, self.closed = len(came), self.world.event()

    def run(self) -> Trace:
        """Let everybody come, and be served or give up."""
        for step, room in zip(self.steps, self.rooms, strict=True):
            for agent in range(min(_plan(step)), max(_plan(step))):
                self.world.process(self._away(room, [count <= agent for count in _plan(step)]))
        self.world.process(self._doors())
        if self.remaining:
            self.world.run(until=self.closed)
        staffed = np.array([_staffed(_plan(step), self.interval, self.start, self.stop) for step in self.steps])
        return Trace(self.came, self.wait, self.gave_up, self.left, self.busy, staffed)

    def _doors(self) -> Generator[Any, Any, None]:
        for customer, moment in enumerate(self.came):
            yield self.world.timeout(moment - self.world.now)
            self.world.process(self._visit(customer))

    def _visit(self, customer: int) -> Generator[Any, Any, None]:
        for place, step in enumerate(self.steps):
            served = yield from self._pass(customer, place, step)
            if not served:
                break
        self.left[customer] = self.world.now
        self.remaining -= 1
        if not self.remaining:
            self.closed.succeed()

    def _pass(self, customer: int, place: int, step: Step) -> Generator[Any, Any, bool]:
        """Wait and be served, over again if need be; False for somebody who gave up."""
        luck = float(self.chance.again[customer, place])
        waited = 0.0
        for _ in range(_MOST_REPEATS):
            since = self.world.now
            with self.rooms[place].request(priority=_CUSTOMER) as turn:
                if step.patience is None:
                    yield turn
                else:
                    limit = float(self.chance.bearing[customer, place]) * step.patience
                    yield turn | self.world.timeout(limit)
                waited += self.world.now - since
                self.wait[customer, place] = waited
                if not turn.triggered:
                    self.gave_up[customer, place] = 1.0
                    return False
                yield from self._serve(customer, place, step)
            if luck >= step.again:
                return True
            luck /= step.again
        return True

    def _serve(self, customer: int, place: int, step: Step) -> Generator[Any, Any, None]:
        taking = float(self.chance.taking[customer, place]) * step.handling_time
        began = self.world.now
        yield self.world.timeout(taking)
        self.busy[place] += max(0.0, min(self.world.now, self.stop) - max(began, self.start))

    def _away(self, room: simpy.PriorityResource, absent: list[bool]) -> Generator[Any, Any, None]:
        """An agent who is not there in some intervals: the seat is taken by nobody, for good if the plan ends so."""
        past = 0
        for away, run in itertools.groupby(absent):
            past += len(list(run))
            until = past * self.interval if past < len(absent) else np.inf
            if not away and until == np.inf:
                return
            if not away:
                yield self.world.timeout(max(0.0, until - self.world.now))
                continue
            # Not a `with`: a seat kept at the end of the plan must outlive this process.
            seat = room.request(priority=_HOME)
            yield seat
            if until == np.inf:
                return
            yield self.world.timeout(max(0.0, until - self.world.now))
            room.release(seat)


def _plan(step: Step) -> list[int]:
    return [step.agents] if isinstance(step.agents, int | np.integer) else [int(count) for count in step.agents]


def _staffed(plan: list[int], interval: float, start: float, end: float) -> float:
    """Agent time between two moments; the last interval of a plan lasts."""
    total, edge = 0.0, 0.0
    for place, agents in enumerate(plan):
        until = end if place == len(plan) - 1 else min((place + 1) * interval, end)
        total += agents * max(0.0, until - max(edge, start))
        edge = (place + 1) * interval
    return total
