"""What people write of a deal, and how they narrow the list of deals."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rapport.customers import queries as customers
from rapport.customers.actions import add_company, meet, valid_identity
from rapport.customers.errors import CustomerError
from rapport.customers.models import Company, Customer, IdentityKind
from rapport.kit.money import Money, NotMoney, currency_code
from rapport.sales.deals import queries
from rapport.sales.deals.models import Deal, Stage
from rapport.sales.deals.types import ActivityKind, Call, Status
from rapport.team.models import Agent
from rapport.team.queries import active_agents

_NUMBERED = re.compile(r".*#(\d{1,18})")
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DealForm(forms.Form):
    """A deal's facts; a customer is written as an address, or as the list beside the field writes them."""

    title = forms.CharField(label=_("What is to be sold"), max_length=200)
    amount = forms.CharField(label=_("Amount"), required=False, max_length=30)
    currency = forms.CharField(label=_("Currency"), required=False, max_length=3)
    customer = forms.CharField(label=_("Customer"), required=False, max_length=320)
    company = forms.CharField(label=_("Company"), required=False, max_length=200)
    stage = forms.ModelChoiceField(label=_("Stage"), queryset=Stage.objects.none(), required=False, empty_label=None)
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=Agent.objects.none(), required=False, empty_label=_("Nobody")
    )
    expected_close = forms.DateField(label=_("Expected close"), required=False, widget=_DAY)
    call = forms.ChoiceField(label=_("Forecast category"), choices=Call.choices, required=False)
    probability = forms.IntegerField(label=_("Own probability in per cent"), required=False, min_value=0, max_value=100)
    source = forms.CharField(label=pgettext_lazy("deal", "Source"), required=False, max_length=80)
    notes = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, data: Any = None, *, deal: Deal | None = None, by: Agent, **initial: Any) -> None:
        super().__init__(data, initial=_facts(deal) if deal else initial)
        self.deal, self.by = deal, by
        _choose(self.fields["owner"], active_agents())
        pipeline = initial.get("pipeline")
        open_stages = Stage.objects.filter(pipeline=pipeline, kind__in=("lead", "open"))
        _choose(self.fields["stage"], open_stages)
        if deal:
            del self.fields["stage"]
        self.fields["customer"].widget.attrs |= {"list": "deal-customers", "autocomplete": "off"}
        self.fields["company"].widget.attrs |= {"list": "deal-companies", "autocomplete": "off"}
        self.fields["source"].widget.attrs |= {"list": "deal-sources", "autocomplete": "off"}
        self.fields["amount"].widget.attrs |= {"inputmode": "decimal"}
        if deal and deal.lines.exists():
            self.fields["amount"].disabled = self.fields["currency"].disabled = True

    def clean_customer(self) -> Customer | None:
        said = self.cleaned_data["customer"].strip()
        if not said:
            return None
        known = customers.visible_to(self.by)
        if (found := _NUMBERED.fullmatch(said)) and (customer := known.filter(pk=int(found[1])).first()):
            return customer
        try:
            return meet(kind=IdentityKind.EMAIL, value=valid_identity(IdentityKind.EMAIL, said))
        except CustomerError:
            named = list(known.filter(name__iexact=said)[:2])
        if len(named) == 1:
            return named[0]
        raise ValidationError(_("Choose a customer from the list, or write a mail address."))

    def clean_company(self) -> Company | None:
        said = " ".join(self.cleaned_data["company"].split())
        if not said:
            return None
        known = customers.companies_visible_to(self.by).filter(name__iexact=said).first()
        return known or add_company(name=said, domain="", by=self.by)

    def clean_currency(self) -> str:
        said = self.cleaned_data["currency"]
        try:
            return currency_code(said or (self.deal.currency if self.deal else queries.settings().currency))
        except NotMoney:
            raise ValidationError(
                _("Write a currency by its code of three letters, such as EUR, USD or CNY.")
            ) from None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if not self.fields["amount"].disabled and "currency" in cleaned:
            said = (cleaned.get("amount") or "0").replace(" ", "")
            try:
                cleaned["money"] = Money.of(said, cleaned["currency"])
            except NotMoney:
                self.add_error("amount", _("Write an amount, such as 9800 or 9800.50."))
            else:
                if cleaned["money"].minor < 0:
                    self.add_error("amount", _("An amount is not below 0."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """As the actions take them."""
        names = ["title", "customer", "company", "owner", "expected_close", "call", "probability", "source", "notes"]
        facts = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        facts["call"] = facts.get("call") or Call.PIPELINE
        if "money" in self.cleaned_data:
            facts["money"] = self.cleaned_data["money"]
        return facts


class ActivityForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ActivityKind.choices)
    title = forms.CharField(label=_("What is to be done"), max_length=200)
    due_at = forms.DateTimeField(
        label=_("Due"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )


class NarrowForm(forms.Form):
    """The filters of the board and the list. What is no choice is as if nothing had been chosen."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["pipeline"] = forms.ModelChoiceField(
            label=_("Pipeline"), queryset=queries.pipelines(), empty_label=_("All pipelines"), required=False
        )
        self.fields["owner"] = forms.ModelChoiceField(
            label=_("Owner"), queryset=active_agents(), empty_label=_("All owners"), required=False
        )
        self.fields["status"] = forms.ChoiceField(
            label=_("Status"), choices=[("", _("Open, won and lost")), *Status.choices], required=False
        )
        self.fields["stage"] = forms.ModelChoiceField(
            label=_("Stage"), queryset=Stage.objects.select_related("pipeline"), empty_label=_("All stages"),
            required=False,
        )  # fmt: skip
        self.fields["closes_from"] = forms.DateField(label=_("Close from"), required=False, widget=_DAY)
        self.fields["closes_until"] = forms.DateField(label=_("Close until"), required=False, widget=_DAY)
        self.fields["q"] = forms.CharField(required=False, max_length=200)
        for field in self.fields.values():
            kind = "select auto" if isinstance(field, forms.ChoiceField) else "input auto"
            field.widget.attrs |= {"class": kind, "aria-label": field.label}

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) or None for name in self.fields}


class QuoteForm(forms.Form):
    def __init__(self, data: Any = None, **initial: Any) -> None:
        from rapport.sales.deals.quoting import LANGUAGES

        super().__init__(data, initial=initial, prefix="quote")
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
        self.fields["valid_until"] = forms.DateField(label=_("Valid until"), widget=_DAY)
        self.fields["tax_rate"] = forms.DecimalField(
            label=_("Tax rate in per cent"), min_value=0, max_value=100, decimal_places=2, max_digits=5
        )


def written(customer: Customer | None) -> str:
    """As the field of a customer holds somebody."""
    if customer is None:
        return ""
    return f"{customer.display_name} #{customer.pk}"


def _facts(deal: Deal) -> dict[str, Any]:
    names = ("title", "currency", "owner", "expected_close", "call", "probability", "source", "notes")
    facts = {name: getattr(deal, name) for name in names}
    company = deal.company.name if deal.company else ""
    amount = f"{deal.money.amount:f}" if deal.amount else ""
    return {**facts, "customer": written(deal.customer), "company": company, "amount": amount}


def _choose(field: Any, rows: Any) -> None:
    field.queryset = rows
