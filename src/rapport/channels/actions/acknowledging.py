"""Telling whoever begins a conversation, at once, that it has come. Nothing that the sender chose is in it.

A forged sender makes such an answer a nuisance to somebody else, so it is withheld where a domain disowns the letter,
and no domain gets more than a few dozen an hour, however many letters claim to come from it.
"""

import re
from datetime import timedelta

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.jobs import job
from rapport.channels.actions.replying import reply
from rapport.channels.errors import CannotWrite
from rapport.conversations.authentication import is_doubtful, is_pending
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import AuthorKind, Direction
from rapport.kit import clock
from rapport.team.models import Organisation

MOST_AN_HOUR_TO_A_DOMAIN = 60
_AN_HOUR = 3600
_BLANK = re.compile(r"\{\{\s*(number|company)\s*\}\}")


# How long the network is asked who really wrote before an answer leaves without knowing it.
_ASKING = timedelta(seconds=20)


def acknowledge_later(message: Message) -> None:
    """Queue the answer, if the inbox has one to give."""
    if message.conversation.inbox.acknowledgement:
        at = clock.now() + (_ASKING if is_pending(message) else timedelta(0))
        acknowledge_by_job.at(at).enqueue(message.pk)


@job(urgency="urgent")
def acknowledge_by_job(message_id: int) -> None:
    """The same, for a message that may be gone by now."""
    for message in Message.objects.filter(pk=message_id):
        acknowledge(message)


@transaction.atomic
def acknowledge(message: Message) -> Message | None:
    """Answer the first letter of a conversation by the inbox's own words, once; none where that is not called for."""
    conversation = Conversation.objects.select_related("inbox", "customer").get(pk=message.conversation_id)
    words = conversation.inbox.acknowledgement.strip()
    if not words or message.is_automatic or not message.author_address or is_doubtful(message):
        return None
    if conversation.messages.filter(direction=Direction.OUT).exists() or not _has_room(message.author_address):
        return None
    try:
        return reply(
            conversation,
            by=None,
            author_kind=AuthorKind.RULE,
            about=message,
            to=[message.author_address],
            subject=_("We have your message (no. %(number)d)") % {"number": conversation.number},
            text=filled_in(words, conversation),
            undo_seconds=0,
        )
    except CannotWrite:
        return None


def filled_in(words: str, conversation: Conversation) -> str:
    """The words with {{ number }} and {{ company }} in place."""
    organisation = Organisation.objects.order_by("id").first()
    values = {"number": str(conversation.number), "company": organisation.name if organisation else ""}
    return _BLANK.sub(lambda found: values[found.group(1)], words)


def _has_room(address: str) -> bool:
    key = f"acknowledged:{address.rpartition('@')[2].lower()}"
    if cache.add(key, 1, _AN_HOUR):
        return True
    try:
        return cache.incr(key) <= MOST_AN_HOUR_TO_A_DOMAIN
    except ValueError:
        # The hour ended in this moment.
        return cache.add(key, 1, _AN_HOUR)
