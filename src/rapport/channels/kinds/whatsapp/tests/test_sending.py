"""What leaves by the Cloud API, over real HTTP to one that is played here."""

import json

import pytest

from rapport.channels.errors import CannotConnect, CannotDeliver
from rapport.channels.kinds.whatsapp import refusing
from rapport.channels.types import Address, Bounced, Chosen, Part, Reported

OPUS = b"OggS" + bytes(24) + b"OpusHead" + bytes(40)
PHOTO = Part("lamp.jpg", "image/jpeg", b"\xff\xd8\xff")


def messages(api):
    return [asked.json for asked in api.simulator.asked if asked.path.endswith("/messages")]


def test_words_reach_kim(api, outgoing):
    receipt = api.kind.send(outgoing("Yes, in green. See https://lampwright.example"), api.settings)
    heard = api.simulator.heard.get(timeout=5)
    assert (heard.text, receipt.external_id) == (
        "Yes, in green. See https://lampwright.example",
        f"whatsapp:{heard.id}",
    )
    (sent,) = messages(api)
    assert sent == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "16505551234",
        "type": "text",
        "text": {"body": "Yes, in green. See https://lampwright.example", "preview_url": True},
    }


def test_somebody_with_a_user_name_is_reached_by_their_id(api, outgoing):
    api.kind.send(outgoing("Hello", to=Address("Sam", "US.13491208655302741918")), api.settings)
    (sent,) = messages(api)
    assert sent["recipient"] == "US.13491208655302741918"
    assert "to" not in sent


def test_one_picture_carries_the_words(api, outgoing):
    api.kind.send(outgoing("Like this?", parts=[PHOTO]), api.settings)
    heard = api.simulator.heard.get(timeout=5)
    assert (heard.text, heard.files) == ("Like this?", (("lamp.jpg", PHOTO.body),))


def test_a_voice_message_plays_as_one_and_its_words_go_first(api, outgoing):
    api.kind.send(outgoing("Listen", parts=[Part("note.ogg", "audio/ogg; codecs=opus", OPUS)]), api.settings)
    words, voice = messages(api)
    assert words["text"]["body"] == "Listen"
    assert voice["audio"]["voice"] is True
    assert [api.simulator.heard.get(timeout=5).text for _ in range(2)] == ["Listen", ""]


def test_several_files_are_several_messages_that_know_the_first(api, outgoing):
    files = [PHOTO, Part("list.csv", "text/csv", b"a,b"), Part("film.mp4", "video/mp4", b"....")]
    receipt = api.kind.send(outgoing("All of it", parts=files), api.settings)
    first, *others = messages(api)
    assert [each["type"] for each in (first, *others)] == ["text", "image", "document", "video"]
    assert "biz_opaque_callback_data" not in first
    assert {each["biz_opaque_callback_data"] for each in others} == {receipt.external_id.removeprefix("whatsapp:")}
    assert others[1]["document"]["filename"] == "list.csv"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Part("tool.exe", "application/x-msdownload", b"MZ"), "takes no files such as tool.exe"),
        (Part("big.png", "image/png", bytes(5 * 1024 * 1024 + 1)), "big.png is larger than the 5 MB"),
        (Part("note.ogg", "audio/ogg", b"OggS vorbis"), "only if they hold Opus"),
    ],
)
def test_what_whatsapp_takes_no_file_of_is_said_before_anything_leaves(api, outgoing, part, words):
    with pytest.raises(CannotDeliver, match=words) as caught:
        api.kind.send(outgoing("Look", parts=[part]), api.settings)
    assert caught.value.permanent
    assert not api.simulator.asked


@pytest.mark.parametrize(("text", "words"), [("", "nothing in it"), ("x" * 4097, "4096 characters at most")])
def test_too_much_and_nothing_at_all_do_not_leave(api, outgoing, text, words):
    with pytest.raises(CannotDeliver, match=words) as caught:
        api.kind.send(outgoing(text), api.settings)
    assert caught.value.permanent


def test_half_a_message_is_not_sent_twice(api, outgoing):
    files = [PHOTO, Part("film.mp4", "video/mp4", b"....")]
    api.simulator.refuses = []
    original = api.simulator._take

    def refuses_the_second(message):
        if message.get("type") == "video":
            api.simulator.refuses = [131000]
        return original(message)

    api.simulator._take = refuses_the_second
    with pytest.raises(CannotDeliver, match="Of 2 messages that it makes, 1 left") as caught:
        api.kind.send(outgoing("", parts=files), api.settings)
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("code", "permanent", "too_many", "undelivered"),
    [
        (131047, True, False, False),
        (131026, True, False, True),
        (131049, True, False, False),
        (131056, False, False, False),
        (130429, False, True, False),
        (80007, False, True, False),
        (131000, False, False, False),
        (131042, True, False, False),
        (131031, True, False, False),
        (132001, True, False, False),
        (190, False, False, False),
        (10, False, False, False),
        (200, False, False, False),
        (100, True, False, False),
        (999999, True, False, False),
    ],
)
def test_an_error_says_whose_turn_it_is(api, outgoing, code, permanent, too_many, undelivered):
    api.simulator.refuses = [code]
    with pytest.raises(CannotDeliver) as caught:
        api.kind.send(outgoing("Hello"), api.settings)
    error = caught.value
    assert (error.permanent, error.too_many, error.in_doubt) == (permanent, too_many, False)
    assert [each.address for each in error.undelivered] == (["+16505551234"] if undelivered else [])
    assert str(code) in error.reason


def test_no_code_means_two_things():
    codes = [code for meaning in refusing._MEANINGS for code in meaning.codes]
    assert len(codes) == len(set(codes))


def test_a_token_that_ended_is_the_administrators_turn(api, outgoing):
    with pytest.raises(CannotDeliver, match="An administrator makes a new one") as caught:
        api.kind.send(outgoing("Hello"), {**api.settings, "token": "old"})
    assert not caught.value.permanent


def test_nobody_there_is_tried_again_and_in_no_doubt(settings, outgoing, api):
    with pytest.raises(CannotDeliver) as caught:
        api.kind.send(outgoing("Hello"), {**api.settings, "api": "http://127.0.0.1:9/v26.0"})
    assert (caught.value.permanent, caught.value.in_doubt) == (False, False)


def test_a_template_is_filled_in_where_its_blanks_are(api, outgoing):
    chosen = Chosen("order_ready", "en", ("4711", "Kim", "ten\no'clock", "o/4711"))
    api.kind.send(outgoing(template=chosen), api.settings)
    (sent,) = messages(api)
    assert sent["template"] == {
        "name": "order_ready",
        "language": {"code": "en"},
        "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "4711"}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Kim"}, {"type": "text", "text": "ten o'clock"}]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "o/4711"}]},
        ],
    }


def test_a_template_with_names_gets_its_names(api, outgoing):
    api.kind.send(outgoing(template=Chosen("we_are_back", "de", ("Kim",))), api.settings)
    (sent,) = messages(api)
    (body,) = sent["template"]["components"]
    assert body["parameters"] == [{"type": "text", "text": "Kim", "parameter_name": "first_name"}]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (Chosen("order_ready", "fr", ("1", "2", "3", "4")), "no approved template order_ready in fr"),
        (Chosen("not_yet", "en"), "no approved template"),
        (Chosen("order_ready", "en", ("4711",)), "has 4 blanks"),
        (Chosen("we_are_back", "de", (" ",)), "has 1 blanks"),
    ],
)
def test_a_template_that_does_not_fit_stays_here(api, outgoing, chosen, words):
    with pytest.raises(CannotDeliver, match=words) as caught:
        api.kind.send(outgoing(template=chosen), api.settings)
    assert caught.value.permanent
    assert not messages(api)


def test_templates_that_need_words_alone_are_listed(api):
    order, back = api.kind.templates(api.settings)
    assert (order.name, order.language, order.category) == ("order_ready", "en", "utility")
    assert order.blanks == ("header_1", "1", "2", "link_1")
    assert order.text == (
        "Order {{header_1}}\n\nHello {{1}}, your order is ready from {{2}} on.\n\nLampwright\n\n"
        "[Look] https://lampwright.example/{{link_1}}"
    )
    assert (back.blanks, back.text) == (("first_name",), "Guten Tag {{first_name}}, wir sind zurück.")


def test_templates_cannot_be_listed_with_an_old_token(api):
    with pytest.raises(CannotConnect, match="access token") as caught:
        api.kind.templates({**api.settings, "token": "old"})
    assert caught.value.at_once


def test_kim_sees_that_it_was_read_and_that_ada_is_writing(api):
    kim = Address("Kim Park", "+16505551234")
    api.kind.show_read(kim, "whatsapp:wamid.1", api.settings)
    api.kind.show_typing(kim, "", api.settings, about="whatsapp:wamid.1")
    api.kind.show_typing(kim, "", api.settings)
    api.kind.show_read(kim, "<a-mail@example.com>", api.settings)
    read, typing = messages(api)
    assert read == {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}
    assert typing == {**read, "typing_indicator": {"type": "text"}}


def test_what_is_pushed_afterwards_finds_the_message(api, outgoing):
    _said, pushes = api.simulator._take({"type": "text", "text": {"body": "Hi"}, "to": "16505551234"})
    events = [event for push in pushes for event in api.kind.read(push.body)]
    assert [(type(event), event.state) for event in events] == [
        (Reported, "sent"),
        (Reported, "delivered"),
        (Reported, "read"),
    ]
    api.simulator.fails = [131049]
    _said, (push,) = api.simulator._take({"type": "text", "text": {"body": "Hi"}, "to": "16505551234"})
    (bounce,) = api.kind.read(push.body)
    assert isinstance(bounce, Bounced)
    assert "tomorrow" in bounce.reason


def test_answers_that_make_no_sense_leave_it_in_doubt(api, outgoing):
    api.simulator._reports = lambda *_: iter(())
    api.simulator._wamid = lambda: ""
    with pytest.raises(CannotDeliver, match="without an id") as caught:
        api.kind.send(outgoing("Hello"), api.settings)
    assert (caught.value.in_doubt, json.loads(api.simulator.asked[0].body)["type"]) == (True, "text")
