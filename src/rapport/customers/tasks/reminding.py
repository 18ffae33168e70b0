"""Reminding people of their tasks at the moment they chose."""

from django.db import transaction

from rapport.customers.tasks.models import Task
from rapport.customers.tasks.notices import REMINDER
from rapport.kit import clock
from rapport.team.notifications import News
from rapport.team.notifications.telling import notify_all

_AT_ONCE = 500


def remind() -> int:
    """Tell of whatever is due to be remembered; answers how many."""
    count = 0
    while told := _remind_some():
        count += told
    return count


@transaction.atomic
def _remind_some() -> int:
    now = clock.now()
    waiting = Task.objects.select_for_update(skip_locked=True).filter(
        remind_at__lte=now, reminded_at=None, done_at=None
    )
    tasks = list(waiting.order_by("remind_at")[:_AT_ONCE])
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(reminded_at=now)
    # What is nobody's reminds whoever wrote it down.
    whom = {task.pk: task.assignee_id or task.by_id for task in tasks}
    notify_all([News(REMINDER.name, frozenset([pk]), f"task:{task}") for task, pk in whom.items() if pk])
    return len(tasks)
