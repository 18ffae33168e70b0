"""Who in a message is new to its conversation: added by somebody else than us, after it had begun.

Whoever was on the first message has read it all. A Cc that comes later is not given the history unless an agent
chooses so: anybody can write "Cc" under somebody else's name.
"""

from collections.abc import Collection, Iterable

from rapport.channels.queries import bare, channels_by_address
from rapport.conversations.authentication import is_proven
from rapport.conversations.models import Message
from rapport.conversations.types import Direction
from rapport.customers.actions import normalise
from rapport.customers.models import Identity, IdentityKind

_MOST_LOOKED_AT = 500


def new_here(message: Message, *, ours: Collection[str] | None = None) -> frozenset[str]:
    """The addresses in a received message, in lower case, that had no part in its conversation before.

    Its writer counts as new when only a forwarded answer address brought them in. Where its writer asks to be answered
    counts too, unless the writer's domain vouches for the message. `ours` are the addresses of the kind's channels, for
    whoever has them at hand. Most mails name nobody else and cost no further query.
    """
    if message.direction != Direction.IN:
        return frozenset()
    written = [*message.to, *message.cc]
    if message.threaded_by == "token_other":
        written.append(message.author_address)
    if not is_proven(message):
        written += message.reply_to
    ours = channels_by_address(message.conversation.channel) if ours is None else ours
    asked = {each for each in _all(written) if each and each not in ours and bare(each) not in ours}
    if not asked:
        return frozenset()
    known = _known_before(message)
    asked -= _identities(message)
    return frozenset() if known is None else frozenset(asked - known)


def known_places(message: Message, *, ours: Collection[str] | None = None) -> list[str]:
    """Where its writer asks to be answered, without places that are new here."""
    left_out = new_here(message, ours=ours) if message.reply_to else frozenset()
    return [address for address in message.reply_to if address.lower() not in left_out]


def _known_before(message: Message) -> set[str] | None:
    """Who took part before it; None when it is the first."""
    earlier = message.conversation.messages.filter(pk__lt=message.pk).exclude(direction=Direction.NOTE).order_by("pk")
    rows = earlier.values_list("direction", "threaded_by", "author_address", "reply_to", "to", "cc", "bcc")
    known: set[str] | None = None
    for direction, threaded_by, author, reply_to, to, cc, bcc in rows[:_MOST_LOOKED_AT]:
        is_first = known is None
        known = set() if known is None else known
        if direction == Direction.OUT:
            known |= _all([*to, *cc, *bcc])
        elif is_first:
            known |= _all([author, *reply_to, *to, *cc])
        elif threaded_by != "token_other":
            known.add(_plain(author))
    return known


def _identities(message: Message) -> set[str]:
    people = {message.conversation.customer_id, message.customer_id} - {None}
    if message.threaded_by == "token_other":
        people.discard(message.customer_id)
    found = Identity.objects.filter(kind=IdentityKind.EMAIL, customer_id__in=people)
    return set(found.values_list("value", flat=True))


def _all(addresses: Iterable[str]) -> set[str]:
    return {_plain(address) for address in addresses}


def _plain(address: str) -> str:
    return normalise(IdentityKind.EMAIL, address) if address else ""
