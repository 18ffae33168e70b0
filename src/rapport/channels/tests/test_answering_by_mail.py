"""Ada reads her news by mail and answers there; nobody answers in her name."""

import re
import smtplib
from datetime import timedelta
from email.utils import parseaddr

import pytest

from rapport.backbone.jobs import run_pending
from rapport.channels import agent_tokens, listeners
from rapport.channels.actions.answering import take_later
from rapport.channels.kinds.email.tests.signed import published, signed
from rapport.channels.models import Delivery
from rapport.channels.tests.letters import letter
from rapport.channels.tests.name_server import name_server
from rapport.conversations import actions as conversations
from rapport.conversations.models import Conversation, Message
from rapport.kit import clock

HOST = "mx.lampwright.example"
GOOD = f"{HOST}; dmarc=pass header.from=lampwright.example"
QUOTED = """Hold the button for ten seconds.

--\x20
Ada Lindqvist
Lampwright

On Thu, Nov 19, 2026 at 10:00 AM Lampwright <support@lampwright.example> wrote:

> Kim Park wrote in conversation #1:
>
> It still flickers.
"""


@pytest.fixture
def ada(ada):
    ada.notices = {"own": {"mail": True}, "assigned": {"mail": True}}
    ada.save()
    return ada


@pytest.fixture
def conversation(arrive, post, mailbox, ada):
    """Kim's, and Ada's to answer."""
    mailbox.settings = {**mailbox.settings, "incoming": "imap", "sub_addresses": True, "trusted_host": HOST}
    mailbox.save()
    conversation = arrive(message_id="one@studio.example").message.conversation
    conversations.assign(conversation, to=ada, by=ada)
    run_pending(strict=True)
    assert post.received == [], "what she did herself is no news"
    return conversation


@pytest.fixture
def news(conversation, arrive, post):
    """The mail that tells Ada of what Kim wrote."""
    arrive("It still flickers.", answers="one@studio.example")
    run_pending(strict=True)
    (mail,) = post.received
    post.received.clear()
    post.recipients.clear()
    return mail


@pytest.fixture
def answer(news, arrive, mailbox):
    """An answer to that mail; Ada's own unless somebody else is named, vouched for unless told otherwise."""

    def answered(said=QUOTED, *, sender="Ada Lindqvist <ada@lampwright.example>", vouched=GOOD, **headers):
        if vouched:
            headers["Authentication_Results"] = vouched
        to = parseaddr(news["Reply-To"])[1]
        delivery = arrive(said, sender=sender, to=to, subject="Re: news", channel=mailbox, **headers)
        run_pending(strict=True)
        return Delivery.objects.get(pk=delivery.pk)

    return answered


def last_note():
    return Message.objects.filter(direction="note").last()


def sent_to_kim(post):
    return [mail for mail, people in zip(post.received, post.recipients, strict=True) if "kim@studio.example" in people]


def test_ada_is_told_what_kim_wrote_and_where_to_answer(news, conversation):
    assert news["To"] == "Ada Lindqvist <ada@lampwright.example>"
    assert news["Subject"] == f"[#{conversation.number}] Flickering lamp"
    assert news["Auto-Submitted"] == "auto-generated"
    text = news.get_content()
    assert "It still flickers." in text
    assert f"/inbox/{conversation.number}/" in text
    assert re.fullmatch(r"support\+r-[a-z2-7]{27,60}@lampwright\.example", parseaddr(news["Reply-To"])[1])
    assert len(parseaddr(news["Reply-To"])[1].partition("@")[0]) <= 64


def test_her_answer_goes_to_kim_without_quotes_and_signature(answer, post, ada, conversation):
    delivery = answer()
    assert (delivery.outcome, delivery.message.direction) == ("appended", "out")
    assert (delivery.message.agent, delivery.message.text) == (ada, "Hold the button for ten seconds.")
    (mail,) = sent_to_kim(post)
    assert mail["From"] == "Ada from Lampwright <support@lampwright.example>"
    assert mail.get_content().strip() == "Hold the button for ten seconds."
    assert last_note() is None


def test_the_same_mail_twice_is_one_answer(answer, post):
    answer(message_id="answer@lampwright.example")
    assert answer(message_id="answer@lampwright.example").outcome == "duplicate"
    assert len(sent_to_kim(post)) == 1


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        (
            {"sender": "Eve <eve@stranger.example>", "vouched": f"{HOST}; dmarc=pass header.from=stranger.example"},
            "eve@",
        ),
        ({"vouched": f"{HOST}; dmarc=fail header.from=lampwright.example"}, "does not vouch"),
        ({"vouched": f"{HOST}; dmarc=pass header.from=stranger.example"}, "does not vouch"),
        ({"vouched": "eves.example; dmarc=pass header.from=lampwright.example"}, "does not vouch"),
        ({"vouched": ""}, "does not vouch"),
        ({"sender": "ada@lampwright.example, eve@stranger.example"}, "does not vouch"),
    ],
    ids=["another sender", "failed", "another domain", "another host", "nobody looked", "two senders"],
)
def test_without_proof_it_stays_a_note_and_ada_is_told_at_her_own_address(answer, post, conversation, headers, why):
    delivery = answer(**headers)
    assert sent_to_kim(post) == []
    note = last_note()
    assert (delivery.message, note.agent, note.conversation) == (note, None, conversation)
    assert "An answer by mail was not sent to the customer." in note.text
    assert why in note.text
    assert "Hold the button for ten seconds." in note.text
    assert ["ada@lampwright.example"] in post.recipients
    assert any("was not sent to the customer" in mail.get_content() for mail in post.received)
    assert not any("eve@stranger.example" in people for people in post.recipients)


def test_eve_cannot_fill_a_conversation_with_notes(answer, conversation):
    for number in range(12):
        last = answer(vouched="", message_id=f"{number}@stranger.example")
    assert conversation.messages.filter(direction="note").count() == 10
    assert (last.message, last.outcome) == (None, "appended")
    assert "does not vouch" in last.reason


def test_an_old_address_answers_nobody(answer, post, news):
    with clock.frozen(clock.now() + agent_tokens.GOOD_FOR + timedelta(hours=2)):
        answer()
    assert sent_to_kim(post) == []
    assert "has expired" in last_note().text


def test_who_left_answers_nobody(answer, post, ada):
    ada.deactivated_at = clock.now()
    ada.save()
    answer()
    assert (sent_to_kim(post), post.received) == ([], [])
    assert "may do so no more" in last_note().text


def test_who_sees_the_conversation_no_more_answers_nobody(answer, post, ada, omar, conversation):
    from rapport.team.models import Team

    secret = Team.objects.create(name="Secret")
    Conversation.objects.filter(pk=conversation.pk).update(team=secret, assignee=omar)
    answer()
    assert sent_to_kim(post) == []
    assert "does not see this conversation" in last_note().text


def test_adas_out_of_office_is_no_answer_and_no_note(answer, post):
    delivery = answer("I am away.", Auto_Submitted="auto-replied")
    assert (delivery.outcome, delivery.message) == ("auto_reply", None)
    assert (post.received, last_note()) == ([], None)


def test_an_address_that_eve_made_up_is_an_ordinary_letter(answer, arrive, news, mailbox):
    to = parseaddr(news["Reply-To"])[1]
    at = to.index("+r-") + len("+r-")
    forged = to[:at] + ("a" if to[at] != "a" else "b") + to[at + 1 :]
    delivery = arrive("Let me in.", sender="eve@stranger.example", to=forged, channel=mailbox)
    assert delivery.message.direction == "in"
    assert delivery.message.customer.email == "eve@stranger.example"


def test_an_empty_answer_is_not_sent(answer, post):
    answer("> It still flickers.\n")
    assert sent_to_kim(post) == []
    assert "Write something first." in last_note().text


def test_what_our_mail_said_never_goes_to_kim_as_adas_words(answer, post, news):
    without_mark = news.get_content().partition("above this line ---")[2]
    answer(f"Hold the button.\n\nYours was:\n{without_mark}")
    assert sent_to_kim(post) == []
    assert "could not be told apart" in last_note().text


def test_notes_of_others_and_being_given_one_are_news_too(conversation, post, ada, omar):
    conversations.write_note(conversation, text="She is a friend of the house.", by=omar)
    run_pending(strict=True)
    assert "She is a friend of the house." in post.received[0].get_content()
    conversations.assign(conversation, to=omar, by=omar)
    conversations.assign(conversation, to=ada, by=omar)
    run_pending(strict=True)
    assert "Omar Haddad gave you this conversation" in post.received[1].get_content()
    assert len(post.received) == 2


def test_who_did_not_ask_for_mail_gets_none(conversation, arrive, post, ada):
    ada.notices = {}
    ada.save()
    arrive("Hello?", answers="one@studio.example")
    run_pending(strict=True)
    assert post.received == []


def test_where_the_mailbox_has_no_sub_addresses_the_mail_only_links(conversation, arrive, post, mailbox):
    mailbox.settings = {**mailbox.settings, "sub_addresses": False}
    mailbox.save()
    arrive("Hello?", answers="one@studio.example")
    run_pending(strict=True)
    text = post.received[0].get_content()
    assert "above this line" not in text
    assert "/inbox/" in text


def test_a_word_says_one_agent_and_conversation_and_only_ours_is_taken():
    token = agent_tokens.token_for(7, 123_456)
    permit = agent_tokens.permit_of(token)
    assert (permit.agent, permit.conversation, permit.is_expired) == (7, 123_456, False)
    assert agent_tokens.token_for(7, 123_456) != token
    for at in range(len(token)):
        other = "a" if token[at] != "a" else "b"
        assert agent_tokens.permit_of(token[:at] + other + token[at + 1 :]) is None
    assert agent_tokens.permit_of("") is None
    from rapport.channels import tokens

    assert tokens.conversation_of(token) is None
    assert agent_tokens.permit_of(tokens.token_for(12)) is None


@pytest.mark.parametrize(("signer", "reaches"), [("lampwright.example", True), ("evil.example", False)])
@pytest.mark.django_db(transaction=True)
def test_what_only_the_name_system_proves_waits_for_its_word(news, post, mailbox, settings, signer, reaches):
    settings.SMTP_LISTEN = "127.0.0.1:0"
    to = parseaddr(news["Reply-To"])[1]
    body = letter(QUOTED, sender="Ada Lindqvist <ada@lampwright.example>", to=to, subject="Re: news")
    policy = {("_dmarc.lampwright.example", "TXT"): ["v=DMARC1; p=reject"]}
    with name_server(policy | published("lampwright.example")):
        doors = listeners.Doors()
        try:
            with smtplib.SMTP("127.0.0.1", doors._listeners[0].port, timeout=10) as client:
                client.sendmail("ada@lampwright.example", [to], signed(body, signer))
        finally:
            doors.stop()
        delivery = Delivery.objects.latest("pk")
        assert (delivery.message, sent_to_kim(post)) == (None, [])
        run_pending(strict=True)
    assert len(sent_to_kim(post)) == reaches
    assert (last_note() is None) == reaches
    delivery.refresh_from_db()
    assert delivery.message.direction == ("out" if reaches else "note")
    take_later(delivery.pk)
    assert len(sent_to_kim(post)) == reaches, "doing it twice is doing it once"
