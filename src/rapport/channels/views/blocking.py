"""Settings: the senders whose mail is junk, and how much one sender may write."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from rapport.channels import actions, traffic
from rapport.channels.errors import CannotBlock
from rapport.channels.forms import BlockingForm, NoiseForm
from rapport.channels.models import BlockedSender
from rapport.kit.text import storable
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

_SALT = "blocked sender"
_UNDO_FOR = timedelta(minutes=10)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def senders(request: AgentRequest) -> HttpResponse:
    """Whom we block; POST adds several, one a line."""
    form = BlockingForm(request.POST or None)
    if form.is_valid():
        try:
            blocked = actions.block_all(form.patterns(), by=request.user, note=form.cleaned_data["note"])
        except CannotBlock as error:
            form.add_error("senders", str(error))
        else:
            said = ngettext("%(count)d sender is blocked.", "%(count)d senders are blocked.", len(blocked))
            messages.success(request, said % {"count": len(blocked)})
            return redirect("settings_blocked_senders")
    words = storable(request.GET.get("q", "")).strip()[:200]
    limit = actions.noise_limit().messages_an_hour
    context = {
        "form": form,
        "noise_form": NoiseForm(initial={"messages_an_hour": limit}),
        "page": traffic.blocked_senders(words, before=traffic.number_in(request.GET.get("before", ""))),
        "words": words,
    }
    return render(request, "channels/blocked_senders.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def removal(request: AgentRequest, pk: int) -> HttpResponse:
    """Hear of this sender again; the toast takes that back."""
    found = get_object_or_404(BlockedSender, pk=pk)
    undo = f"{reverse('blocked_sender_return')}?{urlencode({'was': signing.dumps(_as_it_is(found), salt=_SALT)})}"
    actions.unblock(found)
    said = _("%(pattern)s is not blocked any more.") % {"pattern": found.pattern}
    if request.htmx:
        told = json.dumps({"rapport:toast": {"text": said, "undo": undo}})
        return HttpResponse(status=200, headers={"HX-Trigger": told})
    messages.success(request, said)
    return redirect("settings_blocked_senders")


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def come_back(request: AgentRequest) -> HttpResponse:
    """Block again what was removed by mistake, as it was: the toast carries it, signed."""
    try:
        was = signing.loads(request.GET.get("was", ""), salt=_SALT, max_age=_UNDO_FOR)
    except signing.BadSignature:
        return HttpResponse(
            _("This can no longer be taken back."), status=422, content_type="text/plain; charset=utf-8"
        )
    BlockedSender.objects.get_or_create(pattern=was.pop("pattern"), defaults=was)
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def _as_it_is(blocked: BlockedSender) -> dict[str, Any]:
    return {
        "pattern": blocked.pattern,
        "note": blocked.note,
        "by_id": blocked.by_id,
        "at": blocked.at.isoformat(),
        "hits": blocked.hits,
        "last_at": blocked.last_at.isoformat() if blocked.last_at else None,
    }


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def noise(request: AgentRequest) -> HttpResponse:
    """How many messages one sender may write within an hour."""
    form = NoiseForm(request.POST)
    if form.is_valid():
        actions.set_noise_limit(form.cleaned_data["messages_an_hour"])
        messages.success(request, _("The limit is saved."))
    else:
        messages.error(request, _("The limit is a whole number between 0 and 100,000; 0 sets none."))
    return redirect("settings_blocked_senders")
