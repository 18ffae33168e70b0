"""What surveys does when something happens below."""

from datetime import timedelta

from rapport.backbone.events import on
from rapport.channels.announcements import RatingGiven
from rapport.channels.types import DispatchState
from rapport.channels.visitors import rating
from rapport.conversations.announcements import ConversationClosed, MessageChanged
from rapport.conversations.models import Closure
from rapport.kit import clock
from rapport.surveys import actions
from rapport.surveys.models import Invitation

# Closing can be undone for eight seconds, and people notice a slip a little later than that.
SECOND_THOUGHTS = timedelta(seconds=30)
# Who is still on the page where they wrote is asked before they leave it.
WHILE_THEY_ARE_THERE = timedelta(seconds=9)


@on(ConversationClosed)
def ask_how_it_went(event: ConversationClosed) -> None:
    found = Closure.objects.filter(conversation=event.conversation, reopened_at=None).select_related("conversation")
    closure = found.order_by("-id").first()
    if closure:
        wait = WHILE_THEY_ARE_THERE if rating.asks_there(closure.conversation) else SECOND_THOUGHTS
        actions.ask.at(clock.now() + wait).enqueue(closure.pk)


@on(RatingGiven)
def keep_what_they_said(event: RatingGiven) -> None:
    """Somebody answered on the page where they wrote; nothing is kept of a rating that nobody asked for."""
    asked = Invitation.objects.filter(conversation=event.conversation, message=None, expires_at__gt=clock.now())
    invitation = asked.order_by("-id").first()
    if invitation:
        actions.answer(invitation, score=event.score, comment=event.comment)


@on(MessageChanged)
def forget_the_link_once_it_left(event: MessageChanged) -> None:
    if event.state != DispatchState.SENT:
        return
    invitation = Invitation.objects.select_related("message").filter(message=event.message).first()
    if invitation:
        actions.forget_link(invitation)
