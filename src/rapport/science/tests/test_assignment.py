"""Service plans and best pairs: exact, proven, and explained when there is none."""

import itertools
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array

from rapport.science.assignment import CannotPlan, Infeasible, Unbounded, assign, service_plan

WORKED = {"c": (1, 1, 1), "A": [[2, 1, 2], [1, 2, 1], [1, 1, 2]], "b": (8, 6, 8), "upper": 10}


def test_the_worked_service_plan_is_exact():
    plan = service_plan(**WORKED)
    assert plan.x == pytest.approx((0, 4 / 3, 10 / 3), abs=1e-9)
    assert plan.value == pytest.approx(14 / 3, abs=1e-9)
    x, value, prices = plan
    assert (x is plan.x, value) == (True, plan.value)
    assert prices @ WORKED["b"] == pytest.approx(14 / 3, abs=1e-9)


def test_a_sparse_table_gives_the_same_plan():
    assert service_plan(**{**WORKED, "A": csr_array(np.array(WORKED["A"], dtype=float))}).value == pytest.approx(14 / 3)


def test_what_is_not_the_only_answer_says_so():
    assert "Other plans are worth as much" in service_plan([1, 1], [[1, 1]], [4], 3).notes[0]
    assert "a price may hold for less" in service_plan([1, 2], [[1, 0], [0, 1], [1, 1]], [2, 2, 4]).notes[-1]
    only = service_plan([2, 1], [[1, 1]], [4])
    assert (only.unique, only.prices_unique, only.notes) == (True, True, ())


def test_no_plan_is_explained_by_the_limits_that_contradict_each_other():
    with pytest.raises(Infeasible, match=r"calls, chats.*Raise one") as caught:
        service_plan([1, 1], [[-1, -1], [1, 1], [1, 0]], [-5, 2, 9], limits=["calls", "chats", "mails"])
    assert caught.value.limits == (0, 1)
    with pytest.raises(Infeasible, match="at most -2, but at least 0"):
        service_plan([1], [[1]], [-2])
    with pytest.raises(Infeasible, match="upper limit of service 1"):
        service_plan([1], [[1]], [2], -1)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_plan_without_end_names_the_services_that_grow():
    with pytest.raises(Unbounded, match="more of chats is worth more") as caught:
        service_plan([1, 1], [[1, 0]], [4], services=["mails", "chats"])
    assert caught.value.services == (1,)
    assert issubclass(Unbounded, CannotPlan)
    assert service_plan([1, 1], np.empty((0, 2)), [], 3).value == 6


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"c": ()}, "at least one service"),
        ({"c": (1, np.nan, 1)}, "finite numbers"),
        ({"b": (1, 2)}, "2 x 3"),
        ({"A": [[1, 2, "x"]] * 3}, "table of numbers"),
        ({"A": [[1, 2, np.nan]] * 3}, "missing or infinite"),
        ({"upper": (1, 2)}, "one number or 3"),
        ({"limits": ["one"]}, "one name"),
    ],
)
def test_numbers_that_do_not_fit_together_are_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        service_plan(**{**WORKED, **wrong})


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_prices_prove_the_plan_and_more_of_a_limit_is_never_worse(seed):
    random = np.random.default_rng(seed)
    m, n = random.integers(1, 6, 2)
    c, A, b = random.uniform(0, 5, n), random.uniform(0, 3, (m, n)), random.uniform(1, 9, m)
    plan = service_plan(c, A, b, 10)
    assert (A @ plan.x <= b + 1e-9).all()
    assert plan.shadow_prices @ b + plan.upper_prices.sum() * 10 == pytest.approx(plan.value, rel=1e-9, abs=1e-9)
    assert service_plan(c, A, b + random.uniform(0, 1, m), 10).value >= plan.value - 1e-9
    assert service_plan(7 * c, A, b, 10).value == pytest.approx(7 * plan.value)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_pairs_are_the_best_there_are_and_the_bound_proves_it(seed):
    random = np.random.default_rng(seed)
    value = random.normal(size=random.integers(1, 5, 2)).round(1)
    found = assign(value)
    rows, columns = linear_sum_assignment(value, maximize=True)
    assert found.total == pytest.approx(value[rows, columns].sum())
    assert found.bound == pytest.approx(found.total, abs=1e-9)
    assert found.bound >= found.total
    order = random.permutation(value.shape[0])
    assert assign(value[order]).total == pytest.approx(found.total)
    assert assign(value.T).total == pytest.approx(found.total)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_where_pairs_are_forbidden_as_many_as_possible_are_made_and_of_these_the_best(seed):
    random = np.random.default_rng(seed)
    value = random.normal(size=(3, 4)).round(1)
    value[random.random(value.shape) < 0.6] = random.choice([np.nan, -np.inf])
    found, worth = assign(value), []
    for columns in itertools.permutations([*range(4), *[None] * 3], 3):
        pairs = [(row, column) for row, column in enumerate(columns) if column is not None]
        if all(np.isfinite(value[pair]) for pair in pairs):
            worth.append((len(pairs), sum(value[pair] for pair in pairs)))
    most, best = max(worth)
    assert len(found.pairs) == most
    assert found.total == pytest.approx(best)
    assert found.bound == pytest.approx(best)
    alone = assign(value, complete=False)
    assert alone.total == pytest.approx(max(total for _, total in worth))
    assert alone.bound == pytest.approx(alone.total)


def test_a_table_with_names_gives_pairs_of_names():
    value = pd.DataFrame([[5, 1, 9], [4, 2, 3]], index=["Ada", "Omar"], columns=["refund", "login", "tax"])
    found = assign(value)
    assert found.pairs == [("Ada", "tax"), ("Omar", "refund")]
    assert (found.total, found.agents_left, found.requests_left) == (13, [], ["login"])


@pytest.mark.parametrize("empty", [[], np.empty((0, 3)), np.full((2, 2), np.nan)])
def test_nothing_to_pair_is_no_pair(empty):
    assert (assign(empty).pairs, assign(empty).total, assign(empty).gap) == ([], 0, 0)


def test_values_that_are_none_are_refused():
    for wrong, words in (([1, 2], "1 dimension"), ([["a"]], "table of numbers"), ([[np.inf]], "infinite")):
        with pytest.raises(ValueError, match=words):
            assign(wrong)
