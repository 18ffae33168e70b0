"""Whoever said that they want no more messages by a channel gets none, until they say otherwise."""

from django.utils.translation import gettext as _

from rapport.channels.actions.changing import Settled
from rapport.channels.actions.placing import Known
from rapport.channels.errors import CannotDeliver
from rapport.channels.models import Channel, Delivery, Unsubscription
from rapport.channels.seam import kinds
from rapport.channels.types import IdentityOf, OptedOut, Outcome, Outgoing, Undelivered
from rapport.customers.consent.recording import stopped_by_phone

_BY_KEYWORD = "keyword"


def note_choice(event: OptedOut, delivery: Delivery, known: Known) -> Settled:
    """Inside the caller's transaction. What came in before changes nothing: they may have changed their mind since."""
    if known.has(event.external_id):
        return Settled(Outcome.DUPLICATE, None, _("It came in before."), event.external_id, delivery.channel)
    address = event.address.strip().lower()[:320]
    if event.is_out:
        Unsubscription.objects.get_or_create(address=address, mailing=delivery.kind, defaults={"by": _BY_KEYWORD})
        stopped_by_phone(address, channel=delivery.kind)
    else:
        Unsubscription.objects.filter(address=address, mailing=delivery.kind).delete()
    return Settled("", None, _("They chose what is sent to them."), event.external_id, delivery.channel)


def refuse_opted_out(channel: Channel, outgoing: Outgoing) -> None:
    """Raises CannotDeliver for whoever wants nothing more by this kind of channel."""
    if kinds()[channel.kind].identity == IdentityOf.EMAIL:
        # There it is one mailing that people ask not to be sent, and its own rule.
        return
    everyone = {person.address.strip().lower() for person in (*outgoing.to, *outgoing.cc, *outgoing.bcc)}
    found = Unsubscription.objects.filter(address__in=everyone, mailing=channel.kind)
    address = found.values_list("address", flat=True).first()
    if address is None:
        return
    name = kinds()[channel.kind].label
    reason = _("%(address)s wants no more messages by %(name)s. Reach them another way, or wait until they text START.")
    reason %= {"address": address, "name": name}
    raise CannotDeliver(reason, permanent=True, undelivered=(Undelivered(address, "", reason, is_final=True),))
