"""The channels by which Ada can write to Kim, what each of them loses, and the texts that are approved beforehand."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.channels import actions as channels
from rapport.channels.kinds.telegram.kind import Telegram
from rapport.channels.kinds.whatsapp.kind import WhatsApp
from rapport.channels.models import BlockedSender, Channel, Dispatch, Exchange
from rapport.channels.types import Template
from rapport.conversations.actions import receive
from rapport.conversations.models import Conversation, Draft, Message
from rapport.conversations.types import Writing
from rapport.customers.actions import also_known_as
from rapport.customers.models import IdentityKind
from rapport.kit import clock

KIM_ON_TELEGRAM = "412345678"


def connect(inbox, kind, address, **more):
    return Channel.objects.create(kind=kind, inbox=inbox, name=f"Our {kind}", address=address, **more)


@pytest.fixture
def mailbox(inbox):
    return connect(inbox, "email", "support@lampwright.example")


@pytest.fixture
def bot(inbox):
    return connect(inbox, "telegram", "@lampwright_bot", settings={"token": "1:a"})


@pytest.fixture
def whatsapp(inbox):
    cache.clear()
    return connect(inbox, "whatsapp", "+4930111", settings={"phone_number_id": "1"})


@pytest.fixture
def chats(inbox, kim):
    """Kim writes by a messenger: a function that makes the conversation there."""

    def written(channel, form, value, text="The lamp flickers.", minutes=0):
        also_known_as(kim, kind=form, value=value, verified=True)
        address = value.rpartition(":")[2]
        arrival = receive(
            Writing(text=text, external_id=f"{channel.kind}:{address}:{minutes}"),
            customer=kim,
            inbox=inbox,
            channel=channel.kind,
            author_name=kim.name,
            author_address=address,
        )
        conversation = Conversation.objects.get(pk=arrival.message.conversation_id)
        Exchange.objects.create(channel=channel, key=f"person:{address}", conversation=conversation, address=address)
        if minutes:
            Message.objects.filter(pk=arrival.message.pk).update(created_at=clock.now() - timedelta(minutes=minutes))
        return conversation

    return written


@pytest.fixture
def telegram_chat(chats, bot, mailbox):
    return chats(bot, IdentityKind.HANDLE, f"telegram:{KIM_ON_TELEGRAM}")


@pytest.fixture
def start(signed_in):
    def begun(agent, conversation):
        return signed_in(agent).get(f"/conversations/{conversation.pk}/answer").json()

    return begun


# -- Which ways there are --------------------------------------------------------------------------


def test_the_way_that_kim_last_wrote_by_comes_first(ada, start, telegram_chat, bot, mailbox):
    ways = start(ada, telegram_chat)["ways"]
    assert [(way["kind"], way["address"], way["is_usual"]) for way in ways] == [
        ("telegram", KIM_ON_TELEGRAM, True),
        ("email", "kim@studio.example", False),
    ]
    assert (ways[0]["rich"], ways[0]["copies"], ways[1]["rich"], ways[1]["subject"]) == (False, False, True, True)


def test_a_paused_channel_is_no_way(ada, start, telegram_chat, mailbox):
    Channel.objects.filter(pk=mailbox.pk).update(paused_at=clock.now())
    assert [way["kind"] for way in start(ada, telegram_chat)["ways"]] == ["telegram"]


def test_a_bot_that_kim_never_wrote_to_does_not_know_her(ada, start, telegram_chat, inbox):
    other = connect(inbox, "telegram", "@lampwright_two_bot")
    assert f"channel:{other.pk}" not in [way["sender"] for way in start(ada, telegram_chat)["ways"]]


def test_a_letter_is_answered_by_mail_and_may_go_by_telegram(ada, start, telegram_chat, write):
    letter = write()
    begun = start(ada, letter)
    assert [way["kind"] for way in begun["ways"]] == ["email", "telegram"]
    assert (begun["sender"], begun["way"]) == ("support@lampwright.example", "")


def test_without_any_channel_there_is_the_conversations_own_way(ada, start, write):
    assert [(way["kind"], way["sender"]) for way in start(ada, write())["ways"]] == [("email", "")]


def test_an_open_conversation_costs_one_more_query_however_many_ways_there_are(ada, signed_in, telegram_chat, write):
    browser, letter = signed_in(ada), write()

    def queries():
        browser.get(f"/inbox/{letter.number}/")
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(f"/inbox/{letter.number}/").status_code == 200
        return len(captured)

    with_two = queries()
    for number in range(3):
        connect(letter.inbox, "sms", f"+49301{number}", settings={})
    assert queries() == with_two


# -- Sending by another way ------------------------------------------------------------------------


def post(signed_in, agent, conversation, **fields):
    browser = signed_in(agent)
    return browser.post(f"/conversations/{conversation.pk}/messages", fields, headers={"X-Requested-With": "composer"})


def test_ada_answers_a_chat_by_mail(ada, signed_in, telegram_chat, mailbox):
    answer = post(
        signed_in, ada, telegram_chat, sender=f"channel:{mailbox.pk}", html="<p>A <b>long</b> answer.</p>",
        to="kim@studio.example", cc="lee@studio.example", subject="Your lamp",
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    message = telegram_chat.messages.last()
    assert (message.channel, message.to, message.cc, message.subject) == (
        "email", ["kim@studio.example"], ["lee@studio.example"], "Your lamp",
    )  # fmt: skip
    assert "<b>long</b>" in message.html
    assert message.in_reply_to == ""
    assert message.dispatch.channel == mailbox


def test_a_mail_from_a_chat_is_about_what_was_said(ada, start, telegram_chat):
    assert start(ada, telegram_chat)["subject"] == "Re: The lamp flickers."


def test_ada_answers_a_letter_by_telegram_and_nobody_gets_a_copy(ada, signed_in, write, telegram_chat, bot):
    letter = write(cc=("lee@studio.example",))
    answer = post(
        signed_in, ada, letter, sender=f"channel:{bot.pk}", text="On its way.", mode="reply_all",
        to="kim@studio.example", cc="lee@studio.example", subject="Re: Flickering lamp",
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    message = letter.messages.last()
    assert (message.channel, message.to, message.cc, message.subject) == ("telegram", [KIM_ON_TELEGRAM], [], "")
    assert "by-channel" in answer.content.decode()


def test_a_channel_that_was_paused_meanwhile_sends_nothing(ada, signed_in, telegram_chat, mailbox):
    Channel.objects.filter(pk=mailbox.pk).update(paused_at=clock.now())
    answer = post(signed_in, ada, telegram_chat, sender=f"channel:{mailbox.pk}", text="Hello.")
    assert (answer.status_code, answer.content.decode()) == (
        422, "This channel is not used any more. Choose another one.",
    )  # fmt: skip


def test_a_draft_remembers_its_way(ada, signed_in, start, telegram_chat, mailbox):
    way = f"channel:{mailbox.pk}"
    signed_in(ada).post(
        f"/conversations/{telegram_chat.pk}/draft", {"text": "Dear", "sender": way, "html": "<p>Dear</p>"}
    )
    assert Draft.objects.get().sender == way
    page = signed_in(ada).get(f"/inbox/{telegram_chat.number}/").content.decode()
    assert re.search(rf'aria-checked="true" data-way="{way}"', page)


def test_what_was_taken_back_goes_by_the_same_way_again(ada, signed_in, telegram_chat, mailbox):
    message = channels.reply(telegram_chat, by=ada, text="Hello.", sender=mailbox, undo_seconds=60)
    said = signed_in(ada).delete(f"/messages/{message.pk}/dispatch").json()
    assert said["way"] == f"channel:{mailbox.pk}"


# -- What is lost ----------------------------------------------------------------------------------


def test_ada_is_told_what_telegram_cannot_carry(ada, signed_in, telegram_chat, bot):
    said = {
        "sender": f"channel:{bot.pk}", "text": "a" * 5000, "html": "<p><b>Bold</b> <a href='https://x.example'>here</a></p>",
        "cc": "lee@studio.example",
    }  # fmt: skip
    told = signed_in(ada).post(f"/conversations/{telegram_chat.pk}/losses", said).json()
    assert told["lost"] == [
        "formatting", "links behind words (the address is written out)", "copies to others",
        "whatever comes after 4096 characters",
    ]  # fmt: skip
    assert told["refused"] == ""


def test_nothing_is_lost_by_a_way_that_is_gone(ada, signed_in, telegram_chat):
    told = signed_in(ada).post(f"/conversations/{telegram_chat.pk}/losses", {"sender": "channel:0", "text": "a"}).json()
    assert told == {"lost": [], "refused": ""}


# -- The session, and templates --------------------------------------------------------------------


@pytest.fixture
def approved(monkeypatch):
    """What the provider has approved; how often it was asked."""
    asked = []

    def templates(self, settings):
        asked.append(settings)
        return [
            Template("order_ready", "en", "Hello {{1}}, your order {{2}} is ready.", ("1", "2"), "UTILITY"),
            Template("greeting", "de", "Guten Tag {{customer_name}}!", ("customer_name",)),
        ]

    monkeypatch.setattr(WhatsApp, "templates", templates)
    return asked


def test_free_text_is_taken_for_a_day(ada, start, chats, whatsapp):
    fresh = chats(whatsapp, IdentityKind.PHONE, "+4915112345678")
    way = start(ada, fresh)["ways"][0]
    assert re.fullmatch(r"Free text until .+ tomorrow\.", way["session"])
    assert not way["is_over"]


def test_afterwards_ada_chooses_a_template(ada, signed_in, start, chats, whatsapp, approved):
    old = chats(whatsapp, IdentityKind.PHONE, "+4915112345678", minutes=25 * 60)
    way = start(ada, old)["ways"][0]
    assert way["is_over"]
    assert "Choose a template." in way["session"]
    opened = signed_in(ada).get(f"/inbox/{old.number}/").content.decode()
    # Beside the composer, which would take what is sent there for its own.
    assert opened.index("</reply-composer>") < opened.index('id="choose-template"')
    page = signed_in(ada).get(way["templates"]).content.decode()
    assert 'value="Kim"' in page
    assert "Hello Kim, your order {{2}} is ready." in page
    assert "Guten Tag Kim Park!" in page
    signed_in(ada).get(way["templates"])
    assert len(approved) == 1
    refused = post(signed_in, ada, old, sender=way["sender"], text="Free text.")
    assert refused.status_code == 422
    unfilled = post(signed_in, ada, old, sender=way["sender"], template="order_ready", language="en", value=["Kim", ""])
    assert unfilled.content.decode() == "Fill in every blank of the template."
    sent = post(signed_in, ada, old, sender=way["sender"], template="order_ready", language="en", value=["Kim", "4711"])
    assert sent.status_code == 201, sent.content
    dispatch = Dispatch.objects.get()
    assert dispatch.template == {"name": "order_ready", "language": "en", "values": ["Kim", "4711"]}
    assert dispatch.message.text == "Hello Kim, your order 4711 is ready."


def test_a_template_that_is_gone_is_said_to_be(ada, signed_in, chats, whatsapp, approved):
    chat = chats(whatsapp, IdentityKind.PHONE, "+4915112345678")
    answer = post(signed_in, ada, chat, sender=f"channel:{whatsapp.pk}", template="nothing", language="en")
    assert answer.content.decode() == "There is no such template any more. Choose another one."


# -- Typing and reading ----------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch):
    """What messengers were asked to show."""
    cache.clear()
    seen = []
    monkeypatch.setattr(
        Telegram, "show_typing", lambda self, person, exchange, settings, about="": seen.append((person.address, about))
    )
    monkeypatch.setattr(WhatsApp, "show_read", lambda self, person, external_id, settings: seen.append(external_id))
    return seen


def beat(signed_in, agent, conversation, **said):
    fields = {"tab": "0123456789abcdef", "conversation": conversation.pk, "writing": "1", **said}
    assert signed_in(agent).post("/presence", fields).status_code == 204


def run_jobs(name):
    """Those of this name, as a worker would."""
    from django_tasks_db.models import DBTaskResult

    for row in DBTaskResult.objects.filter(task_path__endswith=name):
        row.task.func(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
    DBTaskResult.objects.filter(task_path__endswith=name).delete()


def test_kim_sees_that_ada_writes_and_is_not_told_of_each_letter(ada, signed_in, telegram_chat, bot, shown):
    for _each in range(3):
        beat(signed_in, ada, telegram_chat, by=f"channel:{bot.pk}")
    run_jobs("show_typing")
    assert shown == [(KIM_ON_TELEGRAM, f"telegram:{KIM_ON_TELEGRAM}:0")]


def test_nobody_is_shown_that_ada_writes_a_note_or_a_letter(ada, viewer, signed_in, telegram_chat, bot, mailbox, shown):
    beat(signed_in, ada, telegram_chat, by="")
    beat(signed_in, ada, telegram_chat, by=f"channel:{mailbox.pk}")
    beat(signed_in, viewer, telegram_chat, by=f"channel:{bot.pk}")
    run_jobs("show_typing")
    assert shown == []


def test_kim_sees_that_what_she_wrote_was_read_once(ada, omar, signed_in, chats, whatsapp, shown):
    chat = chats(whatsapp, IdentityKind.PHONE, "+4915112345678")
    for agent in (ada, ada, omar):
        signed_in(agent).get(f"/inbox/{chat.number}/")
    run_jobs("show_read")
    assert shown == ["whatsapp:+4915112345678:0"]


def test_a_messenger_that_does_not_answer_spoils_nothing(ada, signed_in, telegram_chat, bot, monkeypatch, caplog):
    cache.clear()

    def broken(*_args, **_more):
        raise ConnectionError("gone")

    monkeypatch.setattr(Telegram, "show_typing", broken)
    beat(signed_in, ada, telegram_chat, by=f"channel:{bot.pk}")
    run_jobs("show_typing")
    assert "shows nothing to its person" in caplog.text


def test_the_page_holds_the_ways_as_json(ada, signed_in, telegram_chat):
    page = signed_in(ada).get(f"/inbox/{telegram_chat.number}/").content.decode()
    held = unescape(re.search(r'data-start="([^"]*)"', page)[1])
    assert [way["kind"] for way in json.loads(held)["ways"]] == ["telegram", "email"]
    assert "data-no-copies" in page


# -- Blocking --------------------------------------------------------------------------------------


def test_who_writes_by_telegram_is_blocked_there(ada, signed_in, telegram_chat):
    browser = signed_in(ada)
    page = browser.get(f"/inbox/{telegram_chat.number}/").content.decode()
    assert f"Block telegram:{KIM_ON_TELEGRAM}" in page
    assert "Block everyone at" not in page
    browser.post(f"/conversations/{telegram_chat.pk}/block")
    assert BlockedSender.objects.get().pattern == f"telegram:{KIM_ON_TELEGRAM}"
    telegram_chat.refresh_from_db()
    assert telegram_chat.junk_at is not None
    page = browser.get(f"/inbox/{telegram_chat.number}/").content.decode()
    assert f"Not junk, and unblock telegram:{KIM_ON_TELEGRAM}" in page
    browser.delete(f"/conversations/{telegram_chat.pk}/block")
    assert not BlockedSender.objects.exists()


def test_who_texts_is_blocked_by_their_number(ada, signed_in, chats, whatsapp):
    chat = chats(whatsapp, IdentityKind.PHONE, "+4915112345678")
    signed_in(ada).post(f"/conversations/{chat.pk}/block", {"whom": "domain"})
    assert BlockedSender.objects.get().pattern == "+4915112345678"
