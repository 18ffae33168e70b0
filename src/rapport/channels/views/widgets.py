"""The chat's own settings: the script to copy, a preview, the secret that users are signed with, proactive messages."""

import secrets

from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rapport.channels.guests import ProactiveMessage
from rapport.channels.inbound import instructions_for
from rapport.channels.models import Channel
from rapport.channels.seam import kinds
from rapport.channels.visitors.forms import ProactiveForm
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

MOST_MESSAGES = 50


@never_cache
@require_GET
@needs(Permission.MANAGE_CHANNELS)
def widget_settings(request: AgentRequest, channel_id: int) -> HttpResponse:
    return _page(request, _channel(channel_id))


@never_cache
@require_POST
@needs(Permission.MANAGE_CHANNELS)
def new_secret(request: AgentRequest, channel_id: int) -> HttpResponse:
    """Make another secret, and show it this once; what was signed with the old one is refused from now on."""
    channel = _channel(channel_id)
    channel.settings = {**channel.settings, "identity_secret": secrets.token_hex(32)}
    channel.save(update_fields=["settings"])
    return _page(request, channel, secret=channel.settings["identity_secret"])


@require_GET
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})  # type: ignore[arg-type]  # its types know no views with arguments
@needs(Permission.MANAGE_CHANNELS)
def preview(request: AgentRequest, channel_id: int) -> HttpResponse:
    """A page with the chat in it as it is set up now, and nothing else."""
    return render(request, "channels/widget_preview.html", {"channel": _channel(channel_id)})


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_CHANNELS)
def proactive_message(request: AgentRequest, channel_id: int, message_id: int = 0) -> HttpResponse:
    """A new one without an id."""
    channel = _channel(channel_id)
    found = get_object_or_404(ProactiveMessage, pk=message_id, channel=channel) if message_id else None
    form = ProactiveForm(request.POST or None, instance=found or ProactiveMessage(channel=channel))
    if form.is_bound and form.is_valid():
        if found is None and ProactiveMessage.objects.filter(channel=channel).count() >= MOST_MESSAGES:
            messages.error(request, _("There are %(limit)d already. Remove one first.") % {"limit": MOST_MESSAGES})
        else:
            form.save()
            messages.success(request, _("Saved."))
        return redirect("channel_widget", channel.pk)
    context = {"channel": channel, "form": form, "message": found}
    return render(request, "channels/proactive.html", context, status=422 if form.is_bound else 200)


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def proactive_removal(request: AgentRequest, channel_id: int, message_id: int) -> HttpResponse:
    get_object_or_404(ProactiveMessage, pk=message_id, channel=_channel(channel_id)).delete()
    messages.success(request, _("It is not said any more."))
    return redirect("channel_widget", channel_id)


def _page(request: HttpRequest, channel: Channel, *, secret: str = "") -> HttpResponse:
    context = {
        "channel": channel,
        "instructions": instructions_for(channel),
        "secret": secret,
        "proactive": ProactiveMessage.objects.filter(channel=channel),
    }
    return render(request, "channels/widget.html", context)


def _channel(channel_id: int) -> Channel:
    """One that is reached by our widget; every other is none here."""
    channel = get_object_or_404(Channel.objects.select_related("inbox"), pk=channel_id)
    if channel.kind not in kinds() or not kinds()[channel.kind].abilities.widget:
        raise Http404
    return channel
