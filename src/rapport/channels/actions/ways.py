"""By which channels a customer can be reached, and until when by each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef

from rapport.channels.actions.people import address_of
from rapport.channels.models import Channel, Exchange
from rapport.channels.queries import channel_to_answer_by
from rapport.channels.seam import Kind, kinds
from rapport.channels.types import IdentityOf
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Direction
from rapport.customers.models import Customer
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


def channels_for(customer: Customer) -> Sequence[Channel]:
    """Every channel with its inbox; `has_met` says whether this customer ever wrote by it. One query."""
    met = Exchange.objects.filter(channel=OuterRef("pk"), conversation__customer=customer)
    return list(Channel.objects.select_related("inbox").annotate(has_met=Exists(met)).order_by("id"))


def ways_to(
    conversation: Conversation, *, usual: Channel | None = None, channels: Sequence[Channel] | None = None
) -> list[Way]:
    """Those by which its customer can be written to now, first the one that they last wrote by.

    One query; one more where there are sessions, and two more without `usual` and `channels`.
    """
    customer = conversation.customer
    usual = usual or channel_to_answer_by(conversation)
    found = channels if channels is not None else channels_for(customer)
    known = list(customer.identities.all())
    ways = []
    for channel in _nearest(conversation, usual, found):
        kind = kinds()[channel.kind]
        address = _address(kind, customer, [value for each in known if (value := address_of(kind, each))])
        if address:
            ways.append((channel, kind, address))
    heard = _heard(customer) if any(kind.abilities.session_hours for _channel, kind, _address in ways) else {}
    return [
        Way(channel, kind, address, channel.pk == (usual.pk if usual else 0), _ends(kind, heard))
        for channel, kind, address in ways
    ]


def _nearest(conversation: Conversation, usual: Channel | None, channels: Iterable[Channel]) -> list[Channel]:
    """The usual one; then of each kind those of this inbox, or all of them where this inbox has none."""
    able = [channel for channel in channels if _can_write(channel, usual)]
    here = {channel.kind for channel in able if channel.inbox_id == conversation.inbox_id}
    near = [each for each in able if each.inbox_id == conversation.inbox_id or each.kind not in here]
    first = usual.pk if usual else 0
    others = [each for each in near if each.pk != first and not _is_sibling(each, usual)]
    return [each for each in able if each.pk == first] + others


def _can_write(channel: Channel, usual: Channel | None) -> bool:
    kind = kinds().get(channel.kind)
    if kind is None or channel.paused_at is not None or not kind.abilities.sends or not kind.abilities.writes:
        return False
    # A handle means something to the account that heard it first, and to no other.
    is_known = channel.pk == (usual.pk if usual else 0) or bool(getattr(channel, "has_met", False))
    return kind.identity != IdentityOf.HANDLE or is_known


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
