"""What came, and what will come, with the range it is likely to lie in."""

from typing import TYPE_CHECKING, Any

from rapport.science.charts.theme import HEIGHT, Spec, themed
from rapport.science.language import _

if TYPE_CHECKING:
    import altair
    import pandas as pd

NAMES = ("came", "foreseen", "range")
_NAMED_DAYS = 7


def forecast_band(
    forecast: "pd.DataFrame", *, past: "pd.Series | None" = None, actual: "pd.Series | None" = None
) -> Spec:
    """Contacts foreseen as a line in the band of their interval, after those of the past in grey.

    `forecast` is what VolumeForecast predicts (mean, lower, upper by time), `past` the counts before it and `actual`
    those that came after all, as dots. Lines break where a desk is closed. Raises ValueError without a moment.
    """
    if not len(forecast):
        raise ValueError("There must be a moment to draw.")
    import altair as alt

    said = _names()
    first = forecast.index if past is None else past.index.append(forecast.index)
    x = alt.X("time:T", scale=alt.Scale(nice=False), axis=days_axis(first))
    y = alt.Y("value:Q", scale=alt.Scale(zero=True), axis=alt.Axis(format=",d", tickCount=4), title=None)
    colour = alt.Color("kind:N", scale=_scale(said), legend=squares())
    band = alt.Chart(alt.InlineData(values=_runs(forecast, said["range"]))).encode(x=x, detail="run:N")
    lines = [*_line(forecast["mean"], said["foreseen"]), *(_line(past, said["came"]) if past is not None else [])]
    layers = [
        band.mark_area(opacity=0.7).encode(y=alt.Y("lower:Q", title=None), y2="upper:Q", color=colour),
        alt.Chart(alt.InlineData(values=lines)).mark_line().encode(x=x, y=y, detail="run:N", color=colour),
    ]
    if actual is not None:
        dots = alt.Chart(alt.InlineData(values=_line(actual, said["came"]))).encode(x=x, y=y, color=colour)
        layers.append(dots.mark_point(filled=True, size=22, opacity=1))
    return themed(alt.layer(*layers).properties(height=HEIGHT, width="container"))


def runs(index: "pd.DatetimeIndex") -> "pd.Series":
    """The number of the stretch without a break that each moment belongs to."""
    apart = index.to_series().diff()
    return (apart > apart.min()).cumsum()


def days_axis(moments: "pd.DatetimeIndex") -> "altair.Axis":
    """The days, each named under its middle; the hours where there is only one day."""
    import altair as alt

    days = moments.to_series().groupby(moments.normalize()).agg(["min", "max"])
    if len(days) == 1:
        return alt.Axis(format="%H:%M", tickCount=7)
    middles = [alt.DateTime(year=at.year, month=at.month, date=at.day, hours=at.hour) for at in days.mean(axis=1)]
    few = len(days) <= _NAMED_DAYS
    return alt.Axis(values=middles, format="%a %d %b" if few else "%d %b", labelOverlap=not few)


def squares() -> "altair.Legend":
    """A legend under the chart, one square a colour."""
    import altair as alt

    return alt.Legend(
        orient="bottom", title=None, labelFontSize=12, labelColor="var(--text-2)", symbolType="square", symbolSize=70,
        symbolOpacity=1, symbolStrokeWidth=0,
    )  # fmt: skip


def _names() -> dict[str, str]:
    return dict(zip(NAMES, (_("Came"), _("Foreseen"), _("Likely range")), strict=True))


def _scale(said: dict[str, str]) -> "altair.Scale":
    import altair as alt

    colours = ("var(--text-3)", "var(--chart-1)", "var(--chart-soft)")
    return alt.Scale(domain=list(said.values()), range=list(colours))


def _runs(forecast: "pd.DataFrame", kind: str) -> list[dict[str, Any]]:
    rows = forecast.assign(run=runs(forecast.index))
    return [
        {
            "time": moment.isoformat(),
            "lower": float(row.lower),
            "upper": float(row.upper),
            "run": int(row.run),
            "kind": kind,
        }
        for moment, row in rows.iterrows()
    ]


def _line(values: "pd.Series", kind: str) -> list[dict[str, Any]]:
    numbers = runs(values.index)
    return [
        {"time": moment.isoformat(), "value": float(value), "run": f"{kind} {run}", "kind": kind}
        for (moment, value), run in zip(values.items(), numbers, strict=True)
    ]
