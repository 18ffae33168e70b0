"""Scorecards and automatic checks, drawn."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rapport.science.charts.theme import Spec, themed
from rapport.science.language import _

if TYPE_CHECKING:
    import altair

    from rapport.science.quality import Check, Score

_ROW = 28


def scorecard_bars(score: "Score", *, names: Mapping[str, str] | None = None) -> Spec:
    """The points that each criterion gave, over a pale bar of the points that it could give; red where it failed all.

    Criteria that did not apply are left out; `names` are what criteria are called on the chart.
    """
    import altair as alt

    rows = [
        {
            "name": (names or {}).get(line.criterion, line.criterion.replace("_", " ")),
            "points": line.points,
            "most": 100 * line.weight,
            "label": f"{line.points:.0f} / {100 * line.weight:.0f}",
            "failed": line.failed_all,
        }
        for line in score.breakdown
        if line.given is not None and (line.weight > 0 or line.failed_all)
    ]
    most = max((100 * line.weight for line in score.breakdown), default=1.0)
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=_names("name"))
    colour = alt.condition(alt.datum.failed, alt.value("var(--bad)"), alt.value("var(--chart-1)"))
    chart = alt.layer(
        base.mark_bar(size=10, color="var(--chart-soft)", cornerRadiusEnd=2).encode(x=_value("most", 1.15 * most)),
        base.mark_bar(size=10, cornerRadiusEnd=2).encode(x="points:Q", color=colour),
        base.mark_text(align="left", dx=8, fontWeight=600, color="var(--text)").encode(x="most:Q", text="label:N"),
    )
    return _drawn(chart, len(rows))


def quality_by_group(rows: Sequence[Mapping[str, Any]], group: str, *, pass_mark: float | None = None) -> Spec:
    """Mean points of each agent or team as a dot on its 95 % interval; hollow where it rests on few reviews.

    `rows` are those of `Scorecard.by(...)` as records; the pass mark is a dashed line.
    """
    import altair as alt

    data = [
        {
            "name": str(row[group]), "value": float(row["value"]), "lower": float(row["lower"]),
            "upper": float(row["upper"]), "few": bool(row["few"]), "label": f"{row['value']:.0f}",
        }
        for row in rows
    ]  # fmt: skip
    base = alt.Chart(alt.InlineData(values=data)).encode(y=_names("name"))
    layers: list[Any] = [
        base.mark_rule(color="var(--chart-1)", strokeWidth=2, opacity=0.45).encode(
            x=_value("lower", 100), x2="upper:Q"
        ),
        base.mark_point(filled=True, opacity=1, size=70, stroke="var(--chart-1)", strokeWidth=1.5).encode(
            x="value:Q",
            fill=alt.condition(alt.datum.few, alt.value("var(--surface)"), alt.value("var(--chart-1)")),
        ),
        base.mark_text(dy=-12, fontWeight=600, color="var(--text)").encode(x="value:Q", text="label:N"),
    ]
    if pass_mark is not None:
        goal = alt.Chart(
            alt.InlineData(values=[{"goal": pass_mark, "label": _("Goal {n}").format(n=f"{pass_mark:g}")}])
        )
        layers.append(goal.mark_rule(strokeDash=[4, 3], color="var(--text-2)", strokeWidth=1.25).encode(x="goal:Q"))
        said = goal.mark_text(color="var(--text-2)").encode(x="goal:Q", y=alt.value(-6), text="label:N")
        layers.append(said)
    return _drawn(alt.layer(*layers), len(data), row=34)


def checks_passed(conversations: Iterable[Iterable["Check"]], *, names: Mapping[str, str] | None = None) -> Spec:
    """The share of conversations that passed each automatic check, of those where it says yes or no."""
    import altair as alt

    counts: dict[str, list[int]] = {}
    for found in conversations:
        for check in found:
            one = counts.setdefault(check.name, [0, 0])
            one[0] += check.passed is True
            one[1] += check.passed is not None
    rows = [
        {
            "name": (names or {}).get(name, name.replace("_", " ")),
            "share": passed / judged,
            "label": _("{percent} of {n}").format(percent=f"{passed / judged:.0%}", n=judged),
        }
        for name, (passed, judged) in counts.items()
        if judged
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=_names("name"))
    chart = alt.layer(
        base.mark_bar(size=10, color="var(--chart-1)", cornerRadiusEnd=2).encode(x=_value("share", 1.2, "%", (0, 1))),
        base.mark_text(align="left", dx=8, fontWeight=600, color="var(--text)").encode(x="share:Q", text="label:N"),
    )
    return _drawn(chart, len(rows))


def _names(field: str) -> "altair.Y":
    import altair as alt

    axis = alt.Axis(grid=False, labelLimit=180, labelColor="var(--text-2)", domain=False)
    return alt.Y(f"{field}:N", sort=None, axis=axis, title=None)


def _value(field: str, most: float, form: str = ",.2~f", span: tuple[float, float] | None = None) -> "altair.X":
    import altair as alt

    ticks = [span[0] + place * (span[1] - span[0]) / 4 for place in range(5)] if span else alt.Undefined
    axis = alt.Axis(grid=True, gridColor="var(--chart-grid)", tickCount=5, format=form, domain=False, values=ticks)
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, most], nice=False), axis=axis, title=None)


def _drawn(chart: "altair.LayerChart | altair.FacetChart", rows: int, *, row: int = _ROW) -> Spec:
    return themed(chart.properties(height=row * max(rows, 1) + 30, width="container"))
