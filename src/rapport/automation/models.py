"""Macros, rules with what they did, and webhooks with what they sent."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.automation.types import (
    BY_TIME,
    LONGEST_NAME,
    USUAL_RUNS_AN_HOUR,
    ParcelState,
    Sharing,
    Step,
    Trigger,
)
from rapport.conversations.models import Conversation
from rapport.kit import clock
from rapport.kit.fields import EncryptedJSONField
from rapport.team.models import Agent, Team


class Macro(models.Model):
    """A text to put into an answer, things to do with the conversation, or both; found by name or shortcut."""

    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    # What is typed after the slash: letters, digits and dashes, lower case.
    shortcut = models.CharField(_("shortcut"), max_length=30, blank=True)
    folder = models.CharField(_("folder"), max_length=60, blank=True)
    # Cleaned HTML with `{{ customer.name }}` and the like; the second for customers who write Chinese.
    html = models.TextField(blank=True)
    html_zh = models.TextField(blank=True)
    steps = models.JSONField(default=list)
    sharing = models.CharField(_("who may use it"), max_length=8, choices=Sharing.choices, default=Sharing.EVERYONE)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="macros")
    uses = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)
    # Deleting can be undone for a day.
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("folder", "name", "id")
        indexes = (models.Index(fields=["-uses", "id"], name="macro_by_use"),)

    def __str__(self) -> str:
        return self.name

    @property
    def actions(self) -> list[Step]:
        return [Step.of(each) for each in self.steps]


class Rule(models.Model):
    """When this happens, and if that is so, do these things."""

    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    trigger = models.CharField(_("when"), max_length=20, choices=Trigger.choices, default=Trigger.CREATED)
    hours = models.PositiveIntegerField(_("hours"), null=True, blank=True)
    # {"all": [{"field": "tag", "op": "is", "value": "refund"}]}, or "any".
    conditions = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    # Rules of one trigger run in this order.
    position = models.PositiveIntegerField(default=0)
    stops = models.BooleanField(_("no later rule looks at it then"), default=False)
    most_an_hour = models.PositiveIntegerField(_("most runs an hour"), default=USUAL_RUNS_AN_HOUR)
    # Since when it is on; what happened, or fell due, before does not concern it.
    on_since = models.DateTimeField(null=True, blank=True)
    # When it did too much, or makes no sense any more, and why in words.
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_because = models.TextField(blank=True)
    # A rule by time has looked at what fell due until then.
    looked_until = models.DateTimeField(null=True, blank=True)
    owner = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def actions(self) -> list[Step]:
        return [Step.of(each) for each in self.steps]

    @property
    def is_on(self) -> bool:
        return self.on_since is not None and self.paused_at is None

    @property
    def is_by_time(self) -> bool:
        return self.trigger in BY_TIME


class Run(models.Model):
    """A rule met a conversation that it fits, once for each event or moment, and what it did."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    # The event that set it off, or for a rule by time the moment its hours began.
    event = models.BigIntegerField(null=True, blank=True)
    since = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(default=clock.now, db_index=True)
    # What was done, as steps, and what could not be done and why.
    did = models.JSONField(default=list)
    error = models.TextField(blank=True)
    replied = models.BooleanField(default=False)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["rule", "-at"], name="run_by_rule"),
            models.Index(fields=["rule", "conversation"], name="run_by_conversation"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["rule", "event"], condition=models.Q(event__isnull=False), name="one_run_an_event"
            ),
            models.UniqueConstraint(
                fields=["rule", "conversation", "since"],
                condition=models.Q(since__isnull=False),
                name="one_run_a_moment",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule_id} on {self.conversation_id}"


class Webhook(models.Model):
    """An address of another system that is told what happens."""

    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    url = models.URLField(_("address"), max_length=500)
    # Such as ["conversation.created", "message.received"].
    events = models.JSONField(default=list)
    # {"current": "whsec_…", "former": "whsec_…", "former_until": ISO time}; both sign until then.
    secret = EncryptedJSONField(default=dict)
    is_on = models.BooleanField(default=True)
    # Since when nothing arrives there, and what it said; null when the last call arrived.
    failing_since = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_because = models.TextField(blank=True)
    owner = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class Parcel(models.Model):
    """One message for a webhook, sent until it arrives or its tries are used up."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="parcels")
    # The `webhook-id`: the same however often it is sent.
    key = models.CharField(max_length=40, unique=True)
    event = models.BigIntegerField(null=True, blank=True)
    # The run of a rule that asked for it.
    run = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=ParcelState.choices, default=ParcelState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True, editable=False)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["webhook", "-id"], name="parcel_by_webhook"),
            models.Index(fields=["due_at"], name="parcel_due", condition=models.Q(state="waiting")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["webhook", "event", "kind"], condition=models.Q(event__isnull=False), name="one_parcel_an_event"
            ),
        )

    def __str__(self) -> str:
        return self.key


class Try(models.Model):
    """One attempt to hand a parcel over, and what was answered."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=clock.now)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    # The first bytes of the answer, or why there was none.
    said = models.TextField(blank=True)
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tries"
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.parcel_id} {self.status or ''}"
