"""Checklists: setting them up, starting one for a customer, and stopping it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.customers.errors import CannotArrange
from rapport.customers.lifecycle.models import Stage
from rapport.customers.models import Customer
from rapport.customers.tasks import doing
from rapport.customers.tasks.models import Checklist, ChecklistItem, OutreachPolicy, StartedChecklist, Task
from rapport.customers.tasks.queries import THE_POLICY
from rapport.customers.tasks.types import Kind, TooSoon, Whose
from rapport.kit import clock
from rapport.team.models import Agent
from rapport.team.types import Permission

MOST_ITEMS = 40
_NINE = time(9)


@dataclass(frozen=True)
class Item:
    """One line of a checklist as it is set up."""

    title: str
    after_days: int = 0
    kind: str = Kind.TODO
    whose: str = Whose.STARTER
    agent: Agent | None = None


@transaction.atomic
def save(
    checklist: Checklist | None, *, name: str, items: Sequence[Item], stage: Stage | None = None, is_on: bool = True
) -> Checklist:
    """What is under way for customers stays as it is. Raises CannotArrange."""
    name = " ".join(name.split())[:120]
    if not name:
        raise CannotArrange(_("A checklist needs a name."), "name")
    if not items:
        raise CannotArrange(_("A checklist needs something to do."), "items")
    if len(items) > MOST_ITEMS:
        raise CannotArrange(_("A checklist may have %(most)d lines.") % {"most": MOST_ITEMS}, "items")
    for item in items:
        if not 0 <= item.after_days <= 730 or item.kind not in Kind.values or item.whose not in Whose.values:
            raise CannotArrange(_("Days go from 0 to 730."), "items")
        if item.whose == Whose.PERSON and item.agent is None:
            raise CannotArrange(_("Choose who does “%(title)s”.") % {"title": item.title}, "items")
    checklist = checklist or Checklist()
    checklist.name, checklist.stage, checklist.is_on = name, stage, is_on
    checklist.save()
    checklist.items.all().delete()
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            checklist=checklist,
            title=" ".join(item.title.split())[:200],
            after_days=item.after_days,
            kind=item.kind,
            whose=item.whose,
            agent=item.agent if item.whose == Whose.PERSON else None,
            position=position,
        )
        for position, item in enumerate(items)
    )
    return checklist


@transaction.atomic
def remove(checklist: Checklist) -> None:
    """What is under way by it goes on."""
    checklist.delete()


@transaction.atomic
def start(
    checklist: Checklist, customer: Customer, *, by: Agent | None, event: int | None = None
) -> StartedChecklist | None:
    """Its items become tasks of this customer's; None when it is under way, or this event started it before."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    under_way = StartedChecklist.objects.filter(checklist=checklist, customer=customer, stopped_at=None)
    if under_way.filter(tasks__done_at=None, tasks__isnull=False).exists():
        return None
    try:
        with transaction.atomic():
            started = StartedChecklist.objects.create(
                checklist=checklist, name=checklist.name, customer=customer, by=by, event=event
            )
    except IntegrityError:
        return None
    for item in checklist.items.select_related("agent"):
        doing.add(
            title=item.title,
            by=by,
            kind=item.kind,
            customer=customer,
            assignee=_doer(item, by),
            due_at=_due(item.after_days),
            checklist=started,
        )
    return started


@transaction.atomic
def stop(started: StartedChecklist) -> int:
    """What is not done of it goes; answers how many that were."""
    left = Task.objects.filter(checklist=started, done_at=None)
    count = left.count()
    left.delete()
    started.stopped_at = clock.now()
    started.save(update_fields=["stopped_at"])
    return count


def start_for_stage(customer: Customer, stage: str, *, event: int) -> None:
    """What is done for whoever comes into this stage."""
    for checklist in Checklist.objects.filter(stage__key=stage, is_on=True):
        # Outreach that would come too soon ends one list, not the others.
        try:
            start(checklist, customer, by=None, event=event)
        except CannotArrange:
            continue


@transaction.atomic
def set_policy(*, is_on: bool, every_days: int, too_soon: str) -> OutreachPolicy:
    """How often customers are called on, from now on. Raises CannotArrange."""
    if not 1 <= every_days <= 365:
        raise CannotArrange(_("Choose 1 to 365 days."), "every_days")
    said = {"is_on": is_on, "every_days": every_days, "too_soon": TooSoon(too_soon)}
    return OutreachPolicy.objects.update_or_create(pk=THE_POLICY, defaults=said)[0]


def _doer(item: ChecklistItem, by: Agent | None) -> Agent | None:
    chosen = {Whose.STARTER: by, Whose.PERSON: item.agent}.get(Whose(item.whose))
    return chosen if chosen and chosen.is_active and chosen.may(Permission.READ) else None


def _due(after_days: int) -> datetime:
    """At nine in the morning so many days on; today's by the end of the day."""
    day = timezone.localdate(clock.now()) + timedelta(days=after_days)
    return timezone.make_aware(datetime.combine(day, _NINE if after_days else time(18)))
