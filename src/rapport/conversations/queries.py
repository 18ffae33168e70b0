"""Reading conversations, always from what the agent may see."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Value

from rapport.conversations.models import Attachment, Conversation, Message
from rapport.conversations.querysets import ConversationQuerySet
from rapport.kit.remembering import remembered
from rapport.team.models import Agent
from rapport.team.types import Permission, Visibility

COUNT_CAP = 1000


def visible_to(agent: Agent) -> ConversationQuerySet:
    """Every conversation this agent may see; each list, search, count and export begins here."""
    return _visible_to(agent).all()


@remembered
def _visible_to(agent: Agent) -> ConversationQuerySet:
    return Conversation.objects.visible_to(agent)


def own(agent: Agent) -> ConversationQuerySet:
    """The agent's own conversations, every one of which they may see: no team needs to be asked about."""
    return Conversation.objects.assigned_to(agent) if agent.may(Permission.READ) else Conversation.objects.none()


def messages_visible_to(agent: Agent) -> QuerySet[Message]:
    """Every message of a conversation this agent may see."""
    allowed = visible_to(agent).filter(pk=OuterRef("conversation_id"))
    return Message.objects.filter(Exists(allowed))


def attachments_visible_to(agent: Agent) -> QuerySet[Attachment]:
    """Every file in a conversation this agent may see."""
    allowed = visible_to(agent).filter(pk=OuterRef("message__conversation_id"))
    return Attachment.objects.filter(Exists(allowed))


def scopes_of(agent: Agent) -> list[str] | None:
    """The words of the search index this agent may look under; None for all of them."""
    if not agent.may(Permission.READ):
        return []
    if agent.visibility == Visibility.ALL:
        return None
    if agent.visibility == Visibility.OWN:
        return [f"agent{agent.pk}"]
    return ["shared", f"agent{agent.pk}", *(f"team{pk}" for pk in agent.teams.values_list("pk", flat=True))]


def capped_counts(lists: Mapping[str, ConversationQuerySet]) -> dict[str, int]:
    """How many each list holds, in one query, none counted beyond `COUNT_CAP`."""
    parts: list[str] = []
    values: list[Any] = []
    for name, conversations in lists.items():
        inner, params = conversations.order_by().values_list(Value(1))[:COUNT_CAP].query.sql_with_params()
        parts.append(f"SELECT %s AS name, COUNT(*) FROM ({inner}) AS counted")  # noqa: S608  # Django's own SQL
        values += [name, *params]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return dict(_rows(cursor))


def _rows(cursor: Iterable[tuple[str, int]]) -> Iterable[tuple[str, int]]:
    return ((str(name), int(count)) for name, count in cursor)
