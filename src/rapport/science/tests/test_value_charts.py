"""Charts of value and satisfaction: under the theme, with the numbers in them, drawn without a browser."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from rapport.science import charts
from rapport.science.satisfaction import SatisfactionDrivers, by_group, csat, nps
from rapport.science.value import BetaGeoNBD


def worth():
    return charts.value_by_segment(pd.Series(["loyal", "new", "loyal"]), pd.Series([900.0, 20.0, 1_100.0]))


def alive():
    model = BetaGeoNBD()
    model.r_, model.alpha_, model.a_, model.b_ = 0.24, 4.4, 0.79, 2.4
    return charts.alive_by_record(model, age=39, unit="weeks")


def drivers():
    dice = np.random.default_rng(0)
    X = pd.DataFrame({"quality": dice.normal(size=60), "waiting": dice.normal(size=60), "floor": 1.0})
    return charts.driver_effects(SatisfactionDrivers().fit(X, X["quality"] - X["waiting"] + dice.normal(size=60)))


def groups(measure=csat, kind="csat"):
    return charts.satisfaction_by_group(by_group(measure, [5, 4, 1, 3, 5, 5] * 4, list("aabbcc") * 4), kind=kind)


DRAWN = {
    "worth": (worth, "2,000 (1,000 each)"),
    "alive": (alive, "Time since the last purchase (weeks)"),
    "drivers": (drivers, "quality"),
    "groups": (groups, "a (8)"),
    "promoters": (lambda: groups(nps, "nps"), "All groups"),
}


@pytest.mark.parametrize(("draw", "words"), DRAWN.values(), ids=DRAWN)
@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_a_chart_names_only_tokens_and_is_drawn_outside_a_browser(draw, words, appearance):
    import vl_convert

    spec = draw()
    written = json.dumps(spec)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", written)
    assert set(re.findall(r"var\(--([\w-]+)\)", written)) - {"font"} <= set(charts.tokens("light"))
    assert words in vl_convert.vegalite_to_svg({**charts.painted(spec, appearance), "width": 500})


def test_a_driver_without_an_interval_is_not_drawn():
    assert "floor" not in json.dumps(drivers())


def test_nothing_to_draw_is_said():
    three = SatisfactionDrivers().fit(pd.DataFrame({"a": [1, 2, 3], "b": [1, 3, 2]}), [1, 2, 4])
    for draw in (
        lambda: charts.value_by_segment(pd.Series([], dtype=str), pd.Series([], dtype=float)),
        lambda: charts.driver_effects(three),
        lambda: charts.satisfaction_by_group(pd.DataFrame()),
        lambda: charts.alive_by_record(BetaGeoNBD(), age=0),
    ):
        with pytest.raises(ValueError, match=r"\.$"):
            draw()
