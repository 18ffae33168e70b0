"""What routing does when something happens below: the clocks of the conversation are reckoned again."""

from typing import Any

from rapport.backbone.events import on
from rapport.channels.types import DispatchState
from rapport.conversations import announcements as news
from rapport.routing import actions

HEARD = (
    news.MessageArrived,
    news.MessageWritten,
    news.MessageMoved,
    news.ConversationMerged,
    news.ConversationUnmerged,
    news.ConversationClosed,
    news.ConversationReopened,
    news.ConversationJunked,
    news.ConversationRestored,
    news.ConversationSnoozed,
    news.ConversationWoke,
    news.ConversationAssigned,
    news.PriorityChanged,
    news.ConversationTagged,
    news.ConversationUntagged,
)


def reckon_again(event: Any) -> None:
    """Each of these has a conversation, and nothing else of it counts: the rows say what happened and when."""
    actions.reckon(event.conversation)


for kind in HEARD:
    on(kind)(reckon_again)


@on(news.MessageChanged)
def reckon_what_was_taken_back(event: news.MessageChanged) -> None:
    if event.state == DispatchState.CANCELLED:
        actions.reckon(event.conversation)
