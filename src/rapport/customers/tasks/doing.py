"""Tasks are added, changed, done, and opened again."""

import calendar
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.customers.errors import CannotArrange
from rapport.customers.models import Company, Customer
from rapport.customers.tasks import frequency
from rapport.customers.tasks.announcements import TaskAdded, TaskDone
from rapport.customers.tasks.models import StartedChecklist, Task
from rapport.customers.tasks.notices import ASSIGNED
from rapport.customers.tasks.queries import policy
from rapport.customers.tasks.types import Kind, Repeat, TooSoon, Weight
from rapport.kit import clock
from rapport.team.models import Agent
from rapport.team.notifications import notify
from rapport.team.types import Permission

# Days, else months, from one turn to the next.
STEPS: dict[str, tuple[int, int]] = {
    Repeat.DAILY: (1, 0),
    Repeat.WEEKLY: (7, 0),
    Repeat.MONTHLY: (0, 1),
    Repeat.QUARTERLY: (0, 3),
    Repeat.YEARLY: (0, 12),
}
CHANGEABLE = ("title", "notes", "kind", "priority", "customer", "company", "assignee", "due_at", "remind_at", "repeats")


@transaction.atomic
def add(
    *,
    title: str,
    by: Agent | None,
    notes: str = "",
    kind: str = Kind.TODO,
    priority: int = Weight.NORMAL,
    customer: Customer | None = None,
    company: Company | None = None,
    assignee: Agent | None = None,
    due_at: datetime | None = None,
    remind_at: datetime | None = None,
    repeats: str = Repeat.NEVER,
    checklist: StartedChecklist | None = None,
) -> tuple[Task, str]:
    """Something to do, and why it is due later than it was asked to, or "". Raises CannotArrange."""
    task = Task(
        title=title, notes=notes, kind=kind, priority=priority, customer=customer, company=company, assignee=assignee,
        due_at=due_at, remind_at=remind_at, repeats=repeats, by=by, checklist=checklist,
    )  # fmt: skip
    because = _check(task)
    task.save()
    news = TaskAdded(
        task.pk, customer=task.customer_id, assignee=task.assignee_id, kind=task.kind, by=by.pk if by else None
    )
    announce(news, subject=f"task:{task.pk}")
    _tell_assignee(task, by)
    return task, because


@transaction.atomic
def change(task: Task, *, by: Agent | None, **said: Any) -> tuple[Task, str]:
    """Change what is named, of CHANGEABLE; answers it and why it was moved, or "". Raises CannotArrange."""
    task = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    before = {name: getattr(task, name) for name in CHANGEABLE}
    for name, value in said.items():
        if name not in CHANGEABLE:
            raise TypeError(f"{name} of a task is not changed like this.")
        setattr(task, name, value)
    because = _check(task) if (task.kind, task.due_at) != (before["kind"], before["due_at"]) else _check_plain(task)
    if task.remind_at != before["remind_at"]:
        task.reminded_at = None
    task.save()
    if task.assignee_id != (before["assignee"].pk if before["assignee"] else None):
        _tell_assignee(task, by)
    return task, because


@transaction.atomic
def complete(task: Task, *, by: Agent | None) -> Task:
    """It is done; one that repeats is there again, at its next turn. Doing it twice is doing it once."""
    task = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if task.is_done:
        return task
    task.done_at, task.done_by = clock.now(), by
    task.following = _next_turn(task)
    task.save(update_fields=["done_at", "done_by", "following", "updated_at"])
    news = TaskDone(task.pk, customer=task.customer_id, kind=task.kind, by=by.pk if by else None)
    announce(news, subject=f"task:{task.pk}")
    return task


@transaction.atomic
def reopen(task: Task, *, by: Agent | None) -> Task:
    """It is not done after all; the next turn it made goes, unless somebody did or changed that one."""
    task = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if not task.is_done:
        return task
    following = task.following
    task.done_at = task.done_by = task.following = None
    task.save(update_fields=["done_at", "done_by", "following", "updated_at"])
    if following is not None and not following.is_done:
        following.delete()
    return task


@transaction.atomic
def remove(task: Task) -> None:
    task.delete()


def _check(task: Task) -> str:
    """Raises CannotArrange; moves outreach that would come too soon, and says so."""
    _check_plain(task)
    if task.kind != Kind.OUTREACH or task.customer is None or task.is_done:
        return ""
    # Two people plan a call at once: whoever holds the customer's row is first.
    Customer.objects.select_for_update().get(pk=task.customer.pk)
    answer = frequency.may_contact(task.customer, task.due_at or clock.now(), without=task if task.pk else None)
    if answer.is_allowed:
        return ""
    if policy().too_soon == TooSoon.REFUSE:
        raise CannotArrange(answer.sentence, "due")
    task.due_at = answer.earliest
    return answer.sentence


def _check_plain(task: Task) -> str:
    task.title = " ".join(task.title.replace("\0", "").split())[:200]
    task.notes = task.notes.replace("\0", "").strip()[:5000]
    if not task.title:
        raise CannotArrange(_("Say what is to be done."), "title")
    if task.kind not in Kind.values or task.priority not in Weight.values or task.repeats not in Repeat.values:
        raise CannotArrange(_("Choose one of what is offered."), "kind")
    if task.repeats and task.due_at is None:
        raise CannotArrange(_("What repeats needs a day to begin with."), "due")
    if task.assignee is not None and not (task.assignee.is_active and task.assignee.may(Permission.READ)):
        raise CannotArrange(_("This person does not work here any more. Choose somebody else."), "assignee")
    return ""


def _next_turn(task: Task) -> Task | None:
    step = STEPS.get(task.repeats)
    if step is None or task.due_at is None:
        return None
    due, turns = task.due_at, 0
    # What was missed meanwhile is not made up for.
    while due <= clock.now() or not turns:
        turns += 1
        due = _after(task.due_at, step, turns)
    ahead = task.due_at - task.remind_at if task.remind_at else None
    copied = {name: getattr(task, name) for name in CHANGEABLE}
    copied |= {"due_at": due, "remind_at": due - ahead if ahead is not None else None}
    return Task.objects.create(**copied, by=task.by, checklist=task.checklist)


def _after(first: datetime, step: tuple[int, int], turns: int) -> datetime:
    """At the same time of the clock, whatever summer time does; the 31st falls on the last day of shorter months."""
    days, months = step
    here = timezone.localtime(first)
    year, month = divmod(here.year * 12 + here.month - 1 + months * turns, 12)
    day = min(here.day, calendar.monthrange(year, month + 1)[1])
    moved = datetime.combine(date(year, month + 1, day) + timedelta(days=days * turns), here.time())
    return timezone.make_aware(moved)


def _tell_assignee(task: Task, by: Agent | None) -> None:
    if task.assignee_id:
        notify(ASSIGNED.name, [task.assignee_id], place=f"task:{task.pk}", by=by)
