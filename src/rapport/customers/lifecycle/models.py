"""Stages, who stands in which since when, and the rules that move them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.customers.lifecycle.wording import DESCRIPTIONS, NAMES
from rapport.kit import clock
from rapport.team.models import Agent


class Tone(models.TextChoices):
    PLAIN = "", _("Plain")
    ACCENT = "accent", _("Blue")
    GOOD = "good", _("Green")
    WARN = "warn", _("Amber")
    BAD = "bad", _("Red")


class Stage(models.Model):
    """Where a customer may stand. Its key stays for ever; without a name or description it has our own words."""

    key = models.SlugField(_("key"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    tone = models.CharField(_("colour"), max_length=6, choices=Tone.choices, blank=True, default=Tone.PLAIN)
    # Whether somebody who stands here is counted as a customer who stays, in the table of months.
    is_active = models.BooleanField(_("counts as active"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name or str(NAMES.get(self.key, self.key))

    @property
    def about(self) -> str:
        return self.description or str(DESCRIPTIONS.get(self.key, ""))


class StageRule(models.Model):
    """Moves who stands in one of `origins` (any, when empty; "" is nowhere) and fits all `conditions`.

    A condition is {"signal": key, "is": "at_least" | "at_most" | "known" | "unknown", "than": number, "days": number}.
    """

    name = models.CharField(_("name"), max_length=120, blank=True)
    origins = models.JSONField(_("from"), default=list, blank=True)
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="rules", verbose_name=_("to"))
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    is_on = models.BooleanField(_("on"), default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name or f"to {self.stage_id}"


class StageEntry(models.Model):
    """A customer stood here from `since` to `until`, which is empty while they do."""

    # Hidden from merging, which moves what belongs to a customer: nobody stands in two places at once.
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="entries")
    origin = models.ForeignKey(Stage, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)
    rule = models.ForeignKey(StageRule, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    # What the rule asked when it moved them, or why somebody did.
    conditions = models.JSONField(default=list, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "stage entries"
        ordering = ("-since", "-id")
        indexes = (
            models.Index(fields=["customer", "-since"], name="stage_entry_of_customer"),
            models.Index(fields=["stage", "since"], name="stage_entry_by_stage"),
            models.Index(fields=["since"], name="stage_entry_by_moment"),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.stage_id} since {self.since:%Y-%m-%d}"


class Standing(models.Model):
    """Where a customer stands now: the open entry once more, so that a list of a million needs no search for it."""

    customer = models.OneToOneField("customers.Customer", on_delete=models.CASCADE, primary_key=True, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="standings")
    entry = models.OneToOneField(StageEntry, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    # Somebody put them here by hand: until then no rule moves them on.
    held_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["stage", "-since"], name="standing_by_stage"),)

    def __str__(self) -> str:
        return f"{self.customer_id} in {self.stage_id}"


class LifeCycle(models.Model):
    """Whether rules move customers every night; one row, made with its defaults when first read."""

    is_on = models.BooleanField(_("move customers by these rules every night"), default=False)
    hand_days = models.PositiveSmallIntegerField(_("days that a stage chosen by hand is kept"), default=30)

    def __str__(self) -> str:
        return "on" if self.is_on else "off"


class StageRun(models.Model):
    """One going through all customers. `position` is the id of the last one who was looked at."""

    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    began_at = models.DateTimeField(default=clock.now)
    # The job's last sign of life; whoever is silent for long is started anew.
    touched_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Nobody stood anywhere yet: it puts people where they belong and announces nothing.
    is_first = models.BooleanField(default=False)
    position = models.BigIntegerField(default=0)
    looked_at = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.moved} of {self.looked_at} moved"
