"""Asking a visitor how it went where they wrote, for whoever upstairs decides that they should be asked.

What they say is announced as `RatingGiven`.
"""

from rapport.backbone.models import Event
from rapport.channels.announcements import RatingGiven, VisitorTold
from rapport.channels.guests import Visitor
from rapport.channels.models import Delivery
from rapport.channels.seam import kinds
from rapport.channels.visitors.posting import tell, visitor_in, word_of
from rapport.conversations.actions.telling import subject_of
from rapport.conversations.models import Conversation

_RECENT = 50


def asks_there(conversation: Conversation) -> bool:
    """Whether its customer last wrote from a page of ours, which can ask."""
    with_widget = [name for name, kind in kinds().items() if kind.abilities.widget]
    last = Delivery.objects.filter(message__conversation=conversation).order_by("-id").values_list("kind", flat=True)
    return last.first() in with_widget and visitor_in(conversation) is not None


def ask(conversation: Conversation) -> None:
    """Put the question on their page, now or when they come back. Inside the caller's transaction."""
    visitor = visitor_in(conversation)
    if visitor:
        tell(visitor, "rate", conversation.pk)


def is_asked(visitor: Visitor, conversation: int) -> bool:
    """Whether the question still stands. Up to two queries."""
    told = Event.objects.filter(subject=word_of(visitor.pk), name=VisitorTold.__name__).order_by("-id")
    for pk, said in told.values_list("pk", "payload")[:_RECENT]:
        if said.get("what") == "rate" and said.get("conversation") == conversation:
            answers = Event.objects.filter(subject=subject_of(conversation), name=RatingGiven.__name__, pk__gt=pk)
            return not answers.exists()
    return False
