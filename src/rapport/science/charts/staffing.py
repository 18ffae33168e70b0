"""How many people are there, beside how many are needed, and what one more or less changes."""

from typing import TYPE_CHECKING, Any

from rapport.science.charts.forecast import days_axis, squares
from rapport.science.charts.theme import HEIGHT, Spec, themed
from rapport.science.language import _

if TYPE_CHECKING:
    import pandas as pd


def cover_steps(cover: "pd.DataFrame") -> Spec:
    """People scheduled as a line in steps, people needed dashed, and what is short in red.

    `cover` is that of a Roster: required, present and short by time and skill; skills are added up. Raises ValueError
    when nothing was planned.
    """
    import pandas as pd

    if not len(cover):
        raise ValueError("There must be a step to draw.")
    import altair as alt

    steps = cover.groupby(level="time")[["required", "present", "short"]].sum()
    length = pd.Series(steps.index).diff().min() if len(steps) > 1 else pd.Timedelta(hours=1)
    said = {"present": _("Scheduled"), "required": _("Needed"), "short": _("Short")}
    x = alt.X("time:T", scale=alt.Scale(nice=False), axis=days_axis(pd.DatetimeIndex(steps.index)))
    top = float(steps[["required", "present"]].to_numpy().max())
    y = alt.Y(
        "people:Q", scale=alt.Scale(domain=[0, 1.1 * top]), axis=alt.Axis(format="d", tickCount=min(4, int(top) + 1))
    )
    colours = alt.Scale(domain=list(said.values()), range=["var(--chart-1)", "var(--text)", "var(--bad)"])
    colour = alt.Color("kind:N", scale=colours, legend=squares())
    gaps = alt.Chart(alt.InlineData(values=_gaps(steps, length, said["short"]))).encode(x=x, x2="end:T")
    present, required = (
        alt.Chart(alt.InlineData(values=_steps(steps[name], length, said[name]))).encode(
            x=x, y=y, detail="run:N", color=colour
        )
        for name in ("present", "required")
    )
    layers = [
        present.mark_line(interpolate="step-after"),
        required.mark_line(interpolate="step-after", strokeDash=[4, 3], strokeWidth=1.5),
    ]
    if (steps["short"] > 0).any():
        red = gaps.mark_rect(opacity=0.25).encode(y=alt.Y("low:Q", title=None), y2="people:Q", color=colour)
        layers.insert(0, red)
    chart = alt.layer(*layers)
    return themed(chart.properties(height=HEIGHT, width="container"))


def waiting_by_people(queues: "pd.DataFrame", *, goal: float | None = None, chosen: int | None = None) -> Spec:
    """The share answered in time for every number of people, the goal dashed and the number `chosen` named.

    `queues` has `service_level` (0 to 1) by number of people. Raises ValueError without a number.
    """
    if not len(queues):
        raise ValueError("There must be a number of people to draw.")
    import altair as alt

    rows = [
        {"people": int(str(people)), "share": float(share), "label": f"{share:.0%}" if people == chosen else ""}
        for people, share in queues["service_level"].items()
    ]
    axis = alt.Axis(
        title=_("People at the desk"), titleColor="var(--text-3)", titleFontSize=11, titleFontWeight="normal",
        titlePadding=8, values=[int(str(people)) for people in queues.index], format="d",
    )  # fmt: skip
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("people:Q", scale=alt.Scale(nice=False, padding=20), axis=axis),
        y=alt.Y(
            "share:Q", scale=alt.Scale(domain=[0, 1.08]), axis=alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
        ),
    )
    named = base.transform_filter(alt.datum.label != "")
    layers = [
        base.mark_line(),
        named.mark_point(
            filled=True, size=80, opacity=1, fill="var(--chart-1)", stroke="var(--surface)", strokeWidth=2
        ),
        named.mark_text(dy=-14, fontWeight=600, color="var(--text)").encode(text="label:N"),
    ]
    if goal is not None:
        line = alt.Chart(alt.InlineData(values=[{"share": goal, "label": _("goal {goal}").format(goal=f"{goal:.0%}")}]))
        layers += [
            line.mark_rule(color="var(--text-2)", strokeDash=[4, 3], strokeWidth=1.25).encode(y="share:Q"),
            line.mark_text(align="left", dx=4, dy=-7, color="var(--text-2)").encode(
                x=alt.value(0), y="share:Q", text="label:N"
            ),
        ]
    return themed(alt.layer(*layers).properties(height=HEIGHT, width="container"))


def _steps(values: "pd.Series", length: Any, kind: str) -> list[dict[str, Any]]:
    """One row a step and one more at the end of each stretch without a break."""
    rows, run = [], 0
    for place, (moment, people) in enumerate(values.items()):
        if place and moment - values.index[place - 1] > length:
            run += 1
        rows.append({"time": moment, "people": float(people), "run": run})
        if place + 1 == len(values) or values.index[place + 1] - moment > length:
            rows.append({"time": moment + length, "people": float(people), "run": run})
    return [{**row, "time": row["time"].isoformat(), "run": f"{kind} {row['run']}", "kind": kind} for row in rows]


def _gaps(steps: "pd.DataFrame", length: Any, kind: str) -> list[dict[str, Any]]:
    return [
        {
            "time": moment.isoformat(), "end": (moment + length).isoformat(), "kind": kind,
            "low": float(row["required"] - row["short"]), "people": float(row["required"]),
        }
        for moment, row in steps[steps["short"] > 0].iterrows()
    ]  # fmt: skip
