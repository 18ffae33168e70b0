"""Intercom, REST API 2.11.

Written from https://developers.intercom.com/docs/references/2.11/rest-api/api.intercom.io/: pagination by
`starting_after`, rate limits (429), me, admins, companies/list, contacts, data_attributes, conversations/search (sorted
by their beginning) and conversations/{id} with at most 500 parts, articles.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from rapport.conversations.types import Priority, Status
from rapport.exchange.moving_in.errors import CannotRead, MovingError, NotAllowed, NotThere
from rapport.exchange.moving_in.forms import IntercomForm
from rapport.exchange.moving_in.reaching import Door, maybe_moment, moment
from rapport.exchange.moving_in.seam import Known, OnTheNet, in_parts, nothing_known
from rapport.exchange.moving_in.types import (
    Article,
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
_PAGE = 50
_SPOKEN = frozenset({"comment", "note", "assignment", "open", "close", "quick_reply", "note_and_reopen"})
_STATES = {"closed": Status.CLOSED, "snoozed": Status.SNOOZED}
_CHANNELS = {
    "email": "email", "conversation": "chat", "push": "chat", "facebook": "facebook", "instagram": "facebook",
    "whatsapp": "whatsapp", "sms": "sms", "phone_call": "voice", "phone_switch": "voice",
}  # fmt: skip
_KINDS = {"integer": "number", "float": "number", "boolean": "yes_no"}


class Intercom(OnTheNet):
    name, label, form = "intercom", "Intercom", IntercomForm
    kinds = (Kind.COMPANIES, Kind.CUSTOMERS, Kind.CONVERSATIONS, Kind.ARTICLES)
    hosts: ClassVar[Mapping[str, str]] = {
        "us": "https://api.intercom.io",
        "eu": "https://api.eu.intercom.io",
        "au": "https://api.au.intercom.io",
    }

    def __init__(self, settings: Mapping[str, Any], known: Known = nothing_known) -> None:
        super().__init__(settings, known)
        headers = {"Authorization": f"Bearer {settings.get('token')}", "Intercom-Version": "2.11"}
        self.door = Door(self.hosts[str(settings.get("region") or "us")], headers)
        self._people: dict[str, Row] | None = None

    @property
    def account(self) -> str:
        return str(self._me()["app"]["id_code"]).lower()

    @classmethod
    def guide(cls) -> Guide:
        return Guide(
            (
                _("Open the Developer Hub of Intercom and make a new app for your own workspace."),
                _("Give it the rights to read conversations, people, companies, admins and articles."),
                _("Copy its access token from Configure, Authentication."),
            ),
            (_("Macros, series and reports stay in Intercom: its API does not give them."),),
        )

    def check(self) -> list[Step]:
        steps: list[Step] = []
        try:
            me = self._me()
            steps.append(Step(_("Signing in"), said=str(me["app"].get("name") or "")))
            said = self._search("")
            steps.append(Step(_("Reading conversations"), said=str(said.get("total_count", ""))))
        except (MovingError, KeyError, TypeError, AttributeError) as error:
            told = (
                str(error)
                if isinstance(error, MovingError)
                else _("Intercom answered in a way that is not documented.")
            )
            return [*steps, Step(_("Reading conversations") if steps else _("Signing in"), told)]
        return steps

    def companies(self, cursor: str) -> Iterator[Page[Company]]:
        number = int(cursor) if cursor.isdecimal() else 1
        while True:
            said = self.door.ask("POST", "/companies/list", body={"page": number, "per_page": _PAGE}).said
            is_last = number >= int((said.get("pages") or {}).get("total_pages") or 1)
            yield from in_parts(
                Kind.COMPANIES, said["data"], _company, known=self.known, label=_label, before=str(number),
                after="" if is_last else str(number + 1), total=said.get("total_count"), size=_PAGE,
            )  # fmt: skip
            if is_last:
                return
            number += 1

    def people(self, cursor: str) -> Iterator[Page[Person]]:
        titles = self._attributes()

        def ask(after: str) -> Any:
            return self.door.get("/contacts", {"per_page": _PAGE, "starting_after": after})

        return self._after(Kind.CUSTOMERS, ask, "data", cursor, lambda row: _person(row, titles), size=_PAGE)

    def conversations(self, cursor: str) -> Iterator[Page[Matter]]:
        return self._after(Kind.CONVERSATIONS, self._search, "conversations", cursor, self._matter, size=25)

    def articles(self, cursor: str) -> Iterator[Page[Article]]:
        number = int(cursor) if cursor.isdecimal() else 1
        while True:
            try:
                said = self.door.get("/articles", {"page": number, "per_page": _PAGE})
            except (NotThere, NotAllowed):
                return
            is_last = number >= int((said.get("pages") or {}).get("total_pages") or 1)
            yield from in_parts(
                Kind.ARTICLES, said["data"], _article, known=self.known, label=_label, before=str(number),
                after="" if is_last else str(number + 1), total=said.get("total_count"), size=_PAGE,
            )  # fmt: skip
            if is_last:
                return
            number += 1

    def _after(
        self, kind: Kind, ask: Callable[[str], Any], noun: str, cursor: str, read: Callable[[Row], Any], *, size: int
    ) -> Iterator[Page[Any]]:
        before = cursor
        while True:
            said = ask(before)
            after = str(((said.get("pages") or {}).get("next") or {}).get("starting_after") or "")
            yield from in_parts(
                kind, said[noun], read, known=self.known, label=_label, before=before, after=after,
                total=said.get("total_count"), size=size,
            )  # fmt: skip
            if not after:
                return
            before = after

    def _search(self, after: str) -> Any:
        """Oldest first: what changes meanwhile moves no page."""
        page: dict[str, Any] = {"per_page": _PAGE}
        if after:
            page["starting_after"] = after
        asked = {
            "query": {"field": "created_at", "operator": ">", "value": 0},
            "sort": {"field": "created_at", "order": "ascending"},
            "pagination": page,
        }
        return self.door.ask("POST", "/conversations/search", body=asked).said

    def _matter(self, row: Row) -> Matter:
        whole = self.door.get(f"/conversations/{row['id']}")
        contacts = (whole.get("contacts") or {}).get("contacts") or []
        contact = self.door.get(f"/contacts/{contacts[0]['id']}") if contacts else whole["source"]["author"]
        return _matter(whole, contact, self._admins())

    def _me(self) -> Any:
        said = self.door.get("/me")
        if not isinstance(said, dict) or not isinstance(said.get("app"), dict):
            raise CannotRead(_("Intercom does not say which workspace this token is for."))
        return said

    def _admins(self) -> Mapping[str, Row]:
        if self._people is None:
            self._people = {str(row["id"]): row for row in self.door.get("/admins")["admins"]}
        return self._people

    def _attributes(self) -> dict[str, tuple[str, str]]:
        try:
            rows = self.door.get("/data_attributes", {"model": "contact"})["data"]
        except (NotThere, NotAllowed):
            return {}
        return {
            row["name"]: (row.get("label") or row["name"], _KINDS.get(row.get("data_type"), "text"))
            for row in rows
            if row.get("custom")
        }


def _label(row: Row) -> tuple[str, str]:
    return str(row["id"]), str(row.get("updated_at") or "")


def _company(row: Row) -> Company:
    site = str(row.get("website") or "")
    domain = (urlsplit(site if "//" in site else f"//{site}").hostname or "").removeprefix("www.")
    return Company(str(row["id"]), str(row.get("name") or row.get("company_id") or ""), domain, _label(row)[1])


def _person(row: Row, titles: Mapping[str, tuple[str, str]]) -> Person:
    said = row.get("custom_attributes") or {}
    facts = [
        Fact(titles[key][0], str(said[key]), titles[key][1]) for key in titles if said.get(key) not in (None, "", False)
    ]
    companies = (row.get("companies") or {}).get("data") or []
    place = row.get("location") or {}
    return Person(
        key=str(row["id"]),
        name=str(row.get("name") or ""),
        emails=(row["email"],) if row.get("email") else (),
        phones=(row["phone"],) if row.get("phone") else (),
        account=str(row.get("external_id") or "") if row.get("role") == "user" else "",
        company=str(companies[0]["id"]) if companies else "",
        language=str(row.get("language_override") or ""),
        location=", ".join(str(place[name]) for name in ("city", "country") if place.get(name)),
        facts=tuple(facts),
        created_at=maybe_moment(row.get("created_at")),
        version=_label(row)[1],
    )


def _matter(row: Row, contact: Row, admins: Mapping[str, Row]) -> Matter:
    customer = Writer(
        By.CUSTOMER, str(contact["id"]), str(contact.get("name") or ""), str(contact.get("email") or ""),
        str(contact.get("phone") or ""),
    )  # fmt: skip
    source = row.get("source") or {}
    parts = (row.get("conversation_parts") or {}).get("conversation_parts") or []
    spoken = [
        each for each in parts if each.get("part_type") in _SPOKEN and (each.get("body") or each.get("attachments"))
    ]
    first = _said(
        {**source, "id": source.get("id") or f"{row['id']}:source", "created_at": row["created_at"]}, customer
    )
    statistics = row.get("statistics") or {}
    status = _STATES.get(str(row.get("state")), Status.OPEN)
    return Matter(
        key=str(row["id"]),
        number=str(row["id"]),
        customer=customer,
        created_at=moment(row["created_at"]),
        said=(first, *(_said(each, customer) for each in spoken)),
        subject=_plain(row.get("title") or source.get("subject")),
        channel=_CHANNELS.get(str(source.get("type")), "chat"),
        status=status,
        priority=Priority.HIGH if row.get("priority") == "priority" else Priority.NORMAL,
        tags=tuple(str(each["name"]) for each in (row.get("tags") or {}).get("tags") or ()),
        assignee_email=str((admins.get(str(row.get("admin_assignee_id"))) or {}).get("email") or ""),
        closed_at=maybe_moment(statistics.get("last_close_at") or row.get("updated_at"))
        if status == Status.CLOSED
        else None,
        snoozed_until=maybe_moment(row.get("snoozed_until")),
        version=_label(row)[1],
    )


def _plain(said: Any) -> str:
    """Subjects come as HTML."""
    text = str(said or "")
    return text.replace("<p>", "").replace("</p>", "") if "<p>" in text else text


def _said(row: Row, customer: Writer) -> Said:
    return Said(
        key=str(row["id"]),
        at=moment(row["created_at"]),
        writer=_writer(row.get("author") or {}, customer),
        html=str(row.get("body") or ""),
        is_private=str(row.get("part_type") or "").startswith("note"),
        files=tuple(
            Attached(each["url"], str(each.get("name") or "file"), str(each.get("content_type") or ""),
                     int(each.get("filesize") or 0))
            for each in row.get("attachments") or ()
        ),
        subject=_plain(row.get("subject")),
    )  # fmt: skip


def _writer(author: Row, customer: Writer) -> Writer:
    kind = author.get("type")
    name, email = str(author.get("name") or ""), str(author.get("email") or "")
    if kind == "admin":
        return Writer(By.AGENT, name=name, email=email)
    if kind in ("user", "lead", "contact"):
        is_same = str(author.get("id")) == customer.key
        return customer if is_same else Writer(By.CUSTOMER, str(author.get("id") or ""), name, email)
    return Writer(By.MACHINE, name=name or "Intercom")


def _article(row: Row) -> Article:
    return Article(
        str(row["id"]), str(row["title"]), str(row.get("body") or ""), str(row.get("url") or ""),
        language=str(row.get("default_locale") or ""), version=_label(row)[1],
    )  # fmt: skip
