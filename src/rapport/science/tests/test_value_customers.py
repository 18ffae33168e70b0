"""What each customer will bring: worked parts against the whole, intervals against simulation, odd tables in words."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.science.language import speaking
from rapport.science.value import BetaGeoNBD, CustomerValue, GammaGamma, NotEnoughData
from rapport.science.value import betageo as betageo_module
from rapport.science.value.horizon import Habits, Horizon, purchases_if_alive
from rapport.science.value.independence import independence

TRUTH = Habits(0.5, 6.0, 0.8, 2.5)
SPENDING = (6.0, 4.0, 15.0)


def population(n, *, seed=0, later=26.0, habits=TRUTH):
    """Customers who behave as the models say: frequency, recency, T, spend, and purchases and spend to come."""
    dice = np.random.default_rng(seed)
    age = dice.integers(150, 273, n) / 7
    rate = np.maximum(dice.gamma(habits.r, 1 / habits.alpha, n), 1e-12)
    leaving, nu = dice.beta(habits.a, habits.b, n), dice.gamma(SPENDING[1], 1 / SPENDING[2], n)
    x, t_x, paid, count, spend = (np.zeros(n) for _ in range(5))
    at, here = np.zeros(n), np.arange(n)
    while len(here):
        at[here] += dice.exponential(1 / rate[here])
        here = here[at[here] < age[here] + later]
        money = dice.gamma(SPENDING[0], 1 / nu[here])
        seen = at[here] <= age[here]
        x[here[seen]] += 1
        t_x[here[seen]] = at[here[seen]]
        paid[here[seen]] += money[seen]
        count[here[~seen]] += 1
        spend[here[~seen]] += money[~seen]
        here = here[dice.random(len(here)) > leaving[here]]
    return pd.DataFrame(
        {"frequency": x, "recency": t_x, "T": age, "monetary_value": paid / np.maximum(x, 1)}
    ), pd.DataFrame({"count": count, "spend": spend})


def table_of(n=800, seed=0):
    return population(n, seed=seed)[0]


def rows(table):
    return [table[name] for name in ("frequency", "recency", "T", "monetary_value")]


@pytest.fixture(scope="module")
def learnt():
    table, later = population(6_000, seed=3)
    return CustomerValue().fit(*rows(table)), table, later


def test_value_is_purchases_times_spend_when_money_does_not_lose_worth(learnt):
    model, table, _ = learnt
    found = model.predict(26, *rows(table))
    x, t_x, age, z = (table[name].to_numpy() for name in table)
    assert np.allclose(found["purchases"], model.purchases_.expected_purchases(26, x, t_x, age))
    assert np.allclose(found["spend"], model.spend_.expected_value(x, z))
    assert np.allclose(found["value"], found["purchases"] * found["spend"])
    assert ((found["lower"] <= found["value"]) & (found["value"] <= found["upper"])).all()
    assert ((found["purchases_least"] <= found["purchases_most"]) & (found["value_least"] >= 0)).all()


@pytest.mark.parametrize("periods", [3, 80])
def test_each_period_is_discounted_at_its_end(periods):
    habits, x, age = TRUTH, np.array([0.0, 2, 9]), np.array([30.0, 35, 39])
    ahead = Horizon(periods * 2.0, 0.05, 2.0).purchases(habits, x, age)
    until = np.array([purchases_if_alive(habits, np.array(2.0 * k), x, age) for k in range(periods + 1)])
    by_hand = (np.diff(until, axis=0) * 1.05 ** -np.arange(1.0, periods + 1)[:, None]).sum(axis=0)
    assert ahead.discounted == pytest.approx(by_hand, rel=1e-9)
    assert ahead.plain == pytest.approx(until[-1])


def test_many_ages_are_told_by_a_few_nodes():
    ages = np.random.default_rng(0).uniform(0.01, 500, 3_000)
    for x in (0.0, 1.0, 60.0):
        near = Horizon(39.0).purchases(TRUTH, np.full(3_000, x), ages).plain
        assert near == pytest.approx(purchases_if_alive(TRUTH, np.array(39.0), np.array(x), ages), rel=3e-6)


@pytest.mark.parametrize("habits", [TRUTH, Habits(1.0, 5.0, 1e-5, 3e5), Habits(2.0, 5.0, 1e6, 1e6)])
def test_nobody_is_lost_in_numbers_too_large(habits):
    found = purchases_if_alive(habits, np.array(39.0), np.array([0.0, 1, 50, 5_000]), np.full(4, 40.0))
    most = (habits.r + np.array([0, 1, 50, 5_000])) * 39 / (habits.alpha + 40)
    assert (found > 0).all()
    assert (found <= most * (1 + 1e-6)).all()


def test_the_model_foresees_what_customers_as_it_takes_them_will_bring(learnt):
    model, table, later = learnt
    found = model.predict(26, *rows(table))
    assert found["purchases"].sum() == pytest.approx(later["count"].sum(), rel=0.08)
    assert found["value"].sum() == pytest.approx(later["spend"].sum(), rel=0.1)


def test_prediction_intervals_hold_what_customers_do_as_often_as_they_say(learnt):
    model, table, later = learnt
    found = model.set_params(confidence=0.8).predict(26, *rows(table))
    model.set_params(confidence=0.95)
    buyers = (table["frequency"] >= 5).to_numpy()
    for actual, least, most in (
        (later["count"], found["purchases_least"], found["purchases_most"]),
        (later["spend"], found["value_least"], found["value_most"]),
    ):
        assert (actual[buyers] > most[buyers]).mean() <= 0.13
        assert (actual[buyers] < least[buyers]).mean() <= 0.13
        assert ((actual >= least) & (actual <= most))[buyers].mean() >= 0.78


def test_confidence_intervals_hold_the_true_expectation():
    missed = 0
    for seed in range(12):
        table = table_of(1_500, seed=100 + seed)
        model = CustomerValue(confidence=0.9).fit(*rows(table))
        found = model.total(26, *rows(table))
        model.purchases_.r_, model.purchases_.alpha_, model.purchases_.a_, model.purchases_.b_ = TRUTH
        model.spend_.p_, model.spend_.q_, model.spend_.v_ = SPENDING
        missed += not found.lower <= model.total(26, *rows(table)).value <= found.upper
    assert missed <= 4  # 1.2 are expected; more than 4 happen once in 200 times


def test_intervals_are_those_of_parameters_drawn_from_their_covariance(learnt):
    model, table, _ = learnt
    some = table.iloc[:40]
    found = model.predict(26, *rows(some))
    dice = np.random.default_rng(0)
    learnt_habits = model._habits()
    drawn = [
        Habits(*values)
        for values in dice.multivariate_normal(learnt_habits, model.purchases_.covariance_, 400)
        if min(values) > 0
    ]
    other, counts = BetaGeoNBD(), []
    for habits in drawn:
        other.r_, other.alpha_, other.a_, other.b_ = habits
        counts.append(other.expected_purchases(26, *(some[name] for name in ("frequency", "recency", "T"))))
    wide = np.log(found["purchases_upper"] / found["purchases_lower"]) / (2 * 1.96)
    assert wide.to_numpy() == pytest.approx(np.std(np.log(counts), axis=0), rel=0.2, abs=0.002)


def test_more_customers_make_the_total_surer():
    few, many = (
        CustomerValue().fit(*rows(table)).total(26, *rows(table)) for table in (table_of(600, 1), table_of(6_000, 1))
    )
    assert (many.upper - many.lower) / many.value < (few.upper - few.lower) / few.value


def test_a_large_table_is_learnt_from_a_part_first_and_ends_at_the_same_place(monkeypatch):
    table = table_of(4_000, 5)
    whole = CustomerValue().fit(*rows(table))
    monkeypatch.setattr(betageo_module, "_PART", 800)
    monkeypatch.setattr("rapport.science.value.gammagamma._PART", 500)
    quick = CustomerValue().fit(*rows(table))
    assert quick.purchases_.log_likelihood_ == pytest.approx(whole.purchases_.log_likelihood_, abs=1e-4)
    assert quick.spend_.log_likelihood_ == pytest.approx(whole.spend_.log_likelihood_, abs=1e-4)
    for name, error in whole.purchases_.standard_errors_.items():
        assert quick.purchases_.standard_errors_[name] == pytest.approx(error, rel=0.01)


@settings(deadline=None, max_examples=3)
@given(st.floats(0.02, 30), st.floats(0.01, 100))
def test_days_or_weeks_and_euro_or_cents_make_no_difference(time, money):
    table = table_of(400, 2)
    changed = table * [1, time, time, money]
    one = CustomerValue(0.1, 52).fit(*rows(table)).predict(26, *rows(table))
    other = CustomerValue(0.1, 52 * time).fit(*rows(changed)).predict(26 * time, *rows(changed))
    assert other["value"].to_numpy() / money == pytest.approx(one["value"].to_numpy(), rel=0.02)
    assert other["purchases"].to_numpy() == pytest.approx(one["purchases"].to_numpy(), rel=0.02)


def test_the_order_of_rows_and_their_names_are_kept(learnt):
    model, table, _ = learnt
    some = table.iloc[:50].set_axis([f"customer {n}" for n in range(50)])
    order = np.random.default_rng(0).permutation(50)
    one, other = (model.predict(26, *rows(part)) for part in (some, some.iloc[order]))
    assert list(other.index) == list(some.index[order])
    pd.testing.assert_frame_equal(one.iloc[order], other)


def test_a_longer_horizon_brings_more_and_a_higher_rate_is_worth_less(learnt):
    model, table, _ = learnt
    some = rows(table.iloc[:30])
    short, long = model.predict(13, *some), model.predict(52, *some)
    assert (long["value"] > short["value"]).all()
    assert (long["purchases_most"] >= short["purchases_most"]).all()
    patient = CustomerValue(rate=0.01).fit(*rows(table)).predict(52, *some)
    assert (patient["value"] < long["value"]).all()
    assert model.predict(0, *some)["value"].eq(0).all()


def test_frequent_buyers_who_spend_more_are_pointed_out():
    dice = np.random.default_rng(1)
    x = dice.integers(1, 15, 500).astype(float)
    apart, together = dice.gamma(6, 5, 500), x * dice.gamma(6, 1, 500)
    assert not independence(x, apart).doubtful
    assert independence(x, together).doubtful
    assert "spend more" in independence(x, together).sentence
    assert "spend less" in independence(x, 1 / together).sentence
    with speaking("zh-hans"):
        assert "0." in independence(x, together).sentence


def test_a_table_that_does_not_determine_the_model_gets_no_intervals_and_is_told():
    model = CustomerValue().fit([2] * 40, [3.0] * 40, [4.0] * 40, [5.0] * 40)
    found = model.predict(4, [2], [3.0], [4.0], [5.0])
    assert found["lower"].isna().all()
    assert "no confidence intervals" in model.notes_[-1]
    assert found["value"][0] == pytest.approx(10, rel=0.01)


def test_spend_without_a_finite_mean_is_told():
    dice = np.random.default_rng(1)
    table = table_of(500, 4)
    table["monetary_value"] = np.where(table["frequency"] > 0, dice.pareto(0.4, 500) + 0.1, 0)
    model = CustomerValue().fit(*rows(table))
    assert model.spend_.q_ <= 1
    assert "not finite" in model.notes_[0]
    assert np.isfinite(model.predict(4, *rows(table))["value"]).all()


@pytest.mark.parametrize(
    ("settings", "columns", "words"),
    [
        ({"rate": -1}, None, "above -1"),
        ({"period": 0}, None, "longer than 0"),
        ({"confidence": 95}, None, "between 0 and 1"),
        ({}, ([], [], [], []), "no customer"),
        ({}, (["often"], [1], [2], [3]), "no text"),
        ({}, ([1], [1], [2], [-3]), "0 or more"),
        ({}, ([1, 2], [1, 1], [2, 2], [3, 3]), "at least 3 customers"),
    ],
)
def test_impossible_wishes_are_refused_in_words(settings, columns, words):
    columns = rows(table_of(100)) if columns is None else columns
    with pytest.raises(ValueError, match=words):
        CustomerValue(**settings).fit(*columns)


@pytest.mark.parametrize("horizon", [-1, np.inf, np.nan])
def test_a_horizon_is_a_length_of_time(learnt, horizon):
    model, table, _ = learnt
    with pytest.raises(ValueError, match="0 or longer"):
        model.predict(horizon, *rows(table.iloc[:2]))


def test_spend_needs_three_who_bought_again():
    with pytest.raises(NotEnoughData, match="at least 3"):
        GammaGamma().fit([0, 1], [0, 5])
