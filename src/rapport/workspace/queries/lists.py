"""The views of the inbox: which conversations each holds, and how many."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from rapport.conversations.models import Inbox, SavedView, Tagging
from rapport.conversations.queries import COUNT_CAP, capped_counts, own, visible_to
from rapport.conversations.querysets import ConversationQuerySet
from rapport.conversations.types import Status
from rapport.team.models import Agent
from rapport.workspace.queries import saved
from rapport.workspace.queries.channels import face_of

TAGS_SHOWN = 6
Said = dict[str, Any]
Narrow = Callable[[ConversationQuerySet], ConversationQuerySet]


@dataclass(frozen=True)
class View:
    """One entry of the views column. `key` is what the address says: "mine", "inbox:3", "tag:Refund"."""

    key: str
    label: str
    icon: str
    narrow: Narrow
    is_counted: bool = True
    count: int = 0
    is_current: bool = False
    # What its filter says, for the builder that begins from it.
    said: Said = field(default_factory=dict)
    saved: SavedView | None = None
    columns: tuple[str, ...] = ()

    @property
    def shown_count(self) -> str:
        return shown(self.count) if self.is_counted else ""


@dataclass(frozen=True)
class Group:
    title: str
    views: list[View]


def shown(count: int) -> str:
    """A count as people see it: nothing for none, "999+" past the cap."""
    if count >= COUNT_CAP:
        return f"{COUNT_CAP - 1}+"
    return str(count) if count else ""


def view_named(key: str, agent: Agent) -> View | None:
    """The view with this key, None when there is no such view."""
    kind, _colon, value = key.partition(":")
    if kind == "inbox" and value.isdecimal():
        inbox = Inbox.objects.filter(pk=int(value[:18])).first()
        return _inbox(inbox.pk, inbox.name) if inbox else None
    if kind == "channel" and value:
        return _channel(value)
    if kind == "tag" and value:
        return _tag(value)
    if kind in ("view", "filter"):
        listed = saved.listed_named(kind, value, agent)
        return _saved(listed, agent) if listed else None
    return next((view for view in _standing(agent) if view.key == key), None)


def conversations_in(view: View, agent: Agent) -> ConversationQuerySet:
    return view.narrow(visible_to(agent))


def groups(agent: Agent, current: str = "") -> list[Group]:
    """Every view this agent has, counted, in the order of the column. Three queries and one for the counts."""
    standing = _standing(agent)
    channels = [_channel(kind) for kind in _channels_in_use()]
    inboxes = [_inbox(pk, name) for pk, name in Inbox.objects.values_list("pk", "name")[:30]]
    tags = [_tag(name, count) for name, count in _tags_in_use(agent)]
    titled = [("", standing), (_("Inboxes"), inboxes if len(inboxes) > 1 else [])]
    titled += [(_("Channels"), channels if len(channels) > 1 else [])]
    counted = _counted([view for _title, views in titled for view in views], agent)
    saved_views = [_placed(_saved(listed, agent), current) for listed in saved.listed_views(agent)]
    made = [Group(title, [_placed(counted[view.key], current) for view in views]) for title, views in titled if views]
    if saved_views:
        made.insert(1, Group(_("Saved views"), saved_views))
    if tags:
        made.append(Group(_("Tags"), [_placed(view, current) for view in tags]))
    return made


def saved_counts(agent: Agent) -> dict[str, int]:
    """How many each saved view holds. Asked for after the page: some filters are slow to count."""
    return saved.counts_of(agent, saved.listed_views(agent))


def _placed(view: View, current: str) -> View:
    return replace(view, is_current=view.key == current)


def _saved(listed: saved.Listed, agent: Agent) -> View:
    def narrow(all_: ConversationQuerySet) -> ConversationQuerySet:
        return listed.filter.apply(all_.standing(), agent) if listed.filter else all_.none()

    said = listed.filter.as_json() if listed.filter else {}
    return View(listed.key, listed.label, "filter", narrow, said=said, saved=listed.saved, columns=listed.columns)


def _counted(views: list[View], agent: Agent) -> dict[str, View]:
    counts = capped_counts({view.key: conversations_in(view, agent) for view in views if view.is_counted})
    return {view.key: replace(view, count=counts.get(view.key, 0)) for view in views}


_OPEN = ("status", "open")


def _lines(*lines: tuple[str, str]) -> Said:
    """A filter that says the same as one of our own views."""
    conditions = [{"field": name, "op": "is", "value": [value]} for name, value in lines]
    return {"version": 1, "match": "all", "conditions": conditions}


def _standing(agent: Agent) -> list[View]:
    mine, nobodys = _lines(_OPEN, ("assignee", "me")), _lines(_OPEN, ("assignee", "nobody"))
    snoozed, closed = _lines(("status", "snoozed")), _lines(("status", "closed"))
    return [
        View("mine", _("Mine"), "user", lambda _all: own(agent).open(), said=mine),
        View("unassigned", _("Unassigned"), "inbox", lambda all_: all_.open().unassigned(), said=nobodys),
        View("mentions", _("Mentions"), "at", lambda all_: all_.not_closed().mentioning(agent)),
        View("following", _("Following"), "eye", lambda all_: all_.not_closed().followed_by(agent)),
        View("open", _("All open"), "chat", lambda all_: all_.open(), said=_lines(_OPEN)),
        View("snoozed", _("Snoozed"), "snooze", lambda all_: all_.snoozed(), said=snoozed),
        View(
            "closed", _("Closed"), "check-circle", lambda all_: all_.closed().standing(), is_counted=False, said=closed
        ),
        View("junk", _("Junk"), "ban", lambda all_: all_.junk(), is_counted=False),
        View("all", _("Everything"), "list", lambda all_: all_.standing(), is_counted=False),
    ]


def _inbox(pk: int, name: str) -> View:
    said = _lines(_OPEN, ("inbox", str(pk)))
    return View(f"inbox:{pk}", name, "inbox", lambda all_: all_.open().filter(inbox=pk), said=said)


def _channel(kind: str) -> View:
    face = face_of(kind)
    said = _lines(_OPEN, ("channel", kind))
    return View(f"channel:{kind}", face.label, face.icon, lambda all_: all_.open().filter(channel=kind), said=said)


def _tag(name: str, count: int = 0) -> View:
    said = _lines(_OPEN, ("tag", name))
    return View(f"tag:{name}", name, "tag", lambda all_: all_.open().tagged(name), count=count, said=said)


def _channels_in_use() -> list[str]:
    from rapport.channels.queries import all_channels

    return sorted({channel.kind for channel in all_channels()})


def _tags_in_use(agent: Agent) -> Iterable[tuple[str, int]]:
    """The tags most used among the newest open conversations: bounded work, however many are tagged and closed."""
    newest = visible_to(agent).filter(status=Status.OPEN).order_by("-last_at", "-id").values("pk")[:COUNT_CAP]
    used = Tagging.objects.filter(conversation__in=newest).values_list("tag__name").annotate(count=Count("pk"))
    return list(used.order_by("-count", "tag__name")[:TAGS_SHOWN])
