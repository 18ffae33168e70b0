"""Mail to agents who asked for it: there is news in a conversation of theirs, and they may answer it from there."""

import logging

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.backbone.jobs import job
from rapport.channels import agent_tokens
from rapport.channels.actions.sending import send_by
from rapport.channels.errors import CannotDeliver
from rapport.channels.models import Channel
from rapport.channels.queries import addressed, channel_to_answer_by, channels_by_address
from rapport.channels.seam import kind_of
from rapport.channels.types import Address, Outgoing
from rapport.conversations import queries as conversations
from rapport.conversations.models import Conversation, Message
from rapport.kit.text import one_line, shortened
from rapport.team.models import Agent
from rapport.team.queries import organisation
from rapport.team.types import Permission

log = logging.getLogger("rapport.channels")

_LONGEST = 4_000


def tell_owner(conversation: Conversation, message_id: int | None = None) -> None:
    """Queue news for whose conversation it is, if they want mail: a message in it, or that it is theirs now."""
    agent_id = conversation.assignee_id
    if agent_id and Agent.objects.filter(pk=agent_id, mails_news=True, deactivated_at=None).exists():
        tell_news.enqueue(agent_id, conversation.pk, message_id)


@job(retries=8, first_wait=30, longest_wait=1800)
def tell_news(agent_id: int, conversation_id: int, message_id: int | None = None) -> None:
    """Send one agent what was written in a conversation of theirs, or without a message that it is theirs now."""
    agent = Agent.objects.filter(pk=agent_id, deactivated_at=None, mails_news=True).first()
    # Asked again now: since it was queued it may have become somebody else's, or secret.
    found = conversations.visible_to(agent).filter(pk=conversation_id, assignee=agent) if agent else ()
    conversation = next(iter(found), None)
    message = Message.objects.filter(pk=message_id, conversation=conversation_id).first() if message_id else None
    if agent is None or conversation is None or (message_id and message is None):
        return
    _send(agent, conversation, "news", message, text=_excerpt(message) if message else "")


@job(retries=8, first_wait=30, longest_wait=1800)
def tell_not_sent(agent_id: int, conversation_id: int, because: str) -> None:
    """Tell an agent, at their own address, that an answer by mail in their name was not sent."""
    agent = Agent.objects.filter(pk=agent_id, deactivated_at=None).first()
    conversation = conversations.visible_to(agent).filter(pk=conversation_id).first() if agent else None
    if agent is not None and conversation is not None:
        _send(agent, conversation, "not_sent", None, because=because)


def news_link(conversation: Conversation) -> str:
    return f"{settings.BASE_URL}{reverse('conversation', args=[conversation.number])}"


def _excerpt(message: Message) -> str:
    return shortened(message.visible_text or message.text, _LONGEST)


def _send(
    agent: Agent, conversation: Conversation, name: str, message: Message | None, *, text: str = "", because: str = ""
) -> None:
    channel = channel_to_answer_by(conversation)
    if channel is None or addressed(channels_by_address(channel.kind), [agent.email]) is not None:
        # Without a way out, or to a mailbox of ours, where it would come in as a letter.
        return
    with translation.override(agent.language or organisation().reply_language):
        answer_to = _answer_address(agent, conversation, channel) if message and name == "news" else ""
        words = {
            "agent": agent,
            "conversation": conversation,
            "message": message,
            "text": text,
            "because": because,
            "can_answer": bool(answer_to),
            "link": news_link(conversation),
        }
        outgoing = _letter(
            agent, conversation, channel, render_to_string(f"channels/mail/{name}.txt", words), answer_to
        )
    try:
        send_by(channel, outgoing)
    except CannotDeliver as error:
        if not error.permanent and not error.in_doubt:
            raise
        log.warning("Agent %s was not told of conversation %s: %s", agent.pk, conversation.pk, error.reason)


def _letter(agent: Agent, conversation: Conversation, channel: Channel, text: str, answer_to: str) -> Outgoing:
    company = one_line(organisation().name) or "Rapport"
    domain = channel.address.rpartition("@")[2] or "localhost"
    return Outgoing(
        external_id=kind_of(channel.kind).external_id(channel.address),
        sender=Address(company, channel.address),
        to=[Address(agent.name, agent.email)],
        cc=[],
        bcc=[],
        subject=f"[#{conversation.number}] {one_line(conversation.subject) or _('(no subject)')}",
        text=text.strip() + "\n",
        html="",
        in_reply_to="",
        # All about one conversation stand together in a mail program.
        references=[f"news-{conversation.pk}@{domain}"],
        parts=[],
        is_automatic=True,
        reply_to=answer_to,
    )


def _answer_address(agent: Agent, conversation: Conversation, channel: Channel) -> str:
    if not agent.may(Permission.REPLY):
        return ""
    token = agent_tokens.token_for(agent.pk, conversation.pk)
    return kind_of(channel.kind).answer_address(channel.address, token, channel.settings)
