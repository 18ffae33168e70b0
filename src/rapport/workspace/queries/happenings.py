"""What happened to a conversation, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.backbone.models import Event
from rapport.conversations.actions import UNDO_FOR
from rapport.conversations.models import Conversation, Merge
from rapport.conversations.queries import visible_to
from rapport.conversations.types import JunkReason, Priority
from rapport.kit import clock
from rapport.routing import explaining
from rapport.routing.explaining import Explained
from rapport.team.models import Agent, Team

SHOWN = (
    "MessageMoved",
    "ConversationAssigned",
    "ConversationClosed",
    "ConversationReopened",
    "ConversationJunked",
    "ConversationRestored",
    "ConversationSnoozed",
    "ConversationWoke",
    "ConversationTagged",
    "ConversationUntagged",
    "PriorityChanged",
    "SubjectChanged",
    "ConversationRated",
    "PromiseBroken",
    "ConversationMerged",
    "ConversationUnmerged",
    "ConversationQueued",
    "ChannelHappening",
)


@dataclass(frozen=True)
class Line:
    """One muted line of a thread."""

    event: int
    icon: str
    text: SafeString
    at: datetime
    # Where a POST takes it back, if that is possible.
    undo: str = ""
    # Whom sharing out looked at, each with what is said of them.
    looked_at: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Names:
    """Who is meant by the ids that events carry."""

    viewer: Agent
    customer: str
    agents: dict[int, str]
    teams: dict[int, str]
    # Numbers of the other conversations, as far as the viewer sees them.
    numbers: dict[int, int]
    # Merges that can still be undone.
    merges: frozenset[int]
    decisions: Explained

    def agent(self, pk: int) -> SafeString:
        name = _("you") if pk == self.viewer.pk else self.agents.get(pk, _("someone who left"))
        return format_html("<b>{}</b>", name)

    def doer(self, pk: int) -> SafeString:
        """The one who did it, at the beginning of a sentence."""
        return format_html("<b>{}</b>", _("You")) if pk == self.viewer.pk else self.agent(pk)

    def by(self, payload: dict[str, Any]) -> SafeString | None:
        """The agent or the rule that did it, at the beginning of a sentence; None when nobody did."""
        if pk := payload.get("by"):
            return self.doer(pk)
        rule = payload.get("cause", {}).get("name")
        return format_html("<b>{}</b>", _("Rule “%(name)s”") % {"name": rule}) if rule else None

    def conversation(self, pk: int) -> SafeString:
        number = self.numbers.get(pk)
        if number is None:
            return format_html("<b>{}</b>", _("another conversation"))
        said = _("No. %(number)d") % {"number": number}
        return format_html('<a href="{}">{}</a>', reverse("conversation", args=[number]), said)

    def team(self, pk: int) -> SafeString:
        return format_html("<b>{}</b>", self.teams.get(pk, _("a former team")))


def lines(events: Iterable[Event], conversation: Conversation, viewer: Agent) -> list[Line]:
    """The events in words. Two queries, however many events."""
    events = list(events)
    names = _names(events, conversation, viewer)
    return [
        Line(
            event.pk,
            _icon(event),
            _SENTENCES[event.name](event.payload, names),
            event.at,
            _undo(event, names),
            _looked_at(event, names),
        )
        for event in events
        if event.name in _SENTENCES
    ]


def _names(events: list[Event], conversation: Conversation, viewer: Agent) -> Names:
    agents = {event.payload.get(key) for event in events for key in ("by", "agent")}
    agents = (agents | {event.payload.get("cause", {}).get("away") for event in events}) - {None}
    teams = {event.payload.get("team") for event in events} - {None}
    return Names(
        viewer,
        conversation.customer.display_name,
        dict(Agent.objects.filter(pk__in=agents).values_list("pk", "name")),
        dict(Team.objects.filter(pk__in=teams).values_list("pk", "name")),
        _numbers(events, viewer),
        _merges(events),
        explaining.explained(pk for event in events if (pk := _decision(event.payload))),
    )


def _numbers(events: list[Event], viewer: Agent) -> dict[int, int]:
    others = {event.payload.get(key) for event in events for key in ("origin", "destination")} - {None}
    return dict(visible_to(viewer).filter(pk__in=others).values_list("pk", "number")) if others else {}


def _merges(events: list[Event]) -> frozenset[int]:
    """Those that stand and are young enough; no query where nothing was merged."""
    told = {event.payload["merge"] for event in events if event.name == "ConversationMerged"}
    young = Merge.objects.filter(pk__in=told, undone_at=None, at__gt=clock.now() - UNDO_FOR)
    return frozenset(young.values_list("pk", flat=True)) if told else frozenset()


def _decision(payload: dict[str, Any]) -> int | None:
    """What shared it out, or lets it wait."""
    found: int | None = payload.get("decision") or payload.get("cause", {}).get("decision")
    return found


def _looked_at(event: Event, names: Names) -> list[tuple[str, str]]:
    decision = names.decisions.decisions.get(_decision(event.payload) or 0)
    return explaining.details(decision, names.decisions) if decision else []


def _undo(event: Event, names: Names) -> str:
    is_merge = event.name == "ConversationMerged" and event.payload["merge"] in names.merges
    return reverse("merge_undoing", args=[event.payload["merge"]]) if is_merge else ""


_ICONS = {
    "ConversationMerged": "swap",
    "ConversationUnmerged": "swap",
    "MessageMoved": "swap",
    "ConversationAssigned": "user",
    "ConversationClosed": "check-circle",
    "ConversationReopened": "undo",
    "ConversationJunked": "ban",
    "ConversationRestored": "undo",
    "ConversationSnoozed": "snooze",
    "ConversationWoke": "clock",
    "ConversationTagged": "tag",
    "ConversationUntagged": "tag",
    "PriorityChanged": "flag",
    "SubjectChanged": "note",
    "PromiseBroken": "alert",
    "ConversationQueued": "clock",
}


def _icon(event: Event) -> str:
    if event.name == "ConversationRated":
        return {1: "awful", 2: "frown", 3: "neutral", 4: "smile", 5: "grin"}.get(event.payload.get("score", 0), "star")
    if event.name == "ChannelHappening":
        return "phone" if event.payload["what"].startswith("call.") else "chat"
    return _ICONS[event.name]


def _assigned(payload: dict[str, Any], names: Names) -> SafeString:
    left = payload.get("cause", {}).get("left_name")
    if left:
        return format_html(_("{said}, because {name} no longer works here"), said=_given(payload, names), name=left)
    return _given(payload, names)


def _given(payload: dict[str, Any], names: Names) -> SafeString:
    agent, team, by = payload.get("agent"), payload.get("team"), names.by(payload)
    if agent and (decision := names.decisions.decisions.get(_decision(payload) or 0)):
        return explaining.line(decision, names.decisions, names.agent(agent))
    if away := payload.get("cause", {}).get("away"):
        return format_html(_("Goes to others, because {agent} is away"), agent=names.agent(away))
    if agent and agent == payload.get("by"):
        return format_html(_("{by} took this conversation"), by=by)
    if agent and by:
        return format_html(_("{by} assigned this to {agent}"), by=by, agent=names.agent(agent))
    if agent:
        return format_html(_("Assigned to {agent}"), agent=names.agent(agent))
    if team and by:
        return format_html(_("{by} left this to {team}"), by=by, team=names.team(team))
    if by:
        return format_html(_("{by} left this unassigned"), by=by)
    return format_html(_("Nobody owns this any more"))


def _queued(payload: dict[str, Any], names: Names) -> SafeString:
    decision = names.decisions.decisions.get(payload["decision"])
    return format_html("{}", explaining.waits(decision, names.decisions) if decision else _("Waits for somebody free"))


def _closed(payload: dict[str, Any], names: Names) -> SafeString:
    if by := names.by(payload):
        if without := payload.get("without"):
            return format_html(_("{by} closed this conversation, without {fields}"), by=by, fields=without)
        return format_html(_("{by} closed this conversation"), by=by)
    return format_html(_("Closed by itself"))


def _reopened(payload: dict[str, Any], names: Names) -> SafeString:
    if by := names.by(payload):
        return format_html(_("{by} reopened this conversation"), by=by)
    return format_html(_("Reopened, because <b>{customer}</b> wrote again"), customer=names.customer)


def _junked(payload: dict[str, Any], names: Names) -> SafeString:
    if by := names.by(payload):
        return format_html(_("{by} marked this as junk"), by=by)
    customer = format_html("<b>{}</b>", names.customer)
    if payload["reason"] == JunkReason.NOISY:
        return format_html(_("Junk, because {customer} wrote too many messages within an hour"), customer=customer)
    if payload["reason"] == JunkReason.BLOCKED:
        return format_html(_("Junk, because {customer} is blocked"), customer=customer)
    return format_html(_("Marked as junk"))


def _restored(payload: dict[str, Any], names: Names) -> SafeString:
    if by := names.by(payload):
        return format_html(_("{by} said that this is not junk"), by=by)
    return format_html(_("Not junk any more"))


def _snoozed(payload: dict[str, Any], names: Names) -> SafeString:
    until = parse_datetime(payload["until"])
    shown = formats.date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT") if until else ""
    if by := names.by(payload):
        return format_html(_("{by} snoozed this until {until}"), by=by, until=shown)
    return format_html(_("Snoozed until {until}"), until=shown)


def _woke(payload: dict[str, Any], names: Names) -> SafeString:
    return format_html(_("Back from snooze"))


def _tagged(payload: dict[str, Any], names: Names) -> SafeString:
    tag = format_html("<b>{}</b>", payload["tag"])
    if by := names.by(payload):
        return format_html(_("{by} added the tag {tag}"), by=by, tag=tag)
    return format_html(_("Tagged {tag}"), tag=tag)


def _untagged(payload: dict[str, Any], names: Names) -> SafeString:
    tag = format_html("<b>{}</b>", payload["tag"])
    if by := names.by(payload):
        return format_html(_("{by} removed the tag {tag}"), by=by, tag=tag)
    return format_html(_("Tag {tag} removed"), tag=tag)


def _prioritised(payload: dict[str, Any], names: Names) -> SafeString:
    choices = dict(Priority.choices)
    priority = format_html("<b>{}</b>", choices.get(payload["priority"], payload["priority"]))
    if by := names.by(payload):
        return format_html(_("{by} set the priority to {priority}"), by=by, priority=priority)
    return format_html(_("Priority set to {priority}"), priority=priority)


def _renamed(payload: dict[str, Any], names: Names) -> SafeString:
    subject = format_html("<b>{}</b>", payload["subject"])
    if by := names.by(payload):
        return format_html(_("{by} changed the subject to {subject}"), by=by, subject=subject)
    return format_html(_("Subject changed to {subject}"), subject=subject)


def _rated(payload: dict[str, Any], names: Names) -> SafeString:
    customer = format_html("<b>{}</b>", names.customer)
    return format_html(_("{customer} rated this {score} of 5"), customer=customer, score=payload["score"])


def _broken(payload: dict[str, Any], names: Names) -> SafeString:
    due = parse_datetime(payload["due_at"])
    shown = formats.date_format(timezone.localtime(due), "SHORT_DATETIME_FORMAT") if due else ""
    if payload["kind"] == "resolution":
        return format_html(_("It was to be solved by {due}"), due=shown)
    return format_html(_("A reply was due by {due}"), due=shown)


def _merged(payload: dict[str, Any], names: Names) -> SafeString:
    by = names.doer(payload["by"]) if payload.get("by") else format_html("<b>{}</b>", _("A script"))
    if payload["conversation"] == payload["destination"]:
        return format_html(_("{by} merged {other} into this"), by=by, other=names.conversation(payload["origin"]))
    return format_html(_("{by} merged this into {other}"), by=by, other=names.conversation(payload["destination"]))


def _unmerged(payload: dict[str, Any], names: Names) -> SafeString:
    by = names.doer(payload["by"]) if payload.get("by") else format_html("<b>{}</b>", _("A script"))
    other = "origin" if payload["conversation"] == payload["destination"] else "destination"
    return format_html(_("{by} took this and {other} apart again"), by=by, other=names.conversation(payload[other]))


def _moved(payload: dict[str, Any], names: Names) -> SafeString:
    count = len(payload["messages"])
    came = payload["conversation"] == payload["destination"]
    said = {
        "by": names.doer(payload["by"]) if payload.get("by") else format_html("<b>{}</b>", _("A script")),
        "other": names.conversation(payload["origin" if came else "destination"]),
        "count": count,
    }
    if payload.get("is_back"):
        sentence = ngettext(
            "{by} put a message back, between here and {other}",
            "{by} put {count} messages back, between here and {other}",
            count,
        )
    elif came:
        sentence = ngettext(
            "{by} moved a message here from {other}", "{by} moved {count} messages here from {other}", count
        )
    else:
        sentence = ngettext("{by} moved a message to {other}", "{by} moved {count} messages to {other}", count)
    return format_html(sentence, **said)


def _happened(payload: dict[str, Any], names: Names) -> SafeString:
    """What the channel itself says of it; nothing but its name where it says nothing."""
    return format_html("{}", payload["said"] or payload["what"].replace(".", " "))


_SENTENCES = {
    "ChannelHappening": _happened,
    "MessageMoved": _moved,
    "ConversationAssigned": _assigned,
    "ConversationClosed": _closed,
    "ConversationReopened": _reopened,
    "ConversationJunked": _junked,
    "ConversationRestored": _restored,
    "ConversationSnoozed": _snoozed,
    "ConversationWoke": _woke,
    "ConversationTagged": _tagged,
    "ConversationUntagged": _untagged,
    "PriorityChanged": _prioritised,
    "SubjectChanged": _renamed,
    "ConversationRated": _rated,
    "PromiseBroken": _broken,
    "ConversationQueued": _queued,
    "ConversationMerged": _merged,
    "ConversationUnmerged": _unmerged,
}
