"""How the rate of mails, and the memory they take, move as a desk fills: 1,000, 10,000 and 100,000; and large files."""

import json
import mailbox
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from bench.mailbag import mails
from bench.measuring import Figure
from bench.serving import Server, running, set_up

SIZES = (1_000, 10_000, 100_000)
_PARSER = "Python's mailbox and email parser alone"


def measure(data: Path, *, sizes: tuple[int, ...] = SIZES) -> list[Figure]:
    """Each size begins with an empty desk."""
    figures = []
    for size in sizes:
        rate, memory, parsing = _batch(data / str(size), size)
        figures += [
            Figure(f"{size:,} mails by `rapport mail ingest`", rate, "mails/s", parsing, _PARSER, 200, True),
            Figure(f"{size:,} mails by `rapport mail ingest`: memory at most", memory, "MB", goal=300),
        ]
    return [*figures, *_by_imap(data / "imap", min(5_000, sizes[-1]))]


def _batch(data: Path, size: int) -> tuple[float, float, float]:
    """Mails a second, MB at most, and what a program does in that time that only takes the mails apart."""
    data.mkdir(parents=True)
    box = mailbox.mbox(data / "in.mbox")
    for letter in mails(size):
        box.add(letter)
    box.close()
    environment = {**os.environ, "RAPPORT_DATA": str(data)}
    rapport = [sys.executable, "-m", "rapport", "--data", str(data)]
    subprocess.run([*rapport, "migrate"], env=environment, check=True, capture_output=True)
    start_up = _seconds([*rapport, "mail", "--help"], environment)
    with (data / "said.jsonl").open("wb") as said:
        start = time.perf_counter()
        process = subprocess.Popen([*rapport, "mail", "ingest", str(data / "in.mbox")], env=environment, stdout=said)
        _pid, status, used = os.wait4(process.pid, 0)
        taken = time.perf_counter() - start - start_up
    process.returncode = os.waitstatus_to_exitcode(status)
    outcomes = [json.loads(line)["outcome"] for line in (data / "said.jsonl").read_text().splitlines()]
    if process.returncode or len(outcomes) != size or not set(outcomes) <= {"created", "appended"}:
        raise SystemExit(f"{size} mails went in, {len(outcomes)} came out: {sorted(set(outcomes))}")
    start = time.perf_counter()
    for letter in mailbox.mbox(data / "in.mbox"):
        for part in letter.walk():
            part.get_payload(decode=True)
    return size / taken, used.ru_maxrss / 1024, size / (time.perf_counter() - start)


def _by_imap(data: Path, size: int, large: int = 50) -> list[Figure]:
    """Two mailboxes, one after the other: ordinary letters, then some with 10 MB each, which nobody should hold."""
    from rapport.channels.tests.letters import letter

    data.mkdir(parents=True)
    set_up(data)
    body = os.urandom(7_500_000)
    heavy = (
        letter("See the file.", message_id=f"large{number}@customers.example", files=[("a.bin", body)])
        for number in range(large)
    )
    with running(data) as server:
        ordinary, most = _fetched(mails(size, seed=9), size), _most(server)
        streamed, most_of_all = _fetched(heavy, size + large), _most(server)
    return [
        Figure(f"{size:,} mails by IMAP, from connecting on", ordinary, "mails/s", goal=100, higher_is_better=True),
        Figure(f"{size:,} mails by IMAP: memory of a process at most", most, "MB", goal=300),
        Figure(f"{large} mails of 10 MB by IMAP", streamed, "mails/s"),
        Figure(f"{large} mails of 10 MB by IMAP: memory of a process at most", most_of_all, "MB", goal=300),
    ]


def _fetched(letters: Iterable[bytes], count: int) -> float:
    """Mails a second out of a mailbox of its own, until the desk holds `count` messages."""
    from rapport.channels import connections
    from rapport.channels.seam import kind_of
    from rapport.channels.tests.imap_server import imap_server

    with imap_server() as box:
        for body in letters:
            box.deliver(body)
        settings = {"address": "support@lampwright.example", "outgoing": "installation", **box.settings}
        start = time.perf_counter()
        channel = connections.connect(kind_of("email"), settings=settings, name="Support", inbox=None)
        _wait_for(count)
        rate = len(box.messages) / (time.perf_counter() - start)
        connections.remove(channel)
    return rate


def _wait_for(count: int) -> None:
    from rapport.conversations.models import Message

    deadline = time.monotonic() + 600
    while Message.objects.count() < count:
        if time.monotonic() > deadline:
            raise SystemExit(f"only {Message.objects.count()} of {count} mails came")
        time.sleep(0.05)


def _most(server: Server) -> float:
    """The most MB that any process of the desk held."""
    from tests.faults.desk import family, peak_memory_of

    return max(peak_memory_of(pid) for pid in family(server.pid))


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=environment, capture_output=True, check=True)
    return time.perf_counter() - start
