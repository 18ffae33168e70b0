"""What an open conversation shows of channels that tell more than that something was sent."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from rapport.backbone.models import Event
from rapport.channels import actions as channels
from rapport.channels.kinds.telegram.simulator import PERSON, TelegramSimulator
from rapport.channels.models import Channel, Dispatch, Exchange
from rapport.channels.simulating import Stage
from rapport.channels.types import DispatchState
from rapport.conversations.actions import receive
from rapport.conversations.actions.rewriting import forget_words, react, rewrite
from rapport.conversations.actions.telling import tell
from rapport.conversations.announcements import ChannelHappening
from rapport.conversations.models import Conversation
from rapport.conversations.types import Writing
from rapport.customers.actions import also_known_as
from rapport.customers.models import IdentityKind

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def telegram(inbox, settings):
    """The company's bot, whose provider is played on this machine."""
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1"]
    with Stage(TelegramSimulator()) as stage:
        made = dict(stage.simulator.settings(stage.api))
        channel = Channel.objects.create(
            kind="telegram", inbox=inbox, name="Bot", address=made["address"], settings=made, simulated_at=stage.api
        )
        channel.stage = stage
        yield channel


@pytest.fixture
def chat(inbox, kim, telegram):
    """Kim writes to the bot."""
    also_known_as(kim, kind=IdentityKind.HANDLE, value=f"telegram:{PERSON}", verified=True)
    arrival = receive(
        Writing(text="The lamp flickers.", external_id=f"telegram:7000000001:{PERSON}:1"),
        customer=kim,
        inbox=inbox,
        channel="telegram",
        author_name=kim.name,
        author_address=str(PERSON),
    )
    conversation = Conversation.objects.get(pk=arrival.message.conversation_id)
    Exchange.objects.create(channel=telegram, key=f"person:{PERSON}", conversation=conversation, address=str(PERSON))
    return conversation


@pytest.fixture
def sent(chat, ada):
    """Ada's answer, which Kim has."""
    message = channels.reply(chat, by=ada, text="We send a new one.", undo_seconds=0)
    channels.send(message.dispatch.pk)
    message.refresh_from_db()
    assert message.dispatch.state == DispatchState.SENT
    return message


def block(signed_in, agent, message):
    return signed_in(agent).get(f"/messages/{message.pk}/").content.decode()


def test_ada_sees_how_far_her_answer_got_and_when(ada, signed_in, sent):
    page = block(signed_in, ada, sent)
    assert 'data-state="sent" data-reach=""' in page
    assert "<span>Sent</span>" in page
    Dispatch.objects.filter(message=sent).update(delivered_at=NINE)
    page = block(signed_in, ada, sent)
    assert 'data-reach="delivered"' in page
    assert "<span>Delivered</span>" in page
    Dispatch.objects.filter(message=sent).update(read_at=NINE + timedelta(minutes=5))
    page = block(signed_in, ada, sent)
    assert "<span>Read</span>" in page
    assert re.search(r'<footer title="[^"]*9:05[^"]*" class="read">', page)
    assert re.search(r'<span class="sr">[^<]*9:05', page)


def test_what_kim_changed_says_so_with_the_words_before(ada, signed_in, chat):
    message = chat.messages.get()
    plain = block(signed_in, ada, message)
    rewrite(message, text="The lamp smokes.")
    page = block(signed_in, ada, message)
    assert "data-version" not in plain
    assert "data-version" in page
    assert re.search(r'<details class="edited">.*The lamp flickers\..*</details>', page, re.S)
    assert '<div class="text">The lamp smokes.</div>' in page


def test_what_kim_took_back_leaves_a_stone(ada, signed_in, chat):
    message = chat.messages.get()
    forget_words(message)
    page = block(signed_in, ada, message)
    assert "The customer deleted this message" in page
    assert "flickers" not in page


def test_reactions_stand_under_a_message(ada, signed_in, sent):
    react(sent, by="Kim Park", emoji="👍")
    assert re.search(r'<li class="pill plain" title="Kim Park">👍', block(signed_in, ada, sent))


def test_a_message_by_another_channel_is_marked_and_the_others_are_not(ada, signed_in, chat, sent):
    assert "by-channel" not in block(signed_in, ada, sent)
    mailed = channels.reply(chat, by=ada, text="By mail.", sender=_mailbox(chat.inbox), undo_seconds=0)
    assert re.search(r'class="pill by-channel" title="by Email"', block(signed_in, ada, mailed))


def test_what_a_channel_tells_is_a_line(ada, signed_in, chat):
    tell(chat, ChannelHappening(chat.pk, what="call.missed", said="Kim rang, nobody answered."))
    page = signed_in(ada).get(f"/inbox/{chat.number}/").content.decode()
    assert re.search(r'class="event".*Kim rang, nobody answered\.', page)
    assert "#i-phone" in page


def test_ada_changes_what_she_sent_and_kim_reads_the_new_words(ada, signed_in, sent, telegram):
    browser, here = signed_in(ada), f"/messages/{sent.pk}/words"
    assert "We send a new one." in browser.get(here).content.decode()
    page = browser.post(here, {"text": "We send two new ones."}).content.decode()
    heard = [telegram.stage.simulator.heard.get(timeout=5) for _each in range(2)]
    assert heard[1].text == "We send two new ones."
    assert "We send two new ones." in page
    assert re.search(r'<details class="edited">.*We send a new one\.', page, re.S)
    event = Event.objects.get(name="SentMessageChanged")
    assert (event.payload["by"], event.payload["is_taken_back"]) == (ada.pk, False)


def test_ada_takes_back_what_she_sent(ada, signed_in, sent, telegram):
    page = signed_in(ada).delete(f"/messages/{sent.pk}/words").content.decode()
    assert "This message was taken back" in page
    assert telegram.stage.simulator.deleted
    assert Event.objects.get(name="SentMessageChanged").payload["is_taken_back"]
    answer = signed_in(ada).delete(f"/messages/{sent.pk}/words")
    assert (answer.status_code, answer.content.decode()) == (422, "It was already taken back.")


def test_what_the_provider_refuses_is_said_and_nothing_changes(ada, signed_in, sent, telegram):
    telegram.stage.fail_next("permanent")
    answer = signed_in(ada).post(f"/messages/{sent.pk}/words", {"text": "Other words."})
    assert answer.status_code == 422
    sent.refresh_from_db()
    assert (sent.text, sent.edited_at) == ("We send a new one.", None)


def test_a_mail_cannot_be_changed(ada, signed_in, write, inbox):
    _mailbox(inbox)
    message = channels.reply(write(), by=ada, text="By mail.", undo_seconds=0)
    Dispatch.objects.filter(message=message).update(state=DispatchState.SENT, provider_id="x", sent_at=NINE)
    assert "/words" not in block(signed_in, ada, message)
    answer = signed_in(ada).post(f"/messages/{message.pk}/words", {"text": "Other words."})
    assert answer.content.decode() == "Messages of this channel cannot be changed once they are sent."


def test_eve_changes_nothing(viewer, signed_in, sent):
    assert signed_in(viewer).post(f"/messages/{sent.pk}/words", {"text": "Other words."}).status_code == 403


def _mailbox(inbox):
    return Channel.objects.create(kind="email", inbox=inbox, name="Support", address="support@lampwright.example")
