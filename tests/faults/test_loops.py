"""Two desks that answer whoever writes to them, writing to each other."""

import time

import pytest

from tests.faults.desk import Desk, wait_until

US, THEM = "support@lampwright.example", "help@shop.example"


@pytest.mark.usefixtures("full_only")
def test_two_desks_that_answer_at_once_fall_silent(open_desk):
    ours, theirs = open_desk(start=False), open_desk(start=False)
    for one, other, address in ((ours, theirs, US), (theirs, ours, THEM)):
        one.installation.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{other.installation.smtp_port}"
        one.connect(address=address)
        one.installation.call(answering, words=f"We at {address} have your message.")
        one.installation.start()
        one.wait_for_mail_port()
    begin(ours, "Where is our order?")
    wait_until(lambda: len(messages(ours)) >= 2, 60)
    time.sleep(20)
    assert len(messages(theirs)) == 2, "the letter, and one automatic answer"
    assert len(messages(ours)) == 2
    assert [each for each in theirs.all("/dispatches") if each["state"] == "queued"] == []


def begin(desk: Desk, text: str) -> None:
    inbox = desk.all("/conversations")
    assert inbox == []
    desk.ask(
        "/conversations",
        method="POST",
        body={"customer": {"email": THEM, "name": "Shop"}, "subject": "An order", "text": text},
    )


def messages(desk: Desk) -> list[dict]:
    return [each for each in desk.messages() if each["direction"] in ("in", "out")]


def answering(words: str) -> None:
    """Run inside an installation: every inbox answers at once."""
    from rapport.conversations.models import Inbox

    Inbox.objects.update(acknowledgement=words)
