"""What a line of a filter can be about, and how it may be compared."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.custom_fields.types import FieldKind
from rapport.conversations import fields as conversation_fields
from rapport.conversations.models import Conversation, Inbox, Tag
from rapport.conversations.types import Priority, Status
from rapport.customers import fields as customer_fields
from rapport.customers.models import Company, Customer
from rapport.customers.profiles.choices import language_groups
from rapport.team.models import Agent, Team

CHOICE, MOMENT, DAY, AGE, WORDS, NUMBER, YES_NO, PERSON = (
    "choice", "moment", "day", "age", "words", "number", "yes_no", "person",
)  # fmt: skip
OWN_FIELD, CUSTOMER_FIELD = "field.", "customer."
MOST_CHOICES = 500
# What only somebody who looks can be asked: a rule is nobody.
PERSONAL = frozenset({"mentioned", "followed"})
PRIORITY_WORDS = {"low": Priority.LOW, "normal": Priority.NORMAL, "high": Priority.HIGH, "urgent": Priority.URGENT}

_FILLED = ("filled", "empty")
_AGES = ("before", "after", "older_than", "newer_than")
OPS: Mapping[str, tuple[str, ...]] = {
    CHOICE: ("is", "is_not"),
    PERSON: ("has", "has_not", "is", "is_not"),
    MOMENT: _AGES,
    DAY: ("is", *_AGES, *_FILLED),
    AGE: ("longer_than", "shorter_than"),
    WORDS: ("has", "has_not", "is", "is_not", *_FILLED),
    NUMBER: ("is", "is_not", "at_least", "at_most", *_FILLED),
    YES_NO: ("is",),
}
# What is written beside an operation.
INPUTS: Mapping[str, str] = {
    "has": "words", "has_not": "words", "before": "day", "after": "day", "older_than": "age", "newer_than": "age",
    "longer_than": "age", "shorter_than": "age", "at_least": "number", "at_most": "number", "filled": "none",
    "empty": "none", "within": "age",
}  # fmt: skip

Choices = Callable[[], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class Subject:
    """One thing a line can be about. `kind` decides what can be asked of it."""

    name: str
    label: str
    kind: str
    choices: Choices | None = None
    field: FieldBase | None = None
    own_ops: tuple[str, ...] = ()

    @property
    def ops(self) -> tuple[str, ...]:
        return self.own_ops or OPS[self.kind]

    def input_of(self, op: str) -> str:
        """What stands beside the operation: choices, words, number, day, age, yes_no or none."""
        if op in INPUTS:
            return INPUTS[op]
        return {CHOICE: "choices", PERSON: "choices", DAY: "day", NUMBER: "number", YES_NO: "yes_no"}.get(
            self.kind, "words"
        )


class Vocabulary:
    """Every subject there is, for one reading. Custom fields are fetched once, when the first line asks for one."""

    def find(self, name: str) -> Subject | None:
        """The subject with this name, that of a retired field too: old filters go on meaning something."""
        if name.startswith(OWN_FIELD):
            return self._own.get(name)
        return self._of_customers.get(name) if name.startswith(CUSTOMER_FIELD) else self._standing.get(name)

    @property
    def offered(self) -> list[Subject]:
        """What a person chooses from."""
        return [*self._standing.values(), *self.fields]

    @property
    def fields(self) -> list[Subject]:
        """The present custom fields of conversations, then of customers."""
        every = [*self._own.values(), *self._of_customers.values()]
        return [subject for subject in every if subject.field and subject.field.retired_at is None]

    @cached_property
    def _own(self) -> dict[str, Subject]:
        return {f"{OWN_FIELD}{f.key}": _custom(OWN_FIELD, f) for f in conversation_fields.FIELDS.every}

    @cached_property
    def _of_customers(self) -> dict[str, Subject]:
        return {f"{CUSTOMER_FIELD}{f.key}": _custom(CUSTOMER_FIELD, f) for f in customer_fields.FIELDS.every}

    @cached_property
    def _standing(self) -> dict[str, Subject]:
        subjects = (
            Subject("status", _("Status"), CHOICE, lambda: [(str(v), str(n)) for v, n in Status.choices]),
            Subject("assignee", _("Assigned to"), CHOICE, _assignees),
            Subject("team", _("Team"), CHOICE, _teams),
            Subject("inbox", _("Inbox"), CHOICE, lambda: _named(Inbox.objects.values_list("pk", "name"))),
            Subject("channel", _("Channel"), CHOICE, _channels),
            Subject("tag", _("Tag"), CHOICE, _tags),
            Subject("priority", _("Priority"), CHOICE, _priorities),
            Subject("subject", _("Subject"), WORDS, own_ops=("has", "has_not")),
            Subject("words", _("Words in its messages"), WORDS, own_ops=("has",)),
            Subject("customer", _("Customer"), PERSON, lambda: _named(_people())),
            Subject("company", _("Company"), PERSON, lambda: _named(_companies())),
            Subject("owner", _("Customer’s owner"), CHOICE, _owners),
            Subject("language", _("Customer’s language"), CHOICE, _languages),
            Subject("unread", _("Unread"), YES_NO),
            Subject("mentioned", _("Mentions me"), YES_NO),
            Subject("followed", _("I follow it"), YES_NO),
            Subject("waiting", _("Waiting for our answer"), AGE, own_ops=(*OPS[AGE], *_FILLED)),
            Subject("due", _("Promise due"), MOMENT, own_ops=("before", "after", "within", "older_than", *_FILLED)),
            Subject("satisfaction", _("Rating"), NUMBER),
            Subject("created", _("Created"), MOMENT),
            Subject("updated", _("Changed"), MOMENT),
            Subject("last_message", _("Last message"), MOMENT),
        )
        return {subject.name: subject for subject in subjects}


def _custom(prefix: str, field: FieldBase) -> Subject:
    kinds = {
        FieldKind.TEXT: WORDS,
        FieldKind.LINK: WORDS,
        FieldKind.NUMBER: NUMBER,
        FieldKind.DATE: DAY,
        FieldKind.YES_NO: YES_NO,
    }
    name = f"{prefix}{field.key}"
    label = field.label if prefix == OWN_FIELD else _("Customer: %(label)s") % {"label": field.label}
    if field.kind == FieldKind.CHOICE:
        choices = [(choice, choice) for choice in field.choices]
        return Subject(name, label, CHOICE, lambda: choices, field, own_ops=("is", "is_not", *_FILLED))
    kind = kinds[FieldKind(field.kind)]
    return Subject(name, label, kind, field=field, own_ops=(*OPS[YES_NO], *_FILLED) if kind == YES_NO else ())


def _named(rows: Iterable[tuple[int, str]]) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in rows]


def _assignees() -> list[tuple[str, str]]:
    agents = Agent.objects.filter(deactivated_at=None).order_by("name", "id").values_list("pk", "name")[:MOST_CHOICES]
    teams = Team.objects.values_list("pk", "name")[:MOST_CHOICES]
    members = [(f"team:{pk}", _("Somebody of %(team)s") % {"team": name}) for pk, name in teams]
    return [("me", _("Me")), ("nobody", _("Nobody")), *_named(agents), *members]


def _owners() -> list[tuple[str, str]]:
    agents = Agent.objects.filter(deactivated_at=None).order_by("name", "id").values_list("pk", "name")[:MOST_CHOICES]
    return [("me", _("Me")), ("nobody", _("Nobody")), *_named(agents)]


def _languages() -> list[tuple[str, str]]:
    return [pair for _title, pairs in language_groups() for pair in pairs]


def _teams() -> list[tuple[str, str]]:
    mine = [("mine", _("One of mine")), ("none", _("No team"))]
    return [*mine, *_named(Team.objects.values_list("pk", "name")[:MOST_CHOICES])]


def _channels() -> list[tuple[str, str]]:
    used = Conversation.objects.order_by("-id").values_list("channel", flat=True)[:MOST_CHOICES]
    return [(kind, kind) for kind in sorted({"email", *used})]


def _tags() -> list[tuple[str, str]]:
    names = Tag.objects.values_list("name", flat=True)[:MOST_CHOICES]
    return [("none:", _("No tag at all")), *((name, name) for name in names)]


def _priorities() -> list[tuple[str, str]]:
    return [(word, str(value.label)) for word, value in PRIORITY_WORDS.items()]


def _people() -> list[tuple[int, str]]:
    return [(person.pk, person.display_name) for person in Customer.objects.order_by("-id")[:MOST_CHOICES]]


def _companies() -> Iterable[tuple[int, str]]:
    standing = Company.objects.filter(merged_into=None).order_by(Lower("name"), "id")
    return standing.values_list("pk", "name")[:MOST_CHOICES]
