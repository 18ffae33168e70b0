"""What runs, stands still and ends, told by what was said and done alone."""

from datetime import UTC, datetime, timedelta

from rapport.routing.clocks import Closed, History, Said, clocks, spent
from rapport.routing.hours import ALWAYS
from rapport.routing.types import Kind, Warns

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def kim(message: int, minutes: float) -> Said:
    return Said(message, at(minutes), is_ours=False)


def ada(message: int, minutes: float) -> Said:
    return Said(message, at(minutes), is_ours=True)


def told(history: History, **how) -> list[tuple]:
    """Kind, minute it began, minute it was kept, minute it was dropped."""

    def minute(moment):
        return None if moment is None else (moment - NINE).total_seconds() / 60

    return [(one.kind, *map(minute, (one.started_at, one.met_at, one.dropped_at))) for one in clocks(history, **how)]


def test_kim_waits_for_a_first_answer_and_then_for_the_next_ones():
    history = History([kim(1, 0), kim(2, 5), ada(3, 20), kim(4, 60), ada(5, 90), kim(6, 100)])
    assert told(history) == [
        (Kind.FIRST_ANSWER, 0, 20, None),
        (Kind.NEXT_ANSWER, 60, 90, None),
        (Kind.NEXT_ANSWER, 100, None, None),
        (Kind.RESOLUTION, 0, None, None),
    ]


def test_what_we_began_owes_no_first_answer():
    history = History([ada(1, 0), kim(2, 30)])
    assert told(history) == [(Kind.NEXT_ANSWER, 30, None, None), (Kind.RESOLUTION, 30, None, None)]
    assert told(History([ada(1, 0)], waits=False)) == []


def test_closing_without_an_answer_drops_it_and_writing_again_begins_it_anew():
    history = History([kim(1, 0), kim(2, 61)], [Closed(at(30), at(61))])
    assert told(history) == [
        (Kind.FIRST_ANSWER, 0, None, 30),
        (Kind.FIRST_ANSWER, 61, None, None),
        (Kind.RESOLUTION, 0, None, None),
    ]


def test_a_closing_that_was_a_slip_is_as_if_it_had_not_been():
    history = History([kim(1, 0)], [Closed(at(30), at(31), by_us=True)])
    assert told(history)[0] == (Kind.FIRST_ANSWER, 0, None, None)
    resolution = clocks(history)[-1]
    assert spent(resolution, 60, ALWAYS).due_at == at(61)


def test_a_thank_you_after_closing_starts_nothing():
    history = History([kim(1, 0), ada(2, 10), kim(3, 40)], [Closed(at(20))], waits=False)
    assert told(history) == [(Kind.FIRST_ANSWER, 0, 10, None), (Kind.RESOLUTION, 0, 20, None)]
    again = History([*history.said, kim(4, 50)], [Closed(at(20), at(50))])
    assert told(again) == [
        (Kind.FIRST_ANSWER, 0, 10, None),
        (Kind.NEXT_ANSWER, 50, None, None),
        (Kind.RESOLUTION, 0, None, None),
    ]


def test_solving_takes_no_time_while_the_customer_is_to_answer():
    history = History([kim(1, 0), ada(2, 10), kim(3, 70), ada(4, 75)])
    resolution = clocks(history)[-1]
    paused = spent(resolution, 60, ALWAYS)
    assert (paused.due_at, paused.paused_at, paused.used) == (None, at(75), timedelta(minutes=15))
    running = spent(clocks(History([*history.said, kim(5, 200)]))[-1], 60, ALWAYS)
    assert (running.due_at, running.paused_at) == (at(245), None)


def test_what_was_late_before_it_paused_stays_late():
    history = History([kim(1, 0), ada(2, 90)])
    late = spent(clocks(history)[-1], 60, ALWAYS)
    assert (late.due_at, late.paused_at) == (at(60), at(90))


def test_reopening_goes_on_where_closing_stopped():
    history = History([kim(1, 0), ada(2, 10), kim(3, 500)], [Closed(at(12), at(500))])
    assert spent(clocks(history)[-1], 60, ALWAYS).due_at == at(550)


def test_snoozing_stops_the_time_only_where_the_policy_says_so():
    history = History([kim(1, 0)], snoozed=[(at(10), at(100)), (at(120), None)])
    assert spent(clocks(history)[-1], 60, ALWAYS).due_at == at(60)
    paused = spent(clocks(history, pauses_snoozed=True)[-1], 60, ALWAYS)
    assert (paused.due_at, paused.used, paused.paused_at) == (None, timedelta(minutes=30), at(120))


def test_warning_by_percent_and_by_what_is_left():
    clock = clocks(History([kim(1, 0)]))[0]
    assert spent(clock, 100, ALWAYS, warns_at=80).warn_at == at(80)
    assert spent(clock, 100, ALWAYS, warns=Warns.MINUTES, warns_at=15).warn_at == at(85)
    assert spent(clock, 10, ALWAYS, warns=Warns.MINUTES, warns_at=15).warn_at == at(0)
    assert spent(clock, 100, ALWAYS, warns_at=None).warn_at is None


def test_a_warning_that_was_due_before_a_pause_is_not_lost():
    clock = clocks(History([kim(1, 0), ada(2, 50), kim(3, 100)]))[-1]
    figures = spent(clock, 60, ALWAYS, warns_at=80)
    assert (figures.warn_at, figures.due_at) == (at(48), at(110))
