"""What experiments promise, simulated: false alarms, intervals, variance taken away, rewards not lost."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import ttest_ind

from rapport.science.experiment import Counts, SequentialTest, ThompsonBandit, cuped, fixed_horizon
from tools.science.figure import Figure

RUNS = 250


def figures(datasets: Path) -> list[Figure]:
    return [*_alarms(), *_coverage(), *_past(datasets), *_regret()]


def _alarms() -> list[Figure]:
    """How often no difference is taken for one by somebody who looks after every 40 people, 50 times."""
    draws = {
        "normal values": lambda dice: dice.normal(size=(2, 2000)),
        "spend, lognormal": lambda dice: dice.lognormal(0, 1, (2, 2000)),
        "shares of 5 %": lambda dice: (dice.random((2, 2000)) < 0.05).astype(float),
    }
    found = []
    for name, draw in draws.items():
        dice = np.random.default_rng(7)
        ours, naive = [], []
        for _run in range(RUNS):
            a, b = draw(dice)
            test = SequentialTest("share" if name.startswith("shares") else "mean")
            seen = False
            for end in range(40, 2001, 40):
                test.update(a[end - 40 : end], b[end - 40 : end])
                if not seen and np.ptp(a[:end]) + np.ptp(b[:end]) > 0:
                    seen = bool(ttest_ind(a[:end], b[:end], equal_var=False).pvalue < 0.05)
            ours.append(test.decided_)
            naive.append(seen)
        rival = np.mean(naive)
        found.append(
            Figure(f"false alarms of 50 looks, {name} (t test: {rival:.2f})", float(np.mean(ours)), 0.05, "", False)
        )
    return found


def _coverage() -> list[Figure]:
    """How often intervals of 95 % hold the truth; 2,000 runs leave 1 % to chance."""
    dice = np.random.default_rng(8)
    shares, means = [], []
    for _run in range(2000):
        found = fixed_horizon(Counts(dice.binomial(400, 0.1), 400), Counts(dice.binomial(300, 0.14), 300))
        shares.append(found.lower <= 0.04 <= found.upper)
        found = fixed_horizon(dice.normal(0, 1, 60), dice.normal(0.3, 3, 25))
        means.append(found.lower <= 0.3 <= found.upper)
    return [
        Figure(f"95 % interval of a difference of {name}: held", float(np.mean(held)), 0.94, "", True)
        for name, held in (("shares", shares), ("means", means))
    ]


def _past(datasets: Path) -> list[Figure]:
    """CDNOW: spend of weeks 14 to 39 by groups drawn at random, adjusted by orders and spend of weeks 1 to 13."""
    early, late = _spend(datasets)
    dice = np.random.default_rng(9)
    alarms, effects, plain, reductions = [], [], [], []
    for _run in range(RUNS):
        found = cuped(late, early, dice.random(len(late)) < 0.5)
        alarms.append(found.p_value <= 0.05)
        effects.append(found.effect)
        plain.append(found.unadjusted.effect)
        reductions.append(found.variance_reduction)
    promised, got = float(np.mean(reductions)), 1 - float(np.var(effects) / np.var(plain))
    least = float(1 - np.linalg.lstsq(_with_one(early), late, rcond=None)[1][0] / np.square(late - late.mean()).sum())
    return [
        Figure(
            "CUPED on CDNOW: variance taken away, as the correlation squared says", promised, least - 0.005, "", True
        ),
        Figure("CUPED on CDNOW: variance taken away over placebo experiments", got, promised - 0.08, "", True),
        Figure("CUPED on CDNOW: false alarms of placebo experiments", float(np.mean(alarms)), 0.075, "", False),
    ]


def _spend(datasets: Path) -> tuple[np.ndarray, np.ndarray]:
    """Orders and spend of each customer early on, and spend later."""
    table = pd.read_csv(
        datasets / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", header=None,
        names=["master", "customer", "date", "units", "dollars"],
    )  # fmt: skip
    week = (pd.to_datetime(table["date"].astype(str)) - pd.Timestamp("1997-01-01")).dt.days // 7
    customers = np.sort(table["customer"].unique())
    early = table[week < 13].groupby("customer")["dollars"].agg(["size", "sum"]).reindex(customers, fill_value=0)
    late = table[(week >= 13) & (week < 39)].groupby("customer")["dollars"].sum().reindex(customers, fill_value=0)
    return early.to_numpy(float), late.to_numpy(float)


def _with_one(columns: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(columns)), columns])


def _regret() -> list[Figure]:
    """Rewards lost against always choosing the best arm, as a share of what equal shares would lose."""
    found = []
    for kind in ("bernoulli", "gaussian"):
        chances = np.array([0.1, 0.15, 0.2, 0.3])
        lost = 0.0
        for seed in range(20):
            dice, bandit = np.random.default_rng(seed), ThompsonBandit(4, kind, seed=seed)
            for _person in range(1000):
                arm = bandit.choose()
                lost += chances.max() - chances[arm]
                reward = dice.random() < chances[arm] if kind == "bernoulli" else dice.normal(chances[arm], 0.3)
                bandit.update(arm, float(reward))
        uniform = 20 * 1000 * float((chances.max() - chances).mean())
        found.append(
            Figure(f"Thompson, {kind}, 4 arms: lost, as a share of equal shares", lost / uniform, 0.5, "", False)
        )
    return found
