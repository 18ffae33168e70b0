from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django_tasks_db.models import DBTaskResult

from rapport.backbone import events, search
from rapport.backbone.events import Announcement, announce, gathered, on, position, restore
from rapport.backbone.jobs import dead_letters, run_pending
from rapport.backbone.models import Event
from rapport.backbone.search import Entry
from rapport.backbone.tests.undone import Undone, and_then_fail

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class KettleBoiled(Announcement):
    formerly = ("WaterBoiled",)

    kettle: int
    litres: float = 1.0


@dataclass(frozen=True)
class TeaServed(Announcement):
    cup: int


heard: list[Announcement] = []


@on(KettleBoiled)
def listen(event: KettleBoiled) -> None:
    heard.append(event)


@on(KettleBoiled)
def spill(event: KettleBoiled) -> None:
    if event.kettle == 13:
        raise RuntimeError("too hot")


@pytest.fixture(autouse=True)
def silence():
    heard.clear()


def test_subscribers_hear_what_was_announced_once():
    announce(KettleBoiled(1, litres=1.5), subject="kettle:1")
    assert heard == []
    run_pending()
    assert heard == [KettleBoiled(1, litres=1.5)]


def test_an_event_is_written_as_it_was_said():
    row = announce(TeaServed(7), subject="cup:7", audience=["team:3", "agent:2", "team:3"])
    row.refresh_from_db()
    assert (row.name, row.subject, row.payload, row.audience) == (
        "TeaServed",
        "cup:7",
        {"cup": 7},
        " agent:2 team:3 ",
    )
    assert restore(row) == TeaServed(7)


def test_a_rolled_back_transaction_tells_nobody():
    with pytest.raises(Undone):
        and_then_fail(lambda: announce(KettleBoiled(1)))
    run_pending()
    assert heard == []
    assert not Event.objects.exists()


def test_a_subscriber_that_fails_does_not_deafen_the_others():
    announce(KettleBoiled(13))
    run_pending()
    assert heard == [KettleBoiled(13)]
    assert DBTaskResult.objects.filter(status="READY").count() == 1


def test_an_event_of_a_renamed_class_is_still_understood():
    row = Event.objects.create(name="WaterBoiled", payload={"kettle": 3})
    assert restore(row) == KettleBoiled(3)


def test_an_event_with_a_field_that_is_gone_is_still_understood():
    assert restore(Event(name="TeaServed", payload={"cup": 1, "sugar": 2})) == TeaServed(1)


@pytest.mark.parametrize(
    ("name", "payload"), [("CoffeeBrewed", {}), ("TeaServed", {"sugar": 1})], ids=["unknown", "incomplete"]
)
def test_an_event_that_nobody_understands_becomes_a_dead_letter(name, payload):
    row = Event.objects.create(name=name, payload=payload)
    from rapport.backbone.events import hear

    hear.enqueue(row.pk, "rapport.backbone.tests.test_events.listen")
    run_pending()
    assert name in dead_letters().get().error


def test_a_subscriber_that_was_renamed_becomes_a_dead_letter():
    from rapport.backbone.events import hear

    row = announce(TeaServed(1))
    hear.enqueue(row.pk, "rapport.backbone.tests.test_events.nobody")
    run_pending()
    assert "Nobody is called" in dead_letters().get().error


def test_two_rooms_cannot_announce_the_same_name():
    with pytest.raises(TypeError, match="both announce TeaServed"):
        type("TeaServed", (Announcement,), {"__module__": "elsewhere"})


def test_a_subscriber_must_be_findable_by_a_worker():
    with pytest.raises(TypeError, match="top of a module"):

        @on(TeaServed)
        def hidden(event: TeaServed) -> None: ...


def test_gathered_events_are_written_together_in_order_with_their_subscribers_queued(django_assert_max_num_queries):
    with transaction.atomic(), django_assert_max_num_queries(8), gathered():
        for number in range(60):
            announce(KettleBoiled(number))
            announce(TeaServed(number))
        assert not heard
    assert list(Event.objects.values_list("name", flat=True)) == ["KettleBoiled", "TeaServed"] * 60
    assert [row.payload.get("kettle") for row in Event.objects.filter(name="KettleBoiled")] == list(range(60))
    run_pending()
    assert [event.kettle for event in heard] == list(range(60))


def test_search_entries_are_gathered_too():
    with transaction.atomic(), gathered():
        search.index([Entry(1, "kettle on", "shared")])
        search.index([Entry(2, "kettle off", "shared")])
        search.index([Entry(1, "kettle broken", "shared")])
    assert search.find("kettle", scopes=None) == [2, 1]
    assert search.find("on", scopes=None) == []
    assert search.find("broken", scopes=None) == [1]


def test_what_was_gathered_under_a_rolled_back_savepoint_is_dropped_with_it():
    with transaction.atomic(), gathered():
        announce(TeaServed(1))
        with pytest.raises(Undone):
            and_then_fail(lambda: announce(TeaServed(2)), transaction.atomic(lambda: announce(TeaServed(3))))
        with transaction.atomic():
            announce(TeaServed(4))
        announce(TeaServed(5))
    assert [row.payload["cup"] for row in Event.objects.all()] == [1, 4, 5]


def test_gathering_in_a_gathering_adds_to_the_outer_one():
    with transaction.atomic(), gathered():
        with gathered():
            announce(TeaServed(1))
        assert not Event.objects.exists()
    assert Event.objects.count() == 1


def test_an_error_while_gathering_writes_nothing():
    with pytest.raises(Undone), transaction.atomic(), gathered():
        and_then_fail(lambda: announce(TeaServed(1)))
    announce(TeaServed(2))
    assert [row.payload["cup"] for row in Event.objects.all()] == [2]


def test_removing_from_the_index_while_gathering_sees_what_was_gathered():
    with transaction.atomic(), gathered():
        search.index([Entry(1, "kettle", "shared")])
        search.remove([1])
    assert search.find("kettle", scopes=None) == []


@pytest.mark.django_db(transaction=True)
def test_gathering_needs_a_transaction():
    with pytest.raises(transaction.TransactionManagementError), gathered():
        pass


def test_the_position_of_the_log_is_its_last_event():
    assert position() == (Event.objects.order_by("-id").values_list("id", flat=True).first() or 0)
    row = announce(TeaServed(1))
    assert position() == row.pk


def test_on_postgresql_the_position_stops_before_an_event_that_may_still_come():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite commits one transaction at a time")
    first = announce(TeaServed(1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('backbone_event', 'id'))")
    announce(TeaServed(2))
    assert position() == first.pk


def _only_lamps(names):
    return names & {"LampSold"}


@dataclass(frozen=True)
class LampSold(Announcement):
    lamp: int


@dataclass(frozen=True)
class LampBroken(Announcement):
    lamp: int


told: list = []


@on(LampSold, wanted=_only_lamps)
@on(LampBroken, wanted=_only_lamps)
def _note_lamps(event):
    told.append((events.heard().name, events.heard().payload))


def test_a_choosy_subscriber_costs_no_job_for_what_it_does_not_want_and_reads_which_event_it_hears():
    told.clear()
    with events.caused_by(rule=3):
        announce(LampSold(1))
    announce(LampBroken(2))
    announce(LampSold(4))
    assert run_pending(strict=True) == 2
    assert told == [("LampSold", {"lamp": 1, "cause": {"rule": 3}}), ("LampSold", {"lamp": 4})]
    with pytest.raises(LookupError):
        events.heard()
