"""What may be concluded about a driver, in a sentence."""

import math
from enum import StrEnum

from rapport.science.language import _, with_commas
from rapport.science.satisfaction.design import Kind, Term


class Verdict(StrEnum):
    """What can be said of one driver."""

    MORE = "more"
    LESS = "less"
    UNCLEAR = "unclear"
    INSEPARABLE = "inseparable"
    CONSTANT = "constant"
    TOO_FEW = "too few"


def verdict(separable: bool, constant: bool, lower: float, upper: float) -> Verdict:
    """Only an interval on one side of 0 says more or less."""
    if constant:
        return Verdict.CONSTANT
    if not separable:
        return Verdict.INSEPARABLE
    if math.isnan(lower):
        return Verdict.TOO_FEW
    return Verdict.MORE if lower > 0 else Verdict.LESS if upper < 0 else Verdict.UNCLEAR


def sentence(
    said: Verdict, term: Term, effect: tuple[float, float, float], answers: int, unknowns: int, others: list[str]
) -> str:
    """`effect` is the coefficient with the ends of its interval; `others` the drivers it cannot be separated from."""
    value, lower, upper = effect
    if said in (Verdict.MORE, Verdict.LESS):
        flip = said is Verdict.LESS
        low, high = (-upper, -lower) if flip else (lower, upper)
        digits = _digits(high - low)
        return _effect(said, term).format(
            driver=term.driver, level=term.level, reference=term.reference,
            effect=f"{abs(value):.{digits}f}", lower=f"{low:.{digits}f}", upper=f"{high:.{digits}f}",
        )  # fmt: skip
    if said is Verdict.UNCLEAR:
        digits = _digits(upper - lower)
        return _(
            "The effect of {driver} cannot be told apart from no effect with {answers} answers: it lies between "
            "{lower} and {upper}."
        ).format(driver=term.name, answers=answers, lower=f"{lower:.{digits}f}", upper=f"{upper:.{digits}f}")
    if said is Verdict.INSEPARABLE:
        return _(
            "The effect of {driver} cannot be separated from that of {others}: they always change together."
        ).format(driver=term.name, others=with_commas(others))
    if said is Verdict.CONSTANT:
        return _("{driver} is the same in every answer, so nothing can be said about its effect.").format(
            driver=term.name
        )
    return _(
        "{answers} answers for {unknowns} unknowns are too few to say how sure the effect of {driver} is, so nothing "
        "is concluded."
    ).format(driver=term.name, answers=answers, unknowns=unknowns)


def _effect(said: Verdict, term: Term) -> str:
    if term.kind is Kind.NUMBER:
        if said is Verdict.MORE:
            return _("One point more of {driver} goes with {effect} ({lower} to {upper}) more satisfaction.")
        return _("One point more of {driver} goes with {effect} ({lower} to {upper}) less satisfaction.")
    if term.kind is Kind.YES_NO:
        if said is Verdict.MORE:
            return _("With {driver}, satisfaction is {effect} ({lower} to {upper}) higher than without.")
        return _("With {driver}, satisfaction is {effect} ({lower} to {upper}) lower than without.")
    if said is Verdict.MORE:
        return _("Where {driver} is {level}, satisfaction is {effect} ({lower} to {upper}) higher than at {reference}.")
    return _("Where {driver} is {level}, satisfaction is {effect} ({lower} to {upper}) lower than at {reference}.")


def _digits(width: float) -> int:
    """Decimals that show two figures of an interval's half width."""
    if not (width > 0 and math.isfinite(width)):
        return 2
    return int(min(8, max(0, 1 - math.floor(math.log10(width / 2)))))
