"""A desk as its neighbours see it: mail goes in, the API tells what became of it, and anything may be killed."""

import contextlib
import json
import os
import signal
import smtplib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

from tests.browser import seeding
from tests.browser.installation import Installation

ADDRESS = "support@lampwright.example"


class Desk:
    """One installation with its people, its API token and a few measuring eyes."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.people: dict[str, int] = {}
        self.token = ""
        self.workers: list[subprocess.Popen[bytes]] = []

    def know(self, peopled: dict[str, Any]) -> None:
        """Who is in it, and the token of who administers it."""
        self.people, self.token = dict(peopled["people"]), peopled["token"]

    def connect(self, **settings: Any) -> int:
        """Connect a mailbox; answers the channel's id."""
        settings = {"address": ADDRESS, "incoming": "smtp", "outgoing": "installation"} | settings
        return int(self.installation.call(connected, settings=settings))

    def ask(self, path: str, *, method: str = "GET", body: Any = None, status: int = 0) -> Any:
        """What the API answers; fails on another status than was expected (any success when 0)."""
        request = urllib.request.Request(
            f"{self.installation.address}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                code, said = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            code, said = error.code, error.read()
        assert code == status if status else code < 300, f"{method} {path}: {code} {said[:500]!r}"
        return json.loads(said) if said else None

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.ask(f"{path}{'&' if '?' in path else '?'}limit=200{cursor}")
            items += page["items"]
            if not page["next"]:
                return items
            cursor = f"&cursor={page['next']}"

    def messages(self, *, newest: int = 0) -> list[dict[str, Any]]:
        """Every message of every conversation, or of the newest few. A request each: past 40 ask `arrived`."""
        listed = self.ask(f"/conversations?limit={newest}")["items"] if newest else self.all("/conversations")
        return [
            message for conversation in listed for message in self.all(f"/conversations/{conversation['id']}/messages")
        ]

    def arrived(self) -> list[str]:
        """The external ids of what customers wrote, sorted."""
        if self.ask("/conversations?limit=40")["next"]:
            return list(self.installation.call(external_ids))
        return sorted(each["external_id"] for each in self.messages() if each["direction"] == "in")

    def has_lately(self, external_id: str) -> bool:
        """Whether it is in one of the newest conversations."""
        return any(each["external_id"] == external_id for each in self.messages(newest=5))

    def stored_files(self) -> dict[str, str]:
        """The SHA-256 of the file that each message brought, by the message's external id."""
        return dict(self.installation.call(hashes))

    def take(self, *letters: bytes, sender: str = "kim@studio.example", to: str = ADDRESS) -> None:
        """Hand letters in over SMTP; each was acknowledged when this returns."""
        with smtplib.SMTP(*self.installation.smtp, timeout=60) as client:
            for letter in letters:
                client.sendmail(sender, [to], letter)

    def wait_for_mail_port(self) -> None:
        def answers() -> bool:
            with contextlib.suppress(OSError), smtplib.SMTP(*self.installation.smtp, timeout=2):
                return True
            return False

        wait_until(answers, 30)

    def kill(self) -> None:
        """Everything ends at once, as when the power goes."""
        self.installation.stop(signal.SIGKILL)

    def start_worker(self) -> subprocess.Popen[bytes]:
        """One more worker beside the first."""
        with self.installation.log.open("ab") as log:
            worker = subprocess.Popen(
                self.installation._command("worker"),
                # The first has the mail port already.
                env={**self.installation.environ, "RAPPORT_SMTP_LISTEN": ""},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.workers.append(worker)
        return worker

    def end(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()
        self.installation.stop()

    def processes(self) -> list[int]:
        """The ids of its processes."""
        leader = self.installation.process
        return [] if leader is None else family(leader.pid)

    def peak_memory(self) -> float:
        """The most that any one of its processes ever held, in MB."""
        return max((peak_memory_of(pid) for pid in self.processes()), default=0.0)

    def cpu_seconds(self) -> float:
        """What its processes have used so far."""
        return sum(_cpu(pid) for pid in self.processes())

    def is_sound(self) -> bool:
        """Whether the database says that it is whole."""
        return bool(self.installation.call(integrity))


def peopled() -> dict[str, Any]:
    """Run inside an installation: the cast, and Noor's token."""
    from rapport.team.actions import create_token
    from rapport.team.models import Agent

    people = seeding.cast()
    return {"people": people, "token": create_token(Agent.objects.get(pk=people["noor"]), scope="admin")}


def connected(settings: dict[str, Any]) -> int:
    """Run inside an installation: connect a mailbox."""
    from rapport.channels import connections
    from rapport.channels.seam import kind_of

    return connections.connect(kind_of("email"), settings=settings, name="Support", inbox=None).pk


def external_ids() -> list[str]:
    """Run inside an installation: what customers wrote."""
    from rapport.conversations.models import Message

    return sorted(Message.objects.filter(direction="in").values_list("external_id", flat=True))


def hashes() -> dict[str, str]:
    """Run inside an installation: the files of messages, read again and hashed."""
    import hashlib

    from rapport.backbone import files
    from rapport.conversations.models import Attachment

    found = {}
    for attached in Attachment.objects.select_related("file", "message"):
        with files.open(attached.file) as stored:
            found[attached.message.external_id] = hashlib.sha256(stored.read()).hexdigest()
    return found


def integrity() -> bool:
    """Run inside an installation: SQLite's own check; PostgreSQL has none that takes seconds."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return cursor.fetchall() == [("ok",)]


def measured(figure: str) -> None:
    """Say a figure; `make faults` shows it."""
    sys.stdout.write(f"\n{figure}\n")


def wait_until(true: Callable[[], Any], seconds: float = 60, *, every: float = 0.1) -> float:
    """Seconds until it is true; fails when it is not in time."""
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < seconds, f"it did not happen within {seconds:g} s"
        time.sleep(every)
    return time.monotonic() - start


def family(pid: int) -> list[int]:
    """A process and all that it began."""
    found = [pid]
    for parent in found:
        found += _children(parent)
    return found


def _children(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as file:
                yield from map(int, file.read().split())


def peak_memory_of(pid: int) -> float:
    """The most MB that it ever held."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _cpu(pid: int) -> float:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0
