"""Charts of quality and assignment name colours of the design alone, hold their numbers, and can be drawn."""

import json
import re

import pytest

from rapport.science.charts import (
    agent_load,
    checks_passed,
    painted,
    plan_gap,
    quality_by_group,
    scorecard_bars,
    tokens,
)
from rapport.science.quality import Criterion, Scorecard, checks
from rapport.science.tests.quality_cases import CASES, talk

CARD = Scorecard([Criterion("tone", 3), Criterion("privacy", 0, critical=True), Criterion("apology", 1)])
ROW = {"value": 84.0, "lower": 80.0, "upper": 88.0, "few": False}


def drawn():
    return {
        "score": scorecard_bars(CARD.score({"tone": 0.5, "privacy": False})),
        "groups": quality_by_group(
            [{"agent": "Ada", **ROW}, {"agent": "Omar", **ROW, "few": True}], "agent", pass_mark=80
        ),
        "checks": checks_passed([checks(talk(turns)) for turns, _ in CASES[:9]]),
        "load": agent_load([{"agent": "Ada", "hours": 8, "used": 7.5}]),
        "gap": plan_gap(343, 351, 330),
    }


@pytest.mark.parametrize("name", ["score", "groups", "checks", "load", "gap"])
def test_a_chart_is_drawn_in_the_colours_of_the_design(name):
    import vl_convert

    spec = drawn()[name]
    named = set(re.findall(r"var\(--([\w-]+)\)", json.dumps(spec)))
    assert named - {"font"} <= set(tokens("light"))
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", json.dumps(spec))
    assert "<svg" in vl_convert.vegalite_to_svg({**painted(spec, "dark"), "width": 400})


def test_what_failed_all_is_red_and_what_did_not_apply_is_left_out():
    text = json.dumps(drawn()["score"])
    assert "var(--bad)" in text
    assert '"name": "privacy"' in text
    assert "apology" not in text


def test_nothing_to_draw_is_an_empty_chart():
    for spec in (checks_passed([]), agent_load([]), quality_by_group([], "agent")):
        assert json.loads(json.dumps(spec)) == spec
