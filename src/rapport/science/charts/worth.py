"""What customers are worth by segment, and who is still a customer by the record of purchases."""

from typing import TYPE_CHECKING, Any

from rapport.science.charts.theme import HEIGHT, Spec, themed
from rapport.science.language import _, short_number

if TYPE_CHECKING:
    import pandas as pd

    from rapport.science.value import BetaGeoNBD

_ROW = 34


def value_by_segment(segments: "pd.Series[Any]", value: "pd.Series[float]", *, most: int = 12) -> Spec:
    """The expected value of each segment's customers together, the largest first, with the mean a customer.

    `segments` and `value` have one entry a customer, in the same order. Beyond `most` segments the rest is left out.
    """
    import altair as alt
    import pandas as pd

    table = pd.DataFrame({"segment": pd.Series(segments).astype(str).to_numpy(), "value": pd.Series(value).to_numpy()})
    if table.empty:
        raise ValueError("There is no customer to draw.")
    sums = table.groupby("segment")["value"].agg(["sum", "mean"]).sort_values("sum", ascending=False)[:most]
    rows = [
        {
            "segment": str(name),
            "value": float(row["sum"]),
            "label": _("{total} ({mean} each)").format(total=short_number(row["sum"]), mean=short_number(row["mean"])),
        }
        for name, row in sums.iterrows()
    ]
    top = max(float(str(row["value"])) for row in rows)
    names = alt.Axis(grid=False, labelLimit=180, labelColor="var(--text-2)", domain=False)
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=alt.Y("segment:N", sort=None, axis=names, title=None))
    across = alt.Axis(grid=True, gridColor="var(--chart-grid)", tickCount=5, format="~s", domain=False)
    bars = base.mark_bar(height=12, cornerRadiusEnd=2, color="var(--chart-1)").encode(
        # Room for the words beside the longest bar.
        x=alt.X("value:Q", scale=alt.Scale(domain=[0, 1.35 * top or 1.0]), axis=across, title=None)
    )
    words = base.mark_text(align="left", dx=8, fontWeight=600, color="var(--text)").encode(x="value:Q", text="label:N")
    return themed(alt.layer(bars, words).properties(height=_ROW * len(rows) + 30, width="container"))


def alive_by_record(model: "BetaGeoNBD", *, age: float, most: int = 12, unit: str = "") -> Spec:
    """P(still a customer) by purchases again and by time since the last one, for customers who came `age` ago.

    `unit` names the unit of time of the model, such as "weeks". Who bought often and then fell silent has most
    probably left. Raises ValueError for an age of 0 or less.
    """
    import altair as alt

    if not age > 0:
        raise ValueError("Customers came some time ago: age is above 0.")
    title = _("Time since the last purchase ({unit})").format(unit=unit) if unit else _("Time since the last purchase")
    # From the lightest token on which nothing is to be seen to the one of the focus series.
    ramp = alt.Scale(domain=[0, 1], range=["var(--surface-2)", "var(--chart-1)"], interpolate="lab")
    words: dict[str, Any] = {
        "titleColor": "var(--text-3)", "titleFont": "var(--font)", "titleFontSize": 11, "titleFontWeight": "normal",
    }  # fmt: skip
    legend = alt.Legend(
        title=_("Chance of still being a customer"), orient="bottom", format="%", values=[0, 0.5, 1],
        gradientLength=160, gradientThickness=8, titleOrient="left", labelFont="var(--font)",
        labelColor="var(--text-2)", labelFontSize=11, **words,
    )  # fmt: skip
    cells = (
        alt.Chart(alt.InlineData(values=_cells(model, age, most)))
        .mark_rect(stroke="var(--surface)", strokeWidth=1)
        .encode(
            x=alt.X("from:Q", scale=alt.Scale(nice=False), axis=alt.Axis(title=title, grid=False, **words)),
            x2="to:Q",
            y=alt.Y("count:O", sort="descending", axis=alt.Axis(title=_("Purchases again"), grid=False, **words)),
            color=alt.Color("alive:Q", scale=ramp, legend=legend),
        )
    )
    return themed(cells.properties(height=HEIGHT + 60, width="container"))


def _cells(model: "BetaGeoNBD", age: float, most: int) -> list[dict[str, float]]:
    import numpy as np

    silent, width = np.linspace(0, age, 25)[:-1], age / 24
    rows = []
    for count in range(1, most + 1):
        alive = model.probability_alive(np.full(24, count), age - silent, np.full(24, age))
        rows += [
            {"count": count, "from": float(start), "to": float(start + width), "alive": float(chance)}
            for start, chance in zip(silent, alive, strict=True)
        ]
    return rows
