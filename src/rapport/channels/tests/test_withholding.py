"""However foolish a rule is, no two machines write to each other for long, and none of ours writes to a machine."""

import json
import os
import re
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from rapport.backbone.jobs import run_pending
from rapport.channels import actions
from rapport.channels.actions.withholding import is_no_person
from rapport.channels.models import Dispatch, UnreachableAddress
from rapport.channels.tests.letters import letter
from rapport.channels.tests.robot import robot_answer
from rapport.conversations.types import AuthorKind
from rapport.kit import clock

DELIVERIES = Path(__file__).parent.parent / "kinds" / "email" / "tests" / "deliveries"
MARKS = re.compile(rb"^(?:Auto-Submitted|X-Auto-Response-Suppress|Precedence): .*\r?\n", re.MULTILINE)
THREADS = re.compile(rb"^(?:In-Reply-To|References): .*\r?\n(?:[ \t].*\r?\n)*", re.MULTILINE)
RE = re.compile(rb"^Subject: (?:Re: )?", re.MULTILINE)


@pytest.fixture
def answer(mailbox, post):
    """Whatever a letter says, a rule of ours answers it; what became of that."""
    return lambda raw: robot_answer(raw, mailbox)


@pytest.fixture(scope="module")
def other_desk(tmp_path_factory):
    """Another Rapport, in a process and with data of its own; takes a mail, answers those that it sent."""
    from rapport.channels.tests.post_office import post_office

    data = tmp_path_factory.mktemp("other-desk")
    with post_office() as office:
        command = [sys.executable, "-W", "ignore", "-m", "rapport.channels.tests.robot_desk", "help@other.example"]
        environment = {**os.environ, "RAPPORT_DATA": str(data)}
        environment.pop("DATABASE_URL", None)
        desk = subprocess.Popen(
            [*command, str(office.port)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        watchdog = threading.Timer(90, desk.kill)
        watchdog.start()
        try:
            assert json.loads(desk.stdout.readline()) == "ready"

            def take(raw):
                """With nothing to take it forgets whom it wrote to."""
                before = len(office.raw)
                desk.stdin.write(json.dumps(raw and raw.decode("latin-1")) + "\n")
                desk.stdin.flush()
                said = json.loads(desk.stdout.readline())
                return said, office.raw[before:]

            yield take
        finally:
            watchdog.cancel()
            desk.stdin.close()
            desk.stdout.close()
            desk.wait(20)


@pytest.mark.parametrize(
    ("strip", "most"),
    [
        (lambda raw: raw, 1),
        (lambda raw: MARKS.sub(b"", raw), 2),
        (lambda raw: THREADS.sub(b"", MARKS.sub(b"", raw)), 2),
        (lambda raw: RE.sub(b"Subject: Ticket about ", THREADS.sub(b"", MARKS.sub(b"", raw))), 2),
    ],
    ids=["as sent", "marks lost", "marks and threads lost", "marks, threads and subject lost"],
)
def test_two_desks_that_answer_everything_fall_silent(answer, other_desk, post, strip, most, request):
    other_desk(None)
    waiting = [
        letter("Hello?", sender="help@other.example", to="support@lampwright.example", subject=request.node.name)
    ]
    automatic = 0
    for _round in range(20):
        if not waiting:
            break
        before = len(post.raw)
        answer(strip(waiting.pop()))
        for ours in post.raw[before:]:
            automatic += 1
            _said, theirs = other_desk(strip(ours))
            automatic += len(theirs)
            waiting += theirs
    assert not waiting, "they still write to each other"
    assert 1 <= automatic <= most


def test_a_person_has_one_automatic_answer_a_day_in_a_conversation(answer, post):
    first = answer(letter(message_id="one@studio.example"))
    again = answer(letter("Anyone?", answers="one@studio.example"))
    assert (first["went"], again["went"], len(post.received)) == ("sent", "cancelled", 1)
    assert again["reason"] == "It had an automatic answer in this conversation today."
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert answer(letter("Hello?", answers="one@studio.example"))["went"] == "sent"


def test_another_conversation_is_answered_too_but_not_a_hundred(answer, post):
    went, now = [], clock.now()
    for number in range(6):
        with clock.frozen(now + number * timedelta(minutes=6)):
            went.append(answer(letter(subject=f"Lamp number {number}"))["went"])
    assert went == ["sent"] * 3 + ["cancelled"] * 3


def test_what_comes_within_minutes_of_an_automatic_answer_may_be_one(answer, post):
    answer(letter(subject="A lamp"))
    assert answer(letter(subject="Ticket 12"))["reason"] == "It had an automatic answer a few minutes ago."


def test_an_agent_answers_whom_and_as_often_as_she_likes(answer, arrive, post, ada):
    answer(letter(message_id="one@studio.example"))
    conversation = Dispatch.objects.get().message.conversation
    for _ in range(3):
        actions.reply(conversation, by=ada, text="Hold the button.", undo_seconds=0)
    run_pending(strict=True)
    assert len(post.received) == 4


@pytest.mark.parametrize("name", ["bounce_550", "bounce_qmail", "out_of_office", "newsletter", "read_receipt"])
def test_no_machine_is_answered(answer, post, name):
    said = answer((DELIVERIES / f"{name}.eml").read_bytes())
    assert said["went"] in (None, "cancelled")
    assert post.received == []


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        ("noreply@shop.example", "Nobody reads mail at noreply@shop.example."),
        ("do-not-reply@shop.example", "Nobody reads mail at do-not-reply@shop.example."),
        ("lamps-request@lists.example", "Nobody reads mail at lamps-request@lists.example."),
        ("support+r-abc@lampwright.example", "support+r-abc@lampwright.example is an address of our own."),
    ],
)
def test_no_answer_goes_where_nobody_reads_or_to_ourselves(answer, post, sender, reason):
    said = answer(letter(sender="Kim <kim@studio.example>", Reply_To=sender))
    assert said["reason"] in (reason, "")
    assert sender not in [address for recipients in post.recipients for address in recipients]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("no-reply@a.example", True),
        ("donotreply@a.example", True),
        ("noreply-news@a.example", True),
        ("MAILER-DAEMON@a.example", True),
        ("bounce+kim=studio.example@a.example", True),
        ("autoresponder@a.example", True),
        ("reply@a.example", False),
        ("nora@a.example", False),
        ("dorothy@a.example", False),
        ("norepley@a.example", False),
    ],
)
def test_names_that_say_that_nobody_reads(address, expected):
    assert is_no_person(address) is expected


def test_an_address_that_does_not_exist_is_not_written_to_by_machines(answer, post):
    UnreachableAddress.objects.create(address="gone@studio.example", is_permanent=True, count=1)
    said = answer(letter(sender="Kim <kim@studio.example>", Reply_To="gone@studio.example"))
    assert (said["went"], said["reason"]) == ("cancelled", "Mail to gone@studio.example comes back.")


def test_two_automatic_answers_that_wait_at_once_become_one(arrive, post):
    conversation = arrive().message.conversation
    for _ in range(2):
        actions.reply(conversation, by=None, author_kind=AuthorKind.BOT, text="We have it.", undo_seconds=0)
    first, second = Dispatch.objects.order_by("pk")
    actions.send(second.pk)
    actions.send(first.pk)
    assert list(Dispatch.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "cancelled"]
    assert len(post.received) == 1
