"""Shifts that cover what is needed, within contracts, rest and wishes; and what is said when they cannot."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.science.staffing import CannotStaff, Person, Shift, ShiftPlan

DAY = [2, 2, 3, 3, 4, 4, 4, 3, 3, 4, 4, 4, 3, 3, 2, 2, 1, 1, 1, 1]
SHIFTS = (
    Shift("early", "08:00", 8, break_minutes=30),
    Shift("late", "10:00", 8, break_minutes=30, unpopular=True),
    Shift("short", "08:00", 4),
)


def half_hours(count, start="2025-03-03 08:00"):
    return pd.date_range(start, periods=count, freq="30min")


def days(count, steps=DAY, start="2025-03-03"):
    """People required by half-hour from 8 to 18, on so many days."""
    each = [pd.Series(steps, half_hours(len(steps), f"{day:%F} 08:00"), dtype=float)
            for day in pd.date_range(start, periods=count)]  # fmt: skip
    return pd.concat(each)


def team(count, **terms):
    return [Person(name, **terms) for name in ("Ada", "Ben", "Cem", "Dina", "Emil", "Fay", "Gus", "Hana")[:count]]


def present(roster, required):
    """Who is there at each step, counted from the shifts themselves."""
    count = pd.Series(0, required.index)
    for row in roster.shifts.itertuples():
        there = (required.index >= row.start) & (required.index < row.end)
        resting = pd.notna(row.break_start) & (required.index >= row.break_start) & (required.index < row.break_end)
        count += there & ~resting
    return count


@pytest.fixture(scope="module")
def week():
    required = days(5)
    return ShiftPlan(team(6, most_hours=38), SHIFTS).solve(required), required


def test_a_week_is_covered_within_contracts(week):
    roster, required = week
    assert roster.feasible
    assert "Everything is covered" in roster.sentence
    assert (present(roster, required) >= required).all()
    assert (present(roster, required).to_numpy() == roster.cover["present"].to_numpy()).all()
    assert roster.people["hours"].max() <= 38
    assert roster.people["days"].max() <= 5
    assert not roster.shifts.duplicated(["person", "date"]).any()
    assert roster.short_hours == 0


def test_breaks_lie_where_cover_allows_them(week):
    roster, _ = week
    long = roster.shifts[roster.shifts["hours"] == 7.5]
    since = (long["break_start"] - long["start"]) / pd.Timedelta(hours=1)
    assert since.between(3, 5).all()
    assert ((long["break_end"] - long["break_start"]) == pd.Timedelta(minutes=30)).all()


def test_late_shifts_are_spread_evenly(week):
    roster, _ = week
    assert roster.people["unpopular"].max() - roster.people["unpopular"].min() <= 1


def test_one_more_person_never_makes_the_gap_larger():
    required = days(2)
    short = [ShiftPlan(team(count), SHIFTS).solve(required).short_hours for count in (1, 2, 3, 4, 5)]
    assert short == sorted(short, reverse=True)


def test_too_few_people_are_said_with_the_tightest_gap():
    roster = ShiftPlan(team(3), SHIFTS).solve(days(1))
    assert not roster.feasible
    assert "the desk needs 4 and is 1 short. Only 3 of them can be there at all." in roster.sentence
    assert roster.sentence.startswith("On 2025-03-03 from ")
    assert roster.cover["short"].max() == 1
    assert roster.gaps["short"].tolist() == [1.0] * len(roster.gaps)
    hours = (roster.gaps["end"] - roster.gaps["start"]) / pd.Timedelta(hours=1)
    assert (hours * roster.gaps["short"]).sum() == pytest.approx(roster.short_hours)


def test_contracts_that_are_used_up_are_named():
    roster = ShiftPlan(team(5, most_hours=16), SHIFTS).solve(days(5))
    assert not roster.feasible
    assert "contracts of 5 of the 5 who could be there allow no further shift" in roster.sentence


def test_an_hour_that_no_shift_covers_is_named():
    required = pd.concat([days(1), pd.Series([1.0], half_hours(1, "2025-03-03 20:00"))])
    assert "No shift covers that time" in ShiftPlan(team(6), SHIFTS).solve(required).sentence


def test_a_missing_language_is_named():
    required = pd.DataFrame({"English": days(1), "German": 2.0})
    people = [*team(5, skills=frozenset({"English"})), Person("Ida", frozenset({"English", "German"}))]
    roster = ShiftPlan(people, SHIFTS).solve(required)
    assert not roster.feasible
    assert "needs 2 who can do German and is 2 short. Only 1 of them can be there at all." in roster.sentence


def test_who_speaks_two_languages_is_counted_once():
    required = pd.DataFrame({"English": 1.0, "German": 1.0}, index=half_hours(8))
    both = Person("Ida", frozenset({"English", "German"}))
    assert not ShiftPlan([both], SHIFTS).solve(required).feasible
    roster = ShiftPlan([both, Person("Ada", frozenset({"English"}))], SHIFTS).solve(required)
    assert roster.feasible
    assert roster.cover["present"].tolist() == [1.0] * 16


def test_wishes_are_heard_where_cover_allows():
    required = days(5, [1.0] * 8)
    people = [Person("Ada", wishes={"2025-03-04": -1}), Person("Ben", wishes={"short": -1}), Person("Cem")]
    roster = ShiftPlan(people, SHIFTS, fairness_weight=0).solve(required)
    worked = roster.shifts.set_index(["person", "date"])["shift"]
    assert roster.feasible
    assert ("Ada", pd.Timestamp("2025-03-04")) not in worked.index
    assert "short" not in set(worked.get("Ben", pd.Series(dtype=str)))


def test_nobody_works_on_holiday_or_without_rest():
    night, morning = Shift("night", "22:00", 8), Shift("morning", "08:00", 8)
    steps = pd.date_range("2025-03-03 08:00", "2025-03-06 06:00", freq="h", inclusive="left")
    required = pd.Series(np.where((steps.hour >= 16) & (steps.hour < 22), 0.0, 1.0), steps)
    required[(steps.hour >= 6) & (steps.hour < 8)] = 0.0
    people = [Person("Ada", away=frozenset({"2025-03-04"})), Person("Ben"), Person("Cem")]
    roster = ShiftPlan(people, [night, morning]).solve(required)
    assert roster.feasible
    assert ("Ada", pd.Timestamp("2025-03-04")) not in set(
        zip(roster.shifts["person"], roster.shifts["date"], strict=True)
    )
    for _, mine in roster.shifts.sort_values("start").groupby("person"):
        assert ((mine["start"].shift(-1) - mine["end"]).dropna() >= pd.Timedelta(hours=11)).all()


def test_hours_that_a_contract_promises_are_given_or_named():
    roster = ShiftPlan(team(2, least_hours=8), SHIFTS).solve(days(1, [1.0] * 8))
    assert not roster.feasible
    assert "promises" in roster.sentence
    given_all = ShiftPlan(team(2, least_hours=7.5), SHIFTS).solve(days(1, [1.0] * 8))
    assert given_all.feasible
    assert given_all.people["hours"].tolist() == [7.5, 7.5]


def test_contracts_hold_in_each_week_of_a_longer_plan():
    roster = ShiftPlan(team(3, most_hours=16, least_hours=7.5), SHIFTS, seconds=5).solve(days(12, [1.0] * 8))
    week = (roster.shifts["date"] - pd.Timestamp("2025-03-03")).dt.days // 7
    hours = roster.shifts.groupby(["person", week])["hours"].sum()
    assert hours.max() <= 16
    assert hours.min() >= 7.5 * 5 / 7
    assert roster.people["hours"].max() > 16


def test_the_night_before_covers_the_first_morning_and_shifts_need_not_begin_on_a_step():
    required = pd.Series(1.0, pd.date_range("2025-03-03", periods=6, freq="h"))
    roster = ShiftPlan([Person("Ada")], [Shift("night", "21:45", 8.5)]).solve(required)
    assert roster.feasible
    assert roster.shifts["date"].tolist() == [pd.Timestamp("2025-03-02")]


def test_shifts_follow_the_wall_clock_when_it_jumps():
    required = pd.Series(1.0, pd.date_range("2024-03-31 08:00", periods=8, freq="h", tz="Europe/Berlin"))
    roster = ShiftPlan([Person("Ada")], [Shift("day", "08:00", 8)]).solve(required)
    assert roster.feasible
    assert roster.shifts["start"].iloc[0].hour == 8


@settings(deadline=None, max_examples=5)
@given(st.permutations(range(4)))
def test_the_order_of_people_does_not_change_what_is_short(order):
    people = [Person("Ada"), Person("Ben", most_hours=8), Person("Cem", away=frozenset({"2025-03-03"})), Person("Dee")]
    plan = ShiftPlan([people[place] for place in order], SHIFTS, gap=0.0)
    assert plan.solve(days(1)).short_hours == pytest.approx(
        ShiftPlan(people, SHIFTS, gap=0.0).solve(days(1)).short_hours
    )


@pytest.mark.parametrize(
    ("plan", "required", "says"),
    [
        (ShiftPlan([], SHIFTS), days(1), "at least one person"),
        (ShiftPlan([Person("Ada"), Person("Ada")], SHIFTS), days(1), "same name"),
        (ShiftPlan(team(1), SHIFTS), days(1).reset_index(drop=True), "indexed by time"),
        (ShiftPlan(team(1), SHIFTS), -days(1), "0 people or more"),
        (ShiftPlan(team(1), SHIFTS), pd.concat([days(1), days(1)]), "its own time"),
        (
            ShiftPlan(team(1), [Shift("odd", "08:00", 4, break_minutes=30, break_window=(4, 5))]),
            days(1),
            "does not fit",
        ),
    ],
)
def test_plans_that_make_no_sense_are_refused_in_a_sentence(plan, required, says):
    with pytest.raises(CannotStaff, match=says):
        plan.solve(required)
