"""What a guest may see: their own conversations, and of those what they wrote and what was sent to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Prefetch, Q, QuerySet

from rapport.channels.types import DispatchState
from rapport.conversations.models import Attachment, Conversation, Message
from rapport.conversations.types import Direction
from rapport.customers.actions import normalise
from rapport.customers.models import Customer, Identity, IdentityKind
from rapport.kit import clock, ids
from rapport.portal.models import Policy, PortalSession

# A browser that nobody used for so long is signed out.
IDLE = timedelta(days=3)
# A conversation so long that its first messages are left out.
MOST_MESSAGES = 300


@dataclass(frozen=True)
class Guest:
    """Somebody who is signed in at the portal.

    `is_sure` when everything of the record is theirs: it began with this address, or the address was proven before.
    An address that somebody merely claimed once opens no more than what was written from it and to it.
    """

    session: PortalSession
    customer: Customer
    is_sure: bool

    @property
    def address(self) -> str:
        return self.session.address


def policy() -> Policy:
    """As somebody set it, else closed, unsaved."""
    return Policy.objects.select_related("form").first() or Policy(pk=1)


def guest_of(token: str) -> Guest | None:
    """Whose browser holds this word; None when it ended, or the address belongs to nobody any more. Three queries."""
    if not token:
        return None
    now = clock.now()
    found = PortalSession.objects.filter(token_hash=ids.hashed(token), expires_at__gt=now, seen_at__gt=now - IDLE)
    session = found.first()
    identity = identity_of(session.address) if session else None
    if session is None or identity is None:
        return None
    return Guest(session, identity.customer, is_sure(identity))


def identity_of(address: str) -> Identity | None:
    value = normalise(IdentityKind.EMAIL, address)
    return Identity.objects.filter(kind=IdentityKind.EMAIL, value=value).select_related("customer").first()


def is_sure(identity: Identity) -> bool:
    """Whether the whole record is the person's who has this address, and not somebody's who mistyped theirs."""
    if identity.verified_at is not None:
        return True
    first = Identity.objects.filter(customer=identity.customer_id).order_by("id").values_list("pk", flat=True).first()
    return first == identity.pk


def conversations_of(guest: Guest) -> QuerySet[Conversation]:
    """The newest first; no junk, and nothing that became a part of another."""
    theirs = Conversation.objects.filter(customer=guest.customer, junk_at=None, merged_into=None)
    if not guest.is_sure:
        wrote = Message.objects.filter(direction=Direction.IN, author_address__iexact=guest.address)
        theirs = theirs.filter(pk__in=wrote.filter(conversation__customer=guest.customer).values("conversation"))
    return theirs.order_by("-last_at", "-id")


def messages_of(guest: Guest, conversation: Conversation) -> list[Message]:
    """What was said between them and us, oldest first: neither notes, nor what was said with others. Four queries."""
    files = Prefetch("attachments", queryset=Attachment.objects.filter(inline=False).order_by("id"))
    newest = _said_in(conversation).select_related("agent").prefetch_related(files).order_by("-id")[:MOST_MESSAGES]
    known = _known_as(guest)
    return [each for each in reversed(newest) if _is_between_us(each, guest, known)]


def attachment_of(guest: Guest, conversation: Conversation, attachment_id: int) -> Attachment | None:
    """A file of a message that they may see."""
    found = Attachment.objects.select_related("file", "message").filter(pk=attachment_id, inline=False).first()
    if found is None or found.message.conversation_id != conversation.pk or found.message.deleted_at:
        return None
    seen = _said_in(conversation).filter(pk=found.message_id).exists()
    return found if seen and _is_between_us(found.message, guest, _known_as(guest)) else None


def _said_in(conversation: Conversation) -> QuerySet[Message]:
    """What came in, and what has left that was written for this conversation alone."""
    sent = Q(direction=Direction.OUT, forwards=None, dispatch__state=DispatchState.SENT, dispatch__mailing="")
    return Message.objects.filter(Q(direction=Direction.IN) | sent, conversation=conversation)


def _is_between_us(message: Message, guest: Guest, known: set[str]) -> bool:
    if message.direction == Direction.IN and message.customer_id == guest.customer.pk:
        return guest.is_sure or message.author_address.lower() in known
    return any(str(address).lower() in known for address in _openly(message))


def _openly(message: Message) -> Iterable[str]:
    """Whom it went to so that everybody sees it."""
    return (*message.to, *message.cc)


def _known_as(guest: Guest) -> set[str]:
    """Every address that is surely theirs, as channels write it."""
    if not guest.is_sure:
        return {guest.address.lower()}
    values = Identity.objects.filter(customer=guest.customer).values_list("kind", "value")
    handles = {value.partition(":")[2].lower() for kind, value in values if kind == IdentityKind.HANDLE}
    return {value.lower() for _kind, value in values} | handles | {guest.address.lower()}
