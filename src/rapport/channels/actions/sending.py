"""The outbox: each row ends sent, failed or cancelled, and is never on its way twice at once."""

import logging
import random
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from rapport.backbone import files
from rapport.backbone.jobs import job
from rapport.channels.actions import consenting
from rapport.channels.actions.fitting import last_heard
from rapport.channels.actions.limiting import Wait, slow_down, speed_up, wait_for_room
from rapport.channels.actions.opting import refuse_opted_out
from rapport.channels.actions.people import address_for
from rapport.channels.actions.reaching import note_undelivered
from rapport.channels.actions.withholding import why_withheld
from rapport.channels.errors import CannotConnect, CannotDeliver
from rapport.channels.models import Channel, Dispatch, Exchange
from rapport.channels.providers import provider_of
from rapport.channels.pushing import file_url, push_url
from rapport.channels.queries import channel_to_answer_by
from rapport.channels.seam import Kind, kind_of
from rapport.channels.tokens import token_for
from rapport.channels.types import Address, Chosen, DispatchState, IdentityOf, Outgoing, Part, Receipt
from rapport.conversations.actions.telling import tell
from rapport.conversations.announcements import MessageChanged
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Direction
from rapport.kit import clock
from rapport.kit.text import one_line, storable
from rapport.team.models import Organisation

log = logging.getLogger("rapport.channels")

# 5 s, 10 s, 20 s ... then once an hour: after 56 tries two days have passed.
FIRST_WAIT, LONGEST_WAIT, MAX_ATTEMPTS = 5, 3600, 56
# Longer than the slowest honest transfer. A worker that died holds the message this long, no longer.
CLAIM = timedelta(minutes=10)
_OVERDUE = timedelta(seconds=30)
# In a chat what was said first arrives first. Nobody waits for one that is stuck, or that is tried again much later.
_TURN, _SOON, _STUCK = timedelta(seconds=0.4), timedelta(seconds=15), timedelta(minutes=1)
_SWEPT = 500
# Whoever waits longer has chosen a moment.
_LONGEST_UNDO = timedelta(seconds=90)


@job(urgency="urgent")
def send(dispatch_id: int) -> None:
    """Hand one message to its provider, if it is due and nobody else is doing so."""
    dispatch = _claim(dispatch_id)
    if dispatch is None:
        return
    try:
        receipt = _hand_over(dispatch)
    except CannotDeliver as error:
        _note_failure(dispatch, error)
    except Exception as error:
        log.exception("Sending dispatch %s failed", dispatch.pk)
        _note_failure(dispatch, CannotDeliver(f"{type(error).__name__}: {error}", permanent=False, in_doubt=True))
    else:
        _note_sent(dispatch, receipt)


def sweep() -> int:
    """Queue again what a lost job left behind; returns how many there were."""
    now = clock.now()
    _follow_the_clock_back(now)
    waiting = Dispatch.objects.filter(state=DispatchState.QUEUED, due_at__lt=now - _OVERDUE)
    free = waiting.filter(Q(claimed_until=None) | Q(claimed_until__lt=now)).order_by("due_at")
    ids = list(free.values_list("pk", flat=True)[:_SWEPT])
    for pk in ids:
        send.enqueue(pk)
    return len(ids)


def _follow_the_clock_back(now: datetime) -> None:
    """What waits for a span, to be undone or tried again, was reckoned by a clock that has been set back since and
    would wait for hours. What an agent chose a moment for waits for that moment."""
    waiting = Dispatch.objects.filter(state=DispatchState.QUEUED, is_held=False, claimed_until=None)
    waiting = waiting.filter(due_at__gt=now + _LONGEST_UNDO)
    undoable = Q(attempts=0, created_at__gt=now, due_at__lte=F("created_at") + _LONGEST_UNDO)
    retried = Q(attempts__gt=0, due_at__gt=now + timedelta(seconds=LONGEST_WAIT * 1.2))
    # Overdue already, so that this very sweep queues it.
    waiting.filter(undoable | retried).update(due_at=now - 2 * _OVERDUE)


def _claim(dispatch_id: int) -> Dispatch | None:
    """Mark it as being sent, which only one worker can; none if it is not ours to send, or not now."""
    found = _free(dispatch_id).select_related("channel", "message__conversation__customer", "message__agent").first()
    if found is None:
        return None
    # A channel connected after the message was written will do.
    found.channel = found.channel or channel_to_answer_by(found.message.conversation)
    if because := why_withheld(found):
        _withhold(found, because)
        return None
    if found.channel and kind_of(found.channel.kind).abilities.one_exchange and _is_behind(found):
        _wait_for_turn(found)
        return None
    limits = kind_of(found.channel.kind).limits(found.channel.settings) if found.channel else ()
    if found.channel is None or not (limits or found.channel.slowed_until):
        return _taken(found)
    with transaction.atomic():
        # Held, so that of two workers the second counts what the first takes.
        channel = Channel.objects.select_for_update().get(pk=found.channel.pk)
        wait = wait_for_room(found, channel, limits)
        if wait is None:
            return _taken(found)
        _hold(found, wait)
    return None


def _is_behind(dispatch: Dispatch) -> bool:
    """Whether something that was said before is only just leaving: jobs of one conversation may run side by side."""
    now = clock.now()
    before = Dispatch.objects.filter(
        message__conversation=dispatch.message.conversation_id,
        channel=dispatch.channel,
        state=DispatchState.QUEUED,
        message_id__lt=dispatch.message_id,
    )
    due = Q(due_at__lte=now, due_at__gt=now - _STUCK) | Q(due_at__lte=now + _SOON, attempts__gt=0)
    return before.filter(due | Q(claimed_until__gt=now)).exists()


def _wait_for_turn(dispatch: Dispatch) -> None:
    due_at = clock.now() + _TURN
    if _free(dispatch.pk).update(due_at=due_at):
        send.at(due_at).enqueue(dispatch.pk)


def _free(dispatch_id: int) -> QuerySet[Dispatch]:
    now = clock.now()
    return Dispatch.objects.filter(
        Q(claimed_until=None) | Q(claimed_until__lt=now), pk=dispatch_id, state=DispatchState.QUEUED, due_at__lte=now
    )


def _taken(dispatch: Dispatch) -> Dispatch | None:
    now = clock.now()
    claimed = _free(dispatch.pk).update(
        claimed_until=now + CLAIM,
        attempts=F("attempts") + 1,
        in_doubt=True,
        handed_at=now,
        is_held=False,
        channel=dispatch.channel,
    )
    dispatch.attempts += 1
    return dispatch if claimed else None


def _hold(dispatch: Dispatch, wait: Wait) -> None:
    """It waits its turn, which is no failed try."""
    changed = _free(dispatch.pk).update(
        due_at=wait.until, is_held=True, error=storable(wait.because)[:2000], channel=dispatch.channel
    )
    if changed:
        send.at(wait.until).enqueue(dispatch.pk)
        _tell(dispatch, DispatchState.QUEUED)


@transaction.atomic
def _withhold(dispatch: Dispatch, because: str) -> None:
    if _free(dispatch.pk).update(state=DispatchState.CANCELLED, error=storable(because)[:2000], is_held=False):
        _tell(dispatch, DispatchState.CANCELLED)


def _hand_over(dispatch: Dispatch) -> Receipt:
    message, channel = dispatch.message, dispatch.channel
    if channel is None:
        raise CannotDeliver(
            _("There is no mailbox to send from. An administrator connects one in Settings."), permanent=True
        )
    try:
        outgoing = _outgoing(dispatch, message, channel)
    except files.Missing as error:
        raise CannotDeliver(_("An attachment is missing. %(error)s") % {"error": error}, permanent=True) from error
    return send_by(channel, outgoing)


def send_by(channel: Channel, outgoing: Outgoing) -> Receipt:
    """Hand it to the channel's provider, signed in and signed as the channel is. Raises CannotDeliver."""
    refuse_opted_out(channel, outgoing)
    try:
        usable = consenting.usable_settings(channel)
    except CannotConnect as error:
        raise CannotDeliver(str(error), permanent=False) from error
    try:
        with provider_of(channel):
            return kind_of(channel.kind).send(
                outgoing, {**usable, "signing": channel.signing, "push_url": push_url(channel)}
            )
    except CannotDeliver as error:
        if not error.permanent and not error.too_many:
            consenting.distrust(channel)
        raise


def _outgoing(dispatch: Dispatch, message: Message, channel: Channel) -> Outgoing:
    customer, kind = message.conversation.customer, kind_of(channel.kind)
    known = {address.lower(): one_line(customer.name) for address in (customer.email, address_for(kind, customer))}
    # What we send by ourselves may go to somebody whose address a stranger gave: no name that was given with it.
    names = {} if message.is_automatic else known
    everyone = {address.lower() for address in (*message.to, *message.cc, *message.bcc)}
    # Sent once more after some did not get it: the others have it already.
    wanted = everyone & {each["address"] for each in dispatch.undelivered} or everyone
    to, cc, bcc = (
        [Address(names.get(address.lower(), ""), address) for address in addresses if address.lower() in wanted]
        for addresses in (message.to, message.cc, message.bcc)
    )
    parts = [
        Part(
            *(file.name, file.content_type, files.read(file.file), file.content_id, file.inline),
            address=file_url(file) if kind.abilities.links_files else "",
        )
        for file in message.attachments.select_related("file")
    ]
    return Outgoing(
        external_id=message.external_id,
        sender=Address(_sender_name(message, channel), channel.address),
        to=to,
        cc=cc,
        bcc=bcc,
        subject=message.subject,
        text=message.text,
        html=message.html,
        in_reply_to=_quoted(message, kind),
        references=message.references,
        parts=parts,
        is_automatic=message.is_automatic,
        headers=dispatch.headers,
        reply_to=kind.answer_address(channel.address, token_for(message.conversation_id), channel.settings),
        once=str(uuid5(NAMESPACE_URL, f"{settings.BASE_URL}/dispatches/{dispatch.pk}")),
        exchange=_exchange(channel, message.conversation),
        last_heard_at=last_heard(kind, message.conversation) if kind.abilities.session_hours else None,
        template=Chosen(**{**chosen, "values": tuple(chosen["values"])}) if (chosen := dispatch.template) else None,
    )


def _quoted(message: Message, kind: Kind) -> str:
    """In a chat only what is not the last thing said has to be named; quoting that each time is noise."""
    if not kind.abilities.one_exchange or not message.in_reply_to:
        return message.in_reply_to
    before = Message.objects.filter(conversation=message.conversation_id, direction=Direction.IN, pk__lt=message.pk)
    newest = before.order_by("-id").values_list("external_id", flat=True).first()
    return "" if newest == message.in_reply_to else message.in_reply_to


def _exchange(channel: Channel, conversation: Conversation) -> str:
    """What the kind itself calls the exchange; a letter has none."""
    if kind_of(channel.kind).identity == IdentityOf.EMAIL:
        return ""
    found = Exchange.objects.filter(channel=channel, conversation=conversation).exclude(key__startswith="person:")
    return found.order_by("-id").values_list("key", flat=True).first() or ""


def _sender_name(message: Message, channel: Channel) -> str:
    """As customers see it: "Ada from Lampwright"."""
    organisation = Organisation.objects.order_by("id").first()
    company = one_line(str(channel.settings.get("display_name") or (organisation.name if organisation else "")))
    first_name = one_line(message.agent.name).split(" ")[0] if message.agent else ""
    if first_name and company:
        return _("%(name)s from %(company)s") % {"name": first_name, "company": company}
    return company or first_name or channel.name


@transaction.atomic
def _note_sent(dispatch: Dispatch, receipt: Receipt) -> None:
    now = clock.now()
    changed = Dispatch.objects.filter(pk=dispatch.pk, state=DispatchState.QUEUED).update(
        state=DispatchState.SENT,
        sent_at=now,
        error="",
        claimed_until=None,
        in_doubt=False,
        provider_id=receipt.external_id[:200],
        undelivered=[],
        bounced_at=None,
    )
    if changed:
        Message.objects.filter(pk=dispatch.message_id).update(sent_at=now)
        _tell(dispatch, DispatchState.SENT)
    if dispatch.channel and dispatch.channel.slowed_times:
        speed_up(dispatch.channel)


@transaction.atomic
def _note_failure(dispatch: Dispatch, error: CannotDeliver) -> None:
    # Told to slow down is no failed try: it waits as long as it has to.
    slowed = dispatch.channel if error.too_many and not error.permanent else None
    is_last = error.permanent or (dispatch.attempts >= MAX_ATTEMPTS and slowed is None)
    if slowed is not None:
        due_at = slow_down(slowed, error.reason)
    else:
        due_at = clock.now() + timedelta(seconds=wait_after(dispatch.attempts))
    changed = Dispatch.objects.filter(pk=dispatch.pk, state=DispatchState.QUEUED).update(
        state=DispatchState.FAILED if is_last else DispatchState.QUEUED,
        error=storable(error.reason)[:2000],
        claimed_until=None,
        in_doubt=error.in_doubt,
        due_at=dispatch.due_at if is_last else due_at,
        is_held=slowed is not None,
        attempts=F("attempts") - (1 if slowed is not None else 0),
    )
    if not changed:
        return
    note_undelivered(dispatch, error.undelivered)
    if is_last:
        _tell(dispatch, DispatchState.FAILED)
    else:
        send.at(due_at).enqueue(dispatch.pk)
        if dispatch.attempts == 1:
            _tell(dispatch, DispatchState.QUEUED)


def wait_after(attempts: int) -> float:
    """Seconds until the next try: doubling up to an hour, spread by a tenth so that not all come back at once."""
    seconds: float = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts - 1, 20))
    return seconds * random.uniform(0.9, 1.1)  # noqa: S311  # only spreads load


def _tell(dispatch: Dispatch, state: str) -> None:
    conversation = dispatch.message.conversation
    tell(conversation, MessageChanged(conversation.pk, dispatch.message_id, state=state))
