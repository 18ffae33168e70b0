"""The page of a channel's signature: make a key, publish it, see whether the world finds it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rapport.channels.actions import signing
from rapport.channels.models import Channel
from rapport.channels.seam import kinds
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission


@require_GET
@needs(Permission.MANAGE_CHANNELS)
def signature(request: AgentRequest, channel_id: int) -> HttpResponse:
    channel = _channel(channel_id)
    wanted = signing.newest(channel.signing)
    context = {
        "channel": channel,
        "record": kinds()[channel.kind].signing_record(wanted) if wanted else None,
        "is_on": bool(channel.signing.get("is_on")),
        "is_waiting": bool(wanted) and not wanted.get("is_on"),
        "is_elsewhere": bool(wanted) and wanted["domain"] != channel.address.rpartition("@")[2],
    }
    return render(request, "channels/signature.html", context)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def key(request: AgentRequest, channel_id: int) -> HttpResponse:
    channel = _channel(channel_id)
    signing.make_key(channel)
    messages.success(request, _("Here is the key. Publish it, then check it."))
    return redirect("channel_signature", channel.pk)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def check(request: AgentRequest, channel_id: int) -> HttpResponse:
    channel = _channel(channel_id)
    if channel.signing:
        found = signing.try_key(channel)
        if found.ok:
            messages.success(request, _("The key is published. Mail from here is signed."))
        else:
            messages.error(request, found.remedy)
    return redirect("channel_signature", channel.pk)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def removal(request: AgentRequest, channel_id: int) -> HttpResponse:
    channel = _channel(channel_id)
    signing.stop_signing(channel)
    messages.success(request, _("Mail from here is signed no more. Remove the record, too."))
    return redirect("channel_signature", channel.pk)


def _channel(channel_id: int) -> Channel:
    found = get_object_or_404(Channel, pk=channel_id)
    if found.kind not in kinds() or not kinds()[found.kind].abilities.signing:
        raise Http404
    return found
