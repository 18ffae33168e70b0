"""Whom the notes mention, who follows what, and what waits at everybody's bell."""

from collections import Counter
from datetime import timedelta

from rapport.conversations.actions.mentioning import mention
from rapport.conversations.actions.telling import subject_of
from rapport.conversations.models import Follow, Message
from rapport.conversations.types import Direction, Status
from rapport.site.demo.chronicle import Chronicle
from rapport.team.models import Notification

_NOTES, _EACH = 30, 3
_READ_AFTER = timedelta(minutes=20)


def notice(told: list[Chronicle]) -> None:
    """From the newest notes and from what customers wrote last in open conversations."""
    newest = sorted(told, key=lambda one: one.conversation.last_at, reverse=True)
    rows = _mentions(newest)
    count: Counter[int] = Counter()
    for one in newest:
        conversation, last = one.conversation, one.messages[-1]
        owner = conversation.assignee_id
        if owner and conversation.status == Status.OPEN and last.direction == Direction.IN and count[owner] < _EACH:
            count[owner] += 1
            rows.append(_row(owner, "own", last, is_read=count[owner] == _EACH))
    Notification.objects.bulk_create(sorted(rows, key=lambda row: row.at))


def _mentions(newest: list[Chronicle]) -> list[Notification]:
    notes = [note for one in newest for note in one.messages if note.direction == Direction.NOTE and "@" in note.text]
    rows: list[Notification] = []
    for note in notes[:_NOTES]:
        named = mention(note.conversation, note)
        follows = [Follow(conversation=note.conversation, agent_id=agent, at=note.created_at) for agent in named]
        Follow.objects.bulk_create(follows, ignore_conflicts=True)
        rows += [_row(agent, "mention", note, is_read=note.conversation.is_closed) for agent in named]
    return rows


def _row(agent: int, kind: str, message: Message, *, is_read: bool) -> Notification:
    return Notification(
        agent_id=agent,
        kind=kind,
        place=subject_of(message.conversation_id),
        by_id=message.agent_id,
        details={"message": message.pk},
        at=message.created_at,
        read_at=message.created_at + _READ_AFTER if is_read else None,
    )
