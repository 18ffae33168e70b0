"""What people are told of by rules, and of rules and webhooks that stopped by themselves."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rapport.automation.queries import rules, webhooks
from rapport.team.models import Agent, Notification
from rapport.team.notifications import Described, Kind, declare, describes
from rapport.team.notifications.places import Describe
from rapport.team.types import Permission

POINTED_OUT = declare(
    Kind(
        "rule",
        _("A rule points a conversation out to me"),
        _("%(by)s points this conversation out"),
        _("A rule points this conversation out"),
        icon="swap",
    )
)
STOPPED = declare(
    Kind(
        "stopped",
        _("A rule or a webhook of mine stopped by itself"),
        _("%(by)s stopped this"),
        _("It does nothing any more, until you switch it on again"),
        icon="alert",
    )
)


def _describer(rows: Callable[[], QuerySet[Any]], page: str, field: str) -> Describe:
    def describe(agent: Agent, notifications: list[Notification]) -> dict[int, Described]:
        if not agent.may(Permission.MANAGE_AUTOMATION):
            return {}
        places = {each.pk: int(each.place.partition(":")[2]) for each in notifications}
        found = {row.pk: row for row in rows().filter(pk__in=set(places.values()))}
        return {
            pk: Described(url=reverse(page, args=[row.pk]), number=row.name, title=row.name, text=getattr(row, field))
            for pk, place in places.items()
            if (row := found.get(place)) is not None
        }

    return describe


describes("rule", _describer(rules, "settings_rule", "paused_because"))
describes("webhook", _describer(webhooks, "settings_webhook", "disabled_because"))
