"""Answers that agents write by mail: sent to the customer only when it is sure who wrote them, else kept as a note.

The address they answer to was made for one agent and one conversation and expires; it may leak all the same, by a
forward for instance. So the mail must besides come from that agent's address, and its domain must vouch for it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.jobs import job
from rapport.channels.actions.keeping import kept
from rapport.channels.actions.notifying import news_link, tell_not_sent
from rapport.channels.actions.replying import reply
from rapport.channels.actions.vouching import authentication_of, find_out_now
from rapport.channels.agent_tokens import Permit, permit_in
from rapport.channels.errors import CannotWrite
from rapport.channels.models import Channel, Delivery
from rapport.channels.queries import raw
from rapport.channels.seam import kinds
from rapport.channels.types import MessageReceived, Outcome
from rapport.conversations import actions as conversations
from rapport.conversations import queries
from rapport.conversations.authentication import is_pending, is_proven
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Direction
from rapport.kit import clock
from rapport.kit.text import shortened, storable
from rapport.team.models import Agent
from rapport.team.types import Permission

_LONGEST_NOTE = 20_000
_MOST_NOTES, _A_DAY = 10, timedelta(days=1)


def permit_for(event: MessageReceived, delivery: Delivery) -> Permit | None:
    """What the address it was sent to allows; None when it is an ordinary letter."""
    named = [event.headers.get(name, "") for name in ("delivered-to", "x-original-to", "envelope-to")]
    return permit_in([*delivery.recipients, *named, *(person.address for person in (*event.to, *event.cc))])


def take_answer(
    event: MessageReceived, permit: Permit, delivery: Delivery, channel: Channel | None
) -> tuple[str, Message | None, str]:
    """What became of it, the message that came of it, a reply or a note, and why. Inside the caller's transaction."""
    if event.because:
        return Outcome.AUTO_REPLY, None, _("An automatic answer to a mail for an agent.")
    known = authentication_of(event, delivery, channel)
    if is_pending(known) and not _why_not(event, permit, None):
        # Asking the network takes seconds, which nobody may wait for here.
        take_later.enqueue(delivery.pk)
        return Outcome.APPENDED, None, _("It is being found out who sent it.")
    return Outcome.APPENDED, *_settle(event, permit, known)


@job(retries=5, first_wait=30, longest_wait=1800)
def take_later(delivery_id: int) -> None:
    """Find out who wrote an answer, and do with it what that allows. Doing it twice is doing it once."""
    delivery = Delivery.objects.select_related("channel").get(pk=delivery_id)
    if delivery.message_id is not None:
        return
    read = kinds()[delivery.kind].read_pushed(raw(delivery), delivery.transport)
    found = find_out_now(delivery)
    with transaction.atomic():
        held = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
        for event in read:
            permit = permit_for(event, held) if isinstance(event, MessageReceived) else None
            if permit is None or not isinstance(event, MessageReceived) or held.message_id is not None:
                continue
            held.message, held.reason = _settle(event, permit, found)
            held.save(update_fields=["message", "reason"])


def _settle(event: MessageReceived, permit: Permit, authentication: Mapping[str, Any]) -> tuple[Message | None, str]:
    conversation = Conversation.objects.select_related("customer", "inbox").filter(pk=permit.conversation).first()
    if conversation is None:
        return None, _("The conversation is gone.")
    because = _why_not(event, permit, authentication)
    agent = Agent.objects.filter(pk=permit.agent).first()
    text = storable(event.visible_text or "").strip()
    if not because and agent is not None:
        try:
            with transaction.atomic():
                _refuse_ours(text, conversation)
                sent = [kept(part) for part in event.parts if not part.inline]
                return reply(conversation, by=agent, text=_unquoted(text), files=sent, undo_seconds=0), _(
                    "An agent answered."
                )
        except CannotWrite as error:
            because = str(error)
    return _keep(conversation, event, permit, text, because), because


def _unquoted(text: str) -> str:
    """Nothing, where there is nothing but what was quoted."""
    return "" if all(line.lstrip().startswith(">") for line in text.splitlines() if line.strip()) else text


def _refuse_ours(text: str, conversation: Conversation) -> None:
    """Raises CannotWrite when the mail to the agent is still in it, which the customer must not read."""
    if news_link(conversation) in text:
        raise CannotWrite(
            _("What was written and what was quoted could not be told apart. Write above the quoted mail.")
        )


def _why_not(event: MessageReceived, permit: Permit, authentication: Mapping[str, Any] | None) -> str:
    """Why it must not go to the customer; empty when it may. Without `authentication` that is left for later."""
    agent = Agent.objects.filter(pk=permit.agent).first()
    if agent is None or not agent.may(Permission.REPLY):
        return _("Who was allowed to answer here may do so no more.")
    if permit.is_expired:
        return _("The address that it was sent to has expired. Answer a newer mail, or here.")
    if not queries.visible_to(agent).filter(pk=permit.conversation).exists():
        return _("%(name)s does not see this conversation any more.") % {"name": agent.name}
    if event.author.address.strip().lower() != agent.email.lower():
        wrong = {"address": event.author.address, "name": agent.name}
        return _("It came from %(address)s, which is not the address of %(name)s.") % wrong
    if authentication is not None and not is_proven(authentication, event.author.address):
        return _("Nothing proves that it came from %(address)s: its domain does not vouch for it (DMARC).") % {
            "address": event.author.address
        }
    return ""


def _keep(
    conversation: Conversation, event: MessageReceived, permit: Permit, text: str, because: str
) -> Message | None:
    """A note that says why, with what was written, and word to the agent it was to come from; none past a few a day."""
    today = conversation.messages.filter(direction=Direction.NOTE, agent=None, created_at__gt=clock.now() - _A_DAY)
    if len(today[:_MOST_NOTES]) >= _MOST_NOTES:
        # Whoever got hold of such an address shall not fill a conversation. The delivery is kept.
        return None
    said = shortened(text or event.text, _LONGEST_NOTE)
    words = {"address": event.author.address or event.author.name, "because": because, "text": storable(said)}
    note = conversations.write_note(
        conversation,
        text=_("An answer by mail was not sent to the customer. %(because)s\n\n%(address)s wrote:\n\n%(text)s") % words,
        by=None,
    )
    tell_not_sent.enqueue(permit.agent, conversation.pk, because)
    return note
