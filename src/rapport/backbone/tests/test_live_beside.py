"""What streams are told besides the log: how something is just now."""

import threading

import pytest

from rapport.backbone.events import Announcement, announce
from rapport.backbone.live import of_the_moment
from rapport.backbone.models import Event
from rapport.backbone.tests.listening import Browser, LiveServer

pytestmark = pytest.mark.django_db(transaction=True)


class GongRang(Announcement):
    pass


class Weather:
    """Says what it is given, once."""

    def __init__(self):
        self.lock, self.waiting = threading.Lock(), []

    def turn(self, place, to, *, words=("everyone",)):
        with self.lock:
            self.waiting.append(of_the_moment("Weather", place, {"is": to}, words=words, is_over=not to))

    def read(self):
        with self.lock:
            said, self.waiting = self.waiting, []
        return said


def test_the_moment_is_told_at_once_and_to_whoever_comes_later(db):
    Event.objects.create(name="GongRang", audience=" nobody ")
    weather = Weather()
    with LiveServer(beside=[weather]) as server, Browser(server.port) as early:
        weather.turn("Oslo", "rain")
        weather.turn("Bergen", "sun", words=["team:3"])
        row = announce(GongRang())
        first, second = early.wait_for(2)
        assert {first.name, second.name} == {"Weather", "GongRang"}
        weather.turn("Oslo", "snow")
        early.wait_for(3)
        with Browser(server.port, after=row.pk) as late, Browser(server.port, "team:3") as north:
            assert [event.data for event in late.wait_for(1)] == [{"subject": "Oslo", "is": "snow"}]
            assert [event.data for event in north.wait_for(1)] == [{"subject": "Bergen", "is": "sun"}]
            weather.turn("Oslo", "")
            assert late.wait_for(2)[-1].data == {"subject": "Oslo", "is": ""}
        with Browser(server.port) as latest:
            weather.turn("Kiruna", "fog")
            assert [event.data["subject"] for event in latest.wait_for(1)] == ["Kiruna"]
