"""Which customers are meant: a filter whose lines are about them, their company and their own fields."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from rapport.conversations.filtering import meaning
from rapport.conversations.filtering.filters import Condition, Filter, FilterError, Group
from rapport.conversations.filtering.subjects import CUSTOMER_FIELD, Subject, Vocabulary
from rapport.customers.models import Customer
from rapport.team.models import Agent


def offered(vocabulary: Vocabulary) -> list[Subject]:
    """What a person chooses from."""
    return [each for each in vocabulary.offered if is_of_customers(each)]


def is_of_customers(subject: Subject) -> bool:
    return subject.name in ("company", "owner", "language") or subject.name.startswith(CUSTOMER_FIELD)


def parse(said: Any, vocabulary: Vocabulary | None = None) -> Filter:
    """Raises FilterError, also for a line about conversations."""
    wanted = Filter.parse(said, vocabulary)
    for each in wanted.lines():
        if not is_of_customers(each.subject):
            raise FilterError("", _("Customers cannot be filtered by %(label)s.") % {"label": each.subject.label})
    return wanted


def apply(wanted: Filter, customers: QuerySet[Customer], agent: Agent | None = None) -> QuerySet[Customer]:
    """Those of them that are meant; `agent` is whom a line means by me."""
    return customers.filter(_q(wanted, agent)) if wanted.conditions else customers


def _q(wanted: Group | Condition, agent: Agent | None) -> Q:
    if isinstance(wanted, Condition):
        return meaning.of_customers(wanted.subject, wanted.op, wanted.value, agent)
    made = Q()
    for each in wanted.conditions:
        made = made & _q(each, agent) if wanted.match == "all" else made | _q(each, agent)
    return made
