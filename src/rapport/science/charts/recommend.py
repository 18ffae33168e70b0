"""Recommenders beside each other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rapport.science.charts.theme import Spec, themed

if TYPE_CHECKING:
    from rapport.science.recommend import Ranking

_ROW = 38


def ranking_bars(rankings: Sequence["Ranking"], *, metric: str = "ndcg") -> Spec:
    """One metric of each model as a bar with its 95 % interval, the best on top and in the focus colour.

    `rankings` come from `evaluate`, one a model and measured on the same users; raises ValueError without any.
    """
    if not rankings:
        raise ValueError("There must be a model to draw.")
    import altair as alt

    ordered = sorted(rankings, key=lambda ranking: -ranking[metric].value)
    best = ordered[0][metric].value
    rows = [
        {
            "model": ranking.model, "value": found.value, "lower": found.lower, "upper": found.upper,
            "best": found.value == best, "label": f"{found.value:.3f}",
        }
        for ranking, found in ((ranking, ranking[metric]) for ranking in ordered)
    ]  # fmt: skip
    top = max(float(ranking[metric].upper) for ranking in ordered)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("model:N", sort=None, axis=alt.Axis(grid=False, labelColor="var(--text-2)", domain=False), title=None)
    )
    value = alt.X(
        "value:Q",
        scale=alt.Scale(domain=[0, 1.12 * top or 1.0]),
        axis=alt.Axis(grid=True, gridColor="var(--chart-grid)", domain=False, tickCount=5, format="~g"),
        title=None,
    )
    chart = alt.layer(
        base.mark_bar(size=12, cornerRadiusEnd=2).encode(
            x=value,
            color=alt.condition(alt.datum.best, alt.value("var(--chart-1)"), alt.value("var(--chart-mute)")),
        ),
        base.mark_rule(color="var(--text-2)", strokeWidth=1.25).encode(x="lower:Q", x2="upper:Q"),
        base.mark_tick(color="var(--text-2)", size=8, thickness=1.25).encode(x="lower:Q"),
        base.mark_tick(color="var(--text-2)", size=8, thickness=1.25).encode(x="upper:Q"),
        base.mark_text(align="left", dx=8, fontWeight=600, color="var(--text)").encode(x="upper:Q", text="label:N"),
    ).properties(height=_ROW * len(rows) + 30, width="container")
    return themed(chart)
