"""How full the days of agents are, and how near a plan is to the best that is possible."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rapport.science.charts.theme import Spec, themed
from rapport.science.language import _

if TYPE_CHECKING:
    import altair

ROW = 26


def agent_load(rows: Sequence[Mapping[str, object]], *, most: int = 20) -> Spec:
    """A bar of the hours used by each agent, and a tick where the day ends; the fullest days first.

    Each row has `agent`, `hours` (that there are) and `used`; beyond `most` agents the others are left out.
    """
    import altair as alt

    shown = [
        {**row, "label": f"{_hours(row['used'])} / {_hours(row['hours'])} h"}
        for row in sorted(rows, key=lambda row: -float(str(row["used"])))[:most]
    ]
    longest = max((float(str(row["hours"])) for row in shown), default=1.0)
    base = alt.Chart(alt.InlineData(values=shown)).encode(y=_names("agent"))
    axis = alt.Axis(grid=True, gridColor="var(--chart-grid)", tickCount=5, format=",.2~f", domain=False)
    bars = base.mark_bar(height=8, color="var(--chart-1)", cornerRadiusEnd=1).encode(
        x=alt.X("used:Q", axis=axis, scale=alt.Scale(domain=[0, 1.15 * longest or 1.0], nice=False), title=None)
    )
    ends = base.mark_tick(color="var(--text-2)", thickness=2, height=16).encode(x="hours:Q")
    labels = base.mark_text(align="left", dx=8, fontWeight=600, color="var(--text)").encode(x="hours:Q", text="label:N")
    return themed(_sized(alt.layer(bars, ends, labels), len(shown)))


def plan_gap(total: float, bound: float, greedy: float) -> Spec:
    """The worth of a plan beside its rival, and as a dashed line the limit that no plan can pass."""
    import altair as alt

    rows = [
        {"name": _("This plan"), "value": total, "label": f"{total:,.4g}", "ours": True},
        {"name": _("Most worth per hour first"), "value": greedy, "label": f"{greedy:,.4g}", "ours": False},
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=_names("name"))
    axis = alt.Axis(grid=True, gridColor="var(--chart-grid)", tickCount=5, format="~s", domain=False)
    colour = alt.condition(alt.datum.ours, alt.value("var(--chart-1)"), alt.value("var(--chart-mute)"))
    bars = base.mark_bar(height=18, cornerRadiusEnd=2).encode(
        x=alt.X("value:Q", axis=axis, scale=alt.Scale(zero=True), title=None), color=colour
    )
    said_on = alt.condition(alt.datum.ours, alt.value("var(--surface)"), alt.value("var(--text)"))
    labels = base.mark_text(align="left", dx=8, fontWeight=600).encode(x=alt.datum(0), text="label:N", color=said_on)
    text = _("Most that is possible: {bound}").format(bound=f"{bound:,.4g}")
    limit = alt.Chart(alt.InlineData(values=[{"bound": bound, "label": text}]))
    line = limit.mark_rule(strokeDash=[4, 3], color="var(--text-2)", strokeWidth=1.5).encode(x="bound:Q")
    said = limit.mark_text(align="right", dx=-6, color="var(--text-2)").encode(
        x="bound:Q", y=alt.value(-6), text="label:N"
    )
    return themed(_sized(alt.layer(bars, labels, line, said), 2))


def _hours(value: object) -> str:
    return f"{float(str(value)):g}"


def _names(field: str) -> "altair.Y":
    import altair as alt

    axis = alt.Axis(grid=False, labelLimit=180, labelColor="var(--text-2)", domain=False)
    return alt.Y(f"{field}:N", sort=None, axis=axis, title=None)


def _sized(chart: "altair.LayerChart | altair.FacetChart", rows: int) -> "altair.LayerChart | altair.FacetChart":
    return chart.properties(height=ROW * max(rows, 1) + 30, width="container")
