"""Shifts for people: cover, breaks, contracts, rest, skills, wishes and fairness, as one integer programme."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from rapport.science.staffing.erlang import CannotStaff
from rapport.science.staffing.explanation import explain, find_gaps
from rapport.science.staffing.programme import Pattern, Programme, Vector, clashes, may_work, patterns, week_of, wish
from rapport.science.staffing.roster import Person, Roster, Shift, step_of

# A step that nobody covers costs more than all other costs of a week together, so cover always comes first.
_SHORT = 1000.0
_LESS_THAN_CONTRACT = 200.0


class ShiftPlan(BaseEstimator):
    """The cheapest plan that covers a requirement, by HiGHS.

    Parameters: `people`, `shifts`; `rest_hours` between two shifts of a person; `hour_cost` of a worked hour;
    `wish_weight` and `fairness_weight` (of the spread of unpopular shifts and of hours against contract) in the same
    unit; `seconds` to search for; `gap`, the share of the cost at which a plan counts as best.
    """

    def __init__(
        self,
        people: Sequence[Person],
        shifts: Sequence[Shift],
        *,
        rest_hours: float = 11.0,
        hour_cost: float = 1.0,
        wish_weight: float = 2.0,
        fairness_weight: float = 2.0,
        seconds: float = 30.0,
        gap: float = 0.01,
    ) -> None:
        self.people = people
        self.shifts = shifts
        self.rest_hours = rest_hours
        self.hour_cost = hour_cost
        self.wish_weight = wish_weight
        self.fairness_weight = fairness_weight
        self.seconds = seconds
        self.gap = gap

    def solve(self, required: pd.Series | pd.DataFrame) -> Roster:
        """Plan for the people required at each step (a Series), or by skill (a DataFrame, a column a skill).

        Steps are of one length and indexed by time. Who has several skills uses one at a time. A requirement that
        cannot be met still gets the plan with the least uncovered work, and a sentence that names the tightest gap.
        """
        demand = _demand(required)
        self._check()
        moments = pd.DatetimeIndex(demand.index)
        build = Build(self, demand, patterns(self.shifts, moments, step_of(moments)))
        found = build.programme.solve(self.seconds, self.gap)
        if found.x is None:
            raise CannotStaff(f"No plan was found within {self.seconds:g} seconds; give it more time or fewer people.")
        return build.roster(np.asarray(found.x), float(found.mip_gap or 0.0))

    def _check(self) -> None:
        if not self.people or not self.shifts:
            raise CannotStaff("A plan needs at least one person and one shift.")
        for shift in self.shifts:
            if not (0 < shift.hours <= 24 and 0 <= shift.break_minutes < 60 * shift.hours):
                raise CannotStaff(f"The shift {shift.name!r} lasts up to 24 hours, its break less than the shift.")
        if any(not 0 <= person.least_hours <= person.most_hours for person in self.people):
            raise CannotStaff("A contract has 0 hours or more at least, and not more than at most.")
        names = [person.name for person in self.people]
        if len(set(names)) < len(names):
            raise CannotStaff("Two people have the same name; the plan could not tell them apart.")


def _demand(required: pd.Series | pd.DataFrame) -> pd.DataFrame:
    demand = required.to_frame("") if isinstance(required, pd.Series) else required
    if not isinstance(demand.index, pd.DatetimeIndex) or demand.empty:
        raise CannotStaff("A requirement has a row a step, indexed by time.")
    if demand.isna().any().any() or (demand.to_numpy() < 0).any():
        raise CannotStaff("Every step requires 0 people or more.")
    return demand.sort_index().astype(float)


@dataclass
class Work:
    """A person in a pattern, and its column."""

    person: Person
    pattern: Pattern
    column: int


class Build:
    """The programme of one plan, and how to read its solution."""

    def __init__(self, plan: ShiftPlan, demand: pd.DataFrame, ways: list[Pattern]) -> None:
        self.plan, self.demand, self.ways = plan, demand, ways
        self.programme = Programme()
        self.works = [self._work(person, way) for person in plan.people for way in ways if may_work(person, way)]
        self.short = self._cover()
        for person in plan.people:
            self._contract(person)
        self._fairness()

    def _work(self, person: Person, way: Pattern) -> Work:
        cost = self.plan.hour_cost * way.shift.paid_hours - self.plan.wish_weight * wish(person, way)
        return Work(person, way, self.programme.column(cost, upper=1, whole=True))

    def _cover(self) -> Vector:
        """Present people are lent to the skills they have; what is still missing is short (steps x skills)."""
        # Two steps with one person too few are better than one with two too few.
        deepest = self.programme.column(_SHORT)
        columns = [[self.programme.column(_SHORT) for _ in self.demand.columns] for _ in self.demand.index]
        present: dict[tuple[frozenset[str], int], list[int]] = {}
        for work in self.works:
            usable = work.person.skills & set(self.demand.columns) if "" not in self.demand.columns else frozenset({""})
            for step in work.pattern.steps:
                present.setdefault((usable, step), []).append(work.column)
        lent: dict[tuple[int, str], list[int]] = {}
        for (usable, step), workers in present.items():
            loans = [self.programme.column(0.0) for _ in usable]
            for skill, loan in zip(sorted(usable), loans, strict=True):
                lent.setdefault((step, skill), []).append(loan)
            self.programme.row([*((loan, 1.0) for loan in loans), *((w, -1.0) for w in workers)], high=0)
        for step, row in enumerate(self.demand.to_numpy()):
            for place, skill in enumerate(self.demand.columns):
                terms = [(loan, 1.0) for loan in lent.get((step, skill), [])]
                self.programme.row([*terms, (columns[step][place], 1.0)], low=row[place])
                self.programme.row([(deepest, 1.0), (columns[step][place], -1.0)], low=0)
        return np.array(columns)

    def _contract(self, person: Person) -> None:
        mine = [work for work in self.works if work.person is person]
        first, last = self.demand.index[0], self.demand.index[-1]
        for week in range(week_of(last, first) + 1):
            there = [work for work in mine if week_of(work.pattern.day, first) == week]
            hours = [(work.column, work.pattern.shift.paid_hours) for work in there]
            self.programme.row(hours, high=person.most_hours)
            self.programme.row([(work.column, 1.0) for work in there], high=person.most_days)
            least = person.least_hours * _part_of_week(week, first, last)
            if least > 0:
                missing = self.programme.column(_LESS_THAN_CONTRACT)
                self.programme.row([*hours, (missing, 1.0)], low=least)
        self._rest(mine)

    def _rest(self, mine: list[Work]) -> None:
        """One shift a date, and enough rest to the next: one row a date and pair of shifts, over all their breaks."""
        groups: dict[tuple[pd.Timestamp, str], list[Work]] = {}
        for work in mine:
            groups.setdefault((work.pattern.day, work.pattern.shift.name), []).append(work)
        for day in sorted({day for day, _ in groups}):
            self.programme.row([(w.column, 1.0) for (at, _), ws in groups.items() if at == day for w in ws], high=1)
        for (first, some), (second, others) in itertools.combinations(groups.items(), 2):
            if first[0] != second[0] and clashes(some[0].pattern, others[0].pattern, self.plan.rest_hours):
                self.programme.row([(work.column, 1.0) for work in (*some, *others)], high=1)

    def _fairness(self) -> None:
        """The most and the fewest unpopular shifts, and shares of the contract, lie as close together as they can."""
        weight = self.plan.fairness_weight
        if weight <= 0 or len(self.plan.people) < 2:
            return
        for unpopular_only in (True, False):
            most, least = self.programme.column(weight), self.programme.column(-weight, upper=1e3)
            self.programme.row([(most, 1.0), (least, -1.0)], low=0)
            for person in self.plan.people:
                able = [
                    work
                    for work in self.works
                    if work.person is person and (work.pattern.shift.unpopular or not unpopular_only)
                ]
                # Who is away is no measure for the others.
                if not able:
                    continue
                terms = [
                    (work.column, 1.0 if unpopular_only else 5 * work.pattern.shift.paid_hours / person.most_hours)
                    for work in able
                ]
                self.programme.row([*terms, (most, -1.0)], high=0)
                self.programme.row([*terms, (least, -1.0)], low=0)

    def roster(self, solution: Vector, gap: float) -> Roster:
        """Read a solution as a plan."""
        chosen = [work for work in self.works if solution[work.column] > 0.5]
        cover, worked = self._covered(solution, chosen), _worked(chosen)
        missing = self._missing_hours(worked)
        gaps = find_gaps(cover)
        sentence = explain(self.plan, gaps, worked, self, missing, gap <= self.plan.gap + 1e-9)
        feasible = not len(gaps) and not missing
        return Roster(feasible, sentence, worked, cover, _people(self.plan.people, chosen), gaps, gap)

    def _missing_hours(self, worked: pd.DataFrame) -> dict[str, float]:
        """Hours that a contract promises and the plan does not give, by name."""
        first, last = self.demand.index[0], self.demand.index[-1]
        weeks, missing = worked["date"].map(lambda day: week_of(day, first)), {}
        for person in self.plan.people:
            given = worked[worked["person"] == person.name].groupby(weeks)["hours"].sum()
            lacking = [
                max(person.least_hours * _part_of_week(week, first, last) - float(given.get(week, 0.0)), 0.0)
                for week in range(week_of(last, first) + 1)
            ]
            if sum(lacking) > 1e-6:
                missing[person.name] = sum(lacking)
        return missing

    def _covered(self, solution: Vector, chosen: list[Work]) -> pd.DataFrame:
        short = np.round(np.maximum(solution[self.short], 0.0), 6)
        required = self.demand.to_numpy()
        present = required - short
        if len(self.demand.columns) == 1:
            skill = self.demand.columns[0]
            able = [work for work in chosen if not skill or skill in work.person.skills]
            steps = [step for work in able for step in work.pattern.steps]
            present = np.bincount(steps, minlength=len(required)).astype(float)[:, None]
        names = [self.demand.index, self.demand.columns]
        index = pd.MultiIndex.from_product(names, names=["time", "skill"])
        columns = {"required": required.ravel(), "present": present.ravel(), "short": short.ravel()}
        return pd.DataFrame(columns, index=index)


def _worked(chosen: list[Work]) -> pd.DataFrame:
    rows = [
        {
            "person": work.person.name,
            "date": work.pattern.day,
            "shift": work.pattern.shift.name,
            "start": work.pattern.start,
            "end": work.pattern.end,
            "break_start": work.pattern.rest[0] if work.pattern.shift.break_minutes > 0 else pd.NaT,
            "break_end": work.pattern.rest[1] if work.pattern.shift.break_minutes > 0 else pd.NaT,
            "hours": work.pattern.shift.paid_hours,
        }
        for work in chosen
    ]
    names = ["person", "date", "shift", "start", "end", "break_start", "break_end", "hours"]
    return pd.DataFrame(rows, columns=names).sort_values(["date", "start", "person"], ignore_index=True)


def _people(people: Sequence[Person], chosen: list[Work]) -> pd.DataFrame:
    rows = {}
    for person in people:
        mine = [work.pattern for work in chosen if work.person is person]
        rows[person.name] = {
            "hours": sum(way.shift.paid_hours for way in mine),
            "days": len(mine),
            "unpopular": sum(way.shift.unpopular for way in mine),
            "wish": sum(wish(person, way) for way in mine),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("person")


def _part_of_week(week: int, first: pd.Timestamp, last: pd.Timestamp) -> float:
    """How much of a week's contract a plan asks for: less than all where its last week ends early."""
    days = int((last.tz_localize(None).normalize() - first.tz_localize(None).normalize()) // pd.Timedelta(days=1)) + 1
    return 1.0 if week == 0 else min(days - 7 * week, 7) / 7
