"""kill -9 in the middle of bulk intake: doing it again repairs everything, whatever step it died in."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from rapport.channels.tests.letters import letter
from tests.database import on_postgresql

COUNT = 240
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
    while kills < 6:
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
    with sqlite3.connect(database) as rows:
        assert rows.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        ids = [name for (name,) in rows.execute("SELECT external_id FROM conversations_message")]
        assert sorted(ids) == sorted(f"{number}@studio.example" for number in range(COUNT))
        assert rows.execute("SELECT count(*) FROM conversations_conversation").fetchone() == (COUNT // 3,)
        assert rows.execute("SELECT count(*) FROM conversations_attachment").fetchone() == (COUNT // 10,)
        assert rows.execute("SELECT count(*) FROM backbone_event WHERE name = 'MessageArrived'").fetchone() == (COUNT,)
        counted = "SELECT sum(message_count) FROM conversations_conversation"
        assert rows.execute(counted).fetchone() == (COUNT,)
    rows.close()
