"""Reading everything as it was at one moment, into files."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from rapport.backbone import files, outflow
from rapport.backbone.outflow import Outflow
from rapport.conversations.models import Attachment
from rapport.exchange.exporting.errors import Unknown
from rapport.exchange.exporting.writing import write

# Called with how many rows more are written; may raise to stop.
OnRows = Callable[[int], None]
_AT_ONCE = 500


@dataclass(frozen=True)
class Taken:
    """One kind, written."""

    kind: str
    path: Path
    rows: int

    @property
    def size(self) -> int:
        return self.path.stat().st_size


def chosen(kinds: Sequence[str]) -> list[Outflow]:
    """What these names mean, "all" for all of them; each once. Raises Unknown."""
    known = outflow.outflows()
    if "all" in kinds:
        return list(known.values())
    for kind in kinds:
        if kind not in known:
            told = {"kind": kind[:60], "known": ", ".join(known)}
            raise Unknown(_("There is nothing called %(kind)s. There are: %(known)s.") % told)
    return [known[kind] for kind in dict.fromkeys(kinds)]


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is as it was at its beginning; nobody who writes meanwhile waits for it.

    Inside somebody's transaction that one is taken, with whatever it promises.
    """
    if connection.in_atomic_block:
        yield
        return
    mode = getattr(connection, "transaction_mode", None)
    # Our usual transactions on SQLite begin by locking out whoever else writes.
    connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
    try:
        with transaction.atomic(durable=True):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        connection.transaction_mode = mode  # type: ignore[attr-defined]


def total(kinds: Sequence[Outflow], since: datetime | None) -> int:
    return sum(each.count(since) for each in kinds)


def take(
    kinds: Sequence[Outflow], *, format_: str, place: Callable[[Outflow], Path], since: datetime | None = None,
    exact: bool = False, on_rows: OnRows = lambda _count: None,
) -> list[Taken]:  # fmt: skip
    """Write each kind where `place` says. Inside `snapshot`, unless they need not fit together."""
    taken = []
    for each in kinds:
        counted = _Counted(each.chunks(since), on_rows)
        path = place(each)
        write(format_, path, each.columns(), counted, exact=exact)
        taken.append(Taken(each.kind, path, counted.rows))
    return taken


def take_files(folder: Path, since: datetime | None, on_files: OnRows = lambda _count: None) -> tuple[int, list[str]]:
    """The bytes of all attachments, each once, as `ab/cd/<sha256>`; answers how many, and which are missing."""
    count, missing = 0, []
    rows = Attachment.objects.select_related("file").order_by("pk")
    rows = rows.filter(message__created_at__gte=since) if since else rows
    for each in rows.iterator(chunk_size=_AT_ONCE):
        target = folder / each.sha256[:2] / each.sha256[2:4] / each.sha256
        if not (target.exists() and target.stat().st_size == each.file.size):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with files.open(each.file) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
                count += 1
            except files.Missing:
                target.unlink(missing_ok=True)
                missing.append(each.sha256)
        on_files(1)
    return count, missing


class _Counted:
    """Chunks as they pass by, with how many rows they had."""

    def __init__(self, chunks: Iterator[Sequence[Sequence[Any]]], on_rows: OnRows) -> None:
        self.chunks, self.on_rows, self.rows = chunks, on_rows, 0

    def __iter__(self) -> Iterator[Sequence[Sequence[Any]]]:
        for chunk in self.chunks:
            yield chunk
            self.rows += len(chunk)
            self.on_rows(len(chunk))
