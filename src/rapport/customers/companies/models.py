"""What a company is known by beside its first domain, and two companies that became one."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rapport.kit import clock
from rapport.team.models import Agent


class CompanyDomain(models.Model):
    """Another domain from which a company's people write; the first one stands in the company itself."""

    company = models.ForeignKey("customers.Company", on_delete=models.CASCADE, related_name="more_domains")
    domain = models.CharField(_("domain"), max_length=253, unique=True)

    class Meta:
        ordering = ("domain",)

    def __str__(self) -> str:
        return self.domain


class CompanyMerge(models.Model):
    """Two companies became one. `before` is what undoing gives back, as for customers."""

    origin = models.ForeignKey("customers.Company", on_delete=models.CASCADE, related_name="merges")
    destination = models.ForeignKey("customers.Company", on_delete=models.CASCADE, related_name="merges_in")
    before = models.JSONField(default=dict)
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.origin_id} into {self.destination_id}"
