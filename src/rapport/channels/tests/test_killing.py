"""kill -9 in the middle of bulk intake and of fetching: going on repairs everything, whatever step it died in."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from rapport.channels.tests.imap_server import imap_server
from rapport.channels.tests.letters import letter
from tests.database import on_postgresql

COUNT = 240
_UNREAD = "SELECT count(*) FROM channels_delivery WHERE state != 'done'"
pytestmark = pytest.mark.skipif(on_postgresql(), reason="looks into the SQLite file from outside")


@pytest.fixture
def installation(tmp_path):
    """An empty installation of its own, and a folder of mails."""
    environment = {**os.environ, "RAPPORT_DATA": str(tmp_path / "data")}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "rapport"]
    subprocess.run([*command, "migrate"], env=environment, check=True, capture_output=True)
    box = tmp_path / "mails"
    box.mkdir()
    for number in range(COUNT):
        answers = f"{number - 1}@studio.example" if number % 3 else ""
        files = [("photo.bin", bytes([number % 256]) * 3000)] if number % 10 == 0 else ()
        raw = letter(f"Mail {number}.", message_id=f"{number}@studio.example", answers=answers, files=files)
        (box / f"{number:04}.eml").write_bytes(raw)
    return environment, [*command, "mail", "ingest", str(box)], tmp_path / "data" / "rapport.sqlite3"


def test_nothing_is_lost_or_doubled_however_often_it_dies(installation):
    environment, command, database = installation
    dice = random.Random(11)
    kills = 0
    while kills < 4:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        # Up to the first line it only starts; from there on it is at work.
        process.stdout.readline() if kills % 2 else time.sleep(dice.uniform(1.0, 3.0))
        time.sleep(dice.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.stdout.close()
        process.wait()
        kills += 1
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == COUNT
    assert {line["outcome"] for line in lines} <= {"created", "appended", "duplicate"}
    assert read(database, "PRAGMA integrity_check") == [("ok",)]
    ids = [name for (name,) in read(database, "SELECT external_id FROM conversations_message")]
    assert sorted(ids) == sorted(f"{number}@studio.example" for number in range(COUNT))
    assert read(database, "SELECT count(*) FROM conversations_conversation") == [(COUNT // 3,)]
    assert read(database, "SELECT count(*) FROM conversations_attachment") == [(COUNT // 10,)]
    assert read(database, "SELECT count(*) FROM backbone_event WHERE name = 'MessageArrived'") == [(COUNT,)]
    assert read(database, "SELECT sum(message_count) FROM conversations_conversation") == [(COUNT,)]


def test_a_worker_killed_while_fetching_loses_and_doubles_nothing(installation):
    environment, command, database = installation
    with imap_server() as server:
        for number in range(COUNT):
            server.deliver(letter(f"Mail {number}.", message_id=f"{number}@studio.example"))
        connect = (
            "import django; django.setup()\n"
            "from rapport.channels import connections\n"
            "from rapport.channels.seam import kind_of\n"
            f"settings = {server.settings | {'address': 'support@lampwright.example', 'outgoing': 'installation'}!r}\n"
            "connections.connect(kind_of('email'), settings=settings, name='Support', inbox=None)\n"
        )
        setup = {**environment, "DJANGO_SETTINGS_MODULE": "rapport.site.settings"}
        subprocess.run([sys.executable, "-c", connect], env=setup, check=True)
        worker = [*command[:3], "worker"]
        for share in (1, COUNT // 3, 2 * COUNT // 3):
            process = subprocess.Popen(worker, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_until(lambda share=share: len(set(server.fetched)) >= share)
            process.kill()
            process.wait()
        process = subprocess.Popen(worker, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: read(database, "SELECT count(*) FROM conversations_message") == [(COUNT,)])
            wait_until(lambda: all(stored.flags for stored in server.messages))
            wait_until(lambda: read(database, _UNREAD) == [(0,)])
        finally:
            process.terminate()
            process.wait()
    ids = [name for (name,) in read(database, "SELECT external_id FROM conversations_message")]
    assert sorted(ids) == sorted(f"{number}@studio.example" for number in range(COUNT))
    assert read(database, _UNREAD) == [(0,)]
    assert read(database, "PRAGMA integrity_check") == [("ok",)]


def wait_until(true, seconds=90):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def read(database, question):
    with contextlib.closing(sqlite3.connect(database, timeout=20)) as rows:
        return rows.execute(question).fetchall()
