"""Signing in at a provider so that a channel may use a mailbox there: off to it in one click, and back."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from rapport.channels.actions import consenting
from rapport.channels.errors import CannotConnect
from rapport.channels.models import Channel
from rapport.kit import clock
from rapport.kit.text import one_line
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

_IN_SESSION = "channel_sign_in"
# As long as somebody may take at the provider, with a second factor and a phone to look for.
_SECONDS = 15 * 60


def callback_url() -> str:
    """The address that the app at the provider has to allow."""
    return f"{settings.BASE_URL}{reverse('channel_consent')}"


@never_cache
@require_GET
@needs(Permission.MANAGE_CHANNELS)
def sign_in(request: AgentRequest, channel_id: int) -> HttpResponse:
    """A link and no form: browsers hold a form's redirect to our own address, and this only begins something."""
    channel = get_object_or_404(Channel, pk=channel_id)
    wanted = consenting.sign_in_of(channel)
    if wanted is None:
        return redirect("settings_channel", channel.pk)
    attempt = consenting.begin(wanted, callback=callback_url())
    request.session[_IN_SESSION] = {
        "channel": channel.pk,
        "state": attempt.state,
        "verifier": attempt.verifier,
        "at": clock.now().timestamp(),
    }
    return redirect(attempt.url)


@never_cache
@require_GET
@needs(Permission.MANAGE_CHANNELS)
def consent(request: AgentRequest) -> HttpResponse:
    """Where the provider sends the administrator back to, with a code or with a no."""
    begun = _begun(request)
    if begun is None:
        messages.error(request, _("This sign-in was not begun here, or took too long. Begin again."))
        return redirect("settings_channels")
    channel = get_object_or_404(Channel, pk=begun["channel"])
    code = request.GET.get("code", "")
    if not code:
        said = one_line(request.GET.get("error_description") or request.GET.get("error") or _("no reason given"))
        messages.error(request, _("The provider did not let Rapport in: %(said)s") % {"said": said[:300]})
        return redirect("channel_health", channel.pk)
    try:
        consenting.finish(
            channel, code=code[:4000], verifier=begun["verifier"], callback=callback_url(), by=request.user
        )
    except CannotConnect as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Signed in. Mail is fetched from now on."))
    return redirect("channel_health", channel.pk)


def _begun(request: HttpRequest) -> dict[str, Any] | None:
    """What this browser began, once: the state that comes back must be the one that went out."""
    begun = request.session.pop(_IN_SESSION, None)
    if not begun or clock.now().timestamp() - begun["at"] > _SECONDS:
        return None
    came = request.GET.get("state", "")
    return begun if secrets.compare_digest(came.encode(), str(begun["state"]).encode()) else None
