"""Who somebody is, by what a channel knows of them."""

from collections.abc import Iterable

from django.db import transaction

from rapport.backbone.jobs import job
from rapport.channels.actions import consenting
from rapport.channels.models import Channel
from rapport.channels.providers import provider_of
from rapport.channels.seam import Kind, kind_of, kinds
from rapport.channels.types import Event, Happened, IdentityOf, KnownAs, MessageReceived
from rapport.conversations.models import Conversation
from rapport.conversations.types import Direction
from rapport.customers import actions as customers
from rapport.customers.models import Customer, Identity, IdentityKind

# Everyone who writes without an address; nobody can be answered under it.
_NOBODY = "unknown sender"

Person = MessageReceived | Happened


def identity_of(kind: Kind | None, address: str) -> tuple[IdentityKind, str]:
    """How customers are found by this address of a kind; empty without an address.

    Whoever keeps their number to themselves is known, on a channel of phone numbers, by the name that it gives them.
    """
    form = kind.identity if kind else IdentityOf.EMAIL
    if form == IdentityOf.HANDLE or (form == IdentityOf.PHONE and not address.strip().startswith("+")):
        return IdentityKind.HANDLE, f"{kind.name if kind else ''}:{address.strip()}"[:320] if address.strip() else ""
    which = IdentityKind(form)
    return which, customers.normalise(which, address)


def address_of(kind: Kind, identity: Identity) -> str:
    """The address that a kind sends to for this identity; empty when it is none of the kind's."""
    if identity.kind == IdentityKind.HANDLE:
        name, _, address = identity.value.partition(":")
        return address if name == kind.name else ""
    return identity.value if identity.kind == kind.identity else ""


def address_for(kind: Kind, customer: Customer) -> str:
    """Where this customer is reached by this kind of channel; empty when they are not."""
    if kind.identity == IdentityOf.EMAIL and customer.email:
        return customer.email
    if kind.identity == IdentityOf.PHONE and customer.phone:
        return customer.phone
    known = customer.identities.filter(kind__in=(kind.identity, IdentityKind.HANDLE))
    found = (address_of(kind, each) for each in known)
    return next((address for address in found if address), "")


def writes_as(conversation: Conversation) -> str:
    """By what its customer is known on the channel that they write by: a mail address, "+4930…", "telegram:4711".

    No query for mail; one for other channels.
    """
    kind = kinds().get(conversation.channel)
    if kind is None or kind.identity == IdentityOf.EMAIL:
        return conversation.customer.email
    theirs = conversation.messages.filter(direction=Direction.IN, channel__in=("", kind.name)).order_by("-id")
    return identity_of(kind, theirs.values_list("author_address", flat=True).first() or "")[1]


class Acquaintances:
    """The customers of a batch of events, asked for at once and kept up as new ones come."""

    def __init__(self, kind: Kind | None, events: Iterable[Event]) -> None:
        self._kind = kind
        asked = {identity_of(kind, event.author.address) for event in events if isinstance(event, Person)}
        forms, wanted = {form for form, _value in asked}, {value for _form, value in asked} - {""}
        found = Identity.objects.filter(kind__in=forms, value__in=wanted).select_related("customer")
        self.by_key: dict[str, Customer] = {identity.value: identity.customer for identity in found}

    def key(self, address: str) -> str:
        return identity_of(self._kind, address)[1]

    def find(self, address: str) -> Customer | None:
        return self.by_key.get(self.key(address))

    def meet(self, name: str, address: str, event: Person | None = None) -> Customer:
        """Who wrote; somebody new when nobody is known by this. Those without an address share one record.

        What the channel vouches for counts: a visitor who is signed in at the company's own site is that customer.
        """
        which, value = identity_of(self._kind, address)
        if not value:
            return customers.meet(kind=IdentityKind.EXTERNAL, value=_NOBODY)
        proven = [each for each in event.known_as if each.is_proven and each.value] if event else []
        customer = self.by_key.get(value)
        if customer is None:
            vouched = any(each.kind == which and customers.normalise(which, each.value) == value for each in proven)
            already = _known_by(proven)
            if already is not None:
                customer = customers.also_known_as(already, kind=which, value=value, verified=vouched)
            else:
                customer = customers.meet(kind=which, value=value, name=name, verified=vouched)
        if name and not customer.name:
            customers.meet(kind=which, value=value, name=name)
            customer.name = name[:200]
        if event is not None:
            customer = self._learn(customer, event, proven)
        self.by_key[value] = customer
        return customer

    def _learn(self, customer: Customer, event: Person, proven: list[KnownAs]) -> Customer:
        """What else this message says of them. A claim fills a gap; it never takes anything from anybody else."""
        for each in proven:
            customer = customers.also_known_as(customer, kind=IdentityKind(each.kind), value=each.value, verified=True)
        for each in event.known_as:
            if not each.is_proven and each.value:
                customers.said_to_be(customer, kind=IdentityKind(each.kind), value=each.value)
        if event.profile:
            customers.fill_gaps(customer, event.profile)
        return customer


def _known_by(proven: Iterable[KnownAs]) -> Customer | None:
    for each in proven:
        value = customers.normalise(each.kind, each.value)
        found = Identity.objects.filter(kind=each.kind, value=value).select_related("customer").first()
        if found is not None:
            return found.customer
    return None


def introduce_later(customer: Customer, channel: Channel | None, address: str) -> None:
    """Ask the provider who they are, if the message did not say."""
    if channel is None or customer.name or not address:
        return
    kind = kinds().get(channel.kind)
    if kind is not None and type(kind).introduce is not Kind.introduce:
        introduce.enqueue(customer.pk, channel.pk, address)


@job(retries=4, first_wait=30)
def introduce(customer_id: int, channel_id: int, address: str) -> None:
    """Fill in what the provider tells of a person. Doing it twice is doing it once."""
    customer = Customer.objects.filter(pk=customer_id).first()
    channel = Channel.objects.filter(pk=channel_id).first()
    if customer is None or channel is None:
        return
    with provider_of(channel):
        profile = kind_of(channel.kind).introduce(address, consenting.usable_settings(channel))
    if profile is None:
        return
    with transaction.atomic():
        which, value = identity_of(kind_of(channel.kind), address)
        if profile.name:
            customers.meet(kind=which, value=value, name=profile.name)
        told = {"language": profile.language, "time_zone": profile.time_zone, "location": profile.location}
        customers.fill_gaps(customer, told)
        for form, said in ((IdentityKind.EMAIL, profile.email), (IdentityKind.PHONE, profile.phone)):
            if said:
                customers.said_to_be(customer, kind=form, value=said)
