"""Calls that go on, and ringing somebody up."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.channels.actions import consenting
from rapport.channels.actions.people import address_for
from rapport.channels.actions.placing import Known, note_exchange, running_exchange
from rapport.channels.announcements import CallChanged
from rapport.channels.callers import Call, CallState
from rapport.channels.errors import CannotConnect, CannotDeliver, CannotWrite
from rapport.channels.models import Channel
from rapport.channels.providers import provider_of
from rapport.channels.pushing import push_url
from rapport.channels.seam import kind_of, kinds
from rapport.channels.types import Address, Happened, Receipt
from rapport.conversations.actions.telling import audience, subject_of, tell
from rapport.conversations.announcements import ChannelHappening
from rapport.conversations.models import Conversation
from rapport.kit import clock
from rapport.kit.text import storable
from rapport.team.live import SHARED
from rapport.team.models import Agent

_STATES = {
    "call.ringing": CallState.RINGING,
    "call.dialling": CallState.RINGING,
    "call.waiting": CallState.WAITING,
    "call.answered": CallState.TALKING,
    **dict.fromkeys(
        ("call.ended", "call.missed", "call.unanswered", "call.callback_wanted", "call.message_left"), CallState.ENDED
    ),
}


def is_moot(event: Happened, channel: Channel | None) -> bool:
    """Whether something has happened in the exchange already that makes this no news."""
    found = Call.objects.filter(channel=channel, key=event.exchange).values_list("happened", flat=True).first()
    return bool(set(event.unless) & set(found or ()))


def note_call(event: Happened, channel: Channel | None, known: Known) -> None:
    """Keep up where a call stands. Inside the caller's transaction."""
    kind = kinds().get(channel.kind) if channel else None
    if channel is None or kind is None or not kind.abilities.calls or not event.exchange:
        return
    is_outgoing = event.detail.get("direction") == "out"
    given = {"number": event.author.address[:320], "is_outgoing": is_outgoing, "began_at": event.at or clock.now()}
    call, _is_new = Call.objects.select_for_update().get_or_create(channel=channel, key=event.exchange, defaults=given)
    call.happened = [*call.happened, event.what][-50:]
    state = _STATES.get(event.what)
    if state and call.state != CallState.ENDED:
        call.state = state
    now = clock.now()
    if state == CallState.TALKING and call.answered_at is None:
        call.answered_at = now
    if state == CallState.ENDED and call.ended_at is None:
        call.ended_at = now
    call.customer = call.customer or known.people.find(event.author.address)
    call.conversation = running_exchange(channel, call.number, call.key) or call.conversation
    call.save()
    _announce(call)


@transaction.atomic
def _note_ringing(conversation: Conversation, channel: Channel, number: str, receipt: Receipt, by: Agent) -> Call:
    note_exchange(channel, conversation, number, receipt.external_id)
    # What Twilio pushes may have been quicker than its own answer.
    call, _is_new = Call.objects.update_or_create(
        channel=channel,
        key=receipt.external_id[:200],
        defaults={
            "number": number,
            "customer": conversation.customer,
            "conversation": conversation,
            "is_outgoing": True,
            "agent": by,
        },
    )
    said = _("%(agent)s rings %(number)s.") % {"agent": by.name, "number": number}
    tell(conversation, ChannelHappening(conversation.pk, what="call.begun", said=storable(said)[:500]))
    _announce(call)
    return call


def ring(conversation: Conversation, *, by: Agent) -> Call:
    """Ring the agent's own phone and then the customer. Raises CannotWrite: no phone, number or channel for it.

    Raises CannotDeliver in the provider's stead. Asks the provider, so never inside a transaction.
    """
    channel = channel_to_ring_by(conversation)
    if channel is None:
        raise CannotWrite(_("No phone channel is connected. An administrator connects one under Settings, Channels."))
    kind = kind_of(channel.kind)
    number = address_for(kind, conversation.customer)
    if not number.startswith("+"):
        raise CannotWrite(
            _("No phone number of this customer is known with its country code. Add it to their profile.")
        )
    if not by.phone:
        raise CannotWrite(_("Rapport rings your own phone first. Type its number into your preferences."))
    if number == by.phone:
        raise CannotWrite(_("This is your own phone."))
    going_on = Call.objects.filter(agent=by, ended_at=None, began_at__gte=clock.now() - timedelta(minutes=1))
    if going_on.exists():
        raise CannotWrite(_("You are ringing somebody already. Wait until that call is over."))
    try:
        usable = {**consenting.usable_settings(channel), "push_url": push_url(channel)}
    except CannotConnect as error:
        raise CannotDeliver(str(error), permanent=False) from error
    with provider_of(channel):
        receipt = kind.call(Address(conversation.customer.name, number), usable, by.phone)
    return _note_ringing(conversation, channel, number, receipt, by)


def channel_to_ring_by(conversation: Conversation) -> Channel | None:
    """A phone channel of its inbox, else any."""
    names = [name for name, kind in kinds().items() if kind.abilities.calls]
    found = Channel.objects.filter(kind__in=names, paused_at=None).order_by("id")
    return found.filter(inbox_id=conversation.inbox_id).first() or found.first()


def _announce(call: Call) -> None:
    """To those who may see its conversation; before there is one, to those who would."""
    if call.conversation is not None:
        hears = audience(call.conversation)
    else:
        team = call.channel.inbox.team_id
        hears = ["see_everything", f"team:{team}"] if team else [SHARED]
    also = [f"agent:{call.agent_id}"] if call.agent_id else []
    about = subject_of(call.conversation_id) if call.conversation_id else f"call:{call.pk}"
    announce(CallChanged(call.pk, state=call.state), subject=about, audience={*hears, *also})
