"""Reading conversations, always from what the agent may see."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Prefetch

from rapport.backbone import search as index
from rapport.backbone.models import Event
from rapport.conversations.models import Attachment, Conversation, Message, Tagging
from rapport.conversations.querysets import ConversationQuerySet
from rapport.team.models import Agent
from rapport.team.types import Permission

COUNT_CAP = 1000


def visible_to(agent: Agent) -> ConversationQuerySet:
    """Every conversation this agent may see; each list, search, count and export begins here."""
    return Conversation.objects.visible_to(agent)


def messages_visible_to(agent: Agent) -> "Mapping[str, object] | object":
    return Message.objects.filter(conversation__in=visible_to(agent))
