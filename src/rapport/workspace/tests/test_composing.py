"""Replies, notes, drafts and files, and taking a reply back."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rapport.backbone import files
from rapport.channels.models import Channel, Dispatch
from rapport.conversations import actions
from rapport.conversations.models import Conversation, Draft, Message
from rapport.conversations.types import Direction
from rapport.customers.models import Customer
from rapport.kit import clock
from rapport.team.models import Team
from rapport.workspace import uploads

COMPOSER = {"X-Requested-With": "composer"}


@pytest.fixture(autouse=True)
def mailbox(inbox):
    return Channel.objects.create(kind="email", inbox=inbox, name="Support", address="support@lampwright.example")


@pytest.fixture
def say(signed_in):
    """Send from the composer: (agent, conversation, text, other fields)."""

    def said(agent, conversation, text, /, **fields):
        address = f"/conversations/{conversation.pk}/messages"
        return signed_in(agent).post(address, {"text": text, "mode": "reply", **fields}, headers=COMPOSER)

    return said


def test_ada_replies_and_can_still_take_it_back(ada, say, write):
    conversation = write()
    answer = say(ada, conversation, "A new driver is <b>coming</b>.\r\n\r\nAda")
    assert answer.status_code == 201
    message = Message.objects.get(direction=Direction.OUT)
    assert message.text == "A new driver is <b>coming</b>.\n\nAda"
    assert message.to == ["kim@studio.example"]
    assert message.dispatch.due_at > clock.now() + timedelta(seconds=ada.undo_seconds - 5)
    block = answer.content.decode()
    assert f'id="message-{message.pk}"' in block
    assert "A new driver is &lt;b&gt;coming&lt;/b&gt;." in block
    assert f'data-take-back="/messages/{message.pk}/dispatch"' in block


def test_taking_it_back_gives_the_words_the_files_and_the_people_back(ada, say, signed_in, write):
    conversation = write()
    word = uploads.keep(SimpleUploadedFile("日志.txt", b"hello", "text/plain"), by=ada)
    say(
        ada, conversation, "Oops", to="Kim <kim@studio.example>; boss@studio.example", cc="cc@studio.example", file=word
    )
    message = Message.objects.get(direction=Direction.OUT)
    assert message.to == ["kim@studio.example", "boss@studio.example"]
    answer = signed_in(ada).delete(f"/messages/{message.pk}/dispatch")
    said = answer.json()
    people = [[person["address"] for person in said[name]] for name in ("to", "cc")]
    assert (said["text"], people) == ("Oops", [["kim@studio.example", "boss@studio.example"], ["cc@studio.example"]])
    assert [(file["name"], file["size"]) for file in said["files"]] == [("日志.txt", 5)]
    assert not Message.objects.filter(pk=message.pk).exists()
    assert not Dispatch.objects.exists()
    assert Draft.objects.get(agent=ada).text == "Oops"
    say(ada, conversation, "Better", file=said["files"][0]["word"])
    attachment = Message.objects.get(direction=Direction.OUT).attachments.get()
    assert files.read(attachment.file) == b"hello"


def test_what_has_left_cannot_be_taken_back(ada, say, signed_in, write):
    say(ada, write(), "Gone")
    Dispatch.objects.update(state="sent")
    message = Message.objects.get(direction=Direction.OUT)
    answer = signed_in(ada).delete(f"/messages/{message.pk}/dispatch")
    assert (answer.status_code, answer.content.decode()) == (409, "It has already left.")
    assert Message.objects.filter(pk=message.pk).exists()


def test_what_failed_can_be_tried_again(ada, say, signed_in, write):
    say(ada, write(), "Again")
    Dispatch.objects.update(state="failed", error="No such person.", due_at=clock.now() - timedelta(hours=1))
    message = Message.objects.get(direction=Direction.OUT)
    block = signed_in(ada).post(f"/messages/{message.pk}/dispatch").content.decode()
    assert Dispatch.objects.get().state == "queued"
    assert "Not sent." not in block
    assert f'id="message-{message.pk}"' in block


def test_trying_again_what_left_meanwhile_is_refused_in_words(ada, say, signed_in, write):
    say(ada, write(), "Again")
    Dispatch.objects.update(state="sent")
    message = Message.objects.get(direction=Direction.OUT)
    answer = signed_in(ada).post(f"/messages/{message.pk}/dispatch")
    assert answer.status_code == 409
    assert answer.content.decode() == "It has already left."


def test_send_and_close(ada, say, write):
    conversation = write()
    say(ada, conversation, "Done.", then="close")
    conversation.refresh_from_db()
    assert conversation.is_closed
    assert conversation.messages.filter(direction=Direction.OUT).count() == 1


def test_a_note_is_not_sent_and_closes_nothing(ada, say, write):
    conversation = write()
    answer = say(ada, conversation, "Trade customer", mode="note", then="close", to="eve@stranger.example")
    assert answer.status_code == 201
    assert conversation.messages.get(direction=Direction.NOTE).text == "Trade customer"
    assert not Dispatch.objects.exists()
    conversation.refresh_from_db()
    assert not conversation.is_closed


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": "  "}, "Write something first."),
        ({"text": "Hi", "to": "nonsense"}, "“nonsense” is not an email address."),
        ({"text": "Hi", "cc": "kim@studio.example, b@"}, "“b@” is not an email address."),
        ({"text": "Hi", "file": "forged"}, "A file is no longer here. Add it again."),
        ({"text": " ", "mode": "note"}, "Write something first."),
    ],
)
def test_what_cannot_be_sent_says_why_and_keeps_the_words(ada, say, write, fields, reason):
    conversation = write()
    answer = say(ada, conversation, fields.pop("text"), **fields)
    assert (answer.status_code, answer.content.decode()) == (422, reason)
    assert conversation.messages.count() == 1


def test_nothing_is_half_sent(ada, say, write):
    conversation = write()
    say(ada, conversation, "Hi", to="nonsense", then="close")
    conversation.refresh_from_db()
    assert not conversation.is_closed
    assert conversation.message_count == 1


def test_without_scripts_the_form_brings_its_files_and_keeps_what_failed(ada, signed_in, write):
    conversation = write()
    browser, address = signed_in(ada), f"/conversations/{conversation.pk}/messages"
    upload = SimpleUploadedFile("a.txt", b"hello", "text/plain")
    assert browser.post(address, {"text": "See file", "upload": upload}).url == f"/inbox/{conversation.number}/"
    assert Message.objects.get(direction=Direction.OUT).attachments.get().name == "a.txt"
    browser.post(address, {"text": "Dear Kim", "to": "nonsense"})
    page = browser.get(f"/inbox/{conversation.number}/").content.decode()
    assert "Dear Kim</textarea>" in page
    assert "“nonsense” is not an email address." in page


def test_a_word_for_a_file_is_good_for_its_own_agent_only(ada, omar, say, write):
    word = uploads.keep(SimpleUploadedFile("a.txt", b"hello"), by=omar)
    assert say(ada, write(), "Mine?", file=word).status_code == 422


def test_a_file_that_is_too_large_is_refused_in_words(ada, signed_in, monkeypatch):
    monkeypatch.setattr(uploads, "LIMIT", 3)
    answer = signed_in(ada).post("/uploads/", {"upload": SimpleUploadedFile("a.bin", b"four")})
    assert answer.status_code == 413
    assert answer.content.decode().startswith("This file is larger than 25 MB.")


def test_an_upload_answers_its_word(ada, signed_in):
    answer = signed_in(ada).post("/uploads/", {"upload": SimpleUploadedFile("a.txt", b"hello", "text/plain")})
    assert answer.status_code == 201
    assert (answer.json()["name"], answer.json()["size"]) == ("a.txt", 5)
    found = uploads.named([answer.json()["word"]], by=ada)
    assert (found[0].name, found[0].content_type, found[0].size) == ("a.txt", "text/plain", 5)
    assert signed_in(ada).post("/uploads/").status_code == 422


def test_drafts_are_kept_and_forgotten(ada, signed_in, write):
    conversation = write()
    browser, address = signed_in(ada), f"/conversations/{conversation.pk}/draft"
    assert browser.post(address, {"text": "Dear Ki", "mode": "note"}).status_code == 204
    assert (Draft.objects.get().text, Draft.objects.get().mode) == ("Dear Ki", "note")
    browser.post(address, {"text": " "})
    assert not Draft.objects.exists()


def test_ada_writes_first(ada, signed_in, inbox):
    said = {"to": "Lee@Blue.example", "inbox": inbox.pk, "subject": "Your order", "text": "It left today."}
    answer = signed_in(ada).post("/inbox/new/", said)
    conversation = Conversation.objects.get()
    assert answer.url == f"/inbox/{conversation.number}/"
    assert (conversation.subject, conversation.assignee, conversation.customer.email) == (
        "Your order",
        ada,
        "lee@blue.example",
    )
    assert conversation.messages.get().to == ["Lee@Blue.example"]
    assert Dispatch.objects.count() == 1


def test_in_a_dialog_the_whole_page_goes_to_the_new_conversation(ada, signed_in, inbox):
    said = {"to": "lee@blue.example", "inbox": inbox.pk, "subject": "Hi", "text": "Hello"}
    answer = signed_in(ada).post("/inbox/new/", said, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/inbox/{Conversation.objects.get().number}/")


def test_a_first_message_that_cannot_be_sent_says_why_and_leaves_nothing(ada, signed_in, inbox, mailbox):
    said = {"to": "lee@blue.example", "inbox": inbox.pk, "subject": "Hi", "text": "Hello <there>"}
    page = signed_in(ada).post("/inbox/new/", {**said, "to": "nonsense"}, headers={"HX-Request": "true"})
    assert "“nonsense” is not an email address." in page.content.decode()
    assert "Hello &lt;there&gt;" in page.content.decode()
    mailbox.delete()
    page = signed_in(ada).post("/inbox/new/", said).content.decode()
    assert "There is no mailbox to send from." in page
    assert not Conversation.objects.exists()
    assert not Customer.objects.filter(email="lee@blue.example").exists()


def test_a_viewer_writes_nothing(viewer, signed_in, say, ada, write):
    say(ada, write(), "Hi")
    message = Message.objects.get(direction=Direction.OUT)
    browser = signed_in(viewer)
    assert browser.post("/uploads/").status_code == 403
    assert browser.get("/inbox/new/").status_code == 403
    assert browser.delete(f"/messages/{message.pk}/dispatch").status_code == 403
    assert browser.get(f"/messages/{message.pk}/").status_code == 200
    assert "data-take-back" not in browser.get(f"/messages/{message.pk}/").content.decode()


def test_ada_takes_back_nothing_she_cannot_see(ada, omar, say, signed_in, write):
    conversation = write()
    say(omar, conversation, "Ours")
    actions.assign(conversation, to=omar, team=Team.objects.create(name="Legal"), by=omar)
    message = Message.objects.get(direction=Direction.OUT)
    assert signed_in(ada).delete(f"/messages/{message.pk}/dispatch").status_code == 404
    assert Message.objects.filter(pk=message.pk).exists()
