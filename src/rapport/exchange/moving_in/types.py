"""What any desk has, in the words of ours. Times are aware; keys are the source's own ids, as text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.conversations.types import Priority, Status


class Kind(models.TextChoices):
    """What can be brought, in the order in which it is: a customer needs their company, a conversation its customer."""

    COMPANIES = "companies", _("Companies")
    CUSTOMERS = "customers", _("Customers")
    CONVERSATIONS = "conversations", _("Conversations")
    MACROS = "macros", _("Macros")
    ARTICLES = "articles", _("Articles")


@dataclass(frozen=True)
class Company:
    key: str
    name: str
    domain: str = ""
    version: str = ""


@dataclass(frozen=True)
class Fact:
    """What a field of the source's own says; `kind` is one of ours, see `FieldKind`."""

    label: str
    value: str
    kind: str = "text"


@dataclass(frozen=True)
class Person:
    """`account` is what the company's own systems call them; `company` the key of a Company."""

    key: str
    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    account: str = ""
    company: str = ""
    company_name: str = ""
    language: str = ""
    time_zone: str = ""
    location: str = ""
    facts: tuple[Fact, ...] = ()
    created_at: datetime | None = None
    version: str = ""


class By(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    AGENT = "agent", _("Agent")
    MACHINE = "machine", _("Machine")


@dataclass(frozen=True)
class Writer:
    """Who wrote something. An agent is found by their address; a customer by their key, else by their address."""

    by: By
    key: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Attached:
    """A file that is still where it was. `size` is 0 where the source does not say."""

    url: str
    name: str
    content_type: str = "application/octet-stream"
    size: int = 0
    content_id: str = ""


@dataclass(frozen=True)
class Said:
    """One message, or a note when it is private. `message_id` is a mail's own, without its angle brackets."""

    key: str
    at: datetime
    writer: Writer
    text: str = ""
    html: str = ""
    is_private: bool = False
    files: tuple[Attached, ...] = ()
    message_id: str = ""
    in_reply_to: str = ""
    subject: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matter:
    """A conversation with everything said in it, oldest first. `number` is what people called it."""

    key: str
    number: str
    customer: Writer
    created_at: datetime
    said: tuple[Said, ...]
    subject: str = ""
    channel: str = "email"
    status: Status = Status.OPEN
    priority: Priority = Priority.NORMAL
    tags: tuple[str, ...] = ()
    assignee_email: str = ""
    closed_at: datetime | None = None
    snoozed_until: datetime | None = None
    version: str = ""


@dataclass(frozen=True)
class Macro:
    """A text to answer with, as HTML, and what is done along with it, as steps of room automation."""

    key: str
    name: str
    html: str = ""
    folder: str = ""
    shortcut: str = ""
    steps: tuple[Mapping[str, str], ...] = ()
    version: str = ""


@dataclass(frozen=True)
class Article:
    key: str
    title: str
    html: str
    address: str = ""
    folder: str = ""
    language: str = ""
    version: str = ""


Thing = Company | Person | Matter | Macro | Article
T = TypeVar("T", Company, Person, Matter, Macro, Article)


@dataclass(frozen=True)
class Broken:
    """Something the source gave that makes no sense; the problem is a sentence for people."""

    key: str
    problem: str


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some things, and the cursor from which reading goes on once they are written. Empty begins anew.

    `total` is how many there are altogether, where the source says so. `seen` counts what was here before this run
    and was not fetched again.
    """

    things: tuple[T, ...]
    cursor: str
    broken: tuple[Broken, ...] = ()
    total: int | None = None
    seen: int = 0


@dataclass(frozen=True)
class Step:
    """One thing that was tried before anything is moved. `problem` is empty when it went well."""

    label: str
    problem: str = ""
    said: str = ""

    @property
    def is_fine(self) -> bool:
        return not self.problem


@dataclass(frozen=True)
class Guide:
    """How a person gets what the form asks for: sentences, one a step."""

    steps: tuple[str, ...] = ()
    left_behind: tuple[str, ...] = field(default=())
