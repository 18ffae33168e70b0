"""What routing does when something happens: clocks are reckoned again, and what is nobody's is shared out."""

from typing import Any

from rapport.backbone.events import Announcement, heard, on
from rapport.channels.types import DispatchState
from rapport.conversations import announcements as news
from rapport.routing import actions
from rapport.routing import announcements as ours
from rapport.routing.models import Promise, Scheme, ServicePolicy, Waiting
from rapport.team import announcements as people

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


def if_promised(names: set[str]) -> set[str]:
    """Nothing is queued where nothing is promised: whoever makes the first policy has all that is open reckoned."""
    return names if ServicePolicy.objects.exists() or Promise.objects.exists() else set()


for kind in HEARD:
    on(kind, wanted=if_promised)(reckon_again)


@on(news.MessageChanged, wanted=if_promised)
def reckon_what_was_taken_back(event: news.MessageChanged) -> None:
    if event.state == DispatchState.CANCELLED:
        actions.reckon(event.conversation)


def if_shared_out(names: set[str]) -> set[str]:
    """Nothing is queued where no scheme is in use."""
    return names if Scheme.objects.filter(is_on=True).exists() else set()


def if_somebody_waits(names: set[str]) -> set[str]:
    return names if Waiting.objects.exists() else set()


MAY_BE_FREE = (
    news.MessageArrived,
    news.ConversationWoke,
    news.ConversationUnmerged,
    news.ConversationTagged,
    news.ConversationUntagged,
    news.PriorityChanged,
    news.ConversationAssigned,
    news.ConversationReopened,
    news.ConversationRestored,
)
MAKE_ROOM: tuple[type[Announcement], ...] = (
    news.ConversationAssigned,
    news.ConversationClosed,
    news.ConversationSnoozed,
    news.MessageWritten,
    ours.AgentCameBack,
    ours.RoomMade,
    people.AgentJoined,
    people.AgentChanged,
    people.AgentReactivated,
    people.TeamChanged,
)
# After these, whoever has it is asked whether they are here.
NEEDS_SOMEBODY = (news.MessageArrived, news.ConversationReopened, news.ConversationWoke)


def share_out(event: Any) -> None:
    """Our own assigning is heard too, and says nothing new."""
    if _is_ours():
        return
    if isinstance(event, NEEDS_SOMEBODY) and actions.hand_on_if_away(event.conversation):
        return
    actions.consider(event.conversation, anew=isinstance(event, news.ConversationReopened))


def serve_those_who_wait(event: Any) -> None:
    if not _is_ours():
        actions.serve()


for kind in MAY_BE_FREE:
    on(kind, wanted=if_shared_out)(share_out)
for each in MAKE_ROOM:
    on(each, wanted=if_somebody_waits)(serve_those_who_wait)


@on(ours.AgentWentAway, wanted=if_shared_out)
def give_back_what_they_had(event: ours.AgentWentAway) -> None:
    actions.give_back(event.agent)


def _is_ours() -> bool:
    cause = heard().payload.get("cause", {})
    return "decision" in cause or "away" in cause
