"""The forecast: three figures side by side, and how near each was before."""

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from rapport.kit import clock
from rapport.sales.deals import actions, forecasting, queries, showing
from rapport.sales.deals.listing import narrowed
from rapport.sales.deals.models import Deal
from rapport.science.pipeline.conversion import FEWEST_CLOSED, FEWEST_WON
from rapport.team.permissions import AgentRequest, needs
from rapport.team.queries import active_agents
from rapport.team.types import Permission

COUNTS: dict[str, int] = {"month": 6, "quarter": 4}


class ForecastForm(forms.Form):
    """What is looked at. What is no choice is as if nothing had been chosen."""

    def __init__(self, data: Any, currencies: list[str]) -> None:
        super().__init__(data)
        self.fields["every"] = forms.ChoiceField(
            label=gettext_lazy("Period"),
            choices=[("month", gettext_lazy("By month")), ("quarter", gettext_lazy("By quarter"))],
            required=False,
        )
        self.fields["currency"] = forms.ChoiceField(
            label=gettext_lazy("Currency"), choices=[(each, each) for each in currencies], required=False
        )
        self.fields["pipeline"] = forms.ModelChoiceField(
            label=gettext_lazy("Pipeline"),
            queryset=queries.pipelines(),
            empty_label=gettext_lazy("All pipelines"),
            required=False,
        )
        self.fields["owner"] = forms.ModelChoiceField(
            label=gettext_lazy("Owner"),
            queryset=active_agents(),
            empty_label=gettext_lazy("All owners"),
            required=False,
        )
        for field in self.fields.values():
            field.widget.attrs |= {"class": "select auto", "aria-label": field.label}

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data


@require_safe
@needs(Permission.SEE_FEEDBACK)
def deals_forecast(request: AgentRequest) -> HttpResponse:
    actions.ready()
    everything = queries.visible_to(request.user)
    currencies = _currencies(everything)
    form = ForecastForm(request.GET, currencies)
    chosen = form.chosen()
    every: forecasting.Every = "quarter" if chosen.get("every") == "quarter" else "month"
    currency = chosen.get("currency") or currencies[0]
    counted = narrowed(everything, {"pipeline": chosen.get("pipeline"), "owner": chosen.get("owner")})
    book, now = forecasting.Book(everything, counted), clock.now()
    figures = forecasting.forecast(book, currency=currency, every=every, count=COUNTS[every], now=now)
    back = forecasting.backtest(book, currency=currency, now=now)
    closed, won = book.closed()
    context = {
        "form": form,
        "currency": currency,
        "has_deals": bool(book.chosen),
        "now": showing.rows(figures[:1], currency, every)[0],
        "rows": showing.rows(figures, currency, every),
        "chart": showing.forecast_chart(figures, currency, every),
        "has_history": figures[0].history is not None,
        "needed": {"closed": FEWEST_CLOSED, "won": FEWEST_WON},
        "closed": closed,
        "won": won,
        "methods": showing.methods(back),
        "past": showing.past_rows(back, currency),
        "past_chart": showing.past_chart(back.months, currency) if back.months else None,
        "without_close": counted.filter(currency=currency, closed_at=None, expected_close=None).count(),
        "may_set_up": request.user.may(Permission.MANAGE_FIELDS),
    }
    return render(request, "sales/deals/forecast.html", context)


def _currencies(deals: QuerySet[Deal]) -> list[str]:
    """Those there are deals in, the most used first."""
    counted = deals.order_by().values_list("currency").annotate(Count("pk"))
    found = [currency for currency, _count in sorted(counted, key=lambda row: (-row[1], row[0]))]
    return found or [queries.settings().currency]
