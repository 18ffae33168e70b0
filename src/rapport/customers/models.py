"""Customers, the companies they belong to, and the identities they are known by."""

from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from rapport.customers.companies.models import CompanyDomain, CompanyMerge
from rapport.customers.consent.models import ConsentRecord, Purpose
from rapport.customers.events.models import CustomerEvent
from rapport.customers.fields import CompanyField, CompanyValue, CustomerField, CustomerValue
from rapport.customers.importing.models import CustomerImport, ImportedRow
from rapport.customers.lifecycle.models import LifeCycle, Stage, StageEntry, StageRule, StageRun, Standing
from rapport.customers.profiles.models import CustomerFile, CustomerNote
from rapport.customers.segments.models import Score, ScoreChange, Segment, SegmentMember
from rapport.customers.tasks.models import (
    Checklist,
    ChecklistItem,
    OutreachPolicy,
    StartedChecklist,
    Task,
)
from rapport.kit import clock
from rapport.team.models import Agent

__all__ = [
    "Checklist",
    "ChecklistItem",
    "Company",
    "CompanyDomain",
    "CompanyField",
    "CompanyMerge",
    "CompanyValue",
    "ConsentRecord",
    "Customer",
    "CustomerEvent",
    "CustomerField",
    "CustomerFile",
    "CustomerImport",
    "CustomerMerge",
    "CustomerNote",
    "CustomerValue",
    "Identity",
    "IdentityKind",
    "ImportedRow",
    "LifeCycle",
    "Likeness",
    "OutreachPolicy",
    "Purpose",
    "Score",
    "ScoreChange",
    "Segment",
    "SegmentMember",
    "Stage",
    "StageEntry",
    "StageRule",
    "StageRun",
    "Standing",
    "StartedChecklist",
    "Task",
]


class IdentityKind(models.TextChoices):
    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    EXTERNAL = "external", _("Account number")
    # What only one provider knows them by, such as a chat account: "telegram:4711".
    HANDLE = "handle", _("Chat account")


class MailDomain(models.Func):
    """The domain of a mail address; all of a value that is none. Without parameters, so that its index is found."""

    arity = 1
    output_field = models.CharField()
    template = "SUBSTR(%(expressions)s, INSTR(%(expressions)s, '@') + 1)"

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "SUBSTR(%(expressions)s, STRPOS(%(expressions)s, '@') + 1)"
        return super().as_sql(compiler, connection, template=template, **more)


class Company(models.Model):
    """An organisation whose people write to us."""

    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    # Who looks after it here.
    owner = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_companies")
    about = models.TextField(_("notes"), max_length=4000, blank=True)
    # Another record of the same company, which has everything that was here; null for most.
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="merged")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name_plural = "companies"
        ordering = ("name", "id")
        indexes = (models.Index(Lower("name"), "id", name="company_by_name"),)
        constraints = (
            models.UniqueConstraint(fields=["domain"], condition=~models.Q(domain=""), name="one_company_a_domain"),
        )

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """A person who writes to us, by whatever address."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    # The address lists show; the identities are the truth. Kept here so that a list needs no join.
    email = models.EmailField(_("email"), max_length=320, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    company = models.ForeignKey(Company, null=True, blank=True, on_delete=models.SET_NULL, related_name="people")
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    # Who looks after them here.
    owner = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="owned_customers", db_index=False
    )
    language = models.CharField(_("language"), max_length=12, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    location = models.CharField(_("place"), max_length=120, blank=True)
    # Another record of the same person, which has everything that was here; null for most.
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="merged")
    created_at = models.DateTimeField(default=clock.now, editable=False, db_index=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(Lower("name"), name="customer_by_name"),
            models.Index(fields=["owner", "-id"], name="customer_by_owner"),
            models.Index(fields=["language", "-id"], name="customer_by_language"),
        )

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.name or self.email or self.phone or str(_("Unknown person"))


class Identity(models.Model):
    """One address by which a customer is known; a value belongs to one customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=10, choices=IdentityKind.choices)
    value = models.CharField(max_length=320)
    # What people call it: "office".
    label = models.CharField(_("label"), max_length=40, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name_plural = "identities"
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["kind", "value"], name="one_customer_an_identity"),)
        indexes = (models.Index(MailDomain("value"), name="identity_by_domain"),)

    def __str__(self) -> str:
        return self.value


class CustomerMerge(models.Model):
    """Two records became one. `before` is what undoing gives back: which rows moved, and what was filled in."""

    origin = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="merges")
    destination = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="merges_in")
    before = models.JSONField(default=dict)
    # Nobody, when what a channel vouches for made them one.
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.origin_id} into {self.destination_id}"


class Likeness(models.Model):
    """One of them said something that makes them out to be the other; a person decides. Each pair once."""

    one = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="likenesses")
    other = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    # What they said to be known by: an email address or a phone number.
    value = models.CharField(max_length=320, blank=True)
    at = models.DateTimeField(default=clock.now)
    # Somebody said that they are two.
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name_plural = "likenesses"
        constraints = (models.UniqueConstraint(fields=["one", "other"], name="one_likeness_a_pair"),)

    def __str__(self) -> str:
        return f"{self.one_id} like {self.other_id}"
