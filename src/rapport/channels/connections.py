"""Setting channels up: connect, change, pause, remove. What a kind needs to know comes from its own form."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction

from rapport.channels.actions import consenting
from rapport.channels.errors import CannotConnect
from rapport.channels.models import Channel, Consent
from rapport.channels.seam import Kind, kind_of
from rapport.channels.types import SignIn
from rapport.conversations.models import Inbox
from rapport.kit import clock


@transaction.atomic
def connect(kind: Kind, *, settings: Mapping[str, Any], name: str, inbox: Inbox | None) -> Channel:
    """A new channel. Without an inbox it gets one of its own name, or joins the one that has it."""
    return Channel.objects.create(
        kind=kind.name,
        name=name,
        inbox=inbox or Inbox.objects.get_or_create(name=name[:80])[0],
        address=address_in(settings),
        settings=dict(settings),
    )


@transaction.atomic
def change(channel: Channel, *, settings: Mapping[str, Any], name: str, inbox: Inbox | None) -> None:
    """Other settings; what was wrong with the old ones is forgotten, so that the next try speaks for itself."""
    is_other_sign_in = _sign_in(channel.kind, channel.settings) != _sign_in(channel.kind, settings)
    channel.name = name
    channel.inbox = inbox or channel.inbox
    channel.address = address_in(settings)
    channel.settings = dict(settings)
    channel.error, channel.failed_at, channel.failures, channel.next_poll_at = "", None, 0, None
    # Whoever watches it sees that it is no longer theirs, and the next to watch signs in as it is set up now.
    channel.watched_by, channel.watched_until, channel.watch_problem = "", None, ""
    channel.certificates, channel.certificates_at = {}, None
    channel.save(
        update_fields=[
            *("name", "inbox", "address", "settings", "error", "failed_at", "failures", "next_poll_at"),
            *("watched_by", "watched_until", "watch_problem", "certificates", "certificates_at"),
        ]
    )
    if is_other_sign_in:
        # What was consented to was the old account, app or provider.
        Consent.objects.filter(channel=channel).delete()


def _sign_in(kind: str, settings: Mapping[str, Any]) -> SignIn | None:
    found = kind_of(kind).sign_in(settings)
    # A new secret for the same app changes nothing about what was consented to.
    return replace(found, client_secret="") if found else None


def token_for(channel: Channel | None, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """What lets one try these settings, if they sign in as the channel does now; nothing where nobody consented."""
    wanted = _sign_in(channel.kind, settings) if channel else None
    if channel is None or wanted is None or wanted != _sign_in(channel.kind, channel.settings):
        return {}
    try:
        return {"access_token": consenting.usable_settings(channel)["access_token"]}
    except CannotConnect:
        return {}


def pause(channel: Channel) -> None:
    """Stop fetching. What is on its way out still leaves."""
    Channel.objects.filter(pk=channel.pk, paused_at__isnull=True).update(paused_at=clock.now())


def resume(channel: Channel) -> None:
    Channel.objects.filter(pk=channel.pk).update(paused_at=None)


def ask_now(channel: Channel) -> None:
    """Its turn is now, however long it was to rest."""
    Channel.objects.filter(pk=channel.pk).update(next_poll_at=None)


def remove(channel: Channel) -> None:
    """Forget the connection and its passwords; conversations and what came in by it stay."""
    channel.delete()


def address_in(settings: Mapping[str, Any]) -> str:
    return str(settings.get("address", "")).strip().lower()
