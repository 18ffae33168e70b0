"""Mail servers that say later, no, or nothing while answers leave."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from rapport.channels.tests.letters import letter
from tests.browser.installation import free_port
from tests.faults.desk import Desk, wait_until

pytestmark = pytest.mark.usefixtures("full_only")


@dataclass
class Moody:
    """A mail server whose temper the test sets: `later`, `no`, `hang`, `lost` (keeps the mail and hangs up) or none."""

    port: int
    mood: str = ""
    tries: int = 0
    received: list[str] = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope) -> str:
        self.tries += 1
        mail = message_from_bytes(envelope.content, policy=default)
        name = re.sub(r"[<>]", "", str(mail["Message-ID"]))
        if self.mood == "later":
            return ("421 4.3.2 Closing for a moment", "451 4.7.1 Try again later")[self.tries % 2]
        if self.mood == "no":
            return "550 5.1.1 Nobody of this name"
        if self.mood == "hang":
            await asyncio.sleep(600)
        self.received.append(name)
        if self.mood == "lost":
            self.mood = ""
            server.transport.abort()
            await asyncio.sleep(1)
        return "250 Kept"


@contextmanager
def open_moody() -> Iterator[Moody]:
    moody = Moody(free_port())
    controller = Controller(moody, hostname="127.0.0.1", port=moody.port)
    controller.start()
    try:
        yield moody
    finally:
        controller.stop()


@pytest.fixture
def moody() -> Iterator[Moody]:
    with open_moody() as one:
        yield one


@pytest.fixture
def busy(open_desk, moody) -> Desk:
    """A desk that sends to the moody server, with one conversation to answer."""
    desk = open_desk(outgoing=moody.port)
    desk.connect()
    desk.wait_for_mail_port()
    desk.take(letter("The lamp flickers.", message_id="one@studio.example"))
    wait_until(lambda: desk.arrived(), 30)
    return desk


def answered(desk: Desk, text: str) -> dict:
    (conversation,) = desk.all("/conversations")
    return desk.ask(f"/conversations/{conversation['id']}/messages", method="POST", body={"text": text})


def state(desk: Desk, message: dict) -> str:
    return desk.ask(f"/messages/{message['id']}")["dispatch"]["state"]


def test_later_for_two_minutes_then_fine_is_sent_once(busy, moody):
    moody.mood = "later"
    answer = answered(busy, "Hold the button.")
    wait_until(lambda: moody.tries >= 5, 150)
    said = busy.ask(f"/messages/{answer['id']}")["dispatch"]
    assert (said["state"], bool(said["error"])) == ("queued", True)
    moody.mood = ""
    wait_until(lambda: state(busy, answer) == "sent", 180)
    assert moody.received == [answer["external_id"]]


def test_no_is_a_failure_that_the_agent_is_told(busy, moody):
    moody.mood = "no"
    answer = answered(busy, "Hold the button.")
    wait_until(lambda: state(busy, answer) == "failed", 30)
    assert "Nobody of this name" in busy.ask(f"/messages/{answer['id']}")["dispatch"]["error"]
    assert moody.received == []


def test_a_lost_confirmation_costs_at_most_a_second_copy_of_the_same_id(busy, moody):
    moody.mood = "lost"
    answer = answered(busy, "Hold the button.")
    wait_until(lambda: state(busy, answer) == "sent", 60)
    assert set(moody.received) == {answer["external_id"]}
    assert len(moody.received) <= 2


def test_a_server_that_hangs_after_the_data_holds_up_nobody_else(busy, moody):
    moody.mood = "hang"
    first = answered(busy, "Hold the button.")
    wait_until(lambda: moody.tries == 1, 30)
    moody.mood = ""
    second = answered(busy, "And the other one.")
    wait_until(lambda: state(busy, second) == "sent", 60)
    assert moody.received[0] == second["external_id"]
    wait_until(lambda: state(busy, first) == "sent", 400)
    assert moody.received.count(first["external_id"]) == 1


def test_killed_while_sending_the_answer_leaves_once_or_twice_but_never_not_at_all(busy, moody):
    moody.mood = "hang"
    answer = answered(busy, "Hold the button.")
    wait_until(lambda: moody.tries == 1, 30)
    busy.kill()
    moody.mood = ""
    busy.installation.start()
    wait_until(lambda: state(busy, answer) == "sent", 700)
    assert moody.received.count(answer["external_id"]) == 1
