"""Experiments as they run, what to believe of them, and how many people they need."""

from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rapport.science.charts.theme import HEIGHT, Spec, themed
from rapport.science.language import _

if TYPE_CHECKING:
    import altair

    from rapport.science.experiment import Belief, SequentialTest


def sequential_interval(test: "SequentialTest") -> Spec:
    """The effect and its always-valid interval at each look, the line of no difference, and when it was decided.

    Raises ValueError before the test has had its first look.
    """
    import altair as alt

    history = test.history_
    if history.empty:
        raise ValueError("There is nothing to draw yet: too few people took part.")
    history = history.assign(people=history["n_a"] + history["n_b"])
    rows = [{str(key): float(value) for key, value in row.items()} for row in history.to_dict("records")]
    # The first looks know next to nothing: their bounds would press everything else flat.
    widest = 1.6 * float((history["upper"] - history["lower"]).median())
    most = min(widest, float(history[["lower", "upper", "effect"]].abs().to_numpy().max()))
    scale = alt.Scale(domain=[-most, most], clamp=True)
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=_people(_("People so far")))
    effect = alt.Y("effect:Q", scale=scale, axis=_axis(test.kind), title=None)
    layers = [
        base.mark_area(color="var(--chart-1)", opacity=0.14).encode(
            y=alt.Y("lower:Q", scale=scale, axis=_axis(test.kind), title=None), y2="upper:Q"
        ),
        alt.Chart(alt.InlineData(values=[{"effect": 0}]))
        .mark_rule(color="var(--text-2)", strokeDash=[4, 3], strokeWidth=1.25)
        .encode(y=effect),
        base.mark_line().encode(y=effect),
        *_ending(
            {**rows[-1], "label": _signed(rows[-1]["effect"], test.kind)},
            _people(_("People so far")),
            effect,
            dx=9,
            align="left",
        ),
    ]
    decided = next((row for row in rows if row["p_value"] <= test.alpha), None)
    if decided is not None:
        layers += _decision(decided, most, scale)
    return themed(alt.layer(*layers).properties(height=HEIGHT, width="container"))


def posterior_densities(belief: "Belief") -> Spec:
    """How likely each value of the control (grey) and the variant is, each named where it is most likely."""
    import altair as alt

    rows = [
        {"value": float(value), "density": float(density), "group": group}
        for group, densities in (("control", belief.density_a), ("variant", belief.density_b))
        for value, density in zip(belief.values, densities, strict=True)
    ]
    tops = [
        {
            **max((row for row in rows if row["group"] == group), key=lambda row: float(str(row["density"]))),
            "name": name,
        }
        for group, name in (("control", _("Control")), ("variant", _("Variant")))
    ]
    axis = alt.Axis(format="%" if belief.kind == "share" else "~g", tickCount=6)
    colour = alt.Color(
        "group:N",
        scale=alt.Scale(domain=["control", "variant"], range=["var(--chart-mute)", "var(--chart-1)"]),
        legend=None,
    )
    high = max(float(str(top["density"])) for top in tops)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("value:Q", scale=alt.Scale(nice=False, zero=False), axis=axis, title=None),
        y=alt.Y("density:Q", stack=False, scale=alt.Scale(domain=[0, 1.15 * high]), axis=None, title=None),
        color=colour,
    )
    names = alt.Chart(alt.InlineData(values=tops)).encode(x="value:Q", y="density:Q", text="name:N")
    chart = alt.layer(
        base.mark_area(opacity=0.18),
        base.mark_line(),
        names.mark_text(dy=-10, fontWeight=600, color="var(--text)"),
    ).properties(height=HEIGHT, width="container")
    return themed(chart)


def bandit_allocation(choices: Sequence[Hashable], *, parts: int = 40) -> Spec:
    """Which share of people each arm was given along the way, from the arms in the order they were chosen."""
    import altair as alt

    if not len(choices):
        raise ValueError("There is nothing to draw yet: nobody was given an arm.")
    rows, labels, ranked = _allocation(choices, parts)
    colours = ["var(--chart-1)", "var(--ramp-3)", "var(--ramp-4)", "var(--chart-mute)"]
    colour = alt.Color(
        "arm:N",
        scale=alt.Scale(
            domain=ranked,
            range=[colours[min(order, len(colours) - 1)] for order in range(len(ranked))],
        ),
        legend=alt.Legend(
            orient="bottom",
            title=None,
            symbolType="square",
            direction="horizontal",
            labelFont="var(--font)",
            labelColor="var(--text-2)",
            labelFontSize=11,
        ),
    )
    chart = alt.layer(
        alt.Chart(alt.InlineData(values=rows))
        .mark_area(stroke="var(--surface)", strokeWidth=1)
        .encode(
            x=_people(_("People so far")),
            y=alt.Y(
                "share:Q",
                stack=True,
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="%", tickCount=5),
                title=None,
            ),
            color=colour,
            order="order:Q",
        ),
        alt.Chart(alt.InlineData(values=labels))
        .mark_text(align="left", dx=8, fontWeight=600, color="var(--text)")
        .encode(x="people:Q", y="middle:Q", text="label:N"),
    ).properties(height=HEIGHT + 30, width="container")
    return themed(chart)


def power_curve(
    effect: float, *, sd: float | None = None, baseline: float | None = None, alpha: float = 0.05, goal: float = 0.8
) -> Spec:
    """The chance to show a difference by people a group, the goal dashed, and how many people reach it."""
    import altair as alt
    import numpy as np

    # Imported here, as Altair is: a page that draws another chart has no use for it.
    from rapport.science.experiment import power, sample_size

    given: dict[str, Any] = {"sd": sd, "baseline": baseline, "alpha": alpha}
    needed = sample_size(effect, power=goal, **given)
    people = np.unique(np.linspace(max(2, needed / 40), 2.2 * needed, 80).astype(int))
    rows = [{"people": int(n), "power": power(effect, int(n), **given)} for n in people if n >= 2]
    share = alt.Y("power:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5), title=None)
    reached = {"people": needed, "power": power(effect, needed, **given)}
    label = _("{people:,} people in each group").format(people=needed)
    chart = alt.layer(
        alt.Chart(alt.InlineData(values=[{"power": goal}]))
        .mark_rule(color="var(--text-2)", strokeDash=[4, 3], strokeWidth=1.25)
        .encode(y=share),
        alt.Chart(alt.InlineData(values=rows)).mark_line().encode(x=_people(_("People in each group")), y=share),
        *_ending({**reached, "label": label}, _people(_("People in each group")), share, dx=9, dy=12, align="left"),
    ).properties(height=HEIGHT, width="container")
    return themed(chart)


def _allocation(
    choices: Sequence[Hashable], parts: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """The share of each arm in each part of the way, the names beside the last one, and the arms in their order."""
    import numpy as np

    names = list(dict.fromkeys(choices))
    places = np.array([names.index(choice) for choice in choices])
    # The arm with most people in the end lies at the bottom, in the focus colour.
    final = np.bincount(places[-max(1, len(places) // 5) :], minlength=len(names))
    ranked = [int(place) for place in np.argsort(-final, kind="stable")]
    ends = np.unique(np.linspace(0, len(places), min(parts, len(places)) + 1).astype(int))
    rows: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    for order, place in enumerate(ranked):
        shares = [float(np.mean(places[a:b] == place)) for a, b in pairwise(ends)]
        rows += [
            {"people": int(end), "share": share, "arm": str(names[place]), "order": order}
            for end, share in zip(ends, shares[:1] + shares, strict=True)
        ]
        below = sum(row["share"] for row in rows if row["people"] == ends[-1] and row["order"] < order)
        if shares[-1] >= 0.06:
            labels.append({"people": int(ends[-1]), "middle": below + shares[-1] / 2, "label": str(names[place])})
    return rows, labels, [str(names[place]) for place in ranked]


def _people(title: str) -> "altair.X":
    import altair as alt

    axis = alt.Axis(
        format=",d", tickCount=6, labelOverlap=True, titleColor="var(--text-3)", titleFont="var(--font)",
        titleFontSize=11, titleFontWeight="normal",
    )  # fmt: skip
    return alt.X("people:Q", scale=alt.Scale(nice=False, zero=True), axis=axis, title=title)


def _axis(kind: str) -> "altair.Axis":
    import altair as alt

    return alt.Axis(
        format="+.2~p" if kind == "share" else "+~g",
        labelExpr="datum.value == 0 ? '0' : datum.label",
        tickCount=5,
    )


def _signed(value: float, kind: str) -> str:
    return f"{value:+.1%}" if kind == "share" else f"{value:+.3g}"


def _ending(row: dict[str, Any], people: "altair.X", height: "altair.Y", **place: Any) -> list["altair.Chart"]:
    """A dot and its value in words."""
    import altair as alt

    base = alt.Chart(alt.InlineData(values=[row])).encode(x=people, y=height)
    return [
        base.mark_point(fill="var(--chart-1)", stroke="var(--surface)", strokeWidth=2, size=80, filled=True, opacity=1),
        base.mark_text(fontWeight=600, color="var(--text)", **place).encode(text="label:N"),
    ]


def _decision(row: dict[str, float], most: float, scale: "altair.Scale") -> list["altair.Chart"]:
    import altair as alt

    label = _("Decided after {people:,.0f} people").format(people=row["people"])
    base = alt.Chart(
        alt.InlineData(values=[{"people": row["people"], "top": most, "bottom": 0.0, "label": label}])
    ).encode(x=_people(_("People so far")))
    top = alt.Y("top:Q", scale=scale, title=None)
    return [
        base.mark_rule(color="var(--text-3)", strokeDash=[2, 3]).encode(y=top, y2="bottom:Q"),
        base.mark_text(align="left", dx=6, dy=6, color="var(--text-2)").encode(y=top, text="label:N"),
    ]
