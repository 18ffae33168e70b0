"""How far each way of forecasting was from what came."""

from typing import TYPE_CHECKING

from rapport.science.charts.theme import Spec, themed
from rapport.science.language import _

if TYPE_CHECKING:
    import pandas as pd

_BAR = 30


def candidate_errors(backtest: "pd.DataFrame", best: str) -> Spec:
    """The error of each candidate in the tested weeks as a share of volume, the one that is used in colour.

    `backtest` and `best` are the `backtest_` and `best_` of a VolumeForecast. Raises ValueError without a tested
    candidate.
    """
    table = backtest["WAPE"].dropna().sort_values(kind="stable")
    if not len(table):
        raise ValueError("No candidate was tested on a week with any volume.")
    import altair as alt

    names = _names()
    rows = [
        {"name": names.get(str(name), str(name)), "error": float(error), "best": name == best, "label": f"{error:.1%}"}
        for name, error in table.items()
    ]
    x = alt.X("error:Q", scale=alt.Scale(domain=[0, 1.15 * float(table.max()) or 1.0]), axis=None)
    axis = alt.Axis(title=None, domain=False, grid=False, labelFontSize=12, labelColor="var(--text)", labelLimit=200)
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x, y=alt.Y("name:N", sort=None, axis=axis))
    colour = alt.condition(alt.datum.best, alt.value("var(--chart-1)"), alt.value("var(--chart-mute)"))
    layers = [
        base.mark_bar(height=16, cornerRadiusTopRight=2, cornerRadiusBottomRight=2).encode(color=colour),
        base.mark_text(align="left", dx=8, color="var(--text-2)").encode(text="label:N"),
    ]
    return themed(alt.layer(*layers).properties(height=_BAR * len(rows), width="container"))


def _names() -> dict[str, str]:
    return {
        "blend": _("Blend of all"),
        "seasonal_naive": _("Last week again"),
        "recent_mean": _("Mean of four weeks"),
        "robust_mean": _("Mean of ordinary weeks"),
        "holt_winters": _("Exponential smoothing"),
        "calendar_regression": _("Calendar regression"),
        "gradient_boosting": _("Gradient boosting"),
    }
