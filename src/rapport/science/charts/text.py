"""What people write about, how they feel, and what the model mixes up or leaves open."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rapport.science.charts.theme import HEIGHT, Spec, themed
from rapport.science.language import _

if TYPE_CHECKING:
    import altair
    import pandas as pd

_ROW, _LABEL = 26, 230
# The longest bar leaves room for its number.
_ROOM = 1.3


def topic_bars(topics: "pd.DataFrame", *, change: Sequence[float | None] | None = None, most: int = 10) -> Spec:
    """The share of each topic as a bar, its change in percentage points beside it.

    `topics` is `Topics.topics_`; `change` has one number a row of it (0.02 is two points more; None where unknown).
    """
    import altair as alt

    changes = list(change) if change is not None else [None] * len(topics)
    if not len(topics) or len(changes) != len(topics):
        raise ValueError("There must be a topic to draw, and one change a topic.")
    rows = [
        {"name": label, "value": float(share), "text": _share_text(float(share), moved)}
        for label, share, moved in zip(topics["label"], topics["share"], changes, strict=True)
    ][:most]
    return _bars(rows, alt.Axis(format="%", tickCount=4, **_GRID))


def confused_intents(truth: Iterable[Any], said: Iterable[Any], *, most: int = 8) -> Spec:
    """How often one intent was taken for another, the worst first; an answer of None is no confusion.

    Raises ValueError when nothing was confused.
    """
    import altair as alt

    pairs = Counter(
        (right, wrong) for right, wrong in zip(truth, said, strict=True) if wrong is not None and right != wrong
    )
    if not pairs:
        raise ValueError("No intent was taken for another, so there is nothing to draw.")
    worst = sorted(pairs.items(), key=lambda pair: (-pair[1], str(pair[0])))[:most]
    rows = [
        {"name": f"{_words(right)} → {_words(wrong)}", "value": times, "text": str(times)}
        for (right, wrong), times in worst
    ]
    return _bars(rows, alt.Axis(format="d", tickMinStep=1, tickCount=4, **_GRID), label=330)


def refusal_curve(refusals: "pd.DataFrame", *, threshold: float) -> Spec:
    """How often answers are right against how many questions are answered, with the threshold in use marked.

    `refusals` is `IntentClassifier.refusals_`.
    """
    import altair as alt

    table = refusals.dropna(subset=["precision", "answered"]).sort_values("threshold")
    if table.empty:
        raise ValueError("Nothing was held out, so there is no curve to draw: give more examples an intent.")
    columns = ["threshold", "answered", "precision"]
    rows = [{name: float(row[name]) for name in columns} for row in table[columns].to_dict("records")]
    used = min(rows, key=lambda row: abs(row["threshold"] - threshold))
    words = _("{precision} right, {answered} answered").format(
        precision=f"{used['precision']:.0%}", answered=f"{used['answered']:.0%}"
    )
    low = max(0.0, min(row["precision"] for row in rows) // 0.1 / 10 - 0.1)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("answered:Q", scale=alt.Scale(domain=[0, 1]), axis=_titled(_("Answered"))),
        y=alt.Y("precision:Q", scale=alt.Scale(domain=[low, 1]), axis=alt.Axis(format="%", tickCount=5), title=None),
    )
    mark = {**used, "text": words}
    dot = base.properties(data=alt.InlineData(values=[mark]))
    right = used["answered"] > 0.5
    chart = alt.layer(
        base.mark_line(interpolate="monotone").encode(order="threshold:Q"),
        dot.mark_point(fill="var(--chart-1)", stroke="var(--surface)", strokeWidth=2, size=80, filled=True, opacity=1),
        dot.mark_text(
            align="right" if right else "left", dx=-10 if right else 10, dy=16, fontWeight=600, color="var(--text)"
        ).encode(text="text:N"),
    ).properties(height=HEIGHT, width="container")
    return themed(chart)


def feeling_by_week(weeks: Sequence[str], good: Sequence[int], bad: Sequence[int]) -> Spec:
    """Texts that say good things above the line and bad things below it, by week (ISO dates)."""
    import altair as alt

    if not len(weeks) == len(good) == len(bad) or not len(weeks):
        raise ValueError("Each week needs a number of good and of bad texts, and there must be a week.")
    rows = [
        {"week": week, "side": side, "value": sign * int(count)}
        for week, ups, downs in zip(weeks, good, bad, strict=True)
        for side, sign, count in (("good", 1, ups), ("bad", -1, downs))
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("week:O", axis=_week_axis(len(weeks)), title=None),
        y=alt.Y("value:Q", axis=alt.Axis(labelExpr="format(abs(datum.value), ',')", tickCount=5), title=None),
    )
    bars = base.mark_bar(cornerRadiusEnd=2, width={"band": 0.72}).encode(color=_sides("side:N"))
    zero = alt.Chart(alt.InlineData(values=[{"value": 0}])).mark_rule(color="var(--border-strong)").encode(y="value:Q")
    return themed(alt.layer(bars, zero).properties(height=HEIGHT, width="container"))


def feeling_by_topic(labels: Sequence[str], good: Sequence[float], bad: Sequence[float]) -> Spec:
    """Shares (0 to 1) of good texts to the right and bad ones to the left, the topic with most bad ones on top."""
    import altair as alt

    if not len(labels) == len(good) == len(bad) or not len(labels):
        raise ValueError("Each topic needs a share of good and of bad texts, and there must be a topic.")
    ordered = sorted(zip(labels, good, bad, strict=True), key=lambda row: -row[2])
    rows: list[dict[str, Any]] = [
        {"name": name, "side": side, "value": sign * float(share), "text": f"{share:.0%}"}
        for name, ups, downs in ordered
        for side, sign, share in (("good", 1, ups), ("bad", -1, downs))
    ]
    reach = 1.15 * max(abs(row["value"]) for row in rows) or 1.0
    axis = alt.Axis(labelExpr="format(abs(datum.value), '.0%')", tickCount=5, **_GRID)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=_names(_LABEL), x=alt.X("value:Q", scale=alt.Scale(domain=[-reach, reach]), axis=axis, title=None)
    )
    beside: dict[str, Any] = {"fontWeight": 600, "color": "var(--text-2)"}
    chart = alt.layer(
        base.mark_bar(size=11, cornerRadiusEnd=2).encode(color=_sides("side:N")),
        base.transform_filter(alt.datum.side == "good").mark_text(align="left", dx=6, **beside).encode(text="text:N"),
        base.transform_filter(alt.datum.side == "bad").mark_text(align="right", dx=-6, **beside).encode(text="text:N"),
    ).properties(height=_ROW * len(ordered) + 60, width="container")
    return themed(chart)


_GRID: dict[str, Any] = {"grid": True, "gridColor": "var(--chart-grid)", "domain": False}


def _bars(rows: list[dict[str, Any]], axis: "altair.Axis", label: int = _LABEL) -> Spec:
    """Named bars with their numbers at their ends."""
    import altair as alt

    widest = max(row["value"] for row in rows) or 1.0
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=_names(label),
        x=alt.X("value:Q", scale=alt.Scale(domain=[0, _ROOM * widest]), axis=axis, title=None),
    )
    chart = alt.layer(
        base.mark_bar(size=11, cornerRadiusEnd=2, color="var(--chart-1)"),
        base.mark_text(align="left", dx=8, fontWeight=600, color="var(--text)").encode(text="text:N"),
    ).properties(height=_ROW * len(rows) + 30, width="container")
    return themed(chart)


def _names(limit: int) -> "altair.Y":
    import altair as alt

    axis = alt.Axis(grid=False, domain=False, labelColor="var(--text-2)", labelLimit=limit)
    return alt.Y("name:N", sort=None, axis=axis, title=None)


def _titled(words: str) -> "altair.Axis":
    import altair as alt

    return alt.Axis(format="%", tickCount=5, title=words, titleColor="var(--text-3)", titleFontWeight="normal")


def _week_axis(weeks: int) -> "altair.Axis":
    import altair as alt

    every = max(1, weeks // 6)
    return alt.Axis(
        labelExpr=f"indexof(domain('x'), datum.value) % {every} ? '' : timeFormat(toDate(datum.value), '%-d %b')",
        labelAngle=0,
        labelOverlap=True,
    )


def _sides(field: str) -> "altair.Color":
    import altair as alt

    names = f"{json.dumps({'good': _('Good'), 'bad': _('Bad')}, ensure_ascii=False)}[datum.label]"
    return alt.Color(
        field,
        scale=alt.Scale(domain=["good", "bad"], range=["var(--chart-1)", "var(--chart-3)"]),
        legend=alt.Legend(
            title=None, orient="bottom", direction="horizontal", symbolType="square", symbolSize=70, labelExpr=names,
            labelColor="var(--text-2)", labelFont="var(--font)",
        ),
    )  # fmt: skip


def _share_text(share: float, moved: float | None) -> str:
    if moved is None or round(100 * moved) == 0:
        return f"{share:.0%}"
    return _("{share}  {change} points").format(share=f"{share:.0%}", change=f"{100 * moved:+.0f}".replace("-", "−"))


def _words(intent: Any) -> str:
    """An intent as people say it: card_arrival is card arrival."""
    return str(intent).replace("_", " ").strip()
