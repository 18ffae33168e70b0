"""Where providers push to, and where they fetch files of ours from."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from rapport.channels.models import Channel
from rapport.channels.visitors.conversing import FILES_SALT
from rapport.conversations.models import Attachment


def push_url(channel: Channel) -> str:
    """The address that a provider pushes to, as the administrator copies it."""
    return f"{settings.BASE_URL}{reverse('inbound', args=[channel.kind, channel.key])}"


def file_url(attachment: Attachment) -> str:
    """Where whoever holds this address finds the file, for two weeks."""
    word = signing.dumps(attachment.pk, salt=FILES_SALT)
    return (
        f"{settings.BASE_URL}{reverse('visitor_file', args=[word, attachment.name.replace('/', '_')[:80] or 'file'])}"
    )
