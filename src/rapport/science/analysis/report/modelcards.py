"""The cards of all models of an analysis, as one page of Markdown."""

from typing import Any

from rapport.science.analysis.analysis import Analysis
from rapport.science.analysis.groups import Segments
from rapport.science.analysis.report.grouped import horizon_words
from rapport.science.analysis.scoring import versions
from rapport.science.analysis.worth import Purchasing, Worth
from rapport.science.value import CustomerValue


def model_cards(analysis: Analysis) -> str:
    """One card a model."""
    parts = []
    if analysis.prediction is not None:
        parts.append(analysis.prediction.model.card().to_markdown())
    if analysis.segments is not None:
        parts.append(_segments(analysis.segments))
    if analysis.worth is not None:
        parts.append(_worth(analysis.worth))
    made = "\n".join(f"- {name} {number}" for name, number in versions().items())
    return "\n\n".join([*(part.strip() for part in parts), f"# Made with\n\n{made}\n- seed {analysis.seed}"]) + "\n"


def _segments(segments: Segments) -> str:
    told = "\n".join(f"- {one.name}: {one.customers:,} customers. {one.sentence}" for one in segments.found)
    used = ", ".join(column.name for column in segments.model.columns_ if column.used)
    left_out = "\n".join(f"- {name}: {why}" for name, why in segments.model.left_out_.items()) or "Nothing."
    return (
        f"# Model card: segments\n\nK-means with {len(segments.found)} segments over {used}.\n\n{segments.why}\n\n"
        f"{told}\n\n"
        f"## Left out\n\n{left_out}"
    )


def _worth(worth: Worth) -> str:
    if isinstance(worth.model, Purchasing):
        return _purchasing(worth.model, horizon_words(worth))
    return (
        f"# Model card: value of subscriptions\n\nA life table by tenure over {horizon_words(worth)}, discounted at "
        f"{worth.model.rate:.4%} a month; after the longest tenure the rate of the longest quarter goes on."
    )


def _purchasing(model: Purchasing, time: str) -> str:
    learnt = model.model
    parts: dict[str, Any] = (
        {"BG/NBD": learnt.purchases_, "Gamma-Gamma": learnt.spend_}
        if isinstance(learnt, CustomerValue)
        else {"BG/NBD": learnt}
    )
    lines = [
        f"- {name} {key}: {getattr(part, key + '_'):.4g} (standard error {error:.2g})"
        for name, part in parts.items()
        for key, error in part.standard_errors_.items()
    ]
    return f"# Model card: value by purchases\n\nOver {time}.\n\n" + "\n".join(lines)
