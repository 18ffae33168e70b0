"""Zammad, REST API v1 (Zammad 5 and 6).

Written from https://docs.zammad.org/en/latest/api/: intro (token access, `expand`, `page` and `per_page`), user,
organization, ticket/index, ticket/articles, ticket/tags, object and text-module; tokens need the permissions
`ticket.agent` in every group, `admin.user`, `admin.organization`, `admin.text_module` and, for fields, `admin.object`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from rapport.conversations.types import Priority, Status
from rapport.exchange.moving_in.errors import MovingError, NotAllowed, NotThere
from rapport.exchange.moving_in.forms import AddressForm
from rapport.exchange.moving_in.reaching import Door, maybe_moment, moment
from rapport.exchange.moving_in.seam import Known, OnTheNet, in_parts, nothing_known
from rapport.exchange.moving_in.types import (
    Attached,
    By,
    Company,
    Fact,
    Guide,
    Kind,
    Macro,
    Matter,
    Page,
    Person,
    Said,
    Step,
    Writer,
)

Row = Mapping[str, Any]
_PAGE = 100
_STATES = {"closed": Status.CLOSED, "merged": Status.CLOSED, "removed": Status.CLOSED}
_PENDING = "pending reminder"
_CHANNELS = {
    "email": "email", "web": "email", "phone": "voice", "chat": "chat", "sms": "sms", "telegram personal-message":
    "telegram", "facebook feed post": "facebook", "facebook feed comment": "facebook", "whatsapp message": "whatsapp",
}  # fmt: skip
_KINDS = {"integer": "number", "date": "date", "datetime": "date", "boolean": "yes_no"}
_OWN_FIELDS = frozenset({"note", "vip", "web", "department", "street", "zip", "city", "country", "fax", "mobile"})


class Zammad(OnTheNet):
    name, label, form = "zammad", "Zammad", AddressForm
    kinds = (Kind.COMPANIES, Kind.CUSTOMERS, Kind.CONVERSATIONS, Kind.MACROS)

    def __init__(self, settings: Mapping[str, Any], known: Known = nothing_known) -> None:
        super().__init__(settings, known)
        self.door = Door(str(settings["address"]), {"Authorization": f"Token token={settings.get('token')}"})
        self._titles: dict[str, tuple[str, str]] | None = None
        self._people: dict[Any, Row] = {}

    @property
    def account(self) -> str:
        return urlsplit(str(self.settings["address"])).netloc.lower()

    @classmethod
    def guide(cls) -> Guide:
        return Guide(
            (
                _("In Zammad open your profile, then Token Access, and create a token."),
                _("Tick ticket.agent, admin.user, admin.organization, admin.text_module and admin.object."),
                _("The person needs full access to every group: of other groups nothing would come."),
            ),
            (_("The knowledge base, time accounting and Zammad's macros stay there; its text modules come."),),
        )

    def check(self) -> list[Step]:
        steps: list[Step] = []
        labels = (_("Signing in"), _("Reading customers"), _("Reading tickets"))
        try:
            me = self.door.get("/api/v1/users/me", {"expand": "true"})
            steps.append(Step(labels[0], said=f"{me.get('firstname', '')} {me.get('lastname', '')}".strip()))
            self.door.get("/api/v1/users", {"page": 1, "per_page": 1})
            steps.append(Step(labels[1]))
            rows = self.door.get("/api/v1/tickets", {"page": 1, "per_page": 1})
            if not isinstance(rows, list):
                raise NotAllowed(_("This is no Zammad, or a very old one."))
            steps.append(Step(labels[2]))
        except (MovingError, TypeError, AttributeError) as error:
            said = str(error) if isinstance(error, MovingError) else _("This is no Zammad, or a very old one.")
            return [*steps, Step(labels[len(steps)], said)]
        return steps

    def companies(self, cursor: str) -> Iterator[Page[Company]]:
        return self._listed(Kind.COMPANIES, "/api/v1/organizations", cursor, _company)

    def people(self, cursor: str) -> Iterator[Page[Person]]:
        titles = self._fields()
        return self._listed(
            Kind.CUSTOMERS, "/api/v1/users", cursor, lambda row: _person(row, titles), of=_is_customer, size=_PAGE
        )

    def conversations(self, cursor: str) -> Iterator[Page[Matter]]:
        return self._listed(Kind.CONVERSATIONS, "/api/v1/tickets", cursor, self._matter)

    def macros(self, cursor: str) -> Iterator[Page[Macro]]:
        return self._listed(Kind.MACROS, "/api/v1/text_modules", cursor, _macro, of=lambda row: row.get("active", True))

    def _listed(
        self, kind: Kind, path: str, cursor: str, read: Callable[[Row], Any], *, of: Callable[[Row], bool] = bool,
        size: int = 25,
    ) -> Iterator[Page[Any]]:  # fmt: skip
        number = int(cursor) if cursor.isdecimal() else 1
        while True:
            asked = {"page": number, "per_page": _PAGE, "expand": "true", "sort_by": "id", "order_by": "asc"}
            rows = self.door.get(path, asked)
            is_last = len(rows) < _PAGE
            yield from in_parts(
                kind, [row for row in rows if of(row)], read, known=self.known, label=_label,
                before=str(number), after="" if is_last else str(number + 1), size=size,
            )  # fmt: skip
            if is_last:
                return
            number += 1

    def _matter(self, ticket: Row) -> Matter:
        articles = self.door.get(f"/api/v1/ticket_articles/by_ticket/{ticket['id']}", {"expand": "true"})
        tags = self.door.get("/api/v1/tags", {"object": "Ticket", "o_id": ticket["id"]})
        owner = self._user(ticket.get("owner_id")) if ticket.get("owner") not in (None, "", "-") else {}
        writers = {each.get("created_by_id"): self._user(each.get("created_by_id")) for each in articles}
        return _matter(ticket, articles, tags.get("tags") or [], self._user(ticket["customer_id"]), owner, writers)

    def _user(self, pk: Any) -> Row:
        """Asked for once each; some thousand are remembered."""
        if pk is None:
            return {}
        if pk not in self._people:
            if len(self._people) > 5_000:
                self._people.clear()
            try:
                self._people[pk] = self.door.get(f"/api/v1/users/{pk}", {"expand": "true"})
            except NotThere:
                self._people[pk] = {}
        return self._people[pk]

    def _fields(self) -> dict[str, tuple[str, str]]:
        if self._titles is None:
            try:
                rows = self.door.get("/api/v1/object_manager_attributes")
            except (NotThere, NotAllowed):
                rows = []
            self._titles = {
                row["name"]: (row["display"], _KINDS.get(str(row.get("data_type")), "text"))
                for row in rows
                if row.get("object") == "User" and row.get("editable") and row.get("active", True)
                and row["name"] not in _OWN_FIELDS
            }  # fmt: skip
        return self._titles


def _label(row: Row) -> tuple[str, str]:
    return str(row["id"]), str(row.get("updated_at") or "")


def _company(row: Row) -> Company:
    return Company(str(row["id"]), str(row["name"]), str(row.get("domain") or ""), _label(row)[1])


def _is_customer(row: Row) -> bool:
    roles = row.get("roles") or []
    return row.get("id") != 1 and "Agent" not in roles and "Admin" not in roles


def _person(row: Row, titles: Mapping[str, tuple[str, str]]) -> Person:
    facts = [
        Fact(label, str(row[key]), kind)
        for key, (label, kind) in titles.items()
        if row.get(key) not in (None, "", False)
    ]
    place = ", ".join(str(row[name]) for name in ("city", "country") if row.get(name))
    return Person(
        key=str(row["id"]),
        name=_name(row),
        emails=(row["email"],) if row.get("email") else (),
        phones=tuple(str(row[name]) for name in ("phone", "mobile") if row.get(name)),
        company=str(row.get("organization_id") or ""),
        location=place,
        facts=tuple(facts),
        created_at=maybe_moment(row.get("created_at")),
        version=_label(row)[1],
    )


def _name(row: Row) -> str:
    return f"{row.get('firstname') or ''} {row.get('lastname') or ''}".strip()


def _matter(
    ticket: Row, articles: list[Row], tags: list[str], customer_row: Row, owner: Row, writers: Mapping[Any, Row]
) -> Matter:
    customer = Writer(
        By.CUSTOMER, str(ticket["customer_id"]), _name(customer_row), str(customer_row.get("email") or ""),
        str(customer_row.get("phone") or ""),
    )  # fmt: skip
    state = str(ticket.get("state") or "")
    pending = maybe_moment(ticket.get("pending_time")) if state == _PENDING else None
    first = str(articles[0].get("type") or "") if articles else ""
    return Matter(
        key=str(ticket["id"]),
        number=str(ticket["number"]),
        customer=customer,
        created_at=moment(ticket["created_at"]),
        said=tuple(_said(each, customer, writers.get(each.get("created_by_id")) or {}) for each in articles),
        subject=str(ticket.get("title") or ""),
        channel=_CHANNELS.get(str(ticket.get("create_article_type") or first), "email"),
        status=_STATES.get(state, Status.SNOOZED if pending else Status.OPEN),
        priority=_priority(str(ticket.get("priority") or "")),
        tags=tuple(tags),
        assignee_email=str(owner.get("email") or ""),
        closed_at=maybe_moment(ticket.get("close_at") or ticket.get("updated_at")) if state in _STATES else None,
        snoozed_until=pending,
        version=_label(ticket)[1],
    )


def _priority(said: str) -> Priority:
    """Zammad's are "1 low", "2 normal" and "3 high", and what a company adds."""
    return {"1": Priority.LOW, "3": Priority.HIGH, "4": Priority.URGENT}.get(said[:1], Priority.NORMAL)


def _said(row: Row, customer: Writer, writer: Row) -> Said:
    is_html = row.get("content_type") == "text/html"
    body = str(row.get("body") or "")
    return Said(
        key=str(row["id"]),
        at=moment(row["created_at"]),
        writer=_writer(row, customer, writer),
        text="" if is_html else body,
        html=body if is_html else "",
        is_private=bool(row.get("internal")),
        files=tuple(_file(row, each) for each in row.get("attachments") or ()),
        message_id=str(row.get("message_id") or "").strip("<> "),
        in_reply_to=str(row.get("in_reply_to") or "").strip("<> "),
        subject=str(row.get("subject") or ""),
        to=(str(row["to"]),) if row.get("to") and "@" in str(row["to"]) else (),
        cc=(str(row["cc"]),) if row.get("cc") else (),
    )


def _writer(row: Row, customer: Writer, writer: Row) -> Writer:
    sender = row.get("sender")
    if sender == "System":
        return Writer(By.MACHINE, name="Zammad")
    if sender == "Customer":
        email = str(writer.get("email") or "")
        is_other = _is_customer(writer) and email and email.lower() != customer.email.lower()
        return Writer(By.CUSTOMER, str(writer["id"]), _name(writer), email) if is_other else customer
    return Writer(By.AGENT, name=_name(writer), email=str(writer.get("email") or ""))


def _file(article: Row, row: Row) -> Attached:
    preferences = row.get("preferences") or {}
    kind = preferences.get("Content-Type") or preferences.get("Mime-Type") or ""
    return Attached(
        f"/api/v1/ticket_attachment/{article['ticket_id']}/{article['id']}/{row['id']}",
        str(row.get("filename") or "file"),
        str(kind).partition(";")[0],
        int(row.get("size") or 0),
        str(preferences.get("Content-ID") or "").strip("<> "),
    )


def _macro(row: Row) -> Macro:
    name = str(row["name"])
    word = str(row.get("keywords") or "").split(",")[0]
    return Macro(str(row["id"]), name, str(row.get("content") or ""), "Zammad", word, version=_label(row)[1])
