"""Promises in words: what is due, how each stands, which policy made it and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from rapport.conversations.models import Conversation
from rapport.conversations.types import Priority
from rapport.design import moments
from rapport.routing.conditions import conditions, named
from rapport.routing.models import Promise, Scheme, ServicePolicy
from rapport.routing.types import Demand, Kind, State, Target

_ICONS = {
    State.RUNNING: ("clock", ""),
    State.PAUSED: ("clock", ""),
    State.OVERDUE: ("alert", "bad"),
    State.KEPT: ("check", "good"),
    State.MISSED: ("alert", "bad"),
    State.DROPPED: ("x", ""),
}


@dataclass(frozen=True)
class Shown:
    """One line of the panel."""

    promise: Promise
    icon: str
    tone: str

    @property
    def target(self) -> str:
        return amount(self.promise.minutes)

    @property
    def is_running(self) -> bool:
        return self.promise.state in (State.RUNNING, State.OVERDUE) and self.promise.due_at is not None

    @property
    def left(self) -> str:
        """Of working time, while it is paused."""
        return moments.duration(timedelta(seconds=self.promise.seconds_left))

    @property
    def late_by(self) -> str:
        due, ended = self.promise.due_at, self.promise.met_at or self.promise.dropped_at
        return moments.duration(ended - due) if due and ended else ""


def amount(minutes: int) -> str:
    """A target as people say it: 45 min, 8 h. Working time has no days."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return moments.duration(timedelta(minutes=minutes))
    whole = _("%(hours)d h") % {"hours": hours}
    return f"{whole} {moments.duration(timedelta(minutes=rest))}" if rest else whole


@dataclass(frozen=True)
class ShownPolicy:
    """One line of the settings."""

    policy: ServicePolicy
    conditions: list[tuple[str, str]]
    targets: list[tuple[str, str]]
    is_first: bool
    is_last: bool


def policies(found: Iterable[ServicePolicy]) -> list[ShownPolicy]:
    """In words: whom each is for, and what it promises."""
    every = list(found)
    return [
        ShownPolicy(
            policy,
            [(label, ", ".join(words)) for label, words in named(policy.conditions)],
            [(str(Kind(kind).label), _spread(target)) for kind, target in policy.promised.by_kind.items()],
            is_first=policy is every[0],
            is_last=policy is every[-1],
        )
        for policy in every
    ]


@dataclass(frozen=True)
class ShownScheme:
    """One line of the settings."""

    scheme: Scheme
    conditions: list[tuple[str, str]]
    is_first: bool
    is_last: bool

    @property
    def waits(self) -> str:
        return str(Demand(self.scheme.demand).label) if self.scheme.demand != Demand.IGNORED else ""


def schemes(found: Iterable[Scheme]) -> list[ShownScheme]:
    """In words: whom each is for."""
    every = list(found)
    return [
        ShownScheme(
            scheme,
            [(label, ", ".join(words)) for label, words in named(scheme.conditions)],
            is_first=scheme is every[0],
            is_last=scheme is every[-1],
        )
        for scheme in every
    ]


def _spread(target: Target) -> str:
    """1 h, urgent 15 min."""
    parts = [amount(target.minutes)] if target.minutes is not None else []
    ordered = sorted(target.by_priority.items(), reverse=True)
    parts += [f"{str(Priority(priority).label).lower()} {amount(minutes)}" for priority, minutes in ordered]
    return ", ".join(parts)


def lines(promises: Iterable[Promise]) -> list[Shown]:
    """The newest of each kind, in the order in which they are kept."""
    newest = {str(promise.kind): promise for promise in promises}
    return [Shown(newest[kind], *_ICONS[newest[kind].state]) for kind in Kind.values if kind in newest]


def next_due(promises: Iterable[Promise]) -> Promise | None:
    """What falls due first of that which runs."""
    running = [one for one in promises if not one.is_over and not one.paused_at and one.due_at]
    return min(running, key=lambda one: one.due_at or one.started_at, default=None)


def due_words(kind: str) -> tuple[str, str]:
    """Before it is due and after; {t} stands for the length of time."""
    if kind == Kind.RESOLUTION:
        return _("Solution due in {t}"), _("Solution overdue by {t}")
    return _("Reply due in {t}"), _("Reply overdue by {t}")


def made_by(promises: Sequence[Promise]) -> ServicePolicy | None:
    """The policy of what is promised now, or was last."""
    return next((promise.policy for promise in reversed(promises) if not promise.dropped_at), None)


def because(policy: ServicePolicy, conversation: Conversation) -> str:
    """Why the policy applies. No query for the conditions that every installation has."""
    if not policy.conditions:
        return _("It applies to every conversation.")
    asks = {condition.key: condition for condition in conditions()}
    known = {
        "inbox": [conversation.inbox.name],
        "team": [conversation.team.name] if conversation.team else [],
        "priority": [str(conversation.get_priority_display())],
        "tag": [tag.name for tag in conversation.tags.all() if str(tag.pk) in policy.conditions.get("tag", ())],
        "channel": [conversation.channel],
    }
    parts = []
    for key, wanted in policy.conditions.items():
        condition = asks.get(key)
        if condition is None:
            continue
        words = known[key] if key in known else [word for value, word in condition.options() if value in wanted]
        parts.append(f"{condition.label}: {', '.join(words)}")
    return " · ".join(parts)
