"""Groups of customers beside each other."""

from collections.abc import Sequence

from rapport.science.charts.theme import Spec, themed
from rapport.science.intervals import Estimate

_ROW = 34


def group_bars(
    groups: Sequence[tuple[str, Estimate, str]], *, format: str = "~s", everyone: float | None = None, name: str = ""
) -> Spec:
    """A number of each group as a bar with its 95% interval and its label, in the order given.

    The highest is in the focus colour; `everyone` is a dashed line called `name`. Raises ValueError without a group.
    """
    if not groups:
        raise ValueError("There must be a group to draw.")
    import altair as alt

    highest = max(one.value for _, one, _ in groups)
    rows = [
        {
            "group": group, "value": one.value, "lower": one.lower, "upper": one.upper, "label": label,
            "highest": one.value == highest,
        }
        for group, one, label in groups
    ]  # fmt: skip
    top = max([everyone or 0.0, *(max(one.value, one.upper) for _, one, _ in groups)]) or 1.0
    low = min([0.0, *(one.lower for _, one, _ in groups)])
    x = alt.X(
        "value:Q",
        scale=alt.Scale(domain=[low, 1.18 * top], nice=False),
        axis=alt.Axis(grid=True, gridColor="var(--chart-grid)", domain=False, tickCount=5, format=format),
        title=None,
    )
    y = alt.Y(
        "group:N",
        sort=None,
        axis=alt.Axis(grid=False, labelColor="var(--text-2)", domain=False, labelLimit=160),
        title=None,
    )
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=y)
    layers = [
        base.mark_bar(size=14, cornerRadiusEnd=2).encode(
            x=x, color=alt.condition(alt.datum.highest, alt.value("var(--chart-1)"), alt.value("var(--chart-soft)"))
        ),
        base.mark_rule(color="var(--text-2)", strokeWidth=1.25).encode(x="lower:Q", x2="upper:Q"),
        base.mark_tick(color="var(--text-2)", size=8, thickness=1.25).encode(x="lower:Q"),
        base.mark_tick(color="var(--text-2)", size=8, thickness=1.25).encode(x="upper:Q"),
        base.mark_text(align="left", dx=8, fontWeight=600, color="var(--text)").encode(x="upper:Q", text="label:N"),
    ]
    if everyone is not None:
        line = alt.Chart(alt.InlineData(values=[{"value": everyone, "label": name}])).encode(x=x)
        layers += [
            line.mark_rule(color="var(--text-2)", strokeDash=[4, 3], strokeWidth=1.25),
            line.mark_text(align="left", dx=5, color="var(--text-3)").encode(y=alt.value(4), text="label:N"),
        ]
    return themed(alt.layer(*layers).properties(height=_ROW * len(rows) + 30, width="container"))
