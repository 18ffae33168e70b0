"""How well a yes/no answer is foreseen, what of, and for how many."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rapport.science.charts.theme import HEIGHT, Spec, themed
from rapport.science.language import _, ngettext

if TYPE_CHECKING:
    import altair
    import pandas as pd

    from rapport.science.behaviour import Report

_ROW = 30
_DASHED: dict[str, Any] = {"color": "var(--text-2)", "strokeDash": [4, 3], "strokeWidth": 1.25}


def candidate_names() -> dict[str, str]:
    """The candidates of a BehaviourModel in the reader's words."""
    return {
        "baseline": _("Baseline"),
        "one_column": _("Best single column"),
        "logistic": _("Logistic regression"),
        "gradient_boosting": _("Gradient boosting"),
        "random_forest": _("Random forest"),
        "blend": _("Logistic and boosting together"),
        "perceptron": _("Neural network"),
    }


def candidate_intervals(report: "Report", *, metric: str = "roc_auc") -> Spec:
    """One metric of each candidate with its 95% interval: the chosen one in the focus colour, the baseline dashed."""
    import altair as alt

    names = candidate_names()
    rivals = [name for name in report if name != "baseline" or len(report) == 1]
    rows = [
        {
            "candidate": names.get(name, name),
            **{end: float(getattr(report[name][metric], end)) for end in ("value", "lower", "upper")},
            "chosen": name == report.chosen,
            "label": f"{report[name][metric].value:.3f}",
        }
        for name in sorted(rivals, key=lambda name: -report[name][metric].value)
    ]
    baseline = float(report["baseline"][metric].value)
    ends = [baseline, *(float(str(row[end])) for row in rows for end in ("lower", "upper"))]
    room = 0.12 * (max(ends) - min(ends) or 1.0)
    domain = [min(ends) - room / 2, max(ends) + 1.6 * room]
    value = _horizontal("value", domain, "~g")
    colour = alt.condition(alt.datum.chosen, alt.value("var(--chart-1)"), alt.value("var(--chart-5)"))
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=_names("candidate"))
    known = alt.Chart(alt.InlineData(values=[{"value": baseline, "label": names["baseline"]}])).encode(x=value)
    chart = alt.layer(
        known.mark_rule(**_DASHED),
        known.mark_text(align="left", dx=6, color="var(--text-3)").encode(y=alt.value(8), text="label:N"),
        base.mark_rule(strokeWidth=2).encode(x=_horizontal("lower", domain, "~g"), x2="upper:Q", color=colour),
        base.mark_point(filled=True, size=80, opacity=1, stroke="var(--surface)", strokeWidth=2).encode(
            x=value, fill=colour
        ),
        base.mark_text(align="left", dx=8, fontWeight=600, color="var(--text)").encode(x="upper:Q", text="label:N"),
    )
    return themed(chart.properties(height=_ROW * len(rows) + 34, width="container"))


def reliability_curve(reliability: "pd.DataFrame") -> Spec:
    """The share that came true for each chance that was foreseen, with its interval, beside the diagonal of honesty.

    `reliability` is that of a BehaviourModel.
    """
    import altair as alt

    rows = [
        {name: float(row[name]) for name in ("predicted", "observed", "lower", "upper")}
        for row in reliability.to_dict("records")
    ]
    top = min(1.0, float(np.ceil(10 * reliability[["predicted", "upper"]].to_numpy().max() + 0.2)) / 10)
    scale = alt.Scale(domain=[0, top], nice=False)
    axis = alt.Axis(format="%", tickCount=5)
    x = alt.X("predicted:Q", scale=scale, axis=_titled(_("Chance foreseen"), format="%", tickCount=5))
    y = alt.Y("observed:Q", scale=scale, axis=axis, title=None)
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x)
    ideal = [{"predicted": 0.0, "observed": 0.0}, {"predicted": top, "observed": top}]
    name = {"predicted": 0.9 * top, "observed": 0.9 * top, "label": _("as foreseen")}
    chart = alt.layer(
        alt.Chart(alt.InlineData(values=ideal)).mark_line(**_DASHED).encode(x=x, y=y),
        alt.Chart(alt.InlineData(values=[name]))
        .mark_text(align="right", dx=-10, dy=-4, color="var(--text-3)")
        .encode(x=x, y=y, text="label:N"),
        base.mark_rule(color="var(--chart-1)", strokeWidth=1.25, opacity=0.6).encode(
            y=alt.Y("lower:Q", scale=scale, axis=axis, title=None), y2="upper:Q"
        ),
        base.mark_line().encode(y=y),
        base.mark_point(
            filled=True, size=64, opacity=1, fill="var(--chart-1)", stroke="var(--surface)", strokeWidth=2
        ).encode(y=y),
    )
    return themed(chart.properties(height=HEIGHT, width="container"))


def gains_curve(held_out: "pd.DataFrame", *, share: float = 0.1) -> Spec:
    """What share of the yeses is found among the customers with the highest chances, beside asking at random.

    `held_out` is that of a BehaviourModel; the point at `share` of the customers is named.
    """
    import altair as alt

    found = held_out.sort_values("chance", ascending=False, kind="stable")["yes"].to_numpy(float)
    reached = np.concatenate([[0.0], np.cumsum(found)]) / max(found.sum(), 1.0)
    asked = np.linspace(0, 1, len(reached))
    at = np.unique(np.concatenate([np.linspace(0, 1, 101), [share]]))
    rows = [{"asked": float(a), "reached": float(np.interp(a, asked, reached))} for a in at]
    named = float(np.interp(share, asked, reached))
    label = _("The first {asked} of customers hold {reached}").format(asked=f"{share:.0%}", reached=f"{named:.0%}")
    x = alt.X("asked:Q", axis=_titled(_("Customers, the highest chance first"), format="%", tickCount=5))
    y = alt.Y("reached:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5), title=None)
    dot = alt.Chart(alt.InlineData(values=[{"asked": share, "reached": named, "label": label}])).encode(x=x, y=y)
    even = [{"asked": 0.0, "reached": 0.0}, {"asked": 1.0, "reached": 1.0}]
    chance = {"asked": 0.62, "reached": 0.52, "label": _("at random")}
    chart = alt.layer(
        alt.Chart(alt.InlineData(values=even)).mark_line(color="var(--chart-mute)", strokeWidth=1.5).encode(x=x, y=y),
        alt.Chart(alt.InlineData(values=[chance]))
        .mark_text(align="left", color="var(--text-3)")
        .encode(x=x, y=y, text="label:N"),
        alt.Chart(alt.InlineData(values=rows)).mark_line().encode(x=x, y=y),
        dot.mark_point(filled=True, size=80, opacity=1, fill="var(--chart-1)", stroke="var(--surface)", strokeWidth=2),
        # Below the diagonal there is always room.
        dot.mark_text(align="right", fontWeight=600, color="var(--text)").encode(
            x=alt.datum(0.99), y=alt.datum(0.08), text="label:N"
        ),
    )
    return themed(chart.properties(height=HEIGHT, width="container"))


def chance_histogram(chances: Sequence[float], *, threshold: float, bins: int = 20) -> Spec:
    """How many customers have which chance, those from the threshold on in red. Raises ValueError without any."""
    if not len(chances):
        raise ValueError("There must be a customer to draw.")
    import altair as alt

    values = np.asarray(chances, dtype=float)
    flagged = values >= threshold
    edges = np.linspace(0, 1, bins + 1)
    calm, alarmed = (np.histogram(some, edges)[0] for some in (values[~flagged], values[flagged]))
    rows = [
        # The two kinds of the bin in which the threshold lies stand on top of each other, with air between bins.
        {
            "from": low + 0.04 / bins,
            "to": high - 0.04 / bins,
            "low": int(start),
            "high": int(start + count),
            "flagged": kind,
        }
        for kind, starts, counts in ((False, 0 * calm, calm), (True, calm, alarmed))
        for low, high, start, count in zip(edges.tolist(), edges[1:].tolist(), starts, counts, strict=False)
        if count
    ]
    count = int(flagged.sum())
    told = [
        _("Flagged, {chance} or more").format(chance=f"{threshold:.0%}"),
        ngettext("{count} customer", "{count} customers", count).format(count=f"{count:,}"),
    ]
    highest = int((calm + alarmed).max())
    x = alt.X("from:Q", scale=alt.Scale(domain=[0, 1]), axis=_titled(_("Chance"), format="%", tickCount=5))
    y = alt.Y("high:Q", scale=alt.Scale(domain=[0, 1.1 * highest]), axis=alt.Axis(tickCount=4, format=",d"), title=None)
    left = threshold > 0.6
    line = alt.Chart(alt.InlineData(values=[{"from": threshold}])).encode(x=x)
    words: dict[str, Any] = {"align": "right" if left else "left", "dx": -8 if left else 8}
    chart = alt.layer(
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(
            x=x,
            x2="to:Q",
            y=y,
            y2="low:Q",
            color=alt.condition(alt.datum.flagged, alt.value("var(--bad)"), alt.value("var(--chart-soft)")),
        ),
        line.mark_rule(**_DASHED),
        line.mark_text(fontWeight=600, color="var(--text)", **words).encode(y=alt.value(4), text=alt.value(told[0])),
        line.mark_text(color="var(--text-2)", **words).encode(y=alt.value(19), text=alt.value(told[1])),
    )
    return themed(chart.properties(height=HEIGHT, width="container"))


def importance_bars(importance: "pd.Series", *, most: int = 8) -> Spec:
    """The share of all effects that each column has, the greatest first. `importance` is that of a BehaviourModel."""
    import altair as alt

    from rapport.science.behaviour.roles import readable

    shares = importance / (float(importance.sum()) or 1.0)
    shown = shares[shares > 0].sort_values(ascending=False).head(most)
    if shown.empty:
        raise ValueError("No column has an effect, so there is nothing to draw.")
    rows = [
        {"column": readable(str(name)), "share": float(value), "label": f"{value:.0%}"} for name, value in shown.items()
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=_names("column"), x=_horizontal("share", [0, 1.12 * float(shown.iloc[0])], "%")
    )
    chart = alt.layer(
        base.mark_bar(size=12, cornerRadiusEnd=2, color="var(--chart-1)"),
        base.mark_text(align="left", dx=8, fontWeight=600, color="var(--text)").encode(text="label:N"),
    )
    return themed(chart.properties(height=_ROW * len(rows) + 26, width="container"))


def _names(field: str) -> "altair.Y":
    import altair as alt

    axis = alt.Axis(grid=False, labelColor="var(--text-2)", domain=False, labelLimit=220)
    return alt.Y(f"{field}:N", sort=None, axis=axis, title=None)


def _horizontal(field: str, domain: list[float], format: str) -> "altair.X":
    import altair as alt

    axis = alt.Axis(grid=True, gridColor="var(--chart-grid)", domain=False, tickCount=5, format=format)
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=domain, nice=False), axis=axis, title=None)


def _titled(title: str, **options: Any) -> "altair.Axis":
    import altair as alt

    return alt.Axis(
        title=title, titleColor="var(--text-3)", titleFont="var(--font)", titleFontSize=11, titleFontWeight="normal",
        titlePadding=8, **options,
    )  # fmt: skip
