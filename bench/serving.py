"""A running Rapport on a random port, with its own data directory, ended when done."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    base: str
    port: int
    smtp_port: int
    pid: int


def set_up(data: Path) -> None:
    """Point this process at a data directory and create the database."""
    os.environ["RAPPORT_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.site.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(data: Path) -> Iterator[Server]:
    port, smtp_port = free_port(), free_port()
    base = f"http://127.0.0.1:{port}"
    environ = {
        **os.environ,
        "RAPPORT_DATA": str(data),
        "RAPPORT_BASE_URL": base,
        "RAPPORT_SMTP_LISTEN": f"127.0.0.1:{smtp_port}",
    }
    command = [sys.executable, "-m", "rapport", "--data", str(data), "up", "--port", str(port)]
    with open(data / "server.log", "wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_until_ready(base, process, data)
        _wait_for_mail(smtp_port)
        yield Server(base, port, smtp_port, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(15)


def _wait_until_ready(base: str, process: subprocess.Popen[bytes], data: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"rapport up ended: {(data / 'server.log').read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("rapport up did not become ready within 90 s")


def _wait_for_mail(port: int) -> None:
    """The worker opens its listener a moment after the web server answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise SystemExit("the mail listener did not open within 60 s") from None
            time.sleep(0.1)


def sign_in(agent) -> str:
    """A session cookie for an agent, made in the database the server reads."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.save()
    return f"rapport_session={session.session_key}"


def crew() -> list:
    """An owner and four agents, as a small company has."""
    from rapport.team.models import Agent, Organisation

    Organisation.objects.get_or_create(name="Lampwright")
    if here := list(Agent.objects.order_by("id")):
        return here
    people = [("noor", "owner"), ("mia", "agent"), ("priya", "agent"), ("jonas", "agent"), ("tomas", "agent")]
    return [
        Agent.objects.create_user(f"{name}@lampwright.example", "correct horse battery", name=name.title(), role=role)
        for name, role in people
    ]


def filled_once(data: Path, count: int, what: str, fill: Callable[[], object]) -> None:
    """Fill the database and let it settle; a directory that is kept may be filled already."""
    done = data / f"{count}.filled"
    if done.exists():
        return
    began = time.monotonic()
    fill()
    settle()
    done.touch()
    print(f"{count:,} {what} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def settle() -> None:
    """What the database does by itself in quiet hours."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
