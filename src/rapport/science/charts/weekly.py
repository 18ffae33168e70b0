"""A number by week, as the Feedback page draws it."""

import copy
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from rapport.science.charts.theme import HEIGHT, Spec, themed


def weekly_line(
    rows: Sequence[Mapping[str, object]],
    *,
    domain: tuple[float, float],
    ticks: Sequence[float],
    labels: Literal["days", "months"] = "months",
) -> Spec:
    """A number by week, its last value written out, over the same weeks of the period before in grey.

    Each row has `week` (an ISO date), `series` ("now" or "before", whose weeks are already moved over those of now),
    `value` (None leaves a gap), `few` (rests on few answers: drawn hollow), `alone` (has no neighbour to be joined
    to) and `last` (the text beside the last dot, empty elsewhere).
    """
    spec = copy.deepcopy(_weekly_line(tuple(domain), tuple(ticks), labels))
    spec["datasets"] = {"weeks": [dict(row) for row in rows]}
    if not any(row["series"] == "before" and row["value"] is not None for row in rows):
        # Vega complains of a layer that has nothing to draw.
        del spec["layer"][0]
    if labels == "days":
        # Vega's own weeks begin on Sunday: name the days on which these do.
        for layer in spec["layer"]:
            layer["encoding"]["x"]["axis"]["values"] = sorted({str(row["week"]) for row in rows})
    return spec


@cache
def _weekly_line(domain: tuple[float, float], ticks: tuple[float, ...], labels: str) -> Spec:
    # Imported when a chart is first drawn: Altair takes a second and 55 MB that a worker never needs.
    import altair as alt

    axis = alt.Axis(format="%x" if labels == "days" else "%b", tickCount="month", labelOverlap=True)
    base = alt.Chart(alt.NamedData("weeks")).encode(
        x=alt.X("week:T", scale=alt.Scale(type="utc"), axis=axis, title=None),
        y=alt.Y("value:Q", scale=alt.Scale(domain=list(domain)), axis=alt.Axis(values=list(ticks)), title=None),
    )
    now, before = alt.datum.series == "now", alt.datum.series == "before"
    chart = alt.layer(
        base.transform_filter(before).mark_line(color="var(--chart-mute)", strokeWidth=1.5),
        base.transform_filter(now).mark_line(),
        base.transform_filter(now & (alt.datum.few | alt.datum.alone)).mark_point(
            fill="var(--surface)", stroke="var(--chart-1)", strokeWidth=1.5, size=28, filled=True, opacity=1
        ),
        base.transform_filter(now & (alt.datum.last != "")).mark_point(
            fill="var(--chart-1)", stroke="var(--surface)", strokeWidth=2, size=80, filled=True, opacity=1
        ),
        base.transform_filter(now & (alt.datum.last != ""))
        .mark_text(align="left", dx=9, fontWeight=600, color="var(--text)")
        .encode(text="last:N"),
    ).properties(height=HEIGHT, width="container")
    return themed(chart)
