"""Run every measurement in a process and a data directory of its own, then write the report."""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench import chat, crowd, live, mail, mail_growth, memory, pages, report, science, search, trail
from bench.measuring import Figure

SECTIONS = {
    "mail": lambda data, quick: mail.measure(data, count=400 if quick else 2_000),
    "mail_growth": lambda data, quick: mail_growth.measure(data, sizes=(200,) if quick else mail_growth.SIZES),
    "pages10k": lambda data, quick: pages.measure(data, conversations=1_000 if quick else 10_000),
    "pages100k": lambda data, quick: _pages(data, quick, 100_000),
    "pages100k_postgresql": lambda data, quick: _pages(data, quick, 100_000, on_postgresql=True),
    "pages1m": lambda data, quick: _pages(data, quick, 1_000_000),
    "pages1m_postgresql": lambda data, quick: _pages(data, quick, 1_000_000, on_postgresql=True),
    "crowd": lambda data, quick: crowd.measure(data, customers=2_000 if quick else 1_000_000),
    "crowd_postgresql": lambda data, quick: crowd.measure(
        data, customers=2_000 if quick else 1_000_000, on_postgresql=True
    ),
    "search": lambda data, quick: search.measure(data, messages=_messages(quick)),
    "search_postgresql": lambda data, quick: search.measure(data, messages=_messages(quick), on_postgresql=True),
    "trail": lambda data, quick: trail.measure(data, events=10_000 if quick else 1_000_000),
    "trail_postgresql": lambda data, quick: trail.measure(
        data, events=10_000 if quick else 1_000_000, on_postgresql=True
    ),
    "memory": lambda data, _quick: memory.measure(data),
    "live": lambda data, quick: live.measure(data, streams=50 if quick else 500),
    "chat": lambda data, quick: chat.measure(data, visitors=200 if quick else 5_000),
    "science": lambda data, quick: science.measure(data, sizes=(2_000, 20_000) if quick else science.SIZES),
}
# The processes of the sections read it there.
MESSAGES = "BENCH_MESSAGES"


def _messages(quick: bool) -> int:
    return int(os.environ.get(MESSAGES, 10_000 if quick else 1_000_000))


def _pages(data: Path, quick: bool, conversations: int, *, on_postgresql: bool = False) -> list[Figure]:
    return [] if quick else pages.measure(data, conversations=conversations, on_postgresql=on_postgresql)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers, no report written")
    parser.add_argument("--only", nargs="*", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--section", choices=SECTIONS, help=argparse.SUPPRESS)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="fill databases below DIR, or measure those there")
    parser.add_argument("--messages", type=int, help="how many messages are searched, else a million")
    options = parser.parse_args()
    if options.messages:
        os.environ[MESSAGES] = str(options.messages)
    if options.section:
        return _one(options.section, options.quick, options.keep)
    figures = []
    for section in options.only:
        print(f"measuring {section} …", file=sys.stderr, flush=True)
        found = _in_its_own_process(section, options.quick, options.keep)
        for figure in found:
            print(json.dumps(asdict(figure)), flush=True)
        if not options.quick:
            report.note(section, found)
        figures += found
    if not options.quick:
        report.write(SECTIONS)
    return 0 if all(figure.met is not False for figure in figures) or options.quick else 1


def _one(section: str, quick: bool, keep: Path | None) -> int:
    with contextlib.ExitStack() as kept:
        if keep:
            data = keep / section
            data.mkdir(parents=True, exist_ok=True)
        else:
            data = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="rapport-bench-")))
        print(json.dumps([asdict(figure) for figure in SECTIONS[section](data, quick)]))
    return 0


def _in_its_own_process(section: str, quick: bool, keep: Path | None) -> list[Figure]:
    command = [sys.executable, "-m", "bench", "--section", section, *(["--quick"] if quick else [])]
    command += ["--keep", str(keep.resolve())] if keep else []
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [Figure(**figure) for figure in json.loads(done.stdout.splitlines()[-1])]


if __name__ == "__main__":
    sys.exit(main())
