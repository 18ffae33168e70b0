"""Who is looking and who writes: told at once, once a person, and gone by itself."""

import json
from datetime import timedelta

import pytest
import time_machine

from rapport.backbone.models import Event
from rapport.kit import clock
from rapport.team import presence
from rapport.team.models import Presence

pytestmark = pytest.mark.django_db
LAMP, ALL = "conversation:1", ["everyone"]


def told(watch):
    """What streams are told now: to whom, and who is where."""
    said = []
    for item in watch.read():
        head, _, data = item.chunk.decode().partition("\ndata: ")
        assert head == "event: Presence"
        payload = json.loads(data)
        people = [(one["name"].split()[0], "writes" if one["is_writing"] else "looks") for one in payload["people"]]
        said.append((" ".join(item.words), payload["subject"], people))
    return said


def test_a_change_is_told_and_staying_is_not(ada, omar):
    watch = presence.Watch()
    presence.look(ada, place=LAMP, tab="a1", audience=ALL)
    assert told(watch) == [("everyone", LAMP, [("Ada", "looks")])]
    presence.look(ada, place=LAMP, tab="a1", audience=ALL)
    assert told(watch) == []
    presence.look(omar, place=LAMP, tab="b1", audience=ALL, is_writing=True)
    [(_, _, people)] = told(watch)
    assert sorted(people) == [("Ada", "looks"), ("Omar", "writes")]
    presence.look(omar, place="conversation:2", tab="b1", audience=ALL)
    assert told(watch) == [
        ("everyone", LAMP, [("Ada", "looks")]),
        ("everyone", "conversation:2", [("Omar", "looks")]),
    ]
    presence.leave(ada, tab="a1")
    assert told(watch) == [("everyone", LAMP, [])]


def test_a_person_with_two_tabs_counts_once(ada):
    watch = presence.Watch()
    presence.look(ada, place=LAMP, tab="a1", audience=ALL)
    presence.look(ada, place=LAMP, tab="a2", audience=ALL, is_writing=True)
    assert told(watch) == [("everyone", LAMP, [("Ada", "writes")])]
    presence.leave(ada, tab="a2")
    assert told(watch) == [("everyone", LAMP, [("Ada", "looks")])]


def test_a_machine_that_dies_is_gone_after_fifteen_seconds(ada):
    watch, start = presence.Watch(), clock.now()
    with time_machine.travel(start, tick=False) as travel:
        presence.look(ada, place=LAMP, tab="a1", audience=ALL)
        assert told(watch)
        travel.move_to(start + timedelta(seconds=14))
        assert told(watch) == []
        assert presence.looking_at(LAMP) == {ada.pk}
        travel.move_to(start + timedelta(seconds=15))
        assert told(watch) == [("everyone", LAMP, [])]
        assert presence.looking_at(LAMP) == set()
        travel.move_to(start + timedelta(minutes=6))
        presence.look(ada, place=LAMP, tab="a2", audience=ALL)
        assert [row.tab for row in Presence.objects.all()] == ["a2"]


def test_whoever_may_no_longer_see_it_is_told_that_nobody_is_there(ada):
    watch = presence.Watch()
    presence.look(ada, place=LAMP, tab="a1", audience=ALL)
    told(watch)
    presence.readdress(LAMP, ["team:7", "see_everything"])
    assert told(watch) == [
        ("everyone", LAMP, []),
        ("see_everything team:7", LAMP, [("Ada", "looks")]),
    ]


def test_presence_leaves_no_trace_in_the_event_log(ada, django_assert_max_num_queries):
    presence.look(ada, place=LAMP, tab="a1", audience=ALL)
    with django_assert_max_num_queries(1):
        presence.look(ada, place=LAMP, tab="a1", audience=ALL)
    presence.leave(ada, tab="a1")
    assert not Event.objects.exists()
