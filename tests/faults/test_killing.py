"""The power goes, again and again, while mail comes in."""

import hashlib
import random
import time

from rapport.channels.tests.imap_server import ImapServer
from rapport.channels.tests.letters import letter
from tests.faults.desk import measured, wait_until


def test_mail_from_a_mailbox_arrives_once_each_however_often_everything_is_killed(desk, mailbox, size):
    count, kills = size(120, 2_000), size(4, 100)
    files = {f"{number}@studio.example": bytes([number % 251]) * 2_000 for number in range(0, count, 10)}
    desk.connect(**mailbox.settings)
    dice = random.Random(3)
    delivered = 0
    for kill in range(kills):
        # The rest arrives while it is being killed.
        until = count * (kill + 1) // kills
        for number in range(delivered, until):
            name = f"{number}@studio.example"
            attached = [("part.bin", files[name])] if name in files else ()
            mailbox.deliver(letter(f"Mail {number}.", message_id=name, files=attached))
        delivered = until
        time.sleep(dice.uniform(0.3, 2.0))
        desk.kill()
        desk.installation.start()
    back = wait_until(lambda: len(desk.arrived()) >= count, 240)
    assert desk.arrived() == sorted(f"{number}@studio.example" for number in range(count))
    assert desk.stored_files() == {name: hashlib.sha256(body).hexdigest() for name, body in files.items()}
    assert desk.is_sound()
    last = letter("After all that.", message_id="last@studio.example")
    mailbox.deliver(last)
    again = wait_until(lambda: desk.has_lately("last@studio.example"), size(30, 10))
    measured(f"{kills} kills, {count} mails: all there {back:.1f} s after the last start, the next after {again:.1f} s")


def test_killed_between_our_storing_and_the_servers_flag_nothing_is_doubled(desk, mailbox, sink, size):
    desk.connect(**mailbox.settings)
    for round_ in range(size(2, 10)):
        mailbox.hold_store.clear()
        mailbox.deliver(letter(f"Mail {round_}.", message_id=f"{round_}@studio.example"))
        # It has the mail and is about to say so to the server; then the power goes.
        wait_until(mailbox.store_reached.is_set, 30)
        desk.kill()
        mailbox.store_reached.clear()
        mailbox.hold_store.set()
        desk.installation.start()
        wait_until(lambda name=f"{round_}@studio.example": name in desk.arrived(), 30)
    wait_until(lambda: all(each.flags for each in mailbox.messages), 30)
    assert desk.arrived() == sorted(f"{number}@studio.example" for number in range(size(2, 10)))
    assert not [mail for mail in sink.received if mail["Auto-Submitted"]]


def test_two_workers_on_one_mailbox_bring_each_mail_once(desk, mailbox: ImapServer, size):
    count = size(100, 1_000)
    for number in range(count):
        mailbox.deliver(letter(f"Mail {number}.", message_id=f"{number}@studio.example"))
    desk.start_worker()
    desk.start_worker()
    desk.connect(**mailbox.settings)
    wait_until(lambda: len(desk.arrived()) >= count, 120)
    assert desk.arrived() == sorted(f"{number}@studio.example" for number in range(count))
    assert all(delivery["outcome"] != "quarantined" for delivery in desk.all("/deliveries"))
