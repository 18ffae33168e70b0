"""Closing where something has to be filled in first, as Ada sees it, and as rules and macros do it."""

import json

import pytest

from rapport.automation.actions.macros import save_macro
from rapport.automation.actions.rules import save_rule
from rapport.automation.models import Run
from rapport.backbone.custom_fields.defining import Definition, define
from rapport.backbone.jobs import run_pending
from rapport.backbone.models import Event
from rapport.conversations.fields import FIELDS
from rapport.workspace.queries.happenings import lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def product():
    said = Definition("Product", "choice", choices=("Lamp", "Bulb"), help="On the box.", is_needed_to_close=True)
    return define(FIELDS, said)


@pytest.fixture
def browser(ada, signed_in):
    return signed_in(ada)


def closes(conversation):
    conversation.refresh_from_db()
    return conversation.is_closed


def test_ada_is_asked_for_what_is_missing_and_closes_with_it(browser, write, product):
    conversation = write()
    refused = browser.post(f"/conversations/{conversation.pk}/closure", headers={"HX-Request": "true"})
    assert (refused.status_code, refused.content.decode()) == (422, "Before it can be closed, fill in: Product.")
    asks = json.loads(refused["HX-Trigger"])["rapport:needed"]["url"]
    page = browser.get(asks).content.decode()
    assert f"No. {conversation.number} cannot be closed while this is empty." in page
    assert '<select class="select" id="needed-product" name="product" required' in page
    assert "Needed to close" in browser.get(f"/inbox/{conversation.number}/").content.decode()
    wrong = browser.post(asks, {"product": "Shoe"})
    assert (wrong.status_code, wrong.content.decode()) == (422, "Product must be one of: Lamp, Bulb.")
    assert browser.post(asks, {"product": ""}).content.decode() == refused.content.decode()
    assert not closes(conversation)
    done = browser.post(asks, {"product": "Bulb"}, headers={"HX-Request": "true"})
    assert json.loads(done["HX-Trigger"])["rapport:toast"]["text"] == "Closed."
    assert "<option selected>Bulb</option>" in done.content.decode()
    assert closes(conversation)
    assert "Everything is filled in" in browser.get(asks).content.decode()


def test_a_reply_that_was_to_close_is_sent_and_asks(browser, write, product, inbox):
    from rapport.channels.models import Channel

    Channel.objects.create(kind="email", inbox=inbox, name="Support", address="support@lampwright.example")
    conversation = write()
    at, said = f"/conversations/{conversation.pk}/messages", {"mode": "reply", "text": "Done.", "then": "close"}
    answer = browser.post(at, said, headers={"X-Requested-With": "composer"})
    assert answer.status_code == 201
    assert answer["X-Needed-Fields"] == f"/conversations/{conversation.pk}/needed"
    assert not closes(conversation)
    plain = browser.post(at, said, follow=True).content.decode()
    assert "Before it can be closed, fill in: Product." in plain


def test_the_bar_lists_those_that_stay_open(browser, write, product):
    one, other = write(subject="Dark lamp"), write()
    FIELDS.put(other.pk, {"product": "Lamp"})
    answer = browser.post("/inbox/many", {"verb": "close", "ids": f"{one.pk},{other.pk}"})
    news = json.loads(answer["HX-Trigger"])
    assert news["rapport:toast"]["text"] == "1 conversation changed."
    page = browser.get(news["rapport:needed"]["url"]).content.decode()
    assert "1 conversation stays open" in page
    assert f"#{one.number} Dark lamp" in page
    assert '<span class="muted">Product</span>' in page
    alone = json.loads(browser.post("/inbox/many", {"verb": "close", "ids": one.pk})["HX-Trigger"])
    assert list(alone) == ["rapport:needed"]


def test_a_rule_closes_all_the_same_and_its_log_and_the_thread_say_so(write, product, omar):
    save_rule(None, by=omar, name="Quiet", trigger="created", steps=[{"do": "close", "value": ""}], is_on=True)
    conversation = write()
    run_pending(strict=True)
    assert closes(conversation)
    assert Run.objects.get().error == "Closed, although these fields are needed first: Product."
    events = Event.objects.filter(subject=f"conversation:{conversation.pk}").order_by("pk")
    said = [str(line.text) for line in lines(events, conversation, omar)]
    assert "<b>Rule “Quiet”</b> closed this conversation, without Product" in said


def test_a_macro_is_its_users_doing_and_closes_nothing(browser, write, product, ada):
    conversation = write()
    macro = save_macro(None, by=ada, name="Bye", sharing="private", steps=[{"do": "close", "value": ""}])
    answer = browser.post(f"/conversations/{conversation.pk}/macros/{macro.pk}/use")
    assert "fill in: Product" in json.loads(answer["HX-Trigger"])["rapport:toast"]["text"]
    assert not closes(conversation)


def test_omar_marks_a_field_as_needed_to_close_but_none_of_customers(signed_in, omar):
    leads = signed_in(omar)
    leads.post("/settings/fields/conversations/new/", {"label": "Cause", "kind": "text", "is_needed_to_close": "on"})
    assert FIELDS.present.get(key="cause").is_needed_to_close
    assert "Needed to close" in leads.get("/settings/fields/").content.decode()
    assert "is_needed_to_close" not in leads.get("/settings/fields/customers/new/").content.decode()
