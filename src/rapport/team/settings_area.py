"""The list at the side of every settings page. Rooms add theirs in a module `settings_pages.py`.

add(SettingsPage("ratings", _("Ratings"), "feedback", "settings_ratings", TEAM_GROUP, Permission.MANAGE_CHANNELS))
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rapport.team.models import Agent
from rapport.team.types import Permission

PERSONAL_GROUP = _("You")
TEAM_GROUP = _("Team")
CHANNEL_GROUP = _("Channels")
CUSTOMER_GROUP = _("Customers")


@dataclass(frozen=True)
class SettingsPage:
    """One entry: hidden from whoever may not open it. `count` is shown beside it when it is not zero.

    An alarm's count is also shown on every page, at Settings: it must be one cheap query.
    """

    key: str
    label: str | Promise
    icon: str
    url_name: str
    group: str | Promise
    permission: Permission | None = None
    count: Callable[[], int] | None = None
    is_alarm: bool = False


_pages: dict[str, SettingsPage] = {}


def add(page: SettingsPage) -> None:
    _pages[page.key] = page


def pages_for(agent: Agent) -> list[tuple[str, list[SettingsPage]]]:
    """What this agent may open, by group, in the order the rooms added them."""
    groups: dict[str, list[SettingsPage]] = {}
    for page in _pages.values():
        if page.permission is None or agent.may(page.permission):
            groups.setdefault(str(page.group), []).append(page)
    return list(groups.items())


def alarms_for(agent: Agent) -> int:
    """How much waits in the settings for this agent to look at."""
    alarms = [page for page in _pages.values() if page.is_alarm and page.permission and agent.may(page.permission)]
    return sum(page.count() for page in alarms if page.count)
