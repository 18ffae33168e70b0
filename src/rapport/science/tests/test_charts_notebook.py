"""A chart of the library as a data person sees it in a notebook."""

import io
import json

import pandas as pd
import pytest
from PIL import Image

from rapport.science import charts
from rapport.science.charts.notebook import PICTURE, VEGA_LITE, show

MOMENTS = pd.date_range("2026-03-02 08:00", periods=4, freq="h").append(
    pd.date_range("2026-03-03 08:00", periods=4, freq="h")
)
FORECAST = pd.DataFrame({"mean": 5.0, "lower": 2.0, "upper": 9.0}, index=MOMENTS)


def cover(**columns: list[float]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([MOMENTS, [""]], names=["time", "skill"])
    return pd.DataFrame(columns, index=index)


def first_rows(spec: charts.Spec) -> list[dict]:
    """What the lowest layer draws."""
    return spec["datasets"][spec["layer"][0]["data"]["name"]]


def drawn() -> dict[str, charts.Spec]:
    people = cover(required=[2.0] * 8, present=[1.0] * 4 + [3.0] * 4, short=[1.0] * 4 + [0.0] * 4)
    queues = pd.DataFrame({"service_level": [0.4, 0.7, 0.9]}, index=[3, 4, 5])
    seen = pd.DataFrame(
        {"frequency": [0, 1, 9], "actual": [0, 1, 4], "expected": [0.2, 0.9, 5], "carried_on": [0, 2, 9]}
    )
    return {
        "forecast": charts.forecast_band(FORECAST, past=FORECAST["mean"].iloc[:4], actual=FORECAST["upper"]),
        "cover": charts.cover_steps(people),
        "waiting": charts.waiting_by_people(queues, goal=0.8, chosen=5),
        "retention": charts.retention_curve([1.0, 0.7, 0.6], [1.0, 0.72, 0.58, 0.5], learnt=2),
        "foreseen": charts.purchases_foreseen(seen),
    }


@pytest.mark.parametrize("name", drawn())
def test_a_chart_is_live_where_a_notebook_can_and_a_picture_elsewhere(name):
    forms, about = show(drawn()[name], "Calls an hour", width=400)._repr_mimebundle_()
    assert "var(--" not in json.dumps(forms[VEGA_LITE])
    assert (about[PICTURE]["width"], about[PICTURE]["alt"]) == (400, "Chart: Calls an hour")
    picture = Image.open(io.BytesIO(forms[PICTURE])).convert("RGB")
    assert picture.width == 800
    assert len(set(picture.resize((80, 50)).get_flattened_data())) > 5, "nothing was drawn"


def test_what_a_chart_says_over_its_axis_goes_below_the_title():
    spec = {**charts.retention_curve([], [1.0, 0.5]), "title": {"text": "Share"}}
    assert show(spec, "Left").spec["title"] | {"text": "Left", "subtitle": "Share"} == show(spec, "Left").spec["title"]
    assert show(spec).spec["title"]["text"] == "Share"


def test_a_desk_that_closes_at_night_has_no_line_through_the_night():
    band = first_rows(charts.forecast_band(FORECAST))
    assert [row["run"] for row in band] == [0] * 4 + [1] * 4


def test_what_is_short_is_red_from_the_people_there_to_the_people_needed():
    people = cover(required=[2.0] * 8, present=[2.0] * 7 + [0.5], short=[0.0] * 7 + [1.5])
    [gap] = first_rows(charts.cover_steps(people))
    assert (gap["low"], gap["people"]) == (0.5, 2.0)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: charts.forecast_band(FORECAST.iloc[:0]),
        lambda: charts.cover_steps(cover(required=[1.0] * 8).iloc[:0]),
        lambda: charts.waiting_by_people(pd.DataFrame({"service_level": []})),
        lambda: charts.retention_curve([], []),
        lambda: charts.purchases_foreseen(pd.DataFrame()),
        lambda: show({}, width=0),
    ],
)
def test_nothing_to_draw_is_refused_in_a_sentence(draw):
    with pytest.raises(ValueError, match=r"There must be|0 pixels"):
        draw()
