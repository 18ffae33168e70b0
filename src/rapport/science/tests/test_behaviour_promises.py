"""What holds for any table: estimator conventions, units, orders and sizes that must not matter, input refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.metrics import log_loss
from sklearn.utils.estimator_checks import parametrize_with_checks

from rapport.science.behaviour import BehaviourModel
from rapport.science.tests.test_behaviour_model import SIMPLE, customers


def test_more_customers_never_make_it_worse_in_expectation():
    table, churn = customers(3_000, seed=100)
    yes = churn == "Yes"

    def loss(n, seed):
        return log_loss(yes, BehaviourModel(candidates=["logistic"], folds=2).fit(*customers(n, seed)).chance(table))

    losses = [np.mean([loss(n, seed) for seed in range(2)]) for n in (60, 240, 960)]
    assert losses == sorted(losses, reverse=True)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (pd.DataFrame({"x": [1 + 1j, 2]}), "Complex data"),
        (csr_matrix(np.eye(2)), "Sparse input"),
        (np.zeros((2, 0)), "0 feature"),
        (pd.DataFrame({"x": []}), "0 sample"),
    ],
    ids=["complex", "sparse", "no columns", "no rows"],
)
def test_tables_that_cannot_be_read_are_refused_in_words(X, words):
    with pytest.raises(ValueError, match=words):
        BehaviourModel().fit(X, [0, 1][: X.shape[0]])


def test_numbers_too_large_to_count_with_are_held_back():
    table, churn = customers(200)
    model = BehaviourModel(candidates=["logistic", "random_forest"], folds=2).fit(
        table.assign(tenure=table.tenure * 1e300), churn
    )
    assert np.isfinite(model.chance(table)).all()


def test_the_order_of_customers_and_columns_hardly_matters():
    table, churn = customers(900, seed=11)
    order = np.random.default_rng(11).permutation(900)
    fit = {"candidates": SIMPLE, "folds": 2}
    one = BehaviourModel(**fit).fit(table, churn)
    other = BehaviourModel(**fit).fit(table.iloc[order, ::-1], churn.iloc[order])
    assert one.report_.roc_auc.value == pytest.approx(other.report_.roc_auc.value, abs=0.02)
    assert np.abs(one.chance(table) - other.chance(table)).mean() < 0.03


@settings(max_examples=2, deadline=None)
@given(st.floats(1e-6, 1e6), st.integers(0, 99))
def test_the_unit_of_a_column_does_not_matter_to_chances(unit, seed):
    table, churn = customers(300, seed)
    one, other = (
        BehaviourModel(candidates=["logistic"], folds=2).fit(t, churn).chance(t)
        for t in (table, table.assign(price=table.price * unit))
    )
    assert one == pytest.approx(other, abs=1e-3)


def test_columns_that_say_nothing_new_do_no_harm():
    table, churn = customers(400, seed=13)
    fit = {"candidates": ["one_column", "logistic"], "folds": 2}
    plain = BehaviourModel(**fit).fit(table, churn)
    more = BehaviourModel(**fit).fit(table.assign(again=table.tenure, same="x", nothing=None), churn)
    assert {"same", "nothing"} <= set(more.left_out_)
    assert more.report_.roc_auc.value == pytest.approx(plain.report_.roc_auc.value, abs=0.015)


NOT_PROMISED = {
    "check_supervised_y_2d": "answers in one column are taken as they are, without a warning",
    "check_classifier_not_supporting_multiclass": "more than two answers are refused in words of our own",
}


@parametrize_with_checks(
    # The guard would leave out columns that tell the made-up answers perfectly, so it is told to keep them.
    [BehaviourModel(candidates=("one_column",), folds=2, keep=tuple(f"x{number}" for number in range(20)))],
    expected_failed_checks=lambda estimator: NOT_PROMISED,
)
def test_it_keeps_the_promises_of_an_estimator(estimator, check):
    check(estimator)
