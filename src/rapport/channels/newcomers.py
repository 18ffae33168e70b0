"""Who in a message is new to its conversation: added by somebody else than us, after it had begun.

Whoever was on the first message has read it all. A Cc that comes later is not given the history unless an agent
chooses so: anybody can write "Cc" under somebody else's name.
"""

from collections.abc import Collection, Iterable, Sequence

from rapport.channels.queries import bare, channels_by_address
from rapport.conversations.authentication import is_proven
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Direction
from rapport.customers.actions import normalise
from rapport.customers.models import Identity, IdentityKind

_MOST_LOOKED_AT = 2_000
_NOBODY: frozenset[str] = frozenset()


def new_here(message: Message, *, ours: Collection[str] | None = None) -> frozenset[str]:
    """The addresses in a received message, in lower case, that had no part in its conversation before.

    Its writer counts as new when only a forwarded answer address brought them in. Where its writer asks to be answered
    counts too, unless the writer's domain vouches for the message. `ours` are the addresses of the kind's channels, for
    whoever has them at hand. Most mails name nobody else and cost no further query.
    """
    return newcomers_in(message.conversation, [message], ours=ours).get(message.pk, _NOBODY)


def newcomers_in(
    conversation: Conversation, messages: Sequence[Message], *, ours: Collection[str] | None = None
) -> dict[int, frozenset[str]]:
    """The same for several messages of one conversation, by their ids; three queries at most."""
    ours = channels_by_address(conversation.channel) if ours is None else ours
    asked = {message.pk: named for message in messages if (named := _named(message, ours))}
    if not asked:
        return {}
    identities = _identities(conversation, messages)
    before = _known_before(conversation, asked)
    found: dict[int, frozenset[str]] = {}
    for message in messages:
        known = before.get(message.pk)
        if message.pk in asked and known is not None:
            theirs = {conversation.customer_id}
            if message.threaded_by != "token_other":
                theirs.add(message.customer_id or 0)
            own = {address for pk in theirs for address in identities.get(pk, ())}
            found[message.pk] = frozenset(asked[message.pk] - known - own)
    return {pk: addresses for pk, addresses in found.items() if addresses}


def known_places(message: Message, *, ours: Collection[str] | None = None) -> list[str]:
    """Where its writer asks to be answered, without places that are new here."""
    left_out = new_here(message, ours=ours) if message.reply_to else _NOBODY
    return [address for address in message.reply_to if address.lower() not in left_out]


def _named(message: Message, ours: Collection[str]) -> set[str]:
    """Whom a received message names besides us."""
    if message.direction != Direction.IN:
        return set()
    written = [*message.to, *message.cc]
    if message.threaded_by == "token_other":
        written.append(message.author_address)
    if not is_proven(message):
        written += message.reply_to
    return {each for each in _all(written) if each and each not in ours and bare(each) not in ours}


def _known_before(conversation: Conversation, wanted: Collection[int]) -> dict[int, set[str] | None]:
    """Who took part before each of these messages; None for the first of all."""
    earlier = conversation.messages.filter(pk__lte=max(wanted)).exclude(direction=Direction.NOTE).order_by("pk")
    rows = earlier.values_list("pk", "direction", "threaded_by", "author_address", "reply_to", "to", "cc", "bcc")
    found: dict[int, set[str] | None] = dict.fromkeys(wanted)
    known: set[str] | None = None
    for pk, direction, threaded_by, author, reply_to, to, cc, bcc in rows[:_MOST_LOOKED_AT]:
        if pk in wanted:
            found[pk] = None if known is None else set(known)
        is_first = known is None
        known = set() if known is None else known
        if direction == Direction.OUT:
            known |= _all([*to, *cc, *bcc])
        elif is_first:
            known |= _all([author, *reply_to, *to, *cc])
        elif threaded_by != "token_other":
            known.add(_plain(author))
    return found


def _identities(conversation: Conversation, messages: Sequence[Message]) -> dict[int, set[str]]:
    people = {conversation.customer_id, *(message.customer_id for message in messages if message.customer_id)}
    found: dict[int, set[str]] = {}
    for pk, value in Identity.objects.filter(kind=IdentityKind.EMAIL, customer_id__in=people).values_list(
        "customer_id", "value"
    ):
        found.setdefault(pk, set()).add(value)
    return found


def _all(addresses: Iterable[str]) -> set[str]:
    return {_plain(address) for address in addresses}


def _plain(address: str) -> str:
    return normalise(IdentityKind.EMAIL, address) if address else ""
