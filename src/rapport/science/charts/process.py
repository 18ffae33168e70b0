"""Where work waits, and what another desk would change."""

from typing import TYPE_CHECKING

from rapport.science.charts.theme import Spec, themed
from rapport.science.language import _

if TYPE_CHECKING:
    import altair
    import pandas as pd

    from rapport.science.process import Bottlenecks

_BAR = 34


def waiting_bars(found: "Bottlenecks", *, most: int = 8) -> Spec:
    """The share of all waiting that lies between two activities, the worst on top, with the hours each time.

    `found` is what `bottlenecks` says. Raises ValueError when nothing waits.
    """
    table = found.transitions[found.transitions["waiting_share"] > 0].head(most)
    if not len(table):
        raise ValueError("Nothing waits, so there is nothing to draw.")
    import altair as alt

    rows = [
        {
            "step": f"{before} → {after}",
            "share": float(row["waiting_share"]),
            "worst": place == 0,
            "label": _("{share}, {hours} h each time").format(
                share=f"{row['waiting_share']:.0%}", hours=f"{row['waiting']:,.1f}"
            ),
        }
        for place, ((before, after), row) in enumerate(table.iterrows())
    ]
    top = float(table["waiting_share"].max())
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("share:Q", scale=alt.Scale(domain=[0, 1.7 * top]), axis=None),
        y=alt.Y("step:N", sort=None, axis=_names()),
    )
    colour = alt.condition(alt.datum.worst, alt.value("var(--chart-1)"), alt.value("var(--chart-mute)"))
    chart = alt.layer(
        base.mark_bar(height=18, cornerRadiusTopRight=2, cornerRadiusBottomRight=2).encode(color=colour),
        base.mark_text(align="left", dx=8, color="var(--text-2)").encode(text="label:N"),
    )
    return themed(chart.properties(height=_BAR * len(rows), width="container"))


def what_if(comparison: "pd.DataFrame", measure: str = "service_level") -> Spec:
    """What another desk changes in one measure, step by step: a dot for each desk, and the change with its interval.

    `comparison` is that of `Simulation.compare`; "service_level", "wait_probability", "occupancy" and "abandonment" are
    shares, others times in the unit of the simulation. Raises ValueError for a measure that was not simulated.
    """
    if measure not in comparison.index.get_level_values("measure"):
        raise ValueError(f"{measure!r} was not simulated.")
    import altair as alt

    table = comparison.xs(measure, level="measure").dropna()
    if not len(table):
        raise ValueError(f"{measure!r} is not known of either desk.")
    share = measure not in ("average_speed_of_answer", "time_in_system")
    rows = [
        {"step": str(step), "here": float(row.here), "there": float(row.there), "label": _change(row, share)}
        for step, row in table.iterrows()
    ]
    said = {"here": _("Now"), "there": _("With the change")}
    y = alt.Y("step:N", sort=None, axis=_names())
    lines = alt.Chart(alt.InlineData(values=rows)).encode(y=y)
    dots = [{"step": row["step"], "value": row[name], "kind": said[name]} for row in rows for name in said]
    colours = alt.Scale(domain=list(said.values()), range=["var(--text-3)", "var(--chart-1)"])
    legend = alt.Legend(
        orient="bottom", title=None, labelFontSize=12, labelColor="var(--text-2)", symbolType="circle", symbolOpacity=1
    )
    axis = alt.Axis(format="%" if share else "~s", tickCount=5, grid=False, domain=True)
    if share:
        axis.values = [0, 0.25, 0.5, 0.75, 1]
    x = alt.X("value:Q", scale=alt.Scale(domain=_domain(rows), nice=False), axis=axis, title=None)
    kind = alt.Color("kind:N", scale=colours, legend=legend)
    chart = alt.layer(
        lines.mark_rule(color="var(--border-strong)", strokeWidth=2).encode(
            x=alt.X("here:Q", title=None), x2="there:Q"
        ),
        alt.Chart(alt.InlineData(values=dots)).mark_point(filled=True, size=90, opacity=1).encode(x=x, y=y, color=kind),
        lines.transform_calculate(most="max(datum.here, datum.there)")
        .mark_text(align="left", dx=12, color="var(--text-2)")
        .encode(x="most:Q", text="label:N"),
    )
    return themed(chart.properties(height=100 + 34 * len(rows), width="container"))


def _change(row: "pd.Series", share: bool) -> str:
    """Said in points for shares, in the unit of time for times."""
    scale, form = (100, "+.1f") if share else (1, "+.3g")
    values = {
        name: format(scale * float(row[name]), form).replace("-", "\N{MINUS SIGN}")
        for name in ("difference", "lower", "upper")
    }
    said = _("{difference} points ({lower} to {upper})") if share else _("{difference} ({lower} to {upper})")
    return said.format(**values)


def _domain(rows: list[dict[str, object]]) -> list[float]:
    """From 0, with room for what is said beside the last dot."""
    return [0.0, 1.6 * max(*(float(str(row[name])) for row in rows for name in ("here", "there")), 1e-9)]


def _names() -> "altair.Axis":
    import altair as alt

    return alt.Axis(title=None, domain=False, grid=False, labelFontSize=12, labelColor="var(--text)", labelLimit=260)
