"""How often a customer is called on of our own accord: the question outreach and campaigns ask before they begin.

    answer = may_contact(kim, at=clock.now())
    if not answer.is_allowed: print(answer.sentence)        # and answer.earliest

Rooms above say what else counts as calling on somebody:

    register("conversations", last_outreach)                 # customer ids, since -> the last moment of each
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from rapport.customers.models import Customer
from rapport.customers.tasks.models import Task
from rapport.customers.tasks.queries import policy
from rapport.customers.tasks.types import Kind

# The last time each of these customers was called on since a moment; who was not is left out. Few queries for many.
LastOutreach = Callable[[Sequence[int], datetime], Mapping[int, datetime]]
_sources: dict[str, LastOutreach] = {}


@dataclass(frozen=True)
class Answer:
    """Whether they may be called on then; else the first moment at which they may, and why in a sentence."""

    is_allowed: bool
    earliest: datetime
    sentence: str = ""


def register(name: str, source: LastOutreach) -> None:
    _sources[name] = source


def may_contact(customer: Customer, at: datetime, *, without: Task | None = None) -> Answer:
    """Asked for one customer; `without` leaves out a task that is being moved."""
    return may_contact_many([customer.pk], at, without=without)[customer.pk]


def may_contact_many(customer_ids: Sequence[int], at: datetime, *, without: Task | None = None) -> dict[int, Answer]:
    """The same for many, in a constant number of queries."""
    rules = policy()
    free = Answer(True, at)
    if not rules.is_on or not rules.every_days:
        return dict.fromkeys(customer_ids, free)
    gap = timedelta(days=rules.every_days)
    before, after = _nearest(customer_ids, at, gap, without)
    answers = {}
    for pk in customer_ids:
        last, following = before.get(pk), after.get(pk)
        taken = last or following
        if taken is None:
            answers[pk] = free
            continue
        earliest = max(each for each in (last, following) if each is not None) + gap
        answers[pk] = Answer(False, earliest, _sentence(taken, earliest, rules.every_days))
    return answers


def _nearest(
    customer_ids: Sequence[int], at: datetime, gap: timedelta, without: Task | None
) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """When each was last called on within the gap before, and the last planned after it before there is room again."""
    ours = Task.objects.filter(customer__in=customer_ids, kind=Kind.OUTREACH)
    if without is not None:
        ours = ours.exclude(pk=without.pk)
    done = ours.filter(done_at__gt=at - gap, done_at__lte=at)
    planned = ours.filter(done_at=None, due_at__gt=at - gap)
    before: dict[int, datetime] = dict(done.order_by().values_list("customer").annotate(Max("done_at")))
    found = [dict(planned.filter(due_at__lte=at).order_by().values_list("customer").annotate(Max("due_at")))]
    found += [dict(source(customer_ids, at - gap)) for source in _sources.values()]
    for each in found:
        for pk, moment in each.items():
            if moment > at - gap:
                before[pk] = max(moment, before.get(pk, moment))
    following: dict[int, list[datetime]] = {}
    for pk, moment in planned.filter(due_at__gt=at).order_by("due_at").values_list("customer_id", "due_at"):
        if moment is not None:
            following.setdefault(pk, []).append(moment)
    after = {pk: _last_of_row(moments, gap) for pk, moments in following.items() if moments[0] - at < gap}
    return before, after


def _last_of_row(moments: Sequence[datetime], gap: timedelta) -> datetime:
    """Past every planned one that leaves no room between itself and the next."""
    last = moments[0]
    for moment in moments[1:]:
        if moment - last >= 2 * gap:
            break
        last = moment
    return last


def _sentence(taken: datetime, earliest: datetime, days: int) -> str:
    told = {"day": _day(taken), "free": _day(earliest), "days": days}
    return (
        _("They were or are to be called on at %(day)s, and once in %(days)d days is enough. Free from %(free)s.")
        % told
    )


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT")
