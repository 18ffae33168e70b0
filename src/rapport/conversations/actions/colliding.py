"""Whether a conversation moved on while somebody wrote in it, asked while its row is held: of two who send, one passes.

MovedOn   others wrote or closed it since: its writer looks again, or sends all the same
"""

from django.db.models import Q

from rapport.conversations.models import Closure, Conversation, Message
from rapport.conversations.types import AuthorKind, Sight
from rapport.team.models import Agent

# More than these nobody reads before sending.
_SHOWN = 20


class MovedOn(Exception):
    """What came meanwhile, oldest first, who closed it, and what its writer will have seen once they have read that."""

    def __init__(
        self, messages: list[Message], closure: Closure | None, sight: Sight, merged_into: Conversation | None = None
    ) -> None:
        super().__init__(f"Others wrote here since, up to message {sight.after}.")
        self.messages = messages
        self.closure = closure
        self.sight = sight
        # Where it went on; there is no writing here any more.
        self.merged_into = merged_into


def refuse_if_moved_on(conversation: Conversation, *, seen: Sight | None, by: Agent | None) -> None:
    """Raises MovedOn for what others, customers or colleagues, did after what was seen. Hold the conversation first."""
    if seen is None or by is None:
        return
    newer = conversation.messages.filter(pk__gt=seen.after).select_related("agent").order_by("-id")
    others = newer.exclude(agent=by).exclude(author_kind=AuthorKind.RULE).exclude(is_automatic=True)
    messages = list(others[:_SHOWN])[::-1]
    closure = None
    if seen.is_closed is False and conversation.is_closed:
        closed = Closure.objects.filter(conversation=conversation, reopened_at=None).select_related("by")
        closure = closed.exclude(Q(by=by)).order_by("-id").first()
    if messages or closure or conversation.merged_into_id:
        last = max([seen.after, *(message.pk for message in messages)])
        raise MovedOn(messages, closure, Sight(last, conversation.is_closed), conversation.merged_into)
