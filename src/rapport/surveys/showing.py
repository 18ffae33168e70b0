"""Numbers in words: the figures, the chart and the bars of the feedback page."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.science import charts
from rapport.science.intervals import Estimate
from rapport.science.satisfaction import ces, nps
from rapport.surveys.types import SCORES, Figures, Scale, Summary, Week

# Fewer answers than this make a week's point hollow: one customer more could move it by half a point.
FEW = 5
# Labelled by day up to here, by month beyond.
WEEKS_BY_DAY = 10


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    unit: str = ""
    delta: str = ""
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Bar:
    """One score of the histogram; `width` is a percentage of the longest bar, `query` opens its rows."""

    score: int
    count: int
    width: float
    share: str
    query: str


@dataclass(frozen=True)
class Row:
    """A week of the chart's table."""

    label: str
    index: str
    answers: int
    before: str


@dataclass(frozen=True)
class Chart:
    spec: str
    label: str
    rows: tuple[Row, ...]
    days: str
    has_few: bool
    has_before: bool


def figures(summary: Summary, days: int) -> list[Figure]:
    now, before = summary.now, summary.before
    return [
        _index_figure(now, before, days),
        _share_figure(now),
        Figure(_("Answers"), number_format(now.answers, 0), **_than(now.answers, before.answers, days)),
        Figure(_("Response rate"), percent(now.response_rate), delta=_of_invited(now)),
        Figure(_("Comments"), number_format(now.comments, 0), **_than(now.comments, before.comments, days)),
    ]


def other_figures(found: Mapping[Scale, Sequence[int]]) -> list[Figure]:
    """What came in from files in other scales, each with its interval."""
    made = []
    if scores := found.get(Scale.NPS):
        points = nps(scores)
        made.append(Figure(_("Net promoter score"), number_format(points.value, 0), delta=_likely(points, 0)))
    if scores := found.get(Scale.CES):
        effort = ces(scores)
        unit = _("of 7, less is better")
        made.append(Figure(_("Effort"), number_format(effort.value, 1), unit, delta=_likely(effort, 1)))
    return made


def _likely(found: Estimate, digits: int) -> str:
    told = {"low": number_format(found.lower, digits), "high": number_format(found.upper, digits)}
    likely = _("Likely %(low)s to %(high)s") % told
    return likely + " · " + ngettext("%(n)d answer", "%(n)d answers", found.n) % {"n": found.n}


def chart(summary: Summary) -> Chart:
    """The weekly line with its sentence and its table."""
    weeks, before = summary.weeks, summary.weeks_before
    rows = [_point(weeks, number, "now") for number in range(len(weeks))]
    rows += [_point(before, number, "before", over=weeks[number].start) for number in range(len(before))]
    days = "days" if len(weeks) <= WEEKS_BY_DAY else "months"
    spec = charts.weekly_line(rows, domain=(1, 5), ticks=SCORES, labels="days" if days == "days" else "months")
    return Chart(
        spec=json.dumps(spec, ensure_ascii=False),
        label=_sentence(summary),
        rows=tuple(
            Row(day(week.start), score(week.index), week.answers, score(past.index))
            for week, past in zip(weeks, before, strict=True)
        )[::-1],
        days=day_format(),
        has_few=any(0 < week.answers < FEW for week in weeks),
        has_before=any(week.answers for week in before),
    )


def bars(now: Figures, query: Callable[[int], str]) -> list[Bar]:
    """Five bars, the best score first."""
    longest = max(now.counts) or 1
    return [
        Bar(value, count, 100 * count / longest, percent(count / now.answers if now.answers else 0), query(value))
        for value, count in sorted(zip(SCORES, now.counts, strict=True), reverse=True)
    ]


def score(index: float | None) -> str:
    return "–" if index is None else number_format(index, 2)


def percent(share: float | None) -> str:
    return "–" if share is None else _("%(number)s%%") % {"number": number_format(100 * share, 0)}


def day(value: date) -> str:
    return date_format(value, _day_words())


def day_format() -> str:
    """How the chart's axis writes a day, in the notation of d3."""
    return "%-m月%-d日" if "月" in date_format(date(2026, 1, 1), _day_words()) else "%-d %b"


def _day_words() -> str:
    # Translators: a day without its year, in Django's notation: 3 Nov
    return _("j M")


def _index_figure(now: Figures, before: Figures, days: int) -> Figure:
    label, unit = _("Satisfaction index"), _("of 5") if now.index is not None else ""
    if now.index is None or before.index is None:
        return Figure(label, score(now.index), unit, delta=_("Nothing to compare with yet"))
    change = round(now.index, 2) - round(before.index, 2)
    if abs(change) < 0.005:
        return Figure(label, score(now.index), unit, delta=_same(days))
    words = _("%(points)s better") if change > 0 else _("%(points)s worse")
    return Figure(
        label,
        score(now.index),
        unit,
        delta=words % {"points": number_format(abs(change), 2)},
        tone="good" if change > 0 else "bad",
        icon="trend-up" if change > 0 else "trend-down",
    )


def _share_figure(now: Figures) -> Figure:
    label = _("Satisfied, 4 or 5")
    if now.satisfied is None:
        return Figure(label, "–")
    words = _("Likely %(low)s to %(high)s") % {
        "low": percent(now.satisfied.lower),
        "high": percent(now.satisfied.upper),
    }
    return Figure(label, percent(now.satisfied.value), delta=words)


def _than(now: int, before: int, days: int) -> dict[str, str]:
    if now == before:
        return {"delta": _same(days)}
    words = _("%(number)s more") if now > before else _("%(number)s fewer")
    return {
        "delta": words % {"number": number_format(abs(now - before), 0)},
        "icon": "trend-up" if now > before else "trend-down",
    }


def _same(days: int) -> str:
    return ngettext("As in the %(n)d day before", "As in the %(n)d days before", days) % {"n": days}


def _of_invited(now: Figures) -> str:
    if not now.invited:
        return _("Nobody was asked")
    words = ngettext("%(answered)s of %(n)s asked", "%(answered)s of %(n)s asked", now.invited)
    return words % {"answered": number_format(now.answered, 0), "n": number_format(now.invited, 0)}


def _point(weeks: tuple[Week, ...], number: int, series: str, over: date | None = None) -> dict[str, object]:
    week = weeks[number]
    neighbours = weeks[max(number - 1, 0) : number] + weeks[number + 1 : number + 2]
    return {
        "week": (over or week.start).isoformat(),
        "series": series,
        "value": week.index,
        "few": 0 < week.answers < FEW,
        "alone": week.index is not None and all(neighbour.index is None for neighbour in neighbours),
        "last": score(week.index) if number == _last_answered(weeks) else "",
    }


def _last_answered(weeks: tuple[Week, ...]) -> int | None:
    return max((number for number, week in enumerate(weeks) if week.answers), default=None)


def _sentence(summary: Summary) -> str:
    last = _last_answered(summary.weeks)
    if last is None:
        return _("Satisfaction index by week. Nobody answered in this period.")
    week = summary.weeks[last]
    words = _("Satisfaction index by week from %(first)s to %(last)s, from 1 to 5. The last week has %(index)s.")
    return words % {"first": day(summary.weeks[0].start), "last": day(week.start), "index": score(week.index)}
