"""How an answer begins, what it carries, and whom one may ask about."""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rapport.backbone import files
from rapport.channels import actions as channels
from rapport.channels.models import Channel, Dispatch
from rapport.conversations import actions
from rapport.conversations.models import Attachment, Conversation, Draft, Message
from rapport.conversations.types import Direction
from rapport.customers.actions import meet
from rapport.kit import clock
from rapport.team.models import Organisation, Team
from rapport.workspace import uploads
from rapport.workspace.editor import bundle
from rapport.workspace.views.showing import send_moments

COMPOSER = {"X-Requested-With": "composer"}
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture(autouse=True)
def mailbox(inbox):
    return Channel.objects.create(kind="email", inbox=inbox, name="Support", address="support@lampwright.example")


@pytest.fixture
def conversation(write):
    return write(cc=("lee@studio.example", "Support@Lampwright.example"), html="<p>The <b>lamp</b> flickers.</p>")


def addresses(people):
    return [person["address"] for person in people]


def test_an_answer_goes_to_all_who_read_it_or_to_its_writer_or_to_nobody_yet(ada, signed_in, conversation):
    message, browser = conversation.messages.get(), signed_in(ada)
    begun = browser.get(f"/conversations/{conversation.pk}/answer").json()
    assert (begun["mode"], addresses(begun["to"]), addresses(begun["cc"])) == (
        "reply_all",
        ["kim@studio.example"],
        ["lee@studio.example"],
    )
    assert begun["to"][0]["name"] == "Kim Park"
    assert (begun["subject"], begun["sender"], begun["has_quote"]) == (
        "Re: Flickering lamp",
        "support@lampwright.example",
        True,
    )
    alone = browser.get(f"/messages/{message.pk}/answer?mode=reply").json()
    assert (addresses(alone["to"]), alone["cc"]) == (["kim@studio.example"], [])
    passed_on = browser.get(f"/messages/{message.pk}/answer?mode=forward").json()
    assert (passed_on["to"], passed_on["cc"], passed_on["subject"]) == ([], [], "Fwd: Flickering lamp")


def test_a_forward_offers_the_files_but_not_the_pictures_of_the_text(ada, signed_in, conversation):
    message = conversation.messages.get()
    message.html = '<p><img src="cid:lamp"></p>'
    message.save()
    stored = files.keep(PICTURE)
    for name, content_id in (("lamp.png", "lamp"), ("plan.pdf", "")):
        Attachment.objects.create(
            message=message,
            file=stored,
            name=name,
            content_type="image/png",
            size=28,
            sha256="x",
            content_id=content_id,
        )
    begun = signed_in(ada).get(f"/messages/{message.pk}/answer?mode=forward").json()
    assert [file["name"] for file in begun["files"]] == ["plan.pdf"]
    said = {"mode": "forward", "about": message.pk, "quote": "1", "to": "works@supplier.example", "html": "<p>See</p>"}
    signed_in(ada).post(f"/conversations/{conversation.pk}/messages", said, headers=COMPOSER)
    sent = Message.objects.get(direction=Direction.OUT)
    assert [(file.name, file.content_id, file.inline) for file in sent.attachments.all()] == [
        ("lamp.png", "lamp", True)
    ]
    assert sent.forwards == message
    assert sent.to == ["works@supplier.example"]


def test_where_the_inbox_does_not_quote_nothing_is_quoted(ada, signed_in, conversation, inbox):
    inbox.quotes_history = False
    inbox.save()
    browser, message = signed_in(ada), conversation.messages.get()
    assert not browser.get(f"/messages/{message.pk}/answer?mode=reply").json()["can_quote"]
    said = {"mode": "reply", "about": message.pk, "quote": "1", "html": "<p>Yes.</p>"}
    browser.post(f"/conversations/{conversation.pk}/messages", said, headers=COMPOSER)
    assert Message.objects.get(direction=Direction.OUT).html == "<p>Yes.</p>"


def test_everything_of_a_draft_is_there_again_however_long_ago(ada, signed_in, conversation, monkeypatch):
    browser, message = signed_in(ada), conversation.messages.get()
    word = uploads.keep(SimpleUploadedFile("plan.pdf", b"plan"), by=ada)
    picture = uploads.keep(SimpleUploadedFile("lamp.png", PICTURE, "image/png"), by=ada)
    draft = {
        "mode": "forward",
        "about": message.pk,
        "quote": "0",
        "to": "works@supplier.example",
        "cc": "",
        "bcc": "boss@supplier.example",
        "subject": "Repair",
        "text": "See",
        "html": f'<p>See <img src="/uploads/{picture}"></p>',
        "file": word,
    }
    browser.post(f"/conversations/{conversation.pk}/draft", draft)
    assert Draft.objects.get().files[0]["name"] == "plan.pdf"
    with monkeypatch.context() as later:
        # Every word that was given out until now is too old.
        later.setattr(uploads, "_GOOD_FOR", -1)
        page = browser.get(f"/inbox/{conversation.number}/")
    start = page.context["start"]
    assert (start.mode, start.about, start.has_quote, start.is_usual) == ("forward", message.pk, False, False)
    assert [person.address for person in (*start.to, *start.cc, *start.bcc)] == [
        "works@supplier.example",
        "boss@supplier.example",
    ]
    assert (start.subject, [file["name"] for file in start.files]) == ("Repair", ["plan.pdf"])
    shown = start.html.partition('src="')[2].partition('"')[0]
    answer = browser.get(shown)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PICTURE, "image/png")


def test_a_picture_that_is_being_written_is_its_writers_and_a_picture(ada, omar, signed_in):
    word = uploads.keep(SimpleUploadedFile("lamp.png", PICTURE, "image/png"), by=ada)
    assert signed_in(omar).get(f"/uploads/{word}").status_code == 404
    page = uploads.keep(SimpleUploadedFile("a.html", b"<script>", "text/html"), by=ada)
    assert signed_in(ada).get(f"/uploads/{page}").status_code == 404
    assert signed_in(ada).get("/uploads/nonsense").status_code == 404


def test_a_picture_of_a_conversation_ada_cannot_see_does_not_travel(ada, omar, signed_in, conversation, write):
    hidden = write(by=meet(kind="email", value="eve@stranger.example"))
    file = Attachment.objects.create(
        message=hidden.messages.get(),
        file=files.keep(PICTURE),
        name="x.png",
        content_type="image/png",
        size=1,
        sha256="x",
    )
    actions.assign(hidden, to=omar, team=Team.objects.create(name="Legal"), by=omar)
    html = f'<p>Look <img src="/attachments/{file.pk}?inline=1"></p>'
    signed_in(ada).post(f"/conversations/{conversation.pk}/messages", {"html": html}, headers=COMPOSER)
    sent = Message.objects.get(direction=Direction.OUT)
    assert not sent.attachments.exists()
    assert "src" not in sent.html


def test_what_was_taken_back_is_as_it_was_written(ada, signed_in, conversation):
    browser, message = signed_in(ada), conversation.messages.get()
    word = uploads.keep(SimpleUploadedFile("lamp.png", PICTURE, "image/png"), by=ada)
    said = {
        "mode": "reply_all",
        "about": message.pk,
        "quote": "1",
        "to": "kim@studio.example",
        "cc": "lee@studio.example",
        "bcc": "boss@lampwright.example",
        "subject": "Your lamp",
        "html": f'<p>Look: <img src="/uploads/{word}"></p>',
        "send_at": "2099-01-01T08:00",
    }
    answer = browser.post(f"/conversations/{conversation.pk}/messages", said, headers=COMPOSER)
    assert (answer.status_code, answer.content.decode()) == (422, "Choose a time within a year.")
    browser.post(f"/conversations/{conversation.pk}/messages", {**said, "send_at": ""}, headers=COMPOSER)
    sent = Message.objects.get(direction=Direction.OUT)
    assert "<quoted-text>" in sent.html
    back = browser.delete(f"/messages/{sent.pk}/dispatch").json()
    assert (back["mode"], back["about"], back["has_quote"]) == ("reply_all", message.pk, True)
    assert [addresses(back[name]) for name in ("to", "cc", "bcc")] == [
        ["kim@studio.example"],
        ["lee@studio.example"],
        ["boss@lampwright.example"],
    ]
    assert (back["subject"], back["files"]) == ("Your lamp", [])
    assert back["html"].startswith('<p>Look: <img src="/uploads/')
    assert "quoted-text" not in back["html"]
    assert Draft.objects.get().bcc == ["boss@lampwright.example"]
    assert browser.delete(f"/messages/{sent.pk}/dispatch").status_code == 404


def test_what_waits_for_its_moment_can_be_hurried_and_dropped(ada, signed_in, conversation):
    browser = signed_in(ada)
    said = {"text": "Later", "send_at": (clock.now() + timedelta(hours=2)).isoformat()}
    browser.post(f"/conversations/{conversation.pk}/messages", said, headers=COMPOSER)
    message = Message.objects.get(direction=Direction.OUT)
    assert Dispatch.objects.get().due_at > clock.now() + timedelta(hours=1)
    browser.post(f"/messages/{message.pk}/dispatch", {"now": "1"})
    assert Dispatch.objects.get().due_at <= clock.now()
    browser.delete(f"/messages/{message.pk}/dispatch?drop=1")
    assert not Draft.objects.exists()
    assert not Dispatch.objects.exists()


@pytest.mark.parametrize(
    ("now", "choices"),
    [
        ("2026-03-03 09:10", ["In an hour", "This afternoon", "Tomorrow morning", "Monday morning"]),
        ("2026-03-06 16:00", ["In an hour", "Tomorrow morning", "Monday morning"]),
        ("2026-03-08 16:00", ["In an hour", "Tomorrow morning"]),
    ],
)
def test_later_is_said_in_the_writers_own_time(now, choices):
    with clock.frozen(datetime.fromisoformat(f"{now}+00:00")):
        moments = send_moments()
    assert [moment.label for moment in moments] == choices
    assert {moment.at.hour for moment in moments if "morning" in moment.label} == {8}


def test_ada_finds_customers_and_colleagues_by_a_few_letters(ada, omar, viewer, signed_in, kim):
    browser = signed_in(ada)
    found = browser.get("/recipients?q=kim").json()["people"]
    assert found == [{"address": "kim@studio.example", "name": "Kim Park", "is_agent": False}]
    assert [person["is_agent"] for person in browser.get("/recipients?q=omar").json()["people"]] == [True]
    assert browser.get("/recipients?q=k").json()["people"] == []
    assert signed_in(viewer).get("/recipients?q=kim").status_code == 403


def test_signatures_are_safe_chosen_by_who_writes_and_filled_in(ada, noor, signed_in, conversation, inbox):
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Lamp & wright"})
    said = {"html": "<p>{{ first_name }}, {{ company }}</p><script>alert(1)</script>", "quotes_history": "on"}
    assert signed_in(ada).post(f"/settings/inboxes/{inbox.pk}/", said).status_code == 403
    signed_in(noor).post(f"/settings/inboxes/{inbox.pk}/", said)
    browser = signed_in(ada)
    begun = browser.get(f"/conversations/{conversation.pk}/answer").json()
    assert begun["senders"][0]["signature"] == f"<p>{ada.name.split()[0]}, Lamp &amp; wright</p>"
    browser.post("/settings/signature/", {"html": "<p>Best, {{ name }} {{ nonsense }}</p>"})
    assert "Best, {{ name }}" in browser.get("/settings/signature/").content.decode()
    begun = browser.get(f"/conversations/{conversation.pk}/answer").json()
    assert begun["senders"][0]["signature"] == f"<p>Best, {ada.name} {{{{ nonsense }}}}</p>"
    browser.post("/settings/signature/", {"html": "<p></p>"})
    assert not hasattr(type(ada).objects.get(pk=ada.pk), "signature")


def test_nobody_answers_quotes_or_reads_what_they_cannot_see(ada, omar, viewer, signed_in, conversation):
    message = conversation.messages.get()
    actions.assign(conversation, to=omar, team=Team.objects.create(name="Legal"), by=omar)
    for path in (
        f"/messages/{message.pk}/answer",
        f"/messages/{message.pk}/quote",
        f"/conversations/{conversation.pk}/answer",
    ):
        assert signed_in(ada).get(path).status_code == 404
        assert signed_in(viewer).get(path).status_code == 403
    quote = signed_in(omar).get(f"/messages/{message.pk}/quote")
    assert "Kim Park wrote:" in quote.content.decode()
    assert "default-src 'none'" in quote["Content-Security-Policy"]


def test_a_note_is_never_answered_nor_quoted(ada, signed_in, conversation):
    note = actions.write_note(conversation, text="Between us", by=ada)
    assert signed_in(ada).get(f"/messages/{note.pk}/answer").status_code == 404
    assert signed_in(ada).get(f"/messages/{note.pk}/quote").status_code == 404


def test_a_letter_to_several_begins_from_the_chosen_address_and_its_draft_is_kept(ada, signed_in, mailbox):
    browser = signed_in(ada)
    said = {"to": "lee@blue.example, max@blue.example", "cc": "", "bcc": "", "subject": "Offer", "text": "Hi"}
    browser.post("/inbox/new/draft", {**said, "html": "<p>Hi</p>"})
    assert browser.get("/inbox/new/").context["start"].subject == "Offer"
    answer = browser.post("/inbox/new/", {**said, "html": "<p>Hi</p>", "sender": mailbox.address}, headers=COMPOSER)
    begun = Conversation.objects.get()
    assert (answer.status_code, answer["Location"]) == (201, f"/inbox/{begun.number}/")
    assert begun.messages.get().to == ["lee@blue.example", "max@blue.example"]
    assert not Draft.objects.exists()


def test_the_usual_channel_answers_even_where_a_message_brings_its_own_reply(ada, conversation):
    message = channels.reply(conversation, by=ada, text="", html="<p>Hi <b>Kim</b></p>")
    assert (message.text, message.visible_text) == ("Hi Kim", "Hi Kim")


def test_the_editor_is_a_module_without_a_source_map():
    assert "sourceMappingURL" not in bundle().decode()
    assert "as Editor," in bundle().decode()


def test_noor_writes_what_customers_hear_at_once(noor, signed_in, inbox):
    said = {"html": "", "acknowledgement": "We have your message {{ number }}."}
    browser = signed_in(noor)
    assert "{{ company }}" in browser.get(f"/settings/inboxes/{inbox.pk}/").content.decode()
    browser.post(f"/settings/inboxes/{inbox.pk}/", said)
    inbox.refresh_from_db()
    assert inbox.acknowledgement == "We have your message {{ number }}."
    assert "We have your message {{ number }}." in browser.get(f"/settings/inboxes/{inbox.pk}/").content.decode()
    assert "automatic answer" in browser.get("/settings/inboxes/").content.decode()
