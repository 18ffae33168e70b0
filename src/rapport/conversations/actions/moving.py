"""Putting a message where it belongs, and back."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone import search
from rapport.conversations.actions.closing import reopen
from rapport.conversations.actions.numbering import next_number
from rapport.conversations.actions.snoozing import wake
from rapport.conversations.actions.telling import locked, tell, touch
from rapport.conversations.actions.waiting import spoken, unanswered_since
from rapport.conversations.announcements import MessageMoved
from rapport.conversations.models import Conversation, Message, Move, Seen
from rapport.conversations.preview import preview_of
from rapport.conversations.searching import entries_for
from rapport.conversations.types import Direction, Status
from rapport.kit import clock
from rapport.team.models import Agent

# More than this is no message that went astray.
MOST_MOVED = 500
MOVED = "moved"


@transaction.atomic
def move(
    message: Message, *, by: Agent | None, with_later: bool = False, into: Conversation | None = None
) -> Conversation:
    """Take a message, with everything after it if asked, into another conversation; without `into` into a new one.

    A new one belongs to whoever wrote the message. Raises ValueError, in words for the agent, when nothing would stay
    behind, when it is there already, or when it is more than 500 messages.
    """
    origin, into = held(message.conversation, into)
    message = Message.objects.select_related("customer").get(pk=message.pk)
    if message.conversation_id != origin.pk:
        raise ValueError(_("Somebody has moved this message already."))
    moving = _moving(message, origin, into, with_later=with_later)
    destination = into or _begin_for(message, origin)
    now = clock.now()
    Move.objects.bulk_create(
        Move(message=each, origin=origin, destination=destination, threaded_by=each.threaded_by, by=by, at=now)
        for each in moving
    )
    carry(moving, origin, destination)
    if into and any(each.direction == Direction.IN and not each.is_automatic for each in moving):
        reopen(destination, by=by)
        wake(destination)
    _tell_both(moving, origin, destination, by=by)
    return Conversation.objects.get(pk=destination.pk)


@transaction.atomic
def put_back(message: Message, *, by: Agent | None) -> Conversation:
    """Undo the last move of a message and of those that went with it. A conversation that this empties is gone.

    Raises ValueError when it was not moved, or when where it came from is no more.
    """
    last = message.moves.filter(undone_at=None).select_related("origin", "destination").last()
    if last is None:
        raise ValueError(_("This message was not moved."))
    if last.origin is None or last.destination is None:
        raise ValueError(_("The conversation it came from is no more."))
    destination, origin = held(last.destination, last.origin)
    together = {"origin": origin, "destination": destination, "at": last.at, "undone_at": None}
    moves = {each.message_id: each for each in Move.objects.filter(**together)}
    returning = list(destination.messages.filter(pk__in=moves).order_by("id"))
    if origin is None or message.pk not in {each.pk for each in returning}:
        raise ValueError(_("Somebody has moved this message already."))
    for each in returning:
        each.threaded_by = moves[each.pk].threaded_by
    Move.objects.filter(**together).update(undone_at=clock.now())
    carry(returning, destination, origin, keeps_reason=True)
    _tell_both(returning, destination, origin, by=by, is_back=True)
    if not destination.messages.exists():
        destination.delete()
    return Conversation.objects.get(pk=origin.pk)


def held(origin: Conversation, other: Conversation | None) -> tuple[Conversation, Conversation | None]:
    """Both as they are now. Lowest id first: two agents moving the other way round would wait for each other."""
    if other is None:
        return locked(origin), None
    if other.pk == origin.pk:
        raise ValueError(_("It is in this conversation already."))
    held = {pk: locked(each) for pk, each in sorted({origin.pk: origin, other.pk: other}.items())}
    return held[origin.pk], held[other.pk]


def _moving(message: Message, origin: Conversation, into: Conversation | None, *, with_later: bool) -> list[Message]:
    later = origin.messages.filter(pk__gte=message.pk) if with_later else origin.messages.filter(pk=message.pk)
    moving = list(later.order_by("id")[: MOST_MOVED + 1])
    if len(moving) > MOST_MOVED:
        raise ValueError(_("These are more than %(limit)d messages. Move fewer.") % {"limit": MOST_MOVED})
    if origin.messages.count() == len(moving):
        raise ValueError(_("Nothing would stay in this conversation. Move fewer messages."))
    return moving


def _begin_for(message: Message, origin: Conversation) -> Conversation:
    """As open, and in the same hands: whoever could see the message still sees it."""
    return Conversation.objects.create(
        number=next_number(),
        customer=message.customer or origin.customer,
        inbox_id=origin.inbox_id,
        channel=origin.channel,
        team_id=origin.team_id,
        assignee_id=origin.assignee_id,
        subject=(message.subject or origin.subject)[:500],
        created_at=message.created_at,
        status=Status.CLOSED if message.is_automatic else Status.OPEN,
        closed_at=clock.now() if message.is_automatic else None,
    )


def carry(
    moving: Sequence[Message], origin: Conversation, destination: Conversation, *, keeps_reason: bool = False
) -> None:
    """The rows, the search index, what agents have seen, and the figures of both."""
    for each in moving:
        each.conversation = destination
        each.threaded_by = each.threaded_by if keeps_reason else MOVED
    _carry_seen(moving, origin, destination)
    Message.objects.bulk_update(moving, ["conversation", "threaded_by"], batch_size=200)
    search.index(entries_for(moving, {destination.pk: destination}))
    for conversation in (origin, destination):
        _count_again(conversation)


def _carry_seen(moving: Sequence[Message], origin: Conversation, destination: Conversation) -> None:
    """Who has read it there has read it here; for the others it is new, even where they had read everything."""
    first = next((each.pk for each in moving if each.direction == Direction.IN), moving[0].pk)
    readers = dict(Seen.objects.filter(conversation=origin, message_id__gte=first).values_list("agent", "message_id"))
    here = Seen.objects.filter(conversation=destination)
    here.filter(message_id__gte=first).exclude(agent__in=readers).update(message_id=first - 1)
    if not destination.messages.exists():
        # Where messages return to after a merge was undone, whoever had read it then is still noted.
        Seen.objects.bulk_create(
            [Seen(conversation=destination, agent_id=agent, message_id=mark) for agent, mark in readers.items()],
            update_conflicts=True,
            unique_fields=["agent", "conversation"],
            update_fields=["message_id", "at"],
        )


def _count_again(conversation: Conversation) -> None:
    last = spoken(conversation).order_by("-id").first()
    touch(
        conversation,
        message_count=conversation.messages.count(),
        last_at=last.created_at if last else conversation.created_at,
        preview=preview_of(last) if last else "",
        preview_direction=last.direction if last else Direction.IN,
        waiting_since=None if conversation.is_closed else unanswered_since(conversation),
    )


def _tell_both(
    moved: Sequence[Message],
    origin: Conversation,
    destination: Conversation,
    *,
    by: Agent | None,
    is_back: bool = False,
) -> None:
    for conversation in (origin, destination):
        news = MessageMoved(
            conversation.pk,
            messages=[each.pk for each in moved],
            origin=origin.pk,
            destination=destination.pk,
            by=by.pk if by else None,
            is_back=is_back,
        )
        tell(conversation, news)
