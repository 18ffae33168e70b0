"""What a visitor sees of their conversations: never notes, never what may still be undone."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from django.core import signing
from django.db.models import Max, Prefetch, Q, QuerySet

from rapport.channels.guests import Visitor
from rapport.channels.models import Channel, Exchange
from rapport.channels.types import DispatchState
from rapport.conversations.models import Attachment, Message, Seen
from rapport.conversations.types import AuthorKind, Direction
from rapport.kit.text import shortened

MOST_MESSAGES = 200
MOST_EXCHANGES = 20
FILES_SALT = "rapport.channels.visitors.files"
# What a browser may show by itself; everything else is only ever a download.
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def key_of(visitor: Visitor, exchange: str) -> str:
    """One of a visitor's conversations as the channel calls it; nobody else can name it."""
    return f"{visitor.handle}/{exchange}"


def exchanges_of(visitor: Visitor) -> list[dict[str, Any]]:
    """Their conversations, newest first, each with its last line. Two queries."""
    found = (
        Exchange.objects.filter(channel=visitor.channel_id, address=visitor.handle)
        .select_related("conversation__assignee")
        .order_by("-conversation__last_at", "-id")[:MOST_EXCHANGES]
    )
    rows = list(found)
    last = _last_lines([row.conversation_id for row in rows], visitor)
    return [
        {
            "exchange": row.key.partition("/")[2],
            "closed": row.conversation.is_closed,
            "agent": _first_name(row.conversation.assignee.name) if row.conversation.assignee else "",
            "at": row.conversation.last_at.isoformat(),
            "text": shortened(last.get(row.conversation_id, ""), 80),
        }
        for row in rows
        if row.conversation_id in last
    ]


def exchange_of(visitor: Visitor, exchange: str) -> Exchange | None:
    found = Exchange.objects.filter(channel=visitor.channel_id, key=key_of(visitor, exchange), address=visitor.handle)
    return found.select_related("conversation__assignee").first()


def history(visitor: Visitor, exchange: Exchange) -> list[dict[str, Any]]:
    """What was said in one of them, oldest first, and what of it an agent has seen. Three queries."""
    said = said_to(visitor).filter(conversation=exchange.conversation_id).order_by("-id")[:MOST_MESSAGES]
    read = Seen.objects.filter(conversation=exchange.conversation_id).aggregate(last=Max("message_id"))["last"] or 0
    return [shown(message, exchange.key) | {"read": message.pk <= read} for message in reversed(list(with_files(said)))]


def said_to(visitor: Visitor) -> QuerySet[Message]:
    """What the visitor wrote, and what has left for them by this channel."""
    sent = Q(
        direction=Direction.OUT, dispatch__state=DispatchState.SENT, dispatch__channel=visitor.channel_id, forwards=None
    )
    return Message.objects.filter(Q(direction=Direction.IN, is_automatic=False) | sent)


def with_files(messages: QuerySet[Message]) -> QuerySet[Message]:
    files = Prefetch("attachments", queryset=Attachment.objects.filter(inline=False).order_by("id"))
    return messages.select_related("agent").prefetch_related(files)


def shown(message: Message, key: str) -> dict[str, Any]:
    """A message as the page shows it."""
    own = f"chat:{key.partition('/')[0]}:"
    is_own = message.direction == Direction.IN
    name = message.agent.name if message.agent and message.author_kind == AuthorKind.AGENT else ""
    return {
        "id": message.external_id.removeprefix(own) or f"m{message.pk}",
        "exchange": key.partition("/")[2],
        "me": is_own,
        "by": "" if is_own else _first_name(name),
        "bot": not is_own and not name,
        "text": "" if message.deleted_at else (message.visible_text or message.text),
        "gone": message.deleted_at is not None,
        "at": (message.sent_at or message.created_at).isoformat(),
        "files": [] if message.deleted_at else [_file(each) for each in message.attachments.all()],
    }


def file_of(word: str, *, max_age: int = 14 * 24 * 3600) -> Attachment | None:
    """The attachment that a link we gave a visitor names; None for any other, and for an old one."""
    try:
        pk = int(signing.loads(word, salt=FILES_SALT, max_age=max_age))
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return Attachment.objects.select_related("file").filter(pk=pk).first()


def by_external_id(external_ids: Iterable[str]) -> dict[str, Message]:
    """Messages of ours by the name that their event has. Two queries."""
    return {
        message.external_id: message for message in with_files(Message.objects.filter(external_id__in=external_ids))
    }


def channel_by_key(key: str) -> Channel | None:
    return Channel.objects.select_related("inbox").filter(key=key, paused_at=None).first()


def _last_lines(conversations: Sequence[int], visitor: Visitor) -> dict[int, str]:
    said = said_to(visitor).filter(conversation__in=conversations).order_by("id")
    return {pk: visible or text for pk, visible, text in said.values_list("conversation_id", "visible_text", "text")}


def _file(attachment: Attachment) -> dict[str, Any]:
    word = signing.dumps(attachment.pk, salt=FILES_SALT)
    return {
        "name": attachment.name,
        "type": attachment.content_type,
        "size": attachment.size,
        "shown": attachment.content_type in SHOWN,
        "url": f"/chat/files/{word}/{quote(attachment.name[:80], safe='')}",
    }


def _first_name(name: str) -> str:
    return name.split(" ")[0]
