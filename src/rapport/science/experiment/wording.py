"""What an experiment says, in sentences."""

import math

from rapport.science.experiment.samples import Kind
from rapport.science.language import _


def verdict_of(kind: Kind | str, a: float, b: float, interval: tuple[float, float], decided: bool) -> str:
    """One sentence for the reader of a report: what was found, and between which bounds."""
    lower, upper = interval
    if not (math.isfinite(lower) and math.isfinite(upper)):
        return _("Nothing can be said yet: too few people took part.")
    if kind == "share":
        return _shares(b > a, decided).format(
            control=f"{a:.1%}", variant=f"{b:.1%}", lower=f"{100 * lower:+.2g}", upper=f"{100 * upper:+.2g}"
        )
    return _means(b > a, decided).format(
        control=f"{a:.4g}", variant=f"{b:.4g}", lower=f"{lower:+.3g}", upper=f"{upper:+.3g}"
    )


def _shares(more: bool, decided: bool) -> str:
    if not decided:
        return _(
            "No difference is shown: {variant} with the variant, {control} with the control, and anything from {lower} "
            "to {upper} percentage points fits."
        )
    if more:
        return _(
            "The variant has the higher share: {variant} against {control}, a difference from {lower} to {upper} "
            "percentage points."
        )
    return _(
        "The variant has the lower share: {variant} against {control}, a difference from {lower} to {upper} "
        "percentage points."
    )


def _means(more: bool, decided: bool) -> str:
    if not decided:
        return _(
            "No difference is shown: {variant} with the variant, {control} with the control, and anything from {lower} "
            "to {upper} fits."
        )
    if more:
        return _("The variant is higher: {variant} against {control}, a difference from {lower} to {upper}.")
    return _("The variant is lower: {variant} against {control}, a difference from {lower} to {upper}.")
