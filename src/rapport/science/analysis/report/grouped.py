"""The sections on segments, value and satisfaction."""

import pandas as pd

from rapport.science.analysis.analysis import Analysis
from rapport.science.analysis.contentment import Score
from rapport.science.analysis.customers import FACTS
from rapport.science.analysis.groups import Segments, said_size, trait_words
from rapport.science.analysis.parts import Part
from rapport.science.analysis.report.blocks import Bar, Card, Cell, Chart, Section, Table, number
from rapport.science.analysis.report.wording import interval, money, percent
from rapport.science.analysis.worth import Worth
from rapport.science.charts.analysis import group_bars
from rapport.science.charts.segmentation import rfm_grid, segment_choice, segment_profiles
from rapport.science.intervals import Estimate
from rapport.science.language import _, short_number, with_semicolons
from rapport.science.segmentation import RFM

_DRAWN = 200_000


def segmented(analysis: Analysis) -> Section | None:
    """The section on segments."""
    segments = analysis.segments
    if segments is None:
        return None
    cards = [_table(analysis, segments)]
    if segments.told_apart:
        cards += [*_rates(analysis, segments), _choice(segments)]
    if segments.rfm is not None:
        cards.append(_recency_and_frequency(analysis, segments.rfm))
    if segments.told_apart:
        cards.append(_profiles(segments))
    return Section("segments", _("Who the customers are"), _lead(segments), cards)


def _lead(segments: Segments) -> str:
    if not segments.told_apart:
        return _("Customers do not fall into segments that would come back with other customers: they are one group.")
    return _("{count} segments, the largest with {share} of customers.").format(
        count=len(segments.found), share=percent(segments.found[0].share)
    )


def _table(analysis: Analysis, segments: Segments) -> Card:
    rated = any(segment.rate for segment in segments.found)
    asked = analysis.prediction.question if analysis.prediction else ""
    head = [_("Segment"), _("Size"), _("Who is in it"), *([asked] if rated else []), _("Comes back")]
    rows = []
    for segment in segments.found:
        traits = with_semicolons(trait_words(trait) for trait in segment.traits)
        told = (
            segment.sentence
            if not traits
            else _("{sentence} Beside everyone: {traits}.").format(sentence=segment.sentence, traits=traits)
        )
        rate = [] if not rated else [number(interval(segment.rate, ".1%") if segment.rate else "")]
        rows.append(
            [
                Cell(segment.name, strong=True),
                Cell(said_size(segment)),
                Cell(told, wide=True),
                *rate,
                number(percent(segment.stability)),
            ]
        )
    return Card(
        _("Segments"),
        table=Table(_("Segments with their sizes and what is special about them"), head, rows),
        foot=_("Comes back: how much of the segment is found again when customers are drawn anew."),
        wide=True,
    )


def _rates(analysis: Analysis, segments: Segments) -> list[Card]:
    prediction = analysis.prediction
    groups = [(_segment(s.name), s.rate, percent(s.rate.value, 1)) for s in segments.found if s.rate is not None]
    if prediction is None or not groups:
        return []
    highest = max(groups, key=lambda one: one[1].value)
    return [
        Card(
            prediction.question,
            _("Share of each segment, with its interval"),
            Chart(
                "segment-rates",
                group_bars(groups, format="%", everyone=prediction.rate, name=_("everyone")),
                _("The share by segment, highest in {name} with {share}.").format(name=highest[0], share=highest[2]),
            ),
        )
    ]


def _profiles(segments: Segments) -> Card:
    names = {segment.number: _segment(segment.name) for segment in segments.found}
    return Card(
        _("How they differ"),
        _("Facts beside everyone"),
        Chart(
            "segment-profiles",
            segment_profiles(segments.model.profiles_, names=names),
            _("How each segment differs from everyone in the facts that tell most."),
        ),
        wide=True,
    )


def _choice(segments: Segments) -> Card:
    return Card(
        _("Why so many"),
        chart=Chart("segment-choice", segment_choice(segments.model.comparison_, segments.model.k_), segments.why),
        sentences=[segments.why],
    )


def _recency_and_frequency(analysis: Analysis, rfm: RFM) -> Card:
    table = analysis.customers.table
    scores = rfm.score(*(table[name] for name in FACTS))
    counts = scores["group"].value_counts()
    return Card(
        _("Recency, frequency and money"),
        _("Scores from 1 to 5, 5 is best"),
        Chart("rfm", rfm_grid(scores), _("How many customers have each pair of recency and purchase score.")),
        sentences=[
            _("The largest group is {name} with {count} customers.").format(
                name=counts.index[0], count=f"{counts.iloc[0]:,}"
            )
        ],
    )


def valued(analysis: Analysis) -> Section | None:
    """The section on value."""
    worth = analysis.worth
    if worth is None:
        return None
    cards = [_summary(worth)]
    if worth.by_segment:
        groups = [(_segment(name), one, _amount(worth, one.value)) for name, one in worth.by_segment.items()]
        highest = max(groups, key=lambda one: one[1].value)
        cards.append(
            Card(
                _("By segment"),
                _("Mean of a customer, with its interval"),
                Chart(
                    "value-by-segment",
                    group_bars(groups, format=",.0f" if highest[1].value >= 10 else "~g"),
                    _("Mean value by segment, highest in {name} with {value}.").format(
                        name=highest[0], value=highest[2]
                    ),
                ),
            )
        )
    cards.append(_most_valuable(analysis, worth))
    return Section("value", _("What customers are worth"), _value_lead(worth), cards)


def horizon_words(worth: Worth) -> str:
    """How far the value looks ahead."""
    if worth.unit == "weeks":
        return _("{count} weeks").format(count=f"{worth.horizon:g}")
    if worth.unit == "months":
        return _("{count} months").format(count=f"{worth.horizon:g}")
    return _("{count} units of the table's time").format(count=f"{worth.horizon:g}")


def _value_lead(worth: Worth) -> str:
    values = worth.measure.dropna()
    if worth.money:
        text = _("Over the next {time} customers are expected to bring {total}, {mean} each on average.")
    else:
        text = _("Over the next {time} customers are expected to buy {total} times, {mean} times each on average.")
    return text.format(time=horizon_words(worth), total=short_number(values.sum()), mean=_amount(worth, values.mean()))


def _amount(worth: Worth, value: float) -> str:
    return money(value) if worth.money else f"{value:.2f}"


def _summary(worth: Worth) -> Card:
    values = worth.measure.dropna().sort_values(ascending=False)
    tenth = float(values.head(max(1, len(values) // 10)).sum() / (values.sum() or 1.0))
    told = {
        "purchases": _(
            "Purchases by the BG/NBD model (Fader, Hardie and Lee, 2005) and spend by the Gamma-Gamma model (Fader and "
            "Hardie, 2013), discounted by 10% a year where the time is known."
        ),
        "subscription": _(
            "The charge of each month times the chance to be there, from how long customers of the same tenure stayed; "
            "discounted by 10% a year. It takes tenure as the time from joining until leaving or today."
        ),
    }
    sentences = [_("A tenth of the customers brings {share} of it.").format(share=percent(tenth))]
    if worth.at_risk is not None:
        sentences.append(
            _("{amount} of it is at risk: the value of each customer times the chance of leaving.").format(
                amount=short_number(worth.at_risk)
            )
        )
    if "alive" in worth.customers:
        alive = worth.customers["alive"].dropna()
        sentences.append(_("{share} of customers still buy, by the model.").format(share=percent(float(alive.mean()))))
    return Card(_("How it is worked out"), sentences=[*sentences, told[worth.kind], *worth.notes])


def _most_valuable(analysis: Analysis, worth: Worth) -> Card:
    who = str(analysis.customers.names.name)
    values = worth.measure.dropna().sort_values(ascending=False).head(10)
    frame = worth.customers.loc[values.index]
    names = pd.Series(analysis.customers.names.to_numpy())[values.index]
    has_range, has_alive = "value_lower" in frame, "alive" in frame
    head = [who, _("Value") if worth.money else _("Purchases")]
    head += [_("95% interval of the mean")] if has_range else []
    head += [_("Still buys")] if has_alive else []
    rows = [
        [
            Cell(str(name), strong=True),
            number(_amount(worth, value)),
            *(
                [
                    number(
                        _("{lower} to {upper}").format(lower=money(one["value_lower"]), upper=money(one["value_upper"]))
                    )
                ]
                if has_range
                else []
            ),
            *([number(percent(one["alive"]))] if has_alive else []),
        ]
        for name, value, one in zip(names, values, frame.to_dict("records"), strict=True)
    ]
    return Card(
        _("Most valuable customers"),
        horizon_words(worth),
        table=Table(_("The most valuable customers"), head, rows),
        wide=bool(worth.by_segment),
    )


def rated(analysis: Analysis) -> Section | None:
    """The section on satisfaction."""
    found = analysis.satisfaction
    if found is None:
        return None
    cards = [card for score in found.scores for card in _score_cards(score)]
    return Section(
        "satisfaction", _("How satisfied they are"), " ".join(score_words(score) for score in found.scores), cards
    )


def score_words(score: Score) -> str:
    """The measure in a sentence."""
    one = score.estimate
    values = {"column": score.column, "n": f"{one.n:,}"}
    if score.kind is Part.CSAT:
        text = _("{column}: {value} of {n} ratings are 4 or 5 ({lower} to {upper}).")
        return text.format(
            **values, value=percent(one.value, 1), lower=percent(one.lower, 1), upper=percent(one.upper, 1)
        )
    if score.kind is Part.NPS:
        text = _("{column}: the Net Promoter Score is {value} of {n} answers ({lower} to {upper}).")
        return text.format(**values, value=f"{one.value:+.0f}", lower=f"{one.lower:+.0f}", upper=f"{one.upper:+.0f}")
    text = _("{column}: effort is {value} on average of {n} answers, from 1 (easy) to 7 (hard) ({lower} to {upper}).")
    return text.format(**values, value=f"{one.value:.2f}", lower=f"{one.lower:.2f}", upper=f"{one.upper:.2f}")


def _score_cards(score: Score) -> list[Card]:
    most = max(score.answers.values())
    bars = [
        Bar(str(answer), count / most, percent(count / score.estimate.n), _good(score.kind, answer))
        for answer, count in sorted(score.answers.items(), reverse=True)
    ]
    cards = [Card(score.column, _("How often each answer was given"), bars=bars, sentences=[score_words(score)])]
    if score.by_segment:
        groups = [(_segment(name), one, _said(score.kind, one)) for name, one in score.by_segment.items()]
        cards.append(
            Card(
                _("{column} by segment").format(column=score.column),
                chart=Chart(
                    f"satisfaction-{score.kind}",
                    group_bars(groups, format="%" if score.kind is Part.CSAT else "~g"),
                    _("{column} of each segment with its interval.").format(column=score.column),
                ),
            )
        )
    if score.drivers:
        foot = _("Other things equal; what would happen if one were changed, only an experiment shows.")
        cards.append(
            Card(_("What goes with {column}").format(column=score.column), points=score.drivers, foot=foot, wide=True)
        )
    return cards


def _good(kind: Part, answer: int) -> bool:
    return answer >= 4 if kind is Part.CSAT else answer >= 9 if kind is Part.NPS else answer <= 3


def _said(kind: Part, one: Estimate) -> str:
    return percent(one.value) if kind is Part.CSAT else f"{one.value:+.0f}" if kind is Part.NPS else f"{one.value:.2f}"


def _segment(name: str) -> str:
    return _("Segment {name}").format(name=name)
