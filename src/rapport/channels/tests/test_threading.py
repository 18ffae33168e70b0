"""Where an answer belongs, and why: by the address it was sent to, its headers, or its subject."""

import re
from datetime import timedelta

import pytest

from rapport.channels import actions, tokens
from rapport.channels.actions import sending
from rapport.channels.actions.placing import SUBJECT_WINDOW
from rapport.channels.gratitude import only_thanks
from rapport.channels.models import Dispatch
from rapport.channels.subjects import bare_subject, is_answer
from rapport.conversations.actions import close
from rapport.conversations.models import Conversation
from rapport.kit import clock


@pytest.fixture
def asked(arrive, mailbox):
    """Kim has asked about her lamp."""
    return arrive(message_id="one@studio.example").message.conversation


def answer_address(conversation):
    return f"support+r-{tokens.token_for(conversation.pk)}@lampwright.example"


def test_kims_answer_to_our_address_joins_whatever_its_headers(arrive, asked):
    answer = arrive("It works.", to=answer_address(asked), subject="Something else")
    assert answer.message.conversation == asked
    assert answer.message.threaded_by == "token"


def test_the_address_counts_in_any_case_and_from_the_envelope(arrive, asked):
    answer = arrive("It works.", recipients=[answer_address(asked).upper()], subject="Something else")
    assert answer.message.conversation == asked


def test_kim_answers_from_her_other_address_and_is_not_answered_there_by_default(arrive, asked, ada, post):
    other = arrive("From my phone.", sender="kim.private@mail.example", to=answer_address(asked))
    assert (other.message.conversation, other.message.threaded_by) == (asked, "token_other")
    message = actions.reply(asked, by=ada, text="Fine.", undo_seconds=0)
    assert message.to == ["kim@studio.example"]


@pytest.mark.parametrize("place", [0, 10, -1])
def test_eve_cannot_make_up_an_address(arrive, asked, place):
    letters = [*tokens.token_for(asked.pk)]
    letters[place] = "b" if letters[place] == "a" else "a"
    token = "".join(letters)
    delivery = arrive("Let me in.", sender="eve@stranger.example", to=f"support+r-{token}@lampwright.example")
    assert delivery.message.conversation != asked


def test_no_two_addresses_of_a_conversation_are_the_same():
    made = {tokens.token_for(12) for _ in range(50)}
    assert len(made) == 50
    assert {tokens.conversation_of(token) for token in made} == {12}


def test_our_reply_asks_for_answers_at_its_own_address(asked, ada, mailbox, post):
    mailbox.settings = {**mailbox.settings, "sub_addresses": True}
    mailbox.save()
    actions.reply(asked, by=ada, text="Hold the button.", undo_seconds=0)
    sending.send.call(Dispatch.objects.get().pk)
    [sent] = post.received
    token = re.search(r"support\+r-(\w+)@lampwright\.example", sent["Reply-To"]).group(1)
    assert tokens.conversation_of(token) == asked.pk


def test_an_answer_without_headers_joins_by_its_subject(arrive, asked):
    answer = arrive("Any news?", subject="AW: Re: flickering  lamp")
    assert (answer.message.conversation, answer.message.threaded_by) == (asked, "subject")


@pytest.mark.parametrize(
    "headers",
    [
        {"subject": "Flickering lamp"},
        {"subject": "Re: Flickering lamp", "sender": "eve@stranger.example"},
        {"subject": "Re: Another lamp"},
        {"subject": "Re: Hi"},
    ],
)
def test_a_new_matter_begins_a_new_conversation(arrive, asked, headers):
    assert arrive("Hello.", **headers).message.threaded_by == "new"


def test_last_months_subject_is_a_new_matter(arrive, asked, time_machine):
    time_machine.move_to(clock.now() + SUBJECT_WINDOW + timedelta(minutes=1))
    assert arrive("Hello.", subject="Re: Flickering lamp").outcome == "created"


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Lamp", "lamp"),
        ("RE[2]: Fwd: AW: WG: Lamp", "lamp"),
        ("回复：转发：台灯 坏了", "台灯 坏了"),
        ("[External] Re : Lamp", "lamp"),
        ("Automatic reply: Lamp", "lamp"),
        ("Recall: Lamp", "recall: lamp"),
    ],
)
def test_a_subject_is_the_same_whatever_programs_put_before_it(subject, bare):
    assert bare_subject(subject) == bare


def test_only_answers_look_like_answers():
    assert [is_answer(subject) for subject in ("Re: a", "答复: a", "Fwd: a", "Result: a", "")] == [
        True, True, False, False, False,
    ]  # fmt: skip


THANKS = [
    "Thanks!",
    "Thank you so much, Ada.\n\nKim",
    "Perfect, it works now. Thanks a lot 🙏",
    "谢谢！",
    "好的，收到，非常感谢您的帮助",
    "问题已解决，谢谢客服",
    "Vielen Dank für die schnelle Hilfe!",
    "Merci beaucoup",
    "Got it, thx",
    "ありがとうございます",
]
MORE = [
    "Thanks, but it still flickers.",
    "Thank you. When will it arrive?",
    "No thanks, I want my money back.",
    "谢谢，但是还是不行",
    "谢谢，请问什么时候发货",
    "Thanks, my order is 4711",
    "ok",
    "",
    "收到，但没有解决",
    "Thanks for nothing. It broke again.",
]


@pytest.mark.parametrize("text", THANKS)
def test_a_thank_you_does_not_reopen(arrive, asked, ada, text):
    close(asked, by=ada)
    delivery = arrive(text, answers="one@studio.example")
    assert delivery.outcome == "appended"
    assert delivery.reason
    asked.refresh_from_db()
    assert (asked.status, asked.waiting_since, asked.message_count) == ("closed", None, 2)


@pytest.mark.parametrize("text", MORE)
def test_anything_more_does(text):
    assert not only_thanks(text, names=("Kim Park", "Ada"))


def test_a_thank_you_with_a_file_reopens(arrive, asked, ada):
    close(asked, by=ada)
    arrive("Thanks!", answers="one@studio.example", files=[("photo.png", b"x" * 200)])
    assert Conversation.objects.get(pk=asked.pk).status == "open"


def test_a_thank_you_in_an_open_conversation_is_a_message_like_any(arrive, asked):
    arrive("Thanks!", answers="one@studio.example")
    asked.refresh_from_db()
    assert asked.waiting_since is not None
