"""What can be asked of customers. A room adds what it knows when it starts:

    vocabulary.register(lambda: [Subject("orders", _("Orders"), NUMBER, means=...)], family="orders")

`means(op, value, agent)` answers a condition on customers, as fast as a million of them need: a column, or `pk IN` a
subquery that an index answers. With `family`, `find` asks only the room whose names begin so: "event." or "score.".
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.filtering.comparing import NOTHING, has_words, moment, own_field, words
from rapport.backbone.filtering.subjects import (
    AN_ID,
    CHOICE,
    MOMENT,
    MOST_CHOICES,
    PERSON,
    WORDS,
    YES_NO,
    Subject,
    named,
    of_field,
)
from rapport.customers.fields import FIELDS
from rapport.customers.models import Company, Identity, IdentityKind
from rapport.customers.profiles.choices import language_groups
from rapport.team.models import Agent

OWN_FIELD = "customer."


@dataclass(frozen=True)
class Family:
    """What one room knows: `offered` for people to choose from, `find` for a name that may be offered no more."""

    prefix: str
    offered: Callable[[], Iterable[Subject]]
    find: Callable[[str], Subject | None] | None = None


_families: dict[str, Family] = {}


def register(family: Family) -> None:
    _families[family.prefix] = family


class Vocabulary:
    """Every subject there is, for one reading. Each room is asked once, when the first line asks for it."""

    def __init__(self) -> None:
        self._asked: dict[str, dict[str, Subject]] = {}

    def find(self, name: str) -> Subject | None:
        if name.startswith(OWN_FIELD):
            return self._own.get(name)
        if name in self._standing:
            return self._standing[name]
        family = _families.get(name.partition(".")[0])
        if family is None:
            return None
        return self._offered_by(family).get(name) or (family.find(name) if family.find else None)

    @property
    def offered(self) -> list[Subject]:
        """What a person chooses from."""
        own = [each for each in self._own.values() if each.field and each.field.retired_at is None]
        theirs = [each for family in _families.values() for each in self._offered_by(family).values()]
        return [*self._standing.values(), *own, *theirs]

    @property
    def everything(self) -> str:
        return _("Every customer")

    def _offered_by(self, family: Family) -> dict[str, Subject]:
        if family.prefix not in self._asked:
            self._asked[family.prefix] = {each.name: each for each in family.offered()}
        return self._asked[family.prefix]

    @cached_property
    def _own(self) -> dict[str, Subject]:
        return {f"{OWN_FIELD}{field.key}": _own(field) for field in FIELDS.every}

    @cached_property
    def _standing(self) -> dict[str, Subject]:
        subjects = (
            Subject("name", _("Name"), WORDS, means=partial(_words, "name")),
            Subject("email", _("Email"), WORDS, means=partial(_known_by, IdentityKind.EMAIL)),
            Subject("phone", _("Phone"), WORDS, means=partial(_known_by, IdentityKind.PHONE)),
            Subject("account", _("Account number"), WORDS, means=partial(_known_by, IdentityKind.EXTERNAL)),
            Subject("company", _("Company"), PERSON, _companies, means=_company, pattern=AN_ID),
            Subject("has_company", _("Belongs to a company"), YES_NO, means=_has_company),
            Subject("language", _("Language"), CHOICE, language_choices, means=_language),
            Subject("owner", _("Owner"), CHOICE, owner_choices, means=_owner, pattern=rf"me|nobody|{AN_ID}"),
            Subject("location", _("Place"), WORDS, means=partial(_words, "location")),
            Subject("known_since", _("Known since"), MOMENT, means=partial(_moment, "created_at")),
        )
        return {each.name: each for each in subjects}


def _own(field: FieldBase) -> Subject:
    def means(op: str, value: Any, _agent: Any) -> Q:
        return own_field(FIELDS, field, op, value, owner="pk")

    return of_field(field, name=f"{OWN_FIELD}{field.key}", label=field.label, means=means)


def _words(column: str, op: str, value: Any, _agent: Any) -> Q:
    return words(column, op, value)


def _moment(column: str, op: str, value: Any, _agent: Any) -> Q:
    return moment(column, op, value)


def _known_by(kind: IdentityKind, op: str, value: Any, _agent: Any) -> Q:
    known = Identity.objects.order_by().filter(kind=kind)
    if op in ("filled", "empty"):
        by_any = Q(pk__in=known.values("customer"))
        return by_any if op == "filled" else ~by_any
    meant = known.filter(has_words("value", value)) if op == "has" else known.filter(value__iexact=value)
    return Q(pk__in=meant.values("customer"))


def _company(op: str, value: Any, _agent: Any) -> Q:
    if op == "is":
        return Q(company__in=[int(word) for word in value])
    return Q(company__in=Company.objects.order_by().filter(name__icontains=value).values("pk"))


def _has_company(_op: str, value: bool, _agent: Any) -> Q:
    return Q(company__isnull=not value)


def _language(_op: str, value: Sequence[str], _agent: Any) -> Q:
    return spoken("language", value)


def _owner(_op: str, value: Sequence[str], agent: Any) -> Q:
    return owned("owner", value, agent)


def spoken(column: str, value: Sequence[str]) -> Q:
    """English is British English too."""
    made = Q((f"{column}__in", list(value)))
    for code in value:
        made |= Q((f"{column}__startswith", f"{code}-"))
    return made


def owned(column: str, value: Sequence[str], agent: Agent | None) -> Q:
    people = {int(word) for word in value if word.isdecimal()}
    people |= {agent.pk} if "me" in value and agent else set()
    made = Q((f"{column}__in", people)) if people else NOTHING
    return made | Q((f"{column}__isnull", True)) if "nobody" in value else made


def language_choices() -> list[tuple[str, str]]:
    return [pair for _title, pairs in language_groups() for pair in pairs]


def owner_choices() -> list[tuple[str, str]]:
    agents = Agent.objects.filter(deactivated_at=None).order_by("name", "id").values_list("pk", "name")[:MOST_CHOICES]
    return [("me", _("Me")), ("nobody", _("Nobody")), *named(agents)]


def _companies() -> list[tuple[str, str]]:
    return named(
        Company.objects.filter(merged_into=None).order_by(Lower("name"), "id").values_list("pk", "name")[:MOST_CHOICES]
    )
