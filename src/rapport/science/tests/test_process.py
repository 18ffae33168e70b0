"""Where work waits, by hand and by brute force; and a simulated desk against the formulas for it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.science.process import CannotRead, CannotSimulate, Simulation, Step, bottlenecks
from rapport.science.staffing import erlang_a, erlang_c

# --- bottlenecks


def log(*rows):
    names = ["case", "activity", "begun", "time", "who"]
    table = pd.DataFrame(rows, columns=names)
    for moment in ("begun", "time"):
        table[moment] = pd.Timestamp("2025-03-03") + pd.to_timedelta(table[moment], unit="h")
    return table


KIM_AND_LEE = log(
    ("Kim", "write", 0, 1, "Ada"),
    ("Kim", "check", 5, 6, "Omar"),
    ("Kim", "write", 6, 7, "Ada"),
    ("Kim", "check", 9, 10, "Omar"),
    ("Lee", "write", 0, 2, "Ada"),
    ("Lee", "check", 2, 3, "Ada"),
)


def test_waiting_rework_and_hand_overs_as_omar_would_count_them():
    found = bottlenecks(KIM_AND_LEE, start="begun", resource="who")
    check, write = found.activities.loc["check"], found.activities.loc["write"]
    assert found.activities.index.tolist() == ["check", "write"]
    assert (check["events"], check["cases"], check["waiting"], check["work"]) == (3, 2, 2.0, 1.0)
    assert (check["waiting_share"], check["rework"], check["repeats"]) == (1.0, 0.5, 1)
    assert (write["waiting"], write["work"]) == (0.0, pytest.approx(4 / 3))
    follows = found.transitions.loc[("write", "check")]
    assert (follows["count"], follows["waiting"], follows["handed_over"]) == (3, 2.0, pytest.approx(2 / 3))
    kim = found.cases.loc["Kim"]
    assert kim.to_dict() == {"hours": 10, "waiting": 6, "work": 4, "events": 4, "rework": 2, "hand_overs": 3}
    assert "In 2 cases, 100% of all waiting lies between “write” and “check”: 2.0 hours" in found.sentence


def test_a_log_of_moments_alone_counts_all_as_waiting():
    found = bottlenecks(KIM_AND_LEE)
    assert found.activities["work"].tolist() == [0.0, 0.0]
    assert found.transitions.loc[("write", "check"), "waiting"] == pytest.approx((5 + 3 + 1) / 3)
    assert found.cases["hand_overs"].sum() == 0


def test_work_that_overlaps_does_not_wait():
    found = bottlenecks(
        log(("Kim", "a", 0, 9, "Ada"), ("Kim", "b", 1, 2, "Ada"), ("Kim", "c", 8, 10, "Ada")), start="begun"
    )
    assert found.cases["waiting"].tolist() == [0.0]
    assert found.sentence == "Nothing waits in 1 case."


def test_an_unknown_agent_hands_nothing_over():
    rows = KIM_AND_LEE.assign(who=["Ada", None, "Ada", "Omar", None, None])
    assert bottlenecks(rows, resource="who").cases["hand_overs"].sum() == 1


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_does_not_matter_and_waiting_adds_up(seed):
    dice = np.random.default_rng(seed)
    n = 60
    moments = pd.Timestamp("2025-03-03") + pd.to_timedelta(dice.permutation(10_000)[:n], unit="min")
    table = pd.DataFrame({"case": dice.integers(0, 8, n), "activity": dice.choice(list("abc"), n), "time": moments})
    one, other = bottlenecks(table), bottlenecks(table.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(one.activities, other.activities)
    pd.testing.assert_frame_equal(one.transitions, other.transitions)
    by_hand = table.groupby("case")["time"].agg(lambda times: (times.max() - times.min()).total_seconds() / 3600)
    assert one.cases["waiting"].sort_index().tolist() == pytest.approx(by_hand.tolist())
    assert one.activities["waiting_share"].sum() == pytest.approx(1)
    assert int(one.transitions["count"].sum()) == n - one.cases.shape[0]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (KIM_AND_LEE.drop(columns="activity"), "no column activity"),
        (KIM_AND_LEE.head(0), "no event"),
        (KIM_AND_LEE.assign(time="soon"), "cannot be read"),
        (KIM_AND_LEE.assign(time=7), "cannot be read"),
        (KIM_AND_LEE.assign(case=None), "no case"),
        (KIM_AND_LEE.assign(begun=pd.Timestamp("2030-01-01")), "end before they begin"),
    ],
)
def test_a_table_that_is_no_log_is_refused_in_a_sentence(table, says):
    with pytest.raises(CannotRead, match=says):
        bottlenecks(table, start="begun")


# --- simulation


def holds(estimate, truth):
    """Within an interval of 99.99 %: a true formula fails once in ten thousand seeds."""
    return estimate.lower <= truth <= estimate.upper


@pytest.mark.parametrize(("agents", "patience"), [(14, None), (12, None), (9, 120.0)])
def test_a_simulated_desk_agrees_with_the_formulas(agents, patience):
    steps = [Step(agents, 180.0, patience=patience)]
    (desk,) = Simulation(10 / 180, steps, replications=12, duration=60_000.0, confidence=0.9999).run().steps
    truth = erlang_a(10 / 180, 180, agents, 20, patience) if patience else erlang_c(10 / 180, 180, agents, 20)
    for measure in ("wait_probability", "service_level", "average_speed_of_answer", "occupancy", "abandonment"):
        assert holds(getattr(desk, measure), getattr(truth, measure)), measure


def test_work_of_one_length_waits_half_as_long():
    # Pollaczek and Khinchine for one agent: the wait is (1 + variation^2) / 2 of the exponential one's.
    result = Simulation(0.7, [Step(1, 1.0, variation=0.0)], duration=6_000.0, replications=10, confidence=0.9999).run()
    assert holds(result.steps[0].average_speed_of_answer, 0.7 / (1 - 0.7) / 2)
    varied = Simulation(0.5, [Step(1, 1.0, variation=2.0)], duration=8_000.0, replications=10, confidence=0.9999).run()
    assert holds(varied.steps[0].average_speed_of_answer, 0.5 / (1 - 0.5) * (1 + 4) / 2)


def test_steps_follow_each_other_and_some_work_comes_back():
    # Burke: what leaves one exponential step comes at random to the next, so both are M/M/n.
    steps = [Step(5, 1.0, "answer"), Step(4, 1.0, "check")]
    result = Simulation(3.0, steps, duration=1_500.0, replications=10, confidence=0.9999).run()
    waits = [erlang_c(3.0, 1.0, agents).average_speed_of_answer for agents in (5, 4)]
    assert holds(result.time_in_system, 2.0 + sum(waits))
    again = Simulation(1.0, [Step(4, 1.0, again=0.5)], duration=1_500.0, replications=10, confidence=0.9999).run()
    assert holds(again.steps[0].occupancy, 1.0 * 2 / 4)


def test_common_luck_shows_a_small_change_that_separate_luck_hides():
    here, there = (Simulation(10 / 180, [Step(n, 180.0)], replications=6, duration=20_000.0) for n in (14, 15))
    change = here.compare(there).loc[("step 1", "service_level")]
    assert change["lower"] > 0
    assert change["difference"] == pytest.approx(change["there"] - change["here"])
    other = Simulation(10 / 180, [Step(15, 180.0)], replications=6, duration=20_000.0, seed=1)
    alone = other.run().steps[0].service_level
    assert change["upper"] - change["lower"] < alone.upper - alone.lower
    same = here.compare(here)
    assert (same["difference"] == 0).all()


def test_agents_come_and_go_with_the_plan():
    plan, hour = [2, 6, 2], 3600.0
    result = Simulation(
        [1 / 180, 5 / 180, 1 / 180], [Step(plan, 180.0)], interval=hour, replications=10, confidence=0.9999
    ).run()
    fixed = Simulation([1 / 180, 5 / 180, 1 / 180], [Step(2, 180.0)], interval=hour, replications=10).run()
    assert holds(result.steps[0].occupancy, 0.7) or result.steps[0].occupancy.value == pytest.approx(0.7, abs=0.08)
    assert result.steps[0].service_level.value > fixed.steps[0].service_level.value + 0.2
    best = Simulation([1 / 180, 5 / 180, 1 / 180], [Step(6, 180.0)], interval=hour, replications=10).run()
    assert best.steps[0].service_level.value >= result.steps[0].service_level.value


def test_a_run_can_be_repeated_and_read_as_a_table():
    desk = Simulation(1.0, [Step(2, 1.0, "answer", patience=1.0)], duration=200.0, replications=3, seed=4)
    one, other = desk.run(), desk.run()
    pd.testing.assert_frame_equal(one.frame, other.frame)
    assert one.frame.loc[("answer", "abandonment"), "value"] == one.steps[0].abandonment.value
    assert one.customers == pytest.approx(3 * 160, rel=0.2)
    assert desk.get_params()["replications"] == 3


@pytest.mark.parametrize(
    ("desk", "says"),
    [
        (Simulation(0, [Step(1, 1.0)]), "somebody must come"),
        (Simulation(1.0, []), "one step"),
        (Simulation(1.0, [Step(0, 1.0)]), "an agent at its end"),
        (Simulation(1.0, [Step([1, 2], 1.0)]), "length of their interval"),
        (Simulation([1.0, 2.0], [Step(1, 1.0)]), "length of their interval"),
        (Simulation(1.0, [Step(1, 0.0)]), "handling time"),
        (Simulation(1.0, [Step(1, 1.0, patience=0.0)]), "Patience"),
        (Simulation(1.0, [Step(1, 1.0)], replications=1), "two replications"),
    ],
)
def test_a_desk_that_cannot_be_simulated_is_refused_in_a_sentence(desk, says):
    with pytest.raises(CannotSimulate, match=says):
        desk.run()


def test_desks_of_different_shape_are_not_compared():
    one, two = Simulation(1.0, [Step(2, 1.0)]), Simulation(1.0, [Step(2, 1.0), Step(2, 1.0)])
    with pytest.raises(CannotSimulate, match="as many steps"):
        one.compare(two)
