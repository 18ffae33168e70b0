"""Intercom's export of conversations and people: JSON, one record a line, as it puts them into a storage of yours.

Records are those of the API, in its present words or in those of version 1, in which the person was `user`, the first
message `conversation_message`, and parts a plain list.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.exchange.moving_in.forms import IntercomFileForm
from rapport.exchange.moving_in.reaching import Door
from rapport.exchange.moving_in.seam import Known, nothing_known
from rapport.exchange.moving_in.sources import intercom
from rapport.exchange.moving_in.sources.export_rows import ExportFile, Row
from rapport.exchange.moving_in.types import Attached, Company, Guide, Kind, Matter, Page, Person

_PEOPLE = ("user", "lead", "contact")


class IntercomFile(ExportFile):
    name, label, form = "intercom-file", "Intercom", IntercomFileForm

    def __init__(self, settings: Mapping[str, Any], known: Known = nothing_known) -> None:
        super().__init__(settings, known)
        self.door = Door("https://api.intercom.io")

    @property
    def account(self) -> str:
        return str(self.settings["workspace"]).lower()

    @classmethod
    def guide(cls) -> Guide:
        return Guide(
            (
                _("In Intercom export conversations and people as JSON to a storage of yours."),
                _("Fetch the files from there and put them into one zip archive; a single file will do as well."),
                _("Enter the ID of your workspace: it stands in Intercom's address after /apps/."),
            ),
            (_("Articles are not in an export: use a token to bring those as well."),),
        )

    def kind_of(self, name: str, row: Row) -> Kind | None:
        kind = row.get("type")
        if kind == "conversation" or "conversation_parts" in row or "conversation_message" in row:
            return Kind.CONVERSATIONS
        if kind in _PEOPLE or row.get("role") in _PEOPLE or name in _PEOPLE:
            return Kind.CUSTOMERS
        return Kind.COMPANIES if kind == "company" or name == "company" else None

    def companies(self, cursor: str) -> Iterator[Page[Company]]:
        return self.paged(Kind.COMPANIES, cursor, intercom._company)

    def people(self, cursor: str) -> Iterator[Page[Person]]:
        return self.paged(Kind.CUSTOMERS, cursor, _person)

    def conversations(self, cursor: str) -> Iterator[Page[Matter]]:
        return self.paged(Kind.CONVERSATIONS, cursor, _matter)

    def download(self, attached: Attached, *, largest: int) -> bytes:
        return self.door.bytes_of(attached.url, largest=largest)


def _person(row: Row) -> Person:
    role = row.get("role") or ("user" if row.get("type") != "lead" else "lead")
    titles = {key: (key, "text") for key, value in (row.get("custom_attributes") or {}).items() if _is_plain(value)}
    account = row.get("external_id") or row.get("user_id")
    companies = row.get("companies") or {}
    listed = companies if isinstance(companies, list) else companies.get("data") or companies.get("companies") or []
    said = {**row, "role": role, "external_id": account, "companies": {"data": listed}}
    return intercom._person(said, titles)


def _matter(row: Row) -> Matter:
    parts = row.get("conversation_parts") or []
    listed = parts if isinstance(parts, list) else parts.get("conversation_parts") or []
    source = row.get("source") or row.get("conversation_message") or {}
    contacts = row.get("contacts") or []
    people = contacts if isinstance(contacts, list) else contacts.get("contacts") or []
    contact = row.get("user") or (people[0] if people else None) or source.get("author") or {}
    author = source.get("author") or {}
    if author.get("id") == contact.get("id"):
        # A list of contacts holds ids alone; whoever began says who they are.
        contact = {**author, **{name: value for name, value in contact.items() if value}}
    tags = row.get("tags") or []
    assignee = row.get("assignee") or {}
    admins = {str(assignee["id"]): assignee} if assignee.get("id") else {}
    for each in listed:
        who = each.get("author") or {}
        if who.get("type") == "admin" and who.get("id"):
            admins.setdefault(str(who["id"]), who)
    said = {
        **row,
        "conversation_parts": {"conversation_parts": listed},
        "source": source,
        "tags": tags if isinstance(tags, dict) else {"tags": tags},
        "state": row.get("state") or ("open" if row.get("open", True) else "closed"),
        "admin_assignee_id": row.get("admin_assignee_id") or assignee.get("id"),
    }
    return intercom._matter(said, contact, admins)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)
