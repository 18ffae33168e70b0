"""What of this room belongs to somebody who leaves."""

from django.utils.translation import ngettext

from rapport.customers.models import Task
from rapport.team.leaving import Belonging, add
from rapport.team.models import Agent


def _tasks(agent: Agent) -> int:
    return Task.objects.filter(assignee=agent, done_at=None).count()


def _tasks_in_words(count: int) -> str:
    return ngettext("%(count)d open task", "%(count)d open tasks", count) % {"count": count}


add(Belonging("tasks", _tasks, _tasks_in_words, is_handed_over=True))
