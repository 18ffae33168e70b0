"""From a chance to a decision: the threshold from which a customer is flagged."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from rapport.science.behaviour.vectors import Vector


@dataclass(frozen=True)
class Costs:
    """What mistakes cost, in one unit of money: `false_alarm` a customer flagged for nothing, `missed` one not seen."""

    false_alarm: float = 1.0
    missed: float = 1.0

    def __post_init__(self) -> None:
        if not (self.false_alarm > 0 and self.missed > 0):
            raise ValueError("Both costs are above 0.")

    @property
    def threshold(self) -> float:
        """Flag from this chance on: where both mistakes are expected to cost the same.

        Source: C. Elkan (2001), The foundations of cost-sensitive learning, IJCAI 17, 973-978, equation 2.
        """
        return self.false_alarm / (self.false_alarm + self.missed)


@dataclass(frozen=True)
class RetentionOffer:
    """A campaign that offers every flagged customer something to stay.

    `value` is what a customer who stays is worth, `incentive` and `contact` what the offer and the contact cost (one
    unit of money); the share of leavers who accept is beta(`alpha`, `beta`), 0.3 on average by default. A customer
    who would have stayed anyway takes the offer too. Defaults: Verbraken et al. (2013), section 5.
    """

    value: float = 200.0
    incentive: float = 10.0
    contact: float = 1.0
    alpha: float = 6.0
    beta: float = 14.0

    def __post_init__(self) -> None:
        if min(self.value, self.alpha, self.beta) <= 0 or min(self.incentive, self.contact) < 0:
            raise ValueError("An offer has a value, alpha and beta above 0, and costs of 0 or more.")
        if self.incentive >= self.value:
            raise ValueError("The incentive costs as much as the customer is worth, so no offer can pay.")


@dataclass(frozen=True)
class ExpectedProfit:
    """`profit` a customer of the base (unit of money), reached by making the offer to the `share` highest scores."""

    profit: float
    share: float


def expected_maximum_profit(yes: Vector, scores: Vector, offer: RetentionOffer | None = None) -> ExpectedProfit:
    """EMPC: the profit of a retention campaign cut at the best score, averaged over the unknown acceptance rate.

    Source: T. Verbraken, W. Verbeke and B. Baesens (2013), A novel profit maximizing metric for measuring
    classification performance of customer churn prediction models, IEEE TKDE 25(5), 961-973, equations 12 to 17.
    """
    offer = offer or RetentionOffer()
    caught, alarmed = _convex_hull(*_roc(yes, scores))
    leavers = float(np.mean(yes))
    stayers = 1 - leavers
    give, touch = offer.incentive / offer.value, offer.contact / offer.value
    # The acceptance rate from which the next part of the hull pays.
    gained, wasted = leavers * np.diff(caught), stayers * np.diff(alarmed)
    with np.errstate(divide="ignore"):
        pays = ((give + touch) * wasted + touch * gained) / ((1 - give) * gained)
    edges = np.clip(np.concatenate([[0.0], pays, [1.0]]), 0, 1)
    chance = np.diff(beta.cdf(edges, offer.alpha, offer.beta))
    mean = offer.alpha / (offer.alpha + offer.beta)
    accepted = mean * np.diff(beta.cdf(edges, offer.alpha + 1, offer.beta))
    kept = (1 - give) * leavers * caught * accepted
    spent = (touch * leavers * caught + (give + touch) * stayers * alarmed) * chance
    share = float(chance @ (leavers * caught + stayers * alarmed))
    return ExpectedProfit(offer.value * float((kept - spent).sum()), share)


def best_f1(yes: Vector, probability: Vector) -> float:
    """The threshold that balances precision and recall best: the highest F1."""
    cuts, found, seen = _cuts(yes, probability)
    return _between(cuts, int(np.argmax(2 * found / (seen + yes.sum()))))


def most_profitable(yes: Vector, probability: Vector, offer: RetentionOffer) -> float:
    """The threshold that flags the share of customers at which the expected profit is highest."""
    share = expected_maximum_profit(yes, probability, offer).share
    cuts, _, seen = _cuts(yes, probability)
    reached = np.flatnonzero(seen <= share * len(yes) + 1e-9)
    # No offer pays: nobody is flagged.
    return _between(cuts, int(reached[-1])) if len(reached) else 1.0


def _cuts(yes: Vector, scores: Vector) -> tuple[Vector, Vector, Vector]:
    """Distinct scores from the highest, with the yeses found and the customers seen down to each."""
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    return scores[order][ends], np.cumsum(yes[order])[ends], ends + 1.0


def _between(cuts: Vector, at: int) -> float:
    """Half-way to the next lower score, so that a rounding error flags the same customers; 0 flags everybody."""
    return float((cuts[at] + cuts[at + 1]) / 2) if at + 1 < len(cuts) else 0.0


def _roc(yes: Vector, scores: Vector) -> tuple[Vector, Vector]:
    _, found, seen = _cuts(yes, scores)
    positives = float(yes.sum())
    caught = np.concatenate([[0.0], found / positives])
    return caught, np.concatenate([[0.0], (seen - found) / (len(yes) - positives)])


def _convex_hull(caught: Vector, alarmed: Vector) -> tuple[Vector, Vector]:
    """The upper hull of the ROC curve: no cut under it can be the best one."""
    hull: list[int] = []
    for point in range(len(caught)):
        while len(hull) > 1:
            first, second = hull[-2], hull[-1]
            turn = (alarmed[second] - alarmed[first]) * (caught[point] - caught[first]) - (
                caught[second] - caught[first]
            ) * (alarmed[point] - alarmed[first])
            if turn < 0:
                break
            hull.pop()
        hull.append(point)
    return caught[hull], alarmed[hull]
