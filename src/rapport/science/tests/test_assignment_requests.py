"""Requests into days: never over hours or due times, proven, and what is left out is told why."""

import itertools
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.science.assignment import Agent, Request, plan_requests

ADA = Agent("Ada", 8, ["refunds"], ["en", "zh"])
OMAR = Agent("Omar", 4, ["refunds", "tax"], ["en"], start=1)


def desk(seed, agents, requests):
    """A desk with skills, languages, late beginners and due times."""
    random = np.random.default_rng(seed)
    skills, languages = ["mail", "chat", "tax"], ["en", "zh"]
    people = [
        Agent(
            f"a{number}",
            float(random.choice([2, 4, 8])),
            random.choice(skills, random.integers(1, 4), replace=False).tolist(),
            random.choice(languages, random.integers(1, 3), replace=False).tolist(),
            float(random.choice([0, 1])),
        )
        for number in range(agents)
    ]
    work = [
        Request(
            f"r{number}",
            float(random.choice([0.5, 1, 1.5, 2])),
            float(random.integers(1, 20)),
            float(random.choice([1, 2])),
            [str(random.choice(skills))],
            str(random.choice(languages)),
            float(random.uniform(1, 9)) if random.random() < 0.5 else None,
        )
        for number in range(requests)
    ]
    return work, people


def check(plan, work, people):
    """What every plan promises."""
    by_name, named = {one.name: one for one in work}, {one.name: one for one in people}
    for agent, day in plan.by_agent().items():
        clock = named[agent].start
        for one in day:
            request = by_name[one.request]
            assert named[agent].can(request)
            assert one.start == pytest.approx(clock)
            clock = one.start + request.hours
            assert one.end == pytest.approx(clock)
            assert clock <= (math.inf if request.due is None else request.due) + 1e-6
        assert clock <= named[agent].end + 1e-6
    names = [one.request for one in plan.placed] + [one.request for one in plan.left_out]
    assert sorted(names) == sorted(by_name)
    assert plan.total == pytest.approx(sum(by_name[one.request].worth for one in plan.placed))
    assert plan.bound >= plan.total >= plan.greedy_total - 1e-9
    assert 0 <= plan.gap <= 1


def by_trying_all(work, people):
    """The most worth of all ways to give requests to agents, each day tried in every order."""
    best = 0.0
    for owners in itertools.product(range(-1, len(people)), repeat=len(work)):
        days = [
            [one for one, owner in zip(work, owners, strict=True) if owner == place] for place in range(len(people))
        ]
        if all(possible(person, day) for person, day in zip(people, days, strict=True)):
            best = max(best, sum(one.worth for day in days for one in day))
    return best


def possible(person, day):
    if not all(person.can(one) for one in day):
        return False
    for order in itertools.permutations(day):
        ends = list(itertools.accumulate((one.hours for one in order), initial=person.start))[1:]
        if all(end <= min(person.end, one.due or math.inf) + 1e-9 for end, one in zip(ends, order, strict=True)):
            return True
    return not day


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100_000))
def test_tiny_desks_are_planned_as_well_as_trying_everything_does(seed):
    work, people = desk(seed, 2, 5)
    plan = plan_requests(work, people)
    check(plan, work, people)
    assert plan.total == pytest.approx(by_trying_all(work, people))
    assert plan.bound == pytest.approx(plan.total)


def test_ten_agents_with_eight_hours_are_planned_to_the_proven_best():
    random = np.random.default_rng(3)
    hours = random.choice([1, 1.5, 2], 70)
    work = [Request(f"r{n}", float(h), float(random.integers(1, 10)), float(random.integers(1, 4)))
            for n, h in enumerate(hours)]  # fmt: skip
    people = [Agent(f"a{n}", 8) for n in range(10)]
    plan = plan_requests(work, people)
    check(plan, work, people)
    assert plan.gap == 0
    assert plan.total > plan.greedy_total
    assert set(plan.load()["used"]) == {8.0}
    assert list(plan.to_frame().columns) == ["request", "agent", "start", "end", "due", "worth"]


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_names_changes_no_worth_and_more_hours_are_never_worse(seed):
    work, people = desk(seed, 4, 16)
    plan = plan_requests(work, people)
    check(plan, work, people)
    other = plan_requests(work[::-1], people[::-1])
    assert other.total == pytest.approx(plan.total, rel=0.01)
    longer = [Agent(one.name, one.hours + 1, one.skills, one.languages, one.start) for one in people]
    assert plan_requests(work, longer).total >= plan.total - 1e-9


def test_a_large_desk_keeps_its_promises_with_a_small_proven_gap():
    work, people = desk(1, 60, 500)
    plan = plan_requests(work, people, seconds=3)
    check(plan, work, people)
    assert plan.gap < 0.03


def test_values_of_single_pairs_may_be_given():
    work, people = desk(2, 3, 12)
    values = np.random.default_rng(0).uniform(1, 9, (3, 12))
    values[0, :6] = np.nan
    plan = plan_requests(work, people, values=values)
    given = {(one.agent, one.request): one.worth for one in plan.placed}
    assert all(values[int(agent[1:]), int(request[1:])] == worth for (agent, request), worth in given.items())
    assert not any(agent == "a0" and int(request[1:]) < 6 for agent, request in given)
    assert plan.bound >= plan.total
    with pytest.raises(ValueError, match="3 x 12"):
        plan_requests(work, people, values=values.T)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request("x", 1, skills=["law"]), "Nobody in this plan has the skill law."),
        (Request("x", 1, language="de"), "Nobody in this plan speaks de."),
        (Request("x", 1, skills=["tax"], language="zh"), "Nobody who speaks zh has all of its skills: tax."),
        (Request("x", 9), "It takes 9 h, and the longest day of those who can do it has 8 h."),
        (Request("x", 2, due=2.5, skills=["tax"]), "nobody who can do it begins before hour 1."),
        (Request("x", 1, value=0), "It is worth nothing in this plan"),
        (Request("x", 2, value=0.1, skills=["tax"]), "The only one who could do it has 0 h left"),
        (Request("x", 4, value=0.1, due=4), "All 1|The only one who could do it has work that is due as early"),
    ],
)
def test_what_is_left_out_is_told_why(request_, words):
    busy = [Request(f"busy{n}", 2, 10, skills=["tax"]) for n in range(2)]
    busy += [Request("early", 2, 50, language="zh", due=2)]
    plan = plan_requests([request_, *busy], [ADA, OMAR])
    (left,) = plan.left_out
    assert left.request == "x"
    assert re.search(words, left.reason)


def test_nobody_or_nothing_is_a_plan_too():
    assert plan_requests([], [ADA]).total == 0
    assert plan_requests([Request("x")], []).left_out[0].reason == "Nobody works in this plan."


def test_wrong_numbers_are_refused_in_words():
    with pytest.raises(ValueError, match="above 0, not 0"):
        Request("x", 0)
    with pytest.raises(ValueError, match="at least 0, not -1"):
        Agent("Ada", -1)
    with pytest.raises(ValueError, match="more than once: Ada"):
        plan_requests([], [ADA, ADA])
    with pytest.raises(ValueError, match="some seconds"):
        plan_requests([], [ADA], seconds=0)
    assert Request("x", skills="tax").skills == {"tax"}
