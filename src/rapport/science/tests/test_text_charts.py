"""The charts of topics, feelings and intents."""

import json
import re

import pandas as pd
import pytest
import vl_convert

from rapport.science import charts

TOPICS = pd.DataFrame({"label": ["card · arrive", "退款 · 到账", "password"], "share": [0.5, 0.3, 0.2]})
REFUSALS = pd.DataFrame(
    {"threshold": [0.0, 0.5, 0.9], "answered": [1.0, 0.8, 0.3], "precision": [0.7, 0.9, 0.99], "refused": [0, 0.6, 1.0]}
)
WEEKS = ["2026-11-02", "2026-11-09"]


def drawn():
    return {
        "topics": charts.topic_bars(TOPICS, change=[0.04, None, -0.02]),
        "confused": charts.confused_intents(["card_arrival", "refund", "refund"], ["lost_card", "refund", None]),
        "refusals": charts.refusal_curve(REFUSALS, threshold=0.5),
        "weeks": charts.feeling_by_week(WEEKS, [3, 5], [1, 0]),
        "feelings": charts.feeling_by_topic(["card", "refund"], [0.2, 0.1], [0.1, 0.4]),
    }


@pytest.mark.parametrize("name", ["topics", "confused", "refusals", "weeks", "feelings"])
def test_every_chart_is_drawn_in_tokens_alone(name):
    spec = drawn()[name]
    assert not re.search(r"#[0-9a-fA-F]{6}\b", json.dumps(spec))
    picture = vl_convert.vegalite_to_svg({**charts.painted(spec, "dark"), "width": 480})
    assert charts.tokens("dark")["chart-1"] in picture.lower()


def test_what_is_drawn_is_also_written():
    texts = {name: json.dumps(spec, ensure_ascii=False) for name, spec in drawn().items()}
    assert "50%  +4 points" in texts["topics"]
    assert "20%  −2 points" in texts["topics"]
    assert "card arrival → lost card" in texts["confused"]
    assert "refund →" not in texts["confused"]
    assert "90% right, 80% answered" in texts["refusals"]


def test_the_worst_topic_is_on_top():
    picture = vl_convert.vegalite_to_svg({**charts.painted(drawn()["feelings"], "light"), "width": 480})
    assert picture.index(">refund<") < picture.index(">card<")


@pytest.mark.parametrize(
    "draw",
    [
        lambda: charts.topic_bars(TOPICS.head(0)),
        lambda: charts.topic_bars(TOPICS, change=[0.1]),
        lambda: charts.confused_intents(["a"], ["a"]),
        lambda: charts.refusal_curve(REFUSALS.assign(precision=None), threshold=0.5),
        lambda: charts.feeling_by_week([], [], []),
        lambda: charts.feeling_by_topic(["a"], [], [0.1]),
    ],
)
def test_nothing_to_draw_is_said_plainly(draw):
    with pytest.raises(ValueError, match=r"draw|needs|change"):
        draw()
