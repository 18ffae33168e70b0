"""`rapport move-in` on a real installation: it is killed in the middle, goes on, and nothing comes twice."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from rapport.exchange.moving_in.tests.desks.base import running
from rapport.exchange.moving_in.tests.desks.chatwoot import ChatwootDesk


@pytest.fixture
def office(tmp_path, _blank_data):
    """A data directory that nobody works in, and the command in it."""
    import shutil

    data = tmp_path / "data"
    shutil.copytree(_blank_data, data)
    environ = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environ |= {"RAPPORT_DATA": str(data), "RAPPORT_ALLOWED_HOSTS": "127.0.0.1"}

    def begun(desk, *said):
        asked = ["move-in", "chatwoot", "--address", desk.address, "--number", "1", "--token-stdin", *said]
        (tmp_path / "token").write_text(f"{desk.token}\n")
        with (tmp_path / "token").open() as token:
            pipe = subprocess.PIPE
            command = [sys.executable, "-m", "rapport", *asked]
            return subprocess.Popen(command, stdin=token, stdout=pipe, stderr=pipe, env=environ, text=True)

    begun.data = data
    return begun


def finished(process):
    said, problems = process.communicate()
    return process.returncode, said, problems


def count(data, table):
    with sqlite3.connect(data / "rapport.sqlite3") as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608


def many(desk, number=120):
    row, said = desk.data["conversations"][0], desk.data["messages"]["4711"]
    desk.size = 25
    desk.data["conversations"] = [{**row, "id": 1000 + each} for each in range(number)]
    desk.data["messages"] = {
        str(1000 + each): [
            {**one, "id": each * 10 + place, "source_id": None, "content_attributes": {}, "attachments": []}
            for place, one in enumerate(said)
        ]
        for each in range(number)
    }


def test_a_killed_command_goes_on_and_nothing_comes_twice(office):
    with running(ChatwootDesk) as desk:
        many(desk)
        process = office(desk, "--only", "customers,conversations", "--json")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len([path for path in desk.asked if "/messages" in path]) < 60:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        came = count(office.data, "conversations_conversation")
        assert 0 < came < 120
        asked = len(desk.asked)
        code, said, problems = finished(office(desk, "--only", "customers,conversations", "--json"))
        assert code == 0, problems
        told = json.loads(said)
        assert told["state"] == "done"
        assert count(office.data, "conversations_conversation") == 120
        assert count(office.data, "conversations_message") == 4 * 120
        # What was written before is not fetched again.
        assert len([path for path in desk.asked[asked:] if "/messages" in path]) == 120 - came
        code, said, problems = finished(office(desk, "--undo", "--json"))
        assert code == 0, problems
        assert count(office.data, "conversations_conversation") == 0


def test_a_dry_run_prints_what_there_is_and_writes_nothing(office):
    with running(ChatwootDesk) as desk:
        code, said, problems = finished(office(desk, "--dry-run"))
        assert code == 0, problems
        assert "Conversations: 3" in said
        assert "The lamp flickers" in said
        assert count(office.data, "conversations_conversation") == 0
        code, _said, problems = finished(office(desk, "--only", "letters"))
        assert code == 1
        assert "There is no letters" in problems
        known = desk.token
        desk.token = "another"
        process = office(desk)
        desk.token = known
        code, _said, problems = finished(process)
        assert code == 1
        assert "does not know this token" in problems
