"""Changing what has already been sent, or taking it back, where the channel can do that at the customer's side too."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.channels.actions import consenting
from rapport.channels.errors import CannotConnect, CannotDeliver, CannotWrite, TooLate
from rapport.channels.models import Channel, Dispatch
from rapport.channels.providers import provider_of
from rapport.channels.seam import kind_of
from rapport.channels.types import Address, DispatchState
from rapport.conversations import actions as conversations
from rapport.conversations.actions.telling import tell
from rapport.conversations.announcements import SentMessageChanged
from rapport.conversations.models import Message
from rapport.conversations.types import Direction
from rapport.kit.text import storable
from rapport.team.models import Agent


def change_sent(message: Message, *, by: Agent, text: str) -> None:
    """Put other words in its place, there and here; what it said before is kept here.

    Raises CannotWrite and TooLate, in words for the agent.
    """
    dispatch, channel = _sent(message)
    kind, text = kind_of(channel.kind), storable(text).strip()
    if not kind.abilities.edits:
        raise CannotWrite(_("Messages of this channel cannot be changed once they are sent."))
    if not text or not message.text:
        raise CannotWrite(_("Write something first."))
    if kind.abilities.max_length is not None and len(text) > kind.abilities.max_length:
        excess = len(text) - kind.abilities.max_length
        raise CannotWrite(_("This is %(count)d characters too long for this channel. Shorten it.") % {"count": excess})
    if text == message.text:
        return

    def at_their_side(person: Address, settings: Mapping[str, Any]) -> None:
        kind.change(person, dispatch.provider_id, text, settings)

    def here() -> None:
        conversations.rewrite(message, text=text)
        _tell(message, by, is_taken_back=False)

    _both(channel, message, at_their_side, here)


def take_back_sent(message: Message, *, by: Agent) -> None:
    """Delete it there, and forget its words here; that it was sent stays. Raises CannotWrite and TooLate."""
    dispatch, channel = _sent(message)
    kind = kind_of(channel.kind)
    if not kind.abilities.deletes:
        raise CannotWrite(_("Messages of this channel cannot be taken back once they are sent."))

    def at_their_side(person: Address, settings: Mapping[str, Any]) -> None:
        kind.take_back(person, dispatch.provider_id, settings)

    def here() -> None:
        conversations.forget_words(message)
        _tell(message, by, is_taken_back=True)

    _both(channel, message, at_their_side, here)


def _sent(message: Message) -> tuple[Dispatch, Channel]:
    """Its way out and the channel it took. Raises TooLate when nobody has it, or not any more."""
    found = Dispatch.objects.select_related("channel").filter(message=message, state=DispatchState.SENT).first()
    if message.direction != Direction.OUT or found is None:
        raise TooLate(_("It has not been sent."))
    if message.deleted_at is not None:
        raise TooLate(_("It was already taken back."))
    if found.channel is None or not found.provider_id or not message.to:
        raise TooLate(_("The channel that it was sent by is gone."))
    return found, found.channel


def _both(
    channel: Channel,
    message: Message,
    at_their_side: Callable[[Address, Mapping[str, Any]], None],
    here: Callable[[], None],
) -> None:
    """First there, since they may refuse. Where their side is our own page, all at once: it reads what is said here."""
    person = Address(message.conversation.customer.name, message.to[0])
    try:
        settings = consenting.usable_settings(channel)
        if kind_of(channel.kind).abilities.widget:
            with transaction.atomic():
                here()
                at_their_side(person, settings)
            return
        # The provider is asked outside of any transaction: it may take seconds.
        with provider_of(channel):
            at_their_side(person, settings)
    except CannotDeliver as error:
        raise CannotWrite(error.reason) from error
    except CannotConnect as error:
        raise CannotWrite(str(error)) from error
    with transaction.atomic():
        here()


def _tell(message: Message, by: Agent, *, is_taken_back: bool) -> None:
    conversation = message.conversation
    tell(conversation, SentMessageChanged(conversation.pk, message.pk, by=by.pk, is_taken_back=is_taken_back))
