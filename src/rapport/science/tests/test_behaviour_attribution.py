"""Shares of columns in what trees say, against Shapley values counted out by hand over all coalitions."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from threadpoolctl import threadpool_limits

from rapport.science.behaviour.attribution import Attribution
from rapport.science.behaviour.trees import trees_of_boosting, trees_of_forest


def table(n=300, columns=4, seed=0):
    dice = np.random.default_rng(seed)
    X = dice.normal(size=(n, columns))
    y = (X[:, 0] * X[:, 1] + X[:, 2] > 0).astype(int)
    X[dice.random(X.shape) < 0.15] = np.nan
    return X, y


@pytest.fixture(scope="module")
def boosting():
    X, y = table()
    with threadpool_limits(1):
        return HistGradientBoostingClassifier(max_iter=8, max_leaf_nodes=9, random_state=0).fit(X, y), X


@pytest.fixture(scope="module")
def forest():
    X, y = table()
    return RandomForestClassifier(5, max_depth=6, random_state=0).fit(X, y), X


def expected(tree, x, known, node=0):
    """What a tree says when only the `known` columns are: both ways, in proportion, for the others."""
    if tree.left[node] <= 0:
        return tree.value[node]
    left, right = tree.left[node], tree.right[node]
    column = tree.column[node]
    if column in known:
        goes_left = tree.gap_left[node] if np.isnan(x[column]) else x[column] <= tree.threshold[node]
        return expected(tree, x, known, left if goes_left else right)
    parts = (tree.cover[child] / tree.cover[node] * expected(tree, x, known, child) for child in (left, right))
    return sum(parts)


def shapley(trees, x):
    size = len(x)
    shares = np.zeros(size)
    for column in range(size):
        others = [other for other in range(size) if other != column]
        for count in range(size):
            weight = factorial(count) * factorial(size - count - 1) / factorial(size)
            for some in combinations(others, count):
                gain = sum(expected(t, x, {*some, column}) - expected(t, x, set(some)) for t in trees)
                shares[column] += weight * gain
    return shares


@pytest.mark.parametrize("row", [0, 5, 17, 123])
def test_shares_are_shapley_values(boosting, row):
    model, X = boosting
    trees, start = trees_of_boosting(model)
    assert Attribution(trees, 4, start).shares(X[[row]])[0] == pytest.approx(shapley(trees, X[row]), abs=1e-10)


def test_shares_of_a_forest_are_shapley_values(forest):
    model, X = forest
    X = X.astype(np.float32).astype(float)
    trees = trees_of_forest(model)
    assert Attribution(trees, 4).shares(X[[3]])[0] == pytest.approx(shapley(trees, X[3]), abs=1e-10)


def test_base_and_shares_add_up_to_what_boosting_says(boosting):
    model, X = boosting
    attribution = Attribution(*with_columns(trees_of_boosting(model), 4))
    assert attribution.base + attribution.shares(X).sum(axis=1) == pytest.approx(model.decision_function(X), abs=1e-10)


def test_base_and_shares_add_up_to_what_a_forest_says(forest):
    model, X = forest
    attribution = Attribution(trees_of_forest(model), 4)
    said = attribution.base + attribution.shares(X.astype(np.float32).astype(float)).sum(axis=1)
    assert said == pytest.approx(model.predict_proba(X)[:, 1], abs=1e-10)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1_000))
def test_a_column_that_no_tree_asks_about_has_no_share(seed):
    X, y = table(120, seed=seed)
    X = np.column_stack([X, np.zeros(len(X))])
    with threadpool_limits(1):
        model = HistGradientBoostingClassifier(max_iter=3, max_leaf_nodes=5, min_samples_leaf=5).fit(X, y)
    attribution = Attribution(*with_columns(trees_of_boosting(model), 5))
    shares = attribution.shares(X)
    assert (shares[:, 4] == 0).all()
    assert attribution.base + shares.sum(axis=1) == pytest.approx(model.decision_function(X), abs=1e-9)


def with_columns(trees_and_start, columns):
    trees, start = trees_and_start
    return trees, columns, start


def test_many_customers_get_the_shares_that_each_would_get_alone(boosting, forest):
    """The bound on kinds of customers makes both ways of working them out run."""
    for model, X, trees_of in ((*boosting, lambda m: trees_of_boosting(m)[0]), (*forest, trees_of_forest)):
        X = X.astype(np.float32).astype(float)
        attribution = Attribution(trees_of(model), 4)
        together = attribution.shares(np.repeat(X, 40, axis=0))[::40]
        assert together == pytest.approx(np.vstack([attribution.shares(X[[row]]) for row in range(len(X))]), abs=1e-12)
