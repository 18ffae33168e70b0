"""Deleting a conversation, and the originals of what came in by mail; that they were here stays known."""

from django.db import transaction

from rapport.backbone import files
from rapport.channels.models import Delivery
from rapport.conversations import actions as conversations
from rapport.conversations.models import Conversation
from rapport.team.models import Agent


@transaction.atomic
def delete(conversation: Conversation, *, by: Agent | None) -> None:
    """Delete it for good. The ids of its messages are kept, so that no later delivery brings it back."""
    originals = Delivery.objects.filter(message__conversation=conversation)
    stored = set(originals.exclude(file=None).values_list("file_id", flat=True))
    originals.update(body=b"", file=None, size=0, recipients=[])
    conversations.delete(conversation, by=by)
    files.forget(stored)
