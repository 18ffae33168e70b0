"""The model card: what a model is, rests on, is worth, and is not fit for.

Source: M. Mitchell et al. (2019), Model cards for model reporting, FAT* 19, 220-229.
"""

from dataclasses import dataclass
from typing import Any

from rapport.science.behaviour.metrics import METRICS

_SPLITS = {
    "stratified": "customers drawn at random, with the same share of yes in every part",
    "group": "whole groups of rows that belong together",
    "time": "later customers, foreseen from earlier ones",
}
_LIMITS = (
    "A chance is a statement about customers like this one, not a verdict on one person.",
    "Reasons say what the model goes by, not what would happen if it were changed: only an experiment says that.",
    "The metrics hold while customers and prices are like those learnt from; measure again as answers come in.",
)
_SPLIT_LIMIT = "The test was on customers of the same time; on later ones expect somewhat less."


@dataclass(frozen=True)
class ModelCard:
    """Facts by heading."""

    facts: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return self.facts

    def to_markdown(self) -> str:
        """The card as a page."""
        facts = self.facts
        parts = [
            f"# Model card: {facts['target']}",
            facts["summary"],
            "## Test",
            f"Tested on {facts['test']}. Each number with its 95% interval.",
            _table(facts["candidates"], facts["model"]),
            "## Decision",
            f"A customer is flagged from a chance of {facts['threshold']:.3f}. Calibration: {facts['calibration']}.",
            "## What it goes by",
            _list(f"{name}: {share:.0%} of all effects" for name, share in facts["importance"].items()),
            facts["explanation"],
            "## Left out",
            _list(f"{name}: {why}" for name, why in facts["left_out"].items()) or "Nothing.",
            "## Notes and limits",
            _list([*facts["notes"], *facts["limits"]]),
        ]
        return "\n\n".join(part for part in parts if part) + "\n"


def card_of(model: Any) -> ModelCard:
    """The card of a fitted BehaviourModel."""
    total = float(model.importance_.sum())
    shown = model.importance_[model.importance_ > 0].head(8)
    explained = model.explain_method_
    return ModelCard(
        {
            "target": model.target_,
            "summary": (
                f"The chance that {model.target_} is {model.positive_}, learnt from {model.n_rows_:,} customers "
                f"({model.prior_:.1%} of them {model.positive_}) by {model.chosen_.replace('_', ' ')}."
            ),
            "model": model.chosen_,
            "enough": model.enough_,
            "rows": model.n_rows_,
            "rows_given": model.n_rows_given_,
            "prior": model.prior_,
            "seed": model.seed,
            "split": model.split_,
            "test": _SPLITS[model.split_],
            "candidates": model.report_.to_dict(),
            "threshold": model.threshold_,
            "calibration": model.calibration_,
            "importance": {str(name): float(value) / total for name, value in shown.items()},
            "explanation": f"Reasons are {explained}.",
            "columns": {column.name: str(column.role) for column in model.columns_ if column.used},
            "left_out": model.left_out_,
            "notes": list(model.notes_),
            "limits": [*_LIMITS, *([] if model.split_ == "time" else [_SPLIT_LIMIT])],
        }
    )


def _table(candidates: dict[str, dict[str, dict[str, float]]], chosen: str) -> str:
    lines = ["| candidate | " + " | ".join(METRICS) + " |", "|---" * (len(METRICS) + 1) + "|"]
    for name, metrics in candidates.items():
        cells = [f"{metrics[m]['value']:.3f} ({metrics[m]['lower']:.3f} to {metrics[m]['upper']:.3f})" for m in METRICS]
        label = name.replace("_", " ")
        lines.append(f"| {f'**{label}**' if name == chosen else label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _list(lines: Any) -> str:
    return "\n".join(f"- {line}" for line in lines)
