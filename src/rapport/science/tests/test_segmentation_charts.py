"""The charts of segments: under the theme, true to the numbers, drawn outside a browser."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from rapport.science import charts
from rapport.science.charts.segmentation import profile_rows
from rapport.science.segmentation import RFM, Segmentation


@pytest.fixture(scope="module")
def table():
    dice = np.random.default_rng(0)
    kind = np.repeat([0, 1], [120, 80])
    return pd.DataFrame(
        {
            "spend": dice.lognormal(3 + 3 * kind, 0.2),
            "tickets": dice.poisson(2 + 9 * kind),
            "plan": np.where(kind, "firm", "home"),
            "segment_of_old": np.where(kind, "big", "small"),
        }
    )


@pytest.fixture(scope="module")
def model(table):
    return Segmentation(k_max=3, resamples=4, references=4).fit(table)


def drawn(spec):
    """The rows of the first layer; Altair may keep them aside by name."""
    return spec["layer"][0]["data"].get("values") or spec["datasets"][spec["layer"][0]["data"]["name"]]


@pytest.fixture(scope="module")
def specs(model, table):
    scores = RFM().fit(range(200), table["tickets"], table["spend"]).score(range(200), table["tickets"], table["spend"])
    across = {"x_title": "Tickets", "y_title": "Spend"}
    return {
        "scatter": charts.segment_scatter(table["tickets"], table["spend"], model.labels_, **across),
        "sizes": charts.segment_sizes(model.sizes_.to_list(), names={0: "Homes"}),
        "choice": charts.segment_choice(model.comparison_, model.k_),
        "profiles": charts.segment_profiles(model.profiles_),
        "grid": charts.rfm_grid(scores),
        "groups": charts.rfm_groups(scores),
    }


def test_a_chart_names_tokens_and_no_colour_of_its_own(specs):
    for name, spec in specs.items():
        written = json.dumps(spec)
        assert not re.search(r"#[0-9a-fA-F]{6}|rgba?\(", written), name
        assert set(re.findall(r"var\(--([\w-]+)\)", written)) - {"font"} <= set(charts.tokens("light")), name


@pytest.mark.parametrize("name", ["scatter", "sizes", "choice", "profiles", "grid", "groups"])
def test_a_chart_is_drawn_outside_a_browser(specs, name):
    import vl_convert

    picture = vl_convert.vegalite_to_svg({**charts.painted(specs[name], "dark"), "width": 400})
    assert charts.tokens("dark")["chart-1"] in picture.lower()


def test_segments_are_told_apart_by_shape_and_not_by_colour_alone(specs):
    encoding = specs["scatter"]["layer"][0]["encoding"]
    shapes = encoding["shape"]["scale"]["range"]
    assert encoding["shape"]["scale"]["domain"] == ["Segment 1  120", "Segment 2  80"]
    assert len(set(shapes)) == 2


def test_noor_names_her_segments(specs):
    assert "Homes" in json.dumps(specs["sizes"])
    assert "120 · 60%" in json.dumps(specs["sizes"], ensure_ascii=False)


def test_facts_that_say_the_same_are_drawn_once(model):
    rows, titles = profile_rows(model.profiles_, None, 10)
    facts = list(dict.fromkeys(row["fact"] for row in rows))
    assert sum("plan" in fact.lower() or "segment of old" in fact.lower() for fact in facts) == 1
    assert {"Spend", "Tickets"} <= set(facts)
    assert titles == ["Segment 1", "Segment 2"]
    assert all(-1 <= row["away"] <= 1 for row in rows)


def test_many_customers_are_thinned_but_all_are_counted():
    n = 5000
    spec = charts.segment_scatter(range(n), range(n), [0] * 4000 + [1] * 1000, x_title="a", y_title="b")
    assert len(drawn(spec)) <= 600
    assert "Segment 1  4,000" in json.dumps(spec)


def test_a_logarithm_and_a_gap_leave_out_who_cannot_be_drawn():
    spec = charts.segment_scatter(
        [0, 1, np.nan, 10], [1, 2, 3, 4], [0, 0, 0, 1], x_title="a", y_title="b", logarithmic=(True, False)
    )
    assert [row["x"] for row in drawn(spec)] == [1, 10]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: charts.segment_scatter([1], [1, 2], [0, 0], x_title="a", y_title="b"),
        lambda: charts.segment_sizes([]),
        lambda: charts.segment_choice(pd.DataFrame()),
        lambda: charts.segment_profiles(pd.DataFrame(), names=None),
        lambda: charts.rfm_grid(pd.DataFrame()),
        lambda: charts.segment_profiles(Segmentation().fit(pd.DataFrame({"spend": [1.0, 2, 3]})).profiles_),
    ],
)
def test_nothing_to_draw_is_said(wrong):
    with pytest.raises(ValueError, match=r"\.$"):
        wrong()
