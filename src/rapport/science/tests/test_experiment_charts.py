"""Charts of experiments and recommenders: under the theme, with the numbers in them, drawn without a browser."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from rapport.science import charts
from rapport.science.experiment import Counts, SequentialTest, bayesian
from rapport.science.recommend import ItemKNN, Popularity, evaluate


def running_test():
    dice = np.random.default_rng(1)
    test = SequentialTest("share")
    for _ in range(20):
        test.update(dice.random(100) < 0.2, dice.random(100) < 0.3)
    return test


def rankings():
    train = pd.DataFrame({"user": list("aabbccdd"), "item": list("12123412")})
    test = pd.DataFrame({"user": list("abc"), "item": list("332")})
    return [evaluate(model, train, test, k=2) for model in (Popularity(), ItemKNN())]


DRAWN = {
    "ranking": (lambda: charts.ranking_bars(rankings()), "ItemKNN"),
    "sequential": (lambda: charts.sequential_interval(running_test()), "Decided after"),
    "posterior": (lambda: charts.posterior_densities(bayesian(Counts(20, 100), Counts(30, 100))), "Variant"),
    "bandit": (lambda: charts.bandit_allocation(["mail", "call"] * 20 + ["call"] * 60), "call"),
    "power": (lambda: charts.power_curve(0.2, sd=1), "394 people"),
}


@pytest.mark.parametrize(("draw", "words"), DRAWN.values(), ids=DRAWN)
@pytest.mark.parametrize("appearance", ["light", "dark"])
def test_a_chart_names_only_tokens_and_is_drawn_outside_a_browser(draw, words, appearance):
    import vl_convert

    spec = draw()
    written = json.dumps(spec)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", written)
    assert set(re.findall(r"var\(--([\w-]+)\)", written)) - {"font"} <= set(charts.tokens("light"))
    assert words in vl_convert.vegalite_to_svg({**charts.painted(spec, appearance), "width": 400})


def test_nothing_to_draw_is_said():
    for draw in (
        lambda: charts.sequential_interval(SequentialTest()),
        lambda: charts.bandit_allocation([]),
        lambda: charts.ranking_bars([]),
    ):
        with pytest.raises(ValueError, match=r"\.$"):
            draw()
