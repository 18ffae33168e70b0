"""The one door by which anything leaves: a person's reply, a rule's, the bot's."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.channels.actions.addressing import Recipients, answered_by_default, unique, usual_recipients
from rapport.channels.actions.fitting import refuse_outside_session, refuse_unfit
from rapport.channels.actions.placing import note_exchange
from rapport.channels.actions.sending import send
from rapport.channels.errors import CannotWrite, TooLate
from rapport.channels.models import Channel, Dispatch
from rapport.channels.queries import channel_to_answer_by
from rapport.channels.seam import Kind, kind_of
from rapport.channels.types import Chosen, DispatchState
from rapport.conversations import actions as conversations
from rapport.conversations.actions.telling import tell
from rapport.conversations.announcements import MessageChanged
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import AuthorKind, Direction, IncomingFile, Sight, Writing
from rapport.kit import clock
from rapport.kit.text import one_line, shortened, storable
from rapport.team.models import Agent

_FORWARD = re.compile(r"\s*(?:fwd?|wg|tr|rv|转发|轉寄)\s*[:：]", re.IGNORECASE)
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
    subject: str = "",
    sender: Channel | None = None,
    about: Message | None = None,
    is_forward: bool = False,
    author_kind: AuthorKind = AuthorKind.AGENT,
    undo_seconds: int | None = None,
    send_at: datetime | None = None,
    headers: Mapping[str, str] | None = None,
    reply_all: bool = False,
    seen: Sight | None = None,
    template: Chosen | None = None,
) -> Message:
    """Write to the customer and put it on its way: message, outbox row and job in one transaction.

    It answers `about`, else what was last received; with `is_forward` it passes that on to somebody else. Without `to`
    it goes where the answered message asks for it; `reply_all` adds whom that one was copied to. It is sent from
    `sender`, else from the channel last written to; an empty `text` is made from the `html`, and with a `template`
    `text` is what that says. It leaves after `undo_seconds` (the agent's own when None, at once without one) or at
    `send_at`. Raises CannotWrite, in words for the agent, when it does not fit, and MovedOn past what was `seen`.
    """
    channel = sender or channel_to_answer_by(conversation)
    kind = kind_of(channel.kind if channel else conversation.channel)
    answered = about or answered_by_default(conversation)
    usual = Recipients() if is_forward else usual_recipients(kind, conversation, answered)
    whom = _everybody(to or usual.to, [*cc, *(usual.cc if reply_all else ())], bcc)
    said = _worded(kind, text, html, is_ours=by is not None)
    _refuse(kind, conversation, said, files, whom, template)
    writing = replace(
        said,
        subject=_subject(conversation, subject, is_forward=is_forward) if kind.abilities.subject else "",
        **whom,
        **_threading(kind, conversation, about, is_forward=is_forward),
        files=tuple(files),
        external_id=kind.external_id(channel.address if channel else ""),
        is_automatic=author_kind != AuthorKind.AGENT,
        forwards=answered.pk if is_forward and answered else None,
        channel=kind.name,
    )
    message = conversations.write(conversation, writing=writing, by=by, kind=author_kind, seen=seen)
    return _dispatch(message, channel, _leaves_at(kind, by, undo_seconds, send_at), headers, template)


def _refuse(
    kind: Kind,
    conversation: Conversation,
    said: Writing,
    files: Sequence[IncomingFile],
    whom: Mapping[str, Any],
    template: Chosen | None,
) -> None:
    refuse_unfit(kind, said.text, files, whom["to"], [*whom["cc"], *whom["bcc"]])
    refuse_outside_session(kind, conversation, template)


@transaction.atomic
def cancel(dispatch: Dispatch, *, by: Agent) -> str:
    """Take a message back before it leaves; returns its text for the composer. Raises TooLate."""
    # The row decides: whoever changes it first, we here or the worker that claims it, has it.
    held = Dispatch.objects.select_for_update().filter(pk=dispatch.pk).first()
    if held is None:
        raise TooLate(_("It was already taken back."))
    if held.state == DispatchState.SENT:
        raise TooLate(_("It has already left."))
    if held.in_doubt:
        raise TooLate(_("It is on its way and may have arrived."))
    if held.state == DispatchState.FAILED and not _reached_nobody(held):
        raise TooLate(_("Some of its recipients have it. Try it again, or write a new one."))
    conversation = held.message.conversation
    text = conversations.unwrite(held.message)
    tell(conversation, MessageChanged(conversation.pk, held.message_id, state=DispatchState.CANCELLED))
    return text


@transaction.atomic
def send_now(dispatch: Dispatch, *, by: Agent) -> None:
    """Let a message leave that waits for its moment. Raises TooLate for one that left or was taken back meanwhile."""
    held = Dispatch.objects.select_for_update().select_related("message__conversation").filter(pk=dispatch.pk).first()
    if held is None:
        raise TooLate(_("It was already taken back."))
    if held.state != DispatchState.QUEUED:
        raise TooLate(_("It has already left."))
    held.due_at = min(held.due_at, clock.now())
    held.save(update_fields=["due_at"])
    send.enqueue(held.pk)
    conversation = held.message.conversation
    tell(conversation, MessageChanged(conversation.pk, held.message_id, state=DispatchState.QUEUED))


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


def _reached_nobody(failed: Dispatch) -> bool:
    message = failed.message
    without = {str(each.get("address", "")).lower() for each in failed.undelivered}
    everyone = {address.lower() for address in (*message.to, *message.cc, *message.bcc)}
    return failed.sent_at is None and (not without or everyone <= without)


def _everybody(to: Sequence[str], cc: Sequence[str], bcc: Sequence[str]) -> dict[str, Any]:
    """Each address once, where it stands most openly."""
    recipients = unique(to)
    copies = unique(cc, without=recipients)
    hidden = unique(bcc, without=[*recipients, *copies])
    return {"to": tuple(recipients), "cc": tuple(copies), "bcc": tuple(hidden)}


def _worded(kind: Kind, text: str, html: str, *, is_ours: bool) -> Writing:
    """What it says: as text, and as HTML where the channel has that. What no agent wrote is sent as it is."""
    if not kind.abilities.rich_text or not html.strip():
        return Writing(text=storable(text))
    if not is_ours:
        return Writing(text=storable(text), html=storable(html))
    cleaned = storable(kind.clean(html))
    if not cleaned and not text.strip():
        raise CannotWrite(_("This is too long, or too deeply nested, to be sent as a mail. Shorten it."))
    own = kind.plain(cleaned, own=True)
    return Writing(text=storable(text) if text.strip() else kind.plain(cleaned), html=cleaned, visible_text=own)


def _subject(conversation: Conversation, chosen: str, *, is_forward: bool) -> str:
    if one_line(chosen):
        return one_line(chosen)[:998]
    if is_forward:
        return forward_subject(conversation)
    subject = one_line(conversation.subject)
    is_first = not conversation.messages.exclude(direction=Direction.NOTE).exists()
    return subject if is_first else answer_subject(conversation)


def answer_subject(conversation: Conversation) -> str:
    """The subject of the next answer, marked as one once: of a chat, what was said last."""
    subject = one_line(conversation.subject) or shortened(one_line(conversation.preview), 60)
    return subject if _ANSWER.match(subject) else f"Re: {subject}".strip()


def forward_subject(conversation: Conversation) -> str:
    subject = one_line(conversation.subject)
    return subject if _FORWARD.match(subject) else f"Fwd: {subject}".strip()


def _threading(kind: Kind, conversation: Conversation, about: Message | None, *, is_forward: bool) -> dict[str, Any]:
    """In-Reply-To, and References: the chain of the message answered, and that message. A forward answers nothing.

    Only what went by the same kind of channel has an id that means something there.
    """
    if is_forward:
        return {}
    by_kind = ["", kind.name] if conversation.channel == kind.name else [kind.name]
    spoken = conversation.messages.exclude(direction=Direction.NOTE).exclude(external_id="").order_by("-id")
    spoken = spoken.filter(channel__in=by_kind)
    named = about if about and about.external_id and about.channel in by_kind else None
    answered = named or spoken.filter(direction=Direction.IN).first() or spoken.first()
    if answered is None:
        return {}
    chain = dict.fromkeys([*answered.references, answered.in_reply_to, answered.external_id])
    return {"in_reply_to": answered.external_id, "references": tuple(name for name in chain if name)}


def _leaves_at(kind: Kind, by: Agent | None, undo_seconds: int | None, send_at: datetime | None) -> datetime:
    if undo_seconds is None:
        # In a chat people wait; and what can be taken back afterwards needs no second thought before.
        undo_seconds = by.undo_seconds if by and not kind.abilities.deletes else 0
    return send_at or clock.now() + timedelta(seconds=undo_seconds)


def _dispatch(
    message: Message,
    channel: Channel | None,
    due_at: datetime,
    headers: Mapping[str, str] | None,
    template: Chosen | None,
) -> Message:
    dispatch = Dispatch.objects.create(
        message=message,
        channel=channel,
        due_at=due_at,
        headers=dict(headers or {}),
        template=asdict(template) if template else {},
    )
    send.at(due_at).enqueue(dispatch.pk)
    if message.forwards_id is None:
        # What they answer by this channel belongs here from now on.
        note_exchange(channel, message.conversation, message.to[0])
    return message
