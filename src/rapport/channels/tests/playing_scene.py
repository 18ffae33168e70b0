"""Run inside an installation: what Ada does while somebody is played at the other side."""

from typing import Any


def connect(kind: str, settings: dict[str, Any]) -> str:
    """A channel whose other side is played; answers where pushes go."""
    from rapport.channels.models import Channel
    from rapport.channels.pushing import push_url
    from rapport.conversations.models import Inbox

    inbox = Inbox.objects.get_or_create(name="Support")[0]
    return push_url(Channel.objects.create(kind=kind, inbox=inbox, name=kind, settings=settings))


def find(text: str) -> int:
    """The conversation in which a customer wrote this; 0 while there is none."""
    from rapport.conversations.models import Message

    found = Message.objects.filter(direction="in", text__startswith=text).values_list("conversation_id", flat=True)
    return found.first() or 0


def said(conversation: int) -> list[list[str]]:
    from rapport.conversations.models import Message

    told = Message.objects.filter(conversation=conversation).order_by("id")
    return [[each.direction, (each.visible_text or each.text).strip()] for each in told]


def answer(conversation: int, text: str) -> None:
    from rapport.channels import actions
    from rapport.conversations.models import Conversation

    actions.reply(Conversation.objects.get(pk=conversation), by=_ada(), text=text, undo_seconds=0)


def states(conversation: int) -> list[list[Any]]:
    """What became of what we sent: its state, whether it was delivered, whether it was read."""
    from rapport.channels.models import Dispatch

    rows = Dispatch.objects.filter(message__conversation=conversation).order_by("id")
    return [[each.state, each.delivered_at is not None, each.read_at is not None] for each in rows]


def type_in(conversation: int) -> None:
    from rapport.team.presence import look

    look(_ada(), place=f"conversation:{conversation}", tab="t", audience=["shared"], is_writing=True)


def read(conversation: int) -> None:
    from rapport.channels.actions.attending import show_read_later
    from rapport.conversations.models import Conversation

    show_read_later(Conversation.objects.get(pk=conversation))


def close(conversation: int) -> None:
    """Kim is asked at once, in place of after the seconds in which Ada might change her mind."""
    from rapport.channels.visitors import rating
    from rapport.conversations import actions
    from rapport.conversations.models import Conversation

    found = Conversation.objects.get(pk=conversation)
    actions.close(found, by=_ada())
    rating.ask(found)


def ratings() -> list[list[Any]]:
    from rapport.backbone.models import Event

    told = Event.objects.filter(name="RatingGiven").values_list("payload", flat=True)
    return [[each["conversation"], each["score"], each["comment"]] for each in told]


def _ada() -> Any:
    from rapport.team.models import Agent

    return Agent.objects.get(email="ada@lampwright.example")
