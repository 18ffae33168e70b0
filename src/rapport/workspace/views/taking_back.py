"""A message that was taken back, as its writer had it in the composer."""

import re
from dataclasses import dataclass, replace
from typing import Any

from rapport.channels import quotes
from rapport.channels.models import Dispatch
from rapport.channels.seam import kind_of
from rapport.conversations.models import Message
from rapport.conversations.types import Direction, DraftMode
from rapport.team.models import Agent
from rapport.workspace import pictures, uploads
from rapport.workspace.queries.composer import Start, answering, people
from rapport.workspace.queries.ways import sender_of

_WAITING = re.compile(r'(<img(?: [a-z-]+="[^"]*")*?) data-src="')


@dataclass(frozen=True)
class Written:
    """For the composer that is open, and for the draft that waits for the next one."""

    start: Start
    draft: dict[str, Any]


def as_written(message: Message, sending: Dispatch, *, by: Agent) -> Written:
    """Everything of it: people, subject, sender, HTML with its pictures, files, and whether it carries a quote."""
    mode, about = _what_it_was(message)
    usual = answering(message.conversation, about, mode, by=by)
    html, has_quote = _without_quote(message, about)
    files = pictures.attached_to(message)
    words = uploads.again(files, by=by)
    whom = {name: list(getattr(message, name)) for name in ("to", "cc", "bcc")}
    own = pictures.at_home(_WAITING.sub(r'\1 src="', html), message.attachments.all(), by=by)
    text = message.visible_text if html else message.text
    sender, way = _sender(sending, usual)
    start = replace(
        usual,
        to=people(message.to),
        cc=people(message.cc),
        bcc=people(message.bcc),
        subject=message.subject or usual.subject,
        sender=sender,
        way=way,
        text=text,
        html=own,
        files=[{"word": word, "name": file.name, "size": file.size} for word, file in zip(words, files, strict=True)],
        has_quote=has_quote,
        is_usual=False,
    )
    draft = {
        "text": text, "html": own, "mode": mode, **whom, "subject": message.subject,
        "sender": way or sender, "about": about, "has_quote": has_quote, "files": uploads.draft_of(words, by=by),
    }  # fmt: skip
    return Written(start, draft)


def _sender(sending: Dispatch, usual: Start) -> tuple[str, str]:
    """The address that it was to leave from, and the way, where that is not the usual one."""
    if sending.channel is None:
        return usual.sender, ""
    way = sender_of(sending.channel)
    is_other = way in {each.sender for each in usual.ways[1:]}
    return (usual.sender, way) if is_other else (sending.channel.address, "")


def _what_it_was(message: Message) -> tuple[str, Message | None]:
    if message.forwards is not None:
        return DraftMode.FORWARD, message.forwards
    earlier = message.conversation.messages.filter(pk__lt=message.pk, direction=Direction.IN).order_by("-pk")
    others = message.conversation.messages.exclude(external_id="").filter(external_id=message.in_reply_to)
    answered = others.filter(direction=Direction.IN).first() or earlier.first() or others.first()
    return DraftMode.REPLY_ALL if message.cc else DraftMode.REPLY, answered


def _without_quote(message: Message, about: Message | None) -> tuple[str, bool]:
    """Its HTML without the quote that it would be given again; with it where somebody changed it."""
    if about is None or not message.html:
        return message.html, False
    quote = quotes.forwarded(about) if message.forwards_id else quotes.reply_quote(about)
    usual = kind_of(message.conversation.channel).clean(quote)
    if usual and message.html.endswith(usual):
        return message.html.removesuffix(usual), True
    return message.html, False
