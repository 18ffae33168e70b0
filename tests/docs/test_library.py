"""The reference page of `rapport.science` names everything that can be imported."""

import importlib

import pytest

from tests import house
from tools import library

PAGE = house.ROOT / "docs" / "reference" / "science.md"
# What the outside relies on: it may grow, and nothing in it is renamed.
PROMISED = {
    "segmentation": "RFM Segmentation SegmentRules SegmentClassifier",
    "behaviour": "BehaviourModel SurvivalModel",
    "value": "discounted_value BetaGeoNBD GammaGamma ShiftedBetaGeometric",
    "satisfaction": "satisfaction_index SatisfactionDrivers csat nps ces",
    "quality": "Scorecard ConversationQuality",
    "text": "Encoder Retriever IntentClassifier Sentiment Topics",
    "forecast": "VolumeForecast",
    "staffing": "erlang_b erlang_c erlang_a required_agents ShiftPlan",
    "assignment": "assign service_plan",
    "process": "bottlenecks Simulation",
    "recommend": "Popularity ItemKNN ALS",
    "experiment": "fixed_horizon SequentialTest ThompsonBandit",
}


def of_room(room: str) -> str:
    return PAGE.read_text().partition(f"\n## {room}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("room", PROMISED)
def test_what_was_promised_can_be_imported_and_is_explained(room):
    module, part = importlib.import_module(f"rapport.science.{room}"), of_room(room)
    for name in PROMISED[room].split():
        assert hasattr(module, name)
        assert f"### {name}\n" in part


@pytest.mark.parametrize("room", library.rooms())
def test_every_public_name_is_on_the_page(room):
    part = of_room(room)
    missing = [
        name for name in library.public(library.rooms()[room]) if f"`{name}" not in part and f"### {name}" not in part
    ]
    assert not missing, f"run `make fix`: {missing}"


@pytest.mark.parametrize("room", library.rooms())
def test_every_model_and_function_says_in_a_sentence_what_it_is_for(room):
    module = library.rooms()[room]
    entries = [library.entry(module, name) for name in library.public(module)]
    assert not [one.name for one in entries if not one.purpose]


def test_every_model_says_what_it_learns():
    learns = {
        one.name
        for module in library.rooms().values()
        for one in (library.entry(module, name) for name in library.public(module))
        if one.is_model and hasattr(one.value, "fit") and "Learned" not in one.sections
    }
    assert not learns
