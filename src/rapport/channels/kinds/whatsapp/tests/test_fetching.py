"""Files that a push only names are fetched while WhatsApp has them."""

from datetime import timedelta

import pytest

from rapport.channels.errors import CannotConnect
from rapport.channels.kinds.whatsapp import media
from rapport.channels.parcels import unpack
from rapport.channels.simulating import SentFile
from rapport.kit import clock

PHOTO = SentFile("lamp.jpg", "image/jpeg", b"\xff\xd8\xff")
TRANSPORT = {"provider": "WhatsApp", "phone_number_id": "106540352242922"}


def arrived(api, *files, text="Look"):
    """What one push of Kim's is read to, with its files fetched."""
    (push,) = api.simulator.says(text, files)
    found = []
    for parcel in api.kind.parcels(push.body, TRANSPORT):
        whole = api.kind.fetch(parcel, TRANSPORT, api.settings)
        found += api.kind.read_pushed(whole.body if whole else parcel, TRANSPORT)
    return found


def test_a_picture_comes_with_its_words(api):
    (message,) = arrived(api, PHOTO)
    (part,) = message.parts
    assert (message.text, part.name, part.content_type, part.body) == ("Look", "image.jpg", "image/jpeg", PHOTO.body)


def test_each_of_several_files_is_a_message(api):
    note = SentFile("note.ogg", "audio/ogg", b"OggS")
    paper = SentFile("invoice.pdf", "application/pdf", b"%PDF")
    events = arrived(api, note, paper)
    assert [[part.name for part in each.parts] for each in events] == [[], ["audio.ogg"], ["invoice.pdf"]]
    assert events[0].text == "Look"


def test_words_alone_are_not_fetched_nor_what_is_here_already(api):
    (push,) = api.simulator.says("Hello")
    assert api.kind.fetch(push.body, TRANSPORT, api.settings) is None
    (push,) = api.simulator.says("", [PHOTO])
    whole = api.kind.fetch(push.body, TRANSPORT, api.settings)
    assert whole.transport == TRANSPORT
    assert api.kind.fetch(whole.body, TRANSPORT, api.settings) is None
    assert unpack(whole.body)[0] == push.body


def test_a_file_that_is_gone_leaves_its_words(api):
    (push,) = api.simulator.says("Look", [PHOTO])
    api.simulator.media.clear()
    (message,) = api.kind.read(api.kind.fetch(push.body, TRANSPORT, api.settings).body)
    assert message.text.startswith("Look\n\n[The file image.jpg is missing: WhatsApp did not take it")


def test_a_file_too_large_for_us_stays_there(api, monkeypatch):
    monkeypatch.setattr(media, "_LARGEST_FETCHED", 1)
    (message,) = arrived(api, PHOTO)
    assert "it is larger than 0 MB" in message.text


def test_a_message_waits_a_minute_for_its_file_and_no_longer(api, monkeypatch):
    (push,) = api.simulator.says("Look", [PHOTO])
    nowhere = {**api.settings, "api": "http://127.0.0.1:9/v26.0"}
    with pytest.raises(CannotConnect, match="does not hand over a file now"):
        api.kind.fetch(push.body, TRANSPORT, nowhere)
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    (message,) = api.kind.read(api.kind.fetch(push.body, TRANSPORT, nowhere).body)
    assert message.text.startswith("Look\n\n[The file image.jpg is missing")


def test_the_token_is_shown_to_meta_alone(api):
    graph = media.Graph("https://graph.facebook.com/v26.0", "token")
    assert graph._may_see_the_token("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1")
    assert graph._may_see_the_token("https://graph.facebook.com/v26.0/1")
    assert not graph._may_see_the_token("https://fbsbx.com.example/1")
    assert not graph._may_see_the_token("https://evilfbsbx.com/1")
