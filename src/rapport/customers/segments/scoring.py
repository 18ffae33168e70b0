"""Scores of customers: what models, scripts or people reckon of them, with why, and how it changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.customers.announcements import ScoreChanged
from rapport.customers.models import Customer
from rapport.customers.segments.errors import CannotSegment
from rapport.customers.segments.models import Score, ScoreChange
from rapport.kit import clock

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# A change is what a score is now against what it was so long ago.
CHANGE_OVER = timedelta(days=30)
MOST_REASONS = 10


@dataclass(frozen=True)
class Scored:
    """A value between anything and anything, in the unit of its name, and the reasons in plain words."""

    value: float
    reasons: Sequence[str] = ()


@transaction.atomic
def score(name: str, values: Mapping[int, Scored]) -> int:
    """Write down a score of many customers, by id; answers how many changed. Raises CannotSegment. Five queries.

    What stays the same is not written again, so that the timeline holds changes only.
    """
    if not NAME.fullmatch(name):
        raise CannotSegment(_("A score is called by small letters, digits and _, such as churn_risk."), field="name")
    if not all(isfinite(each.value) for each in values.values()):
        raise CannotSegment(_("A score is a number."), field="value")
    now = clock.now()
    known = {row.customer_id: row for row in Score.objects.filter(name=name, customer__in=values)}
    there = set(Customer.objects.filter(pk__in=values).values_list("pk", flat=True))
    earlier = _month_before(name, known, now)
    changes = []
    for pk, said in values.items():
        row = known.get(pk)
        if pk not in there or (row and row.value == said.value and row.reasons == list(said.reasons)):
            continue
        before = row.value if row else None
        reasons = [str(reason)[:300] for reason in said.reasons][:MOST_REASONS]
        if row is None:
            known[pk] = row = Score(customer_id=pk, name=name, value=said.value)
        row.value, row.before, row.reasons, row.at = said.value, earlier.get(pk, before), reasons, now
        row.change = None if row.before is None else row.value - row.before
        changes.append(ScoreChange(customer_id=pk, name=name, before=before, after=said.value, reasons=reasons, at=now))
    _write([known[each.customer_id] for each in changes])
    ScoreChange.objects.bulk_create(changes, batch_size=1_000)
    for each in changes:
        news = ScoreChanged(each.customer_id, name=name, before=each.before, after=each.after)
        announce(news, subject=f"customer:{each.customer_id}")
    return len(changes)


def _write(rows: Sequence[Score]) -> None:
    Score.objects.bulk_create([row for row in rows if row.pk is None], batch_size=1_000)
    there = [row for row in rows if row.pk is not None]
    Score.objects.bulk_update(there, ["value", "before", "change", "reasons", "at"], batch_size=500)


def _month_before(name: str, known: Mapping[int, Score], now: datetime) -> dict[int, float]:
    """What each was a month ago: the last change before then, else what the first one since began from."""
    since = now - CHANGE_OVER
    changes = ScoreChange.objects.filter(customer__in=known, name=name).order_by("customer", "at")
    found: dict[int, float] = {}
    settled: set[int] = set()
    for pk, at, before, after in changes.values_list("customer", "at", "before", "after"):
        if at <= since:
            found[pk] = after
        elif pk not in settled:
            settled.add(pk)
            if pk not in found and before is not None:
                found[pk] = before
    return found
