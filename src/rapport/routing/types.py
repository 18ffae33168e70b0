"""The words of routing: what is promised, how a promise stands, what a policy says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.conversations.types import Priority

# A year of working hours around the clock; more is a slip.
MOST_MINUTES = 365 * 24 * 60
WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


class Kind(models.TextChoices):
    """What is promised: the first answer, each later one, and that it is solved."""

    FIRST_ANSWER = "first_answer", _("First reply")
    NEXT_ANSWER = "next_answer", _("Next reply")
    RESOLUTION = "resolution", _("Solution")


class State(models.TextChoices):
    """How a promise stands."""

    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    OVERDUE = "overdue", _("Overdue")
    KEPT = "kept", _("Kept")
    MISSED = "missed", _("Missed")
    DROPPED = "dropped", _("No longer needed")


class Warns(models.TextChoices):
    """When people are warned that a promise falls due."""

    PERCENT = "percent", _("% of the time has passed")
    MINUTES = "minutes", _("working minutes are left")


class Strategy(models.TextChoices):
    """Who gets the next conversation, of those who may."""

    OFF = "off", _("Nobody: people take them themselves")
    LEAST_BUSY = "least_busy", _("Whoever is least busy")
    ROUND_ROBIN = "round_robin", _("Everyone in turn")


class Demand(models.TextChoices):
    """What the skills that a conversation needs mean for who gets it."""

    REQUIRED = "required", _("Only people with the skill; otherwise it waits")
    PREFERRED = "preferred", _("People with the skill first")
    IGNORED = "ignored", _("Skills do not matter")


class GivesBack(models.TextChoices):
    """What becomes of the open conversations of somebody who goes away."""

    NEVER = "never", _("They stay theirs")
    AT_ONCE = "at_once", _("They go to others at once")
    LATER = "later", _("They go to others after a while")
    ON_MESSAGE = "on_message", _("Those go to others whose customer writes again")


class Level(models.IntegerChoices):
    """How well somebody knows something."""

    SOME = 1, _("Some")
    GOOD = 2, _("Good")
    EXPERT = 3, _("Expert")


@dataclass(frozen=True)
class Target:
    """Minutes of working time, and other minutes for some priorities."""

    minutes: int | None = None
    by_priority: Mapping[int, int] = field(default_factory=dict)

    def for_priority(self, priority: int) -> int | None:
        return self.by_priority.get(priority, self.minutes)

    @property
    def is_set(self) -> bool:
        return self.minutes is not None or bool(self.by_priority)


@dataclass(frozen=True)
class Targets:
    """What a policy promises, by kind. A kind it does not name is not promised."""

    by_kind: Mapping[str, Target] = field(default_factory=dict)

    def of(self, kind: str, priority: int) -> int | None:
        """Minutes of working time, None when nothing is promised."""
        target = self.by_kind.get(kind)
        return target.for_priority(priority) if target else None

    def as_json(self) -> dict[str, Any]:
        return {
            kind: {"minutes": target.minutes, "by_priority": {str(key): n for key, n in target.by_priority.items()}}
            for kind, target in self.by_kind.items()
            if target.is_set
        }

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        return cls(
            {
                kind: Target(
                    said[kind].get("minutes"), {int(key): n for key, n in said[kind].get("by_priority", {}).items()}
                )
                for kind in Kind.values
                if kind in said
            }
        )


PRIORITIES: tuple[int, ...] = tuple(sorted(Priority.values, reverse=True))


@dataclass(frozen=True)
class Facts:
    """What a policy may ask about a conversation. Rooms that know more of its customer add a condition for it."""

    inbox: int
    channel: str
    priority: int
    team: int | None = None
    tags: frozenset[int] = frozenset()
    customer: int | None = None
    conversation: int | None = None


@dataclass(frozen=True)
class Spent:
    """How far a promise has got: `due_at` is None while it is paused with time left."""

    due_at: datetime | None
    warn_at: datetime | None
    paused_at: datetime | None
    used: timedelta


class CannotSetUp(ValueError):
    """A calendar, a policy or a scheme says something that cannot be; the message is for whoever wrote it."""
