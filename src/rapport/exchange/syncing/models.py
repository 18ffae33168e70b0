"""A system that contacts are kept in step with, who is who over there, and what each run did."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.exchange.syncing.seam import Direction, Line, Noun, Rule, key_of
from rapport.kit import clock
from rapport.kit.fields import EncryptedJSONField
from rapport.team.models import Agent


class Connection(models.Model):
    """One account at one system. Nothing is written on either side before `begun_at`."""

    kind = models.CharField(max_length=20)
    name = models.CharField(_("name"), max_length=80)
    settings = EncryptedJSONField(default=dict)
    # {"customer": [{"ours", "theirs", "direction", "rule"}], "company": [...]}
    mapping = models.JSONField(_("fields"), default=dict)
    makes_here = models.BooleanField(_("new there becomes new here"), default=True)
    makes_there = models.BooleanField(_("new here becomes new there"), default=False)
    has_companies = models.BooleanField(_("companies too"), default=True)
    every_minutes = models.PositiveSmallIntegerField(_("minutes between runs"), default=5)
    begun_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    # Where reading stands, by noun; each system has its own way to say it.
    cursors = models.JSONField(default=dict)
    # What of ours was looked through up to when, by noun.
    looked_until = models.JSONField(default=dict)
    next_at = models.DateTimeField(null=True, blank=True)
    # Somebody runs it until then, so that no second worker does meanwhile.
    held_until = models.DateTimeField(null=True, blank=True)
    worked_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        """It begins a run by itself again and again."""
        return self.begun_at is not None and self.paused_at is None

    @property
    def nouns(self) -> list[Noun]:
        """Companies come first, so that people find theirs."""
        return [Noun.COMPANY, Noun.CUSTOMER] if self.has_companies else [Noun.CUSTOMER]

    def lines(self, noun: Noun) -> list[Line]:
        """What of this noun goes which way."""
        found = (
            Line(each["ours"], each["theirs"], Direction(each["direction"]), Rule(each["rule"]))
            for each in self.mapping.get(noun, ())
        )
        return [line for line in found if line.direction != Direction.OFF]


class LinkState(models.TextChoices):
    LINKED = "linked", _("In step")
    # It was deleted over there. Ours stays, and is not made there again.
    GONE = "gone", _("Deleted there")
    # Not taken here or there; the problem says why.
    REFUSED = "refused", _("Left out")


class SyncedRecord(models.Model):
    """One of our customers or companies, and the record over there that is the same.

    `ours` and `theirs` are the values of the mapped fields as they were when both were last in step: whoever differs
    from them has changed. `is_due` when something of ours has to go there.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="records")
    noun = models.CharField(max_length=8, choices=Noun.choices)
    customer = models.ForeignKey("customers.Customer", null=True, on_delete=models.CASCADE, related_name="synced")
    company = models.ForeignKey("customers.Company", null=True, on_delete=models.CASCADE, related_name="synced")
    their_id = models.CharField(max_length=60, blank=True)
    ours = models.JSONField(null=True)
    theirs = models.JSONField(null=True)
    their_change = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=LinkState.choices, default=LinkState.LINKED)
    is_due = models.BooleanField(default=False)
    label = models.CharField(max_length=200, blank=True)
    problem = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=clock.now, editable=False)
    synced_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=["connection", "noun", "id"], name="synced_due", condition=models.Q(is_due=True)),
            models.Index(fields=["connection", "-id"], name="synced_wrong", condition=~models.Q(problem="")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["connection", "noun", "their_id"], condition=~models.Q(their_id=""), name="one_link_a_record"
            ),
            models.UniqueConstraint(fields=["connection", "customer"], name="one_link_a_customer"),
            models.UniqueConstraint(fields=["connection", "company"], name="one_link_a_company"),
        )

    def __str__(self) -> str:
        return f"{self.noun} {self.customer_id or self.company_id} is {self.their_id}"

    @property
    def our_id(self) -> int | None:
        return self.customer_id if self.noun == Noun.CUSTOMER else self.company_id

    @property
    def key(self) -> str:
        return key_of(self.noun, self.our_id or 0)


class SyncRun(models.Model):
    """What one run did, or with `is_trial` what it would have done."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="runs")
    is_trial = models.BooleanField(default=False)
    began_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    # By words: seen, matched, made_here, changed_here, made_there, changed_there, conflicts, gone, failed.
    counts = models.JSONField(default=dict)
    # Some of what it did, for people: [{"noun", "label", "what", "fields"}].
    notes = models.JSONField(default=list)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"run of {self.connection_id} at {self.began_at:%F %T}"

    def count(self, word: str) -> int:
        return int(self.counts.get(word, 0))

    @property
    def is_quiet(self) -> bool:
        """Nothing changed on either side."""
        told: dict[str, Any] = {name: value for name, value in self.counts.items() if name != "seen"}
        return not any(told.values()) and not self.problem

    @property
    def seconds(self) -> float:
        end: datetime = self.ended_at or clock.now()
        return (end - self.began_at).total_seconds()
