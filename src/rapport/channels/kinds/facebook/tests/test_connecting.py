"""Connecting a Page: what is asked, what is tried, and what to do when a step does not work."""

import pytest

from rapport.channels.graph import API
from rapport.channels.kinds.facebook.forms import FacebookForm
from rapport.channels.kinds.facebook.kind import Facebook

HERE = "https://desk.lampwright.example/in/facebook/key/"
TYPED = {"address": "Lampwright", "page_id": "1906385232743451", "token": "EAAP", "app_id": "670843", "app_secret": "s"}


def steps(api, /, **settings):
    found = list(api.kind.check({**api.settings, **settings}))
    return [(step.name, step.ok) for step in found], found[-1].remedy


def test_what_is_typed_becomes_the_settings():
    form = FacebookForm(TYPED)
    assert form.is_valid(), form.errors
    assert (form.cleaned_data["api"], form.cleaned_data["human_agent"]) == (API, False)
    assert len(form.cleaned_data["verify_token"]) > 20


@pytest.mark.parametrize(
    ("field", "typed"),
    [("page_id", "Lampwright"), ("app_id", ""), ("token", ""), ("app_secret", ""), ("api", "http://a.example")],
)
def test_what_cannot_be_is_said_at_its_field(field, typed):
    assert field in FacebookForm({**TYPED, field: typed}).errors


def test_a_page_that_works(api):
    names, _remedy = steps(api, push_url=HERE)
    assert names == [
        ("Sign in to the Page (Lampwright)", True),
        ("Find its Instagram account (17841405309211844)", True),
        ("Let Meta push messages of this Page", True),
        ("Let Meta push to this address: Messenger", True),
        ("Let Meta push to this address: Instagram", True),
    ]
    assert api.simulator.webhooks == {"page": HERE, "instagram": HERE}
    assert steps(api, push_url=HERE)[0] == names


def test_an_address_that_somebody_else_set_is_not_taken_away(api):
    api.simulator.webhooks = {"page": "https://other.example/", "instagram": HERE}
    names, _remedy = steps(api, push_url=HERE)
    assert names[-2:] == [
        ("Let Meta push to this address: Messenger", False),
        ("Let Meta push to this address: Instagram", True),
    ]
    assert api.simulator.webhooks["page"] == "https://other.example/"


def test_before_it_is_saved_nothing_is_set_there(api):
    assert steps(api)[0][-1] == ("Let Meta push to this address", True)
    assert api.simulator.webhooks == {}


def test_a_step_that_does_not_work_says_what_to_do(api):
    for changed, last, remedy in (
        ({"token": ""}, "Everything is filled in", "Copy the Page ID"),
        ({"token": "old"}, "Sign in to the Page", "makes a new one"),
        ({"page_id": "11111"}, "Sign in to the Page", "knows no such ID"),
        ({"instagram_id": "22222"}, "Find its Instagram account", "has the ID 17841405309211844"),
        ({"app_secret": "wrong"}, "Let Meta push to this address", "Meta"),
        ({"api": "http://127.0.0.1:9/v26.0"}, "Sign in to the Page", "cannot be reached"),
    ):
        names, said = steps(api, **changed)
        assert names[-1] == (last, False)
        assert remedy in said


def test_what_to_copy_to_meta_is_shown():
    told = Facebook().instructions({"verify_token": "meatyhamhock"}, HERE)
    assert [each.value for each in told[:2]] == [HERE, "meatyhamhock"]
    assert "message_reads" in told[2].value
    assert "messaging_seen" in told[3].value
