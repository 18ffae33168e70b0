"""Kim texts and Ada answers: signatures, payloads, sending over real HTTP, and what refusals mean."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl

import pytest

from rapport.channels import actions
from rapport.channels.errors import CannotDeliver, CannotRead, NotAllowed
from rapport.channels.kinds.sms import counting
from rapport.channels.kinds.sms.forms import SmsForm
from rapport.channels.kinds.sms.kind import Sms
from rapport.channels.kinds.sms.simulator import ACCOUNT, NUMBER, PERSON
from rapport.channels.kinds.sms.tests.texting import HERE, URL, outgoing, payload
from rapport.channels.models import Channel, Dispatch
from rapport.channels.simulating import SentFile
from rapport.channels.tests.door import Door
from rapport.channels.twilio import signature
from rapport.channels.types import (
    Address,
    Bounced,
    Happened,
    MessageReceived,
    OptedOut,
    Part,
    Reported,
)
from rapport.conversations.models import Conversation, Message


class TestSignature:
    def test_the_example_of_the_documentation_fits(self):
        fields = [
            ("Digits", "1234"), ("To", "+18005551212"), ("From", "+14158675310"), ("Caller", "+14158675310"),
            ("CallSid", "CA1234567890ABCDE"),
        ]  # fmt: skip
        told = "https://mycompany.com/myapp.php?foo=1&bar=2"
        by_hand = hmac.new(
            b"12345",
            f"{told}CallSidCA1234567890ABCDECaller+14158675310Digits1234From+14158675310To+18005551212".encode(),
            hashlib.sha1,
        )
        assert signature(told, fields, "12345") == base64.b64encode(by_hand.digest()).decode()

    @pytest.mark.parametrize("url", [URL, URL.replace("desk.example", "desk.example:443")])
    def test_it_fits_with_and_without_the_usual_port(self, api, url):
        api.simulator.push_url = url
        push = api.simulator.says("Hello")[0]
        assert api.kind.verify(push.body, push.headers, api.settings, URL) == {"provider": "Twilio"}

    def test_another_body_address_token_or_none_is_refused(self, api):
        push = api.simulator.says("Hello")[0]
        other = {"auth_token": "another"}
        for body, headers, settings, url in (
            (push.body + b"&Body=Bye", push.headers, api.settings, URL),
            (push.body, push.headers, api.settings, f"{URL}?step=menu"),
            (push.body, push.headers, {**api.settings, **other}, URL),
            (push.body, push.headers, {}, URL),
            (push.body, {}, api.settings, URL),
            (b"\xff\xfe", push.headers, api.settings, URL),
        ):
            with pytest.raises(NotAllowed):
                api.kind.verify(body, headers, settings, url)


class TestReading:
    def test_every_payload_is_what_it_says(self):
        kinds = {
            path.name: [type(event).__name__ for event in Sms().read(path.read_bytes())]
            for path in sorted((HERE / "deliveries").iterdir())
        }
        received, reported, bounced = ["MessageReceived"], ["Reported"], ["Bounced"]
        assert [kinds[name] for name in sorted(kinds)] == [
            *([received] * 7), ["OptedOut", "Happened"], ["OptedOut", *received], ["OptedOut", "Happened"], received,
            ["OptedOut", *received], *([received] * 2), *([reported] * 4), *([bounced] * 5),
        ]  # fmt: skip

    def test_a_text_is_whose_it_is(self):
        (event,) = Sms().read(payload("deliveries/01_text.txt"))
        assert event == MessageReceived(
            external_id=f"twilio:SM{1:032x}",
            author=Address("", PERSON),
            to=(Address("", NUMBER),),
            text="Does the lamp come in green?",
            visible_text="Does the lamp come in green?",
            profile={"location": "Redwood City, CA, US"},
        )

    def test_reports_find_what_was_sent(self):
        (delivered,) = Sms().read(payload("deliveries/23_delivered.txt"))
        about = f"twilio:SM{100:032x}"
        assert delivered == Reported(f"{about}:delivered", about, PERSON, "delivered")
        (failed,) = Sms().read(payload("deliveries/26_undelivered_30006.txt"))
        assert isinstance(failed, Bounced)
        assert failed.failures[0].status == "30006"

    def test_a_state_that_nobody_knows_is_nothing(self):
        assert Sms().read(payload("ignored/unknown_state.txt")) == []

    def test_whatsapp_by_twilio_is_another_channel(self):
        with pytest.raises(CannotRead, match="another channel"):
            Sms().read(payload("deliveries/01_text.txt").replace(b"From=%2B1650", b"From=whatsapp%3A%2B1650"))

    def test_stop_is_a_choice_and_yes_stays_a_word(self):
        choice, line = Sms().read(payload("deliveries/08_stop.txt"))
        assert isinstance(choice, OptedOut)
        assert choice.is_out
        assert isinstance(line, Happened)
        assert line.what == "sms.opted_out"
        back, word = Sms().read(payload("deliveries/12_yes.txt"))
        assert not back.is_out
        assert word.text == "Yes"


class TestSending:
    def test_text_leaves_with_our_address_for_reports(self, api):
        receipt = api.kind.send(outgoing("It does."), {**api.settings, "push_url": URL})
        assert api.simulator.heard.get(timeout=5).text == "It does."
        assert receipt.external_id.startswith("twilio:SM")
        assert receipt.detail == {"parts": 1}
        assert api.simulator.asked[-1].form == {
            "To": PERSON, "From": NUMBER, "Body": "It does.", "StatusCallback": URL
        }  # fmt: skip
        assert base64.b64decode(api.simulator.asked[-1].headers["authorization"].split()[1]).decode() == (
            f"{ACCOUNT}:{api.settings['auth_token']}"
        )

    def test_a_messaging_service_chooses_the_number(self, api):
        service = "MG" + "a" * 32
        api.kind.send(outgoing("Hi"), {**api.settings, "messaging_service_sid": service})
        assert api.simulator.asked[-1].form == {"To": PERSON, "MessagingServiceSid": service, "Body": "Hi"}

    def test_pictures_are_fetched_by_twilio_and_other_files_refused(self, api):
        pictures = [Part(f"{n}.png", "image/png", b"png", address=f"https://desk.example/{n}.png") for n in (1, 2)]
        api.kind.send(outgoing("Look", parts=pictures), api.settings)
        sent = parse_qsl(api.simulator.asked[-1].body.decode())
        assert [value for name, value in sent if name == "MediaUrl"] == [part.address for part in pictures]
        plan = Part("plan.pdf", "application/pdf", b"pdf", address="https://desk.example/plan.pdf")
        for parts, said in (
            ([plan], "Phones take no files such as plan.pdf"),
            ([Part("1.png", "image/png", b"png")], "no address"),
            ([Part("1.png", "image/png", b"p" * 6_000_000, address="https://desk.example/1.png")], "5 MB"),
            (pictures * 6, "ten files"),
        ):
            with pytest.raises(CannotDeliver, match=said) as caught:
                api.kind.send(outgoing("Look", parts=parts), api.settings)
            assert caught.value.permanent
        api.kind.send(outgoing("Look", parts=[plan]), {**api.settings, "file_way": "link"})
        assert api.simulator.asked[-1].form["Body"] == "Look\nhttps://desk.example/plan.pdf"

    @pytest.mark.parametrize(
        ("code", "permanent", "too_many", "names_them", "said"),
        [
            (21610, True, False, True, "STOP"),
            (21211, True, False, True, "no phone number"),
            (21614, True, False, True, "landline"),
            (21408, True, False, False, "Geo permissions"),
            (20003, False, False, False, "An administrator"),
            (30001, False, True, False, "fewer messages"),
            (30034, True, False, False, "registers"),
            (99999, True, False, False, "did not send it"),
        ],
    )
    def test_refusals_say_whose_turn_it_is(self, api, code, permanent, too_many, names_them, said):
        api.simulator.refuses = [code]
        with pytest.raises(CannotDeliver, match=said) as caught:
            api.kind.send(outgoing("Hi"), api.settings)
        error = caught.value
        assert (error.permanent, error.too_many) == (permanent, too_many)
        assert [each.address for each in error.undelivered] == ([PERSON] if names_them else [])

    def test_a_name_cannot_be_answered_and_nothing_or_too_much_is_not_sent(self, api):
        for message in (outgoing("Hi", to="LAMPSTORE"), outgoing("  "), outgoing("a" * 1601)):
            with pytest.raises(CannotDeliver):
                api.kind.send(message, api.settings)
        assert not api.simulator.asked

    def test_a_connection_that_breaks_is_in_doubt_and_one_that_never_was_is_not(self, api):
        with pytest.raises(CannotDeliver) as caught:
            api.kind.send(outgoing("Hi"), {**api.settings, "api": "http://127.0.0.1:9"})
        assert (caught.value.permanent, caught.value.in_doubt) == (False, False)


@pytest.mark.parametrize(
    ("text", "parts", "alphabet"),
    [
        ("", 0, "GSM-7"), ("a" * 160, 1, "GSM-7"), ("a" * 161, 2, "GSM-7"), ("a" * 306, 2, "GSM-7"),
        ("a" * 307, 3, "GSM-7"), ("€" * 80, 1, "GSM-7"), ("€" * 81, 2, "GSM-7"),
        # An escape is not torn from its letter: the euro begins the second part, and pushes one letter into a third.
        ("a" * 152 + "€" + "a" * 152, 3, "GSM-7"),
        ("ł" * 70, 1, "UCS-2"), ("ł" * 71, 2, "UCS-2"), ("🙏" * 35, 1, "UCS-2"), ("🙏" * 36, 2, "UCS-2"),
        ("你" * 134, 2, "UCS-2"), ("你" * 135, 3, "UCS-2"), ("“Hello”", 1, "UCS-2"),
    ],
)  # fmt: skip
def test_parts_are_counted_as_carriers_do(text, parts, alphabet):
    found = counting.count(text)
    assert (found.parts, found.alphabet) == (parts, alphabet)
    assert found.room >= 0


class TestConnecting:
    def test_each_step_is_tried_and_the_webhook_set(self, api):
        steps = list(api.kind.check({**api.settings, "push_url": URL}))
        assert all(step.ok for step in steps)
        assert api.simulator.sms_url == URL
        (again,) = list(api.kind.check({**api.settings, "push_url": URL}))[-1:]
        assert again.name == "Let Twilio push to this address"

    def test_a_wrong_token_or_number_has_a_remedy(self, api):
        assert [step.ok for step in api.kind.check({**api.settings, "address": "+15550000000"})] == [True, True, False][
            1:
        ]
        (step,) = api.kind.check({"address": NUMBER})
        assert "Twilio Console" in step.remedy

    def test_the_form_asks_what_the_provider_needs(self):
        form = SmsForm({"address": "0170 1234567", "provider": "twilio"})
        assert set(form.errors) == {"address", "account_sid", "auth_token"}
        form = SmsForm({"address": "+49 (30) 901820", "provider": "http", "http_url": "http://sms.example/send"})
        assert set(form.errors) == {"http_url"}
        form = SmsForm(
            {"address": "+49 (30) 901820", "provider": "http", "http_url": "https://sms.example/?k={secret}"}
        )
        assert form.is_valid(), form.errors
        assert form.cleaned_data["address"] == "+4930901820"
        assert len(form.cleaned_data["in_secret"]) > 20
        form = SmsForm({**form.data, "http_headers": "no header"})
        assert "no header" in str(form.errors["http_headers"])
        form = SmsForm({**form.data, "http_headers": "", "http_url": "https://{from}.example/"})
        assert "host" in str(form.errors["http_url"])


@pytest.mark.on_both_databases
class TestThroughTheDoor:
    @pytest.fixture
    def channel(self, api, inbox):
        return Channel.objects.create(
            kind="sms", inbox=inbox, name="Texts", address=NUMBER, settings=dict(api.settings)
        )

    @pytest.fixture
    def door(self, api, client, channel):
        return Door(client, api.stage, channel)

    @pytest.fixture
    def hand_in(self, door):
        return door.hand_in

    def sent(self, ada, text):
        message = actions.reply(Conversation.objects.get(), by=ada, text=text, undo_seconds=0)
        actions.send(Dispatch.objects.get(message=message).pk)
        return Dispatch.objects.get(message=message)

    def test_ada_sees_that_it_was_delivered(self, api, hand_in, ada, door):
        photo = SentFile("lamp.jpg", "image/jpeg", b"\xff\xd8\xff" + b"lamp" * 50)
        hand_in(api.simulator.says("Does it come in green?", [photo]))
        message = Message.objects.get()
        assert (message.author_address, message.text) == (PERSON, "Does it come in green?")
        assert [file.size for file in message.attachments.all()] == [len(photo.body)]
        identity = message.conversation.customer.identities.get()
        assert (identity.kind, identity.value, identity.verified_at) == ("phone", PERSON, None)
        dispatch = self.sent(ada, "It does.")
        assert dispatch.state == "sent", dispatch.error
        hand_in(door.later)
        dispatch.refresh_from_db()
        assert dispatch.delivered_at
        assert [report["state"] for report in dispatch.reports] == ["queued", "sent", "delivered"]

    def test_whoever_said_stop_is_not_written_to_until_they_say_start(self, api, hand_in, ada):
        hand_in(api.simulator.says("Hello"))
        stop = api.simulator.says("STOP")
        hand_in(stop)
        assert Message.objects.count() == 1
        dispatch = self.sent(ada, "Are you sure?")
        assert dispatch.state == "failed"
        assert "no more messages by SMS" in dispatch.error
        assert not api.simulator.asked
        hand_in(api.simulator.says("START"))
        assert self.sent(ada, "Good.").state == "sent"
        # The same push once more, which Twilio may make, is no new choice.
        hand_in(stop)
        assert self.sent(ada, "Still there?").state == "sent"

    def test_ada_is_told_why_it_did_not_arrive(self, api, hand_in, ada, door):
        api.simulator.fails = [30006]
        hand_in(api.simulator.says("Hello"))
        dispatch = self.sent(ada, "Hello Kim")
        hand_in(door.later)
        dispatch.refresh_from_db()
        assert dispatch.state == "failed"
        assert "landline" in dispatch.error
