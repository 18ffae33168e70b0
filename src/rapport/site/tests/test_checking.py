import json

import pytest
from click.testing import CliRunner
from django.db import connection

from rapport.backbone.jobs import run_pending
from rapport.backbone.models import Heartbeat
from rapport.backbone.tests import chores
from rapport.kit import clock
from rapport.site.commands import checking
from rapport.site.commands.checking import check, find_problems
from rapport.site.database import UnsafeDatabase, verify

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def a_worker(transactional_db):
    Heartbeat.objects.create(worker="here:1")


def said():
    return {problem.about: problem for problem in find_problems()}


def test_a_sound_installation_has_no_problems():
    assert find_problems() == []
    done = CliRunner().invoke(check)
    assert (done.exit_code, done.output) == (0, "No problems found.\n")


def test_every_problem_comes_with_its_remedy_and_fails_the_command(settings):
    settings.BASE_URL = "http://support.lampwright.example"
    settings.DEBUG = True
    Heartbeat.objects.all().delete()
    done = CliRunner().invoke(check)
    assert done.exit_code == 1
    assert "address: http://support.lampwright.example is not encrypted" in done.output
    assert "settings: Developer mode" in done.output
    assert "worker: No worker is running" in done.output
    listed = json.loads(CliRunner().invoke(check, ["--json"]).output)
    assert {problem["about"] for problem in listed} == {"address", "settings", "worker"}
    assert all(problem["remedy"] for problem in listed)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost", "https://support.lampwright.example"])
def test_an_address_on_this_machine_or_with_tls_is_fine(settings, address):
    settings.BASE_URL = address
    assert "address" not in said()


def test_keys_that_others_can_read_are_found(settings, tmp_path):
    settings.DATA = tmp_path
    for name, mode in (("secret.key", 0o640), ("encryption.key", 0o600)):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(mode)
    problem = said()["keys"]
    assert problem.remedy == f"Run: chmod 600 {tmp_path}/secret.key"


def test_a_disk_that_is_almost_full_is_found(monkeypatch):
    monkeypatch.setattr(checking, "_LOW_SPACE", 2**62)
    assert "MB are left" in said()["data directory"].problem


def test_a_worker_that_fell_silent_is_found():
    Heartbeat.objects.update(at=clock.now() - checking._SILENT * 2)
    assert "worker" in said()


def test_jobs_that_gave_up_are_found(tmp_path):
    chores.refuse.enqueue(str(tmp_path / "paper"))
    run_pending()
    assert "1 jobs gave up, the last one with: GiveUp: nobody wants this" in said()["jobs"].problem


def test_a_mailbox_that_does_not_work_is_found():
    from rapport.channels.models import Channel
    from rapport.conversations.models import Inbox

    inbox = Inbox.objects.create(name="Support")
    Channel.objects.create(kind="email", inbox=inbox, name="support@", error="The server does not know this password.")
    Channel.objects.create(kind="email", inbox=inbox, name="old@", error="gone", paused_at=clock.now())
    assert said()["mailbox"].problem == "support@: The server does not know this password."


def test_files_in_a_place_that_cannot_be_used_are_found(settings):
    settings.FILES_URL = "ftp://files.example"
    assert "file://" in said()["files"].problem


def test_the_database_of_the_tests_is_opened_as_the_product_opens_it():
    verify()


@pytest.mark.parametrize(
    ("pragma", "usual", "sentence"),
    [
        ("synchronous=NORMAL", "synchronous=FULL", "does not wait for the disk"),
        ("busy_timeout=100", "busy_timeout=20000", "gives up too early"),
        ("foreign_keys=OFF", "foreign_keys=ON", "does not check foreign keys"),
    ],
)
def test_sqlite_that_is_opened_carelessly_is_refused(pragma, usual, sentence):
    if connection.vendor != "sqlite":
        pytest.skip("pragmas are SQLite's")
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        try:
            assert sentence in said()["database"].problem
            with pytest.raises(UnsafeDatabase, match=sentence):
                verify()
        finally:
            cursor.execute(f"PRAGMA {usual}")


def test_sqlite_that_will_not_write_ahead_is_refused():
    """A database in memory has no write-ahead log, and says so only when asked, as a network disk does."""
    if connection.vendor != "sqlite":
        pytest.skip("pragmas are SQLite's")
    from django.db import connections
    from django.utils.connection import ConnectionProxy

    other = connections["default"].copy()
    other.settings_dict = {**other.settings_dict, "NAME": ":memory:"}
    from rapport.site import database

    real, database.connection = database.connection, other
    try:
        with pytest.raises(UnsafeDatabase, match="local disk"):
            verify()
    finally:
        database.connection = real
        other.connection.close()
    assert isinstance(real, ConnectionProxy)
