"""What the charts of behaviour and of time to churn show."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from rapport.science import charts
from rapport.science.behaviour import Report, kaplan_meier, nelson_aalen
from rapport.science.behaviour.calibration import reliability
from rapport.science.intervals import Estimate

DICE = np.random.default_rng(0)
CHANCE = DICE.beta(1, 3, 500)
YES = DICE.random(500) < CHANCE
TIME = DICE.exponential(20, 300).round(1)


def rows_of(spec, field):
    """Every drawn row that has the field."""
    inline = [part.get("data", {}).get("values", []) for part in (spec, *spec["layer"])]
    return [row for rows in (*inline, *spec.get("datasets", {}).values()) for row in rows if field in row]


def report(chosen="logistic"):
    found = {"baseline": 0.5, "logistic": 0.84, "random_forest": 0.85}
    return Report({name: {"roc_auc": Estimate(v, v - 0.01, v + 0.01, 500)} for name, v in found.items()}, chosen)


def every_chart():
    return {
        "candidates": charts.candidate_intervals(report()),
        "reliability": charts.reliability_curve(reliability(YES.astype(float), CHANCE)),
        "gains": charts.gains_curve(pd.DataFrame({"yes": YES, "chance": CHANCE})),
        "histogram": charts.chance_histogram(CHANCE, threshold=0.35),
        "importance": charts.importance_bars(pd.Series({"MonthlyCharges": 2.0, "tenure": 1.0, "none": 0.0})),
        "survival": charts.survival_curve(kaplan_meier(TIME, YES[:300]), time="Months"),
        "hazard": charts.hazard_bars(nelson_aalen(TIME, YES[:300]), time="Months"),
    }


@pytest.mark.parametrize("name", list(every_chart()))
def test_every_chart_is_drawn_in_light_and_dark_from_tokens(name):
    import vl_convert

    spec = every_chart()[name]
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", json.dumps(spec))
    for appearance in ("light", "dark"):
        picture = vl_convert.vegalite_to_svg({**charts.painted(spec, appearance), "width": 400})
        assert charts.tokens(appearance)["chart-1"] in picture.lower() or name == "histogram"


def test_omar_sees_the_chosen_candidate_among_its_rivals_and_the_baseline():
    rows = rows_of(charts.candidate_intervals(report()), "chosen")
    assert {row["candidate"]: row["chosen"] for row in rows} == {"Random forest": False, "Logistic regression": True}
    words = json.dumps(charts.candidate_intervals(report()))
    assert "Baseline" in words
    assert charts.candidate_intervals(Report({"baseline": {"roc_auc": Estimate(0.5, 0.5, 0.5, 9)}}, "baseline"))


def test_the_first_tenth_holds_what_the_gains_say():
    held_out = pd.DataFrame({"yes": [True] * 5 + [False] * 95, "chance": np.linspace(1, 0, 100)})
    assert "The first 10% of customers hold 100%" in json.dumps(charts.gains_curve(held_out))


def test_the_histogram_counts_everybody_once():
    rows = rows_of(charts.chance_histogram(CHANCE, threshold=0.35), "flagged")
    assert sum(row["high"] - row["low"] for row in rows) == 500
    flagged = sum(row["high"] - row["low"] for row in rows if row["flagged"])
    assert flagged == (CHANCE >= 0.35).sum()
    bars = charts.chance_histogram(CHANCE, threshold=0.35)["layer"][0]["encoding"]
    assert {bars[side]["field"] for side in ("x", "x2", "y", "y2")} <= set(rows[0])
    with pytest.raises(ValueError, match="must be a customer"):
        charts.chance_histogram([], threshold=0.5)


def test_a_month_in_which_half_leave_is_drawn_as_half():
    # 100 there, none leaves in the first month, half in the second: the hazard adds up to ln 2.
    hazard = nelson_aalen(np.append(np.linspace(1.01, 1.99, 50), np.full(50, 3.0)), np.arange(100) < 50)
    rows = rows_of(charts.hazard_bars(hazard, period=1.0), "share")
    assert [row["share"] for row in rows[:2]] == pytest.approx([0, 0.5], abs=0.01)
    with pytest.raises(ValueError, match="longer than 0"):
        charts.hazard_bars(hazard, period=0.0)
    with pytest.raises(ValueError, match="nothing to draw"):
        charts.importance_bars(pd.Series({"x": 0.0}))
