"""What Zendesk's records mean, whether they came over its API or out of an export."""

from collections.abc import Mapping, Sequence
from html import escape
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
_PRIORITIES = {"low": Priority.LOW, "high": Priority.HIGH, "urgent": Priority.URGENT}
_CHANNELS = {
    "email": "email", "web": "email", "chat": "chat", "native_messaging": "chat", "messaging": "chat", "sms": "sms",
    "voice": "voice", "phone": "voice", "facebook": "facebook", "whatsapp": "whatsapp", "line": "line",
    "telegram": "telegram", "wechat": "wechat", "web_widget": "form", "web_form": "form", "help_center": "form",
    "api": "email",
}  # fmt: skip
_KINDS = {"date": "date", "integer": "number", "decimal": "number", "checkbox": "yes_no"}


def label(row: Row) -> tuple[str, str]:
    return str(row["id"]), str(row.get("updated_at") or row.get("generated_timestamp") or "")


def field_kind(said: Any) -> str:
    return _KINDS.get(str(said), "text")


def is_customer(row: Row) -> bool:
    return row.get("role") == "end-user" and row.get("active", True) is not False


def company(row: Row) -> Company:
    domains = row.get("domain_names") or [""]
    return Company(str(row["id"]), str(row["name"] or ""), str(domains[0]), label(row)[1])


def person(row: Row, titles: Mapping[str, tuple[str, str]]) -> Person:
    facts = [
        Fact(titles.get(key, (key, "text"))[0], _value(value), titles.get(key, (key, "text"))[1])
        for key, value in (row.get("user_fields") or {}).items()
        if value not in (None, "", False)
    ]
    return Person(
        key=str(row["id"]),
        name=str(row.get("name") or ""),
        emails=(row["email"],) if row.get("email") else (),
        phones=(row["phone"],) if row.get("phone") else (),
        account=str(row.get("external_id") or ""),
        company=str(row.get("organization_id") or ""),
        language=str(row.get("locale") or ""),
        time_zone=str(row.get("iana_time_zone") or ""),
        facts=tuple(facts),
        created_at=maybe_moment(row.get("created_at")),
        version=label(row)[1],
    )


def _value(said: Any) -> str:
    return ", ".join(str(each) for each in said) if isinstance(said, list) else str(said)


def matter(ticket: Row, comments: Sequence[Row], users: Mapping[Any, Row]) -> Matter:
    created = moment(ticket["created_at"])
    customer = _customer(ticket, users)
    status = Status.CLOSED if ticket.get("status") in ("solved", "closed") else Status.OPEN
    said = tuple(_said(row, ticket, users, customer) for row in comments)
    assignee = users.get(ticket.get("assignee_id")) or {}
    return Matter(
        key=str(ticket["id"]),
        number=str(ticket["id"]),
        customer=customer,
        created_at=created,
        said=said,
        subject=str(ticket.get("raw_subject") or ticket.get("subject") or ""),
        channel=_CHANNELS.get(str((ticket.get("via") or {}).get("channel")), "email"),
        status=status,
        priority=_PRIORITIES.get(str(ticket.get("priority")), Priority.NORMAL),
        tags=tuple(str(tag) for tag in ticket.get("tags") or ()),
        assignee_email=str(assignee.get("email") or ""),
        closed_at=maybe_moment(ticket.get("updated_at")) if status == Status.CLOSED else None,
        version=label(ticket)[1],
    )


def _customer(ticket: Row, users: Mapping[Any, Row]) -> Writer:
    row = users.get(ticket.get("requester_id")) or {}
    return Writer(
        By.CUSTOMER, str(ticket.get("requester_id") or ""), str(row.get("name") or ""), str(row.get("email") or ""),
        str(row.get("phone") or ""),
    )  # fmt: skip


def _said(row: Row, ticket: Row, users: Mapping[Any, Row], customer: Writer) -> Said:
    system = (row.get("metadata") or {}).get("system") or {}
    source = ((row.get("via") or {}).get("source") or {}).get("from") or {}
    return Said(
        key=str(row["id"]),
        at=moment(row["created_at"]),
        writer=_writer(row, users, customer, source),
        text=str(row.get("plain_body") or row.get("body") or "") if not row.get("html_body") else "",
        html=str(row.get("html_body") or ""),
        is_private=row.get("public") is False,
        files=tuple(_file(each) for each in row.get("attachments") or ()),
        message_id=str(system.get("message_id") or "").strip("<> "),
    )


def _writer(row: Row, users: Mapping[Any, Row], customer: Writer, source: Row) -> Writer:
    if str(row["author_id"]) == customer.key:
        return customer
    user = users.get(row["author_id"]) or {}
    name, email = str(user.get("name") or source.get("name") or ""), str(user.get("email") or "")
    if row["author_id"] == -1:
        return Writer(By.MACHINE, name=name or "Zendesk")
    by = By.CUSTOMER if user.get("role") == "end-user" else By.AGENT
    return Writer(by, str(row["author_id"]) if by == By.CUSTOMER else "", name, email)


def _file(row: Row) -> Attached:
    return Attached(
        row["content_url"], str(row.get("file_name") or "file"), str(row.get("content_type") or ""),
        int(row.get("size") or 0),
    )  # fmt: skip


def macro(row: Row) -> Macro:
    title = str(row["title"])
    folder, _colons, name = title.rpartition("::")
    html, steps = "", []
    for action in row.get("actions") or ():
        field, value = action.get("field"), action.get("value")
        if field == "comment_value_html":
            html = str(value[-1] if isinstance(value, list) else value)
        elif field == "comment_value" and not html:
            html = _paragraphs(str(value[-1] if isinstance(value, list) else value))
        else:
            steps += _steps(str(field), value)
    return Macro(str(row["id"]), name, html, folder.replace("::", " / "), "", tuple(steps), label(row)[1])


def _steps(field: str, value: Any) -> list[dict[str, str]]:
    words = value.split() if isinstance(value, str) else []
    if field in ("current_tags", "set_tags"):
        return [{"do": "tag", "value": tag} for tag in words]
    if field == "remove_tags":
        return [{"do": "untag", "value": tag} for tag in words]
    if field == "priority" and value in ("low", "normal", "high", "urgent"):
        return [{"do": "priority", "value": str(value)}]
    if field == "status" and value in ("solved", "closed"):
        return [{"do": "close", "value": ""}]
    return []


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(each)}</p>" for each in text.replace("\r\n", "\n").split("\n") if each.strip())


def article(row: Row, sections: Mapping[Any, str]) -> Article:
    return Article(
        key=str(row["id"]),
        title=str(row.get("title") or row.get("name") or ""),
        html=str(row.get("body") or ""),
        address=str(row.get("html_url") or ""),
        folder=sections.get(row.get("section_id"), ""),
        language=str(row.get("locale") or ""),
        version=label(row)[1],
    )
