"""Mailboxes that misbehave, and what an agent deleted."""

import pytest

from rapport.channels.tests.letters import letter
from tests.faults.desk import ADDRESS, wait_until


def numbered(number: int, **said) -> bytes:
    return letter(f"Mail {number}.", message_id=f"{number}@studio.example", **said)


def names(count: int) -> list[str]:
    return sorted(f"{number}@studio.example" for number in range(count))


@pytest.mark.usefixtures("full_only")
def test_a_mailbox_that_drops_renumbers_and_locks_out_loses_and_doubles_nothing(desk, mailbox):
    for number in range(20):
        mailbox.deliver(numbered(number))
    # Somebody has read some of it in another program.
    for stored in mailbox.messages[:5]:
        stored.flags.add(r"\Seen")
    # The connection breaks twice in the middle of a mail; one cannot be had at all.
    mailbox.drop_at, mailbox.drops_left = {7, 12}, 2
    mailbox.refuse = {15}
    channel = desk.connect(**mailbox.settings)
    wait_until(lambda: len(desk.arrived()) == 19, 180)
    stuck = [each for each in desk.all("/deliveries") if each["outcome"] == "quarantined"]
    assert len(stuck) == 1, "what could not be had is on the list, with its reason"
    mailbox.refuse = set()
    mailbox.renumber()
    mailbox.deliver(numbered(20))
    wait_until(lambda: "20@studio.example" in desk.arrived(), 60)
    mailbox.password = "changed since"
    wait_until(lambda: desk.installation.call(trouble, channel=channel), 90)
    mailbox.password = "open sesame"
    mailbox.deliver(numbered(21))
    wait_until(lambda: "21@studio.example" in desk.arrived(), 90)
    assert set(names(22)) - set(desk.arrived()) <= {"14@studio.example"}
    assert len(desk.arrived()) == len(set(desk.arrived()))
    assert not desk.installation.call(trouble, channel=channel)


@pytest.mark.usefixtures("full_only")
def test_one_mail_in_two_mailboxes_and_without_an_id_is_one_message(desk, mailbox):
    desk.connect(**mailbox.settings)
    nameless = numbered(1).replace(b"Message-ID: <1@studio.example>\n", b"")
    for body in (numbered(0), nameless, numbered(0), nameless):
        mailbox.deliver(body)
    desk.wait_for_mail_port()
    desk.take(numbered(0))
    desk.take(b"Received: from elsewhere by here; Sun, 29 Nov 2026 12:00:00 +0000\n" + nameless)
    wait_until(lambda: len(desk.all("/deliveries")) == 6, 60)
    wait_until(lambda: all(each["state"] != "stored" for each in desk.all("/deliveries")), 60)
    assert len([message for message in desk.messages() if message["direction"] == "in"]) == 2


def test_a_deleted_conversation_stays_deleted_after_the_next_poll(desk, mailbox):
    desk.connect(**mailbox.settings)
    mailbox.deliver(numbered(0))
    wait_until(lambda: desk.arrived() == ["0@studio.example"], 60)
    (conversation,) = desk.all("/conversations")
    desk.ask(f"/conversations/{conversation['id']}", method="DELETE", status=204)
    # The same mail again: renumbered, delivered twice more, and handed in by another door.
    mailbox.renumber()
    mailbox.deliver(numbered(0))
    mailbox.deliver(numbered(1))
    wait_until(lambda: "1@studio.example" in desk.arrived(), 60)
    desk.wait_for_mail_port()
    desk.take(numbered(0), to=ADDRESS)
    wait_until(lambda: all(each["state"] != "stored" for each in desk.all("/deliveries")), 60)
    assert desk.arrived() == ["1@studio.example"]
    assert len(desk.all("/conversations")) == 1


def trouble(channel: int) -> str:
    """Run inside an installation: what is wrong with a channel, as its page says."""
    from rapport.channels.models import Channel

    return Channel.objects.get(pk=channel).error
