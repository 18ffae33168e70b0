"""What Freshdesk's records mean."""

from collections.abc import Mapping, Sequence
from typing import Any

from rapport.conversations.types import Priority, Status
from rapport.exchange.moving_in.reaching import maybe_moment, moment
from rapport.exchange.moving_in.types import (
    Article,
    Attached,
    By,
    Company,
    Fact,
    Macro,
    Matter,
    Person,
    Said,
    Writer,
)

Row = Mapping[str, Any]
_RESOLVED, _CLOSED = 4, 5
_PRIORITIES = {1: Priority.LOW, 2: Priority.NORMAL, 3: Priority.HIGH, 4: Priority.URGENT}
# Email, portal, phone, chat, feedback widget, outbound email.
_CHANNELS = {1: "email", 2: "form", 3: "voice", 7: "chat", 9: "form", 10: "email", 13: "whatsapp"}
_KINDS = {"custom_number": "number", "custom_date": "date", "custom_checkbox": "yes_no", "custom_url": "link"}


def label(row: Row) -> tuple[str, str]:
    return str(row["id"]), str(row.get("updated_at") or "")


def field_kind(said: Any) -> str:
    return _KINDS.get(str(said), "text")


def company(row: Row) -> Company:
    domains = row.get("domains") or [""]
    return Company(str(row["id"]), str(row["name"]), str(domains[0]), label(row)[1])


def person(row: Row, titles: Mapping[str, tuple[str, str]]) -> Person:
    facts = [
        Fact(titles.get(key, (key, "text"))[0], str(value), titles.get(key, (key, "text"))[1])
        for key, value in (row.get("custom_fields") or {}).items()
        if value not in (None, "", False)
    ]
    emails = [row.get("email"), *(row.get("other_emails") or ())]
    return Person(
        key=str(row["id"]),
        name=str(row.get("name") or ""),
        emails=tuple(str(each) for each in emails if each),
        phones=tuple(str(row[name]) for name in ("phone", "mobile") if row.get(name)),
        account=str(row.get("unique_external_id") or ""),
        company=str(row.get("company_id") or ""),
        language=str(row.get("language") or ""),
        location=str(row.get("address") or ""),
        facts=tuple(facts),
        created_at=maybe_moment(row.get("created_at")),
        version=label(row)[1],
    )


def matter(ticket: Row, said: Sequence[Row], agents: Mapping[Any, Row]) -> Matter:
    requester = ticket.get("requester") or {}
    customer = Writer(
        By.CUSTOMER, str(ticket["requester_id"]), str(requester.get("name") or ""), str(requester.get("email") or ""),
        str(requester.get("phone") or requester.get("mobile") or ""),
    )  # fmt: skip
    is_over = ticket.get("status") in (_RESOLVED, _CLOSED)
    stats = ticket.get("stats") or {}
    first = Said(
        key=f"{ticket['id']}:description",
        at=moment(ticket["created_at"]),
        # What we wrote first, "outbound email", is from whoever has it.
        writer=customer if ticket.get("source") != 10 else _agent(agents.get(ticket.get("responder_id")) or {}),
        html=str(ticket.get("description") or ""),
        text="" if ticket.get("description") else str(ticket.get("description_text") or ""),
        files=tuple(_file(each) for each in ticket.get("attachments") or ()),
        subject=str(ticket.get("subject") or ""),
        to=tuple(str(each) for each in ticket.get("to_emails") or ()),
        cc=tuple(str(each) for each in ticket.get("cc_emails") or ()),
    )
    later = [_said(row, customer, agents) for row in sorted(said, key=lambda row: str(row["created_at"]))]
    return Matter(
        key=str(ticket["id"]),
        number=str(ticket["id"]),
        customer=customer,
        created_at=moment(ticket["created_at"]),
        said=(first, *later),
        subject=str(ticket.get("subject") or ""),
        channel=_CHANNELS.get(int(ticket.get("source") or 1), "email"),
        status=Status.CLOSED if is_over else Status.OPEN,
        priority=_PRIORITIES.get(int(ticket.get("priority") or 2), Priority.NORMAL),
        tags=tuple(str(each) for each in ticket.get("tags") or ()),
        assignee_email=str((agents.get(ticket.get("responder_id")) or {}).get("email") or ""),
        closed_at=maybe_moment(stats.get("closed_at") or stats.get("resolved_at") or ticket.get("updated_at"))
        if is_over
        else None,
        version=label(ticket)[1],
    )


def _said(row: Row, customer: Writer, agents: Mapping[Any, Row]) -> Said:
    return Said(
        key=str(row["id"]),
        at=moment(row["created_at"]),
        writer=_writer(row, customer, agents),
        html=str(row.get("body") or ""),
        text="" if row.get("body") else str(row.get("body_text") or ""),
        is_private=bool(row.get("private")),
        files=tuple(_file(each) for each in row.get("attachments") or ()),
        to=tuple(str(each) for each in row.get("to_emails") or ()),
        cc=tuple(str(each) for each in row.get("cc_emails") or ()),
    )


def _writer(row: Row, customer: Writer, agents: Mapping[Any, Row]) -> Writer:
    if row.get("user_id") in agents:
        return _agent(agents[row["user_id"]])
    if str(row.get("user_id")) == customer.key or not row.get("user_id"):
        return customer if row.get("incoming") else Writer(By.MACHINE, name="Freshdesk")
    if row.get("incoming"):
        return Writer(By.CUSTOMER, str(row["user_id"]), email=str(row.get("from_email") or ""))
    return Writer(By.AGENT)


def _agent(row: Row) -> Writer:
    return Writer(By.AGENT, name=str(row.get("name") or ""), email=str(row.get("email") or ""))


def _file(row: Row) -> Attached:
    return Attached(
        row["attachment_url"], str(row.get("name") or "file"), str(row.get("content_type") or ""),
        int(row.get("size") or 0),
    )  # fmt: skip


def macro(row: Row, folder: Row) -> Macro:
    html = str(row.get("content_html") or row.get("content") or "")
    return Macro(str(row["id"]), str(row["title"]), html, str(folder.get("name") or ""), version=label(row)[1])


def article(row: Row, folder: str) -> Article:
    return Article(
        str(row["id"]), str(row["title"]), str(row.get("description") or ""), folder=folder, version=label(row)[1]
    )
