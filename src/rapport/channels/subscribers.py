"""What channels do when something happens to conversations: visitors on the site are told how theirs stands."""

from rapport.backbone.events import on
from rapport.channels.guests import Visitor
from rapport.channels.types import DispatchState
from rapport.channels.visitors import handing, posting
from rapport.conversations.announcements import (
    ConversationAssigned,
    ConversationClosed,
    ConversationReopened,
    MessageChanged,
)
from rapport.conversations.models import Conversation


def _where_anybody_visits(names: set[str]) -> set[str]:
    """Companies without a chat queue nothing for it."""
    return names if Visitor.objects.exists() else set()


@on(ConversationClosed, wanted=_where_anybody_visits)
def say_that_it_is_closed(event: ConversationClosed) -> None:
    _tell(event.conversation, "state", "closed")


@on(ConversationReopened, wanted=_where_anybody_visits)
def say_that_it_goes_on(event: ConversationReopened) -> None:
    _tell(event.conversation, "state", "open")


@on(ConversationAssigned, wanted=_where_anybody_visits)
def say_who_has_it(event: ConversationAssigned) -> None:
    conversation = Conversation.objects.select_related("assignee").filter(pk=event.conversation).first()
    if conversation and conversation.assignee:
        _tell(event.conversation, "agent", conversation.assignee.name.split(" ")[0])


@on(MessageChanged, wanted=_where_anybody_visits)
def send_it_by_mail_if_nobody_reads_it(event: MessageChanged) -> None:
    if event.state == DispatchState.SENT:
        handing.watch(event.message)


def _tell(conversation: int, what: str, word: str) -> None:
    found = Conversation.objects.filter(pk=conversation).first()
    visitor = posting.visitor_in(found) if found else None
    if visitor:
        posting.tell(visitor, what, conversation, word=word)
