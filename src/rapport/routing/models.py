"""Business hours, what is promised to whom, and the clock of every promise."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.conversations.models import Conversation, Inbox
from rapport.kit import clock
from rapport.routing.schemes import Absence, Capacity, Decision, Knowledge, Scheme, Serving, Skill, Turn, Waiting
from rapport.routing.types import Kind, State, Targets, Warns
from rapport.team.models import Team

__all__ = [
    "Absence", "Calendar", "Capacity", "Decision", "Holiday", "Knowledge", "Promise", "Scheme", "ServicePolicy",
    "Serving", "Skill", "Turn", "Waiting",
]  # fmt: skip


def _closed_week() -> list[list[list[int]]]:
    return [[] for _day in range(7)]


class Calendar(models.Model):
    """When we work. One is the default; a team or an inbox may have its own."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_default = models.BooleanField(_("for everyone who has no hours of their own"), default=False)
    is_always_open = models.BooleanField(_("open around the clock"), default=False)
    # Seven lists, Monday first, of [opens, closes] in minutes of the day, sorted: [[[540, 1020]], ...].
    week = models.JSONField(default=_closed_week)
    # A country of the `holidays` package, such as DE, and a part of it, such as BY; empty for none.
    country = models.CharField(_("public holidays of"), max_length=2, blank=True)
    region = models.CharField(_("region"), max_length=10, blank=True)
    teams = models.ManyToManyField(Team, related_name="calendars", blank=True)
    inboxes = models.ManyToManyField(Inbox, related_name="calendars", blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("-is_default", "name")
        constraints = (
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_calendar"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """A day of our own on which we are closed."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField()
    name = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("day",)
        constraints = (models.UniqueConstraint(fields=["calendar", "day"], name="a_holiday_once"),)

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()


class ServicePolicy(models.Model):
    """What we promise for some conversations. Of the policies that match one, the first in order applies."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    position = models.PositiveIntegerField(default=0)
    is_on = models.BooleanField(_("in use"), default=True)
    # What a conversation must be, by the keys of `conditions.py`: {"inbox": ["3"], "priority": ["3", "4"]}.
    conditions = models.JSONField(default=dict)
    # In the words of `types.Targets`: {"first_answer": {"minutes": 60, "by_priority": {"4": 15}}}.
    targets = models.JSONField(default=dict)
    # None: the hours of the conversation's team, else of its inbox, else the default.
    calendar = models.ForeignKey(
        Calendar, null=True, blank=True, on_delete=models.SET_NULL, related_name="policies", verbose_name=_("hours")
    )
    warns = models.CharField(max_length=8, choices=Warns.choices, default=Warns.PERCENT)
    # Percent or minutes; nobody is warned when it is empty.
    warns_at = models.PositiveIntegerField(null=True, blank=True, default=80)
    pauses_snoozed = models.BooleanField(_("time stands still while it is snoozed"), default=False)
    # Nothing that was over before is measured by it.
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name_plural = "service policies"
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def promised(self) -> Targets:
        return Targets.read(self.targets)


class Promise(models.Model):
    """One clock: from when a customer began to wait until it was answered or solved.

    A conversation has one for its first answer, one for each later answer and one for being solved. `due_at` is None
    while it is paused with time left. A promise that is over keeps the target that it was measured by.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="promises")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    # The customer's message that began it; 0 for the one clock of the solution.
    message_id = models.BigIntegerField(default=0)
    policy = models.ForeignKey(ServicePolicy, null=True, on_delete=models.SET_NULL, related_name="promises")
    # Working time, in minutes, and how many seconds of it were used before the present run.
    minutes = models.PositiveIntegerField()
    used_seconds = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    # It was closed without an answer, or nothing is promised any more.
    dropped_at = models.DateTimeField(null=True)
    # Set once: it was announced that it is nearly or already too late.
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)

    OPEN: ClassVar[models.Q] = models.Q(met_at=None, dropped_at=None)

    class Meta:
        ordering = ("started_at", "id")
        constraints = (models.UniqueConstraint(fields=["conversation", "kind", "message_id"], name="a_promise_once"),)
        indexes = (
            models.Index(
                fields=["warn_at", "id"],
                name="promise_to_warn",
                condition=models.Q(
                    met_at=None, dropped_at=None, warned_at=None, breached_at=None, warn_at__isnull=False
                ),
            ),
            models.Index(
                fields=["due_at", "id"],
                name="promise_to_break",
                condition=models.Q(met_at=None, dropped_at=None, breached_at=None, due_at__isnull=False),
            ),
            models.Index(fields=["started_at", "kind"], name="promise_by_start"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.conversation_id}"

    @property
    def is_over(self) -> bool:
        return self.met_at is not None or self.dropped_at is not None

    @property
    def state(self) -> State:
        due = self.due_at
        if self.met_at:
            return State.MISSED if due and self.met_at > due else State.KEPT
        if self.dropped_at:
            return State.MISSED if due and self.dropped_at > due else State.DROPPED
        if due and due <= clock.now():
            return State.OVERDUE
        return State.PAUSED if self.paused_at else State.RUNNING

    @property
    def seconds_left(self) -> int:
        """Of working time, as it stood when it was paused or began to run again."""
        return max(0, self.minutes * 60 - self.used_seconds)

    def measure(self, **figures: Any) -> bool:
        """Take on these figures; whether any of them is another one."""
        changed = [name for name, value in figures.items() if getattr(self, name) != value]
        for name in changed:
            setattr(self, name, figures[name])
        return bool(changed)
