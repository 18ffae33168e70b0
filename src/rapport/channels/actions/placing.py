"""Where a message belongs: whose it is, in which inbox, in which conversation."""

from collections.abc import Iterable
from datetime import timedelta

from rapport.channels import tokens
from rapport.channels.actions.people import Acquaintances, Person, identity_of
from rapport.channels.actions.sifting import Sieve
from rapport.channels.models import Channel, Delivery, Dispatch, Exchange, UnreachableAddress
from rapport.channels.queries import addressed, bare, channels_by_address
from rapport.channels.seam import Kind, kind_of, kinds
from rapport.channels.subjects import bare_subject, is_answer
from rapport.channels.types import Address, DeliveryState, Event, MessageReceived, Outcome
from rapport.conversations.actions import standing
from rapport.conversations.models import Conversation, Inbox, Message
from rapport.conversations.types import Direction
from rapport.customers.actions import normalise
from rapport.customers.models import Customer, Identity
from rapport.kit import clock

# Of a long chain only its end is looked up: whoever answers refers to what was written last.
MAX_REFERENCES = 20
_RECENT_MESSAGES = 200
# An answer without headers is looked for among what its writer asked us lately.
SUBJECT_WINDOW = timedelta(days=30)
_RECENT_CONVERSATIONS = 20
# Subjects such as "Hi" are not enough to go by.
_SHORTEST_SUBJECT = 4
_DEFAULT_INBOX = "Support"
# A messenger knows one running exchange with each person. What they write this long after its end is a new matter.
STILL_OPEN = timedelta(days=7)


class Known:
    """What a batch of deliveries needs to know, asked for at once and kept up as they are placed."""

    def __init__(self, kind: str, deliveries: Iterable[Delivery], events: Iterable[Event]) -> None:
        events = list(events)
        self.kind = kinds().get(kind)
        own = {str(getattr(event, "external_id", "")) for event in events} - {""}
        about = {str(getattr(event, "about", "")) for event in events} - {""}
        referred = {name for event in events for name in _referred(event)}
        found = Message.objects.filter(external_id__in=own | referred | about)
        self.messages = {
            message.external_id: message
            for message in found.select_related("conversation__customer", "conversation__inbox__team")
        }
        self.messages |= _named_by_providers(about - self.messages.keys())
        self.settled = _settled(own, deliveries)
        self.channels = channels_by_address(kind)
        self.people = Acquaintances(self.kind, events)
        self.unreachable = _unreachable(events)
        self.sieve = Sieve(events, self.people, self.channels)
        self._default: Inbox | None = None

    def has(self, external_id: str) -> bool:
        """Whether it came in before, even if its conversation was deleted since."""
        return bool(external_id) and (external_id in self.messages or external_id in self.settled)

    def note(self, message: Message) -> None:
        if message.external_id:
            self.messages[message.external_id] = message

    def is_ours(self, address: str) -> bool:
        return address.lower() in self.channels or bare(address) in self.channels

    def channel_for(self, delivery: Delivery, event: MessageReceived) -> Channel | None:
        """The mailbox it was fetched from, else the first of ours that it was sent to."""
        if delivery.channel is not None:
            return delivery.channel
        named = (event.headers.get(name, "") for name in ("delivered-to", "x-original-to", "envelope-to"))
        written = (person.address for person in (*event.to, *event.cc))
        return addressed(self.channels, [*delivery.recipients, *named, *written])

    def inbox_for(self, channel: Channel | None) -> Inbox:
        if channel is not None:
            return channel.inbox
        if self._default is None:
            first = next(reversed(self.channels.values()), None)
            oldest = first.inbox if first else Inbox.objects.select_related("team").order_by("id").first()
            self._default = oldest or Inbox.objects.get_or_create(name=_DEFAULT_INBOX)[0]
        return self._default

    def customer_for(self, author: Address, event: Person | None = None) -> Customer:
        """Who wrote. Those without an address share one record."""
        return self.people.meet(author.name, author.address, event)

    def thread_of(self, event: MessageReceived, author: Address, delivery: Delivery) -> tuple[Conversation | None, str]:
        """The conversation it answers, and why: "token", "in_reply_to", "references" or "subject"; else none, "new".

        A stranger who quotes one of our ids joins nothing. One who holds a reply address that we made ("token_other")
        does, for instance Kim from her other address; but is no one whom we would answer without being told to.
        """
        proven = self._proven(event, delivery)
        if proven is not None:
            proven = self._moved_on(proven, event)
            return proven, "token" if self._takes_part(proven, author.address) else "token_other"
        for header, names in (("in_reply_to", [event.in_reply_to]), ("references", _referred(event)[1:])):
            for name in names:
                message = self.messages.get(name) if name else None
                if message is not None and self._takes_part(message.conversation, author.address):
                    return message.conversation, header
        running = running_exchange(self.channel_for(delivery, event), author.address, event.exchange)
        if running is not None:
            return running, "exchange" if event.exchange else "person"
        same = self._by_subject(event, author)
        return (same, "subject") if same is not None else (None, "new")

    def _takes_part(self, conversation: Conversation, address: str) -> bool:
        return takes_part(self.kind, conversation, address)

    def _proven(self, event: MessageReceived, delivery: Delivery) -> Conversation | None:
        named = [event.headers.get(name, "") for name in ("delivered-to", "x-original-to", "envelope-to")]
        written = [person.address for person in (*event.to, *event.cc)]
        pk = tokens.conversation_in([*delivery.recipients, *named, *written])
        found = Conversation.objects.filter(pk=pk).select_related("customer", "inbox__team") if pk else ()
        conversation = next(iter(found), None)
        return standing(conversation) if conversation is not None else None

    def _moved_on(self, proven: Conversation, event: MessageReceived) -> Conversation:
        """Where the message that is answered is now, if an agent moved it out of the conversation that is proven."""
        for name in _referred(event):
            message = self.messages.get(name) if name else None
            if message is None:
                continue
            if message.conversation_id == proven.pk or not message.moves.filter(origin=proven, undone_at=None).exists():
                return proven
            return message.conversation
        return proven

    def _by_subject(self, event: MessageReceived, author: Address) -> Conversation | None:
        """An answer of a customer whose program left the headers out: the newest of theirs with the same subject."""
        if not is_answer(event.subject):
            return None
        subject = bare_subject(event.subject)
        customer = self.people.find(author.address)
        if customer is None or len(subject) < _SHORTEST_SUBJECT:
            return None
        since = clock.now() - SUBJECT_WINDOW
        recent = Conversation.objects.filter(customer=customer, last_at__gte=since, merged_into=None)
        newest = recent.select_related("customer", "inbox__team").order_by("-last_at", "-id")[:_RECENT_CONVERSATIONS]
        return next((each for each in newest if bare_subject(each.subject) == subject), None)


def _referred(event: Event) -> list[str]:
    """In-Reply-To, then references from the newest back."""
    if not isinstance(event, MessageReceived):
        return []
    return [event.in_reply_to, *reversed(event.references[-MAX_REFERENCES:])]


def _settled(own: set[str], deliveries: Iterable[Delivery]) -> set[str]:
    earlier = Delivery.objects.filter(external_id__in=own, state=DeliveryState.DONE)
    counted = earlier.exclude(pk__in=[delivery.pk for delivery in deliveries]).exclude(outcome=Outcome.DUPLICATE)
    return set(counted.values_list("external_id", flat=True))


def _named_by_providers(names: set[str]) -> dict[str, Message]:
    """What we sent, by the name that its provider gave it; some put that between angle brackets."""
    if not names:
        return {}
    found = Dispatch.objects.filter(provider_id__in=names | {f"<{name}>" for name in names})
    return {row.provider_id.strip("<>"): row.message for row in found.select_related("message__conversation")}


def _unreachable(events: Iterable[Event]) -> set[str]:
    """Authors whom our mail did not reach, as we thought."""
    authors = {event.author.address.lower() for event in events if isinstance(event, MessageReceived)}
    found = UnreachableAddress.objects.filter(address__in=authors)
    return set(found.values_list("address", flat=True))


def takes_part(kind: Kind | None, conversation: Conversation, address: str) -> bool:
    """Its customer, whoever wrote in it, and whoever we wrote to. A Cc that a sender added is none of these."""
    which, value = identity_of(kind, address)
    if not value:
        return False
    customer = conversation.customer
    if value in (normalise(which, customer.email), normalise(which, customer.phone)):
        return True
    if Identity.objects.filter(kind=which, value=value, customer_id=customer.pk).exists():
        return True
    recent = conversation.messages.exclude(direction=Direction.NOTE).order_by("-id")
    for direction, author, to, cc in recent.values_list("direction", "author_address", "to", "cc")[:_RECENT_MESSAGES]:
        people = [author] if direction == Direction.IN else [*to, *cc]
        if any(value == identity_of(kind, person)[1] for person in people):
            return True
    return False


def exchange_key(channel: Channel, address: str, exchange: str = "") -> str:
    """What a channel calls its exchange with somebody; empty for a kind that threads by its messages, as mail does."""
    if exchange:
        return exchange[:200]
    if not address or channel.kind not in kinds() or not kind_of(channel.kind).abilities.one_exchange:
        return ""
    return f"person:{identity_of(kind_of(channel.kind), address)[1]}"[:200]


def running_exchange(channel: Channel | None, address: str, exchange: str = "") -> Conversation | None:
    """The conversation in which this exchange goes on; none when it has not begun, or ended some time ago."""
    key = exchange_key(channel, address, exchange) if channel else ""
    if not key:
        return None
    found = Exchange.objects.filter(channel=channel, key=key)
    row = found.select_related("conversation__customer", "conversation__inbox__team").first()
    if row is None:
        return None
    conversation = standing(row.conversation)
    ended = conversation.closed_at if conversation.is_closed else None
    if conversation.junk_at or (not exchange and ended and ended < clock.now() - STILL_OPEN):
        return None
    return conversation


def note_exchange(channel: Channel | None, conversation: Conversation, address: str, exchange: str = "") -> None:
    """From now on this exchange goes on here."""
    key = exchange_key(channel, address, exchange) if channel else ""
    if not key:
        return
    here = {"conversation": conversation, "address": address[:320]}
    # Most messages change nothing of it, and looking is far cheaper than writing the same again.
    if not Exchange.objects.filter(channel=channel, key=key, **here).exists():
        Exchange.objects.update_or_create(channel=channel, key=key, defaults=here)
