"""The forecast in words, tables and charts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from rapport.kit.money import Money, digits
from rapport.sales.deals import forecasting
from rapport.sales.deals.forecasting import Backtest, Figures, Past, Period
from rapport.science import charts
from rapport.science.pipeline import Accuracy


@dataclass(frozen=True)
class Row:
    """A period, with what each method says of it."""

    label: str
    won: str
    stage: str
    history: str
    range: str
    call: str


@dataclass(frozen=True)
class Method:
    """How far one was from what came."""

    key: str
    name: str
    error: str
    bias: str
    periods: int
    is_best: bool
    says: str


@dataclass(frozen=True)
class Chart:
    spec: str
    label: str


def rows(figures: Sequence[Figures], currency: str, every: str) -> list[Row]:
    return [
        Row(
            label=label(each.period, every),
            won=_money(each.won, currency) if each.won else "",
            stage=_money(each.stage, currency),
            history=_money(each.history.mean, currency) if each.history else "–",
            range=_range(each, currency),
            call=_money(each.call, currency),
        )
        for each in figures
    ]


def past_rows(backtest: Backtest, currency: str) -> list[Row]:
    return [
        Row(
            label=label(each.period, "month"),
            won=_money(each.came, currency),
            stage=_money(each.stage, currency),
            history=_money(each.history, currency) if each.history is not None else "–",
            range="",
            call=_money(each.call, currency),
        )
        for each in reversed(backtest.months)
    ]


def methods(backtest: Backtest) -> list[Method]:
    """With the one that was nearest marked, where there are enough months to say so."""
    found = (
        ("stage", _("By stage"), backtest.stage), ("history", _("By history"), backtest.history),
        ("call", _("Owners’ call"), backtest.call),
    )  # fmt: skip
    best = forecasting.nearest(backtest)
    return [
        Method(
            key=key,
            name=name,
            error=percent(each.mape),
            bias=_signed(each.bias),
            periods=each.periods,
            is_best=key == best,
            says=_bias_said(each),
        )
        for key, name, each in found
    ]


def forecast_chart(figures: Sequence[Figures], currency: str, every: str) -> Chart:
    names = (_("By stage"), _("By history"), _("Owners’ call"))
    points = []
    for number, each in enumerate(figures):
        said = (each.stage, each.history.mean if each.history else None, each.call)
        for name, value in zip(names, said, strict=True):
            points.append(
                {"period": label(each.period, every), "order": number, "series": name, "value": _major(value, currency)}
            )
    spec = charts.grouped_bars(points, series=names)
    told = {"now": rows(figures[:1], currency, every)[0]}
    sentence = _("For %(period)s: %(stage)s by stage, %(history)s by history, %(call)s by the owners’ call.")
    now = told["now"]
    return Chart(
        json.dumps(spec, ensure_ascii=False),
        sentence % {"period": now.label, "stage": now.stage, "history": now.history, "call": now.call},
    )


def past_chart(months: Sequence[Past], currency: str) -> Chart:
    names = (_("By stage"), _("By history"), _("Owners’ call"))
    came, said = [], []
    for each in months:
        day = each.period.first.isoformat()
        came.append({"month": day, "value": _major(each.came, currency)})
        for name, value in zip(names, (each.stage, each.history, each.call), strict=True):
            said.append({"month": day, "series": name, "value": _major(value, currency)})
    spec = charts.forecasts_and_what_came(came, said, series=names)
    return Chart(
        json.dumps(spec, ensure_ascii=False),
        _("What was won in each month, as bars, and what each method said when the month began."),
    )


def label(period: Period, every: str) -> str:
    if every == "quarter":
        return _("Q%(number)d %(year)d") % {"number": (period.first.month + 2) // 3, "year": period.first.year}
    return date_format(period.first, "YEAR_MONTH_FORMAT")


def percent(share: float | None) -> str:
    return "–" if share is None else _("%(number)s%%") % {"number": number_format(100 * share, 0)}


def day(value: date) -> str:
    return date_format(value, "DATE_FORMAT")


def _bias_said(accuracy: Accuracy) -> str:
    if accuracy.bias is None:
        return _("Nothing to compare with yet")
    if abs(accuracy.bias) < 0.05:
        return _("Neither too high nor too low")
    share = percent(abs(accuracy.bias))
    return (_("Promised %(share)s too much") if accuracy.bias > 0 else _("Promised %(share)s too little")) % {
        "share": share
    }


def _signed(share: float | None) -> str:
    if share is None:
        return "–"
    return ("+" if share > 0 else "−" if share < 0 else "") + percent(abs(share))


def _range(each: Figures, currency: str) -> str:
    if each.history is None:
        return ""
    low, high = _money(each.history.lower, currency), _money(each.history.upper, currency)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def _money(minor: float, currency: str) -> str:
    return Money(round(minor), currency).whole


def _major(minor: float | None, currency: str) -> float | None:
    return None if minor is None else round(minor / 10 ** digits(currency), 2)
