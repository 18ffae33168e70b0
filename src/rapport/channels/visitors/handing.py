"""Going on by mail: a visitor who left before they read our answer, and gave an address, gets it there.

The mail is a message of its own in the same conversation, from a mailbox of the same inbox, and an answer to it comes
back by its reply address. What was sent so is remembered by the visitor's row, so that nothing is sent twice.
"""

from datetime import timedelta

from django.db import transaction

from rapport.backbone.jobs import job
from rapport.channels.actions.replying import reply
from rapport.channels.errors import CannotWrite
from rapport.channels.guests import Visitor
from rapport.channels.models import Channel, Dispatch
from rapport.channels.office import Desk
from rapport.channels.seam import kinds
from rapport.channels.types import DispatchState, IdentityOf
from rapport.channels.visitors.offering import language_for, words
from rapport.channels.visitors.posting import visitor_in
from rapport.conversations.models import Message
from rapport.conversations.types import AuthorKind, IncomingFile
from rapport.kit import clock


def watch(message_id: int) -> None:
    """Look again in some minutes whether a message that went to a visitor's page was read."""
    dispatch = Dispatch.objects.select_related("channel", "message__conversation").filter(message=message_id).first()
    if dispatch is None or not _is_watched(dispatch):
        return
    visitor = visitor_in(dispatch.message.conversation)
    if visitor and visitor.email and dispatch.channel:
        hand_over.at(clock.now() + _patience(dispatch.channel)).enqueue(message_id)


@job
def hand_over(message_id: int) -> None:
    """Send what is unread by mail, unless they read it, are still here, or got it so already."""
    message = Message.objects.select_related("conversation__inbox").filter(pk=message_id).first()
    visitor = visitor_in(message.conversation) if message else None
    if message is None or visitor is None:
        return
    if visitor.is_here:
        # They may be reading just now, or looking for their glasses.
        hand_over.at(clock.now() + _patience(visitor.channel)).enqueue(message_id)
        return
    _hand_over(message, visitor)


@transaction.atomic
def _hand_over(message: Message, visitor: Visitor) -> None:
    # Held, so that of two answers that fall due together one mail brings both.
    visitor = Visitor.objects.select_for_update(of=("self",)).select_related("channel").get(pk=visitor.pk)
    unread = list(_unread(message, visitor))
    mailbox = _mailbox_beside(visitor.channel)
    if not visitor.email or mailbox is None or message.pk not in {each.pk for each in unread}:
        return
    said = words(language_for("", visitor.language))
    company = Desk(visitor.channel).company
    text = "\n\n".join(
        [said["mail_intro"].format(company=company), *map(_quoted, unread), said["mail_outro"].format(company=company)]
    )
    try:
        reply(
            message.conversation,
            by=None,
            author_kind=AuthorKind.RULE,
            text=text,
            to=[visitor.email],
            subject=said["mail_subject"].format(company=company),
            sender=mailbox,
            files=[file for each in unread for file in _files(each)],
            undo_seconds=0,
        )
    except CannotWrite:
        # What they typed reaches nobody, or the files are too large: the answer waits on the page.
        return
    visitor.mailed_up_to = unread[-1].pk
    visitor.save(update_fields=["mailed_up_to"])


def _is_watched(dispatch: Dispatch) -> bool:
    channel = dispatch.channel
    if channel is None or channel.kind not in kinds() or not kinds()[channel.kind].abilities.widget:
        return False
    return dispatch.read_at is None and _patience(channel) > timedelta(0)


def _patience(channel: Channel) -> timedelta:
    return timedelta(minutes=int(channel.settings.get("mail_after") or 0))


def _unread(message: Message, visitor: Visitor) -> "list[Message]":
    found = Message.objects.filter(
        conversation=message.conversation_id,
        pk__gt=visitor.mailed_up_to,
        dispatch__channel=visitor.channel_id,
        dispatch__state=DispatchState.SENT,
        dispatch__read_at=None,
        deleted_at=None,
    )
    return list(found.select_related("agent").prefetch_related("attachments__file").order_by("id"))


def _mailbox_beside(channel: Channel) -> Channel | None:
    """A mailbox of the same inbox."""
    by_mail = [name for name, kind in kinds().items() if kind.identity == IdentityOf.EMAIL]
    return Channel.objects.filter(inbox=channel.inbox_id, kind__in=by_mail, paused_at=None).order_by("id").first()


def _quoted(message: Message) -> str:
    name = message.agent.name.split(" ")[0] if message.agent else ""
    text = message.visible_text or message.text
    return f"{name}:\n{text}" if name else text


def _files(message: Message) -> list[IncomingFile]:
    return [
        IncomingFile(each.file_id, each.name, each.content_type, each.size, each.sha256)
        for each in message.attachments.all()
        if not each.inline
    ]
