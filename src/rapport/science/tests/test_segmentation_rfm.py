"""Recency, frequency and money: scores, and groups with names."""

import numpy as np
import pandas as pd
import pytest

from rapport.science.segmentation import RFM, rfm_from_transactions


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
