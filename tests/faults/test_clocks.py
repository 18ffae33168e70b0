"""The wall clock jumps by two hours, ahead and back, and twice a year with the law, while people write and wait."""

import re
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rapport.backbone.jobs import run_pending
from rapport.channels import actions as channels
from rapport.channels.actions.sending import sweep
from rapport.channels.models import Channel, Dispatch
from rapport.channels.tests.letters import letter
from rapport.conversations import actions as conversations
from rapport.conversations.models import Conversation
from rapport.kit import clock
from rapport.routing.models import Calendar, Promise, ServicePolicy
from tests.faults.desk import ADDRESS, Desk, measured, wait_until

HOUR = timedelta(hours=1)
OFFICE = [[[540, 1020]]] * 7  # 09:00-17:00 every day


@dataclass
class Wrong:
    """A running desk's wall clock, wrong by so many seconds."""

    path: Path

    def by(self, seconds: float) -> None:
        beside = self.path.with_suffix(".new")
        beside.write_text(str(seconds))
        beside.replace(self.path)
        time.sleep(0.2)


@pytest.fixture
def moved(open_desk, sink, tmp_path) -> tuple[Desk, Wrong]:
    """A desk that runs, and its clock."""
    path = tmp_path / "clock"
    path.write_text("0")
    desk = open_desk(outgoing=sink.port, start=False)
    desk.connect()
    desk.installation.call(promising)
    desk.installation.environ |= {"PYTHONPATH": str(Path(__file__).parent / "moved"), "TEST_CLOCK": str(path)}
    desk.installation.start()
    desk.wait_for_mail_port()
    return desk, Wrong(path)


def test_two_hours_back_nothing_is_out_of_order_and_two_hours_ahead_nothing_storms(moved, sink, size):
    desk, wrong = moved
    watched = size(3, 60)
    desk.take(letter("The lamp flickers.", message_id="first@studio.example", subject="Flicker"))
    desk.take(letter("Where is it?", message_id="second@studio.example", subject="Parcel"))
    wait_until(lambda: len(desk.arrived()) == 2, 60)
    parcel, flicker = (each["id"] for each in desk.all("/conversations"))

    wrong.by(-7200)
    desk.take(letter("It hums, too.", message_id="third@studio.example", answers="first@studio.example"))
    wait_until(lambda: "third@studio.example" in desk.arrived(), 60)
    desk.take(letter("A new matter.", message_id="fourth@studio.example", subject="Invoice"))
    wait_until(lambda: "fourth@studio.example" in desk.arrived(), 60)
    answer = desk.ask(f"/conversations/{flicker}/messages", method="POST", body={"text": "Hold the button."})
    left = wait_until(lambda: desk.ask(f"/messages/{answer['id']}")["dispatch"]["state"] == "sent", 120)
    newest, *others = (each["id"] for each in desk.all("/conversations"))
    assert newest == flicker
    assert others[-1] == parcel
    written = desk.all(f"/conversations/{flicker}/messages")
    assert [each["text"].strip()[:14] for each in written] == ["The lamp flick", "It hums, too.", "Hold the butto"]
    assert thread(desk, flicker) == [each["id"] for each in written]
    wait_until(lambda: desk.installation.call(kept, conversation=flicker), 30)
    back = desk.installation.call(storms, seconds=watched)

    wrong.by(+7200)
    ahead = desk.installation.call(storms, seconds=watched)
    desk.take(letter("Still there?", message_id="fifth@studio.example", answers="second@studio.example"))
    wait_until(lambda: "fifth@studio.example" in desk.arrived(), 60)
    assert next(each["id"] for each in desk.all("/conversations")) == parcel

    wrong.by(0)
    again = desk.installation.call(storms, seconds=watched)
    measured(
        f"most runs of any one recurring job beyond its turns in {watched} s after each jump: "
        f"back {back}, ahead {ahead}, back again {again}; an answer left {left:.1f} s after the clock went back"
    )
    assert max(back, ahead, again) <= 1
    assert len([mail for mail in sink.received if "Hold the button" in mail.get_body().get_content()]) == 1


def thread(desk: Desk, conversation: int) -> list[int]:
    """The messages of a thread from top to bottom, as its page shows them."""
    found = desk.ask(f"/conversations/{conversation}")
    cookie = desk.installation.call(cookie_of, agent=desk.people["noor"])
    address = f"{desk.installation.address}/inbox/{found['number']}/?view=all"
    with urllib.request.urlopen(urllib.request.Request(address, headers={"Cookie": cookie}), timeout=30) as answer:
        return [int(pk) for pk in re.findall(r'<article class="message" id="message-(\d+)"', answer.read().decode())]


def promising() -> None:
    """Run inside an installation: an hour for the first answer."""
    from datetime import timedelta

    from rapport.kit import clock
    from rapport.routing.models import ServicePolicy

    with clock.frozen(clock.now() - timedelta(days=1)):
        ServicePolicy.objects.create(name="Everyone", targets={"first_answer": {"minutes": 60}})


def kept(conversation: int) -> bool:
    """Run inside an installation: the promise was met, and not before it was made."""
    from rapport.routing.models import Promise

    (first,) = Promise.objects.filter(conversation=conversation, kind="first_answer")
    return first.met_at is not None and first.started_at <= first.met_at <= first.due_at


def storms(seconds: float) -> int:
    """Run inside an installation: how often the most eager recurring job is queued beyond its turns meanwhile."""
    import time

    from django_tasks_db.models import DBTaskResult

    from rapport.backbone.jobs.declaring import recurring

    def queued() -> set[tuple[str, object]]:
        return set(DBTaskResult.objects.filter(task_path__in=list(recurring)).values_list("task_path", "pk"))

    before, began = queued(), time.monotonic()
    time.sleep(seconds)
    fresh, watched = [path for path, _pk in queued() - before], time.monotonic() - began
    periods = {name: job.period.total_seconds() for name, job in recurring.items() if job.period}
    return round(max(fresh.count(name) - watched / period for name, period in periods.items()))


def cookie_of(agent: int) -> str:
    """Run inside an installation: somebody is signed in."""
    from bench.serving import sign_in
    from rapport.team.models import Agent

    return sign_in(Agent.objects.get(pk=agent))


# -- Waiting across a jump, and across the nights that are not as long as others ------------------------------------

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def at(moment: datetime, action: Callable[[], object] = run_pending) -> object:
    with clock.frozen(moment):
        return action()


@pytest.mark.django_db
def test_a_snoozed_conversation_comes_back_at_its_moment_and_once(write, ada):
    conversation = at(NOON, write)
    at(NOON, lambda: conversations.snooze(conversation, until=NOON + HOUR, by=ada))
    woken = []
    for moment in (NOON - 2 * HOUR, NOON - HOUR, NOON + HOUR / 2, NOON + 2 * HOUR, NOON, NOON + 3 * HOUR):
        at(moment, conversations.wake_due)
        woken.append(Conversation.objects.get(pk=conversation.pk).status)
    assert woken == ["snoozed", "snoozed", "snoozed", "open", "open", "open"]


@pytest.fixture
def mailbox_out(inbox, sink):
    """Where answers leave."""
    server = {"outgoing": "smtp", "smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_security": "plain"}
    saying = {"address": ADDRESS, "incoming": "none", **server}
    return Channel.objects.create(kind="email", inbox=inbox, name="Support", address=ADDRESS, settings=saying)


@pytest.mark.django_db
def test_an_answer_for_later_leaves_once_at_its_moment_whatever_the_clock_does(write, ada, mailbox_out, sink):
    conversation = at(NOON, write)
    at(NOON, lambda: channels.reply(conversation, text="Tomorrow's news.", by=ada, send_at=NOON + HOUR))
    left = []
    for moment in (NOON - 2 * HOUR, NOON + HOUR / 2, NOON + 2 * HOUR, NOON, NOON + 3 * HOUR):
        at(moment, sweep)
        at(moment)
        left.append(len(sink.received))
    assert left == [0, 0, 1, 1, 1]


@pytest.mark.django_db
def test_an_answer_that_could_be_undone_for_seconds_does_not_wait_for_two_hours(write, ada, mailbox_out, sink):
    conversation = at(NOON, write)
    at(NOON, lambda: channels.reply(conversation, text="At once.", by=ada, undo_seconds=10))
    back = NOON - 2 * HOUR
    at(back, sweep)
    at(back)
    assert Dispatch.objects.get().state == "sent"
    at(NOON + HOUR)
    assert len(sink.received) == 1


NIGHTS = [
    # Asked on the evening before, two hours of office time: one is left of that day, one comes after the night.
    ("Europe/Berlin", (2026, 3, 28), "the clocks go forward"),
    ("Europe/Berlin", (2026, 10, 24), "the clocks go back"),
    ("America/New_York", (2026, 3, 7), "the clocks go forward"),
    ("America/New_York", (2026, 10, 31), "the clocks go back"),
    ("Asia/Shanghai", (2026, 3, 28), "nothing happens"),
    ("Asia/Shanghai", (2026, 10, 24), "nothing happens"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "day", "_what"), NIGHTS)
def test_what_is_promised_over_the_night_of_a_change_is_due_by_the_clock_on_the_wall(write, zone, day, _what):
    here = ZoneInfo(zone)
    asked = datetime(*day, 16, tzinfo=here)
    in_office = Calendar.objects.create(name="Office", time_zone=zone, is_default=True, week=OFFICE)
    with clock.frozen(asked.astimezone(UTC) - timedelta(days=1)):
        ServicePolicy.objects.create(
            name="Everyone", calendar=in_office, targets={"first_answer": {"minutes": 120}}, warns_at=50
        )
    with clock.frozen(asked.astimezone(UTC)):
        conversation = write()
        run_pending()
    promise = Promise.objects.get(conversation=conversation, kind="first_answer")
    due = datetime(*day, 10, tzinfo=here) + timedelta(days=1)
    assert promise.due_at == due.astimezone(UTC)
    assert promise.due_at - asked.astimezone(UTC) == timedelta(hours=18) - shift_of(here, asked, due)


def shift_of(zone: ZoneInfo, before: datetime, after: datetime) -> timedelta:
    """By how much the clocks were put forward in between."""
    return (after.astimezone(zone).utcoffset() or timedelta()) - (before.astimezone(zone).utcoffset() or timedelta())
