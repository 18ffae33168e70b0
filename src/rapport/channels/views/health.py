"""How one channel is, a test of it as it is set up, and what to do about what is wrong."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from rapport.channels import connections, traffic
from rapport.channels.actions import consenting
from rapport.channels.actions.certifying import look_at_certificates
from rapport.channels.health import health_of
from rapport.channels.models import Channel
from rapport.channels.providers import try_out
from rapport.channels.pushing import push_url
from rapport.channels.seam import kind_of
from rapport.channels.types import Check
from rapport.channels.views.streaming import said, stream
from rapport.team.permissions import AgentRequest, needs
from rapport.team.types import Permission

# What the page asks for again while it is open.
_PARTS = {"facts": "channels/_health_facts.html", "troubles": "channels/_health_troubles.html"}


@never_cache
@require_GET
@needs(Permission.MANAGE_CHANNELS)
def health(request: AgentRequest, channel_id: int) -> HttpResponse:
    """The whole page; for a script that shows it already only what changes."""
    return _page(request, get_object_or_404(traffic.channels(), pk=channel_id), [])


@require_POST
@needs(Permission.MANAGE_CHANNELS)
def new_trial(request: AgentRequest, channel_id: int) -> HttpResponseBase:
    """Try it as it is set up: one list item a step for a script, the whole page for everybody else."""
    found = get_object_or_404(traffic.channels(), pk=channel_id)
    checks = _checks(found)
    if request.headers.get("X-Only-Checks"):
        return stream(request, (said(check) for check in checks))
    done = list(checks)
    found.refresh_from_db()
    return _page(request, found, done)


def _checks(channel: Channel) -> Iterator[Check]:
    settings = {**channel.settings, **connections.token_for(channel, channel.settings), "push_url": push_url(channel)}
    yield from try_out(channel, settings)
    look_at_certificates(channel)
    # Whatever the test found, the channel itself is asked next, so that its health says the same.
    connections.ask_now(channel)


def _page(request: HttpRequest, channel: Channel, checks: list[Check]) -> HttpResponse:
    kind = kind_of(channel.kind)
    wanted = consenting.sign_in_of(channel)
    shown = health_of(channel)
    context = {
        "channel": channel,
        "kind": kind,
        "health": shown,
        "sign_in": wanted,
        "lacks_consent": wanted is not None and (shown.consent is None or shown.consent.withdrawn_at is not None),
        "is_asked": kind.asks(channel.settings),
        "checks": checks,
        "all_ok": all(check.ok for check in checks),
    }
    return render(request, _PARTS.get(request.headers.get("X-Only", ""), "channels/health.html"), context)
