"""Chatwoot, application API v1 (Chatwoot 3 and 4).

Written from https://developers.chatwoot.com/api-reference: Conversations (pages of 25, `status=all`), Messages (pages
of 20 before an id, answered oldest first), Contacts (pages of 15), Canned Responses, Custom Attributes and, for
articles, Help Center; and from the views of https://github.com/chatwoot/chatwoot, app/views/api/v1.
"""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from rapport.conversations.types import Priority, Status
from rapport.exchange.moving_in.errors import MovingError, NotAllowed, NotThere
from rapport.exchange.moving_in.forms import ChatwootForm
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
    Macro,
    Matter,
    Page,
    Person,
    Said,
    Step,
    Writer,
)

Row = Mapping[str, Any]
_INCOMING, _OUTGOING, _ACTIVITY, _TEMPLATE = range(4)
_PRIORITIES = {"low": Priority.LOW, "high": Priority.HIGH, "urgent": Priority.URGENT}
_STATES = {"resolved": Status.CLOSED, "snoozed": Status.SNOOZED}
_CHANNELS = {
    "Channel::Email": "email", "Channel::WebWidget": "chat", "Channel::Api": "api", "Channel::FacebookPage": "facebook",
    "Channel::Instagram": "facebook", "Channel::Whatsapp": "whatsapp", "Channel::Sms": "sms",
    "Channel::TwilioSms": "sms", "Channel::Telegram": "telegram", "Channel::Line": "line", "Channel::Voice": "voice",
}  # fmt: skip
_KINDS = {"number": "number", "date": "date", "link": "link", "checkbox": "yes_no", 1: "number", 5: "date", 4: "link"}
_AT_ONCE = 20


class Chatwoot(OnTheNet):
    name, label, form = "chatwoot", "Chatwoot", ChatwootForm
    kinds = (Kind.CUSTOMERS, Kind.CONVERSATIONS, Kind.MACROS, Kind.ARTICLES)

    def __init__(self, settings: Mapping[str, Any], known: Known = nothing_known) -> None:
        super().__init__(settings, known)
        self.door = Door(str(settings["address"]), {"api_access_token": str(settings.get("token"))})
        self.root = f"/api/v1/accounts/{settings['number']}"
        self._titles: dict[str, tuple[str, str]] | None = None

    @property
    def account(self) -> str:
        return f"{urlsplit(str(self.settings['address'])).netloc.lower()}/{self.settings['number']}"

    @classmethod
    def guide(cls) -> Guide:
        return Guide(
            (
                _("Sign in to Chatwoot as an administrator who is in every inbox."),
                _("Open your profile settings and copy the access token at the end of the page."),
                _("Enter the address of your Chatwoot and the number that stands in it after /accounts/."),
            ),
            (_("Reports, automations and customer satisfaction answers stay in Chatwoot."),),
        )

    def check(self) -> list[Step]:
        steps: list[Step] = []
        try:
            me = self.door.get("/api/v1/profile")
            steps.append(Step(_("Signing in"), said=str(me.get("name") or "")))
            mine = {str(each.get("id")): each for each in me.get("accounts") or ()}
            account = mine.get(str(self.settings["number"]))
            if account is None:
                known = ", ".join(mine) or "–"
                raise NotAllowed(_("This token is not for that account. It is for: %(known)s.") % {"known": known})
            if account.get("role") != "administrator":
                raise NotAllowed(_("This person is no administrator there, so they do not see every conversation."))
            meta = self._conversations(1)["meta"]
            steps.append(Step(_("Reading conversations"), said=str(meta.get("all_count", ""))))
        except (MovingError, KeyError, TypeError, AttributeError) as error:
            said = str(error) if isinstance(error, MovingError) else _("This is no Chatwoot, or a very old one.")
            return [*steps, Step(_("Reading conversations") if steps else _("Signing in"), said)]
        return steps

    def companies(self, cursor: str) -> Iterator[Page[Company]]:
        """Chatwoot's companies are words on its contacts."""
        return iter(())

    def people(self, cursor: str) -> Iterator[Page[Person]]:
        titles = self._attributes()
        for number in _counting(cursor):
            said = self.door.get(f"{self.root}/contacts", {"page": number, "sort": "id"})
            rows = said["payload"]
            yield from in_parts(
                Kind.CUSTOMERS, rows, lambda row: _person(row, titles), known=self.known, label=_contact_label,
                before=str(number), after=str(number + 1) if rows else "", total=(said.get("meta") or {}).get("count"),
                size=100,
            )  # fmt: skip
            if not rows:
                return

    def conversations(self, cursor: str) -> Iterator[Page[Matter]]:
        for number in _counting(cursor):
            said = self._conversations(number)
            rows = said["payload"]
            yield from in_parts(
                Kind.CONVERSATIONS, rows, self._matter, known=self.known, label=_conversation_label,
                before=str(number), after=str(number + 1) if rows else "", total=said["meta"].get("all_count"),
            )  # fmt: skip
            if not rows:
                return

    def macros(self, cursor: str) -> Iterator[Page[Macro]]:
        rows = self.door.get(f"{self.root}/canned_responses")
        yield from in_parts(
            Kind.MACROS, rows, _macro, known=self.known, label=_macro_label, before="", after="", size=100
        )

    def articles(self, cursor: str) -> Iterator[Page[Article]]:
        try:
            portals = self.door.get(f"{self.root}/portals")["payload"]
        except (NotThere, NotAllowed):
            return
        for portal in portals:
            for number in _counting(""):
                said = self.door.get(f"{self.root}/portals/{portal['slug']}/articles", {"page": number})
                if not said["payload"]:
                    break
                yield from in_parts(
                    Kind.ARTICLES, said["payload"], lambda row, portal=portal: _article(row, portal),  # type: ignore[misc]
                    known=self.known, label=_article_label, before="", after="", size=100,
                )  # fmt: skip

    def _conversations(self, number: int) -> Any:
        asked = {"status": "all", "assignee_type": "all", "sort_by": "created_at_asc", "page": number}
        return self.door.get(f"{self.root}/conversations", asked)["data"]

    def _matter(self, row: Row) -> Matter:
        messages: dict[int, Row] = {}
        before: int | None = None
        while True:
            said = self.door.get(f"{self.root}/conversations/{row['id']}/messages", {"before": before})["payload"]
            fresh = {each["id"]: each for each in said if each["id"] not in messages}
            messages |= fresh
            if len(said) < _AT_ONCE or not fresh:
                break
            before = min(fresh)
        return _matter(row, [messages[key] for key in sorted(messages)])

    def _attributes(self) -> dict[str, tuple[str, str]]:
        if self._titles is None:
            try:
                rows = self.door.get(f"{self.root}/custom_attribute_definitions", {"attribute_model": 1})
            except (NotThere, NotAllowed):
                rows = []
            self._titles = {
                row["attribute_key"]: (row["attribute_display_name"], _KINDS.get(row["attribute_display_type"], "text"))
                for row in rows
            }
        return self._titles


def _counting(cursor: str) -> Iterator[int]:
    """Page numbers from where it stood; without an end of their own."""
    number = int(cursor) if cursor.isdecimal() else 1
    while True:
        yield number
        number += 1


def _contact_label(row: Row) -> tuple[str, str]:
    said = [row.get(name) for name in ("name", "email", "phone_number", "identifier", "custom_attributes")]
    return str(row["id"]), json.dumps(said, sort_keys=True, default=str)[-110:]


def _conversation_label(row: Row) -> tuple[str, str]:
    """Whatever changes it changes one of these; it has no version of its own."""
    assignee = ((row.get("meta") or {}).get("assignee") or {}).get("id", "")
    said = [row.get("status"), row.get("last_activity_at") or row.get("timestamp"), row.get("updated_at"), assignee]
    return str(row["id"]), "|".join(str(each) for each in said)


def _macro_label(row: Row) -> tuple[str, str]:
    return str(row["id"]), str(row.get("updated_at") or "")


def _article_label(row: Row) -> tuple[str, str]:
    return str(row["id"]), str(row.get("updated_at") or "")


def _person(row: Row, titles: Mapping[str, tuple[str, str]]) -> Person:
    more = row.get("additional_attributes") or {}
    facts = [
        Fact(titles.get(key, (key, "text"))[0], str(value), titles.get(key, (key, "text"))[1])
        for key, value in (row.get("custom_attributes") or {}).items()
        if value not in (None, "", False)
    ]
    place = ", ".join(str(more[name]) for name in ("city", "country") if more.get(name))
    return Person(
        key=str(row["id"]),
        name=str(row.get("name") or ""),
        emails=(row["email"],) if row.get("email") else (),
        phones=(row["phone_number"],) if row.get("phone_number") else (),
        account=str(row.get("identifier") or ""),
        company_name=str(more.get("company_name") or ""),
        location=place,
        facts=tuple(facts),
        created_at=maybe_moment(row.get("created_at")),
        version=_contact_label(row)[1],
    )


def _matter(row: Row, messages: list[Row]) -> Matter:
    meta = row.get("meta") or {}
    sender = meta["sender"]
    customer = Writer(
        By.CUSTOMER, str(sender["id"]), str(sender.get("name") or ""), str(sender.get("email") or ""),
        str(sender.get("phone_number") or ""),
    )  # fmt: skip
    spoken = [each for each in messages if each.get("message_type") != _ACTIVITY and not _is_empty(each)]
    status = _STATES.get(str(row.get("status")), Status.OPEN)
    last = row.get("last_activity_at") or row.get("timestamp")
    created = row.get("created_at") or (messages[0]["created_at"] if messages else last)
    return Matter(
        key=str(row["id"]),
        number=str(row["id"]),
        customer=customer,
        created_at=moment(created),
        said=tuple(_said(each, customer) for each in spoken),
        subject=str((row.get("additional_attributes") or {}).get("mail_subject") or ""),
        channel=_CHANNELS.get(str(meta.get("channel")), "chat"),
        status=status,
        priority=_PRIORITIES.get(str(row.get("priority")), Priority.NORMAL),
        tags=tuple(str(each) for each in row.get("labels") or ()),
        assignee_email=str((meta.get("assignee") or {}).get("email") or ""),
        closed_at=maybe_moment(last) if status == Status.CLOSED else None,
        snoozed_until=maybe_moment(row.get("snoozed_until")),
        version=_conversation_label(row)[1],
    )


def _is_empty(row: Row) -> bool:
    return not (row.get("content") or row.get("attachments"))


def _said(row: Row, customer: Writer) -> Said:
    mail = (row.get("content_attributes") or {}).get("email") or {}
    html = ((mail.get("html_content") or {}).get("full") or "") if row["message_type"] == _INCOMING else ""
    return Said(
        key=str(row["id"]),
        at=moment(row["created_at"]),
        writer=_writer(row, customer),
        text=str(row.get("content") or ""),
        html=str(html),
        is_private=bool(row.get("private")),
        files=tuple(_file(each) for each in row.get("attachments") or () if each.get("data_url")),
        message_id=_message_id(row, mail),
        in_reply_to=str(mail.get("in_reply_to") or "").strip("<> "),
        subject=str(mail.get("subject") or ""),
        to=tuple(str(each) for each in mail.get("to") or ()),
        cc=tuple(str(each) for each in mail.get("cc") or ()),
    )


def _message_id(row: Row, mail: Row) -> str:
    """Of mail alone; what other channels keep there is unique to them only."""
    said = str(mail.get("message_id") or row.get("source_id") or "").strip("<> ")
    return said if "@" in said and " " not in said else ""


def _writer(row: Row, customer: Writer) -> Writer:
    sender = row.get("sender") or {}
    if row["message_type"] == _INCOMING:
        return customer
    is_person = str(sender.get("type") or "user").lower() == "user"
    if row["message_type"] == _TEMPLATE or not sender or not is_person:
        return Writer(By.MACHINE, name=str(sender.get("name") or "Chatwoot"))
    return Writer(By.AGENT, name=str(sender.get("name") or ""), email=str(sender.get("email") or ""))


def _file(row: Row) -> Attached:
    url = str(row["data_url"])
    name = urlsplit(url).path.rpartition("/")[2] or "file"
    kinds = {"image": "image/*", "audio": "audio/*", "video": "video/*"}
    return Attached(url, name, kinds.get(str(row.get("file_type")), ""), int(row.get("file_size") or 0))


def _macro(row: Row) -> Macro:
    paragraphs = [f"<p>{escape(line)}</p>" for line in str(row["content"]).split("\n") if line.strip()]
    code = str(row["short_code"])
    return Macro(str(row["id"]), code, "".join(paragraphs), "Chatwoot", code, version=_macro_label(row)[1])


def _article(row: Row, portal: Row) -> Article:
    category = (row.get("category") or {}).get("name") or ""
    return Article(
        key=str(row["id"]), title=str(row["title"]), html=str(row.get("content") or ""),
        folder=" / ".join(each for each in (str(portal.get("name") or ""), str(category)) if each),
        language=str((row.get("category") or {}).get("locale") or ""), version=_article_label(row)[1],
    )  # fmt: skip
