"""The bell, its page, and the settings of what somebody is told of and how."""

from datetime import time
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.team import actions, notifications
from rapport.team.models import Agent, PushSubscription
from rapport.team.notifications import pushing
from rapport.team.notifications.kinds import CHANNELS, LABELS, wants
from rapport.team.notifications.reading import newest, shown_count
from rapport.team.permissions import AgentRequest, needs

_IN_BELL, _ON_PAGE = 8, 50
_WORKER = Path(__file__).parent.parent / "static" / "team" / "js" / "service-worker.js"


@require_GET
@needs()
def notices(request: AgentRequest) -> HttpResponse:
    """The newest, by conversation; with `in=bell` for the popover at the bell."""
    in_bell = request.GET.get("in") == "bell"
    groups = newest(request.user, limit=_IN_BELL if in_bell else _ON_PAGE)
    template = "team/notices_in_bell.html" if in_bell else "team/notices.html"
    shown = render(request, template, {"groups": groups, "is_unread": any(group.is_unread for group in groups)})
    shown["Cache-Control"] = "no-store"
    return shown


@require_GET
@needs()
def count(request: AgentRequest) -> JsonResponse:
    """How many places wait to be read, as the bell shows it."""
    return JsonResponse({"unread": shown_count(len(notifications.unread_places(request.user)))})


@require_POST
@needs()
def reading(request: AgentRequest) -> HttpResponse:
    """Everything was read."""
    notifications.read(request.user)
    if request.headers.get("X-Requested-With") == "bell":
        return HttpResponse(status=204)
    return redirect("notices")


@require_http_methods(["GET", "POST"])
@needs()
def settings_notices(request: AgentRequest) -> HttpResponse:
    """What to be told of, by which way, and when not."""
    if request.method == "POST":
        start, end = (_time(request.POST.get(name, "")) for name in ("quiet_from", "quiet_until"))
        if (start is None) != (end is None):
            messages.error(request, _("Quiet hours need a beginning and an end. Nothing was saved."))
            return redirect("settings_notices")
        actions.prefer(
            request.user,
            notices=_chosen(request),
            quiet_from=start,
            quiet_until=end,
            pushes_text="pushes_text" in request.POST,
            follows_by_itself="follows_by_itself" in request.POST,
        )
        messages.success(request, _("Saved."))
        return redirect("settings_notices")
    shown = {
        "channels": [LABELS[channel] for channel in CHANNELS],
        "rows": _rows(request.user),
        "application_key": pushing.application_key(),
        "browsers": PushSubscription.objects.filter(agent=request.user).order_by("-id"),
    }
    return render(request, "team/settings_notices.html", shown)


@require_http_methods(["POST", "DELETE"])
@needs()
def browsers(request: AgentRequest) -> HttpResponse:
    """POST lets us push to this browser; with DELETE, or `method=DELETE`, no longer to the one with this `id`."""
    said = request.POST
    if request.method == "DELETE" or said.get("method") == "DELETE":
        known = PushSubscription.objects.filter(agent=request.user)
        given = said.get("id", "") or request.GET.get("id", "")
        endpoint = request.GET.get("endpoint", "")
        found = known.filter(endpoint=endpoint) if endpoint else known.filter(pk=int(given[:18] or 0))
        get_object_or_404(found).delete()
        return HttpResponse(status=204) if request.method == "DELETE" else redirect("settings_notices")
    try:
        pushing.subscribe(
            request.user,
            endpoint=said.get("endpoint", ""),
            p256dh=said.get("p256dh", ""),
            auth=said.get("auth", ""),
            label=said.get("label", ""),
        )
    except pushing.BadSubscription as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=201)


@require_GET
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """What makes it an app that can be installed."""
    icons = [("192", "any"), ("512", "any"), ("512-maskable", "maskable")]
    return JsonResponse(
        {
            "id": "/",
            "name": "Rapport",
            "short_name": "Rapport",
            "start_url": "/inbox/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f6f5f2",
            "theme_color": "#2f5fd0",
            "icons": [
                {
                    "src": static(f"design/app/icon-{name}.png"),
                    "sizes": f"{name.split('-')[0]}x{name.split('-')[0]}",
                    "type": "image/png",
                    "purpose": purpose,
                }
                for name, purpose in icons
            ],
        },
        content_type="application/manifest+json",
    )


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, since it may only serve what lies below its own address."""
    icon, badge = static("design/app/icon-192.png"), static("design/app/badge-96.png")
    script = _WORKER.read_text(encoding="utf-8").replace("ICON_URL", icon).replace("BADGE_URL", badge)
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _chosen(request: AgentRequest) -> dict[str, dict[str, bool]]:
    """What differs from what is usual, so that a better usual reaches whoever never chose."""
    chosen: dict[str, dict[str, bool]] = {}
    for kind in notifications.kinds().values():
        for channel in CHANNELS:
            is_on = f"{kind.name}:{channel}" in request.POST
            if is_on != (channel in kind.usual):
                chosen.setdefault(kind.name, {})[channel] = is_on
    return chosen


def _rows(agent: Agent) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "switches": [
                {"name": f"{kind.name}:{channel}", "label": LABELS[channel], "is_on": wants(agent, kind, channel)}
                for channel in CHANNELS
            ],
        }
        for kind in notifications.kinds().values()
    ]


def _time(said: str) -> time | None:
    try:
        return parse_time(said)
    except ValueError:
        return None
