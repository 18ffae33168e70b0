"""What recommenders promise: exact steps, honest fallbacks, and lists that foresee what was taken later."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from rapport.science.language import speaking
from rapport.science.recommend import ALS, CannotRecommend, ItemKNN, Popularity
from rapport.science.recommend.solving import batches_of, half_step, loss


def shop(users=60, items=20, seed=0):
    """Customers of two tastes: even ones mostly take even items."""
    dice = np.random.default_rng(seed)
    rows = []
    for user in range(users):
        for item in dice.choice(items, 6, replace=False):
            if (item + user) % 2 == 0 or dice.random() < 0.1:
                rows.append((f"user {user}", f"item {item}"))
    table = pd.DataFrame(rows, columns=["user", "item"])
    return table.assign(time=pd.date_range("2026-01-01", periods=len(table), freq="h"))


def dense_half_step(matrix, theirs, regularisation, confidence):
    """The closed form of Hu, Koren and Volinsky, row by row on the full matrix."""
    found = []
    for row in matrix:
        confidences = np.diag(1 + confidence * row)
        left = theirs.T @ confidences @ theirs + regularisation * np.eye(theirs.shape[1])
        found.append(np.linalg.solve(left, theirs.T @ confidences @ (row > 0)))
    return np.array(found)


MODELS = [Popularity(), ItemKNN(), ALS(4, 1.0, 1.0)]
of_every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)


def test_half_a_step_of_als_is_the_closed_form():
    dice = np.random.default_rng(1)
    dense = dice.poisson(0.4, (30, 25)) * dice.uniform(0.5, 3, (30, 25))
    dense[3] = 0
    matrix = sparse.csr_matrix(dense)
    theirs = dice.normal(size=(25, 5)).astype(np.float32)
    start = np.zeros((30, 5), dtype=np.float32)
    ours = half_step(batches_of(matrix, 5), start, theirs, regularisation=0.7, confidence=2.0, steps=12)
    assert ours == pytest.approx(dense_half_step(dense, theirs.astype(float), 0.7, 2.0), abs=2e-4)


def test_the_loss_is_the_sum_over_every_cell():
    dice = np.random.default_rng(2)
    dense = dice.poisson(0.5, (12, 9)).astype(float)
    users, items = (dice.normal(size=(size, 3)).astype(np.float32) for size in dense.shape)
    by_hand = ((1 + 2 * dense) * ((dense > 0) - users @ items.T) ** 2).sum() + 0.3 * (
        (users**2).sum() + (items**2).sum()
    )
    found = loss(sparse.csr_matrix(dense), users, items, regularisation=0.3, confidence=2.0)
    assert found == pytest.approx(by_hand, rel=1e-5)


def test_more_iterations_never_raise_the_loss():
    losses = [ALS(4, 1.0, 1.0, iterations=n, conjugate_steps=6).fit(shop()).loss_ for n in (1, 2, 4, 8)]
    assert all(later <= earlier * (1 + 1e-4) for earlier, later in pairwise(losses))


def test_neighbours_are_the_cosines_of_the_full_table():
    table = shop()
    model = ItemKNN(neighbours=1000, shrinkage=3, popularity=0.5).fit(table)
    dense = model.history_.toarray()
    squares = (dense**2).sum(axis=0)
    expected = dense.T @ dense / (np.sqrt(np.outer(squares, squares)) + 3)
    np.fill_diagonal(expected, 0)
    assert model.similarity_.toarray() == pytest.approx(expected)
    assert ItemKNN(neighbours=2).fit(table).similarity_.toarray().astype(bool).sum(axis=0).max() >= 2


@of_every_model
def test_kim_is_never_recommended_what_kim_has(model):
    table = shop()
    said = clone(model).fit(table).recommend(k=5)
    both = said.merge(table, on=["user", "item"])
    assert both.empty
    assert (said.groupby("user")["rank"].apply(list).map(lambda ranks: ranks == list(range(1, len(ranks) + 1)))).all()
    assert said.groupby("user")["score"].apply(lambda score: score.is_monotonic_decreasing).all()


@of_every_model
def test_a_stranger_gets_what_is_popular_and_is_told_so(model):
    fitted = clone(model).fit(shop())
    said = fitted.recommend(["Eve"], k=3)
    assert list(said["item"]) == list(Popularity().fit(shop()).recommend(["Eve"], k=3)["item"])
    assert said["reason"].str.contains("nothing is known").all()


@pytest.mark.parametrize("model", [ItemKNN(), ALS(2, 1.0, 1.0)])
def test_tastes_are_found_and_named(model):
    fitted = clone(model).fit(shop(users=200))
    said = fitted.recommend(["user 0"], k=2)
    assert said["item"].str.extract(r"(\d+)")[0].astype(int).mod(2).eq(0).all()
    assert said["reason"].str.match(r"Because of item \d+\.").all()
    alike = fitted.similar("item 4", k=3)
    assert alike["item"].str.extract(r"(\d+)")[0].astype(int).mod(2).eq(0).all()
    assert fitted.similar("item nobody had", k=2)["reason"].str.contains("nothing is known").all()


def test_the_reason_of_als_adds_up_to_its_score():
    model = ALS(3, 1.0, 1.0, iterations=20, conjugate_steps=10).fit(shop())
    history = model.history_[0].toarray().ravel()
    seen = model.item_factors_.astype(float)
    left = model._gram + (seen.T * history) @ seen
    explained = seen @ np.linalg.solve(left, seen.T * (1 + history) * (history > 0)).sum(axis=1)
    # The last move of the items came after that of the users.
    assert np.corrcoef(explained, model._scores(np.array([0]))[0])[0, 1] > 0.999


@of_every_model
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_says_nothing(model, seed):
    table = shop()
    mixed = table.sample(frac=1, random_state=seed)
    straight, shuffled = (clone(model).fit(each).recommend(k=3, reasons=False) for each in (table, mixed))
    pd.testing.assert_series_equal(straight["score"], shuffled["score"], rtol=1e-3)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=1, max_size=60))
def test_one_more_purchase_never_makes_an_item_less_popular(bought):
    table = pd.DataFrame({"user": range(len(bought)), "item": bought})
    more = pd.concat([table, pd.DataFrame({"user": [-1], "item": [bought[0]]})])
    before, after = (Popularity().fit(each).recommend(["Eve"], k=9) for each in (table, more))
    rank = [each.set_index("item")["rank"][bought[0]] for each in (before, after)]
    assert rank[1] <= rank[0]


def test_old_purchases_fade():
    time = pd.to_datetime(["2025-01-01"] * 3 + ["2026-01-01"] * 2).tz_localize("Asia/Shanghai")
    table = pd.DataFrame({"user": [1, 2, 3, 4, 5], "item": ["old"] * 3 + ["new"] * 2, "time": time})
    assert Popularity().fit(table).recommend(["Eve"], 1)["item"].item() == "old"
    assert Popularity(half_life=30).fit(table).recommend(["Eve"], 1)["item"].item() == "new"
    with pytest.raises(ValueError, match="column time"):
        Popularity(half_life=30).fit(table.drop(columns="time"))


@of_every_model
def test_a_matrix_teaches_as_much_as_its_table(model):
    matrix = sparse.random(30, 12, 0.3, random_state=0, format="coo")
    table = pd.DataFrame({"user": matrix.row, "item": matrix.col, "weight": matrix.data}, index=matrix.row + 7)
    one, other = (clone(model).fit(each).recommend(k=4, reasons=False) for each in (matrix, table))
    pd.testing.assert_frame_equal(one, other, check_dtype=False, rtol=1e-3)


@of_every_model
def test_tiny_and_constant_tables_are_served(model):
    one = pd.DataFrame({"user": ["Kim"], "item": ["bulb"]})
    fitted = clone(model).fit(one)
    assert fitted.recommend(["Kim"]).empty
    assert list(fitted.recommend(["Kim"], exclude_seen=False)["item"]) == ["bulb"]
    assert list(fitted.recommend([]).columns) == ["user", "item", "score", "rank", "reason"]
    same = pd.DataFrame({"user": list("abc"), "item": ["bulb"] * 3})
    assert len(clone(model).fit(same).recommend(["Eve"])) == 1


def test_als_chooses_its_own_settings_from_later_interactions():
    model = ALS(iterations=2).fit(shop(users=60))
    assert model.choice_ is not None
    assert model.choice_["ndcg"].max() > 0
    assert model.factors is None
    assert model.factors_ >= 2
    assert ALS().fit(pd.DataFrame({"user": [1, 2], "item": [1, 2]})).choice_ is None


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (pd.DataFrame({"user": [1]}), "no column item"),
        (pd.DataFrame({"user": [1, None], "item": [1, 2]}), "no user or no item"),
        (pd.DataFrame({"user": [1], "item": [1], "weight": [-1.0]}), "0 up"),
        (pd.DataFrame({"user": [1], "item": [1], "weight": ["much"]}), "must hold numbers"),
        (pd.DataFrame({"user": [1], "item": [1], "time": ["later"]}), "neither dates nor numbers"),
        (pd.DataFrame({"user": [], "item": []}), "no interaction"),
        (sparse.csr_matrix((3, 3)), "no interaction"),
        ([[1, 2]], "DataFrame"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_a_sentence(table, sentence):
    with pytest.raises(CannotRecommend, match=sentence):
        Popularity().fit(table)


@pytest.mark.parametrize("model", [ALS(0), ALS(regularisation=0), ItemKNN(0), ItemKNN(popularity=2), Popularity(-1)])
def test_settings_that_make_no_sense_are_refused(model):
    with pytest.raises(ValueError, match=r"\.$"):
        model.fit(shop())


def test_reasons_are_said_in_the_language_of_the_reader():
    with speaking("zh-hans"):
        assert len(ItemKNN().fit(shop()).recommend(["user 0"], 2)) == 2
