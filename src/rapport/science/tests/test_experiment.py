"""What experiments show, against SciPy, statsmodels and simulation."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, power_proportions_2indep, proportions_ztest

from rapport.science.experiment import (
    CannotCompare,
    Counts,
    bayesian,
    compare_ratios,
    cuped,
    detectable_effect,
    fixed_horizon,
    off_policy,
    power,
    sample_ratio,
    sample_size,
)

groups = st.lists(st.floats(-1000, 1000), min_size=5, max_size=40).filter(lambda values: np.std(values) > 1e-3)


def normal(n, mean=0.0, sd=1.0, seed=0):
    return np.random.default_rng(seed).normal(mean, sd, n)


def test_means_are_compared_as_scipy_does():
    a, b = normal(40), normal(60, 0.5, 2, seed=1)
    ours, theirs = fixed_horizon(a, b), stats.ttest_ind(b, a, equal_var=False)
    assert ours.p_value == pytest.approx(theirs.pvalue)
    assert ours.interval == pytest.approx(tuple(theirs.confidence_interval()))
    assert (ours.n, ours.n_control, ours.n_variant) == (100, 40, 60)


@pytest.mark.parametrize(("a", "b"), [((500, 1000), (530, 1000)), ((30, 5000), (55, 4000)), ((40, 90), (60, 100))])
def test_shares_are_compared_as_statsmodels_does(a, b):
    ours = fixed_horizon(Counts(*a), Counts(*b))
    assert ours.p_value == pytest.approx(proportions_ztest([a[0], b[0]], [a[1], b[1]])[1])
    theirs = confint_proportions_2indep(*b, *a, method="score", correction=False)
    assert ours.interval == pytest.approx(theirs, abs=2e-4)


def test_answers_and_their_counts_say_the_same():
    a, b = np.repeat([0, 1], [70, 30]), np.repeat([False, True], [50, 40])
    assert fixed_horizon(a, pd.Series(b)) == fixed_horizon(Counts(30, 100), Counts(40, 90))


def test_few_hits_are_tested_exactly_and_the_ends_of_the_scale_hold():
    found = fixed_horizon(Counts(0, 20), Counts(3, 25))
    assert found.method == "Fisher exact"
    assert found.p_value == pytest.approx(stats.fisher_exact([[0, 20], [3, 22]]).pvalue)
    all_and_none = fixed_horizon(Counts(10, 10), Counts(0, 10))
    assert all_and_none.lower == -1
    assert -1 < all_and_none.upper < -0.5
    nobody = fixed_horizon(Counts(0, 50), Counts(0, 50))
    assert (nobody.p_value, nobody.decided) == (1, False)


@settings(max_examples=15, deadline=None)
@given(groups, groups)
def test_swapping_the_groups_turns_the_sign(a, b):
    one, other = fixed_horizon(a, b, kind="mean"), fixed_horizon(b, a, kind="mean")
    assert one.effect == -other.effect
    assert one.interval == pytest.approx((-other.upper, -other.lower))
    assert one.p_value == pytest.approx(other.p_value)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 40), st.integers(0, 30))
def test_swapping_shares_turns_the_sign_and_the_interval_agrees_with_the_test(hits_a, hits_b):
    a, b = Counts(hits_a, 40), Counts(hits_b, 30)
    one, other = fixed_horizon(a, b), fixed_horizon(b, a)
    assert one.interval == pytest.approx((-other.upper, -other.lower), abs=1e-6)
    assert one.lower - 1e-9 <= one.effect <= one.upper + 1e-9
    if one.method == "score" and abs(one.p_value - 0.05) > 1e-4:
        assert one.decided == (not one.lower <= 0 <= one.upper)


@settings(max_examples=15, deadline=None)
@given(groups, groups, st.floats(1e-6, 1e6), st.randoms())
def test_unit_and_order_do_not_matter(a, b, unit, dice):
    plain = fixed_horizon(a, b, kind="mean")
    dice.shuffle(a)
    scaled = fixed_horizon(np.array(a) * unit, np.array(b) * unit, kind="mean")
    assert scaled.p_value == pytest.approx(plain.p_value, rel=1e-6, abs=1e-12)
    assert scaled.effect == pytest.approx(plain.effect * unit, rel=1e-6, abs=1e-9 * unit)


def test_more_people_make_the_interval_narrower():
    widths = [
        found.upper - found.lower
        for found in (fixed_horizon(Counts(n, 5 * n), Counts(n, 5 * n)) for n in (10, 40, 160))
    ]
    assert widths == sorted(widths, reverse=True)


def test_intervals_hold_the_truth_as_often_as_they_say():
    dice = np.random.default_rng(3)
    held, relative = [], []
    for _ in range(600):
        found = fixed_horizon(Counts(dice.binomial(120, 0.2), 120), Counts(dice.binomial(80, 0.3), 80))
        held.append(found.lower <= 0.1 <= found.upper)
        means = fixed_horizon(dice.gamma(4, 1, 50), dice.gamma(4, 1.2, 50))
        relative.append(means.relative_interval[0] <= 0.2 <= means.relative_interval[1])
    assert 0.93 <= np.mean(held) <= 0.975
    assert 0.93 <= np.mean(relative) <= 0.975


@pytest.mark.parametrize(
    ("a", "b", "sentence"),
    [
        ([1, 2, 3], [4, 5, 6], "at least 5 people"),
        ([], [], "at least 5 people"),
        ([2] * 9, [3] * 9, "same value"),
        ([1, 2, np.nan, 4, 5], [1, 2, 3, 4, 5], "empty or endless"),
        (["a"] * 5, ["b"] * 5, "other than numbers"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(a, b, sentence):
    with pytest.raises(CannotCompare, match=sentence):
        fixed_horizon(a, b)


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match="alpha"):
        fixed_horizon(normal(9), normal(9), alpha=5)
    with pytest.raises(ValueError, match="kind"):
        fixed_horizon(normal(9), normal(9), kind="median")
    with pytest.raises(ValueError, match="0 or 1"):
        fixed_horizon(normal(9), normal(9), kind="share")
    with pytest.raises(ValueError, match="both groups"):
        fixed_horizon(Counts(1, 9), normal(9))


def test_the_verdict_is_a_sentence_with_both_values():
    higher = fixed_horizon(Counts(100, 1000), Counts(150, 1000)).verdict
    assert "higher" in higher
    assert "15.0% against 10.0%" in higher
    assert "lower" in fixed_horizon(normal(50, 3), normal(50, 1, seed=1)).verdict
    assert "No difference is shown" in fixed_horizon(normal(50), normal(50, seed=1)).verdict


def test_a_result_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        fixed_horizon(normal(9), normal(9, seed=1)).effect = 0


def test_the_past_takes_noise_away_and_leaves_the_effect():
    dice = np.random.default_rng(0)
    effects, plain, held = [], [], []
    for _ in range(300):
        past = dice.gamma(2, 2, 200)
        variant = dice.random(200) < 0.4
        spend = 0.8 * past + dice.normal(0, 1, 200) + 0.5 * variant
        found = cuped(spend, past, variant)
        effects.append(found.effect)
        plain.append(found.unadjusted.effect)
        held.append(found.interval[0] <= 0.5 <= found.interval[1])
    assert np.mean(effects) == pytest.approx(0.5, abs=3 * np.std(effects) / np.sqrt(300))
    assert np.var(effects) < 0.3 * np.var(plain)
    assert np.mean(held) > 0.92
    assert found.variance_reduction == pytest.approx(1 - np.var(effects) / np.var(plain), abs=0.1)
    assert "times the people" in found.description


def test_customers_without_a_past_and_useless_columns_do_no_harm():
    dice = np.random.default_rng(1)
    past = dice.normal(5, 1, (400, 3))
    past[:, 1] = 7
    spend = past[:, 0] + dice.normal(size=400)
    past[:80, 0] = np.nan
    group = np.where(dice.random(400) < 0.5, "control", "variant")
    found = cuped(pd.Series(spend, index=range(9, 409)), past, group)
    assert 0.3 < found.variance_reduction < 0.55
    assert found.theta[1] == 0
    swapped = cuped(spend, past, group, control="variant")
    assert swapped.effect == pytest.approx(-found.effect)
    with pytest.raises(CannotCompare, match="two groups"):
        cuped(spend, past, np.ones(400))


def test_a_ratio_is_compared_by_people_not_by_views():
    dice = np.random.default_rng(2)
    alarms = []
    for _ in range(300):
        groups = []
        for _group in range(2):
            views, taste = dice.poisson(20, 60) + 1, dice.beta(2, 8, 60)
            groups.append((dice.binomial(views, taste), views))
        alarms.append(compare_ratios(*groups).decided)
    assert np.mean(alarms) < 0.09


def test_belief_is_what_many_draws_say():
    found = bayesian(Counts(100, 1000), Counts(120, 1000))
    dice = np.random.default_rng(0)
    a, b = dice.beta(101, 901, 400_000), dice.beta(121, 881, 400_000)
    assert found.probability_b_best == pytest.approx((b > a).mean(), abs=0.003)
    assert found.expected_loss_a == pytest.approx(np.maximum(b - a, 0).mean(), rel=0.01)
    assert found.expected_loss_b == pytest.approx(np.maximum(a - b, 0).mean(), rel=0.03)
    assert found.interval == pytest.approx(np.quantile(b - a, [0.025, 0.975]), abs=3e-4)
    assert "open" in found.verdict
    means = bayesian(normal(50), normal(50, 1, seed=1))
    assert means.probability_b_best > 0.99
    assert means.expected_loss_b < means.expected_loss_a


def test_lost_customers_are_noticed():
    assert sample_ratio([1000, 1010]).trustworthy
    found = sample_ratio({"control": 10_000, "variant": 9_300})
    assert not found.trustworthy
    assert "variant" in found.verdict or "control" in found.verdict
    assert found.p_value == pytest.approx(stats.chisquare([10_000, 9_300]).pvalue)
    assert sample_ratio([900, 100], [0.9, 0.1]).trustworthy
    assert sample_ratio([3, 5]).p_value == pytest.approx(stats.binomtest(3, 8).pvalue)
    with pytest.raises(ValueError, match="two groups"):
        sample_ratio([5])


@pytest.mark.parametrize("effect", [0.1, 0.5, 1.5])
@pytest.mark.parametrize("ratio", [0.5, 1, 3])
def test_power_of_means_is_that_of_statsmodels(effect, ratio):
    theirs = TTestIndPower()
    assert power(2 * effect, 40, sd=2, ratio=ratio) == pytest.approx(theirs.power(effect, 40, 0.05, ratio), abs=1e-6)
    n = theirs.solve_power(effect, power=0.8, alpha=0.05, ratio=ratio)
    assert sample_size(effect, sd=1, ratio=ratio) == np.ceil(n)
    assert power(detectable_effect(40, sd=2, ratio=ratio), 40, sd=2, ratio=ratio) == pytest.approx(0.8)


def test_power_of_shares_is_that_of_statsmodels():
    assert power(0.02, 3000, baseline=0.1) == pytest.approx(power_proportions_2indep(0.02, 0.1, 3000).power, abs=1e-9)
    assert sample_size(0.02, baseline=0.1) == 3841
    assert detectable_effect(3841, baseline=0.1) == pytest.approx(0.02, abs=1e-5)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.01, 3), st.integers(5, 10_000))
def test_more_people_and_greater_effects_give_more_power(effect, n):
    assert power(effect, n, sd=1) <= power(effect, 2 * n, sd=1) + 1e-9
    assert power(effect, n, sd=1) <= power(1.5 * effect, n, sd=1) + 1e-9


def test_impossible_plans_are_refused():
    for wrong in ({"sd": 1, "baseline": 0.1}, {}, {"sd": -1}, {"baseline": 2}, {"sd": 1, "power": 0.01}):
        with pytest.raises(ValueError, match=r"\.$"):
            sample_size(0.1, **wrong)
    with pytest.raises(ValueError, match="difference of 0"):
        sample_size(0, sd=1)


def test_a_record_tells_what_another_policy_would_have_earned():
    dice = np.random.default_rng(0)
    ips, robust = [], []
    for _ in range(200):
        arm = dice.choice(3, 500, p=[0.6, 0.3, 0.1])
        reward = (dice.random(500) < np.array([0.1, 0.3, 0.5])[arm]).astype(float)
        found = off_policy(
            reward, np.array([0.6, 0.3, 0.1])[arm], np.array([0.1, 0.2, 0.7])[arm],
            foreseen=np.array([0.15, 0.3, 0.4])[arm], foreseen_target=np.full(500, 0.355),
        )  # fmt: skip
        ips.append(found.ips.lower <= 0.42 <= found.ips.upper)
        robust.append(found.doubly_robust.value)
    assert np.mean(ips) > 0.9
    assert np.mean(robust) == pytest.approx(0.42, abs=0.01)
    assert found.effective_n < 500
