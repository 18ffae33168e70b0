"""Pipelines and their stages; deals with their lines, their way through the stages, what is done about them, quotes."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rapport.backbone.models import StoredFile
from rapport.customers.models import Company, Customer
from rapport.kit import clock
from rapport.kit.money import Money
from rapport.sales.deals.types import ACTIVITY_ICONS, CALL_WEIGHTS, CLOSED_KINDS, ActivityKind, Call, StageKind, Status
from rapport.team.models import Agent


class SalesSettings(models.Model):
    """One row: in which currency deals begin, and what stands on every quote."""

    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    address = models.TextField(_("company address"), blank=True)
    small_print = models.TextField(_("at the foot of a quote"), blank=True)
    tax_rate = models.DecimalField(_("tax rate in per cent"), max_digits=5, decimal_places=2, default=Decimal(0))
    valid_days = models.PositiveSmallIntegerField(_("days a quote is valid"), default=30)
    quotes_written = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name_plural = "sales settings"

    def __str__(self) -> str:
        return self.currency


class Pipeline(models.Model):
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """A step of a pipeline. `probability` is what usually becomes of deals in it, in per cent."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    probability = models.PositiveSmallIntegerField(_("probability"), default=0)
    kind = models.CharField(_("kind"), max_length=4, choices=StageKind.choices, default=StageKind.OPEN)

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["pipeline", "kind"], condition=models.Q(kind__in=["won", "lost"]), name="one_end_a_pipeline"
            ),
            models.CheckConstraint(condition=models.Q(probability__lte=100), name="probability_in_per_cent"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.kind not in CLOSED_KINDS


class CloseReason(models.Model):
    """Why deals are won or lost, to choose from; one that is retired stays with the deals that have it."""

    outcome = models.CharField(max_length=4, choices=Status.choices[1:], default=Status.LOST)
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    is_retired = models.BooleanField(default=False)

    class Meta:
        ordering = ("outcome", "position", "id")
        constraints = (models.UniqueConstraint(fields=["outcome", "name"], name="one_reason_a_name"),)

    def __str__(self) -> str:
        return self.name


class Deal(models.Model):
    """Something that may be sold. `amount` is in minor units of `currency`: the sum of its lines where it has some."""

    title = models.CharField(_("title"), max_length=200)
    # As another system knows it, so that what is imported twice stays one.
    reference = models.CharField(_("number"), max_length=100, blank=True)
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="deals")
    company = models.ForeignKey(Company, null=True, blank=True, on_delete=models.SET_NULL, related_name="deals")
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="deals")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="deals")
    owner = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="deals")
    amount = models.BigIntegerField(_("amount"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    expected_close = models.DateField(_("expected close"), null=True, blank=True)
    call = models.CharField(_("forecast category"), max_length=10, choices=Call.choices, default=Call.PIPELINE)
    # The owner's own, in per cent; null leaves it to the category.
    probability = models.PositiveSmallIntegerField(_("own probability"), null=True, blank=True)
    source = models.CharField(pgettext_lazy("deal", "source"), max_length=80, blank=True)
    reason = models.ForeignKey(CloseReason, null=True, blank=True, on_delete=models.PROTECT, related_name="deals")
    reason_note = models.CharField(_("why, in words"), max_length=500, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    # Its place in the column of its stage; halves fit between any two.
    place = models.FloatField(default=0)
    opened_at = models.DateTimeField(default=clock.now)
    # When it came into its stage, and when it was won or lost: also in its moves, kept here for lists and the board.
    stage_since = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["stage", "place"], name="deal_on_the_board"),
            models.Index(fields=["expected_close"], name="deal_by_close"),
            models.Index(fields=["closed_at"], name="deal_by_end"),
            models.Index(Lower("title"), name="deal_by_title"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["reference"], condition=~models.Q(reference=""), name="one_deal_a_reference"
            ),
            models.CheckConstraint(
                condition=models.Q(probability=None) | models.Q(probability__lte=100), name="own_call_in_per_cent"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def status(self) -> Status:
        return Status.OPEN if self.stage.is_open else Status(self.stage.kind)

    @property
    def is_overdue(self) -> bool:
        day = self.expected_close
        return bool(self.is_open and day and day < timezone.localtime(clock.now()).date())

    @property
    def own_call(self) -> int:
        """What the owner gives it, in per cent."""
        return self.probability if self.probability is not None else CALL_WEIGHTS.get(self.call, 0)

    @property
    def whose(self) -> str:
        """The company and the person, for a line under the title."""
        names = (self.company.name if self.company else "", self.customer.display_name if self.customer else "")
        return ", ".join(filter(None, names))


class DealTerms(models.Model):
    """What was said of a deal from a moment on, so that a forecast of then can be told from what is known now."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="terms")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    expected_close = models.DateField(null=True)
    call = models.CharField(max_length=10, choices=Call.choices)
    probability = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name_plural = "deal terms"
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class DealLine(models.Model):
    """So much of something at a price each, in minor units of the deal's currency."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey("sales.Product", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3, default=Decimal(1))
    price = models.BigIntegerField(_("price"), default=0)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.title

    @property
    def total(self) -> int:
        """In minor units, half a unit rounded to even."""
        return int((self.quantity * self.price).to_integral_value(ROUND_HALF_EVEN))


class StageMove(models.Model):
    """A deal came into a stage; the first has no `origin`. Forecast and conversion are read from these."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="moves")
    origin = models.ForeignKey(Stage, null=True, on_delete=models.CASCADE, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="arrivals")
    # Where in its column it was, so that taking a move back puts it there.
    origin_place = models.FloatField(null=True)
    at = models.DateTimeField(default=clock.now, db_index=True)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.deal_id} to {self.stage_id}"


class Activity(models.Model):
    """Something to do about a deal, or done."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="activities")
    kind = models.CharField(_("kind"), max_length=8, choices=ActivityKind.choices, default=ActivityKind.TASK)
    title = models.CharField(_("what"), max_length=200)
    owner = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name_plural = "activities"
        ordering = ("due_at", "id")

    def __str__(self) -> str:
        return self.title

    @property
    def icon(self) -> str:
        return ACTIVITY_ICONS.get(self.kind, "check-circle")

    @property
    def is_overdue(self) -> bool:
        return bool(self.done_at is None and self.due_at and self.due_at < clock.now())


class Quote(models.Model):
    """What was offered, as it was then: `lines` are frozen, and so is the PDF. Sums are in minor units."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="quotes")
    number = models.CharField(_("number"), max_length=20, unique=True)
    language = models.CharField(_("language"), max_length=12)
    issued_on = models.DateField()
    valid_until = models.DateField(_("valid until"))
    currency = models.CharField(max_length=3)
    # [{"title", "quantity", "price", "total"}]; the quantity as text, so that no digit is lost.
    lines = models.JSONField(default=list)
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2)
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Money:
        return Money(self.net + self.tax, self.currency)

    def is_over(self, today: date) -> bool:
        return self.valid_until < today
