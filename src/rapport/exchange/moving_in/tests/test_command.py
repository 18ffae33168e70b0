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
    hidden = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")
    environ = {name: value for name, value in os.environ.items() if name not in hidden}
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
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


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


@pytest.mark.django_db
def test_a_dry_run_prints_what_there_is_and_writes_nothing(chatwoot, ada):
    from click.testing import CliRunner

    from rapport.conversations.models import Conversation
    from rapport.exchange.commands import move_in

    def said(*asked, token=chatwoot.token):
        from_there = ["chatwoot", "--address", chatwoot.address, "--number", "1", "--token-stdin"]
        return CliRunner().invoke(move_in, [*from_there, *asked], input=f"{token}\n")

    answer = said("--dry-run")
    assert answer.exit_code == 0, answer.output
    assert "Conversations: 3" in answer.output
    assert "The lamp flickers" in answer.output
    assert not Conversation.objects.exists()
    assert "There is no letters" in said("--only", "letters").output
    assert "There is no inbox called Nowhere" in said("--inbox", "Nowhere").output
    refused = said(token="another")
    assert (refused.exit_code, "does not know this token" in refused.output) == (1, True)
    told = json.loads(said("--only", "conversations", "--json").stdout)
    assert (told["state"], told["counts"]["conversations"]["new"]) == ("done", 2)
    # Looking around once more takes nothing away from what is done.
    assert said("--dry-run", "--only", "conversations").exit_code == 0
    assert said("--undo").exit_code == 0
    assert not Conversation.objects.exists()
