"""Every chart follows the theme, and can be drawn outside a page."""

import json
import re

import pytest

from rapport.science import charts


@pytest.fixture
def spec():
    rows = [
        {"week": "2026-11-02", "series": "before", "value": 3.9, "few": False, "alone": False, "last": ""},
        {"week": "2026-11-09", "series": "now", "value": 4.1, "few": False, "alone": False, "last": ""},
        {"week": "2026-11-16", "series": "now", "value": 4.42, "few": True, "alone": False, "last": "4.42"},
    ]
    return charts.weekly_line(rows, domain=(1, 5), ticks=(1, 2, 3, 4, 5))


def colours_in(value) -> set[str]:
    return set(re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\([^)]*\)", json.dumps(value)))


def test_a_chart_names_tokens_and_no_colour_of_its_own(spec):
    assert not colours_in(spec)
    named = set(re.findall(r"var\(--([\w-]+)\)", json.dumps(spec)))
    assert "chart-1" in named
    assert named - {"font"} <= set(charts.tokens("light"))


def test_the_numbers_are_in_the_chart_and_only_in_this_one(spec):
    other = charts.weekly_line([], domain=(1, 5), ticks=(1, 2, 3, 4, 5))
    assert [row["value"] for row in spec["datasets"]["weeks"]] == [3.9, 4.1, 4.42]
    assert other["datasets"]["weeks"] == []
    assert json.loads(json.dumps(spec)) == spec


def test_light_and_dark_differ_in_colours_alone(spec):
    light, dark = charts.painted(spec, "light"), charts.painted(spec, "dark")
    assert "var(--" not in json.dumps([light, dark])
    assert colours_in(light) != colours_in(dark)
    assert re.sub(r"#[0-9a-f]{6}", "#", json.dumps(light)) == re.sub(r"#[0-9a-f]{6}", "#", json.dumps(dark))


@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_a_painted_chart_is_drawn_outside_a_browser(spec, appearance):
    import vl_convert

    picture = vl_convert.vegalite_to_svg({**charts.painted(spec, appearance), "width": 400})
    assert charts.tokens(appearance)["chart-1"] in picture.lower()
    assert "4.42" in picture


# Values of the CSS Color 4 test suite and of the sRGB primaries.
@pytest.mark.parametrize(
    ("colour", "value"),
    [
        ("oklch(1 0 0)", "#ffffff"),
        ("oklch(0 0 0)", "#000000"),
        ("oklch(0.62796 0.25768 29.234)", "#ff0000"),
        ("oklch(0.51975 0.17686 142.495)", "#008000"),
        ("oklch(0.45201 0.31321 264.052)", "#0000ff"),
    ],
)
def test_colours_are_turned_into_srgb(colour, value):
    assert charts.srgb(colour) == value


def test_every_token_has_both_appearances():
    assert charts.tokens("light").keys() == charts.tokens("dark").keys()
    assert {"surface", "text", "text-3", "chart-grid", "chart-mute", "border-strong"} <= charts.tokens("light").keys()
