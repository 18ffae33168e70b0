"""Answers to a message that an agent moved go where the message is now."""

import pytest

from rapport.channels import actions, tokens
from rapport.conversations.actions import move, put_back


@pytest.fixture
def lamp(arrive, mailbox):
    """Kim has asked about her lamp."""
    return arrive(message_id="one@studio.example").message.conversation


@pytest.fixture
def invoice(arrive, lamp):
    """Kim asks something else by answering her old mail."""
    return arrive("And my invoice?", answers="one@studio.example", message_id="two@studio.example").message


def test_kims_next_word_to_the_moved_message_follows_it(arrive, lamp, invoice, ada):
    moved = move(invoice, by=ada)
    later = arrive("Any news?", answers="two@studio.example", references=["one@studio.example", "two@studio.example"])
    assert (later.message.conversation, later.message.threaded_by) == (moved, "in_reply_to")
    assert arrive("It flickers still.", answers="one@studio.example").message.conversation == lamp


def test_an_answer_to_our_answer_there_stays_there(arrive, invoice, ada):
    moved = move(invoice, by=ada)
    ours = actions.reply(moved, by=ada, text="Here it is.", undo_seconds=0)
    assert arrive("Thank you, got it!", answers=ours.external_id).message.conversation == moved


def test_the_address_we_gave_before_the_move_leads_to_where_the_message_is_now(arrive, lamp, invoice, ada):
    ours = actions.reply(lamp, by=ada, text="Here is your invoice.", undo_seconds=0)
    given = f"support+r-{tokens.token_for(lamp.pk)}@lampwright.example"
    moved = move(invoice, by=ada, with_later=True)
    answer = arrive("It lacks the date.", to=given, answers=ours.external_id)
    assert (answer.message.conversation, answer.message.threaded_by) == (moved, "token")
    assert arrive("It flickers.", to=given, answers="one@studio.example").message.conversation == lamp
    put_back(invoice, by=ada)
    assert arrive("The date, please.", to=given, answers=ours.external_id).message.conversation == lamp


def test_the_address_alone_leads_to_what_it_was_made_for(arrive, lamp, invoice, ada):
    move(invoice, by=ada)
    given = f"support+r-{tokens.token_for(lamp.pk)}@lampwright.example"
    assert arrive("It works.", to=given, subject="Lamp").message.conversation == lamp


def test_the_moved_message_is_answered_to_its_writer(arrive, lamp, ada):
    given = f"support+r-{tokens.token_for(lamp.pk)}@lampwright.example"
    forwarded = arrive("I want one too.", sender="eve@stranger.example", to=given).message
    moved = move(forwarded, by=ada)
    assert moved.customer.email == "eve@stranger.example"
    assert actions.reply(moved, by=ada, text="With pleasure.", undo_seconds=0).to == ["eve@stranger.example"]
    assert arrive("Great!", sender="eve@stranger.example", answers=forwarded.external_id).message.conversation == moved


def test_it_still_came_in_before(arrive, invoice, ada):
    move(invoice, by=ada)
    again = arrive("And my invoice?", answers="one@studio.example", message_id="two@studio.example")
    assert (again.outcome, again.message) == ("duplicate", invoice)
