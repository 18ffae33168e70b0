"""Setting channels up: connect, change, pause, remove. What a kind needs to know comes from its own form."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from rapport.channels.models import Channel
from rapport.channels.seam import Kind
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


def pause(channel: Channel) -> None:
    """Stop fetching. What is on its way out still leaves."""
    Channel.objects.filter(pk=channel.pk, paused_at__isnull=True).update(paused_at=clock.now())


def resume(channel: Channel) -> None:
    Channel.objects.filter(pk=channel.pk).update(paused_at=None)


def remove(channel: Channel) -> None:
    """Forget the connection and its passwords; conversations and what came in by it stay."""
    channel.delete()


def address_in(settings: Mapping[str, Any]) -> str:
    return str(settings.get("address", "")).strip().lower()
