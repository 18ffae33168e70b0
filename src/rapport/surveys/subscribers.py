"""What surveys does when something happens below."""

from datetime import timedelta

from rapport.backbone.events import on
from rapport.channels.types import DispatchState
from rapport.conversations.announcements import ConversationClosed, MessageChanged
from rapport.conversations.models import Closure
from rapport.kit import clock
from rapport.surveys import actions
from rapport.surveys.models import Invitation

# Closing can be undone for eight seconds, and people notice a slip a little later than that.
SECOND_THOUGHTS = timedelta(seconds=30)


@on(ConversationClosed)
def ask_how_it_went(event: ConversationClosed) -> None:
    closure = Closure.objects.filter(conversation=event.conversation, reopened_at=None).order_by("-id").first()
    if closure:
        actions.ask.at(clock.now() + SECOND_THOUGHTS).enqueue(closure.pk)


@on(MessageChanged)
def forget_the_link_once_it_left(event: MessageChanged) -> None:
    if event.state != DispatchState.SENT:
        return
    invitation = Invitation.objects.select_related("message").filter(message=event.message).first()
    if invitation:
        actions.forget_link(invitation)
