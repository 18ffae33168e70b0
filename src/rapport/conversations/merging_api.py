"""Merging conversations over the API."""

from ninja import Router

from rapport.conversations import actions
from rapport.conversations.api import conversation_for, mistaken
from rapport.conversations.models import Conversation, Merge
from rapport.conversations.shapes import ConversationShape, conversation_shape, whole
from rapport.kit.rest.problems import NotFound
from rapport.kit.rest.shapes import Id, Shape, StrictId
from rapport.team.api import ApiRequest, agent_of
from rapport.team.models import Agent
from rapport.team.types import Permission

merging_router = Router(tags=["Conversations"])


class NewMerge(Shape):
    into: StrictId


@merging_router.post(
    "/conversations/{conversation_id}/merge", response=ConversationShape, summary="Merge it into another conversation"
)
def merge_conversation(request: ApiRequest, conversation_id: Id, body: NewMerge) -> ConversationShape:
    """Everything written in it goes there, in order of time, and answers to it do too. Answers the other one."""
    agent = agent_of(request, Permission.REPLY)
    conversation = conversation_for(agent, conversation_id)
    into = conversation_for(agent, body.into)
    with mistaken("body.into"):
        actions.merge(conversation, into=into, by=agent)
    return _shown(agent, into.pk)


@merging_router.delete(
    "/conversations/{conversation_id}/merge", response=ConversationShape, summary="Take merged conversations apart"
)
def unmerge_conversation(request: ApiRequest, conversation_id: Id) -> ConversationShape:
    """For thirty days: what it was merged into gives back its messages and what was answered to them since."""
    agent = agent_of(request, Permission.REPLY)
    conversation = conversation_for(agent, conversation_id)
    merged = Merge.objects.select_related("origin", "destination").filter(origin=conversation, undone_at=None).last()
    if merged is None:
        raise NotFound("It is not merged into another one.")
    conversation_for(agent, merged.destination_id)
    with mistaken("path.conversation_id"):
        origin = actions.unmerge(merged, by=agent)
    return _shown(agent, origin.pk)


def _shown(agent: Agent, pk: int) -> ConversationShape:
    return conversation_shape(whole(Conversation.objects.all()).get(pk=conversation_for(agent, pk).pk))
