"""Connecting a number: what is asked, what is tried, and what to do when a step does not work."""

import pytest

from rapport.channels.graph import API
from rapport.channels.kinds.whatsapp.forms import WhatsAppForm
from rapport.channels.kinds.whatsapp.kind import WhatsApp

HERE = "https://desk.lampwright.example/in/whatsapp/key/"
TYPED = {
    "address": "+1 (555) 078-3881",
    "phone_number_id": "106540352242922",
    "waba_id": "102290129340398",
    "token": "EAAG",
    "app_secret": "s3cret",
}


def steps(api, /, **settings):
    found = list(api.kind.check({**api.settings, **settings}))
    return [(step.name, step.ok) for step in found], found[-1].remedy


def test_what_is_typed_becomes_the_settings():
    form = WhatsAppForm(TYPED)
    assert form.is_valid(), form.errors
    assert (form.cleaned_data["address"], form.cleaned_data["api"]) == ("+15550783881", API)
    assert len(form.cleaned_data["verify_token"]) > 20


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("address", "078 3881"),
        ("address", "hello"),
        ("phone_number_id", "+15550783881"),
        ("waba_id", ""),
        ("token", ""),
        ("app_secret", ""),
        ("api", "http://graph.facebook.com/v26.0"),
        ("api", "nonsense"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(field, typed):
    form = WhatsAppForm({**TYPED, field: typed})
    assert not form.is_valid()
    assert field in form.errors


def test_a_number_that_works(api):
    names, remedy = steps(api, push_url=HERE)
    assert names == [
        ("Sign in to WhatsApp", True),
        ("Find the number +15550783881 (Lampwright)", True),
        ("Read the approved templates", True),
        ("Let WhatsApp push messages of this account", True),
        (f"WhatsApp now pushes to {HERE}", True),
    ]
    assert remedy == ""
    assert (api.simulator.webhook, api.simulator.is_subscribed) == (HERE, True)
    assert steps(api, push_url=HERE)[0][-1] == ("Let WhatsApp push to this address", True)


def test_before_it_is_saved_nothing_is_set_there(api):
    assert steps(api)[0][-1] == ("Let WhatsApp push to this address", True)
    assert api.simulator.webhook == ""


@pytest.mark.parametrize(
    ("changed", "last", "remedy"),
    [
        ({"token": ""}, "Everything is filled in", "Copy the two IDs"),
        ({"token": "old"}, "Sign in to WhatsApp", "An administrator makes a new one"),
        ({"phone_number_id": "11111"}, "Sign in to WhatsApp", "knows no such ID"),
        ({"waba_id": "22222"}, "Read the approved templates", "WhatsApp"),
        ({"address": "+4930123456"}, "Find the number +4930123456 (Lampwright)", "belongs to +15550783881"),
        ({"api": "http://127.0.0.1:9/v26.0"}, "Sign in to WhatsApp", "cannot be reached"),
    ],
)
def test_a_step_that_does_not_work_says_what_to_do(api, changed, last, remedy):
    names, said = steps(api, **changed)
    assert names[-1] == (last, False)
    assert remedy in said


def test_what_to_copy_to_meta_is_shown():
    told = WhatsApp().instructions({"verify_token": "meatyhamhock"}, HERE)
    assert [(each.name, each.value) for each in told] == [
        ("Callback URL", HERE),
        ("Verify token", "meatyhamhock"),
        ("Webhook field", "messages"),
    ]


def test_the_number_takes_80_messages_a_second():
    (limit,) = WhatsApp().limits({})
    assert (limit.count, limit.seconds) == (80, 1)
