"""What a shift plan is made of: people with contracts, shifts with breaks, and the plan that came out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from rapport.science.staffing.erlang import CannotStaff


@dataclass(frozen=True)
class Person:
    """Somebody who works shifts.

    `skills`: what the person can do; `most_hours`, `least_hours` (breaks not counted) and `most_days` a week, in sevens
    from the plan's first day, the least in proportion where the plan ends within a week that is not its first;
    `away`: dates on which the person cannot work; `wishes`: how much a shift (by name), a date ("2025-03-04") or
    a shift on a date (name, date) is liked, from -1 (please not) to 1.
    """

    name: str
    skills: frozenset[str] = frozenset()
    most_hours: float = 40.0
    least_hours: float = 0.0
    most_days: int = 5
    away: frozenset[str] = frozenset()
    wishes: Mapping[Any, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Shift:
    """A kind of working day: from `start` ("08:30") for `hours`, past midnight if need be.

    One unpaid break of `break_minutes` lies within `break_window` (hours after the start, its first and last
    beginning), placed where it hurts cover least. `unpopular` shifts are spread evenly over people.
    """

    name: str
    start: str
    hours: float
    break_minutes: float = 0.0
    break_window: tuple[float, float] = (3.0, 5.0)
    unpopular: bool = False

    @property
    def paid_hours(self) -> float:
        """Hours that count for the contract."""
        return self.hours - self.break_minutes / 60

    def begins(self, day: pd.Timestamp) -> pd.Timestamp:
        """The moment at which the shift of a day begins."""
        wall = day.tz_localize(None) + pd.Timedelta(self.start + ":00")
        return wall.tz_localize(day.tz, ambiguous=True, nonexistent="shift_forward") if day.tz is not None else wall

    def breaks(self, step: pd.Timedelta) -> list[tuple[pd.Timedelta, pd.Timedelta]]:
        """The breaks that may be taken, as (beginning, end) after the start of the shift, on the plan's steps."""
        if self.break_minutes <= 0:
            return [(pd.Timedelta(0), pd.Timedelta(0))]
        length = pd.Timedelta(minutes=self.break_minutes)
        first, last = (pd.Timedelta(hours=hour) for hour in self.break_window)
        options, at = [], -(-first // step) * step
        while at <= last and at + length <= pd.Timedelta(hours=self.hours):
            options.append((at, at + length))
            at += step
        if not options:
            raise CannotStaff(f"The break of the shift {self.name!r} does not fit into its window.")
        return options


@dataclass(frozen=True)
class Roster:
    """A plan. `feasible`: cover, contracts and rest all hold; `sentence` says so, or names the tightest gap.

    `shifts`: one row a shift worked (person, date, shift, start, end, break_start, break_end, hours); `cover`: one row
    a step and skill (required, present, short); `people`: one row a person (hours, days, unpopular, wish);
    `gaps`: one row a stretch that is short (start, end, skill, required, short), worst first;
    `proven_gap`: how far from the best plan this may be, as a share of its cost; 0 for a best plan.
    """

    feasible: bool
    sentence: str
    shifts: pd.DataFrame
    cover: pd.DataFrame
    people: pd.DataFrame
    gaps: pd.DataFrame
    proven_gap: float

    @property
    def short_hours(self) -> float:
        """Hours of work that nobody covers, as people x hours."""
        moments = pd.DatetimeIndex(self.cover.index.get_level_values("time").unique())
        return float(self.cover["short"].sum()) * float(_step(moments) / pd.Timedelta(hours=1))


def _step(moments: pd.DatetimeIndex) -> pd.Timedelta:
    return moments.to_series().diff().min() if len(moments) > 1 else pd.Timedelta(hours=1)


def step_of(moments: pd.DatetimeIndex) -> pd.Timedelta:
    """The length of the steps in which people are required."""
    step = _step(moments)
    if not step > pd.Timedelta(0):
        raise CannotStaff("Every step of the requirement has its own time, in order.")
    return step
