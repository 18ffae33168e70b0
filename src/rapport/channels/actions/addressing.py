"""Whom an answer goes to, and which addresses are our own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rapport.channels.actions.people import address_for
from rapport.channels.models import Channel
from rapport.channels.newcomers import known_places, new_here
from rapport.channels.queries import addressed, channels_by_address
from rapport.channels.seam import Kind, kinds
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Direction


@dataclass(frozen=True)
class Recipients:
    """Where a message asks to be answered, and who else saw it: none of them one of our mailboxes.

    `newcomers` were added by somebody else than us after the conversation had begun: they get nothing of it unless an
    agent says so.
    """

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    newcomers: tuple[str, ...] = ()


def recipients_of(message: Message) -> Recipients:
    """Whom an answer to this message goes to. Nobody who got it as a blind copy is ever among them."""
    ours = channels_by_address(message.channel or message.conversation.channel)
    if message.direction == Direction.OUT:
        to = unique(_others(message.to, ours))
        return Recipients(tuple(to), tuple(unique(_others(message.cc, ours), without=to)))
    to = unique(_others(known_places(message, ours=ours), ours)) or [message.author_address]
    others = unique(_others([*message.to, *message.cc], ours), without=to)
    new = new_here(message, ours=ours)
    copied = [address for address in others if address.lower() not in new]
    return Recipients(tuple(to), tuple(copied), tuple(address for address in others if address.lower() in new))


def usual_recipients(kind: Kind, conversation: Conversation, answered: Message | None) -> Recipients:
    """Whom an answer by this kind goes to: as the answered message asks, else where its customer is known."""
    came_by = answered and (answered.channel or conversation.channel)
    usual = recipients_of(answered) if answered and _answers_for(kind, came_by or "") else Recipients()
    if any(usual.to):
        return usual
    address = address_for(kind, conversation.customer)
    return replace(usual, to=(address,) if address else ())


def _answers_for(kind: Kind, came_by: str) -> bool:
    """Whether an address that this came by is one that this kind sends to."""
    if came_by == kind.name:
        return True
    other = kinds().get(came_by)
    return other is not None and not other.abilities.sends and other.identity == kind.identity


def answered_by_default(conversation: Conversation) -> Message | None:
    """What a reply answers unless somebody says otherwise: the last that a person of the customer's side wrote.

    Whoever came by a forwarded address, or was only ever asked by a forward, is answered when asked to.
    """
    received = conversation.messages.filter(direction=Direction.IN)
    people = received.filter(is_automatic=False).order_by("-id")
    theirs = people.exclude(threaded_by="token_other").exclude(author_address__in=_asked_by_forward(conversation))
    return theirs.first() or people.first() or received.last()


def unique(addresses: Iterable[str], *, without: Sequence[str] = ()) -> list[str]:
    """Each address once, however it is written, in their order."""
    known = {address.lower() for address in without}
    found: list[str] = []
    for address in addresses:
        bare = address.strip()
        if bare and bare.lower() not in known:
            known.add(bare.lower())
            found.append(bare)
    return found


def _others(addresses: Iterable[str], ours: dict[str, Channel]) -> list[str]:
    return [address for address in addresses if addressed(ours, [address]) is None]


def _asked_by_forward(conversation: Conversation) -> set[str]:
    """Addresses that know of the conversation by a forward alone."""
    forwards = conversation.messages.filter(forwards__isnull=False).values_list("to", "cc")
    asked = {address for to, cc in forwards for address in (*to, *cc)}
    if not asked:
        return set()
    others = conversation.messages.filter(forwards=None).exclude(direction=Direction.NOTE)
    written = others.exclude(author_address__in=asked).values_list("to", "cc")
    known = {address.lower() for to, cc in written for address in (*to, *cc)} | {conversation.customer.email.lower()}
    return {address for address in asked if address.lower() not in known}
