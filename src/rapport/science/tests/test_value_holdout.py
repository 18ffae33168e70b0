"""Whether the past would have foreseen the present, and how surely a cohort's curve is known."""

import numpy as np
import pandas as pd
import pytest

from rapport.science.tests.test_value import HIGH_END
from rapport.science.value import NotEnoughData, ShiftedBetaGeometric, holdout_check, summary_from_transactions

START = pd.Timestamp("2025-01-01")


def shop(n=500, *, weeks=78, seed=0):
    """Purchases of a shop's customers, who leave unseen."""
    dice = np.random.default_rng(seed)
    found = []
    for kim in range(n):
        at, rate = dice.uniform(0, 12), dice.gamma(0.6, 1 / 5)
        leaving = dice.beta(0.8, 2.5)
        while at < weeks:
            found.append((kim, START + pd.Timedelta(days=int(at * 7)), dice.gamma(6, 5)))
            if dice.random() < leaving:
                break
            at += dice.exponential(1 / max(rate, 1e-9))
    return pd.DataFrame(found, columns=["customer", "date", "amount"])


@pytest.fixture(scope="module")
def purchases():
    return shop()


def test_the_model_comes_nearer_than_carrying_the_past_on(purchases):
    check = holdout_check(purchases, "2025-10-01")
    assert check.model.mean_absolute_error < check.rival.mean_absolute_error
    assert abs(check.model.total - check.actual_total) < abs(check.rival.total - check.actual_total)
    assert check.actual_total == check.customers["actual"].sum()
    assert 0.2 < check.model.correlation <= 1


def test_the_check_sees_only_customers_and_purchases_it_may(purchases):
    check = holdout_check(purchases, "2025-02-01", end="2025-06-01")
    known = purchases.loc[purchases["date"] <= "2025-02-01", "customer"].unique()
    later = purchases[(purchases["date"] > "2025-02-01") & (purchases["date"] <= "2025-06-01")]
    assert set(check.customers.index) == set(known)
    assert check.actual_total == len(later[later["customer"].isin(known)].drop_duplicates(["customer", "date"]))
    assert check.horizon == pytest.approx(120 / 7)


def test_the_order_of_purchases_does_not_matter(purchases):
    shuffled = purchases.sample(frac=1, random_state=0)
    one, other = (holdout_check(table, "2025-10-01").model for table in (purchases, shuffled))
    assert one.total == pytest.approx(other.total)


def test_times_with_a_zone_are_read(purchases):
    aware = purchases.assign(date=purchases["date"].dt.tz_localize("Asia/Shanghai"))
    assert holdout_check(aware, "2025-10-01").actual_total == holdout_check(purchases, "2025-10-01").actual_total
    summary = summary_from_transactions(aware, until=pd.Timestamp("2025-10-01", tz="Asia/Shanghai"))
    assert (summary["T"] > 0).all()


def test_purchases_that_cannot_be_checked_are_refused_in_words(purchases):
    with pytest.raises(ValueError, match="no day after"):
        holdout_check(purchases, purchases["date"].max())
    with pytest.raises(NotEnoughData, match="second time"):
        holdout_check(purchases.drop_duplicates("customer"), "2025-02-01", end="2025-06-01")
    with pytest.raises(ValueError, match="not a date"):
        summary_from_transactions(purchases.assign(date="soon"))
    with pytest.raises(ValueError, match="have no date"):
        summary_from_transactions(purchases.assign(date=purchases["date"].where(purchases.index > 2)))
    with pytest.raises(ValueError, match="no column 'when'"):
        summary_from_transactions(purchases, date="when")


def test_the_curve_of_a_larger_cohort_is_known_better():
    small, large = (
        ShiftedBetaGeometric().fit([count * size for count in HIGH_END]).survival_interval([0, 3, 12])
        for size in (1, 25)
    )
    assert small[0][0] == small[1][0] == 1
    assert (large[1] - large[0])[1:] == pytest.approx((small[1] - small[0])[1:] / 5, rel=0.1)


def test_cohorts_drawn_again_stay_inside_the_interval_about_as_often_as_it_says():
    dice = np.random.default_rng(0)
    truth = ShiftedBetaGeometric().fit(HIGH_END)
    shares = -np.diff(truth.survival(range(8)))
    held = 0
    for _ in range(25):
        lost = dice.multinomial(1_000, [*shares, 1 - shares.sum()])[:-1]
        again = ShiftedBetaGeometric().fit(1_000 - np.cumsum([0, *lost]))
        lower, upper = again.survival_interval([12])
        held += lower[0] <= truth.survival([12])[0] <= upper[0]
    assert held >= 21
