"""How many people are needed when: published figures, brute force, and plans that a lead can read."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.science.staffing import (
    CannotStaff,
    Person,
    Shift,
    ShiftPlan,
    chat_desk,
    erlang_a,
    erlang_b,
    erlang_c,
    plan_mail,
    required_agents,
    scheduled,
)

loads = st.floats(0.1, 200)
few = st.integers(0, 250)


@pytest.mark.parametrize(
    ("load", "agents", "handling", "target", "wait", "level", "speed"),
    [(10, 14, 180, 20, 0.1741, 0.8884, 7.84), (48, 55, 240, 15, 0.2387, 0.8459, 8.18)],
)
def test_textbook_desks(load, agents, handling, target, wait, level, speed):
    desk = erlang_c(load / handling, handling, agents, target)
    assert desk.wait_probability == pytest.approx(wait, abs=5e-5)
    assert desk.service_level == pytest.approx(level, abs=5e-5)
    assert desk.average_speed_of_answer == pytest.approx(speed, abs=5e-3)
    assert desk.occupancy == pytest.approx(load / agents)


@pytest.mark.parametrize(
    ("lines", "load"), [(1, 0.0101), (5, 1.3608), (10, 4.4612), (20, 12.031), (50, 37.901), (100, 84.064)]
)
def test_published_table_of_one_percent_blocking(lines, load):
    assert erlang_b(load, 1.0, lines).blocking_probability == pytest.approx(0.01, abs=2e-5)


def chain(load, agents, patience, people=400):
    """The shares of time with 0, 1, ... people at the desk, from the balance of flows; handling time 1."""
    out = np.array([min(n, agents) + max(n - agents, 0) / patience for n in range(1, people)])
    weight = np.concatenate([[0.0], np.cumsum(np.log(load) - np.log(out))])
    share = np.exp(weight - weight.max())
    return share / share.sum()


@pytest.mark.parametrize(("load", "agents", "patience"), [(10, 12, 0.7), (30, 20, 2.0), (5, 5, 0.1), (3, 9, 10.0)])
def test_impatient_customers_agree_with_the_balance_of_flows(load, agents, patience):
    desk, share = erlang_a(load, 1.0, agents, 0.1, patience), chain(load, agents, patience)
    people = np.arange(len(share))
    waiting = np.maximum(people - agents, 0)
    assert desk.wait_probability == pytest.approx(share[people >= agents].sum(), rel=1e-9)
    assert desk.abandonment == pytest.approx(waiting @ share / patience / load, rel=1e-7)
    assert desk.occupancy == pytest.approx(np.minimum(people, agents) @ share / agents, rel=1e-9)
    # Little's law: who waits, answered or not, is the queue; those who give up wait too.
    assert desk.average_speed_of_answer * load * (1 - desk.abandonment) <= waiting @ share + 1e-9


def test_the_wait_of_the_answered_agrees_with_chance():
    load, agents, patience, target = 12.0, 12, 0.6, 0.1
    dice, share = np.random.default_rng(0), chain(load, agents, patience)
    found = dice.choice(len(share), 200_000, p=share)
    ahead, waits = np.maximum(found - agents, 0), found >= agents
    offered = np.zeros(len(found))
    for place in range(int(ahead.max()) + 1):
        there = waits & (ahead >= place)
        offered[there] += dice.exponential(1 / (agents + place / patience), int(there.sum()))
    answered = offered <= dice.exponential(patience, len(found))
    desk = erlang_a(load, 1.0, agents, target, patience)
    assert desk.abandonment == pytest.approx(1 - answered.mean(), abs=0.004)
    assert desk.service_level == pytest.approx((answered & (offered <= target)).mean(), abs=0.004)
    assert desk.average_speed_of_answer == pytest.approx(offered[answered].mean(), rel=0.02)


def test_endless_patience_is_erlang_c():
    patient, calm = erlang_a(10 / 180, 180, 14, 20, 1e9), erlang_c(10 / 180, 180, 14, 20)
    assert patient.service_level == pytest.approx(calm.service_level, abs=1e-6)
    assert patient.average_speed_of_answer == pytest.approx(calm.average_speed_of_answer, rel=1e-5)
    assert erlang_a(10 / 180, 180, 14, 20) == calm


@pytest.mark.parametrize("load", [1.0, 5_000.0, 9_900.0, 9_999.0, 12_000.0])
def test_ten_thousand_agents_are_counted_without_overflow(load):
    calm, lossy = erlang_c(load / 180, 180, 10_000, 20), erlang_b(load / 180, 180, 10_000)
    impatient = erlang_a(load / 180, 180, 10_000, 20, 120)
    for number in (calm.wait_probability, calm.service_level, lossy.blocking_probability, impatient.service_level,
                   impatient.abandonment, impatient.occupancy):  # fmt: skip
        assert 0 <= number <= 1
    assert lossy.blocking_probability <= impatient.wait_probability + 1e-12 <= calm.wait_probability + 2e-12
    # Fluid limit: what cannot be carried is lost.
    assert impatient.abandonment == pytest.approx(max(0.0, 1 - 10_000 / load), abs=0.005)


def test_a_desk_with_too_few_agents_is_said_to_drown():
    desk = erlang_c(10 / 180, 180, 10, 20)
    assert (desk.wait_probability, desk.service_level, desk.occupancy) == (1.0, 0.0, 1.0)
    assert math.isinf(desk.average_speed_of_answer)


def test_nobody_calls_and_nobody_waits():
    assert erlang_c(0, 180, 3).service_level == 1.0
    assert erlang_a(0, 180, 3, 20, 60).abandonment == 0.0
    assert erlang_b(0, 180, 3).blocking_probability == 0.0


@given(loads, few)
def test_one_more_agent_never_hurts(load, agents):
    for desk in (erlang_c, erlang_a):
        extra = (0.5,) if desk is erlang_a else ()
        less, more = desk(load, 1.0, agents, 0.1, *extra), desk(load, 1.0, agents + 1, 0.1, *extra)
        assert more.wait_probability <= less.wait_probability + 1e-12
        assert more.service_level >= less.service_level - 1e-12
    assert erlang_b(load, 1.0, agents + 1).blocking_probability <= erlang_b(load, 1.0, agents).blocking_probability


@given(loads, few, st.floats(0.01, 1000))
def test_seconds_or_minutes_make_no_difference(load, agents, unit):
    one, other = erlang_a(load, 1.0, agents, 0.1, 0.7), erlang_a(load / unit, unit, agents, 0.1 * unit, 0.7 * unit)
    assert other.service_level == pytest.approx(one.service_level, rel=1e-6, abs=1e-9)
    assert other.abandonment == pytest.approx(one.abandonment, rel=1e-6, abs=1e-9)


@given(loads, st.floats(0.05, 0.99), st.floats(0, 1))
def test_required_agents_are_just_enough(load, level, target):
    people = required_agents(load, 1.0, target, level)
    assert erlang_c(load, 1.0, people, target).service_level >= level
    assert erlang_c(load, 1.0, people - 1, target).service_level < level


def test_the_textbook_desk_needs_fourteen_and_twenty_are_paid():
    assert required_agents(10 / 180, 180, 20, 0.8) == 14
    assert required_agents(10 / 180, 180, 20, 0.8, shrinkage=0.3) == 20
    assert required_agents(48 / 240, 240, 15, 0.84) == 55
    assert required_agents(10 / 180, 180, 20, 0.8, patience=60) < 14
    assert required_agents(10 / 180, 180, 20, 0.8, most_occupied=0.5) == 20
    assert required_agents(0, 180) == 0
    assert scheduled(14, 0.3) == 20


def test_chats_side_by_side_need_fewer_people_unless_they_slow_each_other_down():
    alone = required_agents(30 / 600, 600, 60, 0.8)
    assert required_agents(30 / 600, 600, 60, 0.8, concurrency=3) < alone / 2
    slowed = required_agents(30 / 600, 600, 60, 0.8, concurrency=3, slowdown=0.5)
    assert required_agents(30 / 600, 600, 60, 0.8, concurrency=3) < slowed < alone
    assert chat_desk(1.0, 1.0, 4, 0.1, concurrency=1) == erlang_c(1.0, 1.0, 4, 0.1)


def half_hours(count, start="2025-03-03 08:00"):
    return pd.date_range(start, periods=count, freq="30min")


def test_mail_waits_for_the_quiet_hours():
    mail = pd.Series(6.0, half_hours(10))  # an hour of work every half hour: two people
    idle = np.array([0, 0, 0, 0, 0, 4, 4, 4, 4, 4])
    plan = plan_mail(mail, 600, 8, interval=1800, idle=idle)
    assert plan.extra.sum() == pytest.approx(0)
    # The last two half hours' mail is not due yet, and what was worked is what was due.
    assert plan.hours.sum() >= 3 * 6 * 600 / 3600 - 1e-9
    assert (plan.backlog >= -1e-9).all()


def test_mail_that_is_due_at_once_cannot_wait():
    mail = pd.Series([6.0, 0, 12, 0], half_hours(4))
    plan = plan_mail(mail, 600, 1, interval=1800, backlog=3)
    assert plan.hours.tolist() == pytest.approx([1.5, 0, 2, 0], abs=1e-9)
    assert plan.peak == pytest.approx(4)
    assert plan.extra.tolist() == pytest.approx(plan.hours.tolist())


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 20), min_size=3, max_size=12), st.integers(1, 5), st.integers(0, 3))
def test_more_time_never_needs_more_people_and_every_mail_is_in_time(mails, due, idle):
    arrivals = pd.Series(mails, half_hours(len(mails)), dtype=float)
    plan, later = (plan_mail(arrivals, 600, d, interval=1800, idle=idle) for d in (due, due + 1))
    assert later.extra.sum() <= plan.extra.sum() + 1e-6
    done, come = plan.hours.cumsum().to_numpy(), arrivals.cumsum().to_numpy() / 6
    assert (done <= come + 1e-6).all()
    assert (done[due - 1 :] >= come[: max(0, len(come) - due + 1)] - 1e-6).all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: erlang_c(-1, 180, 3), "arrival rate"),
        (lambda: erlang_c(1, 0, 3), "handling time"),
        (lambda: erlang_c(1, 1, 2.5), "whole people"),
        (lambda: erlang_c(1, 1, 2, -1), "target"),
        (lambda: erlang_a(1, 1, 2, 0, 0), "Patience"),
        (lambda: required_agents(1, 1, 1, 1.0), "service level"),
        (lambda: required_agents(1, 1, shrinkage=1), "Shrinkage"),
        (lambda: required_agents(1, 1, most_occupied=0), "occupancy"),
        (lambda: required_agents(1, 1, concurrency=0), "1 chat or more"),
        (lambda: required_agents(1, 1, slowdown=-1), "do not make a chat faster"),
        (lambda: plan_mail(pd.Series([1.0], half_hours(1)), 600, 0, interval=1800), "due within"),
        (lambda: plan_mail(pd.Series([-1.0], half_hours(1)), 600, 1, interval=1800), "0 or more"),
    ],
)
def test_impossible_desks_are_refused_in_a_sentence(call, says):
    with pytest.raises(CannotStaff, match=says):
        call()


# --- shifts

DAY = [2, 2, 3, 3, 4, 4, 4, 3, 3, 4, 4, 4, 3, 3, 2, 2, 1, 1, 1, 1]
SHIFTS = (
    Shift("early", "08:00", 8, break_minutes=30),
    Shift("late", "10:00", 8, break_minutes=30, unpopular=True),
    Shift("short", "08:00", 4),
)


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
    assert "needs 4 people, but only 3 of them can be there at all: 1 short" in roster.sentence
    assert roster.sentence.startswith("Monday 3 March 2025 from ")
    assert roster.cover["short"].max() == 1


def test_contracts_that_are_used_up_are_named():
    roster = ShiftPlan(team(5, most_hours=16), SHIFTS).solve(days(5))
    assert not roster.feasible
    assert "contracts of 5 of the 5 who could be there allow no further shift" in roster.sentence


def test_an_hour_that_no_shift_covers_is_named():
    required = pd.concat([days(1), pd.Series([1.0], half_hours(1, "2025-03-03 20:00"))])
    assert "no shift covers that time" in ShiftPlan(team(6), SHIFTS).solve(required).sentence


def test_a_missing_language_is_named():
    required = pd.DataFrame({"English": days(1), "German": 2.0})
    people = [*team(5, skills=frozenset({"English"})), Person("Ida", frozenset({"English", "German"}))]
    roster = ShiftPlan(people, SHIFTS).solve(required)
    assert not roster.feasible
    assert "needs 2 people who can do German, but only 1 of them can be there" in roster.sentence


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
