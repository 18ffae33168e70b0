"""A real Rapport beside the test: its own processes, port and data, reached over HTTP, SMTP and the command line."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.browser.calling import Inside

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "correct horse battery"


class Installation:
    """One running copy of the product, as an administrator has it.

    `address` is where a browser reaches it, `smtp` where it takes mail, `sink` where it sends mail to.
    """

    def __init__(self, directory: Path, *, database_url: str = "", outgoing: int = 0) -> None:
        self.data = directory
        self.port, self.smtp_port = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.smtp = ("127.0.0.1", self.smtp_port)
        self.log = directory / "server.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.people: dict[str, int] = {}
        # The cookies of who signed in already.
        self.sessions: dict[str, list[Any]] = {}
        self._inside: Inside | None = None
        self.environ = _clean_environment() | {
            "RAPPORT_DATA": str(directory),
            "RAPPORT_BASE_URL": self.address,
            "RAPPORT_SMTP_LISTEN": f"127.0.0.1:{self.smtp_port}",
        }
        if outgoing:
            self.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{outgoing}"
        if database_url:
            self.environ["DATABASE_URL"] = database_url

    def start(self) -> None:
        """Start the web server and the worker, and wait until they answer."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command("up", "--port", str(self.port)),
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._is_ready():
                return
            time.sleep(0.05)
        self.stop()
        raise AssertionError(f"rapport up did not start:\n{self.said()}")

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """End it as an administrator would, or all at once with SIGKILL, as a power cut would; waits for the end."""
        self._leave()
        if self.process is None:
            return
        if self.process.poll() is None:
            end = os.killpg if with_signal == signal.SIGKILL else os.kill
            end(self.process.pid, with_signal)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(15)
        self.process = None

    def said(self) -> str:
        """The end of what the server wrote while it ran."""
        return self.log.read_text(errors="replace")[-8000:] if self.log.exists() else ""

    def run(self, *arguments: str, typed: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `rapport ARGUMENTS`, with `typed` on its standard input."""
        done = subprocess.run(
            self._command(*arguments), env=self.environ, input=typed, capture_output=True, text=True, timeout=120
        )
        assert not check or done.returncode == 0, f"rapport {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
        return done

    def call(self, function: Callable[..., Any], **arguments: Any) -> Any:
        """Run a module-level function inside this installation, with arguments and answer that JSON can hold."""
        if self._inside is None or self._inside.environ != self.environ:
            self._leave()
            self._inside = Inside(self.environ)
        return self._inside.ask(function.__module__, function.__qualname__, arguments)

    def _leave(self) -> None:
        if self._inside is not None:
            self._inside.end()
            self._inside = None

    def copy_from(self, template: Path) -> None:
        shutil.copytree(template, self.data, dirs_exist_ok=True)

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "rapport", "--data", str(self.data), *arguments]

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def free_ports(count: int) -> list[int]:
    """Several at once, no two of them the same."""
    with contextlib.ExitStack() as opened:
        servers = [opened.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(server.getsockname()[1]) for server in servers]


def _clean_environment() -> dict[str, str]:
    """This process's environment without what it says about the tests' own database."""
    mine = ("RAPPORT_", "DJANGO_", "DATABASE_URL", "EMAIL_URL", "COVERAGE_", "COV_CORE_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(mine)}
