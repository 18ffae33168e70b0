"""What becomes of a call at the desk, and Ada who rings back."""

from urllib.parse import urlsplit

import pytest

from rapport.channels import actions
from rapport.channels.actions import calling
from rapport.channels.callers import Call
from rapport.channels.errors import CannotDeliver, CannotWrite
from rapport.channels.kinds.voice.simulator import AGENT, NUMBER, PERSON
from rapport.channels.models import Channel, Delivery
from rapport.channels.pushing import push_url
from rapport.channels.simulating import SentFile
from rapport.channels.tests.door import Door
from rapport.conversations.models import Conversation, Message


def write_down(audio, content_type, language):
    assert (audio[:4], content_type, language) == (b"RIFF", "audio/wav", "en-US")
    return " Hello, this is Kim. "


def fall_over(audio, content_type, language):
    raise MemoryError("no model")


@pytest.mark.on_both_databases
class TestAtTheDesk:
    @pytest.fixture
    def channel(self, api, inbox):
        made = Channel.objects.create(
            kind="voice", inbox=inbox, name="Phone", address=NUMBER, settings=dict(api.settings)
        )
        api.simulator._call = ""
        return made

    @pytest.fixture
    def door(self, api, client, channel):
        return Door(client, api.stage, channel)

    @pytest.fixture
    def knock(self, door):
        return door.hand_in

    @pytest.fixture
    def says(self, api, knock):
        return lambda text, files=(): knock(api.simulator.says(text, files))

    def heard(self, api):
        return [api.simulator.heard.get().text for _ in range(api.simulator.heard.qsize())]

    def test_a_call_that_nobody_takes_is_a_missed_call(self, api, says):
        says("call")
        conversation = Conversation.objects.get()
        assert conversation.subject == "Missed call"
        assert (conversation.customer.phone, conversation.channel) == (PERSON, "voice")
        assert [message.text for message in Message.objects.all()] == ["Missed call."]
        call = Call.objects.get()
        assert (call.state, call.answered_at) == ("ended", None)
        assert call.happened == ["call.ringing", "call.ended", "call.missed"]
        assert call.conversation == conversation
        assert f"[{AGENT} rings]" in self.heard(api)

    def test_a_call_that_was_answered_is_not_missed(self, says):
        says("call press 1, answer")
        assert [message.text for message in Message.objects.all()] == [f"The call was answered at {AGENT}."]
        call = Call.objects.get()
        assert call.happened == ["call.ringing", "call.answered", "call.ended"]
        assert call.answered_at
        assert call.ended_at

    def test_a_message_is_kept_with_its_sound_once_twilio_has_it(self, api, says):
        api.simulator.not_ready = 99
        says("call press 2, voicemail", [SentFile("hello.wav", "audio/wav", b"RIFF" + b"sound" * 50)])
        # It is not ready at once, but nobody takes the call for a missed one meanwhile.
        assert not Conversation.objects.exists()
        api.simulator.not_ready = 0
        actions.process_all(Delivery.objects.filter(state="stored").select_related("channel__inbox").order_by("id"))
        message = Message.objects.get()
        assert message.text == "Voicemail, 0:12 minutes."
        assert [(file.name, file.size) for file in message.attachments.all()] == [("voicemail.wav", 254)]
        assert message.conversation.subject == "Voicemail"

    @pytest.mark.parametrize(
        ("path", "words"), [("write_down", "\n\nHello, this is Kim."), ("fall_over", "[Not written down: MemoryError")]
    )
    def test_a_program_of_our_own_writes_it_down(self, says, channel, settings, path, words):
        settings.TRANSCRIBER = f"rapport.channels.kinds.voice.tests.test_at_the_desk.{path}"
        channel.settings = {**channel.settings, "transcription": "own"}
        channel.save()
        says("call press 2, voicemail")
        message = Message.objects.get()
        assert words in message.text
        assert message.attachments.count() == 1

    def test_kim_asks_to_be_rung_back_and_a_second_call_goes_on_in_the_same_conversation(self, says):
        says("call press 1, nobody, press 1")
        says("call")
        texts = [message.text for message in Message.objects.order_by("id")]
        assert texts == ["They would like to be rung back.", "Missed call."]
        assert Conversation.objects.count() == 1

    def test_a_call_is_recorded_only_after_kim_agreed(self, says, channel):
        channel.settings = {**channel.settings, "recording": "press", "menu": ""}
        channel.save()
        says("call wait, answer")
        assert not [message for message in Message.objects.all() if message.attachments.exists()]
        says("call press 1, answer")
        (recorded,) = [message for message in Message.objects.all() if message.attachments.exists()]
        assert recorded.text == "Recording of the call, 1:30 minutes."

    def test_a_call_that_rings_is_seen_while_it_lasts(self, api, says):
        says("ring")
        call = Call.objects.get()
        assert (call.state, call.number, call.ended_at) == ("ringing", PERSON, None)
        says("press 1")
        says("answer, hang up")
        call.refresh_from_db()
        assert call.state == "ended"

    def test_ada_rings_kim_back(self, api, says, knock, door, ada):
        says("call")
        conversation = Conversation.objects.get()
        ada.phone = AGENT
        ada.save()
        call = calling.ring(conversation, by=ada)
        assert (call.state, call.is_outgoing, call.agent) == ("ringing", True, ada)
        asked = api.simulator.asked[-1].form
        assert (asked["To"], asked["From"]) == (AGENT, NUMBER)
        with pytest.raises(CannotWrite, match="already"):
            calling.ring(conversation, by=ada)
        knock(door.later)
        call.refresh_from_db()
        assert call.state == "ended"
        assert call.happened == ["call.dialling", "call.answered", "call.ended"]
        assert call.conversation == conversation
        assert Conversation.objects.count() == 1

    def test_ada_is_told_what_is_missing_before_anything_rings(self, api, says, channel, ada):
        says("call")
        conversation = Conversation.objects.get()
        with pytest.raises(CannotWrite, match="your own phone"):
            calling.ring(conversation, by=ada)
        ada.phone = AGENT
        api.stage.fail_next("permanent")
        with pytest.raises(CannotDeliver, match="Geo permissions"):
            calling.ring(conversation, by=ada)
        assert Call.objects.filter(is_outgoing=True).count() == 0
        channel.delete()
        with pytest.raises(CannotWrite, match="No phone channel"):
            calling.ring(conversation, by=ada)

    def test_nothing_can_be_written_to_a_phone(self, says, ada):
        says("call")
        with pytest.raises(CannotWrite, match="Ring them"):
            actions.reply(Conversation.objects.get(), by=ada, text="Hello")

    def test_an_evil_answer_of_a_bystander_changes_nothing(self, api, client, channel):
        path = urlsplit(push_url(channel)).path
        assert client.post(f"{path}?step=bridge&from=%2B15550000000", {"CallSid": "CA1"}).status_code == 401
        assert not Delivery.objects.exists()
