"""Segments of customers: where they are, how large they are, why so many, what they are like."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rapport.science.charts.theme import HEIGHT, Spec, themed
from rapport.science.language import _

if TYPE_CHECKING:
    import altair
    import pandas as pd

_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
_COLOURS = tuple(f"var(--chart-{1 + number % 5})" for number in range(8))
_ROW = 30
_MOST_POINTS = 600


def segment_names(count: int, names: Mapping[int, str] | None = None) -> list[str]:
    """What the segments are called: by `names`, else "Segment 1" for label 0."""
    given = names or {}
    return [given.get(label, _("Segment {number}").format(number=label + 1)) for label in range(count)]


def segment_scatter(
    x: Sequence[float],
    y: Sequence[float],
    labels: Sequence[int],
    *,
    x_title: str,
    y_title: str,
    names: Mapping[int, str] | None = None,
    logarithmic: tuple[bool, bool] = (False, False),
) -> Spec:
    """Customers as points, one shape and colour a segment, its name beside its middle and its size in the legend.

    At most 600 customers are drawn, every n-th of them; the sizes count all. `logarithmic` says which axes (x, y) show
    logarithms: only customers above 0 can be drawn there. Raises ValueError for lists of unequal length.
    """
    across, up, where = np.asarray(x, dtype=float), np.asarray(y, dtype=float), np.asarray(labels, dtype=int)
    if not len(across) == len(up) == len(where):
        raise ValueError("Every customer has one x, one y and one segment.")
    import altair as alt

    titles = _with_sizes(where, names)
    seen = np.isfinite(across) & np.isfinite(up) & ~((across <= 0) & logarithmic[0]) & ~((up <= 0) & logarithmic[1])
    rows = _points(across[seen], up[seen], where[seen], titles)
    scale = alt.Scale(domain=titles, range=list(_COLOURS[: len(titles)]))
    shape = alt.Scale(domain=titles, range=list(_SHAPES[: len(titles)]))
    legend = alt.Legend(
        orient="bottom", title=None, columns=min(len(titles), 3), labelFontSize=12, labelColor="var(--text-2)",
        symbolSize=70, labelLimit=260, symbolOpacity=1, symbolStrokeWidth=0,
    )  # fmt: skip
    points = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_point(filled=True, size=26, opacity=0.85)
        .encode(
            x=alt.X("x:Q", scale=_scale(logarithmic[0]), axis=_titled(x_title), title=x_title),
            y=alt.Y("y:Q", scale=_scale(logarithmic[1]), axis=_values(logarithmic[1])),
            color=alt.Color("segment:N", scale=scale, legend=legend),
            shape=alt.Shape("segment:N", scale=shape, legend=legend),
        )
    )
    middles = [
        {"x": float(np.median(across[mine])), "y": float(np.median(up[mine])), "name": name}
        for label, name in enumerate(segment_names(len(titles), names))
        if (mine := seen & (where == label)).any()
    ]
    base = alt.Chart(alt.InlineData(values=middles)).encode(x="x:Q", y="y:Q", text="name:N")
    halo = base.mark_text(fontWeight=600, fontSize=12, stroke="var(--surface)", strokeWidth=4, strokeJoin="round")
    named = base.mark_text(fontWeight=600, fontSize=12, color="var(--text)")
    return _finished(alt.layer(points, halo, named), HEIGHT + 90, y_title)


def segment_sizes(sizes: Sequence[int], *, names: Mapping[int, str] | None = None) -> Spec:
    """How many customers each segment holds, as bars with the share of all, in the order of the labels."""
    total = sum(sizes)
    if not total:
        raise ValueError("There must be a customer to draw.")
    import altair as alt

    rows = [
        {"segment": name, "customers": int(size), "label": f"{size:,} · {100 * size / total:.0f}%"}
        for name, size in zip(segment_names(len(sizes), names), sizes, strict=True)
    ]
    scale = alt.Scale(domain=[0, 1.25 * max(sizes)], nice=False)
    axis = alt.Axis(grid=True, gridColor="var(--chart-grid)", domain=False, tickCount=4, format=",d")
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=_names("segment"), x=alt.X("customers:Q", scale=scale, axis=axis)
    )
    bars = base.mark_bar(size=12, cornerRadiusEnd=2, color="var(--chart-1)")
    labels = base.mark_text(align="left", dx=8, fontWeight=600, color="var(--text)").encode(text="label:N")
    return _finished(alt.layer(bars, labels), _ROW * len(rows) + 30)


def segment_choice(comparison: "pd.DataFrame", chosen: int | None = None) -> Spec:
    """The silhouette for every number of segments over that of noise (grey), `chosen` written out.

    `comparison` is what `Segmentation.comparison_` holds. A number whose segments do not come back when customers are
    drawn again (stability below 0.75) is drawn hollow. Raises ValueError when nothing was compared.
    """
    if comparison.empty:
        raise ValueError("No numbers of segments were compared.")
    import altair as alt

    rows = [
        {
            "k": int(str(k)), "silhouette": float(row["silhouette"]), "reference": float(row["reference"]),
            "steady": bool(row["stability"] >= 0.75), "chosen": k == chosen, "label": f"{row['silhouette']:.2f}",
        }
        for k, row in comparison.iterrows()
    ]  # fmt: skip
    axis = alt.Axis(values=[row["k"] for row in rows], format="d", **_TITLE)
    end = [{"k": rows[-1]["k"], "reference": rows[-1]["reference"], "label": _("Noise")}]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("k:Q", scale=alt.Scale(nice=False, padding=24), axis=axis, title=_("Number of segments"))
    )
    top = 1.15 * max(max(row["silhouette"], row["reference"]) for row in rows)
    y = alt.Y(
        "silhouette:Q", scale=alt.Scale(domain=[min(0.0, comparison["silhouette"].min()), top]), axis=_values(False)
    )
    noise = base.mark_line(color="var(--chart-mute)", strokeWidth=1.5).encode(y=alt.Y("reference:Q", title=None))
    noise_name = (
        alt.Chart(alt.InlineData(values=end))
        .mark_text(align="right", dy=12, color="var(--text-3)")
        .encode(x="k:Q", y="reference:Q", text="label:N")
    )
    dots: dict[str, Any] = {"strokeWidth": 1.5, "filled": True, "opacity": 1, "stroke": "var(--chart-1)", "size": 42}
    hollow = base.transform_filter(~alt.datum.steady).mark_point(fill="var(--surface)", **dots).encode(y=y)
    full = base.transform_filter(alt.datum.steady).mark_point(fill="var(--chart-1)", **dots).encode(y=y)
    label = (
        base.transform_filter(alt.datum.chosen)
        .mark_text(dy=-14, fontWeight=600, fontSize=12, color="var(--text)")
        .encode(y=y, text="label:N")
    )
    return _finished(
        alt.layer(noise, noise_name, base.mark_line().encode(y=y), hollow, full, label), HEIGHT, _("Silhouette")
    )


def segment_profiles(profiles: "pd.DataFrame", *, names: Mapping[int, str] | None = None, most: int = 10) -> Spec:
    """How each segment differs from everyone in the facts that tell most, as dots on one scale a fact.

    `profiles` is what `Segmentation.profiles_` holds. The grey rule is everyone; a dot to the right is above it. Each
    fact is scaled by the largest difference of a segment from everyone. Raises ValueError without a fact.
    """
    rows, titles = profile_rows(profiles, names, most)
    import altair as alt

    scale = alt.Scale(domain=titles, range=list(_COLOURS[: len(titles)]))
    shape = alt.Scale(domain=titles, range=list(_SHAPES[: len(titles)]))
    legend = alt.Legend(
        orient="bottom", title=None, labelFontSize=12, labelColor="var(--text-2)", symbolSize=70, columns=4
    )
    facts = len({row["fact"] for row in rows})
    axis = alt.Axis(values=[-1, 0, 1], labelExpr=_sides(), grid=False, domain=False, labelPadding=4, orient="top")
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=_names("fact"))
    everyone = (
        alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(color="var(--border-strong)").encode(x="zero:Q")
    )
    lines = base.mark_rule(color="var(--chart-grid)", strokeWidth=2).encode(x="least:Q", x2="greatest:Q")
    dots = base.mark_point(filled=True, size=70, opacity=1, stroke="var(--surface)", strokeWidth=1).encode(
        x=alt.X("away:Q", scale=alt.Scale(domain=[-1.1, 1.1]), axis=axis, title=None),
        color=alt.Color("segment:N", scale=scale, legend=legend),
        shape=alt.Shape("segment:N", scale=shape, legend=legend),
    )
    return _finished(alt.layer(everyone, lines, dots), _ROW * facts + 60)


def rfm_grid(scores: "pd.DataFrame") -> Spec:
    """How many customers have each pair of recency and purchase score, darker for more, with the counts.

    `scores` is what `RFM.score` returns, on five scores. Raises ValueError without a customer.
    """
    if scores.empty:
        raise ValueError("There must be a customer to draw.")
    import altair as alt

    bought = np.floor((scores["frequency"] + scores["monetary"]) / 2 + 0.5).astype(int)
    counts = scores.groupby([scores["recency"], bought.rename("purchases")]).size()
    most = int(counts.max())
    rows = [
        {"recency": r, "purchases": p, "customers": n, "share": n / most, "label": f"{n:,}" if n else ""}
        for r in range(1, 6)
        for p in range(1, 6)
        for n in [int(counts.get((r, p), 0))]
    ]
    axis = alt.Axis(domain=False, labelAngle=0, **_TITLE)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("purchases:O", axis=axis, title=_("How often and for how much (5 is most)")),
        y=alt.Y("recency:O", sort="descending", axis=alt.Axis(domain=False, grid=False)),
    )
    empty = base.mark_rect(fill="var(--chart-grid)", stroke="var(--surface)", strokeWidth=3, cornerRadius=3)
    cells = base.transform_filter(alt.datum.customers > 0).mark_rect(
        fill="var(--chart-1)", stroke="var(--surface)", strokeWidth=3, cornerRadius=3
    )
    shade = alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.15, 1]), legend=None)
    words = base.mark_text(fontWeight=600, fontSize=12).encode(
        text="label:N",
        color=alt.condition(alt.datum.share > 0.6, alt.value("var(--surface)"), alt.value("var(--text)")),
    )
    return _finished(alt.layer(empty, cells.encode(opacity=shade), words), HEIGHT + 60, _("How lately (5 is latest)"))


def rfm_groups(scores: "pd.DataFrame") -> Spec:
    """How many customers each named group holds, the best group first; `scores` is what `RFM.score` returns."""
    counts = scores["group"].value_counts()
    from rapport.science.segmentation.rfm import group_names  # with scikit-learn, which a page that draws none spares

    known = [name for name in group_names().values() if name in counts.index]
    order = [*known, *(name for name in counts.index if name not in known)]
    return segment_sizes([int(counts[name]) for name in order], names=dict(enumerate(map(str, order))))


def profile_rows(
    profiles: "pd.DataFrame", names: Mapping[int, str] | None, most: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """One row a fact and segment, the facts with the widest differences (as a share of their size) first.

    A column has one fact, and facts that set the segments apart alike ("no internet" in six columns) are drawn once.
    """
    from rapport.science.behaviour.roles import readable

    facts = profiles[profiles.index.get_level_values("fact") != "median"] if len(profiles) else profiles
    if facts.empty:
        raise ValueError("There is no fact to draw.")
    values = facts.drop(columns="everyone")
    titles = segment_names(values.shape[1], names)
    away = values.sub(facts["everyone"], axis=0).fillna(0)
    largest = away.abs().max(axis=1)
    # A share is at most 1 apart; a mean is set against its own size, so that no unit decides.
    is_mean = facts.index.get_level_values("fact") == "mean"
    telling = largest.where(~is_mean, largest / values.abs().max(axis=1).replace(0, 1))
    rows: list[dict[str, Any]] = []
    for key in _apart(away.loc[telling[largest > 0].sort_values(ascending=False, kind="stable").index])[:most]:
        column, fact = key
        name = readable(column) if fact in ("mean", "yes") else f"{readable(column)}: {fact}"
        scaled = away.loc[key] / largest[key]
        ends = {"least": float(scaled.min()), "greatest": float(scaled.max())}
        rows += [
            {"fact": name[:1].upper() + name[1:], "segment": title, "away": float(one), **ends}
            for title, one in zip(titles, scaled, strict=True)
        ]
    if not rows:
        raise ValueError("The segments do not differ in any fact.")
    return rows, titles


def _apart(away: "pd.DataFrame") -> list[tuple[str, str]]:
    """The facts in their order, without a second one of a column and without those like one before or its mirror."""
    kept: list[tuple[str, str]] = []
    for key, row in away.iterrows():
        column, fact = str(key[0]), str(key[1])
        like = any(np.allclose(row, sign * away.loc[other], rtol=0.02, atol=1e-9) for other in kept for sign in (1, -1))
        if not like and column not in {name for name, _fact in kept}:
            kept.append((column, fact))
    return kept


_TITLE: dict[str, Any] = {
    "titleFontWeight": "normal",
    "titleFontSize": 11,
    "titleColor": "var(--text-3)",
    "titlePadding": 8,
}


def _with_sizes(labels: "np.ndarray[Any, Any]", names: Mapping[int, str] | None) -> list[str]:
    sizes = np.bincount(labels)
    return [f"{name}  {size:,}" for name, size in zip(segment_names(len(sizes), names), sizes, strict=True)]


def _points(
    across: "np.ndarray[Any, Any]", up: "np.ndarray[Any, Any]", where: "np.ndarray[Any, Any]", titles: list[str]
) -> list[dict[str, Any]]:
    step = max(1, -(-len(across) // _MOST_POINTS))
    drawn = zip(across[::step], up[::step], where[::step], strict=True)
    return [{"x": float(a), "y": float(b), "segment": titles[int(label)]} for a, b, label in drawn]


def _scale(logarithmic: bool) -> "altair.Scale":
    import altair as alt

    return alt.Scale(type="log" if logarithmic else "linear", nice=True, zero=False)


def _titled(title: str) -> "altair.Axis":
    import altair as alt

    return alt.Axis(title=title, tickCount=5, format="~s", **_TITLE)


def _values(logarithmic: bool) -> "altair.Axis":
    import altair as alt

    return alt.Axis(tickCount=3 if logarithmic else 5, format="~s" if logarithmic else ",.2~f")


def _names(field: str) -> "altair.Y":
    import altair as alt

    axis = alt.Axis(grid=False, domain=False, labelColor="var(--text-2)", labelFontSize=12, labelLimit=240)
    return alt.Y(f"{field}:N", sort=None, axis=axis, title=None)


def _sides() -> str:
    """Vega's expression for the words over the profile's axis."""
    words = {-1: _("Lower"), 0: _("Everyone"), 1: _("Higher")}
    return " : ".join(f"datum.value == {at} ? '{word}'" for at, word in words.items()) + " : ''"


def _finished(chart: "altair.LayerChart | altair.FacetChart", height: int, y_title: str | None = None) -> Spec:
    sized = chart.properties(height=height, width="container")
    if y_title is None:
        return themed(sized)
    spec = themed(sized)
    # Over the axis rather than along it: words are read level.
    title = {"text": y_title, "anchor": "start", "frame": "bounds", "fontSize": 11, "fontWeight": "normal"}
    return {**spec, "title": {**title, "color": "var(--text-3)", "offset": 10, "font": "var(--font)"}}
