"""What one event of a delivery does to conversations and to what we sent."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from rapport.backbone.custom_fields.values import NotUnderstood
from rapport.channels.actions.acknowledging import acknowledge_later
from rapport.channels.actions.agreeing import note_consents
from rapport.channels.actions.answering import permit_for, take_answer
from rapport.channels.actions.calling import is_moot, note_call
from rapport.channels.actions.changing import Settled, change, happen, report
from rapport.channels.actions.keeping import kept
from rapport.channels.actions.opting import note_choice
from rapport.channels.actions.people import introduce_later
from rapport.channels.actions.placing import Known, note_exchange
from rapport.channels.actions.reaching import bounce, note_reachable
from rapport.channels.actions.reporting import has_report, note_report
from rapport.channels.actions.vouching import authentication_of, find_out_later
from rapport.channels.gratitude import only_thanks
from rapport.channels.models import Delivery
from rapport.channels.types import (
    Address,
    AutoReplied,
    Bounced,
    Event,
    Happened,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    OptedOut,
    Outcome,
    Reacted,
    Reported,
)
from rapport.conversations import actions as conversations
from rapport.conversations.models import Conversation
from rapport.conversations.types import JunkReason, Writing
from rapport.kit.text import storable
from rapport.team.models import Agent

log = logging.getLogger("rapport.channels")


def do(event: Event, delivery: Delivery, known: Known) -> Settled:
    """Inside the caller's transaction."""
    match event:
        case Bounced():
            return _bounce(event, known)
        case Reported():
            return report(event, delivery, known)
        case MessageEdited() | MessageDeleted() | Reacted():
            return change(event, delivery, known)
        case OptedOut():
            return note_choice(event, delivery, known)
        case Happened():
            return _happen(event, delivery, known)
        case MessageReceived():
            return _receive(event, delivery, known)
    log.info("Delivery %s brought a %s, for which nothing is done", delivery.pk, type(event).__name__)
    return Settled("", reason=_("Nothing is done for %(name)s.") % {"name": type(event).__name__})


def _receive(event: MessageReceived, delivery: Delivery, known: Known) -> Settled:
    channel = known.channel_for(delivery, event)
    if known.has(event.external_id):
        earlier = known.messages.get(event.external_id)
        return Settled(Outcome.DUPLICATE, earlier, _("It came in before."), event.external_id, channel)
    permit = permit_for(event, delivery)
    if permit is not None:
        known.settled.add(event.external_id)
        outcome, message, reason = take_answer(event, permit, delivery, channel)
        return Settled(outcome, message, reason, event.external_id, channel)
    author, because = _author(event, known)
    conversation, threaded_by = known.thread_of(event, author, delivery)
    junk = known.sieve.reason_for(event, author.address) or (JunkReason.SUSPECT if event.suspicion else None)
    if junk and conversation is not None and not conversation.junk_at:
        # Nothing that people read is made junk by whoever writes to it, nor does junk get in there.
        conversation, threaded_by = None, "new"
    is_thanks = conversation is not None and conversation.is_closed and _only_thanks(event, author)
    arrival = conversations.receive(
        replace(
            _writing(event, is_automatic=bool(because), authentication=authentication_of(event, delivery, channel)),
            channel=delivery.kind,
        ),
        customer=(customer := known.customer_for(author, event)),
        inbox=conversation.inbox if conversation else known.inbox_for(channel),
        channel=delivery.kind,
        author_name=author.name,
        author_address=author.address,
        into=conversation,
        threaded_by=threaded_by,
        reopens=not is_thanks,
        junk=junk,
    )
    _follow_up(arrival, event, delivery, known, junk=junk, is_automatic=bool(because))
    if event.consents and arrival.message.conversation.junk_at is None:
        note_consents(event.consents, customer=customer, address=author.address, channel=channel)
    note_exchange(channel, arrival.message.conversation, author.address, event.exchange)
    introduce_later(customer, channel, author.address)
    outcome = Outcome.CREATED if arrival.is_new else Outcome.APPENDED
    because = because or (_("Only a thank-you: the conversation stays closed.") if is_thanks else "")
    if arrival.message.conversation.junk_at is not None:
        because = event.suspicion or str(JunkReason(arrival.message.conversation.junk_reason).label)
    if arrival.message.is_automatic:
        outcome = Outcome.AUTO_REPLY
    return Settled(outcome, arrival.message, because, event.external_id, channel)


def _follow_up(
    arrival: conversations.Arrival,
    event: MessageReceived,
    delivery: Delivery,
    known: Known,
    *,
    junk: JunkReason | None,
    is_automatic: bool,
) -> None:
    """What a message brings with it, once it is in its place."""
    message = arrival.message
    if arrival.is_new and event.fields:
        _fill_in(message.conversation, event.fields)
    if junk == JunkReason.NOISY and arrival.is_new:
        known.sieve.note_noise(message.conversation)
    if message.author_address.lower() in known.unreachable:
        note_reachable([message.author_address])
    if arrival.is_new and not is_automatic and message.conversation.junk_at is None:
        acknowledge_later(message)
    known.note(message)
    find_out_later(message, delivery)
    known.settled.add(event.external_id)


def _fill_in(conversation: Conversation, said: Mapping[str, str]) -> None:
    """The company's own fields; what does not fit one, since it was changed meanwhile, is left out."""
    for key, value in said.items():
        try:
            conversations.fill_in(conversation, {key: storable(value)}, by=None)
        except NotUnderstood as error:
            log.warning("Conversation %s begins without %s: %s", conversation.pk, key, error)


def _happen(event: Happened, delivery: Delivery, known: Known) -> Settled:
    if event.unless and is_moot(event, delivery.channel):
        reason = _("Somebody had seen to it.")
        return Settled("", reason=reason, external_id=event.external_id, channel=delivery.channel)
    settled = happen(event, delivery, known)
    if settled.outcome != Outcome.DUPLICATE:
        note_call(event, delivery.channel, known)
    return settled


def _only_thanks(event: MessageReceived, author: Address) -> bool:
    if any(not part.inline for part in event.parts):
        return False
    return only_thanks(event.visible_text or event.text, names=(author.name, *_first_names()))


def _first_names() -> tuple[str, ...]:
    return tuple(
        name.split()[0]
        for name in Agent.objects.filter(deactivated_at=None).values_list("name", flat=True)
        if name.strip()
    )


def _author(event: MessageReceived, known: Known) -> tuple[Address, str]:
    """Who wrote, and why it counts as automatic if it does."""
    because = event.because or _("automatic reply") if isinstance(event, AutoReplied) else ""
    if any(known.is_ours(address) for address in event.lists):
        # It came through the group address that is ours: a person wrote to us.
        because = ""
    if not known.is_ours(event.author.address):
        return event.author, because
    # A form on the company's own site sends from our address and names its visitor in Reply-To.
    visitor = next((person for person in event.reply_to if not known.is_ours(person.address)), None)
    if visitor is not None:
        return replace(visitor, name=visitor.name or event.author.name), because
    return event.author, because or _("from our own address")


def _writing(event: MessageReceived, *, is_automatic: bool, authentication: Mapping[str, Any]) -> Writing:
    return Writing(
        text=storable(event.text),
        html=storable(event.html),
        visible_text=storable(event.visible_text),
        subject=storable(event.subject),
        to=tuple(person.address for person in event.to),
        cc=tuple(person.address for person in event.cc),
        reply_to=tuple(person.address for person in event.reply_to),
        files=tuple(kept(part) for part in event.parts),
        external_id=event.external_id,
        in_reply_to=event.in_reply_to,
        references=event.references,
        sent_at=event.sent_at,
        is_automatic=is_automatic,
        authentication=authentication,
    )


def _bounce(event: Bounced, known: Known) -> Settled:
    if known.has(event.external_id):
        return Settled(Outcome.DUPLICATE, None, _("It came in before."), event.external_id)
    known.settled.add(event.external_id)
    message = known.messages.get(event.about) if event.about else None
    if message is not None and has_report(message, event.external_id):
        return Settled(Outcome.DUPLICATE, message, _("It came in before."), event.external_id)
    if message is None or not bounce(message, event):
        return Settled(Outcome.BOUNCE, None, event.reason, event.external_id)
    state = "bounced" if event.permanent else "deferred"
    note_report(message, name=event.external_id, state=state, address=event.recipient, said=event.reason)
    return Settled(Outcome.BOUNCE, message, event.reason, event.external_id)
