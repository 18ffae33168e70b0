"""When the certificates of a channel's servers end, looked at before somebody's mail program does."""

import logging
from datetime import timedelta

from rapport.channels.models import Channel
from rapport.channels.seam import kind_of
from rapport.kit import clock

log = logging.getLogger("rapport.channels")

_EVERY = timedelta(hours=20)


def look_at_certificates(channel: Channel) -> None:
    """Ask each server for its certificate and keep when it ends. One that does not answer keeps what was known."""
    found = kind_of(channel.kind).certificates(channel.settings)
    channel.certificates = {**channel.certificates, **{host: ends_at.isoformat() for host, ends_at in found.items()}}
    channel.certificates_at = clock.now()
    Channel.objects.filter(pk=channel.pk).update(
        certificates=channel.certificates, certificates_at=channel.certificates_at
    )


def look_at_due_certificates() -> None:
    """Each channel once a day; a server that is slow or strange holds up no other."""
    due = Channel.objects.filter(paused_at=None).exclude(certificates_at__gt=clock.now() - _EVERY)
    for channel in due:
        try:
            look_at_certificates(channel)
        except Exception:
            log.exception("Looking at the certificates of channel %s failed", channel.pk)
