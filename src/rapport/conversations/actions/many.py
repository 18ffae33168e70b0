"""Changing many conversations at once, and taking that back.

Each conversation goes through the action that changes a single one, so that permission, history and events are the
same. What it was and what it became is kept; undoing leaves alone what somebody changed in between.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from rapport.backbone.events import gathered
from rapport.conversations.actions.assigning import assign, prioritise
from rapport.conversations.actions.closing import FieldsLacking, close, reopen
from rapport.conversations.actions.describing import tag, untag
from rapport.conversations.actions.junking import junk, restore
from rapport.conversations.actions.snoozing import snooze, wake
from rapport.conversations.arrangements import BulkChange
from rapport.conversations.models import Conversation, Message, Seen, Tag
from rapport.conversations.queries import visible_to
from rapport.conversations.types import JunkReason, Status
from rapport.kit import clock
from rapport.team.models import Agent, Team
from rapport.team.types import Permission

MOST = 500
# Each batch is a transaction of its own, so that others may write in between.
BATCH = 100
UNDO_FOR = timedelta(minutes=10)

State = dict[str, Any]


class CannotChangeMany(ValueError):
    """The whole change is not possible; the text says why."""


@dataclass(frozen=True)
class Undone:
    """How many are as they were, and how many others had changed since."""

    restored: int
    skipped: int


@dataclass(frozen=True)
class Wanted:
    """What is to be done with each: a verb of `VERBS`, and what it needs."""

    verb: str
    agent: Agent | None = None
    team: Team | None = None
    tag: str = ""
    priority: int = 0
    until: datetime | None = None


VERBS = ("assign", "team", "tag", "untag", "priority", "snooze", "close", "reopen", "junk", "restore", "read", "unread")
_PRIVATE = ("read", "unread")


def change_many(ids: Sequence[int], wanted: Wanted, *, by: Agent) -> BulkChange:
    """Do it with each of these that `by` may see; those that are so already, or cannot be, stay as they are.

    `lacking` of the answer says which were not closed for want of fields. At most 500. Raises CannotChangeMany.
    """
    if wanted.verb not in VERBS or not by.may(Permission.READ if wanted.verb in _PRIVATE else Permission.REPLY):
        raise CannotChangeMany(_("This cannot be done with many conversations at once."))
    if len(ids) > MOST:
        raise CannotChangeMany(_("At most %(most)d conversations can be changed at once.") % {"most": MOST})
    if wanted.verb == "snooze" and (wanted.until is None or wanted.until <= clock.now()):
        raise CannotChangeMany(_("Choose a moment in the future."))
    change = BulkChange.objects.create(by=by, verb=wanted.verb)
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), BATCH):
        _change_batch(change, unique[start : start + BATCH], wanted, by)
    return change


@transaction.atomic
def _change_batch(change: BulkChange, ids: Sequence[int], wanted: Wanted, by: Agent) -> None:
    seen = visible_to(by).in_bulk(ids)
    found = [seen[pk] for pk in ids if pk in seen]
    before = _states(wanted.verb, [each.pk for each in found], by, wanted.tag)
    lacking: list[State] = []
    with gathered():
        for each in found:
            try:
                with transaction.atomic():
                    _do(each, wanted, by)
            except FieldsLacking as error:
                lacking.append({"id": each.pk, "fields": [said.field.key for said in error.lacking]})
            except ValueError:
                # It is closed and cannot be snoozed, say: it stays as it is.
                continue
    after = _states(wanted.verb, list(before), by, wanted.tag)
    changed = [each.pk for each in found if after.get(each.pk) != before[each.pk]]
    entries = [{"id": pk, "was": before[pk], "became": after[pk]} for pk in changed]
    change.before = [*change.before, *entries]
    change.lacking = [*change.lacking, *lacking]
    change.save(update_fields=["before", "lacking"])


def undo_many(change: BulkChange, *, by: Agent) -> Undone:
    """Make each what it was, but those that changed since. Raises CannotChangeMany for one that is too old."""
    if change.by_id != by.pk:
        raise CannotChangeMany(_("Only who made this change can take it back."))
    with transaction.atomic():
        held = BulkChange.objects.select_for_update().get(pk=change.pk)
        if held.undone_at or clock.now() - held.at > UNDO_FOR:
            raise CannotChangeMany(_("This change can no longer be taken back."))
        BulkChange.objects.filter(pk=change.pk).update(undone_at=clock.now())
    restored = 0
    for start in range(0, len(held.before), BATCH):
        restored += _undo_batch(held, held.before[start : start + BATCH], by)
    return Undone(restored, len(held.before) - restored)


@transaction.atomic
def _undo_batch(change: BulkChange, entries: Sequence[Mapping[str, Any]], by: Agent) -> int:
    # Not only what `by` may see now: what they gave away by mistake has to come back.
    found = Conversation.objects.in_bulk([entry["id"] for entry in entries])
    tag_name = next((entry["was"].get("tag", "") for entry in entries), "")
    present = _states(change.verb, list(found), by, tag_name)
    restored = 0
    with gathered():
        for entry in entries:
            if present.get(entry["id"]) != entry["became"]:
                continue
            try:
                with transaction.atomic():
                    _restore(found[entry["id"]], change.verb, entry["was"], by)
                    restored += 1
            except ValueError:
                continue
    return restored


def _do(conversation: Conversation, wanted: Wanted, by: Agent) -> None:
    doing: dict[str, Callable[[], object]] = {
        "assign": lambda: assign(conversation, to=wanted.agent, by=by),
        "team": lambda: assign(
            conversation, to=_of_team(conversation, wanted.team), team=wanted.team, by=by, to_everyone=not wanted.team
        ),
        "tag": lambda: tag(conversation, name=wanted.tag, by=by),
        "untag": lambda: untag(conversation, name=_as_it_is(wanted.tag), by=by),
        "priority": lambda: prioritise(conversation, priority=wanted.priority, by=by),
        "snooze": lambda: snooze(conversation, until=wanted.until or clock.now(), by=by),
        "close": lambda: close(conversation, by=by),
        "reopen": lambda: _turn(conversation, Status.OPEN, None, by),
        "junk": lambda: junk(conversation, by=by),
        "restore": lambda: restore(conversation, by=by),
        "read": lambda: _see(conversation, _last_message(conversation), by),
        "unread": lambda: _see(conversation, None, by),
    }
    doing[wanted.verb]()


def _of_team(conversation: Conversation, team: Team | None) -> Agent | None:
    """A conversation given to another team waits for one of its people."""
    return conversation.assignee if team is None or conversation.team_id == team.pk else None


def _restore(conversation: Conversation, verb: str, was: State, by: Agent) -> None:
    if verb in ("assign", "team"):
        to = Agent.objects.filter(pk=was["assignee"]).first() if was["assignee"] else None
        team = Team.objects.filter(pk=was["team"]).first() if was["team"] else None
        assign(conversation, to=to, team=team, by=by, to_everyone=team is None)
    elif verb in ("tag", "untag"):
        (tag if was["has"] else untag)(conversation, name=_as_it_is(was["tag"]), by=by)
    elif verb == "priority":
        prioritise(conversation, priority=was["priority"], by=by)
    elif verb in _PRIVATE:
        _see(conversation, was["seen"], by)
    elif verb in ("junk", "restore"):
        _sort_out(conversation, was, by)
    else:
        _turn(conversation, was["status"], parse_datetime(was["until"]) if was["until"] else None, by)


def _sort_out(conversation: Conversation, was: State, by: Agent) -> None:
    if was["junk"]:
        junk(conversation, by=by, reason=JunkReason(was["junk"]))
        return
    restore(conversation, by=by)
    if was["status"] == Status.SNOOZED:
        _turn(Conversation.objects.get(pk=conversation.pk), was["status"], parse_datetime(was["until"]), by)


def _turn(conversation: Conversation, status: str, until: datetime | None, by: Agent) -> None:
    if status == Status.CLOSED:
        return close(conversation, by=by)
    if conversation.is_closed:
        reopen(conversation, by=by)
    if status == Status.SNOOZED and until and until > clock.now():
        return snooze(Conversation.objects.get(pk=conversation.pk), until=until, by=by)
    return wake(conversation)


def _see(conversation: Conversation, message: int | None, by: Agent) -> None:
    if message is None:
        Seen.objects.filter(conversation=conversation, agent=by).delete()
        return
    seen = {"message_id": message, "at": clock.now()}
    Seen.objects.update_or_create(conversation=conversation, agent=by, defaults=seen)


def _last_message(conversation: Conversation) -> int:
    return Message.objects.filter(conversation=conversation).aggregate(last=Max("id"))["last"] or 0


def _as_it_is(name: str) -> str:
    """The name as the tag has it, whatever capitals were typed."""
    name = " ".join(name.split())[:60]
    return Tag.objects.filter(name__iexact=name).values_list("name", flat=True).first() or name


def _states(verb: str, ids: Sequence[int], by: Agent, tag_name: str) -> dict[int, State]:
    """What these conversations are, as far as the verb can change it. One query."""
    rows = Conversation.objects.filter(pk__in=ids)
    if verb in ("assign", "team"):
        return {pk: {"assignee": a, "team": t} for pk, a, t in rows.values_list("pk", "assignee_id", "team_id")}
    if verb in ("tag", "untag"):
        name = _as_it_is(tag_name)
        tagged = set(rows.filter(taggings__tag__name=name).values_list("pk", flat=True))
        return {pk: {"tag": name.casefold(), "has": pk in tagged} for pk in ids}
    if verb == "priority":
        return {pk: {"priority": priority} for pk, priority in rows.values_list("pk", "priority")}
    if verb in _PRIVATE:
        seen = dict(Seen.objects.filter(agent=by, conversation__in=ids).values_list("conversation_id", "message_id"))
        return {pk: {"seen": seen.get(pk)} for pk in ids}
    states = rows.values_list("pk", "status", "snoozed_until", "junk_reason")
    return {
        pk: {"status": status, "until": until.isoformat() if until else None, "junk": reason}
        for pk, status, until, reason in states
    }
