"""What an agent has read, and what they began to write."""

from django.db.models import Max

from rapport.conversations.models import Conversation, Draft, Seen
from rapport.kit import clock
from rapport.kit.text import storable
from rapport.team.models import Agent


def mark_read(conversation: Conversation, *, by: Agent) -> None:
    """Everything written so far has been seen by this agent. No event: it concerns nobody else."""
    last = conversation.messages.aggregate(last=Max("id"))["last"] or 0
    if Seen.objects.filter(conversation=conversation, agent=by, message_id__gte=last).exists():
        # Most openings find nothing new; they must not cost a write, which waits for the disk.
        return
    Seen.objects.update_or_create(conversation=conversation, agent=by, defaults={"message_id": last, "at": clock.now()})


def mark_unread(conversation: Conversation, *, by: Agent) -> None:
    Seen.objects.filter(conversation=conversation, agent=by).delete()


def keep_draft(conversation: Conversation, *, by: Agent, text: str, mode: str = "reply") -> None:
    """Keep unfinished text on the server; empty text forgets it."""
    text = storable(text)
    if not text.strip():
        return forget_draft(conversation, by=by)
    Draft.objects.update_or_create(
        conversation=conversation, agent=by, defaults={"text": text, "mode": mode, "updated_at": clock.now()}
    )
    return None


def forget_draft(conversation: Conversation, *, by: Agent) -> None:
    Draft.objects.filter(conversation=conversation, agent=by).delete()
