"""How long customers stay, and when they leave."""

from typing import TYPE_CHECKING

import numpy as np

from rapport.science.charts.theme import HEIGHT, Spec, themed
from rapport.science.language import _

if TYPE_CHECKING:
    import altair
    import pandas as pd

_MOST_BARS = 24
_FEWEST_AT_RISK = 10


def survival_curve(curve: "pd.DataFrame", *, time: str | None = None) -> Spec:
    """The share of customers still there over time, with its 95% interval and the time at which half have left.

    `curve` is that of a SurvivalModel or of `kaplan_meier`; `time` names the unit, such as "Months".
    """
    import altair as alt

    seen = curve.iloc[np.unique(np.linspace(0, len(curve) - 1, 400).astype(int))]
    rows = [
        {name: float(row[name]) for name in ("time", "survival", "lower", "upper")} for row in seen.to_dict("records")
    ]
    x = alt.X("time:Q", scale=alt.Scale(nice=False), axis=_titled(time or _("Time")))
    y = alt.Y("survival:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5), title=None)
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x)
    last = {**rows[-1], "label": f"{rows[-1]['survival']:.0%}"}
    end = alt.Chart(alt.InlineData(values=[last])).encode(x=x, y=y)
    layers = [
        base.mark_area(color="var(--chart-1)", opacity=0.14, interpolate="step-after").encode(
            y=alt.Y("lower:Q", scale=alt.Scale(domain=[0, 1]), title=None), y2="upper:Q"
        ),
        base.mark_line(interpolate="step-after").encode(y=y),
        end.mark_point(filled=True, size=80, opacity=1, fill="var(--chart-1)", stroke="var(--surface)", strokeWidth=2),
        end.mark_text(align="left", dx=9, fontWeight=600, color="var(--text)").encode(text="label:N"),
    ]
    half = curve.loc[curve["survival"] <= 0.5, "time"]
    if len(half):
        layers += _half(float(half.iloc[0]), x, y)
    return themed(alt.layer(*layers).properties(height=HEIGHT, width="container"))


def hazard_bars(hazard: "pd.DataFrame", *, period: float | None = None, time: str | None = None) -> Spec:
    """The share of those still there who leave in each period of time: grey where fewer than ten were left.

    `hazard` is that of a SurvivalModel or of `nelson_aalen`; `period` is in its unit, by default as long as makes at
    most 24 bars. Raises ValueError for a period of 0 or less.
    """
    import altair as alt

    last = float(hazard["time"].max())
    length = _round_period(last) if period is None else period
    if not length > 0:
        raise ValueError("A period is longer than 0.")
    rows = _by_period(hazard, length)
    x = alt.X("from:Q", scale=alt.Scale(domain=[0, len(rows) * length], nice=False), axis=_titled(time or _("Time")))
    y = alt.Y("share:Q", scale=alt.Scale(zero=True), axis=alt.Axis(format=".0~%", tickCount=4), title=None)
    bars = alt.Chart(alt.InlineData(values=rows)).encode(x=x, x2="to:Q", y=y, y2=alt.datum(0))
    colour = alt.condition(alt.datum.few, alt.value("var(--chart-mute)"), alt.value("var(--chart-1)"))
    chart = bars.mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2).encode(color=colour)
    return themed(alt.layer(chart).properties(height=HEIGHT, width="container"))


def _by_period(hazard: "pd.DataFrame", length: float) -> list[dict[str, float | bool]]:
    """1 - exp(-cumulative hazard of the period), so that those seen for a part of it count for that part."""
    times = hazard["time"].to_numpy(float)
    part = np.minimum(times // length, max(np.ceil(times.max() / length) - 1, 0)).astype(int)
    at_risk = hazard["at_risk"].to_numpy(float)
    increments = hazard["events"].to_numpy(float) / at_risk
    rows = []
    for number in range(part.max() + 1):
        inside = part == number
        left = float(at_risk[inside].max()) if inside.any() else 0.0
        rows.append(
            {
                "from": (number + 0.04) * length,
                "to": (number + 0.96) * length,
                "share": float(-np.expm1(-increments[inside].sum())),
                "few": left < _FEWEST_AT_RISK,
            }
        )
    return rows


def _round_period(last: float) -> float:
    """1, 2, 3, 5 or 10 times a power of ten, so that at most 24 periods reach to the last time."""
    shortest = max(last, 1e-9) / _MOST_BARS
    power = 10.0 ** np.floor(np.log10(shortest))
    return float(next(step * power for step in (1, 2, 3, 5, 10) if step * power >= shortest * (1 - 1e-9)))


def _half(at: float, x: "altair.X", y: "altair.Y") -> list["altair.Chart"]:
    import altair as alt

    label = _("half have left after {time}").format(time=f"{at:,.4g}")
    data = alt.Chart(alt.InlineData(values=[{"time": at, "survival": 0.5, "label": label}])).encode(x=x)
    return [
        data.mark_rule(color="var(--text-2)", strokeDash=[4, 3], strokeWidth=1.25).encode(y=y, y2=alt.datum(0)),
        data.mark_text(align="left", dx=8, dy=-6, color="var(--text-2)").encode(y=y, text="label:N"),
    ]


def _titled(title: str) -> "altair.Axis":
    import altair as alt

    return alt.Axis(
        title=title, titleColor="var(--text-3)", titleFont="var(--font)", titleFontSize=11, titleFontWeight="normal",
        titlePadding=8, tickCount=6,
    )  # fmt: skip
