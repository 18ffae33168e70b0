"""`rapport demo`, as somebody types it."""

import os
import subprocess
import sys

import pytest
from click import ClickException

from rapport.conversations.models import Conversation
from rapport.site.commands.demo import _fill, _free_port, _present
from rapport.site.demo.scene import scene
from rapport.team.models import Organisation

pytestmark = pytest.mark.django_db


def test_a_company_that_is_not_the_demo_is_left_alone(noor):
    with pytest.raises(ClickException, match="holds a company already"):
        _fill(scene())
    assert not Conversation.objects.exists()


def test_a_directory_keeps_the_demo_company_it_has(noor):
    Organisation.objects.create(name=scene("saas").name)
    assert _present() == scene("saas")
    with pytest.raises(ClickException, match="holds the demo company Planyard already"):
        _fill(scene("b2b"))


def test_the_command_fills_an_empty_directory(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "RAPPORT_DATA")}
    command = [sys.executable, "-m", "rapport", "demo", "--no-serve", "--data", str(tmp_path / "demo")]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, env=environment, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "400 customers, 1500 conversations" in done.stderr
    assert (tmp_path / "demo" / "rapport.sqlite3").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["demo"], "nothing is left elsewhere"


def test_mail_comes_in_by_another_door_when_the_usual_one_is_taken():
    first = _free_port(0)
    assert 1024 < first < 65536
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert _free_port(port) != port
