"""Making one conversation of two about one matter, and two again for thirty days."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from rapport.conversations.actions.about_orders import bring_orders, take_orders_away
from rapport.conversations.actions.closing import reopen
from rapport.conversations.actions.moving import carry, held
from rapport.conversations.actions.snoozing import wake
from rapport.conversations.actions.telling import tell, touch
from rapport.conversations.announcements import ConversationMerged, ConversationUnmerged
from rapport.conversations.models import Conversation, Draft, Merge, Message, Move, Tagging
from rapport.conversations.types import Status
from rapport.kit import clock
from rapport.team.models import Agent

# More than this is archive work, not a customer who wrote twice.
MOST_MERGED = 5_000
UNDO_FOR = timedelta(days=30)


@transaction.atomic
def merge(origin: Conversation, *, into: Conversation, by: Agent | None) -> Merge:
    """Everything written in `origin` goes into the other, in order of time, with its tags and unfinished replies.

    What is left of it is closed and leads on to the other, as do answers to it. Raises ValueError, in words for the
    agent, when one of them was merged before, or when it is too long.
    """
    origin, destination = held(origin, into)
    if destination is None or origin.merged_into_id or destination.merged_into_id:
        raise ValueError(_("One of them has been merged already."))
    if origin.message_count > MOST_MERGED:
        raise ValueError(_("It holds more than %(limit)d messages.") % {"limit": MOST_MERGED})
    now = clock.now()
    merged = Merge.objects.create(origin=origin, destination=destination, by=by, at=now, before=_as_it_was(origin))
    moving = list(origin.messages.order_by("id"))
    Move.objects.bulk_create(
        Move(message=each, origin=origin, destination=destination, threaded_by=each.threaded_by, by=by, at=now)
        for each in moving
    )
    was_waiting = origin.status == Status.OPEN
    if moving:
        carry(moving, origin, destination)
    merged.before |= {"tags": _tag_as(origin, destination, by=by), "orders": bring_orders(origin, destination)}
    merged.save(update_fields=["before"])
    _hand_over_drafts(origin, destination)
    touch(
        origin,
        status=Status.CLOSED,
        merged_into=destination,
        closed_at=origin.closed_at or now,
        snoozed_until=None,
        waiting_since=None,
    )
    if was_waiting:
        reopen(destination, by=by)
        wake(destination)
    _tell_both(ConversationMerged, merged, by=by)
    return merged


@transaction.atomic
def unmerge(merged: Merge, *, by: Agent | None) -> Conversation:
    """Two again, with what was answered to the first of them since. Raises ValueError when that is no longer possible.

    Messages that an agent has moved on from there in the meantime stay where they are.
    """
    if merged.undone_at or merged.at < clock.now() - UNDO_FOR:
        raise ValueError(_("This can be undone for %(days)d days.") % {"days": UNDO_FOR.days})
    origin, destination = held(merged.origin, merged.destination)
    if destination is None or origin.merged_into_id != destination.pk:
        raise ValueError(_("They are two conversations already."))
    if destination.merged_into_id:
        raise ValueError(_("The other one was merged too, later. Undo that first."))
    reasons = dict(
        Move.objects.filter(origin=origin, destination=destination, at=merged.at).values_list(
            "message_id", "threaded_by"
        )
    )
    returning = list(destination.messages.filter(pk__in=reasons).order_by("id"))
    returning += _answers_since(returning, destination, merged.at)
    for each in returning:
        each.threaded_by = reasons.get(each.pk, each.threaded_by)
    Move.objects.filter(origin=origin, destination=destination, at=merged.at).update(undone_at=clock.now())
    touch(origin, merged_into=None, **_restored(merged.before))
    if returning:
        carry(returning, destination, origin, keeps_reason=True)
    Tagging.objects.filter(conversation=destination, tag_id__in=merged.before.get("tags", [])).delete()
    take_orders_away(destination, merged.before.get("orders", []))
    merged.undone_at, merged.undone_by = clock.now(), by
    merged.save(update_fields=["undone_at", "undone_by"])
    _tell_both(ConversationUnmerged, merged, by=by)
    return Conversation.objects.get(pk=origin.pk)


def standing(conversation: Conversation) -> Conversation:
    """Where it goes on: itself, or what it was merged into, however often."""
    seen = {conversation.pk}
    while conversation.merged_into is not None and conversation.merged_into_id not in seen:
        conversation = conversation.merged_into
        seen.add(conversation.pk)
    return conversation


def _as_it_was(origin: Conversation) -> dict[str, object]:
    return {
        "status": origin.status,
        "closed_at": origin.closed_at.isoformat() if origin.closed_at else None,
        "snoozed_until": origin.snoozed_until.isoformat() if origin.snoozed_until else None,
    }


def _restored(before: dict[str, str | None]) -> dict[str, object]:
    """Its state from before; a nap that has ended since is over."""
    closed_at, until = before.get("closed_at"), before.get("snoozed_until")
    napping: datetime | None = parse_datetime(until) if until else None
    if napping is not None and napping <= clock.now():
        return {"status": Status.OPEN, "closed_at": None, "snoozed_until": None}
    return {
        "status": before["status"],
        "closed_at": parse_datetime(closed_at) if closed_at else None,
        "snoozed_until": napping,
    }


def _tag_as(origin: Conversation, destination: Conversation, *, by: Agent | None) -> list[int]:
    """Tags of the one that the other had not; answers which these were."""
    present = set(destination.taggings.values_list("tag_id", flat=True))
    new = [tag for tag in origin.taggings.values_list("tag_id", flat=True) if tag not in present]
    Tagging.objects.bulk_create(Tagging(conversation=destination, tag_id=tag, by=by) for tag in new)
    return new


def _hand_over_drafts(origin: Conversation, destination: Conversation) -> None:
    """Whoever was writing goes on writing there, unless they are writing there already."""
    writing = Draft.objects.filter(conversation=destination).values("agent")
    Draft.objects.filter(conversation=origin).exclude(agent__in=writing).update(conversation=destination)


def _answers_since(returning: list[Message], destination: Conversation, at: datetime) -> list[Message]:
    """What has come or gone since in answer to the messages that go back, and to those answers."""
    known = {each.external_id for each in returning if each.external_id}
    taken = {each.pk for each in returning}
    later = destination.messages.filter(created_at__gte=at).exclude(pk__in=taken).exclude(Q(in_reply_to=""))
    found = []
    for message in later.order_by("id"):
        if message.in_reply_to in known:
            found.append(message)
            known |= {message.external_id} - {""}
    return found


def _tell_both(
    event: type[ConversationMerged] | type[ConversationUnmerged], merged: Merge, *, by: Agent | None
) -> None:
    for conversation in (merged.origin, merged.destination):
        conversation.refresh_from_db()
        news = event(
            conversation.pk,
            origin=merged.origin_id,
            destination=merged.destination_id,
            merge=merged.pk,
            by=by.pk if by else None,
        )
        tell(conversation, news)
