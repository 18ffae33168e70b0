"""Writing a message down: the row, its files and its place in the search index."""

from datetime import datetime
from typing import Any

from rapport.backbone import search
from rapport.conversations.actions.telling import moment
from rapport.conversations.models import Attachment, Conversation, Message
from rapport.conversations.searching import entry_for
from rapport.conversations.types import Direction, Writing


def record(
    conversation: Conversation, writing: Writing, direction: Direction, *, at: datetime | None = None, **author: Any
) -> Message:
    """Keep a message as written, now or at a moment already noted. `author` are the message's own author fields."""
    message = Message.objects.create(
        conversation=conversation,
        direction=direction,
        subject=writing.subject[:998],
        text=writing.text,
        html=writing.html,
        visible_text=writing.visible_text or writing.text,
        to=list(writing.to),
        cc=list(writing.cc),
        bcc=list(writing.bcc),
        reply_to=list(writing.reply_to),
        external_id=writing.external_id,
        in_reply_to=writing.in_reply_to,
        references=list(writing.references),
        is_automatic=writing.is_automatic,
        forwards_id=writing.forwards,
        channel=writing.channel if writing.channel != conversation.channel else "",
        authentication=dict(writing.authentication),
        sent_at=writing.sent_at,
        created_at=at or moment(),
        **author,
    )
    if writing.files:
        Attachment.objects.bulk_create(
            Attachment(
                message=message,
                file_id=file.file_id,
                name=file.name[:255],
                content_type=file.content_type[:120],
                size=file.size,
                sha256=file.sha256,
                content_id=file.content_id[:998],
                inline=file.inline,
            )
            for file in writing.files
        )
    names = [file.name for file in writing.files if not file.inline]
    search.index([entry_for(message, conversation, files=names)])
    return message
