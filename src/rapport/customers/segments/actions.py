"""Making, changing, filling and removing segments."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.customers.announcements import SegmentChanged
from rapport.customers.models import Customer
from rapport.customers.queries import visible_to
from rapport.customers.segments.errors import CannotSegment
from rapport.customers.segments.filters import CustomerFilter
from rapport.customers.segments.models import Segment, SegmentKind, SegmentMember
from rapport.customers.segments.queries import uses_of
from rapport.kit import clock
from rapport.kit.text import one_line
from rapport.team.models import Agent

MOST_SEGMENTS = 200
_AT_ONCE = 5_000


@transaction.atomic
def save(
    segment: Segment | None,
    *,
    by: Agent,
    name: str,
    filter: Any,
    kind: str = SegmentKind.DYNAMIC,
    description: str = "",
) -> Segment:
    """Make or change one. A static one is filled when it is made. Raises CannotSegment, FilterError."""
    wanted = CustomerFilter.parse(filter)
    named = one_line(name)[:80]
    if not named:
        raise CannotSegment(_("Give the segment a name."), field="name")
    if kind not in SegmentKind.values:
        raise CannotSegment(_("A segment holds whoever fits now, or these people."), field="kind")
    if segment is None and Segment.objects.filter(removed_at=None).count() >= MOST_SEGMENTS:
        raise CannotSegment(_("There are %(most)d segments already. Remove one first.") % {"most": MOST_SEGMENTS})
    if segment is not None and _is_inside(segment.pk, wanted):
        raise CannotSegment(_("A segment cannot be made of itself."), field="filter")
    made = segment or Segment(by=by)
    is_to_be_filled = kind == SegmentKind.STATIC and (segment is None or not segment.is_static)
    made.name, made.description, made.kind = named, one_line(description)[:300], kind
    made.filter, made.updated_at, made.size, made.counted_at = wanted.as_json(), clock.now(), None, None
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise CannotSegment(_("There is a segment called %(name)s already.") % {"name": named}, field="name") from error
    if is_to_be_filled:
        fill(made, by=by)
    announce(SegmentChanged(made.pk, name=made.name, by=by.pk), subject=f"segment:{made.pk}")
    return made


@transaction.atomic
def fill(segment: Segment, *, by: Agent) -> int:
    """A static one holds from now on whoever its filter means now; answers how many."""
    held = Segment.objects.select_for_update().get(pk=segment.pk)
    SegmentMember.objects.filter(segment=held).delete()
    meant = CustomerFilter.parse(held.filter).apply(visible_to(by), by).order_by()
    found = meant.annotate(chosen=F("pk")).values("chosen")
    now = clock.now()
    sql, params = found.query.sql_with_params()
    table, quote = SegmentMember._meta.db_table, connection.ops.quote_name
    with connection.cursor() as cursor:
        # A million rows that never leave the database.
        cursor.execute(
            f"INSERT INTO {quote(table)} (segment_id, customer_id, added_at) "  # noqa: S608  # Django's own SQL
            f"SELECT %s, meant.chosen, %s FROM ({sql}) AS meant",
            [held.pk, connection.ops.adapt_datetimefield_value(now), *params],
        )
    count = SegmentMember.objects.filter(segment=held).count()
    Segment.objects.filter(pk=held.pk).update(size=count, counted_at=now)
    segment.size, segment.counted_at = count, now
    return count


@transaction.atomic
def add(segment: Segment, customers: Iterable[Customer], *, by: Agent) -> int:
    """Put people into a static one; answers how many were not in it. Raises CannotSegment."""
    _only_static(segment)
    before = SegmentMember.objects.filter(segment=segment).count()
    rows = [SegmentMember(segment=segment, customer=each) for each in customers]
    SegmentMember.objects.bulk_create(rows, batch_size=_AT_ONCE, ignore_conflicts=True)
    return _counted(segment, by=by) - before


@transaction.atomic
def take_out(segment: Segment, customers: Iterable[Customer], *, by: Agent) -> int:
    """Raises CannotSegment."""
    _only_static(segment)
    gone, _by_model = SegmentMember.objects.filter(segment=segment, customer__in=list(customers)).delete()
    _counted(segment, by=by)
    return gone


@transaction.atomic
def remove(segment: Segment, *, by: Agent) -> None:
    """It is gone from every list; `bring_back` undoes it. Raises CannotSegment while something is made of it."""
    used = uses_of(segment)
    if used:
        told = {"names": ", ".join(used[:5])}
        raise CannotSegment(_("It is used by %(names)s. Change that first.") % told)
    segment.removed_at = clock.now()
    segment.save(update_fields=["removed_at"])
    announce(SegmentChanged(segment.pk, name=segment.name, by=by.pk), subject=f"segment:{segment.pk}")


@transaction.atomic
def bring_back(segment: Segment, *, by: Agent) -> None:
    """Raises CannotSegment when another one has its name by now."""
    if Segment.objects.filter(name=segment.name, removed_at=None).exclude(pk=segment.pk).exists():
        raise CannotSegment(_("There is a segment called %(name)s already.") % {"name": segment.name}, field="name")
    segment.removed_at = None
    segment.save(update_fields=["removed_at"])
    announce(SegmentChanged(segment.pk, name=segment.name, by=by.pk), subject=f"segment:{segment.pk}")


def _only_static(segment: Segment) -> None:
    if not segment.is_static:
        raise CannotSegment(_("This segment holds whoever fits now: nobody is put into it by hand."))


def _counted(segment: Segment, *, by: Agent) -> int:
    count = SegmentMember.objects.filter(segment=segment).count()
    now = clock.now()
    Segment.objects.filter(pk=segment.pk).update(size=count, counted_at=now, updated_at=now)
    segment.size = count
    announce(SegmentChanged(segment.pk, name=segment.name, by=by.pk), subject=f"segment:{segment.pk}")
    return count


def _is_inside(pk: int, wanted: CustomerFilter, depth: int = 5) -> bool:
    """Whether a filter is made of this segment, by itself or by another one."""
    named = {int(word) for line in wanted.lines() if line.subject.name == "segment" for word in line.value}
    if pk in named or depth == 0:
        return True
    others = Segment.objects.filter(pk__in=named, kind=SegmentKind.DYNAMIC)
    return any(_is_inside(pk, CustomerFilter.parse(each.filter), depth - 1) for each in others)
