"""What customers are worth, against published numbers and against simulation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.science.value import (
    BetaGeoNBD,
    GammaGamma,
    ShiftedBetaGeometric,
    discounted_value,
    summary_from_transactions,
)
from rapport.science.value.likelihood import NotEnoughData

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]


def population(n, *, r=0.24, alpha=4.4, a=0.79, b=2.4, seed=0):
    """Customers who behave exactly as BG/NBD says: frequency, recency, T and purchases of the next 52 weeks."""
    dice = np.random.default_rng(seed)
    age = dice.integers(27, 39, n).astype(float)
    rate, leaving = dice.gamma(r, 1 / alpha, n), dice.beta(a, b, n)
    seen, last, later = np.zeros(n), np.zeros(n), np.zeros(n)
    for person in range(n):
        at = dice.exponential(1 / rate[person]) if rate[person] > 1e-12 else np.inf
        while at < age[person] + 52:
            if at <= age[person]:
                seen[person], last[person] = seen[person] + 1, at
            else:
                later[person] += 1
            if dice.random() < leaving[person]:
                break
            at += dice.exponential(1 / rate[person])
    return seen, last, age, later


def test_five_years_of_a_thousand_at_ten_percent_are_worth_3790_79_today():
    assert discounted_value([1000] * 5, 0.10) == pytest.approx(3790.79, abs=0.005)


@given(st.lists(st.floats(0, 1e6), max_size=30), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_rate_never_makes_the_same_money_worth_more(revenues, rate, more):
    assert discounted_value(revenues, rate + more) <= discounted_value(revenues, rate) * (1 + 1e-12)


def test_a_rate_of_minus_one_hundred_percent_is_refused_in_words():
    with pytest.raises(ValueError, match="above -1"):
        discounted_value([1, 2], -1)


def test_the_model_finds_the_habits_that_made_the_purchases():
    x, t_x, age, later = population(6_000)
    model = BetaGeoNBD().fit(x, t_x, age)
    for name, truth in {"r": 0.24, "alpha": 4.4, "a": 0.79, "b": 2.4}.items():
        error = model.standard_errors_[name]
        assert abs(getattr(model, f"{name}_") - truth) < 3.5 * error, name
    assert model.expected_purchases(52, x, t_x, age).sum() == pytest.approx(later.sum(), rel=0.08)


@settings(deadline=None, max_examples=4)
@given(st.floats(0.05, 50))
def test_days_or_weeks_make_no_difference_but_the_unit(unit):
    x, t_x, age, _ = population(600)
    weeks, other = BetaGeoNBD().fit(x, t_x, age), BetaGeoNBD().fit(x, t_x * unit, age * unit)
    assert other.alpha_ == pytest.approx(weeks.alpha_ * unit, rel=0.02)
    assert other.probability_alive(x, t_x * unit, age * unit) == pytest.approx(
        weeks.probability_alive(x, t_x, age), abs=0.01
    )


def test_the_order_of_customers_does_not_matter():
    x, t_x, age, _ = population(600)
    order = np.random.default_rng(1).permutation(600)
    one, other = BetaGeoNBD().fit(x, t_x, age), BetaGeoNBD().fit(x[order], t_x[order], age[order])
    assert one.log_likelihood_ == pytest.approx(other.log_likelihood_)


def test_who_has_been_silent_for_longer_is_less_likely_to_be_alive():
    model = BetaGeoNBD().fit(*population(600)[:3])
    alive = model.probability_alive([4] * 5, [5, 10, 20, 30, 38], [38.0] * 5)
    assert (np.diff(alive) > 0).all()
    assert (alive > 0).all()
    assert (alive <= 1).all()


def test_who_never_bought_again_counts_as_alive_and_expects_little():
    model = BetaGeoNBD().fit(*population(600)[:3])
    assert model.probability_alive([0], [0], [38]) == [1]
    assert model.expected_purchases(39, [0], [0], [38]) < model.expected_purchases(39, [3], [37], [38])


def test_a_longer_future_never_holds_fewer_purchases():
    model = BetaGeoNBD().fit(*population(600)[:3])
    expected = [model.expected_purchases(t, [2], [30.4], [38.9])[0] for t in (0, 1, 10, 100, 1000)]
    assert expected[0] == 0
    assert (np.diff(expected) > 0).all()


def test_a_table_in_which_nobody_returned_is_answered_with_what_is_missing():
    with pytest.raises(NotEnoughData, match="second time"):
        BetaGeoNBD().fit([0, 0], [0, 0], [10, 20])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (([1.5], [1], [2]), "whole numbers"),
        (([1], [3], [2]), "recency lies between"),
        (([0], [1], [2]), "recency is 0"),
        (([1, 2], [1], [2]), "different lengths"),
        (([np.nan], [1], [2]), "finite"),
    ],
)
def test_an_impossible_row_is_refused_in_words(row, words):
    with pytest.raises(ValueError, match=words):
        BetaGeoNBD().fit(*row)


def test_spend_is_drawn_to_the_mean_the_less_a_customer_bought():
    dice = np.random.default_rng(5)
    x = dice.integers(1, 12, 4_000)
    rate = dice.gamma(3.7, 1 / 15.4, 4_000)
    z = dice.gamma(6.2 * x, 1 / (rate * x))
    model = GammaGamma().fit(x, z)
    for name, truth in {"p": 6.2, "q": 3.7, "v": 15.4}.items():
        assert abs(getattr(model, f"{name}_") - truth) < 3.5 * model.standard_errors_[name], name
    once, often = model.expected_value([1, 40], [200.0, 200.0])
    assert model.mean_ < once < often < 200


def test_a_single_purchase_says_the_mean_of_all():
    model = GammaGamma().fit([2, 3, 4, 5], [10.0, 30.0, 22.0, 41.0])
    assert model.q_ <= 1 or model.expected_value([0], [0.0])[0] == pytest.approx(model.mean_)


@pytest.mark.parametrize(("survivors", "alpha", "beta"), [(HIGH_END, 0.668, 3.806), (REGULAR, 0.704, 1.182)])
def test_retention_of_two_cohorts_is_what_fader_and_hardie_published(survivors, alpha, beta):
    model = ShiftedBetaGeometric().fit(survivors)
    assert (model.alpha_, model.beta_) == (pytest.approx(alpha, abs=0.001), pytest.approx(beta, abs=0.001))
    assert model.survival(range(8)) * 1000 == pytest.approx(survivors, abs=25)
    assert (np.diff(model.retention(range(1, 20))) > 0).all()


def test_a_cohort_that_grows_is_refused():
    with pytest.raises(ValueError, match="never grow"):
        ShiftedBetaGeometric().fit([100, 90, 95])
    with pytest.raises(NotEnoughData, match="Nobody has left"):
        ShiftedBetaGeometric().fit([100, 100, 100])


def test_purchases_of_one_day_count_once_and_the_last_day_ends_the_period():
    bought = pd.DataFrame(
        {
            "who": ["kim", "kim", "kim", "eve"],
            "when": ["2026-01-01", "2026-01-15", "2026-01-15", "2026-01-08"],
            "paid": [10.0, 20.0, 5.0, 7.0],
        }
    )
    summary = summary_from_transactions(bought, customer="who", date="when", amount="paid", until="2026-01-29")
    assert summary.loc["kim"].to_dict() == {"frequency": 1, "recency": 2, "T": 4, "monetary_value": 25}
    assert summary.loc["eve"].to_dict() == {"frequency": 0, "recency": 0, "T": 3, "monetary_value": 0}
