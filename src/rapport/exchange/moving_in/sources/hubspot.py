"""HubSpot, CRM API v3.

Written from https://developers.hubspot.com/docs/api-reference: objects/contacts, objects/companies, objects/tickets
(`limit`, `after`, `properties`, `associations`), objects/emails and objects/notes (batch/read), properties, owners,
pipelines/tickets, account-info/v3/details and files/v3 (signed addresses); private apps sign in by a bearer token.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from rapport.conversations.types import Priority, Status
from rapport.exchange.moving_in.errors import MovingError, NotAllowed, NotThere
from rapport.exchange.moving_in.forms import TokenForm
from rapport.exchange.moving_in.reaching import Door, maybe_moment, moment
from rapport.exchange.moving_in.seam import Known, OnTheNet, in_parts, nothing_known
from rapport.exchange.moving_in.types import (
    Attached,
    By,
    Company,
    Fact,
    Guide,
    Kind,
    Matter,
    Page,
    Person,
    Said,
    Step,
    Writer,
)

Row = Mapping[str, Any]
_PAGE = 100
_CONTACT = ("firstname", "lastname", "email", "phone", "mobilephone", "city", "country", "hs_language", "company")
_TICKET = (
    "subject", "content", "hs_pipeline_stage", "hs_ticket_priority", "hubspot_owner_id", "createdate", "closed_date",
    "hs_lastmodifieddate", "source_type",
)  # fmt: skip
_EMAIL = (
    "hs_timestamp", "hs_email_direction", "hs_email_subject", "hs_email_text", "hs_email_html", "hubspot_owner_id",
    "hs_email_from_email", "hs_email_from_firstname", "hs_email_from_lastname", "hs_email_to_email",
    "hs_email_cc_email", "hs_email_message_id", "hs_attachment_ids",
)  # fmt: skip
_NOTE = ("hs_timestamp", "hs_note_body", "hubspot_owner_id", "hs_attachment_ids")
_PRIORITIES = {"LOW": Priority.LOW, "HIGH": Priority.HIGH, "URGENT": Priority.URGENT}
_CHANNELS = {"EMAIL": "email", "CHAT": "chat", "FORM": "form", "PHONE": "voice"}
_KINDS = {"number": "number", "date": "date", "datetime": "date", "bool": "yes_no"}
# A list of properties must fit into an address.
_MOST_OWN = 40


class HubSpot(OnTheNet):
    name, label, form = "hubspot", "HubSpot", TokenForm
    kinds = (Kind.COMPANIES, Kind.CUSTOMERS, Kind.CONVERSATIONS)
    root: ClassVar[str] = "https://api.hubapi.com"

    def __init__(self, settings: Mapping[str, Any], known: Known = nothing_known) -> None:
        super().__init__(settings, known)
        self.door = Door(self.root, {"Authorization": f"Bearer {settings.get('token')}"})
        self._owned: dict[str, Row] | None = None
        self._ends: set[str] | None = None

    @property
    def account(self) -> str:
        return str(self.door.get("/account-info/v3/details")["portalId"])

    @classmethod
    def guide(cls) -> Guide:
        return Guide(
            (
                _("In HubSpot open Settings, Integrations, Private Apps, and create one."),
                _(
                    "Give it the scopes tickets, crm.objects.contacts.read, crm.objects.companies.read, "
                    "crm.objects.owners.read, crm.schemas.contacts.read, sales-email-read and files."
                ),
                _("Copy its access token."),
            ),
            (_("Snippets, the knowledge base and live chats without a ticket stay in HubSpot."),),
        )

    def check(self) -> list[Step]:
        labels = (_("Signing in"), _("Reading customers"), _("Reading tickets"))
        steps: list[Step] = []
        try:
            steps.append(Step(labels[0], said=self.account))
            for label, noun in ((labels[1], "contacts"), (labels[2], "tickets")):
                self.door.get(f"/crm/v3/objects/{noun}", {"limit": 1})
                steps.append(Step(label))
        except (MovingError, KeyError, TypeError) as error:
            said = (
                str(error) if isinstance(error, MovingError) else _("HubSpot answered in a way that is not documented.")
            )
            return [*steps, Step(labels[len(steps)], said)]
        return steps

    def companies(self, cursor: str) -> Iterator[Page[Company]]:
        return self._listed(Kind.COMPANIES, "companies", ("name", "domain"), "", cursor, _company)

    def people(self, cursor: str) -> Iterator[Page[Person]]:
        rows = self._optional("/crm/v3/properties/contacts")
        own = {
            row["name"]: (row["label"], _KINDS.get(row.get("type"), "text"))
            for row in [row for row in rows if not row.get("hubspotDefined")][:_MOST_OWN]
        }
        return self._listed(
            Kind.CUSTOMERS, "contacts", (*_CONTACT, *own), "companies", cursor, lambda row: _person(row, own)
        )

    def conversations(self, cursor: str) -> Iterator[Page[Matter]]:
        return self._listed(
            Kind.CONVERSATIONS, "tickets", _TICKET, "contacts,emails,notes", cursor, self._matter, size=25
        )

    def download(self, attached: Attached, *, largest: int) -> bytes:
        """A file has an address for a while only, which is asked for."""
        said = self.door.get(f"{attached.url}/signed-url")
        return self.door.bytes_of(str(said["url"]), largest=largest)

    def _listed(
        self, kind: Kind, noun: str, properties: tuple[str, ...], associations: str, cursor: str,
        read: Callable[[Row], Any], *, size: int = _PAGE,
    ) -> Iterator[Page[Any]]:  # fmt: skip
        before = cursor
        while True:
            asked = {"limit": _PAGE, "after": before, "properties": ",".join(properties), "associations": associations}
            said = self.door.get(f"/crm/v3/objects/{noun}", asked)
            after = str(((said.get("paging") or {}).get("next") or {}).get("after") or "")
            yield from in_parts(
                kind, said["results"], read, known=self.known, label=_label, before=before, after=after, size=size
            )
            if not after:
                return
            before = after

    def _matter(self, row: Row) -> Matter:
        contacts = self._batch("contacts", _linked(row, "contacts")[:1], _CONTACT)
        emails = self._batch("emails", _linked(row, "emails"), _EMAIL)
        notes = self._batch("notes", _linked(row, "notes"), _NOTE)
        files = {
            pk: found
            for each in (*emails, *notes)
            for pk in _file_ids(each)
            if (found := self._file(pk)) is not None
        }  # fmt: skip
        return _matter(row, contacts, emails, notes, self._owners(), self._closed_stages(), files)

    def _batch(self, noun: str, ids: list[str], properties: tuple[str, ...]) -> list[Row]:
        found: list[Row] = []
        for start in range(0, len(ids), _PAGE):
            asked = {"inputs": [{"id": pk} for pk in ids[start : start + _PAGE]], "properties": list(properties)}
            found += self.door.ask("POST", f"/crm/v3/objects/{noun}/batch/read", body=asked).said["results"]
        return found

    def _file(self, pk: str) -> Attached | None:
        try:
            row = self.door.get(f"/files/v3/files/{pk}")
        except (NotThere, NotAllowed):
            return None
        name = ".".join(str(row[part]) for part in ("name", "extension") if row.get(part)) or "file"
        return Attached(f"/files/v3/files/{pk}", name, size=int(row.get("size") or 0))

    def _owners(self) -> Mapping[str, Row]:
        if self._owned is None:
            self._owned, after = {}, ""
            while True:
                said = self.door.get("/crm/v3/owners", {"limit": _PAGE, "after": after})
                self._owned |= {str(row["id"]): row for row in said["results"]}
                after = str(((said.get("paging") or {}).get("next") or {}).get("after") or "")
                if not after:
                    break
        return self._owned

    def _closed_stages(self) -> set[str]:
        if self._ends is None:
            self._ends = {
                str(stage["id"])
                for pipeline in self._optional("/crm/v3/pipelines/tickets")
                for stage in pipeline.get("stages") or ()
                if (stage.get("metadata") or {}).get("ticketState") == "CLOSED"
                or str((stage.get("metadata") or {}).get("isClosed")).lower() == "true"
            }
        return self._ends

    def _optional(self, path: str) -> list[Any]:
        try:
            return list(self.door.get(path)["results"])
        except (NotThere, NotAllowed):
            return []


def _label(row: Row) -> tuple[str, str]:
    return str(row["id"]), str(row.get("updatedAt") or "")


def _linked(row: Row, noun: str) -> list[str]:
    results = ((row.get("associations") or {}).get(noun) or {}).get("results") or []
    return list(dict.fromkeys(str(each["id"]) for each in results))


def _company(row: Row) -> Company:
    said = row["properties"]
    return Company(str(row["id"]), str(said.get("name") or ""), str(said.get("domain") or ""), _label(row)[1])


def _person(row: Row, own: Mapping[str, tuple[str, str]]) -> Person:
    said = row["properties"]
    facts = [Fact(own[key][0], str(said[key]), own[key][1]) for key in own if said.get(key) not in (None, "", "false")]
    companies = _linked(row, "companies")
    return Person(
        key=str(row["id"]),
        name=_name(said, "firstname", "lastname"),
        emails=(said["email"],) if said.get("email") else (),
        phones=tuple(str(said[name]) for name in ("phone", "mobilephone") if said.get(name)),
        company=companies[0] if companies else "",
        company_name="" if companies else str(said.get("company") or ""),
        language=str(said.get("hs_language") or ""),
        location=", ".join(str(said[name]) for name in ("city", "country") if said.get(name)),
        facts=tuple(facts),
        created_at=maybe_moment(row.get("createdAt")),
        version=_label(row)[1],
    )


def _name(said: Row, first: str, last: str) -> str:
    return f"{said.get(first) or ''} {said.get(last) or ''}".strip()


def _matter(
    row: Row, contacts: list[Row], emails: list[Row], notes: list[Row], owners: Mapping[str, Row], ends: set[str],
    files: Mapping[str, Attached],
) -> Matter:  # fmt: skip
    ticket = row["properties"]
    created = moment(ticket["createdate"])
    customer = _customer(row, contacts, emails)
    said = [_email(each, customer, owners, files) for each in emails] + [_note(each, owners, files) for each in notes]
    if ticket.get("content") and not any(each.writer.by == By.CUSTOMER for each in said):
        said.append(Said(f"{row['id']}:content", created, customer, str(ticket["content"])))
    is_over = ticket.get("hs_pipeline_stage") in ends
    closed = ticket.get("closed_date") or ticket.get("hs_lastmodifieddate")
    return Matter(
        key=str(row["id"]),
        number=str(row["id"]),
        customer=customer,
        created_at=created,
        said=tuple(sorted(said, key=lambda each: each.at)),
        subject=str(ticket.get("subject") or ""),
        channel=_CHANNELS.get(str(ticket.get("source_type")), "email"),
        status=Status.CLOSED if is_over else Status.OPEN,
        priority=_PRIORITIES.get(str(ticket.get("hs_ticket_priority")), Priority.NORMAL),
        assignee_email=str((owners.get(str(ticket.get("hubspot_owner_id"))) or {}).get("email") or ""),
        closed_at=maybe_moment(closed) if is_over else None,
        version=_label(row)[1],
    )


def _customer(row: Row, contacts: list[Row], emails: list[Row]) -> Writer:
    """Whom the ticket is for; else who wrote the first mail of it."""
    if contacts:
        said = contacts[0]["properties"]
        name, email = _name(said, "firstname", "lastname"), str(said.get("email") or "")
        return Writer(By.CUSTOMER, str(contacts[0]["id"]), name, email, str(said.get("phone") or ""))
    for each in emails:
        said = each["properties"]
        if said.get("hs_email_direction") == "INCOMING_EMAIL" and said.get("hs_email_from_email"):
            name = _name(said, "hs_email_from_firstname", "hs_email_from_lastname")
            return Writer(By.CUSTOMER, "", name, str(said["hs_email_from_email"]))
    return Writer(By.CUSTOMER, f"ticket:{row['id']}", _("Unknown person"))


def _email(row: Row, customer: Writer, owners: Mapping[str, Row], files: Mapping[str, Attached]) -> Said:
    said = row["properties"]
    writer = _owner(said, owners)
    if said.get("hs_email_direction") == "INCOMING_EMAIL":
        name = _name(said, "hs_email_from_firstname", "hs_email_from_lastname")
        email = str(said.get("hs_email_from_email") or "")
        is_same = not email or email.lower() == customer.email.lower()
        writer = customer if is_same else Writer(By.CUSTOMER, "", name, email)
    html = str(said.get("hs_email_html") or "")
    return Said(
        key=f"email:{row['id']}",
        at=moment(said["hs_timestamp"]),
        writer=writer,
        text="" if html else str(said.get("hs_email_text") or ""),
        html=html,
        files=tuple(files[pk] for pk in _file_ids(row) if pk in files),
        message_id=str(said.get("hs_email_message_id") or "").strip("<> "),
        subject=str(said.get("hs_email_subject") or ""),
        to=_addresses(said.get("hs_email_to_email")),
        cc=_addresses(said.get("hs_email_cc_email")),
    )


def _note(row: Row, owners: Mapping[str, Row], files: Mapping[str, Attached]) -> Said:
    said = row["properties"]
    attached = tuple(files[pk] for pk in _file_ids(row) if pk in files)
    return Said(
        key=f"note:{row['id']}",
        at=moment(said["hs_timestamp"]),
        writer=_owner(said, owners),
        html=str(said.get("hs_note_body") or ""),
        is_private=True,
        files=attached,
    )


def _owner(said: Row, owners: Mapping[str, Row]) -> Writer:
    row = owners.get(str(said.get("hubspot_owner_id"))) or {}
    return Writer(By.AGENT, name=_name(row, "firstName", "lastName"), email=str(row.get("email") or ""))


def _file_ids(row: Row) -> list[str]:
    return [each for each in str(row["properties"].get("hs_attachment_ids") or "").split(";") if each.strip()]


def _addresses(said: Any) -> tuple[str, ...]:
    return tuple(each.strip() for each in str(said or "").split(";") if each.strip())
