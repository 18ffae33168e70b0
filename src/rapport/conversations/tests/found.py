"""The messages that a search finds, as tests ask for them."""

from rapport.conversations.models import Message
from rapport.conversations.searching import find, read


def messages_found(agent, typed):
    """Newest first, of each conversation those that were kept."""
    hits = find(agent, read(agent, typed), limit=100).hits
    return list(Message.objects.filter(pk__in=[pk for hit in hits for pk in hit.messages]).order_by("-pk"))
