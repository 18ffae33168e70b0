"""The visitor of a conversation in the inbox's templates: where they are, what they said of themselves."""

from typing import Any

from django import template

from rapport.channels.visitors.posting import visitor_in
from rapport.channels.visitors.present import standing_of
from rapport.conversations.models import Conversation

register = template.Library()

# As many pages as the panel shows before it is asked for the rest.
FIRST = 5


@register.inclusion_tag("channels/_visitor.html")
def visitor_lines(conversation: Conversation) -> dict[str, Any]:
    """The section of the panel; nothing for a conversation with anybody else. One query for those."""
    visitor = visitor_in(conversation)
    if visitor is None:
        return {"visitor": None}
    visits = list(visitor.visits.all())
    return {
        "visitor": visitor,
        "conversation": conversation,
        "standing": standing_of(conversation, visitor),
        "facts": [*visitor.answers.items(), *visitor.attributes.items()],
        "visits": visits[:FIRST],
        "earlier": visits[FIRST:],
    }


@register.inclusion_tag("channels/_visitor_writing.html")
def visitor_writing(conversation: Conversation) -> dict[str, Any]:
    """What they are typing. Without a query: the stream tells as soon as they go on."""
    return {"conversation": conversation}
