"""Doing the steps of a macro or a rule to a conversation, and taking them back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from rapport.automation.steps import ME, NOBODY, PRIORITY_OF
from rapport.automation.types import Do, Step
from rapport.automation.variables import filled, values_for
from rapport.conversations import actions
from rapport.conversations.actions.closing import labels_of
from rapport.conversations.actions.telling import tell
from rapport.conversations.announcements import MessageChanged
from rapport.conversations.fields import lacking_to_close
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Direction, Status
from rapport.kit import clock
from rapport.team.models import Agent, Team
from rapport.team.queries import agents_who_may
from rapport.team.types import Permission

# One thing that takes a step back: {"do": "untag", "value": "refund"}.
Back = dict[str, str]
Doer = Callable[[Conversation, str, "Doing"], "Back | None"]


class CannotDo(Exception):
    """A step is not possible here; the text says why."""


@dataclass
class Doing:
    """By whom steps are done, what was done so far, what could not be, and how to take it all back."""

    by: Agent | None
    # How notes of a rule are signed.
    name: str = ""
    did: list[Step] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    back: list[Back] = field(default_factory=list)


def perform(steps: Sequence[Step], conversation: Conversation, doing: Doing, doers: dict[str, Doer]) -> Doing:
    """Do each step that changes something; one that cannot be done is noted and does not stop the others.

    A team goes first, since it takes the conversation from whoever is not in it; closing goes last.
    """
    order = {Do.TEAM: 0, Do.CLOSE: 2}
    for step in sorted(steps, key=lambda each: order.get(Do(each.do), 1)):
        try:
            with transaction.atomic():
                back = doers[step.do](Conversation.objects.get(pk=conversation.pk), step.value, doing)
        except (CannotDo, ValueError) as error:
            doing.problems.append(str(error))
            continue
        if back is not None:
            doing.did.append(step)
            doing.back.append(back)
    return doing


@transaction.atomic
def take_back(back: Sequence[Back], conversation: Conversation, *, by: Agent) -> None:
    """Undo steps, the last one first. What somebody else changed since is left where it cannot be undone."""
    for each in reversed(back):
        fresh = Conversation.objects.filter(pk=conversation.pk).first()
        if fresh is None:
            return
        try:
            with transaction.atomic():
                _BACK[each["do"]](fresh, each, by)
        except ValueError:
            continue


def _assign(conversation: Conversation, value: str, doing: Doing) -> Back | None:
    agent = None if value == NOBODY else doing.by if value == ME else _agent(value)
    if agent == conversation.assignee:
        return None
    before = _whose(conversation)
    actions.assign(conversation, to=agent, by=doing.by)
    return before


def _give(conversation: Conversation, value: str, doing: Doing) -> Back | None:
    team = Team.objects.filter(pk=int(value)).first()
    if team is None:
        raise CannotDo(_("The team is not here any more."))
    if conversation.team == team:
        return None
    before = _whose(conversation)
    stays = conversation.assignee_id and team.members.filter(pk=conversation.assignee_id).exists()
    actions.assign(conversation, to=conversation.assignee if stays else None, team=team, by=doing.by)
    return before


def _tag(conversation: Conversation, value: str, doing: Doing) -> Back | None:
    if conversation.tags.filter(name__iexact=value).exists():
        return None
    actions.tag(conversation, name=value, by=doing.by)
    return {"do": Do.UNTAG, "value": value}


def _untag(conversation: Conversation, value: str, doing: Doing) -> Back | None:
    present = conversation.tags.filter(name__iexact=value).first()
    if present is None:
        return None
    actions.untag(conversation, name=present.name, by=doing.by)
    return {"do": Do.TAG, "value": present.name}


def _prioritise(conversation: Conversation, value: str, doing: Doing) -> Back | None:
    if conversation.priority == PRIORITY_OF[value]:
        return None
    before: Back = {"do": Do.PRIORITY, "value": str(conversation.priority)}
    actions.prioritise(conversation, priority=PRIORITY_OF[value], by=doing.by)
    return before


def _snooze(conversation: Conversation, value: str, doing: Doing) -> Back | None:
    before: Back = {"do": Do.REOPEN, "value": ""}
    if conversation.status == Status.SNOOZED and conversation.snoozed_until:
        before = {"do": Do.SNOOZE, "value": conversation.snoozed_until.isoformat()}
    if conversation.is_closed:
        raise CannotDo(_("A closed conversation cannot be snoozed."))
    actions.snooze(conversation, until=clock.now() + timedelta(hours=int(value)), by=doing.by)
    return before


def _close(conversation: Conversation, _value: str, doing: Doing) -> Back | None:
    if conversation.is_closed:
        return None
    actions.close(conversation, by=doing.by)
    if doing.by is None and (lacking := lacking_to_close(conversation.pk)):
        said = {"fields": labels_of(lacking)}
        doing.problems.append(_("Closed, although these fields are needed first: %(fields)s.") % said)
    return {"do": Do.REOPEN, "value": ""}


def _reopen(conversation: Conversation, _value: str, doing: Doing) -> Back | None:
    if conversation.status == Status.OPEN:
        return None
    before: Back = {"do": Do.CLOSE, "value": ""}
    actions.reopen(conversation, by=doing.by)
    actions.wake(conversation)
    return before


def _note(conversation: Conversation, value: str, doing: Doing) -> Back | None:
    text = said_here(value, conversation, doing)
    note = actions.write_note(conversation, text=text, by=doing.by, name=doing.name)
    return {"do": Do.NOTE, "value": str(note.pk)}


def said_here(text: str, conversation: Conversation, doing: Doing) -> str:
    """A plain text with its names filled in; a name with nothing to say is left out."""
    return filled(text, values_for(conversation, agent=doing.by), is_html=False, blank="").text.strip()


def _whose(conversation: Conversation) -> Back:
    team = str(conversation.team_id or "")
    return {"do": Do.ASSIGN, "value": str(conversation.assignee_id or ""), "team": team}


def _agent(value: str) -> Agent:
    found = agents_who_may(Permission.REPLY).filter(pk=int(value)).first()
    if found is None:
        raise CannotDo(_("Whom it was to be assigned to no longer works here."))
    return found


STEPS: dict[str, Doer] = {
    Do.ASSIGN: _assign,
    Do.TEAM: _give,
    Do.TAG: _tag,
    Do.UNTAG: _untag,
    Do.PRIORITY: _prioritise,
    Do.SNOOZE: _snooze,
    Do.CLOSE: _close,
    Do.REOPEN: _reopen,
    Do.NOTE: _note,
}


def _back_to(conversation: Conversation, said: Back, by: Agent) -> None:
    agent = Agent.objects.filter(pk=int(said["value"])).first() if said["value"] else None
    team = Team.objects.filter(pk=int(said["team"])).first() if said["team"] else None
    actions.assign(conversation, to=agent, team=team, by=by, to_everyone=team is None)


def _put_aside_again(conversation: Conversation, said: Back, by: Agent) -> None:
    until = parse_datetime(said["value"])
    if until:
        actions.snooze(conversation, until=until, by=by)


def _open_again(conversation: Conversation, _said: Back, by: Agent) -> None:
    actions.reopen(conversation, by=by)
    actions.wake(conversation)


def _unwrite(conversation: Conversation, said: Back, _by: Agent) -> None:
    note = Message.objects.filter(pk=int(said["value"]), conversation=conversation, direction=Direction.NOTE).first()
    if note is not None:
        actions.unwrite(note)
        tell(conversation, MessageChanged(conversation.pk, int(said["value"]), state="cancelled"))


_BACK: dict[str, Callable[[Conversation, Any, Agent], None]] = {
    Do.ASSIGN: _back_to,
    Do.TAG: lambda conversation, said, by: actions.tag(conversation, name=said["value"], by=by),
    Do.UNTAG: lambda conversation, said, by: actions.untag(conversation, name=said["value"], by=by),
    Do.PRIORITY: lambda conversation, said, by: actions.prioritise(conversation, priority=int(said["value"]), by=by),
    Do.SNOOZE: _put_aside_again,
    Do.REOPEN: _open_again,
    Do.CLOSE: lambda conversation, _said, by: actions.close(conversation, by=by),
    Do.NOTE: _unwrite,
}
