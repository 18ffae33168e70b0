"""Writing down what customers did, up to a thousand things at once, each told once however often it is sent."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.customers.announcements import CustomerEventsRecorded
from rapport.customers.events.whose import Who, find
from rapport.customers.models import CustomerEvent
from rapport.kit import clock
from rapport.kit.money import Money
from rapport.kit.text import one_line

MOST_AT_ONCE = 1000
_AHEAD = timedelta(days=1)
_AT_ONCE = 500


@dataclass(frozen=True)
class Happening:
    """What somebody did, as it was told. `creates` makes a customer of whoever is known by nothing yet."""

    name: str
    who: Who
    at: datetime | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    money: Money | None = None
    source: str = ""
    external_id: str = ""
    creates: bool = False


@dataclass
class Recorded:
    """What became of one: `same` was told before, `wrong` has a problem for people, at a field."""

    word: Literal["created", "same", "wrong"]
    event: CustomerEvent | None = None
    problem: str = ""
    field: str = ""


@transaction.atomic
def record(happenings: Sequence[Happening], *, by: int | None) -> list[Recorded]:
    """One answer for each, in their order. What is wrong is left out, the rest is written. `by` is an agent's id."""
    found = find([each.who for each in happenings], [each.creates for each in happenings])
    answers = []
    for each, customer in zip(happenings, found, strict=True):
        problem, where = _problem(each)
        if not problem and customer is None:
            problem, where = each.who.unknown, each.who.field
        made = None if problem or customer is None else _event(each, customer)
        answers.append(Recorded("wrong" if problem else "created", made, problem, where))
    _mark_repeated(answers)
    new = [answer for answer in answers if answer.word == "created" and answer.event]
    try:
        with transaction.atomic():
            _insert(new)
    except IntegrityError:
        # Somebody else sends the same at this moment, and came first.
        _mark_repeated(answers)
        new = [answer for answer in new if answer.word == "created"]
        _insert(new)
    if new:
        sources = {answer.event.source for answer in new if answer.event}
        announce(CustomerEventsRecorded(len(new), source=sources.pop() if len(sources) == 1 else "", by=by))
    return answers


def _insert(new: Sequence[Recorded]) -> None:
    rows = [answer.event for answer in new if answer.event]
    for row in rows:
        row.pk = None
    CustomerEvent.objects.bulk_create(rows, batch_size=_AT_ONCE)


def _event(said: Happening, customer: int) -> CustomerEvent:
    return CustomerEvent(
        customer_id=customer,
        name=one_line(said.name)[:80],
        at=said.at or clock.now(),
        properties=dict(said.properties),
        amount=said.money.minor if said.money else None,
        currency=said.money.currency if said.money else "",
        source=one_line(said.source)[:40],
        external_id=one_line(said.external_id)[:120],
    )


def _problem(said: Happening) -> tuple[str, str]:
    """A sentence, and the field it is about; empty where all is well."""
    if not one_line(said.name):
        return _("Say what they did: an event needs a name."), "name"
    if len(one_line(said.name)) > 80:
        return _("The name of an event may have %(most)d characters.") % {"most": 80}, "name"
    if len(said.external_id) > 120 or len(said.source) > 40:
        return _("The source may have 40 characters and the external id 120."), "external_id"
    if said.at is not None and said.at > clock.now() + _AHEAD:
        return _("This is in the future. Send what has happened."), "at"
    return _problem_of_properties(said.properties)


def _problem_of_properties(properties: Mapping[str, Any]) -> tuple[str, str]:
    written = json.dumps(dict(properties), ensure_ascii=False)
    if "\\u0000" in written or written != written.encode("utf-8", "ignore").decode():
        return _("The properties hold a character that cannot be kept."), "properties"
    if len(written.encode()) > CustomerEvent.MOST_PROPERTIES:
        return _("The properties of an event may have 8 kB. Send less, or a link to it."), "properties"
    return "", ""


def _mark_repeated(answers: Sequence[Recorded]) -> None:
    """Those that were told before, here or in an earlier call, with the event there is."""
    keyed = [each for each in answers if each.word == "created" and each.event and each.event.external_id]
    by_source: dict[str, set[str]] = {}
    for each in keyed:
        if each.event:
            by_source.setdefault(each.event.source, set()).add(each.event.external_id)
    asked = Q()
    for source, ids in by_source.items():
        asked |= Q(source=source, external_id__in=ids)
    there = CustomerEvent.objects.filter(asked).exclude(external_id="") if by_source else ()
    known = {(event.source, event.external_id): event for event in there}
    for each in keyed:
        if each.event is None:
            continue
        key = (each.event.source, each.event.external_id)
        before = known.setdefault(key, each.event)
        if before is not each.event:
            each.word, each.event = "same", before
