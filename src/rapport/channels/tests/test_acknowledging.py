"""Whoever begins a conversation hears at once that it has come, if the inbox says so."""

import pytest
from django.core.cache import cache

from rapport.backbone.jobs import run_pending
from rapport.channels.actions import acknowledging
from rapport.channels.models import Dispatch
from rapport.channels.tests.letters import letter
from rapport.conversations.models import Message

WORDS = "Thank you for writing to {{ company }}. We have your message as number {{number}} and answer within a day."


@pytest.fixture
def welcoming(inbox, post):
    inbox.acknowledgement = WORDS
    inbox.save()
    cache.clear()
    return post


def test_kim_hears_once_that_her_letter_has_come(welcoming, arrive):
    first = arrive("The lamp flickers.", subject="Buy cheap pills", message_id="one@studio.example")
    run_pending(strict=True)
    (mail,) = welcoming.received
    number = first.message.conversation.number
    assert mail["To"] == "kim@studio.example"
    assert mail["Subject"] == f"We have your message (no. {number})"
    assert f"as number {number} and" in mail.get_body(("plain",)).get_content()
    assert "pills" not in mail.as_string()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["In-Reply-To"] == "<one@studio.example>"
    arrive("And the other one too.", answers="one@studio.example", message_id="two@studio.example")
    run_pending(strict=True)
    assert len(welcoming.received) == 1


def test_her_answer_to_it_comes_back_to_the_conversation(welcoming, arrive):
    first = arrive("The lamp flickers.")
    run_pending(strict=True)
    back = arrive("Thank you!", answers=welcoming.received[0]["Message-ID"].strip("<>"))
    assert back.message.conversation_id == first.message.conversation_id


def test_an_inbox_without_words_says_nothing(post, arrive):
    arrive("The lamp flickers.")
    run_pending(strict=True)
    assert not Dispatch.objects.exists()


def test_no_machine_is_answered(welcoming, arrive):
    arrive("I am away.", Auto_Submitted="auto-replied")
    arrive("News.", sender="news@shop.example", List_Id="<news.shop.example>")
    arrive("Hello.", sender="no-reply@shop.example")
    run_pending(strict=True)
    assert welcoming.received == []


def test_the_waiting_time_of_kim_goes_on(welcoming, arrive):
    conversation = arrive("The lamp flickers.").message.conversation
    run_pending(strict=True)
    conversation.refresh_from_db()
    assert conversation.waiting_since is not None


def test_who_claims_to_be_somebody_else_makes_no_noise_there(welcoming, arrive):
    message = arrive("I am Kim.").message
    Message.objects.filter(pk=message.pk).update(
        authentication={"by": "mx.lampwright.example", "domain": "studio.example", "dmarc": "fail"}
    )
    run_pending(strict=True)
    assert welcoming.received == []


def test_a_flood_in_the_name_of_one_domain_is_not_answered_for_long(welcoming, arrive, monkeypatch):
    monkeypatch.setattr(acknowledging, "MOST_AN_HOUR_TO_A_DOMAIN", 3)
    for number in range(6):
        arrive(letter("Hello.", sender=f"p{number}@victim.example", subject=f"Offer {number}"))
    run_pending(strict=True)
    assert len(welcoming.received) == 3


def test_whoever_is_bombed_gets_one_and_no_name_that_a_stranger_gave_is_in_it(welcoming, arrive):
    for number in range(8):
        arrive(letter("Hello.", sender="Cheap pills <lee@bombed.example>", subject=f"Offer {number}"))
    run_pending(strict=True)
    assert [mail["To"] for mail in welcoming.received] == ["lee@bombed.example"]
    assert not any(b"pills" in raw for raw in welcoming.raw)
