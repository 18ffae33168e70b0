"""Where providers push to."""

from django.conf import settings
from django.urls import reverse

from rapport.channels.models import Channel


def push_url(channel: Channel) -> str:
    """The address that a provider pushes to, as the administrator copies it."""
    return f"{settings.BASE_URL}{reverse('inbound', args=[channel.kind, channel.key])}"
