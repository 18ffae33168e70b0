"""Which conversations are meant."""

from dataclasses import dataclass
from typing import Any

from rapport.backbone import filtering
from rapport.conversations.filtering.subjects import Vocabulary
from rapport.conversations.models import Conversation
from rapport.conversations.querysets import ConversationQuerySet
from rapport.team.models import Agent


@dataclass(frozen=True)
class Filter(filtering.Filter):
    """Which conversations are meant. Without a line: every one."""

    @classmethod
    def parse(cls, said: Any, vocabulary: Vocabulary | None = None) -> "Filter":
        """As `read`. Raises FilterError."""
        return cls.read(said, vocabulary or Vocabulary())

    def apply(self, conversations: ConversationQuerySet, agent: Agent | None) -> ConversationQuerySet:
        """Those of them that are meant. It only ever narrows: start at what the agent may see."""
        return conversations.filter(self.q(agent)) if self.conditions else conversations

    def matches(self, conversation: Conversation, agent: Agent | None) -> bool:
        """Whether this conversation, as it is kept now, is meant. One query."""
        return self.apply(Conversation.objects.filter(pk=conversation.pk), agent).exists()
