"""How much to hold coefficients back, and how well the result orders customers it has not seen."""

from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import StratifiedKFold

from rapport.science.behaviour.survival.concordance import from_pairs, pairs
from rapport.science.behaviour.survival.cox import CoxRegression, Risks
from rapport.science.behaviour.vectors import Matrix, Rows, Vector
from rapport.science.intervals import Estimate

# By customer, of standardised columns: from hardly to strongly held back.
PENALTIES = (0.0003, 0.003, 0.03, 0.3)
_MOST = 8_000
_MOST_FOR_PENALTY = 20_000
_HARDLY = 1.0  # log-likelihood


def choose_penalty(
    X: Matrix, times: Vector, happened: Vector, penalties: Sequence[float], *, folds: int, seed: int
) -> tuple[float, Estimate | None]:
    """The penalty (for all customers together), and the concordance on held-out folds, None without known pairs.

    A penalty is chosen inside each learning part, so that the concordance rests on no customer it was chosen on.
    """
    split = StratifiedKFold(folds, shuffle=True, random_state=seed)
    good, known = [], []
    for learn, check in split.split(X, happened):
        best = _best(X, times, happened, learn, penalties, seed)
        model = CoxRegression(best * len(learn)).fit(X[learn], times[learn], happened[learn])
        check = check[: _MOST // folds]
        one = pairs(times[check], happened[check], model.log_risk(X[check]))
        good.append(one[0])
        known.append(one[1])
    together = np.concatenate(known)
    estimate = from_pairs(np.concatenate(good), together) if together.any() else None
    everybody = np.arange(len(X))
    return _best(X, times, happened, everybody, penalties, seed) * len(X), estimate


def _best(X: Matrix, times: Vector, happened: Vector, rows: Rows, penalties: Sequence[float], seed: int) -> float:
    """The penalty whose coefficients, learnt on two thirds, foresee the events of the last third best.

    Source of the measure: P. Verweij and H. van Houwelingen (1993), Statistics in Medicine 12, 2305-2314.
    """
    if len(penalties) == 1:
        return penalties[0]
    rows = np.random.default_rng(seed).permutation(rows)[:_MOST_FOR_PENALTY]
    part = np.arange(len(rows)) % 3
    learn = rows[part > 0]
    if not happened[learn].any() or not happened[rows[part == 0]].any():
        return penalties[-1]
    all_risks, learnt_risks = (Risks.of(X[some], times[some], happened[some]) for some in (rows, learn))
    gains, start = {}, None
    for penalty in sorted(penalties, reverse=True):
        model = CoxRegression(penalty * len(learn)).fit(X[learn], times[learn], happened[learn], start=start)
        start = model.coef_
        gains[penalty] = all_risks.value(start) - learnt_risks.value(start)
    # Hardly better is not worth coefficients drawn towards 0.
    enough = max(gains.values()) - _HARDLY
    return min(penalty for penalty, gain in gains.items() if gain >= enough)
