"""Every mail file below a directory through `rapport mail ingest`, and what became of each."""

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

OUTCOMES = ("created", "appended", "duplicate", "auto_reply", "bounce", "quarantined")
_ENDINGS = frozenset((".eml", ".box", ".mbox", ".mbx", ".txt", ".msg", ".mail", ".email"))
_NUMBERED = re.compile(r"\.\d{1,4}$")
_HEADER = re.compile(rb"\A(?:From .*\n)?(?:[!-9;-~]{1,60}:.*\r?\n)", re.MULTILINE)
_NOT_MAIL = re.compile(r"^(?:README|LICENSE|COPYING|CHANGES)", re.IGNORECASE)


@dataclass
class Folder:
    """What became of the mail files of one folder. `lost` are files whose bytes are nowhere afterwards."""

    name: str
    files: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    crashed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def mail_files(directory: Path) -> Iterator[Path]:
    """Files that are mails by their ending, and files without one that begin with a header."""
    for path in sorted(directory.rglob("*")):
        if not path.is_file() or _NOT_MAIL.match(path.name):
            continue
        ending = path.suffix.lower()
        is_bare = ending == "" or _NUMBERED.search(path.name)
        if ending in _ENDINGS or (is_bare and _HEADER.match(_beginning(path))):
            yield path


def ingest(directory: Path, data: Path) -> list[Folder]:
    """Into the installation in `data`, which is made if there is none; one run of the command a folder."""
    environ = {**os.environ, "RAPPORT_DATA": str(data), "DATABASE_URL": ""}
    if not [*data.glob("*.sqlite3")]:
        subprocess.run([*_rapport(), "migrate"], env=environ, check=True, stdout=subprocess.DEVNULL)
    by_folder: dict[Path, list[Path]] = {}
    for path in mail_files(directory):
        by_folder.setdefault(path.parent, []).append(path)
    return [_folder(directory, folder, files, data, environ) for folder, files in by_folder.items()]


def _folder(directory: Path, folder: Path, files: list[Path], data: Path, environ: dict[str, str]) -> Folder:
    found = Folder(str(folder.relative_to(directory)), files=len(files))
    done = subprocess.run(
        [*_rapport(), "mail", "ingest", *(str(path) for path in files)], env=environ, capture_output=True, text=True
    )
    told: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        said = json.loads(line)
        found.outcomes[said["outcome"]] += 1
        told.setdefault(said["source"].partition("#")[0], []).append(said["outcome"])
    if done.returncode:
        found.crashed.append(done.stderr.strip()[-300:] or f"exit code {done.returncode}")
    kept = _kept(data)
    for path in files:
        outcomes = told.get(str(path))
        is_archive = path.read_bytes()[:5] == b"From "
        whole = hashlib.sha256(path.read_bytes()).hexdigest()
        if not outcomes or any(outcome not in OUTCOMES for outcome in outcomes):
            found.crashed.append(str(path.relative_to(directory)))
        elif not is_archive and whole not in kept:
            found.lost.append(str(path.relative_to(directory)))
    return found


def _kept(data: Path) -> set[str]:
    with sqlite3.connect(next(data.glob("*.sqlite3"))) as database:
        return {row[0] for row in database.execute("SELECT sha256 FROM channels_delivery")}


def _rapport() -> list[str]:
    return [sys.executable, "-m", "rapport"]


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)
