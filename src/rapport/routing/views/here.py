"""Who is here, how much each has, what waits; and going away oneself."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.kit import clock
from rapport.routing import actions, present, queries
from rapport.routing.models import Absence
from rapport.routing.types import CannotSetUp
from rapport.team.permissions import AgentRequest, needs
from rapport.team.queries import agents_who_may
from rapport.team.types import Permission

MOST_WAITING = 200
MOST_TAKEN = 500


@require_safe
@needs(Permission.SEE_EVERYTHING)
def here(request: AgentRequest) -> HttpResponse:
    waiting = queries.queue_of(request.user)
    context = {
        "people": present.people(),
        "waiting": present.waiting(waiting[:MOST_WAITING]),
        "waiting_count": waiting.count(),
        "page": "here",
    }
    return render(request, "routing/here.html", context)


@require_POST
@needs(Permission.SEE_EVERYTHING)
def capacity(request: AgentRequest, pk: int) -> HttpResponse:
    """How many of a `channel` an agent takes at `most`; empty for what the scheme says."""
    agent = get_object_or_404(agents_who_may(Permission.REPLY), pk=pk)
    said = request.POST.get("most", "").strip()
    channel = request.POST.get("channel", "")[:20]
    if said and not (said.isascii() and said.isdigit() and int(said) <= MOST_TAKEN):
        messages.error(request, _("Give a number from 0 to %(most)d, or nothing.") % {"most": MOST_TAKEN})
    else:
        actions.set_capacity(agent, channel=channel, most=int(said) if said else None, by=request.user)
        messages.success(request, _("Saved."))
    return redirect("here")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.REPLY)
def away(request: AgentRequest) -> HttpResponse:
    """Whether I am away, and when I mean to be back: a `for` of minutes, `back_at` as local time, or neither."""
    if request.method != "POST":
        absence = Absence.objects.filter(agent=request.user).first()
        return render(request, "routing/away.html", {"absence": absence, "page": "away", "choices": _choices()})
    try:
        if request.POST.get("away") == "0":
            actions.come_back(request.user)
            messages.success(request, _("Welcome back. You get conversations again."))
        else:
            actions.go_away(request.user, back_at=_back_at(request))
            messages.success(request, _("You are away. You get nothing new until you are back."))
    except CannotSetUp as error:
        messages.error(request, str(error))
    came_from = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return redirect(came_from)
    return redirect("away")


def _choices() -> list[tuple[int, str]]:
    return [(30, _("Back in 30 minutes")), (60, _("Back in an hour")), (240, _("Back in 4 hours"))]


def _back_at(request: AgentRequest) -> datetime | None:
    """Raises CannotSetUp."""
    minutes, said = request.POST.get("for", ""), request.POST.get("back_at", "")
    if minutes.isascii() and minutes.isdigit() and 0 < int(minutes) <= 7 * 24 * 60:
        return clock.now() + timedelta(minutes=int(minutes))
    if not said:
        return None
    try:
        found = parse_datetime(said)
    except ValueError:
        found = None
    if found is None:
        raise CannotSetUp(_("This is no moment."))
    return found if timezone.is_aware(found) else timezone.make_aware(found)
