"""Zendesk's own export: JSON, one record a line, tickets with their comments.

Written from https://support.zendesk.com/hc/en-us/articles/4408886165402 (exporting data to a JSON, CSV or XML file):
"JSON data is exported in NDJSON format", one file each of tickets, users and organizations, zipped. One file, or all of
them in one archive. Files that were attached to tickets are still fetched from Zendesk.
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.exchange.moving_in.errors import CannotRead, MovingError
from rapport.exchange.moving_in.forms import ZendeskFileForm
from rapport.exchange.moving_in.reaching import Door
from rapport.exchange.moving_in.seam import Known, Source, in_parts, nothing_known
from rapport.exchange.moving_in.sources import zendesk_words as words
from rapport.exchange.moving_in.types import Attached, Company, Guide, Kind, Matter, Page, Person, Step

_AT_ONCE = 200
_MOST_FILES = 200


class ZendeskFile(Source):
    name, label, form = "zendesk-file", "Zendesk", ZendeskFileForm
    kinds = (Kind.COMPANIES, Kind.CUSTOMERS, Kind.CONVERSATIONS)
    reads_file = True

    def __init__(self, settings: Mapping[str, Any], known: Known = nothing_known) -> None:
        super().__init__(settings, known)
        self.door = Door(str(settings["address"]))
        self._users: dict[Any, dict[str, Any]] | None = None

    @property
    def account(self) -> str:
        return urlsplit(str(self.settings["address"])).netloc.lower()

    @classmethod
    def guide(cls) -> Guide:
        return Guide(
            (
                _("Ask Zendesk to switch on data exports for your account, if they are not on yet."),
                _("In the Admin Center open Account, Tools, Reports, Export, and choose JSON for tickets and users."),
                _("Bring the file that Zendesk mails you, or all of them in one zip archive."),
            ),
            (_("Macros and articles are not in an export: use a token to bring those as well."),),
        )

    def check(self) -> list[Step]:
        label = _("Reading the file")
        try:
            counts = {kind: sum(1 for _row in self._rows(kind)) for kind in self.kinds}
        except (MovingError, files.Missing) as error:
            return [Step(label, str(error))]
        if not any(counts.values()):
            return [Step(label, _("There are no tickets, users or organizations in this file."))]
        said = ", ".join(f"{kind.label}: {counts[kind]}" for kind in self.kinds)
        return [Step(label, said=said)]

    def companies(self, cursor: str) -> Iterator[Page[Company]]:
        return self._pages(Kind.COMPANIES, cursor, words.company)

    def people(self, cursor: str) -> Iterator[Page[Person]]:
        return self._pages(Kind.CUSTOMERS, cursor, lambda row: words.person(row, {}))

    def conversations(self, cursor: str) -> Iterator[Page[Matter]]:
        return self._pages(Kind.CONVERSATIONS, cursor, self._matter)

    def download(self, attached: Attached, *, largest: int) -> bytes:
        return self.door.bytes_of(attached.url, largest=largest)

    def _matter(self, row: Mapping[str, Any]) -> Matter:
        users = dict(self._everybody())
        for noun in ("requester", "submitter", "assignee"):
            if isinstance(row.get(noun), dict) and row[noun].get("id"):
                users[row[noun]["id"]] = row[noun]
        ids = {
            f"{noun}_id": row[noun].get("id") for noun in ("requester", "assignee") if isinstance(row.get(noun), dict)
        }
        return words.matter({**ids, **row}, row.get("comments") or [], users)

    def _pages(self, kind: Kind, cursor: str, read: Callable[[Any], Any]) -> Iterator[Page[Any]]:
        done = int(cursor) if cursor.isdecimal() else 0
        rows = islice(self._rows(kind), done, None)
        total = sum(1 for _row in self._rows(kind))
        while chunk := list(islice(rows, _AT_ONCE)):
            after = str(done + len(chunk))
            yield from in_parts(
                kind, chunk, read, known=self.known, label=words.label, before=str(done), after=after, total=total,
                size=_AT_ONCE if kind != Kind.CONVERSATIONS else 50,
            )  # fmt: skip
            done += len(chunk)

    def _everybody(self) -> dict[Any, dict[str, Any]]:
        """What an export says of people, by their id; only what a message needs."""
        if self._users is None:
            self._users = {
                row["id"]: {name: row.get(name) for name in ("id", "name", "email", "role", "phone")}
                for row in self._objects()
                if _kind_of(row) == Kind.CUSTOMERS or row.get("role") in ("agent", "admin")
            }
        return self._users

    def _rows(self, kind: Kind) -> Iterator[dict[str, Any]]:
        return (row for row in self._objects() if _kind_of(row) == kind)

    def _objects(self) -> Iterator[dict[str, Any]]:
        """Every record of every file, in order. Raises CannotRead where there is no JSON."""
        stored = self.settings.get("file")
        if stored is None:
            raise CannotRead(_("The file is no longer kept. Choose it again."))
        with files.open(stored) as raw:
            for number, line in enumerate(_lines(raw), start=1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except ValueError as error:
                    told = {"number": number}
                    raise CannotRead(
                        _("Line %(number)d of the file is no JSON. Export it anew as JSON.") % told
                    ) from error
                if isinstance(row, dict) and "id" in row:
                    yield row


def _lines(raw: Any) -> Iterator[bytes]:
    if raw.read(4) != b"PK\x03\x04":
        raw.seek(0)
        yield from raw
        return
    raw.seek(0)
    try:
        with zipfile.ZipFile(raw) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith((".json", ".ndjson", ".jsonl"))]
            for name in names[:_MOST_FILES]:
                with archive.open(name) as inner:
                    yield from inner
    except (zipfile.BadZipFile, RuntimeError, OSError) as error:
        raise CannotRead(_("The archive is broken, or it needs a password.")) from error


def _kind_of(row: Mapping[str, Any]) -> Kind | None:
    if "requester_id" in row or "requester" in row:
        return None if row.get("status") == "deleted" else Kind.CONVERSATIONS
    if "domain_names" in row:
        return Kind.COMPANIES
    return Kind.CUSTOMERS if words.is_customer(row) else None
