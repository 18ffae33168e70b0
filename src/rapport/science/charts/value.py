"""How long a cohort stays, and whether the purchases that were foreseen came."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rapport.science.charts.theme import HEIGHT, Spec, themed
from rapport.science.language import _

if TYPE_CHECKING:
    import altair
    import pandas as pd


def retention_curve(survivors: Sequence[float], expected: Sequence[float], *, learnt: int | None = None) -> Spec:
    """The share of a cohort left after each period: as dots what was seen, as a line what a model says.

    Both begin at period 0 with 1. `learnt` is the last period that the model knew, named by a dashed line. Raises
    ValueError for an empty curve.
    """
    if not len(expected):
        raise ValueError("There must be a period to draw.")
    import altair as alt

    said, seen = (
        [{"period": period, "share": float(share)} for period, share in enumerate(shares)]
        for shares in (expected, survivors)
    )
    x = alt.X("period:Q", scale=alt.Scale(nice=False), axis=_axis(_("Periods"), format="d"))
    y = alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5), title=None)
    last = [{**said[-1], "label": f"{said[-1]['share']:.0%}"}]
    layers = [
        alt.Chart(alt.InlineData(values=said)).mark_line().encode(x=x, y=y),
        alt.Chart(alt.InlineData(values=seen))
        .mark_point(filled=True, size=42, opacity=1, fill="var(--text-2)", stroke="var(--surface)", strokeWidth=1.5)
        .encode(x=x, y=y),
        alt.Chart(alt.InlineData(values=last))
        .mark_text(align="left", dx=9, fontWeight=600, color="var(--text)")
        .encode(x=x, y=y, text="label:N"),
    ]
    if learnt is not None:
        mark = alt.Chart(alt.InlineData(values=[{"period": learnt, "label": _("learnt until here")}])).encode(x=x)
        layers += [
            mark.mark_rule(color="var(--text-2)", strokeDash=[4, 3], strokeWidth=1.25),
            mark.mark_text(align="left", dx=8, color="var(--text-2)").encode(y=alt.value(8), text="label:N"),
        ]
    return themed(alt.layer(*layers).properties(height=HEIGHT, width="container"))


def purchases_foreseen(customers: "pd.DataFrame", *, most: int = 7) -> Spec:
    """Purchases that came beside those foreseen, a mean a customer, by the number of repeat purchases before.

    `customers` is that of a HoldoutCheck: frequency, actual, expected and carried_on (the rival, in grey). Frequencies
    from `most` on are one group. Raises ValueError without a customer.
    """
    if customers.empty:
        raise ValueError("There must be a customer to draw.")
    import altair as alt

    said = {"actual": _("Came"), "expected": _("Foreseen"), "carried_on": _("Carried on as before")}
    order = [f"{number}" for number in range(most)] + [f"{most}+"]
    rows = _by_frequency(customers, said, most)
    colours = alt.Scale(domain=list(said.values()), range=["var(--text-2)", "var(--chart-1)", "var(--chart-mute)"])
    legend = alt.Legend(orient="bottom", title=None, labelFontSize=12, labelColor="var(--text-2)", symbolSize=70)
    x = alt.X("frequency:N", sort=order, axis=_axis(_("Repeat purchases so far"), labelAngle=0))
    y = alt.Y("purchases:Q", scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=4), title=None)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=x, y=y, color=alt.Color("kind:N", scale=colours, legend=legend)
    )
    chart = alt.layer(base.mark_line(), base.mark_point(filled=True, size=42, opacity=1))
    return themed(chart.properties(height=HEIGHT + 40, width="container"))


def _by_frequency(customers: "pd.DataFrame", said: dict[str, str], most: int) -> list[dict[str, Any]]:
    means = customers.groupby(customers["frequency"].clip(upper=most))[list(said)].mean()
    return [
        {"frequency": f"{int(str(number))}{'+' if number == most else ''}", "purchases": float(row[name]), "kind": kind}
        for number, row in means.iterrows()
        for name, kind in said.items()
    ]


def _axis(title: str, **options: Any) -> "altair.Axis":
    import altair as alt

    return alt.Axis(
        title=title, titleColor="var(--text-3)", titleFontSize=11, titleFontWeight="normal", titlePadding=8, **options
    )
