"""Recency, frequency and money: scores, and groups with names."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.science.segmentation import RFM, rfm_from_transactions
from rapport.science.segmentation.rfm import GRID, group_names


@pytest.fixture
def purchases():
    dice = np.random.default_rng(0)
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(dice.integers(0, 365, 900), unit="D")
    return pd.DataFrame({"customer": dice.integers(0, 200, 900), "date": days, "amount": dice.gamma(2, 30, 900)})


def test_kims_purchases_become_recency_frequency_and_money():
    bought = pd.DataFrame(
        {
            "customer": ["Kim", "Kim", "Kim", "Eve"],
            "date": ["2026-03-01", "2026-03-01", "2026-03-11", "2026-03-31"],
            "amount": [10, 5, 20, 7],
        }
    )
    table = rfm_from_transactions(bought)
    assert table.loc["Kim"].to_dict() == {"recency": 20.0, "frequency": 2.0, "monetary": 35.0}
    assert table.loc["Eve"].to_dict() == {"recency": 0.0, "frequency": 1.0, "monetary": 7.0}


def test_the_latest_the_most_frequent_and_the_richest_score_best(purchases):
    facts = rfm_from_transactions(purchases)
    scores = RFM().fit(facts).score(facts)
    assert scores["recency"][facts["recency"] == facts["recency"].min()].eq(5).all()
    assert scores["frequency"][facts["frequency"].idxmax()] == 5
    assert scores["monetary"][facts["monetary"].idxmin()] == 1
    assert scores["monetary"].value_counts().to_list() == pytest.approx([len(facts) / 5] * 5, abs=1)


facts_strategy = st.lists(
    st.tuples(st.integers(0, 400), st.integers(1, 30), st.floats(0, 1e6)), min_size=1, max_size=60
).map(lambda rows: pd.DataFrame(rows, columns=["recency", "frequency", "monetary"]).astype(float))


@settings(max_examples=40, deadline=None)
@given(facts_strategy)
def test_equal_customers_score_equally_and_better_ones_never_worse(facts):
    scores = RFM().fit(facts).score(facts)
    for name, sign in (("recency", -1), ("frequency", 1), ("monetary", 1)):
        ordered = scores[name].to_numpy()[np.argsort(sign * facts[name].to_numpy(), kind="stable")]
        assert (np.diff(ordered) >= 0).all()
        assert scores.groupby(facts[name])[name].nunique().eq(1).all()
        assert scores[name].between(1, 5).all()


@settings(max_examples=20, deadline=None)
@given(facts_strategy, st.sampled_from([0.5, 4.0, 1024.0]))
def test_the_unit_of_time_and_money_changes_no_score(facts, unit):
    other = facts.assign(recency=facts["recency"] * unit, monetary=facts["monetary"] * unit)
    assert RFM().fit(other).score(other).equals(RFM().fit(facts).score(facts))


def test_most_who_bought_once_score_1_for_it(purchases):
    once = [1.0] * 80 + [2.0] * 15 + [9.0] * 5
    scores = RFM().fit(np.arange(100), once, np.arange(100)).score(np.arange(100), once, np.arange(100))
    assert scores["frequency"][:80].eq(1).all()
    assert scores["frequency"][95:].eq(5).all()


def test_customers_who_do_not_differ_are_in_the_middle():
    scores = RFM().fit([9, 9], [2, 2], [5, 5]).score([9], [2], [5])
    assert scores.iloc[0].to_list() == [3, 3, 3, "Need attention"]


def test_kim_who_came_later_is_measured_with_the_same_rule(purchases):
    facts = rfm_from_transactions(purchases)
    model = RFM().fit(facts)
    kim = model.score([0.0], [99.0], [1e6])
    assert kim.iloc[0].to_list() == [5, 5, 5, "Champions"]
    gone = model.score([9999.0], [1.0], [0.0])
    assert gone.iloc[0].to_list() == [1, 1, 1, "Lost"]
    some = facts.iloc[::7]
    assert model.score(some).equals(model.score(facts).iloc[::7])


@pytest.mark.parametrize(
    ("recency", "purchases_score", "group"),
    [(5, 5, "champions"), (5, 1, "new"), (4, 1, "promising"), (1, 5, "cannot_lose"), (2, 3, "at_risk"), (1, 1, "lost")],
)
def test_the_grid_names_every_corner(recency, purchases_score, group):
    assert GRID[recency - 1][purchases_score - 1] == group


def test_every_group_has_a_name_and_a_place():
    assert {name for row in GRID for name in row} == set(group_names())


def test_noor_calls_her_groups_as_she_likes(purchases):
    facts = rfm_from_transactions(purchases)
    model = RFM(names={"champions": "Stars"}).fit(facts)
    assert "Stars" in set(model.score(facts)["group"])
    assert "champions" in set(model.groups(facts))


@pytest.mark.parametrize("quantiles", [2, 3, 4, 10])
def test_other_numbers_of_scores_have_groups_too(purchases, quantiles):
    facts = rfm_from_transactions(purchases)
    scores = RFM(quantiles).fit(facts).score(facts)
    assert scores["recency"].max() == quantiles
    assert set(scores["group"]) <= set(group_names().values())
    best = RFM(quantiles).fit(range(100), range(100, 0, -1), range(100, 0, -1)).groups([0, 99], [100, 1], [100, 1])
    assert best.to_list() == ["champions", "lost"]


def test_the_index_of_the_table_is_kept():
    facts = pd.DataFrame({"recency": [1, 2], "frequency": [3, 1], "monetary_value": [9, 8]}, index=["Kim", "Eve"])
    assert list(RFM().fit(facts).score(facts).index) == ["Kim", "Eve"]
    series = RFM().fit(facts["recency"], facts["frequency"], facts["monetary_value"])
    assert list(series.score(facts).index) == ["Kim", "Eve"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: RFM().fit([1, 2], [1], [1, 2]), "frequency 1"),
        (lambda: RFM().fit([1], [1]), "all of recency, frequency and monetary"),
        (lambda: RFM().fit([1]), "one DataFrame"),
        (lambda: RFM().fit(pd.DataFrame({"recency": [1]})), "no column 'frequency'"),
        (lambda: RFM().fit([np.nan], [1], [1]), "without gaps"),
        (lambda: RFM().fit([], [], []), "at least one customer"),
        (lambda: RFM(1).fit([1], [1], [1]), "at least two scores"),
        (lambda: RFM(names={"stars": "Stars"}).fit([1], [1], [1]), "Unknown groups: stars"),
        (lambda: rfm_from_transactions(pd.DataFrame({"who": [1]})), "no column 'customer'"),
    ],
)
def test_what_cannot_be_scored_is_said(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()


def test_a_list_with_time_zones_and_a_last_day_is_read(purchases):
    zoned = purchases.assign(date=purchases["date"].dt.tz_localize("Europe/Amsterdam"))
    plain = rfm_from_transactions(purchases, until="2026-06-30")
    assert rfm_from_transactions(zoned, until="2026-06-30").equals(plain)
    assert plain["recency"].min() >= 0
