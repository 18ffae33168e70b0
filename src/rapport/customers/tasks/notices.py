"""What people are told of tasks, and what a task is called in it."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.customers.tasks.queries import visible_to
from rapport.design.moments import full
from rapport.team.models import Agent, Notification
from rapport.team.notifications import Described, Kind, declare, describes

REMINDER = declare(
    Kind(
        "task_reminder",
        gettext_lazy("A task of mine asks to be remembered"),
        gettext_lazy("%(by)s reminds you of a task"),
        gettext_lazy("You wanted to be reminded of a task"),
        icon="bell",
        order=6,
    )
)
ASSIGNED = declare(
    Kind(
        "task_assigned",
        gettext_lazy("A task becomes mine"),
        gettext_lazy("%(by)s gave you a task"),
        gettext_lazy("A task is yours now"),
        icon="check-circle",
        order=7,
    )
)


def describe(agent: Agent, notifications: list[Notification]) -> dict[int, Described]:
    """For those about tasks that are still there. One query."""
    places = {row.pk: int(row.place.partition(":")[2]) for row in notifications}
    shown = visible_to(agent).filter(pk__in=set(places.values())).select_related("customer")
    tasks = {task.pk: task for task in shown}
    return {
        row.pk: Described(
            url=reverse("task", args=[task.pk]),
            number=_("Due %(moment)s") % {"moment": full(task.due_at)} if task.due_at else _("Without a day"),
            title=task.title,
            who=task.customer.display_name if task.customer else "",
        )
        for row in notifications
        if (task := tasks.get(places[row.pk])) is not None
    }


describes("task", describe)
