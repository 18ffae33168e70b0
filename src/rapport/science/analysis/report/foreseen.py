"""The section on the target: how well it is foreseen, of what, and who comes first."""

import numpy as np
import pandas as pd

from rapport.science.analysis.analysis import Analysis
from rapport.science.analysis.report.blocks import Card, Cell, Chart, Section, Table, number, text
from rapport.science.analysis.report.wording import listed, money, percent
from rapport.science.analysis.target import Prediction
from rapport.science.behaviour.roles import readable
from rapport.science.charts import (
    candidate_intervals,
    chance_histogram,
    gains_curve,
    importance_bars,
    reliability_curve,
)
from rapport.science.charts.behaviour import candidate_names
from rapport.science.intervals import Estimate, share
from rapport.science.language import _, ngettext, with_semicolons

SHOWN = 15
_DRAWN = 200_000


def foreseen(analysis: Analysis) -> Section | None:
    """The section, when there is a target."""
    prediction = analysis.prediction
    if prediction is None:
        return None
    cards = _cards(analysis, prediction) if prediction.foreseen else [_only_the_rate(prediction)]
    return Section("target", _("Foreseeing {question}").format(question=prediction.question), lead(prediction), cards)


def lead(prediction: Prediction) -> str:
    """How good the model is, in a sentence."""
    model = prediction.model
    if not prediction.foreseen:
        return _(
            "Nothing in this table tells surely who it will be, so everybody has the same chance of {rate}."
        ).format(rate=percent(model.prior_, 1))
    area = model.report_.roc_auc
    found = model.report_.lift_at_10
    return _(
        "Of two customers, one with the answer and one without, the model gives the right one the higher chance "
        "{area} times in 100 ({lower} to {upper}). The tenth of customers with the highest chances "
        "holds {lift:.1f} times "
        "as many as a tenth drawn at random."
    ).format(
        area=round(100 * area.value), lower=round(100 * area.lower), upper=round(100 * area.upper), lift=found.value
    )


def at_risk(analysis: Analysis) -> pd.DataFrame:
    """Customers without the answer so far, the highest chance first."""
    prediction = analysis.prediction
    yes = np.zeros(len(analysis.scored), dtype=bool) if prediction is None else prediction.yes.to_numpy() == 1
    open_ = analysis.scored[~yes]
    return open_.sort_values("chance", ascending=False, kind="stable")


def _cards(analysis: Analysis, prediction: Prediction) -> list[Card]:
    return [
        _histogram(analysis, prediction),
        _importance(prediction),
        _gains(prediction),
        _reliability(prediction),
        _candidates(prediction),
        _customers(analysis, prediction),
    ]


def _only_the_rate(prediction: Prediction) -> Card:
    known = prediction.yes.dropna()
    rate = share(int(known.sum()), len(known))
    return Card(
        _("What can be said"),
        sentences=[
            _(
                "{yes} of {n} customers, {rate}, have this answer: {question}. With so many customers the true share "
                "lies between {lower} and {upper}."
            ).format(
                yes=f"{int(known.sum()):,}",
                n=f"{len(known):,}",
                rate=percent(rate.value, 1),
                question=prediction.question,
                lower=percent(rate.lower, 1),
                upper=percent(rate.upper, 1),
            ),
            *prediction.model.notes_,
        ],
        wide=True,
    )


def _histogram(analysis: Analysis, prediction: Prediction) -> Card:
    model = prediction.model
    chances = at_risk(analysis)["chance"].to_numpy()
    flagged = int((chances >= model.threshold_).sum())
    precision, recall = model.report_.precision, model.report_.recall
    return Card(
        _("Chances"),
        _("Customers without the answer so far"),
        Chart(
            "chances",
            chance_histogram(chances[:: max(1, len(chances) // _DRAWN)], threshold=model.threshold_),
            _("How many customers have which chance; {count} have {threshold} or more and are flagged.").format(
                count=f"{flagged:,}", threshold=percent(model.threshold_)
            ),
        ),
        foot=_(
            "Flagged from a chance of {threshold} on. On customers it had not seen, {precision} of "
            "those flagged had the "
            "answer, and {recall} of those with the answer were flagged."
        ).format(threshold=percent(model.threshold_), precision=percent(precision.value), recall=percent(recall.value)),
    )


def _importance(prediction: Prediction) -> Card:
    shown = prediction.model.importance_
    names = [readable(str(name)) for name in shown[shown > 0].index]
    return Card(
        _("What the model goes by"),
        _("Share of all effects"),
        Chart(
            "importance",
            importance_bars(shown),
            _("The columns with the greatest effects on the chance, led by {names}.").format(names=listed(names)),
        ),
        foot=_("What the model goes by need not be what causes the answer: only an experiment shows what changes it."),
    )


def _gains(prediction: Prediction) -> Card:
    held_out = prediction.model.held_out_
    ranked = held_out.sort_values("chance", ascending=False)["yes"].to_numpy(float)
    reached = float(ranked[: max(1, round(0.1 * len(ranked)))].sum() / max(ranked.sum(), 1))
    return Card(
        _("How many are found"),
        _("On customers the model had not seen"),
        Chart(
            "gains",
            gains_curve(held_out.iloc[:: max(1, len(held_out) // _DRAWN)]),
            _("The tenth of customers with the highest chances holds {reached} of those with the answer.").format(
                reached=percent(reached)
            ),
        ),
    )


def _reliability(prediction: Prediction) -> Card:
    rows = prediction.model.reliability_
    off = float(np.average((rows["predicted"] - rows["observed"]).abs(), weights=rows["customers"]))
    return Card(
        _("Are the chances honest"),
        _("What was foreseen and what came, by tenths of customers"),
        Chart(
            "reliability",
            reliability_curve(rows),
            _(
                "The share that came true for each chance that was foreseen; they differ by {points:.1f} points on "
                "average."
            ).format(points=100 * off),
        ),
        foot=_("Chances and shares differ by {points:.1f} percentage points on average.").format(points=100 * off),
    )


def metric_names() -> dict[str, str]:
    """What is shown of each candidate."""
    return {
        "roc_auc": _("ROC AUC"),
        "pr_auc": _("PR AUC"),
        "brier": _("Brier score"),
        "precision": _("Precision"),
        "recall": _("Recall"),
        "f1": _("F1"),
        "lift_at_10": _("Lift at 10%"),
    }


def _candidates(prediction: Prediction) -> Card:
    model, names, metrics = prediction.model, candidate_names(), metric_names()
    splits = {
        "stratified": _("Tested on customers drawn at random and held out, each number with its 95% interval."),
        "group": _("Tested on whole customers held out, with all of their lines; each number with its 95% interval."),
        "time": _("Tested on later customers, foreseen from earlier ones; each number with its 95% interval."),
    }
    rows = [
        [
            Cell(names.get(name, name) + (" ✓" if name == model.chosen_ else ""), strong=name == model.chosen_),
            *(_measured(found[metric], ".2f" if metric == "lift_at_10" else ".3f") for metric in metrics),
        ]
        for name, found in model.report_.items()
    ]
    table = Table(_("Candidates and baseline on the same customers"), [_("Candidate"), *metrics.values()], rows)
    chart = Chart(
        "candidates",
        candidate_intervals(model.report_),
        _("The ROC AUC of every candidate with its interval; {chosen} was chosen.").format(chosen=names[model.chosen_]),
    )
    return Card(
        _("Compared with the baseline"),
        splits[model.split_],
        chart,
        table,
        foot=_("Chosen: {name}. Lower is better for the Brier score, higher for all others.").format(
            name=names[model.chosen_]
        ),
        wide=True,
    )


def _measured(one: Estimate, form: str) -> Cell:
    ends = _("{lower} to {upper}").format(lower=format(one.lower, form), upper=format(one.upper, form))
    return Cell(format(one.value, form), number=True, under=ends)


def _customers(analysis: Analysis, prediction: Prediction) -> Card:
    ranked = at_risk(analysis)
    who = str(analysis.customers.names.name)
    shown = ranked.head(SHOWN).to_dict("records")
    has_value, has_segment = "value" in ranked, "segment" in ranked
    head = [
        readable(who).capitalize(),
        _("Chance"),
        *([_("Segment")] if has_segment else []),
        *([_("Value")] if has_value else []),
    ]
    rows = [
        [
            Cell(str(one[who]), strong=True),
            Cell(percent(one["chance"]), number=True, bar=float(one["chance"]), bad=bool(one["flagged"])),
            *([text(one["segment"])] if has_segment else []),
            *([number("" if pd.isna(one["value"]) else money(one["value"]))] if has_value else []),
            Cell(with_semicolons(one[f"reason_{n}"] for n in (1, 2) if one.get(f"reason_{n}")), wide=True),
        ]
        for one in shown
    ]
    count = int(ranked["flagged"].sum())
    return Card(
        _("Customers to look at first"),
        ngettext("{count} customer is flagged", "{count} customers are flagged", count).format(count=f"{count:,}"),
        table=Table(_("Customers with the highest chances, with reasons"), [*head, _("Main reasons")], rows),
        foot=_("All customers are in scored.csv."),
        wide=True,
    )
