"""The line of a conversation that lists show."""

from rapport.conversations.models import Message
from rapport.conversations.types import Writing


def preview_of(message: Message | Writing) -> str:
    """Up to 200 characters of what was written this time, on one line."""
    return " ".join((message.visible_text or message.text)[:800].split())[:200]
