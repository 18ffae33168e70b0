"""Deleting a conversation: nothing of it stays, and nothing brings it back."""

import pytest

from rapport.backbone import files, search
from rapport.backbone.models import Event, StoredFile
from rapport.channels import actions
from rapport.channels.models import Delivery, Dispatch
from rapport.channels.queries import raw
from rapport.channels.tests.letters import letter
from rapport.conversations.models import Conversation, Message
from rapport.kit import clock

pytestmark = pytest.mark.django_db


def test_everything_written_goes_and_files_that_others_use_stay(arrive, noor):
    first = arrive("The crooked lamp.", message_id="one@studio.example", files=[("a.bin", b"a"), ("both.bin", b"both")])
    other = arrive("Another matter.", message_id="two@studio.example", subject="Other", files=[("b.bin", b"both")])
    actions.reply(first.message.conversation, by=noor, text="Hold the button.")
    actions.delete(first.message.conversation, by=noor)
    assert list(Conversation.objects.all()) == [other.message.conversation]
    assert not Dispatch.objects.exists()
    assert Message.objects.count() == 1
    assert search.find("crooked", scopes=None) == []
    kept = {files.read(stored) for stored in StoredFile.objects.all()}
    assert b"both" in kept
    assert b"a" not in kept
    assert raw(Delivery.objects.get(external_id="one@studio.example")) == b""
    assert Event.objects.filter(name="ConversationDeleted").get().payload["by"] == noor.pk


def test_the_same_mail_again_does_not_bring_it_back(arrive, noor):
    same = letter("The crooked lamp.", message_id="one@studio.example")
    actions.delete(arrive(same).message.conversation, by=noor)
    again = arrive(same)
    assert (again.outcome, again.message) == ("duplicate", None)
    assert not Conversation.objects.exists()


def test_an_answer_to_what_is_gone_begins_anew(arrive, noor):
    actions.delete(arrive("The lamp.", message_id="one@studio.example").message.conversation, by=noor)
    later = arrive("Any news?", message_id="two@studio.example", answers="one@studio.example")
    assert later.outcome == "created"


def test_bytes_without_a_row_are_swept_after_a_day():
    stored = files.keep(b"nobody needs this")
    files.forget([stored.pk])
    assert files.sweep() == 0
    with clock.frozen(clock.now() + 2 * files._UNCLAIMED):
        kept = files.keep(b"this is needed")
        assert files.sweep() >= 1, "other tests may have left some, too"
    assert not files.storage().exists(stored.path)
    assert files.read(kept) == b"this is needed"
