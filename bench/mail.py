"""Mails a second: a batch of files, and over SMTP."""

import json
import mailbox
import smtplib
import subprocess
import sys
import threading
import time
from pathlib import Path

from bench import raw
from bench.mailbag import mails
from bench.measuring import Figure
from bench.serving import Server, running, set_up


def measure(data: Path, *, count: int) -> list[Figure]:
    set_up(data)
    letters = mails(count)
    rival = raw.mails_per_second(data / "raw.sqlite3", letters)
    batch = _batch(data, letters)
    with running(data) as server:
        smtp = _smtp(server, mails(count // 2, seed=8))
        _wait_until_read(count + count // 2)
    name = "raw SQLite, one transaction a mail"
    return [
        Figure("Mail in by `rapport mail ingest`", batch, "mails/s", rival, name, 250, higher_is_better=True),
        Figure("Mail in over SMTP, 8 connections", smtp, "mails/s", rival, name, 100, higher_is_better=True),
    ]


def _batch(data: Path, letters: list[bytes]) -> float:
    box = mailbox.mbox(data / "in.mbox")
    for letter in letters:
        box.add(letter)
    box.close()
    command = [sys.executable, "-m", "rapport", "--data", str(data), "mail", "ingest", str(data / "in.mbox")]
    start_up = _seconds([*command[:-1], "--help"])
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    taken = time.perf_counter() - start - start_up
    outcomes = [json.loads(line)["outcome"] for line in done.stdout.splitlines()]
    assert len(outcomes) == len(letters), done.stderr[-500:]
    assert set(outcomes) <= {"created", "appended"}, set(outcomes)
    return len(letters) / taken


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


def _smtp(server: Server, letters: list[bytes], connections: int = 8) -> float:
    shares = [letters[number::connections] for number in range(connections)]
    senders = [threading.Thread(target=_send, args=(server.smtp_port, share)) for share in shares]
    start = time.perf_counter()
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return len(letters) / (time.perf_counter() - start)


def _send(port: int, letters: list[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        for letter in letters:
            client.sendmail("person@customers.example", ["support@lampwright.example"], letter)


def _wait_until_read(expected: int) -> None:
    from rapport.conversations.models import Message

    deadline = time.monotonic() + 120
    while Message.objects.count() < expected:
        if time.monotonic() > deadline:
            raise SystemExit(f"{expected - Message.objects.count()} acknowledged mails did not become messages")
        time.sleep(0.5)
