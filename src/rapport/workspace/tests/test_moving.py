"""A message is moved on its page, and its details say why it is where it is."""

import json
import re

import pytest

from rapport.channels.models import Delivery
from rapport.conversations import actions
from rapport.conversations.models import Conversation, Inbox, Message
from rapport.team.models import Team


@pytest.fixture
def lamp(write):
    return write(subject="Lamp")


@pytest.fixture
def invoice(write, lamp):
    write("Where is my invoice?", subject="Invoice", into=lamp, cc=("eve@stranger.example",))
    return lamp.messages.last()


def details(browser, message):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", browser.get(f"/messages/{message.pk}/details").content.decode()))


@pytest.mark.parametrize(
    ("threaded_by", "said"),
    [
        ("new", "it began this conversation"),
        ("token", "sent to the answer address"),
        ("token_other", "by somebody who had not taken part"),
        ("in_reply_to", "answers a message of this conversation"),
        ("references", "goes back to"),
        ("subject", "has the subject of this conversation"),
    ],
)
def test_the_details_say_why_it_is_here(ada, signed_in, invoice, threaded_by, said):
    Message.objects.filter(pk=invoice.pk).update(threaded_by=threaded_by)
    assert said in details(signed_in(ada), invoice)


def test_the_details_name_everybody_and_who_is_new(ada, signed_in, lamp, invoice):
    shown = details(signed_in(ada), invoice)
    assert "Kim Park kim@studio.example" in shown
    assert "eve@stranger.example New here" in shown
    assert "support@lampwright.example New here" not in shown
    assert "New here" not in details(signed_in(ada), lamp.messages.first())


def test_the_thread_marks_who_is_new(ada, signed_in, lamp, invoice):
    page = signed_in(ada).get(f"/inbox/{lamp.number}/").content.decode()
    assert page.count('<span class="pill warn" title="eve@stranger.example">New here</span>') == 1


def test_ada_moves_it_out_and_takes_that_back(ada, signed_in, lamp, invoice):
    browser = signed_in(ada)
    answer = browser.post(f"/messages/{invoice.pk}/move", headers={"HX-Request": "true"})
    toast = json.loads(answer["HX-Trigger"])["rapport:toast"]
    moved = Conversation.objects.latest("id")
    assert toast["text"] == f"Moved to No. {moved.number}."
    assert toast["action"]["href"] == f"/inbox/{moved.number}/"
    assert "You moved it here from No." in details(browser, invoice)
    assert (
        f'moved a message to <a href="/inbox/{moved.number}/">'
        in browser.get(f"/inbox/{lamp.number}/").content.decode()
    )
    assert "moved a message here from" in browser.get(f"/inbox/{moved.number}/").content.decode()
    browser.post(toast["undo"], headers={"HX-Request": "true"})
    invoice.refresh_from_db()
    assert invoice.conversation == lamp
    assert "put a message back" in browser.get(f"/inbox/{lamp.number}/").content.decode()


def test_it_goes_to_the_conversation_with_this_number(ada, signed_in, write, lamp, invoice):
    there = write(subject="My invoices")
    signed_in(ada).post(f"/messages/{invoice.pk}/move", {"number": f"#{there.number}", "later": "1"})
    assert invoice in there.messages.all()


@pytest.mark.parametrize("number", ["99999", "x", "-1", "٣", "9" * 30])
def test_a_number_that_is_none_is_refused(ada, signed_in, invoice, number):
    answer = signed_in(ada).post(f"/messages/{invoice.pk}/move", {"number": number}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content.decode()) == (422, "There is no conversation with this number.")


def test_what_ada_may_not_see_is_neither_moved_nor_a_place_to_move_to(ada, viewer, omar, signed_in, write, invoice):
    team = Team.objects.create(name="Trade")
    hidden = write(subject="A quote")
    actions.assign(hidden, to=None, team=team, by=omar)
    browser = signed_in(ada)
    assert browser.post(f"/messages/{hidden.messages.get().pk}/move").status_code == 404
    assert browser.get(f"/messages/{hidden.messages.get().pk}/details").status_code == 404
    assert browser.post(f"/messages/{invoice.pk}/move", {"number": hidden.number}).status_code == 422
    assert signed_in(viewer).post(f"/messages/{invoice.pk}/move").status_code == 403
    assert "Move to a new conversation" not in details(signed_in(viewer), invoice)
    assert Inbox.objects.count() == 1


def test_the_original_is_saved_byte_for_byte(ada, signed_in, invoice):
    browser = signed_in(ada)
    assert browser.get(f"/messages/{invoice.pk}/original").status_code == 404
    Delivery.objects.create(kind="email", body=b"From: kim\n\n\x00\xff", message=invoice, sha256="0" * 64)
    answer = browser.get(f"/messages/{invoice.pk}/original")
    assert answer.content == b"From: kim\n\n\x00\xff"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
