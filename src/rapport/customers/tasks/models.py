"""Tasks, the checklists they come from, and how often customers are called on."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.customers.lifecycle.models import Stage
from rapport.customers.tasks.types import Kind, Repeat, TooSoon, Weight, Whose
from rapport.kit import clock
from rapport.team.models import Agent


class Checklist(models.Model):
    """What is done for a customer from a certain day on, such as welcoming a new one."""

    name = models.CharField(_("name"), max_length=120)
    # Whoever comes into this stage gets it by itself.
    stage = models.ForeignKey(
        Stage, null=True, blank=True, on_delete=models.SET_NULL, related_name="checklists", verbose_name=_("stage")
    )
    is_on = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class ChecklistItem(models.Model):
    """One thing of a checklist, so many days after its start."""

    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="items")
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.TODO)
    after_days = models.PositiveSmallIntegerField(_("days after the start"), default=0)
    whose = models.CharField(_("who does it"), max_length=8, choices=Whose.choices, default=Whose.STARTER)
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.title


class StartedChecklist(models.Model):
    """A checklist under way for one customer. Its tasks are what is left of it."""

    checklist = models.ForeignKey(Checklist, null=True, on_delete=models.SET_NULL, related_name="started")
    name = models.CharField(max_length=120)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="checklists")
    at = models.DateTimeField(default=clock.now)
    # Nobody, when coming into a stage started it.
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    # The event that started it, so that hearing it twice starts it once.
    event = models.BigIntegerField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["checklist", "event"], condition=models.Q(event__isnull=False), name="one_start_an_event"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} for {self.customer_id}"


class Task(models.Model):
    """Something to do, by somebody or whoever comes first, for a customer, a company or by itself."""

    title = models.CharField(_("title"), max_length=200)
    notes = models.TextField(_("notes"), blank=True, max_length=5000)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.TODO)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Weight.choices, default=Weight.NORMAL)
    customer = models.ForeignKey(
        "customers.Customer", null=True, blank=True, on_delete=models.CASCADE, related_name="tasks"
    )
    company = models.ForeignKey(
        "customers.Company", null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks"
    )
    assignee = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks")
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    remind_at = models.DateTimeField(_("reminder"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    repeats = models.CharField(_("repeats"), max_length=8, choices=Repeat.choices, blank=True, default=Repeat.NEVER)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    # Nobody, when a rule or a checklist made it.
    by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    checklist = models.ForeignKey(
        StartedChecklist, null=True, blank=True, on_delete=models.CASCADE, related_name="tasks"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # The one that doing this made, for a task that repeats.
    following = models.OneToOneField("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="earlier")

    class Meta:
        ordering = ("due_at", "-priority", "id")
        indexes = (
            models.Index(fields=["assignee", "done_at", "due_at"], name="task_by_assignee"),
            models.Index(fields=["done_at", "due_at"], name="task_by_due"),
            models.Index(fields=["customer", "done_at", "due_at"], name="task_by_customer"),
            models.Index(
                fields=["remind_at"],
                condition=models.Q(remind_at__isnull=False, reminded_at=None, done_at=None),
                name="task_to_remind_of",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def is_overdue(self) -> bool:
        return self.done_at is None and self.due_at is not None and self.due_at < clock.now()


class OutreachPolicy(models.Model):
    """How often we call on a customer of our own accord; one row, made with its defaults when first read."""

    is_on = models.BooleanField(_("limit how often customers are called on"), default=True)
    every_days = models.PositiveSmallIntegerField(
        _("days between two"), default=14, validators=[MaxValueValidator(365)]
    )
    too_soon = models.CharField(_("too soon"), max_length=6, choices=TooSoon.choices, default=TooSoon.MOVE)

    def __str__(self) -> str:
        return f"every {self.every_days} days"
