"""Time to churn, against lifelines and against simulation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from rapport.science.behaviour import CoxRegression, SurvivalModel, concordance, kaplan_meier, nelson_aalen
from rapport.science.behaviour.survival.curves import median_of


@pytest.fixture(scope="module")
def rossi():
    """432 people released from prison, by week of arrest; weeks are full of ties."""
    from lifelines.datasets import load_rossi

    return load_rossi()


def customers(n, seed=0, strength=1.0):
    """Customers on a monthly contract leave three times as fast; all are seen for at most two years."""
    dice = np.random.default_rng(seed)
    table = pd.DataFrame({"contract": dice.choice(["monthly", "yearly"], n), "age": dice.normal(40, 10, n).round()})
    risk = np.exp(strength * (np.log(3) * (table.contract == "monthly") - 0.03 * (table.age - 40)))
    leaving = dice.exponential(20 / risk)
    seen = dice.uniform(0, 24, n)
    return table, np.minimum(leaving, seen), pd.Series(leaving <= seen, name="churn")


def test_the_share_that_remains_is_that_of_lifelines(rossi):
    from lifelines import KaplanMeierFitter

    theirs = KaplanMeierFitter().fit(rossi.week, rossi.arrest)
    ours = kaplan_meier(rossi.week, rossi.arrest)
    assert ours["survival"].to_numpy() == pytest.approx(theirs.survival_function_.to_numpy().ravel())
    assert ours[["lower", "upper"]].to_numpy() == pytest.approx(theirs.confidence_interval_.to_numpy())


def test_the_cumulative_hazard_is_that_of_lifelines(rossi):
    from lifelines import NelsonAalenFitter

    theirs = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(rossi.week, rossi.arrest)
    ours = nelson_aalen(rossi.week, rossi.arrest)
    assert ours["cumulative"].to_numpy() == pytest.approx(theirs.cumulative_hazard_.to_numpy().ravel())
    # They take the variance for ties without replacement, which differs in the fourth digit here.
    assert ours[["lower", "upper"]].to_numpy() == pytest.approx(theirs.confidence_interval_.to_numpy(), abs=5e-4)


# lifelines calls pandas in a way that pandas 4 will refuse.
@pytest.mark.filterwarnings("ignore:Starting with pandas version 4")
def test_hazard_ratios_and_errors_are_those_of_lifelines_with_its_ties(rossi):
    from lifelines import CoxPHFitter

    X = rossi.drop(columns=["week", "arrest"])
    theirs = CoxPHFitter().fit(rossi, "week", "arrest")
    ours = CoxRegression().fit(X, rossi.week, rossi.arrest)
    assert ours.coef_ == pytest.approx(theirs.params_.to_numpy(), abs=1e-6)
    assert ours.standard_errors_ == pytest.approx(theirs.standard_errors_.to_numpy(), abs=1e-6)
    assert ours.log_likelihood_ == pytest.approx(theirs.log_likelihood_)
    moments = [5, 20, 50]
    curves = theirs.predict_survival_function(X, moments).to_numpy().T
    assert ours.survival(X, moments) == pytest.approx(curves, abs=1e-6)


def test_the_order_foreseen_is_checked_as_lifelines_does(rossi):
    from lifelines.utils import concordance_index

    risk = (-rossi.age + 3 * rossi.prio).to_numpy()
    ours = concordance(rossi.week, rossi.arrest, risk)
    assert ours.value == pytest.approx(concordance_index(rossi.week, -risk, rossi.arrest))
    assert ours.lower < ours.value < ours.upper
    assert concordance(rossi.week, rossi.arrest, -risk).value == pytest.approx(1 - ours.value)


def test_the_interval_of_concordance_covers_nineteen_times_in_twenty():
    def one(n, seed):
        dice = np.random.default_rng(seed)
        risk = dice.normal(size=n)
        time, seen = dice.exponential(np.exp(-risk)), dice.exponential(1.5, n)
        return concordance(np.minimum(time, seen), time <= seen, risk)

    truth = one(8_000, 999).value
    inside = [found.lower <= truth <= found.upper for found in (one(120, seed) for seed in range(200))]
    assert np.mean(inside) >= 0.9


def test_the_model_finds_how_much_faster_monthly_customers_leave():
    table, time, gone = customers(3_000)
    model = SurvivalModel().fit(table, time, gone)
    assert (model.chosen_, model.enough_) == ("cox", True)
    monthly = model.coefficients_.set_index("column").loc["contract"]
    ratio = 3 if "monthly (" in monthly["level"] else 1 / 3
    assert monthly["lower"] < ratio < monthly["upper"]
    assert model.concordance_.lower > 0.55
    kim = pd.DataFrame({"contract": ["monthly", "yearly"], "age": [40, 40]})
    truth = np.exp(-np.outer([3, 1], [6, 12]) / 20)
    assert model.predict_survival(kim, [6, 12]).to_numpy() == pytest.approx(truth, abs=0.04)
    assert model.median_time(kim) == pytest.approx(20 * np.log(2) / np.array([3, 1]), rel=0.15)
    assert "contract is monthly: raises the risk of churn at any time by" in model.reasons(kim)[0][0]


def test_reasons_add_up_to_the_log_of_the_risk():
    table, time, gone = customers(600)
    model = SurvivalModel().fit(table, time, gone)
    assert np.exp(model.explain(table).total) == pytest.approx(model.predict_risk(table))
    assert model.explain(table).effects.mean(axis=0) == pytest.approx(0, abs=1e-9)


def test_those_who_stayed_so_far_are_asked_how_much_longer():
    table, time, gone = customers(600)
    model = SurvivalModel().fit(table, time, gone)
    now, later = model.predict_survival(table, 5)[5.0], model.predict_survival(table, 11)[11.0]
    assert model.predict_survival(table, 6, since=5)[6.0].to_numpy() == pytest.approx((later / now).to_numpy())


def test_half_have_left_at_the_median():
    table, time, gone = customers(600)
    model = SurvivalModel().fit(table, time, gone)
    median = model.median_time(table)
    known = np.flatnonzero(np.isfinite(median))[:50]
    for row in known:
        before, at = model.predict_survival(table.iloc[[row]], [median[row] - 1e-6, median[row]]).to_numpy()[0]
        assert at <= 0.5 < before
    assert np.isnan(median_of(np.array([1.0, 2]), np.array([0.9, 0.7])))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60))
def test_fewer_remain_as_time_goes_on(seen):
    times, gone = zip(*seen, strict=True)
    curve, hazard = kaplan_meier(times, gone), nelson_aalen(times, gone)
    assert (np.diff(curve["survival"]) <= 1e-12).all()
    assert ((curve["lower"] <= curve["survival"] + 1e-12) & (curve["survival"] <= curve["upper"] + 1e-12)).all()
    assert (np.diff(hazard["cumulative"]) >= -1e-12).all()
    assert curve["survival"].iloc[0] == 1 or curve["time"].iloc[0] == 0


@settings(max_examples=10, deadline=None)
@given(st.floats(0.01, 100), st.floats(0.01, 100), st.integers(0, 50))
def test_units_of_time_and_of_columns_do_not_matter(unit, scale, seed):
    table, time, gone = customers(80, seed)
    x = table[["age"]].to_numpy()
    one, other = CoxRegression().fit(x, time, gone), CoxRegression().fit(x * scale, time * unit, gone)
    assert one.coef_ / scale == pytest.approx(other.coef_, rel=1e-4)
    assert one.log_likelihood_ == pytest.approx(other.log_likelihood_)


def test_the_order_of_customers_does_not_matter():
    table, time, gone = customers(200)
    order = np.random.default_rng(0).permutation(200)
    x = table[["age"]].to_numpy()
    one, other = CoxRegression().fit(x, time, gone), CoxRegression().fit(x[order], time[order], gone[order])
    assert one.coef_ == pytest.approx(other.coef_)


def test_a_total_so_far_is_not_known_when_the_time_begins():
    table, time, gone = customers(400)
    paid = time * 70 + np.random.default_rng(0).normal(0, 40, 400)
    model = SurvivalModel().fit(table.assign(paid=paid), time, gone)
    assert "follows the time itself" in model.left_out_["paid"]
    assert "paid" not in SurvivalModel(keep=["paid"]).fit(table.assign(paid=paid), time, gone).left_out_
    assert SurvivalModel(drop=["age"]).fit(table, time, gone).left_out_["age"] == "it was asked to be left out"


def test_noise_gives_everybody_the_same_curve():
    table, time, gone = customers(300, strength=0)
    model = SurvivalModel().fit(table, time, gone)
    assert model.chosen_ == "baseline"
    assert "better than chance" in model.notes_[-1]
    curve = model.curve_.iloc[[10, 50]]
    assert model.predict_survival(table.head(1), curve["time"]).to_numpy()[0] == pytest.approx(curve["survival"])
    assert model.reasons(table.head(1)) == [[]]


def test_few_events_give_a_curve_and_what_is_missing():
    table, time, _ = customers(40)
    model = SurvivalModel().fit(table, time, [1, 1, 1] + [0] * 37)
    assert not model.enough_
    assert "3 events among 40 customers say too little" in model.notes_[0]
    assert model.concordance_ is None
    assert len(model.coefficients_) == 0


@pytest.mark.parametrize(
    ("duration", "event", "words"),
    [
        ([1, 2, 3], [0, 0, 0], "Nothing happened"),
        ([1, -2, 3], [0, 1, 0], "0 or more"),
        ([1, None, 3], [0, 1, 0], "0 or more"),
        ([1, 2], [0, 1], "2 durations, 2 events and 3 customers"),
        ([1, 2, 3], ["gone", "here", "here"], "yes or no"),
    ],
)
def test_what_is_no_time_to_an_event_is_refused_in_words(duration, event, words):
    with pytest.raises(ValueError, match=words):
        SurvivalModel().fit(pd.DataFrame({"x": [1, 2, 3]}), duration, event)


def test_columns_that_say_the_same_need_a_penalty():
    x = np.arange(40.0)
    time, gone = np.random.default_rng(0).exponential(size=40), np.ones(40)
    with pytest.raises(ValueError, match="depend on each other"):
        CoxRegression().fit(np.column_stack([x, np.zeros(40)]), time, gone)
    assert np.isfinite(CoxRegression(penalty=1).fit(np.column_stack([x, np.zeros(40)]), time, gone).coef_).all()


def test_it_behaves_like_an_estimator():
    table, time, gone = customers(200)
    assert clone(SurvivalModel(seed=3, penalty=2.0)).get_params()["penalty"] == 2.0
    model = SurvivalModel(penalty=2.0, max_rows=150).fit(table, time, gone)
    assert model.penalty_ == pytest.approx(2.0)
    assert "150 customers drawn at random of 200" in model.notes_[0]
    with pytest.raises(ValueError, match="No two customers"):
        concordance([1, 2], [0, 0], [1, 2])
