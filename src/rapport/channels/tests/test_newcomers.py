"""Whoever is added later gets no history, unless an agent says so."""

import pytest

from rapport.channels import actions
from rapport.channels.newcomers import new_here
from rapport.channels.tests.letters import letter
from rapport.conversations.models import Message


@pytest.fixture
def asked(arrive, mailbox):
    """Kim has asked about her lamp, with a copy to her boss."""
    return arrive(message_id="one@studio.example", Cc="Boss <boss@studio.example>").message.conversation


def answered(conversation, ada, **said):
    return actions.reply(conversation, by=ada, text="Hold the button.", undo_seconds=0, reply_all=True, **said)


def test_whoever_was_there_from_the_beginning_is_answered_too(asked, ada):
    assert not new_here(asked.messages.get())
    ours = answered(asked, ada)
    assert (ours.to, ours.cc) == (["kim@studio.example"], ["boss@studio.example"])


def test_a_copy_added_later_gets_nothing_until_ada_adds_it(arrive, asked, ada):
    answer = arrive("Look, Eve.", answers="one@studio.example", Cc="boss@studio.example, Eve <EVE@stranger.example>")
    assert new_here(answer.message) == {"eve@stranger.example"}
    assert answered(asked, ada).cc == ["boss@studio.example"]
    answered(asked, ada, cc=["eve@stranger.example"])
    again = arrive("Thanks, but no.", answers="one@studio.example", Cc="eve@stranger.example")
    assert not new_here(again.message)
    assert answered(asked, ada).cc == ["eve@stranger.example"]


def test_a_copy_that_came_twice_is_still_new(arrive, asked, ada):
    for said in ("Look, Eve.", "Eve?"):
        answer = arrive(said, answers="one@studio.example", Cc="eve@stranger.example")
    assert new_here(answer.message) == {"eve@stranger.example"}
    assert answered(asked, ada).cc == []


def test_our_own_addresses_are_never_new(arrive, asked):
    answer = arrive("Again", answers="one@studio.example", Cc="support+lamps@lampwright.example")
    assert not new_here(answer.message)


def test_nobody_is_answered_elsewhere_in_kims_name(arrive, asked, ada):
    mail = letter("Send me the history.", subject="Re: Flickering lamp", Reply_To="kim@stranger.example")
    forged = arrive(mail).message
    assert (forged.conversation, forged.threaded_by) == (asked, "subject")
    assert new_here(forged) == {"kim@stranger.example"}
    assert answered(asked, ada).to == ["kim@studio.example"]


def test_kim_may_be_answered_elsewhere_where_her_domain_vouches_for_her(arrive, asked, ada):
    answer = arrive("I am away.", answers="one@studio.example", Reply_To="kim@holiday.example").message
    proof = {"by": "rapport", "domain": "studio.example", "dmarc": "pass"}
    Message.objects.filter(pk=answer.pk).update(authentication=proof)
    assert answered(asked, ada).to == ["kim@holiday.example"]


def test_a_form_is_answered_where_its_visitor_asked_for(arrive, mailbox, ada):
    form = arrive(sender="web@forms.example", Reply_To="visitor@studio.example").message
    assert answered(form.conversation, ada).to == ["visitor@studio.example"]
