"""How many people are needed when: published figures, brute force, and plans that a lead can read."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.science.staffing import (
    CannotStaff,
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


@settings(deadline=None, max_examples=15)
@given(st.floats(1, 60), st.floats(30, 600), st.integers(1, 60), st.floats(0.3, 0.95))
def test_we_agree_with_pyworkforce(calls, handling, within, level):
    erlang = pytest.importorskip("pyworkforce.queuing").ErlangC
    theirs = erlang(transactions=calls, aht=handling / 60, asa=within / 60, interval=30, shrinkage=0.0)
    people = required_agents(calls / 1800, handling, within, level)
    # It never answers fewer than the load and one more.
    least = round(calls / 1800 * handling + 1)
    assert theirs.required_positions(service_level=level)["raw_positions"] == max(people, least)
    desk = erlang_c(calls / 1800, handling, people, within)
    assert theirs.waiting_probability(positions=people) == pytest.approx(desk.wait_probability)
    assert theirs.service_level(positions=people) == pytest.approx(desk.service_level)


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


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40), st.integers(1, 50))
@settings(deadline=None, max_examples=10)
def test_a_plan_for_mail_gives_each_interval_no_less_than_nothing(mails, due):
    plan = plan_mail(pd.Series(mails, half_hours(len(mails)), dtype=float), 600, due, interval=1800, idle=1)
    assert (plan.hours >= -1e-9).all()
    assert (plan.extra >= plan.hours - 0.5 - 1e-9).all()


def test_six_weeks_of_mail_by_half_hour_are_planned_at_once():
    index = half_hours(48 * 42)
    mails = pd.Series(np.random.default_rng(0).poisson(5, len(index)).astype(float), index)
    plan = plan_mail(mails, 600, 16, interval=1800, idle=1)
    assert plan.backlog.max() < mails.rolling(16).sum().max() / 6
    assert plan.extra.sum() > 0


@pytest.mark.parametrize("level", [0.0, 0.5, 0.9])
def test_a_desk_that_drowns_is_never_enough(level):
    assert required_agents(10 / 180, 180, 20, level) > 10
    assert required_agents(10 / 180, 180, 20, level, patience=60) >= 1


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
