"""Mail to agents who asked for it: there is news in a conversation of theirs, and they may answer it from there."""

import logging
from dataclasses import replace

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
from rapport.team.models import Agent, Notification
from rapport.team.notifications import Kind, kinds
from rapport.team.notifications.reading import Group, grouped
from rapport.team.queries import organisation
from rapport.team.types import Permission

log = logging.getLogger("rapport.channels")

_LONGEST = 4_000


def carry_by_mail(agent: Agent, rows: list[Notification]) -> None:
    """A mail for one piece of news, which can be answered; one that sums up for several."""
    if len(rows) == 1:
        tell_news.enqueue(rows[0].pk)
    else:
        tell_summary.enqueue(agent.pk, [row.pk for row in rows])


@job(retries=8, first_wait=30, longest_wait=1800)
def tell_news(notification_id: int) -> None:
    """Send one agent one piece of news: what was written, or that a conversation is theirs now."""
    row = Notification.objects.select_related("agent__custom_role", "by").filter(pk=notification_id).first()
    # Asked again now: since it was queued it may have been read, or become secret.
    conversation = _conversation(row.agent, row.place) if row and row.agent.is_active else None
    if row is None or conversation is None or row.read_at:
        return
    message_id = row.details.get("message")
    message = Message.objects.filter(pk=message_id, conversation=conversation).first() if message_id else None
    kind = kinds().get(row.kind)
    if kind is not None and (message or not message_id):
        text, by = _excerpt(message) if message else "", row.by.name if row.by else ""
        _send(row.agent, conversation, "news", message, text=text, said=(kind, by))


@job(retries=8, first_wait=30, longest_wait=1800)
def tell_summary(agent_id: int, notification_ids: list[int]) -> None:
    """Send one agent what came while it was quiet and is unread, as one mail."""
    agent = Agent.objects.filter(pk=agent_id, deactivated_at=None).first()
    rows = Notification.objects.filter(pk__in=notification_ids, agent=agent_id, read_at=None).select_related("by")
    if agent is None:
        return
    with translation.override(agent.language or organisation().reply_language):
        groups = grouped(agent, rows.order_by("-id"))
    conversation = next(filter(None, (_conversation(agent, group.place) for group in groups)), None)
    if conversation is not None:
        _send(agent, conversation, "summary", None, groups=groups)


@job(retries=8, first_wait=30, longest_wait=1800)
def tell_not_sent(agent_id: int, conversation_id: int, because: str) -> None:
    """Tell an agent, at their own address, that an answer by mail in their name was not sent."""
    agent = Agent.objects.filter(pk=agent_id, deactivated_at=None).first()
    conversation = conversations.visible_to(agent).filter(pk=conversation_id).first() if agent else None
    if agent is not None and conversation is not None:
        _send(agent, conversation, "not_sent", None, because=because)


def news_link(conversation: Conversation) -> str:
    return f"{settings.BASE_URL}{reverse('conversation', args=[conversation.number])}"


def _conversation(agent: Agent, place: str) -> Conversation | None:
    name, _colon, pk = place.partition(":")
    return conversations.visible_to(agent).filter(pk=int(pk)).first() if name == "conversation" else None


def _excerpt(message: Message) -> str:
    return shortened(message.visible_text or message.text, _LONGEST)


def _send(
    agent: Agent,
    conversation: Conversation,
    name: str,
    message: Message | None,
    *,
    text: str = "",
    because: str = "",
    said: tuple[Kind, str] | None = None,
    groups: list[Group] | None = None,
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
            "said": said[0].said(said[1]) if said else "",
            "groups": groups or [],
            "base": settings.BASE_URL,
            "can_answer": bool(answer_to),
            "link": news_link(conversation),
        }
        outgoing = _letter(
            agent, conversation, channel, render_to_string(f"channels/mail/{name}.txt", words), answer_to
        )
        if groups:
            outgoing = replace(outgoing, subject=_("What came while you were away"), references=[])
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
        subject=f"[#{conversation.number}] {one_line(conversation.subject) or _('(no subject)')}",
        text=text.strip() + "\n",
        # All about one conversation stand together in a mail program.
        references=[f"news-{conversation.pk}@{domain}"],
        is_automatic=True,
        reply_to=answer_to,
    )


def _answer_address(agent: Agent, conversation: Conversation, channel: Channel) -> str:
    if not agent.may(Permission.REPLY):
        return ""
    token = agent_tokens.token_for(agent.pk, conversation.pk)
    return kind_of(channel.kind).answer_address(channel.address, token, channel.settings)
