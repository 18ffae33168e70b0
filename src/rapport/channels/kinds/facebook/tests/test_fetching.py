"""Files that a push only names are fetched while Meta has them."""

from datetime import timedelta

import pytest

from rapport.channels.errors import CannotConnect
from rapport.channels.simulating import SentFile
from rapport.kit import clock

PHOTO = SentFile("lamp.jpg", "image/jpeg", b"\xff\xd8\xff")
PAPER = SentFile("invoice 4711.pdf", "application/pdf", b"%PDF")
TRANSPORT = {"provider": "Meta", "page_id": "1906385232743451"}


def test_files_come_with_their_words(api):
    (push,) = api.simulator.says("Look", [PHOTO, PAPER])
    whole = api.kind.fetch(push.body, TRANSPORT, api.settings)
    (message,) = api.kind.read_pushed(whole.body, whole.transport)
    assert message.text == "Look"
    assert [(part.name, part.content_type, part.body) for part in message.parts] == [
        ("image.jpg", "image/jpeg", PHOTO.body),
        ("invoice 4711.pdf", "application/pdf", PAPER.body),
    ]
    assert api.kind.fetch(whole.body, TRANSPORT, api.settings) is None


def test_the_token_stays_here(api):
    (push,) = api.simulator.says("", [PHOTO])
    elsewhere = {**api.settings, "api": "https://graph.facebook.com/v26.0"}
    api.kind.fetch(push.body, TRANSPORT, elsewhere)
    (asked,) = api.simulator.asked
    assert "authorization" not in asked.headers


def test_a_file_that_is_gone_leaves_its_words(api):
    (push,) = api.simulator.says("Look", [PHOTO])
    api.simulator.media.clear()
    (message,) = api.kind.read(api.kind.fetch(push.body, TRANSPORT, api.settings).body)
    assert message.text.startswith("Look\n\n[A file of the sort “image” is missing: ")


def test_a_message_waits_a_minute_for_its_file_and_no_longer(api, monkeypatch):
    (push,) = api.simulator.says("Look", [PHOTO])
    gone = push.body.replace(api.stage.api.encode(), b"http://127.0.0.1:9")
    with pytest.raises(CannotConnect, match="does not hand over a file now"):
        api.kind.fetch(gone, TRANSPORT, api.settings)
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    (message,) = api.kind.read(api.kind.fetch(gone, TRANSPORT, api.settings).body)
    assert message.text.startswith("Look\n\n[A file of the sort “image” is missing")


def test_words_alone_are_not_fetched(api):
    (push,) = api.simulator.says("Hello")
    assert api.kind.fetch(push.body, TRANSPORT, api.settings) is None
