"""What the frame around every page shows: the sections that exist, who is signed in, what waits for them."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from rapport.conversations.queries import own
from rapport.conversations.querysets import unread_by
from rapport.customers.tasks.queries import due_count
from rapport.design.icons import sprite_url
from rapport.team.models import Agent
from rapport.team.notifications import read, unread_places
from rapport.team.notifications.reading import shown_count
from rapport.team.queries import organisation
from rapport.team.settings_area import alarms_for
from rapport.team.types import Permission
from rapport.workspace.queries.lists import shown

# The badge looks no further than this: an agent with more open conversations has other worries than the exact figure.
BADGE_CAP = 300
# Where else the pages of a section are.
ALSO_AT = {"customers": ("/companies/",), "deals": ("/orders/", "/products/", "/subscriptions/")}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Lazy, so that a fragment without the frame costs no query."""
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def unread_of(agent: Agent) -> int:
    """How many of the agent's own open conversations hold something they have not opened."""
    newest = own(agent).open().order_by("-last_at", "-id")
    return sum(newest.values_list(unread_by(agent), flat=True)[:BADGE_CAP])


def unread_places_of(request: HttpRequest) -> list[str]:
    """What waits at the bell of who is signed in, asked once a request."""
    if not hasattr(request, "_unread_places"):
        request._unread_places = unread_places(cast(Agent, request.user))  # type: ignore[attr-defined]
    found: list[str] = request._unread_places  # type: ignore[attr-defined]
    return found


def read_place(request: HttpRequest, place: str) -> None:
    """What is told of this place is read, now that the agent has it before them."""
    unread = unread_places_of(request)
    if place in unread:
        read(cast(Agent, request.user), place=place)
        unread.remove(place)


def _shell(request: HttpRequest) -> dict[str, Any]:
    agent = getattr(request, "user", None)
    signed_in = isinstance(agent, Agent) or bool(agent and agent.is_authenticated)
    return {
        "sections": sections_of(request) if signed_in and agent else [],
        "agent": agent if signed_in else None,
        "notices": shown_count(len(unread_places_of(request))) if signed_in and agent else "",
        "agent_links": _links(
            ("bell", _("Notifications"), "notices"),
            ("user", _("Profile"), "profile"),
            ("shield", _("Security"), "security"),
        ),
        "organisation": organisation().name,
        "home": "/",
        "theme_url": _where("theme"),
        "presence": "away" if signed_in and agent and agent.away_since else "on",
        "away_url": _where("away") if signed_in and agent and agent.may(Permission.REPLY) else "",
        "commands": _where("commands") if signed_in and agent and agent.may(Permission.READ) else "",
        "search": _where("search"),
        "sprite": sprite_url(),
        "version": settings.VERSION,
    }


def sections_of(request: HttpRequest) -> list[dict[str, Any]]:
    """Only what exists and what the agent who is signed in may open."""
    agent = cast(Agent, request.user)
    path = request.path
    entries = [
        ("inbox", "inbox", _("Inbox"), "inbox", "", agent.may(Permission.READ)),
        ("customers", "users", _("Customers"), "customers", "", agent.may(Permission.READ)),
        ("deals", "filter", _("Sales"), "deals", "", agent.may(Permission.READ)),
        ("tasks", "check-circle", _("Tasks"), "tasks", "", agent.may(Permission.READ)),
        ("feedback", "feedback", _("Feedback"), "feedback", "", agent.may(Permission.SEE_FEEDBACK)),
        ("promises", "clock", _("Promises"), "promises", "", agent.may(Permission.SEE_EVERYTHING)),
        ("search", "search", _("Search"), "search", "/", agent.may(Permission.READ)),
        ("settings", "settings", _("Settings"), "settings", "", True),
    ]
    sections = []
    for key, icon, label, name, kbd, allowed in entries:
        href = _where(name)
        if href and allowed:
            sections.append(
                {
                    "key": key,
                    "icon": icon,
                    "label": label,
                    "href": href,
                    "kbd": kbd if agent.single_keys else "",
                    "badge": _badge(key, agent),
                    "current": path.startswith((href, *ALSO_AT.get(key, ()))),
                }
            )
    return sections


def _badge(key: str, agent: Agent) -> str:
    if key == "inbox":
        return shown(unread_of(agent))
    if key == "tasks":
        return shown(due_count(agent))
    return shown(alarms_for(agent)) if key == "settings" else ""


def _links(*entries: tuple[str, str, str]) -> list[dict[str, str]]:
    found = [(icon, label, _where(name)) for icon, label, name in entries]
    return [{"icon": icon, "label": label, "href": href} for icon, label, href in found if href]


def _where(name: str) -> str:
    """The address of a page, empty while no room offers it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
