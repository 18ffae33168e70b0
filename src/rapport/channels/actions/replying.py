"""The one door by which anything leaves: a person's reply, a rule's, the bot's."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from rapport.channels.actions.sending import send
from rapport.channels.errors import CannotWrite, TooLate
from rapport.channels.models import Channel, Dispatch
from rapport.channels.newcomers import known_places, new_here
from rapport.channels.queries import channel_to_answer_by, channels_by_address
from rapport.channels.seam import Kind, kind_of
from rapport.channels.types import DispatchState
from rapport.conversations import actions as conversations
from rapport.conversations.actions.telling import tell
from rapport.conversations.announcements import MessageChanged
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import AuthorKind, Direction, IncomingFile, Writing
from rapport.kit import clock
from rapport.kit.text import one_line, storable
from rapport.team.models import Agent

MAX_RECIPIENTS = 100
_ANSWER = re.compile(r"\s*(?:re|aw|sv|antw|回复|答复)\s*[:：]", re.IGNORECASE)


@transaction.atomic
def reply(
    conversation: Conversation,
    *,
    by: Agent | None,
    text: str,
    html: str = "",
    to: Sequence[str] | None = None,
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    files: Sequence[IncomingFile] = (),
    author_kind: AuthorKind = AuthorKind.AGENT,
    undo_seconds: int | None = None,
    send_at: datetime | None = None,
    headers: Mapping[str, str] | None = None,
    reply_all: bool = False,
) -> Message:
    """Write to the customer and put it on its way: message, outbox row and job in one transaction.

    Without `to` it goes where the customer's last message asks to be answered; `reply_all` adds whom that one was
    copied to. It leaves after `undo_seconds` (the agent's own when None, at once without an agent) or at `send_at`.
    Raises CannotWrite, in words for the agent, when it does not fit the channel.
    """
    kind = kind_of(conversation.channel)
    channel = channel_to_answer_by(conversation)
    last = _last_received(conversation)
    recipients = _unique(to if to else _answer_to(conversation, last))
    copies = _unique([*cc, *(_copied(last, kind) if reply_all else ())], without=recipients)
    hidden = _unique(bcc, without=[*recipients, *copies])
    _refuse_unfit(kind, text, files, recipients, [*copies, *hidden])
    answered, chain = _answers(conversation)
    writing = Writing(
        text=storable(text),
        html=storable(kind.clean(html) if by else html) if kind.abilities.rich_text else "",
        subject=_subject(conversation) if kind.abilities.subject else "",
        to=tuple(recipients),
        cc=tuple(copies),
        bcc=tuple(hidden),
        files=tuple(files),
        external_id=kind.external_id(channel.address if channel else ""),
        in_reply_to=answered,
        references=chain,
        is_automatic=author_kind != AuthorKind.AGENT,
    )
    message = conversations.write(conversation, writing=writing, by=by, kind=author_kind)
    _dispatch(message, channel, _leaves_at(by, undo_seconds, send_at), headers)
    return message


@transaction.atomic
def cancel(dispatch: Dispatch, *, by: Agent) -> str:
    """Take a message back before it leaves; returns its text for the composer. Raises TooLate."""
    # The row decides: whoever changes it first, we here or the worker that claims it, has it.
    held = Dispatch.objects.select_for_update().filter(pk=dispatch.pk).first()
    if held is None:
        raise TooLate(_("It was already taken back."))
    if held.state == DispatchState.SENT:
        raise TooLate(_("It has already left."))
    if held.state == DispatchState.FAILED:
        raise TooLate(_("It could not be delivered. Try it again, or write a new one."))
    if held.in_doubt:
        raise TooLate(_("It is on its way and may have arrived."))
    conversation = held.message.conversation
    text = conversations.unwrite(held.message)
    tell(conversation, MessageChanged(conversation.pk, held.message_id, state=DispatchState.CANCELLED))
    return text


@transaction.atomic
def try_again(dispatch: Dispatch, *, by: Agent) -> None:
    """Send a failed message once more, now. Raises TooLate for one that left meanwhile."""
    held = Dispatch.objects.select_for_update().select_related("message__conversation").get(pk=dispatch.pk)
    if held.state == DispatchState.QUEUED:
        return
    if held.state != DispatchState.FAILED:
        raise TooLate(_("It has already left."))
    held.state, held.error, held.attempts = DispatchState.QUEUED, "", 0
    held.due_at, held.claimed_until, held.in_doubt = clock.now(), None, False
    held.save(update_fields=["state", "error", "attempts", "due_at", "claimed_until", "in_doubt"])
    send.enqueue(held.pk)
    conversation = held.message.conversation
    tell(conversation, MessageChanged(conversation.pk, held.message_id, state=DispatchState.QUEUED))


def _last_received(conversation: Conversation) -> Message | None:
    """What is answered: the last that a person wrote. Whoever came by a forwarded address is answered when asked to."""
    received = conversation.messages.filter(direction=Direction.IN)
    people = received.filter(is_automatic=False).order_by("-id")
    return people.exclude(threaded_by="token_other").first() or people.first() or received.last()


def _answer_to(conversation: Conversation, last: Message | None) -> list[str]:
    """Where the customer's last message asks to be answered; the customer's own address before there is one.

    An address that nobody here has written to or heard from is no such place: anybody can ask for it in her name.
    """
    if last is not None and (last.reply_to or last.author_address):
        return known_places(last) or [last.author_address]
    return [conversation.customer.email] if conversation.customer.email else []


def _copied(last: Message | None, kind: Kind) -> list[str]:
    """Everyone it was written to but us; who is new here is copied only where the agent says so."""
    if last is None:
        return []
    left_out = new_here(last) | set(channels_by_address(kind.name))
    return [address for address in (*last.to, *last.cc) if address.lower() not in left_out]


def _unique(addresses: Sequence[str], *, without: Sequence[str] = ()) -> list[str]:
    known = {address.lower() for address in without}
    found: list[str] = []
    for address in addresses:
        bare = address.strip()
        if bare and bare.lower() not in known:
            known.add(bare.lower())
            found.append(bare)
    return found


def _refuse_unfit(
    kind: Kind, text: str, files: Sequence[IncomingFile], recipients: list[str], copies: list[str]
) -> None:
    abilities = kind.abilities
    if not text.strip() and not files:
        raise CannotWrite(_("Write something first."))
    if abilities.max_length is not None and len(text) > abilities.max_length:
        excess = len(text) - abilities.max_length
        raise CannotWrite(_("This is %(count)d characters too long for this channel. Shorten it.") % {"count": excess})
    if files and not abilities.attachments:
        raise CannotWrite(_("This channel cannot carry files. Remove them or send a link."))
    size = sum(file.size for file in files)
    if abilities.max_attachment_bytes is not None and size > abilities.max_attachment_bytes:
        limit = abilities.max_attachment_bytes // 1024 // 1024
        raise CannotWrite(_("The files are larger than %(limit)d MB together. Remove some.") % {"limit": limit})
    if copies and not abilities.copies:
        raise CannotWrite(_("This channel has no Cc. Remove it."))
    if not recipients:
        raise CannotWrite(_("There is no address to answer to. Fill in To."))
    if len(recipients) + len(copies) > MAX_RECIPIENTS:
        raise CannotWrite(_("These are more than %(limit)d recipients.") % {"limit": MAX_RECIPIENTS})
    if abilities.copies:
        _refuse_bad_addresses([*recipients, *copies])


def _refuse_bad_addresses(addresses: list[str]) -> None:
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError as error:
            raise CannotWrite(_("“%(address)s” is not an email address.") % {"address": address}) from error


def _subject(conversation: Conversation) -> str:
    subject = one_line(conversation.subject)
    if not conversation.messages.exclude(direction=Direction.NOTE).exists():
        return subject
    return subject if _ANSWER.match(subject) else f"Re: {subject}".strip()


def _answers(conversation: Conversation) -> tuple[str, tuple[str, ...]]:
    """In-Reply-To, and References: the chain of the message answered, and that message."""
    spoken = conversation.messages.exclude(direction=Direction.NOTE).exclude(external_id="").order_by("-id")
    answered = spoken.filter(direction=Direction.IN).first() or spoken.first()
    if answered is None:
        return "", ()
    chain = dict.fromkeys([*answered.references, answered.in_reply_to, answered.external_id])
    return answered.external_id, tuple(name for name in chain if name)


def _leaves_at(by: Agent | None, undo_seconds: int | None, send_at: datetime | None) -> datetime:
    if undo_seconds is None:
        undo_seconds = by.undo_seconds if by else 0
    return send_at or clock.now() + timedelta(seconds=undo_seconds)


def _dispatch(
    message: Message, channel: Channel | None, due_at: datetime, headers: Mapping[str, str] | None
) -> Dispatch:
    dispatch = Dispatch.objects.create(message=message, channel=channel, due_at=due_at, headers=dict(headers or {}))
    send.at(due_at).enqueue(dispatch.pk)
    return dispatch
