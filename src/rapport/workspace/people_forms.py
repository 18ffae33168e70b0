"""What an agent may put right about a customer or a company."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rapport.customers.companies.changing import domains_of
from rapport.customers.models import Company, Customer
from rapport.customers.profiles.choices import language_groups, zone_choices
from rapport.team.models import Agent
from rapport.team.queries import active_agents

NONE: tuple[str, str | Promise] = ("", _("Unknown"))


class Description(forms.Form):
    """The details of a customer. What a request does not have stays as it is: see `told`."""

    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    company = forms.CharField(label=_("Company"), max_length=200, required=False)
    job_title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    owner = forms.ModelChoiceField(
        Agent.objects.none(), label=_("Owner"), required=False, empty_label=_("Nobody"),
        help_text=_("Who looks after them here."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    location = forms.CharField(label=_("Place"), max_length=120, required=False)

    @classmethod
    def of(cls, customer: Customer, said: "Mapping[str, Any] | None" = None) -> "Description":
        known = {
            "name": customer.name,
            "company": customer.company.name if customer.company else "",
            "job_title": customer.job_title,
            "owner": customer.owner_id,
            "language": customer.language,
            "time_zone": customer.time_zone,
            "location": customer.location,
        }
        form = cls(said, initial=known)
        languages, zones = form.fields["language"], form.fields["time_zone"]
        languages.choices = [NONE, *language_groups(customer.language)]  # type: ignore[attr-defined]
        zones.choices = [NONE, *zone_choices(customer.time_zone)]  # type: ignore[attr-defined]
        form.fields["owner"].queryset = owners(customer.owner_id)  # type: ignore[attr-defined]
        return form

    def told(self) -> dict[str, Any]:
        """What was said, by name."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.data}


class CompanyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    domains = forms.CharField(
        label=_("Domains"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line, such as studio.example. Whoever writes from there belongs to this company."),
    )  # fmt: skip
    owner = forms.ModelChoiceField(
        Agent.objects.none(), label=_("Owner"), required=False, empty_label=_("Nobody"),
        help_text=_("Who looks after it here."),
    )  # fmt: skip
    about = forms.CharField(label=_("Notes"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))

    @classmethod
    def of(cls, company: Company | None, said: "Mapping[str, Any] | None" = None, **initial: str) -> "CompanyForm":
        known: dict[str, Any] = dict(initial)
        if company is not None:
            known = {
                "name": company.name,
                "domains": "\n".join(domains_of(company)),
                "owner": company.owner_id,
                "about": company.about,
            }
        form = cls(said, initial=known)
        form.fields["owner"].queryset = owners(company.owner_id if company else None)  # type: ignore[attr-defined]
        return form

    def clean_domains(self) -> list[str]:
        said: str = self.cleaned_data["domains"]
        return said.replace(",", " ").split()


def owners(present: int | None) -> Any:
    """Who works here, and whoever it is now."""
    return (active_agents() | Agent.objects.filter(pk=present or 0)).order_by("name", "id")
