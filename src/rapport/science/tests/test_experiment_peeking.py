"""Tests that may be looked at at any time, and bandits that learn while they serve."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rapport.science.experiment import Counts, SequentialTest, ThompsonBandit
from rapport.science.experiment.sequential import mixture_bound, mixture_p_value


def watched(test, a, b, step):
    """Look again after every `step` people of each group."""
    for start in range(0, len(a), step):
        test.update(a[start : start + step], b[start : start + step])
    return test


@pytest.mark.parametrize("kind", ["mean", "share"])
def test_looking_all_the_time_raises_no_more_false_alarms_than_promised(kind):
    dice = np.random.default_rng(0)
    alarms, naive = [], []
    for _ in range(120):
        a, b = (dice.random((2, 1500)) < 0.2).astype(float) if kind == "share" else dice.lognormal(0, 1, (2, 1500))
        alarms.append(watched(SequentialTest(kind), a, b, 30).decided_)
        looks = range(30, 1501, 30)
        naive.append(any(stats.ttest_ind(a[:n], b[:n], equal_var=False).pvalue < 0.05 for n in looks[::3]))
    assert np.mean(alarms) <= 0.05
    assert np.mean(naive) > 0.2


def test_a_real_difference_is_found_and_stays_found():
    dice = np.random.default_rng(1)
    test = watched(SequentialTest(), dice.normal(0, 1, 2000), dice.normal(0.3, 1, 2000), 50)
    assert test.decided_
    assert test.better_ == "b"
    assert "higher" in test.verdict_
    history = test.history_
    assert history["p_value"].is_monotonic_decreasing
    assert (np.diff(history["upper"] - history["lower"]) <= 1e-12).all()
    assert history["lower"].iloc[-1] <= 0.3 <= history["upper"].iloc[-1]


def test_the_interval_and_the_p_value_agree():
    z, variance, tau = np.linspace(0, 6, 61), 0.01, 0.2
    beyond = z > mixture_bound(variance, tau, 0.05)
    assert (beyond == (mixture_p_value(z, variance, tau) < 0.05)).all()


def test_the_same_people_in_other_portions_say_the_same():
    a, b = np.random.default_rng(2).normal(size=(2, 400))
    at_once, in_parts = SequentialTest(tau=0.1).update(a, b), SequentialTest(tau=0.1)
    in_parts.update(a[:29]).update((), b[:10]).update(a[29:], b[10:])
    assert at_once.interval_ == pytest.approx(in_parts.interval_)
    assert at_once.p_value_ == pytest.approx(in_parts.p_value_)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.floats(1e-3, 1e3))
def test_swapping_and_scaling_change_nothing_else(seed, unit):
    a, b = np.random.default_rng(seed).normal([[0], [0.3]], 1, (2, 200))
    plain, swapped = SequentialTest().update(a, b), SequentialTest().update(unit * b, unit * a)
    assert plain.p_value_ == pytest.approx(swapped.p_value_)
    assert plain.interval_ == pytest.approx((-swapped.interval_[1] / unit, -swapped.interval_[0] / unit))


def test_counts_and_answers_say_the_same():
    a, b = np.random.default_rng(3).random((2, 300)) < 0.3
    one = SequentialTest("share").update(a, b)
    other = SequentialTest("share").update(Counts(int(a.sum()), 300), Counts(int(b.sum()), 300))
    assert one.interval_ == pytest.approx(other.interval_)


def test_nothing_is_said_of_nobody_few_or_constant_people():
    for test in (SequentialTest(), SequentialTest().update([1, 2], [3]), SequentialTest().update([1] * 50, [1] * 50)):
        assert test.p_value_ == 1
        assert not test.decided_
        assert test.interval_ == (-np.inf, np.inf)
        assert "too few" in test.verdict_
    assert SequentialTest("share").update([0] * 500, [0] * 500).p_value_ == 1
    assert SequentialTest().update(1.5, 2.5).effect_ == 1


@pytest.mark.parametrize("values", [[np.nan], ["x"], [0.5]])
def test_what_is_no_answer_is_refused(values):
    with pytest.raises(ValueError, match=r"\."):
        SequentialTest("share").update(values, [1])


def earned(policy, chances, people, seed):
    """The share of the best possible that was lost, by a policy that chooses and learns."""
    dice = np.random.default_rng(seed)
    lost = 0.0
    for _ in range(people):
        arm = policy.choose()
        lost += max(chances) - chances[arm]
        policy.update(arm, float(dice.random() < chances[arm]))
    return lost


class Greedy:
    """The best arm so far, and any arm one time in ten."""

    def __init__(self, arms, seed, often=0.1):
        self.dice, self.often = np.random.default_rng(seed), often
        self.n, self.sum = np.zeros(arms), np.zeros(arms)

    def choose(self):
        if self.dice.random() < self.often or not self.n.all():
            return int(self.dice.integers(len(self.n)))
        return int((self.sum / self.n).argmax())

    def update(self, arm, reward):
        self.n[arm] += 1
        self.sum[arm] += reward


def test_thompson_loses_less_than_chance_and_greed():
    chances = [0.1, 0.2, 0.35]
    lost = {
        "thompson": np.mean([earned(ThompsonBandit(3, seed=n), chances, 1500, n) for n in range(8)]),
        "greedy": np.mean([earned(Greedy(3, n), chances, 1500, n) for n in range(8)]),
        "uniform": np.mean([earned(Greedy(3, n, often=1), chances, 1500, n) for n in range(8)]),
    }
    assert lost["thompson"] < lost["greedy"] < lost["uniform"]
    assert lost["thompson"] < 0.25 * lost["uniform"]


@pytest.mark.parametrize("unit", [1e-3, 1, 1e4])
def test_a_gaussian_bandit_learns_in_any_unit(unit):
    dice = np.random.default_rng(0)
    bandit = ThompsonBandit(["a", "b", "c"], "gaussian", seed=1)
    for _ in range(400):
        arm = bandit.choose()
        bandit.update(arm, unit * dice.normal({"a": 0, "b": 0.5, "c": 1}[arm], 1))
    assert bandit.chosen_.idxmax() == "c"
    assert bandit.probability_best_["c"] > 0.9
    assert bandit.chosen_.min() >= 3


def test_rewards_may_come_late_and_in_any_order():
    bandit = ThompsonBandit(["a", "b"], "gaussian")
    chosen = bandit.choose(30)
    assert 10 <= chosen.count("a") <= 20
    dice = np.random.default_rng(0)
    for arm in reversed(chosen):
        bandit.update(arm, dice.normal(1 if arm == "a" else 0))
    assert bandit.probability_best_["a"] > 0.8
    assert bandit.rewarded_.sum() == 30


def test_a_bandit_goes_on_elsewhere_with_the_same_choices():
    bandit = ThompsonBandit(["a", "b"], seed=5).update("a", [1, 0, 1]).update("b", 0)
    copy = ThompsonBandit.from_dict(json.loads(json.dumps(bandit.to_dict())))
    pd.testing.assert_series_equal(copy.means_, bandit.means_)
    assert copy.choose(50) == bandit.choose(50)


def test_a_bandit_that_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="two arms"):
        ThompsonBandit(1)
    with pytest.raises(ValueError, match="no arm"):
        ThompsonBandit(["a", "b"]).update("c", 1)
    with pytest.raises(ValueError, match="0 to 1"):
        ThompsonBandit().update(0, 7)
    with pytest.raises(ValueError, match="kind"):
        ThompsonBandit(kind="poisson")
