"""The first page: headline figures, findings, what could not be answered, and how the table was read."""

from rapport.science.analysis.analysis import Analysis
from rapport.science.analysis.parts import Part
from rapport.science.analysis.report.blocks import Card, Cell, Content, Section, Stat, Table, number, text
from rapport.science.analysis.report.foreseen import at_risk, foreseen, lead
from rapport.science.analysis.report.grouped import horizon_words, rated, score_words, segmented, valued
from rapport.science.analysis.report.wording import percent
from rapport.science.analysis.scoring import versions
from rapport.science.behaviour.roles import readable
from rapport.science.intervals import Estimate
from rapport.science.language import _, ngettext, short_number


def content_of(analysis: Analysis) -> Content:
    """Everything the report says."""
    title = analysis.reading.name
    count = len(analysis.customers)
    about = ngettext("{count} customer, read on {day}", "{count} customers, read on {day}", count).format(
        count=f"{count:,}", day=analysis.at.date().isoformat()
    )
    sections = [
        _findings(analysis),
        foreseen(analysis),
        segmented(analysis),
        valued(analysis),
        rated(analysis),
        _table(analysis),
        _again(analysis),
    ]
    return Content(title, about, _stats(analysis), [section for section in sections if section is not None])


def _stats(analysis: Analysis) -> list[Stat]:
    stats = [Stat(_("Customers"), f"{len(analysis.customers):,}", note=_lines(analysis))]
    if (prediction := analysis.prediction) is not None:
        stats.append(
            Stat(readable(prediction.target).capitalize(), percent(prediction.rate, 1), note=prediction.question)
        )
        if prediction.foreseen:
            area: Estimate = prediction.model.report_.roc_auc
            note = _("{lower} to {upper}; baseline 0.5").format(lower=f"{area.lower:.3f}", upper=f"{area.upper:.3f}")
            stats.append(Stat(_("ROC AUC"), f"{area.value:.3f}", note=note))
    if analysis.segments is not None:
        largest = _("largest {share}").format(share=percent(analysis.segments.found[0].share))
        stats.append(Stat(_("Segments"), str(len(analysis.segments.found)), note=largest))
    if (worth := analysis.worth) is not None:
        stats.append(
            Stat(
                _("Expected value") if worth.money else _("Expected purchases"),
                short_number(worth.measure.sum()),
                note=horizon_words(worth),
            )
        )
        if worth.at_risk is not None:
            stats.append(Stat(_("Value at risk"), short_number(worth.at_risk), note=_("value times chance"), bad=True))
    for score in analysis.satisfaction.scores if analysis.satisfaction else []:
        one = score.estimate
        value = {Part.CSAT: percent(one.value, 1), Part.NPS: f"{one.value:+.0f}"}.get(score.kind, f"{one.value:.2f}")
        stats.append(Stat(score.column, value, note=_("{n} answers").format(n=f"{one.n:,}")))
    return stats


def _lines(analysis: Analysis) -> str:
    rows = len(analysis.reading.table)
    return _("{lines} lines").format(lines=f"{rows:,}") if rows != len(analysis.customers) else ""


def _findings(analysis: Analysis) -> Section:
    cards = []
    if analysis.cannot:
        cards.append(Card(_("What this table cannot answer"), points=analysis.cannot, wide=True))
    cards.append(Card(_("What it says"), points=_sentences(analysis), wide=True))
    decided = [note for note in analysis.warnings if note not in analysis.cannot]
    if decided:
        cards.append(Card(_("To know before you use it"), points=decided, wide=True))
    return Section("findings", _("In short"), cards=cards)


def _sentences(analysis: Analysis) -> list[str]:
    found = []
    if (prediction := analysis.prediction) is not None:
        found.append(
            _("{share} of customers have the answer {question}.").format(
                share=percent(prediction.rate, 1), question=prediction.question
            )
        )
        found.append(lead(prediction))
        if prediction.foreseen:
            flagged = int(at_risk(analysis)["flagged"].sum())
            text_ = ngettext(
                "{count} customer without the answer so far is flagged, from a chance of {threshold} on.",
                "{count} customers without the answer so far are flagged, from a chance of {threshold} on.",
                flagged,
            )
            found.append(text_.format(count=f"{flagged:,}", threshold=percent(prediction.model.threshold_)))
    found += _about_segments(analysis)
    if (section := valued(analysis)) is not None:
        found.append(section.lead)
    found += [score_words(score) for score in (analysis.satisfaction.scores if analysis.satisfaction else [])]
    return found or [_("The table was read; nothing more can be said of so few customers.")]


def _about_segments(analysis: Analysis) -> list[str]:
    segments = analysis.segments
    if segments is None:
        return []
    section = segmented(analysis)
    found = [section.lead] if section else []
    rated_ = [segment for segment in segments.found if segment.rate is not None]
    if segments.told_apart and len(rated_) > 1:
        high = max(rated_, key=lambda one: one.rate.value if one.rate else 0.0)
        low = min(rated_, key=lambda one: one.rate.value if one.rate else 0.0)
        if high.rate is not None and low.rate is not None and high.rate.lower > low.rate.upper:
            found.append(
                _(
                    "The answer is most common in segment {high} ({high_rate}) and least in segment {low} ({low_rate})."
                ).format(
                    high=high.name,
                    low=low.name,
                    high_rate=percent(high.rate.value, 1),
                    low_rate=percent(low.rate.value, 1),
                )
            )
    return found


def part_names() -> dict[Part, str]:
    """The parts in the reader's words."""
    return {
        Part.CUSTOMER: _("Who the customer is"),
        Part.TARGET: _("Target"),
        Part.DATE: _("Date"),
        Part.AMOUNT: _("Amount"),
        Part.FREQUENCY: _("Repeat purchases"),
        Part.RECENCY: _("Time of the last purchase"),
        Part.T: _("Time observed"),
        Part.MONETARY: _("Mean spend"),
        Part.TENURE: _("Tenure"),
        Part.CHARGE: _("Monthly charge"),
        Part.CSAT: _("Rating, 1 to 5"),
        Part.NPS: _("Recommendation, 0 to 10"),
        Part.CES: _("Effort, 1 to 7"),
        Part.NUMBER: _("Number"),
        Part.BOOLEAN: _("Yes or no"),
        Part.CATEGORY: _("Category"),
        Part.TEXT: _("Text"),
        Part.IDENTIFIER: _("Identifier"),
        Part.CONSTANT: _("The same for all"),
        Part.EMPTY: _("Empty"),
        Part.IGNORE: _("Left out"),
    }


def _table(analysis: Analysis) -> Section:
    table, names = analysis.reading.table, part_names()
    left_out = analysis.prediction.model.left_out_ if analysis.prediction else {}
    rows = [
        [
            Cell(name, strong=True),
            text(names[part]),
            number(percent(float(table[name].isna().mean()))),
            number(f"{table[name].nunique():,}"),
            Cell(left_out.get(name, ""), wide=True),
        ]
        for name, part in analysis.parts.items()
    ]
    separators = {"\t": _("tab"), " ": _("blanks"), "": _("none")}
    reading = analysis.reading
    card = Card(
        _("Columns"),
        _("Say another role with --map COLUMN=ROLE"),
        table=Table(
            _("How each column was read"),
            [_("Column"), _("Role"), _("Gaps"), _("Different values"), _("Not learnt from, because")],
            rows,
        ),
        foot=_("Encoding {encoding}, separator {separator}.").format(
            encoding=reading.encoding or _("none"), separator=separators.get(reading.separator, reading.separator)
        ),
        wide=True,
    )
    return Section("table", _("How the table was read"), cards=[card])


def _again(analysis: Analysis) -> Section:
    code = (
        "import pandas\n"
        "from rapport.science.analysis import load\n\n"
        'model = load("model.joblib")\n'
        'scores = model.score(pandas.read_csv("customers.csv"))'
    )
    made = ", ".join(f"{name} {number_}" for name, number_ in versions().items())
    cards = [
        Card(
            _("Use the model again"),
            sentences=[
                _(
                    "model.joblib scores later customers with the same columns. Load only files that "
                    "you trust: such a file can run code."
                ),
            ],
            code=code,
        ),
        Card(
            _("How it was made"),
            points=[
                _("Made on {moment} UTC in {seconds} s with up to {memory} MB of memory.").format(
                    moment=analysis.at.strftime("%Y-%m-%d %H:%M"),
                    seconds=f"{analysis.seconds:.0f}",
                    memory=f"{analysis.megabytes:,.0f}",
                ),
                _("Seed {seed}: the same table gives the same report.").format(seed=analysis.seed),
                made,
            ],
        ),
        Card(_("Caveats"), points=_caveats(analysis), wide=True),
    ]
    return Section("again", _("How it was made, and how to use it again"), cards=cards)


def _caveats(analysis: Analysis) -> list[str]:
    found = [
        _(
            "The numbers hold while customers, prices and the way the table is made stay as they "
            "were; measure again as answers come in."
        ),
    ]
    if analysis.prediction is not None:
        found += [
            _("A chance is a statement about customers like this one, not a verdict on one person."),
            _(
                "Reasons say what the model goes by, not what would happen if it were changed: only "
                "an experiment says that."
            ),
            _(
                "The chances in scored.csv come from the model learnt from all customers; how good "
                "they are was measured on customers held out."
            ),
        ]
    if analysis.segments is not None:
        found.append(_("Segments are a way to look at customers, not kinds of people; their edges are soft."))
    if analysis.worth is not None:
        found.append(_("Value is an expectation: single customers will differ from it, many together much less."))
    return found
