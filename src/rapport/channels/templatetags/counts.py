"""What a message costs, in the composer."""

from typing import Any

from django import template

from rapport.channels.seam import kinds
from rapport.conversations.models import Conversation

register = template.Library()


@register.inclusion_tag("channels/_part_count.html")
def part_count(conversation: Conversation | None) -> dict[str, Any]:
    """Shown where the kind of channel counts parts. Without a query."""
    kind = kinds().get(conversation.channel) if conversation else None
    return {"conversation": conversation, "shown": kind is not None and kind.parts_of("") is not None}
