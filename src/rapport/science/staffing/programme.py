"""The integer programme behind a shift plan: its columns, its rows, and its costs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

from rapport.science.staffing.roster import Person, Shift

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Pattern:
    """One way to work one day: a shift on a date with its break; `steps` are the steps that it covers."""

    shift: Shift
    day: pd.Timestamp
    start: pd.Timestamp
    end: pd.Timestamp
    rest: tuple[pd.Timestamp, pd.Timestamp]
    steps: tuple[int, ...]


def patterns(shifts: Sequence[Shift], moments: pd.DatetimeIndex, step: pd.Timedelta) -> list[Pattern]:
    """Every way to work that covers at least one whole step of the requirement, from the evening before it on."""
    found = []
    days = moments.normalize().unique()
    for day in days.insert(0, days[0] - pd.DateOffset(days=1)):
        for shift in shifts:
            start = shift.begins(day)
            end = start + pd.Timedelta(hours=shift.hours)
            inside = (moments >= start) & (moments + step <= end)
            for begin, stop in shift.breaks(step):
                rest = (start + begin, start + stop)
                there = inside & ~((moments < rest[1]) & (moments + step > rest[0])) if stop > begin else inside
                if there.any():
                    found.append(Pattern(shift, day, start, end, rest, tuple(np.flatnonzero(there).tolist())))
    return found


def week_of(moment: pd.Timestamp, first: pd.Timestamp) -> int:
    """Which week of the plan a moment lies in, in sevens of days from its first; the evening before is in it."""
    days = moment.tz_localize(None).normalize() - first.tz_localize(None).normalize()
    return max(int(days // pd.Timedelta(days=7)), 0)


@dataclass
class Programme:
    """A mixed-integer programme that grows column by column and row by row."""

    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    _at: list[tuple[int, int, float]] = field(default_factory=list)
    _low: list[float] = field(default_factory=list)
    _high: list[float] = field(default_factory=list)

    def column(self, cost: float, *, upper: float = np.inf, whole: bool = False) -> int:
        """A new unknown from 0 to `upper`."""
        self.cost.append(cost)
        self.upper.append(upper)
        self.whole.append(int(whole))
        return len(self.cost) - 1

    def row(self, terms: Iterable[tuple[int, float]], *, low: float = -np.inf, high: float = np.inf) -> None:
        """low <= sum of factor x column <= high."""
        place = len(self._low)
        self._at.extend((place, column, factor) for column, factor in terms)
        self._low.append(low)
        self._high.append(high)

    def solve(self, seconds: float, gap: float) -> OptimizeResult:
        """Run HiGHS on it."""
        rows, columns, factors = zip(*self._at, strict=True)
        shape = (len(self._low), len(self.cost))
        matrix = csr_array((np.array(factors), (np.array(rows), np.array(columns))), shape=shape)
        return milp(
            np.array(self.cost),
            constraints=LinearConstraint(matrix, self._low, self._high),
            bounds=Bounds(0, np.array(self.upper)),
            integrality=np.array(self.whole),
            options={"time_limit": seconds, "mip_rel_gap": gap},
        )


def clashes(first: Pattern, second: Pattern, rest_hours: float) -> bool:
    """Whether nobody can work both: on one date, or with less rest in between than the law asks for."""
    if first.day == second.day:
        return True
    early, late = sorted((first, second), key=lambda pattern: pattern.start)
    return bool(late.start - early.end < pd.Timedelta(hours=rest_hours))


def may_work(person: Person, pattern: Pattern) -> bool:
    """Whether the person is there on that date and the contract is long enough for the shift."""
    return str(pattern.day.date()) not in person.away and pattern.shift.paid_hours <= person.most_hours + 1e-9


def wish(person: Person, pattern: Pattern) -> float:
    """How much the person likes it, wishes for the date and for the shift added up."""
    date = str(pattern.day.date())
    keys = (pattern.shift.name, date, (pattern.shift.name, date))
    return float(sum(person.wishes.get(key, 0.0) for key in keys))
