"""What an agent has read, and what they began to write."""

from django.db.models import Max

from rapport.conversations.models import Conversation, Draft, Seen
from rapport.conversations.types import DraftMode
from rapport.kit import clock
from rapport.kit.text import storable
from rapport.team.models import Agent

# What a draft holds beside its text; keeping one without these empties them.
_NOTHING_MORE: dict[str, object] = {
    "html": "", "to": None, "cc": None, "bcc": None, "subject": "", "sender": "", "about": None, "has_quote": True,
    "files": [], "after": None,
}  # fmt: skip


def mark_read(conversation: Conversation, *, by: Agent) -> bool:
    """Everything written so far has been seen by this agent; answers whether any of it is new to them.

    No event: it concerns nobody else.
    """
    last = conversation.messages.aggregate(last=Max("id"))["last"] or 0
    if Seen.objects.filter(conversation=conversation, agent=by, message_id__gte=last).exists():
        # Most openings find nothing new; they must not cost a write, which waits for the disk.
        return False
    Seen.objects.update_or_create(conversation=conversation, agent=by, defaults={"message_id": last, "at": clock.now()})
    return True


def mark_unread(conversation: Conversation, *, by: Agent) -> None:
    Seen.objects.filter(conversation=conversation, agent=by).delete()


def keep_draft(
    conversation: Conversation | None, *, by: Agent, text: str, mode: str = DraftMode.REPLY, **more: object
) -> None:
    """Keep what is unfinished on the server; one that says nothing is forgotten. `more` are further fields of a draft.

    Without a conversation it is for one that is to begin.
    """
    text = storable(text)
    shows = "<img" in str(more.get("html", ""))
    if not (text.strip() or shows or more.get("files") or more.get("to") or more.get("subject")):
        return forget_draft(conversation, by=by)
    Draft.objects.update_or_create(
        conversation=conversation,
        agent=by,
        defaults={**_NOTHING_MORE, **more, "text": text, "mode": mode, "updated_at": clock.now()},
    )
    return None


def forget_draft(conversation: Conversation | None, *, by: Agent) -> None:
    Draft.objects.filter(conversation=conversation, agent=by).delete()
