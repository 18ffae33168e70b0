"""What Omar sees of waiting, of a change that he considers, and of how a forecast was chosen."""

import json

import numpy as np
import pandas as pd
import pytest

from rapport.science.charts import candidate_errors, painted, waiting_bars, what_if
from rapport.science.process import Simulation, Step, bottlenecks

LOG = pd.DataFrame(
    {
        "case": [1, 1, 1, 2, 2],
        "activity": ["ask", "check", "answer", "ask", "answer"],
        "time": pd.to_datetime(["2025-03-03 08", "2025-03-03 12", "2025-03-03 13", "2025-03-03 08", "2025-03-03 11"]),
    }
)


@pytest.fixture(scope="module")
def comparison():
    here, there = (Simulation(1.0, [Step(n, 1.0, "Calls")], duration=80.0, replications=3) for n in (2, 3))
    return here.compare(there)


def drawn(spec):
    import vl_convert

    return vl_convert.vegalite_to_svg({**painted(spec, "dark"), "width": 560})


def test_the_longest_waiting_is_on_top_and_said_in_hours():
    spec = waiting_bars(bottlenecks(LOG))
    rows = next(iter(spec["datasets"].values()))
    assert [row["step"] for row in rows] == ["ask → check", "ask → answer", "check → answer"]
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert "50%, 4.0 h each time" in drawn(spec)


def test_nothing_to_wait_for_is_nothing_to_draw():
    with pytest.raises(ValueError, match="Nothing waits"):
        waiting_bars(bottlenecks(LOG.head(1)))


@pytest.mark.parametrize(("measure", "unit"), [("service_level", "points"), ("average_speed_of_answer", " to ")])
def test_a_change_is_said_with_its_interval(comparison, measure, unit):
    picture = drawn(what_if(comparison, measure))
    assert unit in picture
    assert "With the change" in picture


def test_what_was_not_simulated_is_not_drawn(comparison):
    with pytest.raises(ValueError, match="was not simulated"):
        what_if(comparison, "joy")


def test_the_forecast_in_use_stands_out_of_the_candidates():
    table = pd.DataFrame({"MASE": [0.6, 0.9, 1.0], "WAPE": [0.043, 0.056, np.nan]}, ["blend", "recent_mean", "other"])
    spec = candidate_errors(table, "blend")
    assert [row["best"] for row in next(iter(spec["datasets"].values()))] == [True, False]
    assert "4.3%" in drawn(spec)
    assert not any(colour in json.dumps(spec) for colour in ("#", "rgb"))
    with pytest.raises(ValueError, match="No candidate"):
        candidate_errors(table.tail(1), "other")
