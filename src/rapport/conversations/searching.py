"""What of a message can be found, and by whom."""

from rapport.backbone.search import Entry
from rapport.conversations.models import Conversation, Message


def scope_of(conversation: Conversation) -> str:
    return f"team{conversation.team_id}" if conversation.team_id else "shared"


def entry_for(message: Message, conversation: Conversation) -> Entry:
    """The search row of a message: its subject, its text and who wrote it."""
    words = [message.subject or conversation.subject, message.text, message.author_name, message.author_address]
    return Entry(message.pk, "\n".join(word for word in words if word), scope_of(conversation))
