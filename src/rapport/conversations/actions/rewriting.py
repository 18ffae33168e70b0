"""Messages that their writer changed, took back or that somebody reacted to, after they had come in."""

from datetime import datetime

from django.db import transaction

from rapport.backbone import files, search
from rapport.conversations.actions.telling import locked, tell, touch
from rapport.conversations.announcements import MessageChanged
from rapport.conversations.models import Attachment, Conversation, Message
from rapport.conversations.preview import preview_of
from rapport.conversations.searching import entries_for
from rapport.conversations.types import Direction
from rapport.kit import clock

# A program that edits in a loop must not fill the row.
_MOST_EARLIER, _MOST_REACTIONS = 20, 50


@transaction.atomic
def rewrite(message: Message, *, text: str, at: datetime | None = None) -> None:
    """Its writer says it in other words now. What it said before is kept beside it."""
    conversation = locked(message.conversation)
    message = Message.objects.get(pk=message.pk)
    moment = at or clock.now()
    if message.deleted_at or text == message.text or (message.edited_at and message.edited_at > moment):
        return
    before = {"at": (message.edited_at or message.created_at).isoformat(timespec="seconds"), "text": message.text}
    message.earlier = [*message.earlier, before][-_MOST_EARLIER:]
    message.text, message.visible_text, message.html, message.edited_at = text, text, "", moment
    message.save(update_fields=["text", "visible_text", "html", "earlier", "edited_at"])
    search.index(entries_for([message], {conversation.pk: conversation}))
    _show_again(conversation, message)
    tell(conversation, MessageChanged(conversation.pk, message.pk, state="edited"))


@transaction.atomic
def forget_words(message: Message, *, at: datetime | None = None) -> None:
    """Its writer took it back: that it was there stays, what it said does not."""
    conversation = locked(message.conversation)
    message = Message.objects.get(pk=message.pk)
    if message.deleted_at:
        return
    attached = set(Attachment.objects.filter(message=message).values_list("file_id", flat=True))
    message.attachments.all().delete()
    message.text = message.visible_text = message.html = ""
    message.earlier, message.deleted_at = [], at or clock.now()
    message.save(update_fields=["text", "visible_text", "html", "earlier", "deleted_at"])
    search.remove([message.pk])
    files.forget(attached)
    _show_again(conversation, message)
    tell(conversation, MessageChanged(conversation.pk, message.pk, state="deleted"))


@transaction.atomic
def react(message: Message, *, by: str, emoji: str, at: datetime | None = None) -> None:
    """Somebody put an emoji to it, one each; an empty one takes theirs back."""
    conversation = locked(message.conversation)
    message = Message.objects.get(pk=message.pk)
    others = [each for each in message.reactions if each["by"] != by]
    mine = {"by": by[:200], "emoji": emoji[:16], "at": (at or clock.now()).isoformat(timespec="seconds")}
    message.reactions = [*others, mine][-_MOST_REACTIONS:] if emoji else others
    message.save(update_fields=["reactions"])
    tell(conversation, MessageChanged(conversation.pk, message.pk, state="reacted"))


def _show_again(conversation: Conversation, message: Message) -> None:
    """The line that lists show, if this is the message it comes from."""
    last = conversation.messages.exclude(direction=Direction.NOTE).exclude(is_automatic=True).order_by("-id").first()
    if last is not None and last.pk == message.pk:
        touch(conversation, preview=preview_of(message))
    else:
        touch(conversation)
