"""Customers go from stage to stage: by rules at night, by hand, and back again."""

from datetime import UTC, datetime, timedelta

import pytest

from rapport.backbone.events import Event, gathered
from rapport.backbone.jobs import run_pending
from rapport.customers import merging, timeline
from rapport.customers.errors import CannotArrange
from rapport.customers.lifecycle import arranging, figures, moving, queries, running, signals
from rapport.customers.lifecycle.deciding import rules_that_are_on
from rapport.customers.lifecycle.models import StageEntry, StageRule, StageRun, Standing
from rapport.customers.lifecycle.signals import Signal
from rapport.customers.lifecycle.types import Condition
from rapport.customers.models import Customer
from rapport.kit import clock

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def day():
    with clock.frozen(NOON):
        yield


@pytest.fixture
def people():
    """So many customers, known since so many days."""

    def made(count, *, days=0):
        at = clock.now() - timedelta(days=days)
        return Customer.objects.bulk_create(Customer(name=f"Customer {n}", created_at=at) for n in range(count))

    return made


@pytest.fixture
def only_rule():
    """The one rule there is."""

    def made(stage, *conditions, origins=()):
        queries.stages()
        StageRule.objects.all().delete()
        return arranging.save_rule(None, stage=stage, origins=origins, conditions=conditions)

    return made


def go(by=None):
    run = running.begin(by=by)
    run_pending(strict=True)
    return StageRun.objects.get(pk=run.pk)


def where(customer):
    standing = queries.standing_of(customer)
    return standing.stage.key if standing else ""


def told():
    return [
        (event.payload["customer"], event.payload["before"], event.payload["after"])
        for event in Event.objects.filter(name="StageChanged").order_by("id")
    ]


def test_the_usual_stages_are_there_from_the_start_and_their_keys_stay(noor):
    assert [stage.key for stage in queries.stages()] == [
        "lead", "new", "active", "loyal", "at_risk", "lapsed", "won_back",
    ]  # fmt: skip
    stage = queries.stage_called("at_risk")
    arranging.change_stage(stage, name="Wobbling", description="", tone="warn", is_active=True)
    again = queries.stage_called("at_risk")
    assert (again.label, again.about) == ("Wobbling", "Quieter or less content than they were.")


def test_kim_is_new_once_she_wrote_and_a_lead_before(kim, write, people):
    [lee] = people(1, days=3)
    write()
    run = go()
    assert (where(kim), where(lee), run.moved) == ("new", "lead", 2)
    assert told() == [], "the first sorting is no news"


def test_a_year_in_the_life_of_kim(kim, write):
    write()
    go()
    seen = []
    for days in (40, 200, 2):
        with clock.frozen(clock.now() + timedelta(days=sum(days for days, _stage in seen) + days)):
            if days != 200:
                write()
            go()
            seen.append((days, where(kim)))
    assert [stage for _days, stage in seen] == ["active", "lapsed", "won_back"]
    assert told() == [(kim.pk, "new", "active"), (kim.pk, "active", "lapsed"), (kim.pk, "lapsed", "won_back")]
    entries = StageEntry.objects.filter(customer=kim).order_by("since")
    assert [(entry.stage.key, entry.until is None) for entry in entries] == [
        ("new", False), ("active", False), ("lapsed", False), ("won_back", True),
    ]  # fmt: skip
    assert [entry.until for entry in entries][:-1] == [entry.since for entry in entries][1:]
    assert queries.why(entries[2]) == "Days since the last contact: at least 180"


def test_the_first_rule_that_fits_decides(kim, only_rule):
    only_rule("loyal", Condition("known", "at_least", 0))
    arranging.save_rule(None, stage="lapsed", origins=[], conditions=[Condition("known", "at_least", 0)])
    go()
    assert where(kim) == "loyal"
    arranging.shift_rule(StageRule.objects.last(), by=-1)
    go()
    assert where(kim) == "lapsed"


@pytest.mark.parametrize(
    ("test", "value", "moves"),
    [("at_least", 3, True), ("at_least", 2.9, False), ("at_most", 3, True), ("at_most", 3.1, False),
     ("known", 0, True), ("known", None, False), ("unknown", None, True), ("at_most", None, False)],
)  # fmt: skip
def test_a_condition_asks_a_signal_that_another_room_knows(kim, only_rule, monkeypatch, test, value, moves):
    monkeypatch.setattr(signals, "_known", dict(signals._known))
    signals.register(Signal("orders", "Orders", "orders", lambda pks: dict.fromkeys(pks, value)))
    only_rule("active", Condition("orders", test, 3))
    go()
    assert (where(kim) == "active") is moves


def test_a_rule_about_what_nobody_knows_moves_nobody(kim, only_rule, monkeypatch):
    monkeypatch.setattr(signals, "_known", dict(signals._known))
    signals.register(Signal("orders", "Orders", "orders", lambda pks: {}))
    only_rule("active", Condition("orders", "unknown"))
    del signals._known["orders"]
    assert rules_that_are_on(queries.rules()) == []
    assert go().moved == 0


def test_what_ada_decides_stands_for_a_month_and_can_be_undone(kim, ada, only_rule):
    only_rule("loyal", Condition("known", "at_least", 0))
    go()
    entry = moving.move(kim, to=queries.stage_called("at_risk"), by=ada, reason="She told me so.")
    go()
    assert where(kim) == "at_risk"
    assert told() == [(kim.pk, "loyal", "at_risk")]
    moving.undo(entry, by=ada)
    assert where(kim) == "loyal"
    assert StageEntry.objects.get(customer=kim).until is None
    moving.move(kim, to=queries.stage_called("at_risk"), by=ada)
    with clock.frozen(clock.now() + timedelta(days=31)):
        go()
        assert where(kim) == "loyal"


def test_only_a_fresh_move_by_hand_can_be_undone(kim, ada, only_rule):
    entry = moving.move(kim, to=queries.stage_called("new"), by=ada)
    with clock.frozen(clock.now() + timedelta(hours=2)), pytest.raises(CannotArrange, match="last hour"):
        moving.undo(entry, by=ada)
    moving.move(kim, to=queries.stage_called("active"), by=ada)
    with pytest.raises(CannotArrange, match="moved on since"):
        moving.undo(entry, by=ada)
    moving.move(kim, to=queries.stage_called("active"), by=ada)
    assert StageEntry.objects.filter(customer=kim).count() == 2


def test_a_first_move_undone_leaves_kim_nowhere(kim, ada):
    moving.undo(moving.move(kim, to=queries.stage_called("new"), by=ada), by=ada)
    assert (where(kim), queries.strip(kim)) == ("", [])


def test_a_trial_counts_who_would_move_and_moves_nobody(people, only_rule):
    people(4, days=100)
    people(3, days=10)
    rule = only_rule("lapsed", Condition("known", "at_least", 90))
    trial = running.try_out(rules_that_are_on(queries.rules()))
    assert (trial.moves, trial.looked_at, trial.is_estimate) == ([("", "lapsed", 4)], 7, False)
    assert trial.by_rule == {rule.pk: 4}
    assert not Standing.objects.exists()


def test_many_customers_are_sampled_and_it_says_so(people, only_rule, monkeypatch):
    monkeypatch.setattr(running, "TRIED_AT_MOST", 200)
    people(1000, days=100)
    only_rule("lapsed", Condition("known", "at_least", 90))
    trial = running.try_out(rules_that_are_on(queries.rules()))
    assert trial.is_estimate
    assert trial.looked_at == 200
    assert trial.moves == [("", "lapsed", 1000)]


def test_a_run_goes_on_where_it_stopped_and_moves_nobody_twice(people, only_rule, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 4)
    people(10)
    only_rule("lead", Condition("known", "at_least", 0))
    run = running.begin(by=None)
    rules = rules_that_are_on(queries.rules())
    held = StageRun.objects.get(pk=run.pk)
    assert running._look_at_more(held, rules)
    late = StageRun.objects.get(pk=run.pk)
    late.position = 0
    assert not running._look_at_more(late, rules), "another worker was there"
    assert Standing.objects.count() == 4
    StageRun.objects.update(touched_at=clock.now() - timedelta(minutes=6))
    running.wake()
    run_pending(strict=True)
    run.refresh_from_db()
    assert (run.looked_at, run.moved, run.ended_at is not None) == (10, 10, True)
    assert StageEntry.objects.count() == 10


def test_the_number_of_queries_does_not_grow_with_customers(people, write):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    write()
    queries.rules()
    counts = []
    for more in (5, 200):
        people(more)
        with CaptureQueriesContext(connection) as caught:
            running.try_out(rules_that_are_on(queries.rules()))
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_a_run_starts_once_a_night_and_only_when_it_is_on(kim):
    assert running.begin_nightly() is None
    arranging.set_up(is_on=True, hand_days=30)
    with clock.frozen(NOON.replace(hour=1)):
        assert running.begin_nightly() is None
    assert running.begin_nightly() is not None
    run_pending(strict=True)
    assert running.begin_nightly() is None
    with clock.frozen(NOON + timedelta(days=1)):
        assert running.begin_nightly() is not None


def test_the_strip_shows_the_way_there_and_what_is_next(kim, ada):
    for days, key in ((9, "lead"), (8, "new"), (7, "active"), (0, "at_risk")):
        with clock.frozen(NOON - timedelta(days=days)):
            moving.move(kim, to=queries.stage_called(key), by=ada)
    assert [(segment.stage.key, segment.state) for segment in queries.strip(kim)] == [
        ("lead", "done"), ("new", "done"), ("active", "done"), ("at_risk", "current"), ("lapsed", "ahead"),
    ]  # fmt: skip
    page = timeline.read(kim, viewer=ada, kinds=["stages"])
    assert [entry.title for entry in page.entries][:2] == ["From Active to At risk", "From New to Active"]


def test_a_merged_customer_stands_where_the_one_who_stays_stands(kim, ada, people):
    [lee] = people(1)
    moving.move(kim, to=queries.stage_called("loyal"), by=ada)
    moving.move(lee, to=queries.stage_called("lead"), by=ada)
    merged = merging.merge(lee, into=kim, by=ada)
    assert where(kim) == "loyal"
    assert sum(step.count for step in figures.funnel()) == 1
    merging.unmerge(merged, by=ada)
    lee.refresh_from_db()
    assert where(lee) == "lead"


def test_the_funnel_counts_moves_conversions_and_who_stayed(people, ada):
    first, second, third = people(3)
    january, february = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 2, 10, tzinfo=UTC)
    for moment, customer, key in (
        (january, first, "new"), (january, second, "new"), (february, first, "active"), (february, second, "lapsed"),
        (february, third, "new"),
    ):  # fmt: skip
        with clock.frozen(moment):
            moving.move(customer, to=queries.stage_called(key), by=ada)
    assert {step.stage.key: step.count for step in figures.funnel() if step.count} == {
        "new": 1,
        "active": 1,
        "lapsed": 1,
    }
    new = next(each for each in figures.passages() if each.origin.key == "new")
    assert (new.entered, new.stayed) == (3, 1)
    assert {stage.key: round(share, 2) for stage, _count, share in new.onward} == {"active": 0.33, "lapsed": 0.33}
    by_month = {month.month: sum(counts.values()) for month, counts in figures.moves() if counts}
    assert by_month == {1: 2, 2: 3}
    cohorts = {cohort.month.month: (cohort.size, cohort.shares[:3]) for cohort in figures.cohorts()}
    assert cohorts == {1: (2, [1.0, 0.5, 0.5]), 2: (1, [1.0, 1.0, None])}


def test_a_stage_somebody_stood_in_is_kept(kim, ada):
    made = arranging.add_stage(name="On holiday", tone="warn")
    assert made.key == "on_holiday"
    assert arranging.add_stage(name="On holiday!").key == "on_holiday_2"
    moving.move(kim, to=made, by=ada)
    with pytest.raises(CannotArrange, match="what happened is kept"):
        arranging.remove_stage(made)


@pytest.mark.parametrize(
    ("said", "why"),
    [({"signal": "moon", "is": "at_least", "than": 1}, "what is asked"),
     ({"signal": "known", "is": "about", "than": 1}, "how it is compared"),
     ({"signal": "known", "is": "at_least", "than": "many"}, "number to compare"),
     ({"signal": "known", "is": "at_least", "than": "nan"}, "too large"),
     ({"signal": "known", "is": "at_least", "than": 1, "days": 5}, "no number of days"),
     ({"signal": "contacts", "is": "at_least", "than": 1, "days": 9999}, "1 to 3650 days")],
)  # fmt: skip
def test_a_condition_that_means_nothing_is_refused_in_words(said, why):
    with pytest.raises(CannotArrange, match=why):
        arranging.understood(said)


def test_news_of_many_moves_is_written_at_once(people, only_rule):
    [*_many] = people(30)
    Standing.objects.all().delete()
    only_rule("lead", Condition("known", "at_least", 0))
    go()
    only_rule("new", Condition("known", "at_least", 0))
    with gathered():
        go()
    assert len(told()) == 30


def test_a_script_moves_kim_and_reads_where_she_was(ada, kim, signed_in):
    browser = signed_in(ada)
    here = f"/api/v1/customers/{kim.pk}"
    said = {"stage": "at_risk", "reason": "Two faults"}
    moved = browser.put(f"{here}/stage", said, content_type="application/json")
    assert moved.status_code == 200, moved.content
    assert moved.json()["reason"] == "Two faults"
    assert browser.put(f"{here}/stage", {"stage": "moon"}, content_type="application/json").status_code == 422
    assert [each["stage"] for each in browser.get(f"{here}/stages").json()["items"]] == ["at_risk"]
    assert browser.get("/api/v1/life-cycle/entries?stage=at_risk&current=true").json()["items"][0]["customer"] == {
        "id": kim.pk, "name": "Kim Park",
    }  # fmt: skip
    assert [stage["key"] for stage in browser.get("/api/v1/life-cycle/stages").json()][:2] == ["lead", "new"]
