"""What deals will come to by several methods, and how near each was before."""

from collections.abc import Mapping, Sequence
from typing import Any

from rapport.science.charts.theme import HEIGHT, Spec, themed

_COLOURS = ("var(--chart-1)", "var(--chart-2)", "var(--chart-3)")


def grouped_bars(rows: Sequence[Mapping[str, object]], *, series: Sequence[str]) -> Spec:
    """Bars side by side for each period, a colour a method.

    Each row has `period` (its label), `order` (its number), `series` (one of the names) and `value` (None for none).
    """
    # Imported when a chart is first drawn: Altair takes a second and 55 MB that a worker never needs.
    import altair as alt

    known = [dict(row) for row in rows if row["value"] is not None]
    order = [str(row["period"]) for row in sorted(rows, key=lambda row: int(str(row["order"])))]
    chart = (
        alt.Chart(alt.InlineData(values=known))
        .mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(
            x=alt.X(
                "period:N",
                sort=list(dict.fromkeys(order)),
                title=None,
                scale=alt.Scale(paddingInner=0.3, paddingOuter=0.15),
                axis=alt.Axis(labelAngle=0, labelOverlap=True),
            ),
            xOffset=alt.XOffset("series:N", sort=list(series)),
            y=_amount(),
            color=_colour(series),
        )
        .properties(height=HEIGHT, width="container")
    )
    return themed(chart)


def forecasts_and_what_came(
    came: Sequence[Mapping[str, object]], said: Sequence[Mapping[str, object]], *, series: Sequence[str]
) -> Spec:
    """What came in each month as quiet bars, and what each method had said of it as lines with dots.

    `came` has `month` (an ISO date) and `value`; `said` has `series` as well, and leaves a gap where `value` is None.
    """
    import altair as alt

    x = alt.X(
        "month:O",
        timeUnit=alt.TimeUnitParams(unit="yearmonth", utc=True),
        title=None,
        axis=alt.Axis(labelAngle=0, format="%b", labelOverlap=True),
    )
    bars = (
        alt.Chart(alt.InlineData(values=[dict(row) for row in came]))
        .mark_bar(color="var(--chart-mute)", cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(x=x, y=_amount())
    )
    lines = alt.Chart(alt.InlineData(values=[dict(row) for row in said if row["value"] is not None])).encode(
        x=x, y=_amount(), color=_colour(series)
    )
    chart = alt.layer(bars, lines.mark_line(strokeWidth=2), lines.mark_point(filled=True, size=36, opacity=1))
    return themed(chart.properties(height=HEIGHT, width="container"))


def _amount() -> Any:
    import altair as alt

    return alt.Y(
        "value:Q",
        title=None,
        axis=alt.Axis(labelExpr="format(datum.value, '~s')", tickCount=5),
        scale=alt.Scale(zero=True),
    )


def _colour(series: Sequence[str]) -> Any:
    import altair as alt

    return alt.Color("series:N", scale=alt.Scale(domain=list(series), range=list(_COLOURS[: len(series)])), legend=None)
