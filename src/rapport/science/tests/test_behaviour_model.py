"""From a table to chances with reasons, as Omar would use it."""

import pickle

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from rapport.science.behaviour import BehaviourModel, CannotLearn, Costs, OneClass, RetentionOffer
from rapport.science.behaviour.candidates import Linear, Logistic
from rapport.science.behaviour.comparing import NAMES
from rapport.science.behaviour.encoding import Encoded
from rapport.science.behaviour.explaining import sampled
from rapport.science.behaviour.metrics import METRICS
from rapport.science.behaviour.splitting import inner_folds, outer_folds
from rapport.science.behaviour.vectors import log_odds

SIMPLE = ("one_column", "logistic")


def customers(n, seed=0, gaps=0.05):
    """Customers who leave by contract, tenure and price, not by colour."""
    dice = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "tenure": dice.integers(0, 72, n).astype(float),
            "price": dice.lognormal(4, 0.4, n).round(2),
            "contract": dice.choice(["monthly", "yearly"], n, p=[0.6, 0.4]),
            "partner": dice.choice(["Yes", "No"], n),
            "colour": dice.choice(list("abcdef"), n),
        }
    )
    z = 1.5 * (table.contract == "monthly") - 0.06 * table.tenure + 0.01 * table.price + 0.4 * (table.partner == "No")
    churn = pd.Series(np.where(dice.random(n) < expit(z - 1), "Yes", "No"), name="churn")
    table.loc[dice.random(n) < gaps, "price"] = np.nan
    return table, churn


@pytest.fixture(scope="module")
def every():
    """A model for which every candidate ran."""
    table, churn = customers(500)
    return BehaviourModel(seed=0, folds=2).fit(table, churn)


@pytest.fixture(scope="module")
def simple():
    table, churn = customers(900, seed=1)
    return BehaviourModel(seed=0, candidates=SIMPLE).fit(table, churn)


@pytest.mark.parametrize(("z", "chance"), [(3.7, 0.97587), (10.3, 0.99997)])
def test_the_worked_examples_of_the_logistic_model(z, chance):
    coefficients = np.array([0.5, 2.0])
    customer = Encoded(np.zeros((1, 0)), np.array([[0.0, (z + 1) / 2]]))
    assert expit(Linear(-1.0, coefficients).score(customer))[0] == pytest.approx(chance, abs=5e-6)


def test_the_logistic_model_is_fitted_by_maximum_likelihood():
    dice = np.random.default_rng(0)
    X = dice.normal(size=(500, 3))
    y = (dice.random(500) < expit(X @ [1, -0.5, 0] - 0.3)).astype(float)
    found = Logistic().learn(Encoded(X, X), y, (("C", 1e9),))
    theirs = sm.Logit(y, sm.add_constant(X)).fit(disp=0).params
    assert [found.intercept, *found.coefficients] == pytest.approx(theirs, abs=1e-4)


def test_every_candidate_is_measured_beside_the_baseline(every):
    assert list(every.report_) == list(NAMES)
    for name in NAMES:
        for metric in METRICS:
            one = every.report_[name][metric]
            assert one.lower <= one.value <= one.upper, (name, metric)
    assert every.report_["baseline"]["roc_auc"].value == 0.5
    assert every.report_["roc_auc"] == every.report_[every.chosen_].roc_auc == every.report_.roc_auc
    assert every.report_["roc_auc"].lower > 0.7
    assert "baseline" in repr(every.report_)
    assert set(every.report_.to_frame()["candidate"]) == set(NAMES)


def test_chances_are_calibrated_and_come_as_scikit_learn_expects(every):
    table, churn = customers(6_000, seed=9)
    chances = every.predict_proba(table)
    assert chances.shape == (6_000, 2)
    assert np.allclose(chances.sum(axis=1), 1)
    assert list(every.classes_) == ["No", "Yes"]
    assert chances[:, 1].mean() == pytest.approx((churn == "Yes").mean(), abs=0.04)
    metrics = every.evaluate(table, churn)
    assert metrics.calibration_slope.value == pytest.approx(1, abs=0.3)
    assert every.report_.roc_auc.lower <= metrics.roc_auc.value <= every.report_.roc_auc.upper
    assert set(every.predict(table)) == {"Yes", "No"}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "baseline"])
def test_reasons_add_up_to_the_score_whoever_is_chosen(name):
    table, churn = customers(240, seed=3)
    model = BehaviourModel(seed=0, folds=2, candidates=[name]).fit(table, churn)
    assert model.chosen_ == name
    found = model.explain(table)
    scores = model._learnt.scorer.score(model._encoder.transform(model._clean(table)))
    said = expit(scores) if found.scale == "chance" else scores
    if model.calibration_ == "sigmoid" and found.scale == "log-odds":
        said = log_odds(model.chance(table))
    assert found.total == pytest.approx(said, abs=1e-6)
    assert ("exact" in found.method) == (name != "perceptron")
    assert [len(reasons) <= 3 for reasons in model.reasons(table)] == [True] * 240


def test_ada_reads_why_in_plain_words(simple):
    kim = pd.DataFrame({"tenure": [1.0], "price": [None], "contract": ["monthly"], "partner": ["No"], "colour": ["a"]})
    first = simple.reasons(kim, n=2)[0][0]
    assert first.startswith("tenure is 1 (typically 3")
    assert first.endswith("points")
    assert "raises the chance of churn by" in first
    assert (first.column, first.value) == ("tenure", 1.0)
    assert first.effect > 0
    assert first.points > 5
    assert any("price is not known" in reason for reason in simple.reasons(kim, n=9)[0])
    copy = pickle.loads(pickle.dumps(first))
    assert (copy, copy.effect) == (first, first.effect)


def test_sampled_shares_of_a_straight_line_are_exact():
    dice = np.random.default_rng(0)
    X, background, slopes = dice.normal(size=(5, 4)), dice.normal(size=(16, 4)), np.array([1.0, -2, 0, 3])
    base, effects = sampled(lambda linear: linear @ slopes, X, background, np.array([0, 0, 1, 2]), 3)
    deviation = (X - background.mean(axis=0)) * slopes
    assert effects == pytest.approx(np.column_stack([deviation[:, :2].sum(axis=1), deviation[:, 2], deviation[:, 3]]))
    assert base + effects.sum(axis=1) == pytest.approx(X @ slopes)


def test_noise_is_not_sold_as_a_model():
    table, _ = customers(400, seed=4)
    coin = np.random.default_rng(0).integers(0, 2, 400)
    model = BehaviourModel(candidates=SIMPLE).fit(table, coin)
    assert model.chosen_ == "baseline"
    assert "No candidate was surely better" in model.notes_[-1]
    assert model.reasons(table.head(2)) == [[], []]
    assert np.ptp(model.chance(table)) == 0


def test_thirty_customers_get_a_baseline_and_what_is_missing():
    table, churn = customers(30)
    model = BehaviourModel().fit(table, churn)
    assert not model.enough_
    assert "say too little" in model.notes_[0]
    assert model.chance(table) == pytest.approx((churn == "Yes").mean())
    assert set(METRICS) <= set(model.report_["baseline"])
    assert "say too little" in model.card().to_markdown()


def test_one_answer_is_refused_in_words():
    table, _ = customers(60)
    with pytest.raises(OneClass, match=r"same answer \(1\)"):
        BehaviourModel().fit(table, np.ones(60, dtype=int))
    assert issubclass(OneClass, CannotLearn)
    assert issubclass(CannotLearn, ValueError)


def test_a_table_in_any_state_is_learnt_from():
    table, churn = customers(300, seed=5)
    table = table.assign(empty=None, same=1, id=range(300), many=[f"v{n % 150}" for n in range(300)])
    table.loc[::7, "contract"] = None
    table["price"] = table["price"].map(lambda price: "n/a" if pd.isna(price) else str(price))
    model = BehaviourModel(candidates=SIMPLE).fit(table, churn)
    assert set(model.left_out_) >= {"empty", "same", "id"}
    strange = table.head(3).assign(contract="never seen", price="?", tenure=np.inf)
    assert np.isfinite(model.chance(strange)).all()
    with pytest.raises(ValueError, match="not in this table: tenure"):
        model.predict(table.drop(columns="tenure"))


def test_nothing_but_a_leak_leaves_a_baseline():
    _, churn = customers(200)
    model = BehaviourModel().fit(pd.DataFrame({"copy": churn == "Yes"}), churn)
    assert model.chosen_ == "baseline"
    assert "almost perfectly" in model.left_out_["copy"]
    assert "No column is left" in model.notes_[-1]


def test_unknown_answers_are_left_out_and_the_target_may_be_a_column():
    table, churn = customers(200)
    churn[:20] = None
    model = BehaviourModel(candidates=SIMPLE).fit(table.assign(churn=churn), "churn")
    assert model.n_rows_ == 180
    assert "20 customers" in model.notes_[0]
    assert "churn" not in model.feature_names_in_


def test_a_sample_of_many_says_so():
    table, churn = customers(1_000)
    model = BehaviourModel(candidates=["one_column"], max_rows=300).fit(table, churn)
    assert (model.n_rows_, model.n_rows_given_) == (300, 1_000)
    assert "300 customers drawn at random of 1,000" in model.notes_[0]


def test_the_same_seed_gives_the_same_model():
    table, churn = customers(250)
    one, other = (BehaviourModel(seed=3, candidates=["logistic"]).fit(table, churn) for _ in range(2))
    assert (one.chance(table) == other.chance(table)).all()
    assert one.report_.to_dict() == other.report_.to_dict()


def test_it_behaves_like_an_estimator(simple):
    table, churn = customers(400, seed=6)
    assert clone(BehaviourModel(seed=5, costs=Costs(1, 9))).get_params()["costs"] == Costs(1, 9)
    assert BehaviourModel().set_params(seed=4).seed == 4
    assert (pickle.loads(pickle.dumps(simple)).chance(table) == simple.chance(table)).all()
    areas = cross_val_score(BehaviourModel(candidates=["logistic"]), table, churn == "Yes", cv=2, scoring="roc_auc")
    assert (areas > 0.5).all()
    by_number = BehaviourModel(candidates=["one_column"]).fit(table[["tenure"]].to_numpy(), churn)
    assert list(by_number.feature_names_in_) == ["x0"]


def test_the_event_may_be_the_answer_that_sorts_first():
    table, churn = customers(300)
    answers = churn.map({"Yes": "gone", "No": "here"})
    model = BehaviourModel(candidates=["logistic"], positive="gone").fit(table, answers)
    assert list(model.classes_) == ["gone", "here"]
    assert (model.predict_proba(table)[:, 0] == model.chance(table)).all()
    assert ((model.predict(table) == "gone") == (model.chance(table) >= model.threshold_)).all()


def test_later_customers_are_foreseen_from_earlier_ones():
    table, churn = customers(600, seed=7)
    day = pd.date_range("2023-01-01", periods=600, freq="D")
    model = BehaviourModel(candidates=["logistic"]).fit(table.assign(day=day.astype(str)), churn, time="day")
    assert model.split_ == "time"
    assert "orders the customers in time" in model.left_out_["day"]
    assert model.report_["logistic"]["brier"].n == 500
    for learn, check in outer_folds(np.tile([0.0, 1], 50), folds=4, seed=0, moments=np.arange(100.0)):
        assert learn.max() < check.min()
    with pytest.raises(ValueError, match="needs a time"):
        BehaviourModel().fit(table, churn, time=[None] * 600)


def test_rows_of_one_customer_are_never_on_both_sides():
    table, churn = customers(150)
    table, churn = pd.concat([table] * 3, ignore_index=True), pd.concat([churn] * 3, ignore_index=True)
    table["customer_id"] = np.tile(np.arange(150), 3)
    model = BehaviourModel(candidates=["one_column"]).fit(table, churn)
    assert model.split_ == "group"
    assert any("customer_id repeats" in note for note in model.notes_)
    groups = np.tile(np.arange(150), 3)
    yes = (churn == "Yes").to_numpy(float)
    for folds in (outer_folds(yes, folds=5, seed=0, groups=groups), inner_folds(yes, seed=0, groups=groups)):
        assert all(not set(groups[learn]) & set(groups[check]) for learn, check in folds)
    with pytest.raises(ValueError, match="not by both"):
        BehaviourModel().fit(table, churn, groups="customer_id", time="tenure")


def test_what_mistakes_cost_moves_the_threshold():
    table, churn = customers(400, seed=8)
    fit = {"candidates": ["logistic"], "folds": 2}
    careful = BehaviourModel(costs=Costs(false_alarm=1, missed=9), **fit).fit(table, churn)
    assert careful.threshold_ == pytest.approx(0.1)
    assert BehaviourModel(threshold=0.7, **fit).fit(table, churn).threshold_ == 0.7
    campaign = BehaviourModel(offer=RetentionOffer(), **fit).fit(table, churn)
    assert 0 < campaign.threshold_ < 0.5
    assert careful.report_["logistic"]["recall"].value > 0.9


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"candidates": ["magic"]}, "Unknown candidates: magic"),
        ({"threshold": "best"}, "The threshold is"),
        ({"threshold": 2.0}, "from 0 to 1"),
        ({"folds": 1}, "two folds"),
    ],
)
def test_wrong_parameters_are_refused_in_words(parameters, words):
    with pytest.raises(ValueError, match=words):
        BehaviourModel(**parameters).fit(*customers(60))


def test_the_card_says_what_it_is_worth_and_what_it_is_not_fit_for(simple):
    page = simple.card().to_markdown()
    assert "| baseline | 0.500" in page
    assert "coefficient x deviation" in page
    assert "not what would happen if it were changed" in page
    facts = simple.card().to_dict()
    assert facts["candidates"]["logistic"]["brier"]["lower"] < facts["candidates"]["baseline"]["brier"]["lower"]
    assert next(iter(facts["importance"])) == "tenure"
    assert (simple.reliability_["customers"].sum()) == 900


def test_progress_is_told(simple):
    seen = []
    BehaviourModel(candidates=["one_column"], progress=lambda done, what: seen.append((done, what))).fit(
        *customers(200)
    )
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (1.0, "done")


def test_a_test_by_time_or_group_that_cannot_be_made_is_said_to_be():
    table, churn = customers(300)
    late = pd.Series(np.arange(300) >= 270)
    for split in ({"time": np.arange(300)}, {"time": np.zeros(300)}, {"groups": np.arange(300) // 30}):
        model = BehaviourModel(candidates=["logistic"]).fit(table, late, **split)
        if "groups" not in split:
            assert not model.enough_
            assert "no test has customers of both answers" in model.notes_[-1]
        assert np.isfinite(model.chance(table)).all()
    assert BehaviourModel(candidates=["logistic"]).fit(table, churn, time=np.arange(300) // 150).enough_


def test_every_reason_speaks_the_readers_language(simple, monkeypatch):
    table, _ = customers(40)
    monkeypatch.setattr("rapport.science.behaviour.sentences._", lambda text: text.replace("raises", "lifts"))
    monkeypatch.setattr(
        "rapport.science.behaviour.sentences.ngettext", lambda one, many, n: many.replace("raises", "lifts")
    )
    told = [reason for reasons in simple.reasons(table) for reason in reasons]
    assert any("lifts the chance" in reason for reason in told)
    assert not any("raises" in reason for reason in told)


def test_the_same_customer_gets_the_same_reasons_alone_and_among_many(every):
    table, _ = customers(300, seed=2)
    together = every.reasons(table)
    for row in (0, 7, 150):
        alone = every.reasons(table.iloc[[row]])[0]
        assert alone == together[row]
        assert [one.effect for one in alone] == pytest.approx([one.effect for one in together[row]])


def test_the_longer_kim_stays_the_smaller_the_chance_to_leave(simple):
    kim = pd.DataFrame({"tenure": np.arange(72.0), "price": 50, "contract": "monthly", "partner": "No", "colour": "a"})
    assert (np.diff(simple.chance(kim)) < 0.01).all()
    assert simple.chance(kim)[0] > 2 * simple.chance(kim)[-1]


def test_what_was_held_out_is_what_the_report_measures(every):
    said = every.held_out_
    assert len(said) == every.n_rows_
    assert ((said.chance - said.yes) ** 2).mean() == pytest.approx(every.report_.brier.value)
