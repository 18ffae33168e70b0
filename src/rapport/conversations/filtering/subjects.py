"""What a line of a filter can be about, and how it may be compared."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from rapport.backbone.custom_fields.fieldset import FieldSet
from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.filtering.comparing import own_field
from rapport.backbone.filtering.subjects import (
    AGE,
    AN_ID,
    CHOICE,
    FILLED,
    MOMENT,
    MOST_CHOICES,
    NUMBER,
    OPS,
    PERSON,
    WORDS,
    YES_NO,
    Subject,
    named,
    of_field,
)
from rapport.conversations.fields import FIELDS as OWN_FIELDS
from rapport.conversations.filtering.meaning import MEANS, PRIORITY_WORDS
from rapport.conversations.models import Conversation, Inbox, Tag
from rapport.conversations.types import Status
from rapport.customers.fields import FIELDS as CUSTOMER_FIELDS
from rapport.customers.models import Company, Customer
from rapport.customers.segments import queries as segments
from rapport.customers.segments.vocabulary import language_choices, owner_choices
from rapport.team.models import Agent, Team

OWN_FIELD, CUSTOMER_FIELD = "field.", "customer."
# What only somebody who looks can be asked: a rule is nobody.
PERSONAL = frozenset({"mentioned", "followed"})
_PATTERNS = {
    "status": "|".join(Status.values),
    "assignee": rf"me|nobody|{AN_ID}|team:{AN_ID}",
    "team": rf"mine|none|{AN_ID}",
    "inbox": AN_ID,
    "customer": AN_ID,
    "company": AN_ID,
    "owner": rf"me|nobody|{AN_ID}",
    "segment": AN_ID,
    "priority": "|".join(PRIORITY_WORDS),
}


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
        return {f"{OWN_FIELD}{f.key}": _own(f) for f in OWN_FIELDS.every}

    @cached_property
    def _of_customers(self) -> dict[str, Subject]:
        return {f"{CUSTOMER_FIELD}{f.key}": _of_customer(f) for f in CUSTOMER_FIELDS.every}

    @cached_property
    def _standing(self) -> dict[str, Subject]:
        subjects = (
            Subject("status", _("Status"), CHOICE, lambda: [(str(v), str(n)) for v, n in Status.choices]),
            Subject("assignee", _("Assigned to"), CHOICE, _assignees),
            Subject("team", _("Team"), CHOICE, _teams),
            Subject("inbox", _("Inbox"), CHOICE, lambda: named(Inbox.objects.values_list("pk", "name"))),
            Subject("channel", _("Channel"), CHOICE, channel_choices),
            Subject("tag", _("Tag"), CHOICE, _tags),
            Subject("segment", _("Customer segment"), CHOICE, _segments),
            Subject("priority", _("Priority"), CHOICE, _priorities),
            Subject("subject", _("Subject"), WORDS, own_ops=("has", "has_not")),
            Subject("words", _("Words in its messages"), WORDS, own_ops=("has",)),
            Subject("customer", _("Customer"), PERSON, lambda: named(_people())),
            Subject("company", _("Company"), PERSON, lambda: named(_companies())),
            Subject("owner", _("Customer’s owner"), CHOICE, owner_choices),
            Subject("language", _("Customer’s language"), CHOICE, language_choices),
            Subject("unread", _("Unread"), YES_NO),
            Subject("mentioned", _("Mentions me"), YES_NO),
            Subject("followed", _("I follow it"), YES_NO),
            Subject("about_order", _("About an order"), YES_NO),
            Subject("waiting", _("Waiting for our answer"), AGE, own_ops=(*OPS[AGE], *FILLED)),
            Subject("due", _("Promise due"), MOMENT, own_ops=("before", "after", "within", "older_than", *FILLED)),
            Subject("satisfaction", _("Rating"), NUMBER),
            Subject("created", _("Created"), MOMENT),
            Subject("updated", _("Changed"), MOMENT),
            Subject("last_message", _("Last message"), MOMENT),
        )
        return {
            each.name: replace(each, means=MEANS[each.name], pattern=_PATTERNS.get(each.name, "")) for each in subjects
        }

    @property
    def everything(self) -> str:
        return _("Every conversation")


def _own(field: FieldBase) -> Subject:
    means = partial(_field, OWN_FIELDS, field, "pk")
    return of_field(field, name=f"{OWN_FIELD}{field.key}", label=field.label, means=means)


def _of_customer(field: FieldBase) -> Subject:
    label = _("Customer: %(label)s") % {"label": field.label}
    means = partial(_field, CUSTOMER_FIELDS, field, "customer")
    return of_field(field, name=f"{CUSTOMER_FIELD}{field.key}", label=label, means=means)


def _field(fields: FieldSet, field: FieldBase, owner: str, op: str, value: Any, _agent: Agent | None) -> Q:
    return own_field(fields, field, op, value, owner=owner)


def _assignees() -> list[tuple[str, str]]:
    agents = Agent.objects.filter(deactivated_at=None).order_by("name", "id").values_list("pk", "name")[:MOST_CHOICES]
    teams = Team.objects.values_list("pk", "name")[:MOST_CHOICES]
    members = [(f"team:{pk}", _("Somebody of %(team)s") % {"team": name}) for pk, name in teams]
    return [("me", _("Me")), ("nobody", _("Nobody")), *named(agents), *members]


def _teams() -> list[tuple[str, str]]:
    mine = [("mine", _("One of mine")), ("none", _("No team"))]
    return [*mine, *named(Team.objects.values_list("pk", "name")[:MOST_CHOICES])]


def channel_choices() -> list[tuple[str, str]]:
    used = Conversation.objects.order_by("-id").values_list("channel", flat=True)[:MOST_CHOICES]
    return [(kind, kind) for kind in sorted({"email", *used})]


def _tags() -> list[tuple[str, str]]:
    return [("none:", _("No tag at all")), *tag_choices()]


def tag_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in Tag.objects.values_list("name", flat=True)[:MOST_CHOICES]]


def _segments() -> list[tuple[str, str]]:
    return named(segments.present().values_list("pk", "name")[:MOST_CHOICES])


def _priorities() -> list[tuple[str, str]]:
    return [(word, str(value.label)) for word, value in PRIORITY_WORDS.items()]


def _people() -> list[tuple[int, str]]:
    return [(person.pk, person.display_name) for person in Customer.objects.order_by("-id")[:MOST_CHOICES]]


def _companies() -> Iterable[tuple[int, str]]:
    standing = Company.objects.filter(merged_into=None).order_by(Lower("name"), "id")
    return standing.values_list("pk", "name")[:MOST_CHOICES]
