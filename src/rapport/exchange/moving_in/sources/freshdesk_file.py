"""Freshdesk's own export of an account: a zip archive of XML or JSON with tickets and their notes, users and companies.

Its records are older than those of the API: a ticket is known by its `display_id`, notes stand within it, and agents
are users. What they mean is said in the API's words, so that a desk that comes by both comes once. There is no public
document of them: this is written from how such records look, with every name optional but ids and moments.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from rapport.exchange.moving_in.forms import FreshdeskFileForm
from rapport.exchange.moving_in.reaching import Door
from rapport.exchange.moving_in.seam import Known, nothing_known
from rapport.exchange.moving_in.sources import freshdesk_words as words
from rapport.exchange.moving_in.sources.export_rows import ExportFile, Row
from rapport.exchange.moving_in.types import Attached, Company, Guide, Kind, Matter, Page, Person

_NOTES = ("helpdesk_notes", "notes", "conversations")


class FreshdeskFile(ExportFile):
    name, label, form = "freshdesk-file", "Freshdesk", FreshdeskFileForm

    def __init__(self, settings: Mapping[str, Any], known: Known = nothing_known) -> None:
        super().__init__(settings, known)
        self.door = Door(str(settings["address"]))
        self._users: dict[Any, Row] | None = None

    @property
    def account(self) -> str:
        return urlsplit(str(self.settings["address"])).netloc.lower()

    @classmethod
    def guide(cls) -> Guide:
        return Guide(
            (
                _("In Freshdesk open Admin, Account, Account details as an account administrator."),
                _("Choose Export data. Freshdesk mails you a link to the archive."),
                _("Bring the archive as it is."),
            ),
            (_("Canned responses and solutions are not read from an export: use a key to bring those as well."),),
        )

    def label_row(self, row: Row) -> tuple[str, str]:
        return str(row.get("display_id") or row["id"]), str(row.get("updated_at") or "")

    def kind_of(self, name: str, row: Row) -> Kind | None:
        if row.get("deleted") or row.get("spam"):
            return None
        if name == "ticket" or "requester_id" in row:
            return Kind.CONVERSATIONS
        if name == "company" or (name == "customer" and "email" not in row):
            return Kind.COMPANIES
        is_person = name in ("user", "contact", "customer")
        return Kind.CUSTOMERS if is_person and not row.get("helpdesk_agent") else None

    def companies(self, cursor: str) -> Iterator[Page[Company]]:
        return self.paged(Kind.COMPANIES, cursor, _company)

    def people(self, cursor: str) -> Iterator[Page[Person]]:
        return self.paged(Kind.CUSTOMERS, cursor, lambda row: words.person(_user(row), {}))

    def conversations(self, cursor: str) -> Iterator[Page[Matter]]:
        return self.paged(Kind.CONVERSATIONS, cursor, self._matter)

    def download(self, attached: Attached, *, largest: int) -> bytes:
        return self.door.bytes_of(attached.url, largest=largest)

    def _matter(self, row: Row) -> Matter:
        users = self._everybody()
        known = users.get(row["requester_id"]) or {}
        requester = row.get("requester") or {"name": known.get("name") or row.get("requester_name"), **known}
        agents = {pk: user for pk, user in users.items() if user.get("helpdesk_agent")}
        ticket = {
            **row,
            "id": self.label_row(row)[0],
            "requester": requester,
            "description": row.get("description_html") or row.get("description"),
            "stats": row.get("stats") or row.get("ticket_states") or {},
            "tags": [each.get("name") if isinstance(each, dict) else each for each in row.get("tags") or ()],
            "attachments": _files(row),
        }
        notes: list[Row] = next((row[name] for name in _NOTES if row.get(name)), [])
        return words.matter(ticket, [_note(each) for each in notes], agents)

    def _everybody(self) -> dict[Any, Row]:
        """Users by their id; only what a message needs."""
        if self._users is None:
            people = ((name, row) for name, row in self.records() if name in ("user", "contact", "agent"))
            self._users = {}
            for name, row in people:
                user = row.get("user") if isinstance(row.get("user"), dict) else row
                if user and user.get("id") is not None:
                    kept = {key: user.get(key) for key in ("name", "email", "phone", "mobile")}
                    is_agent = bool(user.get("helpdesk_agent") or name == "agent")
                    self._users[user["id"]] = kept | {"helpdesk_agent": is_agent}
        return self._users


def _company(row: Row) -> Company:
    said = row.get("domains") or ""
    domains = [each.strip() for each in said.split(",")] if isinstance(said, str) else list(said)
    return words.company({**row, "domains": domains or [""]})


def _user(row: Row) -> Row:
    own = row.get("custom_fields") or row.get("custom_field") or {}
    return {**row, "company_id": row.get("company_id") or row.get("customer_id"), "custom_fields": own}


def _note(said: Row) -> Row:
    row = said.get("helpdesk_note") or said.get("note") or said
    return {**row, "body": row.get("body_html") or row.get("body"), "attachments": _files(row)}


def _files(row: Row) -> list[Row]:
    """Without those that have no address: pictures that stand in the letter itself."""
    return [
        {
            "attachment_url": each["attachment_url"],
            "name": each.get("name") or each.get("content_file_name"),
            "content_type": each.get("content_type") or each.get("content_content_type"),
            "size": each.get("size") or each.get("content_file_size"),
        }
        for each in row.get("attachments") or ()
        if isinstance(each, dict) and each.get("attachment_url")
    ]
