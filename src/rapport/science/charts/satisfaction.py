"""What goes with satisfaction, and what to believe of each group."""

from typing import TYPE_CHECKING, Any

from rapport.science.charts.theme import Spec, themed
from rapport.science.language import _

if TYPE_CHECKING:
    import altair
    import pandas as pd

    from rapport.science.satisfaction import SatisfactionDrivers

_ROW = 30


def driver_effects(drivers: "SatisfactionDrivers", *, most: int = 15) -> Spec:
    """The effect of each driver as a dot with its interval, beside the dashed line of no effect; the surest on top.

    Effects are in standard deviations of the score a standard deviation of the driver, so that drivers in different
    units can stand beside each other. Grey ones cannot be told apart from none; those without an interval are left out.
    """
    import altair as alt

    table = drivers.effects_.dropna(subset=["lower", "upper", "standardized"])
    if table.empty:
        raise ValueError("No driver has an interval to draw: there are too few answers, or none can be separated.")
    table = table.reindex(table["t"].abs().sort_values(ascending=False).index)[:most]
    rows = _effect_rows(table)
    reach = 1.25 * max(max(abs(float(str(row["lower"]))), abs(float(str(row["upper"])))) for row in rows)
    along = alt.X(
        "value:Q",
        scale=alt.Scale(domain=[-reach, reach], nice=False),
        axis=alt.Axis(
            grid=True, gridColor="var(--chart-grid)", tickCount=7, domain=False, format="+~g",
            labelExpr="datum.value == 0 ? '0' : datum.label", title=_("Standard deviations of satisfaction"),
            titleColor="var(--text-3)", titleFont="var(--font)", titleFontSize=11, titleFontWeight="normal",
        ),
    )  # fmt: skip
    colour = alt.condition(alt.datum.sure, alt.value("var(--chart-1)"), alt.value("var(--chart-mute)"))
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=_names("driver"))
    none = alt.Chart(alt.InlineData(values=[{"value": 0}])).mark_rule(
        color="var(--text-2)", strokeDash=[4, 3], strokeWidth=1.25
    )
    chart = alt.layer(
        none.encode(x=along),
        base.mark_rule(strokeWidth=2, strokeCap="round").encode(
            x=alt.X("lower:Q", title=None), x2="upper:Q", color=colour
        ),
        base.mark_point(filled=True, size=90, opacity=1, stroke="var(--surface)", strokeWidth=2).encode(
            x=along, fill=colour
        ),
        # On the side away from 0, where no line crosses the number.
        base.transform_filter(alt.datum.value >= 0)
        .mark_text(align="left", dx=8, fontWeight=600, color="var(--text)")
        .encode(x="upper:Q", text="label:N"),
        base.transform_filter(alt.datum.value < 0)
        .mark_text(align="right", dx=-8, fontWeight=600, color="var(--text)")
        .encode(x="lower:Q", text="label:N"),
    )
    return themed(chart.properties(height=_ROW * len(rows) + 50, width="container"))


def _effect_rows(table: "pd.DataFrame") -> list[dict[str, Any]]:
    rows = []
    for name, row in table.iterrows():
        unit = float(row["standardized"] / row["coefficient"]) if row["coefficient"] else 0.0
        value, lower, upper = (float(row[key]) * unit for key in ("coefficient", "lower", "upper"))
        rows.append(
            {
                "driver": str(name), "value": value, "lower": lower, "upper": upper, "label": f"{value:+.2f}",
                "sure": lower > 0 or upper < 0,
            }
        )  # fmt: skip
    return rows


def satisfaction_by_group(table: "pd.DataFrame", *, kind: str = "csat", most: int = 15) -> Spec:
    """What to believe of each group as a dot with its interval, a hollow dot for what was counted, all groups dashed.

    `table` comes from `by_group` (or `shrunken_shares`, `shrunken_means`), `kind` says in which unit it is: "csat"
    (shares), "nps" (points) or "ces" (a mean). The highest group stands on top; with more than `most` groups, those
    with most answers are shown.
    """
    import altair as alt

    if table.empty:
        raise ValueError("There is no group to draw.")
    kept = table.sort_values("n", ascending=False)[:most].sort_values("value", ascending=False)
    form, written = ("%", "{:.0%}") if kind == "csat" else ("~g", "{:.0f}") if kind == "nps" else ("~g", "{:.1f}")
    rows = [
        {
            "group": _("{group} ({answers})").format(group=name, answers=f"{row['n']:,.0f}"),
            "value": float(row["value"]), "lower": float(row["lower"]), "upper": float(row["upper"]),
            "raw": float(row["raw"]), "label": written.format(row["value"]),
        }
        for name, row in kept.iterrows()
    ]  # fmt: skip
    ends = [float(str(row[key])) for row in rows for key in ("lower", "upper", "raw")]
    room = 0.12 * (max(ends) - min(ends) or 1.0)
    scale = alt.Scale(domain=[min(ends) - room / 2, max(ends) + room], nice=False, zero=False)
    axis = alt.Axis(grid=True, gridColor="var(--chart-grid)", tickCount=6, domain=False, format=form)
    along = alt.X("value:Q", scale=scale, axis=axis, title=None)
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=_names("group"))
    overall = float(kept["overall"].iloc[0])
    everybody = {"value": overall, "label": _("All groups {value}").format(value=written.format(overall))}
    all_groups = alt.Chart(alt.InlineData(values=[everybody])).encode(x=along)
    chart = alt.layer(
        all_groups.mark_rule(color="var(--text-2)", strokeDash=[4, 3], strokeWidth=1.25),
        all_groups.mark_text(align="left", dx=6, color="var(--text-2)").encode(y=alt.value(-4), text="label:N"),
        base.mark_rule(strokeWidth=2, strokeCap="round", color="var(--chart-1)").encode(x="lower:Q", x2="upper:Q"),
        base.mark_point(filled=False, size=60, opacity=1, stroke="var(--text-3)", strokeWidth=1.5).encode(x="raw:Q"),
        base.mark_point(
            filled=True, size=90, opacity=1, fill="var(--chart-1)", stroke="var(--surface)", strokeWidth=2
        ).encode(x=along),
        base.mark_text(align="left", dx=8, fontWeight=600, color="var(--text)").encode(x="upper:Q", text="label:N"),
    )
    return themed(chart.properties(height=_ROW * len(rows) + 44, width="container"))


def _names(field: str) -> "altair.Y":
    import altair as alt

    axis = alt.Axis(grid=False, labelLimit=200, labelColor="var(--text-2)", domain=False)
    return alt.Y(f"{field}:N", sort=None, axis=axis, title=None)
