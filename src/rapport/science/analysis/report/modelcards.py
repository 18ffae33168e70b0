"""The cards of all models of an analysis, as one page of Markdown."""

from rapport.science.analysis.analysis import Analysis
from rapport.science.analysis.groups import Segments
from rapport.science.analysis.report.grouped import horizon_words
from rapport.science.analysis.scoring import versions
from rapport.science.analysis.worth import Purchasing, Worth


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
        buying, spending = worth.model.buying, worth.model.spending
        lines = [
            f"- BG/NBD {name}: {getattr(buying, name + '_'):.4g} (standard error {error:.2g})"
            for name, error in buying.standard_errors_.items()
        ]
        if spending is not None:
            lines += [f"- Gamma-Gamma {name}: {getattr(spending, f'{name}_'):.4g}" for name in ("p", "q", "v")]
        return f"# Model card: value by purchases\n\nOver {horizon_words(worth)}, not discounted.\n\n" + "\n".join(
            lines
        )
    return (
        f"# Model card: value of subscriptions\n\nA life table by tenure over {horizon_words(worth)}, discounted at "
        f"{worth.model.rate:.4%} a month; after the longest tenure the rate of the longest quarter goes on."
    )
