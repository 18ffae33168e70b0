"""A network that tells which segment a customer is in, and how often it is right."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris, make_blobs
from sklearn.utils.estimator_checks import parametrize_with_checks

from rapport.science.segmentation import SegmentClassifier


@pytest.fixture(scope="module")
def learnt():
    flowers = load_iris()
    return SegmentClassifier().fit(flowers.data, flowers.target), flowers


@parametrize_with_checks([SegmentClassifier(folds=0)])
def test_it_keeps_the_conventions_of_its_field(estimator, check):
    check(estimator)


def test_it_is_right_about_those_it_did_not_learn_from(learnt):
    model, _ = learnt
    accuracy, baseline = model.report_.accuracy, model.report_.baseline
    assert 0.93 < accuracy.value <= 1
    assert accuracy.lower < accuracy.value < accuracy.upper
    assert baseline.value == pytest.approx(1 / 3, abs=0.01)
    assert accuracy.n == 150


def test_it_has_the_layers_and_the_solver_it_says(learnt):
    network = learnt[0].network_
    assert network.hidden_layer_sizes == (64, 32)
    assert (network.activation, network.solver) == ("relu", "adam")
    assert [weights.shape[1] for weights in network.coefs_] == [64, 32, 3]


def test_chances_add_up_and_lead_to_the_answer(learnt):
    model, flowers = learnt
    chances = model.predict_proba(flowers.data)
    assert chances.sum(axis=1) == pytest.approx(np.ones(150))
    assert (model.classes_[chances.argmax(axis=1)] == model.predict(flowers.data)).all()


def test_the_same_seed_learns_the_same(learnt):
    model, flowers = learnt
    again = clone(model).fit(flowers.data, flowers.target)
    assert again.predict_proba(flowers.data) == pytest.approx(model.predict_proba(flowers.data))


def test_a_table_with_plans_and_gaps_is_learnt_from_and_kim_is_placed():
    dice = np.random.default_rng(0)
    kind = dice.choice(["firm", "home"], 300, p=[0.3, 0.7])
    firm = kind == "firm"
    table = pd.DataFrame(
        {
            "spend": np.where(firm, 900, 60) * dice.lognormal(0, 0.2, 300),
            "plan": np.where(dice.random(300) < 0.9, np.where(firm, "team", "solo"), None),
            "joined": pd.Timestamp("2026-01-01"),
        }
    )
    table.loc[::11, "spend"] = np.nan
    model = SegmentClassifier().fit(table, kind)
    assert model.report_.accuracy.lower > model.report_.baseline.upper
    kim = pd.DataFrame({"joined": [pd.NaT], "plan": ["team"], "spend": [800.0]})
    assert model.predict(kim)[0] == "firm"
    assert "joined" in model.left_out_


def test_many_customers_stop_the_learning_early():
    places, group = make_blobs(1500, centers=3, random_state=0)
    model = SegmentClassifier().fit(places, group)
    assert model.network_.early_stopping
    assert model.n_iter_ < 200
    assert model.report_.folds == 5


def test_one_group_alone_needs_no_network():
    model = SegmentClassifier().fit(pd.DataFrame({"spend": [1, 2, 3]}), [0, 0, 0])
    assert model.network_ is None
    assert model.report_ is None
    assert model.predict(pd.DataFrame({"spend": [9]})).tolist() == [0]


def test_three_customers_are_too_few_to_hold_some_out():
    model = SegmentClassifier().fit(pd.DataFrame({"spend": [1, 2, 900]}), ["a", "a", "b"])
    assert model.report_ is None
    assert model.predict_proba(pd.DataFrame({"spend": [850]})).shape == (1, 2)
