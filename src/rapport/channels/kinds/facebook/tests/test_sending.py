"""What leaves by the Send API, over real HTTP to one that is played here."""

from datetime import timedelta

import pytest

from rapport.channels.errors import CannotConnect, CannotDeliver
from rapport.channels.kinds.facebook import refusing
from rapport.channels.types import Address, Part, Reported
from rapport.kit import clock

PHOTO = Part("lamp.jpg", "image/jpeg", b"\xff\xd8\xff")
on_both = pytest.mark.parametrize("api", [False, True], ids=["messenger", "instagram"], indirect=True)
on_instagram = pytest.mark.parametrize("api", [True], ids=["instagram"], indirect=True)


def messages(api):
    return [asked.json for asked in api.simulator.asked if asked.path.endswith("/messages")]


@on_both
def test_words_reach_kim(api, outgoing):
    receipt = api.kind.send(outgoing("Yes, in green."), api.settings)
    heard = api.simulator.heard.get(timeout=5)
    assert (heard.text, receipt.external_id) == ("Yes, in green.", f"{api.prefix}{heard.id}")
    (sent,) = messages(api)
    mark = {} if api.prefix == "ig:" else {"metadata": "rapport"}
    assert sent == {
        "recipient": {"id": "6238401096248111"},
        "messaging_type": "RESPONSE",
        "message": {"text": "Yes, in green.", **mark},
    }


@on_both
def test_words_and_files_are_messages_of_their_own(api, outgoing):
    receipt = api.kind.send(
        outgoing("Like this?", parts=[PHOTO, Part("a.pdf", "application/pdf", b"%PDF")]), api.settings
    )
    heard = [api.simulator.heard.get(timeout=5) for _ in range(3)]
    assert [each.text for each in heard] == ["Like this?", "", ""]
    assert [each.files for each in heard] == [(), (("lamp.jpg", PHOTO.body),), (("a.pdf", b"%PDF"),)]
    assert receipt.external_id == f"{api.prefix}{heard[-1].id}"
    uploads = [asked.uploaded for asked in api.simulator.asked if asked.path.endswith("/message_attachments")]
    assert ["platform" in each for each in uploads] == [api.prefix == "ig:"] * 2


@on_instagram
def test_what_is_too_long_for_instagram_is_several(api, outgoing):
    text = "\n\n".join(f"Paragraph {number}: " + "Lämpchen " * 30 for number in range(4)).strip()
    api.kind.send(outgoing(text), api.settings)
    parts = [each["message"]["text"] for each in messages(api)]
    assert len(parts) > 1
    assert all(len(part.encode()) <= 1000 for part in parts)
    assert " ".join(" ".join(parts).split()) == " ".join(text.split())


@on_instagram
def test_instagram_takes_no_office_files(api, outgoing):
    with pytest.raises(CannotDeliver, match="Instagram takes no files such as list") as caught:
        api.kind.send(outgoing("Look", parts=[Part("list.csv", "text/csv", b"a")]), api.settings)
    assert caught.value.permanent
    assert not api.simulator.asked


@pytest.mark.parametrize(
    ("text", "parts", "words"),
    [
        ("", [], "nothing in it"),
        ("x" * 2001, [], "2000 characters at most"),
        ("", [Part("big.png", "image/png", bytes(8 * 1024 * 1024 + 1))], "big.png is larger than the 8 MB"),
    ],
)
def test_what_cannot_be_sent_is_said_before_anything_leaves(api, outgoing, text, parts, words):
    with pytest.raises(CannotDeliver, match=words) as caught:
        api.kind.send(outgoing(text, parts=parts), api.settings)
    assert caught.value.permanent
    assert not api.simulator.asked


def test_after_a_day_a_person_may_answer_and_a_machine_may_not(api, outgoing):
    two_days_ago = clock.now() - timedelta(days=2)
    api.kind.send(outgoing("Sorry for the wait", last_heard_at=two_days_ago), api.settings)
    (sent,) = messages(api)
    assert (sent["messaging_type"], sent["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    with pytest.raises(CannotDeliver, match="More than 24 hours") as caught:
        api.kind.send(outgoing("News!", last_heard_at=two_days_ago, is_automatic=True), api.settings)
    assert caught.value.permanent
    with pytest.raises(CannotDeliver, match="Human Agent it would be seven days"):
        api.kind.send(outgoing("Sorry", last_heard_at=two_days_ago), {**api.settings, "human_agent": False})
    with pytest.raises(CannotDeliver, match="More than 24 hours"):
        api.kind.send(outgoing("Sorry", last_heard_at=clock.now() - timedelta(days=8)), api.settings)
    api.kind.send(outgoing("Soon", last_heard_at=clock.now() - timedelta(hours=23)), api.settings)
    assert messages(api)[-1]["messaging_type"] == "RESPONSE"


def test_half_a_message_is_not_sent_twice(api, outgoing):
    original = api.simulator._take

    def refuses_the_file(message):
        if "attachment" in message["message"]:
            api.simulator.refuses = [(2, 0)]
        return original(message)

    api.simulator._take = refuses_the_file
    with pytest.raises(CannotDeliver, match="Of 2 messages that it makes, 1 left") as caught:
        api.kind.send(outgoing("Look", parts=[PHOTO]), api.settings)
    assert caught.value.permanent


def test_an_error_says_whose_turn_it_is(api, outgoing):
    expected = {
        # code, subcode: permanent, too many, about the person
        (10, 2018278): (True, False, False),
        (10, 2534022): (True, False, False),
        (551, 1545041): (True, False, True),
        (100, 2018001): (True, False, True),
        (200, 2018108): (True, False, True),
        (613, 0): (False, True, False),
        (4, 0): (False, True, False),
        (2, 0): (False, False, False),
        (1200, 0): (False, False, False),
        (190, 463): (False, False, False),
        (10, 0): (False, False, False),
        (230, 0): (False, False, False),
        (368, 0): (True, False, False),
        (100, 2018047): (True, False, False),
        (100, 0): (True, False, False),
    }
    for (code, subcode), meant in expected.items():
        api.simulator.refuses = [(code, subcode)]
        with pytest.raises(CannotDeliver) as caught:
            api.kind.send(outgoing("Hello"), api.settings)
        error = caught.value
        assert (error.permanent, error.too_many, bool(error.undelivered)) == meant, (code, subcode)
        assert f"({code}" in error.reason


def test_no_code_means_two_things():
    for named in ("codes", "subcodes"):
        codes = [code for meaning in refusing._MEANINGS for code in getattr(meaning, named)]
        assert len(codes) == len(set(codes))


def test_nobody_there_is_tried_again_and_in_no_doubt(api, outgoing):
    with pytest.raises(CannotDeliver) as caught:
        api.kind.send(outgoing("Hello"), {**api.settings, "api": "http://127.0.0.1:9/v26.0"})
    assert (caught.value.permanent, caught.value.in_doubt) == (False, False)


@on_both
def test_what_is_pushed_afterwards_says_that_it_was_read(api):
    _said, pushes = api.simulator._take({"recipient": {"id": "6238401096248111"}, "message": {"text": "Hi"}})
    transport = {"app_id": str(api.settings["app_id"])}
    events = [event for push in pushes for event in api.kind.read_pushed(push.body, transport)]
    assert [type(event) for event in events] == [Reported] * len(events)
    assert [event.state for event in events] == (["read"] if api.prefix == "ig:" else ["delivered", "read"])
    assert {event.recipient for event in events} == {api.kim.address}


def test_kim_sees_that_it_was_read_and_that_ada_is_writing(api):
    api.kind.show_read(api.kim, "fb:m_1", api.settings)
    api.kind.show_typing(api.kim, "", api.settings)
    assert api.simulator.actions == ["mark_seen", "typing_on"]
    with pytest.raises(CannotConnect, match="access token"):
        api.kind.show_typing(api.kim, "", {**api.settings, "token": "old"})


@on_both
def test_kim_is_known_by_name(api):
    assert api.kind.introduce(api.kim.address, api.settings).name == "Kim Park"
    assert api.kind.introduce("4711", api.settings) is None
    with pytest.raises(CannotConnect):
        api.kind.introduce(api.kim.address, {**api.settings, "api": "http://127.0.0.1:9/v26.0"})


def test_somebody_who_never_wrote_is_not_found(api, outgoing):
    with pytest.raises(CannotDeliver, match="blocked it, or their account is gone") as caught:
        api.kind.send(outgoing("Hello", to=Address("", "4711")), api.settings)
    assert [each.address for each in caught.value.undelivered] == ["4711"]
