"""Telling visitors: each thing is a row of the event log, for their stream alone."""

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.channels.announcements import VisitorTold
from rapport.channels.errors import CannotDeliver
from rapport.channels.guests import Visitor
from rapport.channels.models import Exchange
from rapport.conversations.models import Conversation, Message


def word_of(visitor_id: int) -> str:
    """What a visitor's stream listens for, and what its events are about."""
    return f"visitor:{visitor_id}"


def post(external_id: str) -> None:
    """Put a message of ours on its visitor's stream. Raises CannotDeliver."""
    if not _told(external_id, "message"):
        reason = _("This visitor is not known any more. Answer them by another channel.")
        raise CannotDeliver(reason, permanent=True)


def tell_about(external_id: str, what: str) -> None:
    """A message was read by us, changed or removed: say so to whoever wrote or got it, if they are a visitor."""
    _told(external_id, what)


def _told(external_id: str, what: str) -> bool:
    """False for a message that is none of a visitor's."""
    found = Message.objects.filter(external_id=external_id).order_by("id") if external_id else Message.objects.none()
    conversation = found.values_list("conversation_id", flat=True).first()
    visitor = _visitor_in(conversation) if conversation else None
    if conversation and visitor:
        tell(visitor, what, conversation, about=external_id)
    return visitor is not None


@transaction.atomic
def tell(visitor: Visitor, what: str, conversation: int, *, about: str = "", word: str = "") -> None:
    news = VisitorTold(visitor.pk, what, conversation, about=about, word=word)
    announce(news, subject=word_of(visitor.pk), audience=[word_of(visitor.pk)])


def visitor_in(conversation: Conversation) -> Visitor | None:
    """The visitor whose exchange it is; none for a conversation of any other kind. Two queries."""
    return _visitor_in(conversation.pk)


def _visitor_in(conversation: int) -> Visitor | None:
    found = Exchange.objects.filter(conversation=conversation).exclude(address="").order_by("-id")
    address = found.values_list("address", flat=True).first()
    return Visitor.objects.filter(handle=address).first() if address else None
