"""By which channels a customer can be reached, and until when by each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from rapport.channels.actions.people import address_of
from rapport.channels.models import Channel, Exchange
from rapport.channels.queries import all_channels, channel_to_answer_by
from rapport.channels.seam import Kind, kinds
from rapport.channels.types import IdentityOf
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Direction
from rapport.customers.models import Customer
from rapport.customers.queries import identities_of
from rapport.kit import clock


@dataclass(frozen=True)
class Way:
    """One channel, where it reaches the customer, and until when it takes free text: always when None."""

    channel: Channel
    kind: Kind
    address: str
    is_usual: bool
    session_ends: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.session_ends is not None and self.session_ends <= clock.now()


def ways_to(conversation: Conversation, *, usual: Channel | None = None) -> list[Way]:
    """Those by which its customer can be written to now, first the one that they last wrote by.

    One query beside those of all pages; one more each where there are handles and sessions, and without `usual`.
    """
    customer = conversation.customer
    usual = usual or channel_to_answer_by(conversation)
    known = identities_of(customer)
    ways = []
    for channel in _nearest(conversation, usual):
        kind = kinds()[channel.kind]
        address = _address(kind, customer, [value for each in known if (value := address_of(kind, each))])
        if address:
            ways.append((channel, kind, address))
    heard = _heard(customer) if any(kind.abilities.session_hours for _channel, kind, _address in ways) else {}
    return [
        Way(channel, kind, address, channel.pk == (usual.pk if usual else 0), _ends(kind, heard))
        for channel, kind, address in ways
    ]


def _nearest(conversation: Conversation, usual: Channel | None) -> list[Channel]:
    """The usual one; then of each kind those of this inbox, or all of them where this inbox has none."""
    able = _able(conversation, usual)
    here = {channel.kind for channel in able if channel.inbox_id == conversation.inbox_id}
    near = [each for each in able if each.inbox_id == conversation.inbox_id or each.kind not in here]
    first = usual.pk if usual else 0
    others = [each for each in near if each.pk != first and not _is_sibling(each, usual)]
    return [each for each in able if each.pk == first] + others


def _able(conversation: Conversation, usual: Channel | None) -> list[Channel]:
    """Those that write; a handle means something to the account that heard it first, and to no other."""
    writing = [channel for channel in all_channels() if _writes(channel)]
    by_handle = {each.pk for each in writing if kinds()[each.kind].identity == IdentityOf.HANDLE}
    if usual:
        by_handle.discard(usual.pk)
    if by_handle:
        heard = Exchange.objects.filter(channel__in=by_handle, conversation__customer=conversation.customer_id)
        by_handle -= set(heard.order_by().values_list("channel", flat=True).distinct())
    return [channel for channel in writing if channel.pk not in by_handle]


def _writes(channel: Channel) -> bool:
    kind = kinds().get(channel.kind)
    return bool(kind and channel.paused_at is None and kind.abilities.sends and kind.abilities.writes)


def _is_sibling(channel: Channel, usual: Channel | None) -> bool:
    """Another address of the same kind, which is chosen as the sender rather than as a way."""
    return usual is not None and channel.kind == usual.kind and kinds()[channel.kind].abilities.copies


def _address(kind: Kind, customer: Customer, known: Sequence[str]) -> str:
    own = {IdentityOf.EMAIL: customer.email, IdentityOf.PHONE: customer.phone}.get(kind.identity, "")
    return own or next(iter(known), "")


def _heard(customer: Customer) -> dict[str, datetime]:
    """When they last wrote, by kind of channel."""
    theirs = Message.objects.filter(customer=customer, direction=Direction.IN).order_by()
    rows = theirs.values_list("channel", "conversation__channel").annotate(last=Max("created_at"))
    heard: dict[str, datetime] = {}
    for channel, usual, last in rows:
        name = channel or usual
        heard[name] = max(last, heard.get(name, last))
    return heard


def _ends(kind: Kind, heard: dict[str, datetime]) -> datetime | None:
    hours = kind.abilities.session_hours
    if hours is None:
        return None
    last = heard.get(kind.name)
    return last + timedelta(hours=hours) if last else clock.now() - timedelta(seconds=1)
