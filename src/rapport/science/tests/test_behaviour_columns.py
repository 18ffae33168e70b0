"""What a table holds, and what of it may be learnt from."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.science.behaviour import NoColumns, NotYesNo, OneClass
from rapport.science.behaviour.answers import read_answers
from rapport.science.behaviour.encoding import Encoder
from rapport.science.behaviour.leakage import alone, guard
from rapport.science.behaviour.reading import read_column, read_table
from rapport.science.behaviour.roles import Column, Role, as_table, guess_roles, readable

N = 400
CHURNED = (np.arange(N) % 4 == 0).astype(float)


def customers(**more):
    dice = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "customer_id": [f"C-{n:05d}" for n in range(N)],
            "row": range(N),
            "tenure": dice.integers(0, 72, N),
            "monthly": dice.normal(70, 20, N).round(2),
            "total": [" " if n % 50 == 0 else f"{n * 3.5:.2f}" for n in range(N)],
            "partner": ["Yes" if n % 3 else "No" for n in range(N)],
            "senior": [n % 2 for n in range(N)],
            "paperless": [n % 5 == 0 for n in range(N)],
            "contract": [("Month-to-month", "One year", "Two year")[n % 3] for n in range(N)],
            "store_id": [n % 7 for n in range(N)],
            "signed_up": [f"2024-0{1 + n % 9}-{1 + n % 28:02d}" for n in range(N)],
            "note": [f"spoke to customer number {n} about it" for n in range(N)],
            "country": "NL",
            "fax": None,
        }
        | more
    )


def roles_of(table):
    return {column.name: str(column.role) for column in guess_roles(table)}


def test_omar_need_not_say_what_his_columns_hold():
    assert roles_of(customers()) == {
        "customer_id": "identifier",
        "row": "identifier",
        "tenure": "number",
        "monthly": "number",
        "total": "number",
        "partner": "boolean",
        "senior": "boolean",
        "paperless": "boolean",
        "contract": "category",
        "store_id": "category",
        "signed_up": "date",
        "note": "text",
        "country": "constant",
        "fax": "empty",
    }


def test_a_role_that_omar_gives_wins():
    given_roles = guess_roles(customers(), {"store_id": "number"})
    assert next(column.role for column in given_roles if column.name == "store_id") is Role.NUMBER
    with pytest.raises(ValueError, match="not there: shop"):
        guess_roles(customers(), {"shop": "number"})


@pytest.mark.parametrize(
    "values",
    [
        pd.Categorical(["a", "b", None] * 10),
        pd.array([1, None, 3] * 10, dtype="Int64"),
        pd.to_datetime(["2024-01-01", None, "2024-02-01"] * 10, utc=True),
        pd.to_timedelta([1, 2, None] * 10, unit="D"),
        [[1], [2], None] * 10,
        [np.inf, 1.0, -np.inf] * 10,
    ],
    ids=["category", "nullable", "zoned", "span", "lists", "infinite"],
)
def test_columns_of_any_kind_are_read_without_a_warning(values):
    series = pd.Series(values)
    (column,) = guess_roles(series.to_frame("x"))
    read = read_column(series, column.role)
    assert len(read) == 30
    assert isinstance(read.dtype, pd.CategoricalDtype) or not np.isinf(read.to_numpy(float)).any()


def test_arrays_get_names_and_repeated_names_are_refused():
    assert list(as_table(np.zeros((2, 2))).columns) == ["x0", "x1"]
    with pytest.raises(ValueError, match="more than once: a"):
        as_table(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(ValueError, match="1 dimension"):
        as_table(np.zeros(3))


def test_column_names_are_read_as_words():
    assert readable("MonthlyCharges") == readable("monthly_charges") == "monthly charges"


@pytest.mark.parametrize(
    ("answers", "event"),
    [
        (["Yes", "No", "No"], "Yes"),
        ([True, False, False], True),
        ([0, 1, 1], 1),
        (["stayed", "left", "stayed"], "left"),
        (["bad", "good", "good"], "bad"),
    ],
)
def test_the_event_is_yes_or_the_rarer_answer(answers, event):
    assert read_answers(answers, rows=3).classes[1] == event


def test_noor_may_say_which_answer_is_the_event():
    assert read_answers(["a", "b", "b"], rows=3, positive="b").yes.tolist() == [0, 1, 1]
    with pytest.raises(ValueError, match="No customer has the answer 'c'"):
        read_answers(["a", "b", "b"], rows=3, positive="c")


@pytest.mark.parametrize(
    ("answers", "error", "words"),
    [
        ([1, 1, 1], OneClass, "same answer"),
        ([1, 2, 3], NotYesNo, "two values"),
        ([None, None, None], NoColumns, "no customer whose answer"),
        ([1, 0], ValueError, "3 customers but 2 answers"),
    ],
)
def test_what_is_not_a_yes_no_question_is_refused_in_words(answers, error, words):
    with pytest.raises(error, match=words):
        read_answers(answers, rows=3)


def left_out(table, **named):
    judged, warnings = guard(table, guess_roles(table), CHURNED, target="churn", **named)
    return {column.name: column.why for column in judged if not column.used}, warnings


def test_the_guard_leaves_out_what_gives_the_answer_away_and_says_why():
    table = customers(
        copy=CHURNED,
        churn_reason=[f"moved {n % 5}" if churned else None for n, churned in enumerate(CHURNED)],
        closed_on=["2024-05-01" if churned and n % 8 == 0 else None for n, churned in enumerate(CHURNED)],
        middling=np.where(CHURNED == 1, 5, np.where(np.arange(N) % 2, 1, 9)),
        churn_score=CHURNED + np.random.default_rng(2).normal(0, 0.7, N),
    )
    why, _ = left_out(table)
    assert "almost perfectly" in why["copy"]
    assert "almost perfectly" in why["middling"], "not only straight lines give answers away"
    assert "almost perfectly" in why["churn_reason"]
    assert "only for customers of one answer" in why["closed_on"]
    assert "its name" in why["churn_score"]
    assert "single customers" in why["customer_id"]
    assert "empty" in why["fax"]
    assert not {"tenure", "contract", "monthly", "partner"} & set(why)


def test_a_column_that_is_almost_too_good_is_warned_about():
    visits = CHURNED + np.random.default_rng(1).normal(0, 0.4, N)
    why, warnings = left_out(pd.DataFrame({"visits": visits}))
    assert not why
    assert "visits alone" in warnings[0]


def test_omar_can_keep_a_column_that_the_guard_mistrusts():
    assert left_out(pd.DataFrame({"copy": CHURNED}), keep=["copy"])[0] == {}


def test_nothing_that_lies_after_the_moment_is_learnt_from():
    day = pd.Series(pd.date_range("2024-01-01", periods=N, freq="D"))
    table = pd.DataFrame({"last_call": day + pd.Timedelta(days=9), "joined": day - pd.Timedelta(days=400)})
    why, _ = left_out(table, moment=read_column(day, Role.DATE))
    assert list(why) == ["last_call"]


def test_few_customers_alike_by_chance_are_no_leak():
    yes = np.array([1.0, 0, 0, 0, 0, 0, 0, 1])
    table = pd.DataFrame({"x": [9, 1, 2, 3, 4, 5, 6, 8.0]})
    assert guard(table, guess_roles(table), yes, target="churn")[0][0].used


def test_a_column_of_noise_tells_nothing_alone():
    many = pd.Series([f"level {n}" for n in np.random.default_rng(3).integers(0, 60, N)])
    assert alone(many, Role.CATEGORY, CHURNED) == pytest.approx(0.5, abs=0.12)


def encoded(table):
    columns = [column for column in guess_roles(table) if column.used]
    read = read_table(table, columns)
    return Encoder(columns).fit(read), columns, read


def test_matrix_columns_know_their_table_column():
    encoder, columns, read = encoded(customers().drop(columns=["customer_id", "row", "note", "country", "fax"]))
    customer = encoder.transform(read)
    assert customer.trees.shape[1] == len(encoder.tree_columns_) == len(encoder.tree_levels_)
    assert customer.linear.shape[1] == len(encoder.linear_columns_)
    assert {columns[at].name for at in encoder.tree_columns_} == {column.name for column in columns}
    assert np.allclose(customer.linear.mean(axis=0), 0)


def test_levels_never_seen_and_gaps_never_seen_are_read_all_the_same():
    table = customers()[["contract", "monthly", "signed_up", "partner"]]
    encoder, columns, _ = encoded(table)
    strange = pd.DataFrame(
        {"contract": ["Lifetime", None], "monthly": ["lots", 1e9], "signed_up": ["soon", None], "partner": ["?", "No"]}
    )
    customer = encoder.transform(read_table(strange, columns))
    assert np.isfinite(customer.linear).all()
    assert not customer.trees[0, [level is not None for level in encoder.tree_levels_]].any()


@settings(max_examples=25, deadline=None)
@given(st.floats(1e-6, 1e6), st.integers(0, 2**32 - 1))
def test_the_unit_of_a_number_does_not_matter(unit, seed):
    x = pd.DataFrame({"x": np.random.default_rng(seed).lognormal(0, 1.5, 60)})
    columns = [Column("x", Role.NUMBER, 0.0, 60)]
    one, other = (Encoder(columns).fit(table).transform(table) for table in (x, x * unit))
    assert np.allclose(one.linear, other.linear, atol=1e-6)
