"""Metrics, calibration and thresholds, against scikit-learn, against brute force and against what must always hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import expit
from sklearn import metrics as sk

from rapport.science.behaviour import Costs, RetentionOffer, delong, expected_maximum_profit
from rapport.science.behaviour.calibration import Isotonic, Plain, Sigmoid, calibrate, reliability
from rapport.science.behaviour.deciding import best_f1, most_profitable
from rapport.science.behaviour.metrics import Predictions, area_under_roc, measure
from rapport.science.behaviour.vectors import log_odds

people = st.integers(0, 2**32 - 1).map(lambda seed: scored(120, seed))


def scored(n, seed=0, strength=1.0, digits=2):
    """Answers and honest chances, with ties."""
    dice = np.random.default_rng(seed)
    chance = expit(dice.normal(-1, 1.2, n) * strength).round(digits)
    yes = (dice.random(n) < chance).astype(float)
    yes[:2] = 0, 1
    return yes, chance


def predictions(n=400, seed=0):
    yes, chance = scored(n, seed)
    return Predictions(yes, chance, (chance >= 0.4).astype(float))


def test_metrics_are_those_of_scikit_learn():
    said = predictions()
    found = {name: one.value for name, one in measure(said, repeats=10).items()}
    assert found["roc_auc"] == pytest.approx(sk.roc_auc_score(said.yes, said.probability))
    assert found["pr_auc"] == pytest.approx(sk.average_precision_score(said.yes, said.probability))
    assert found["brier"] == pytest.approx(sk.brier_score_loss(said.yes, said.probability))
    for name in ("accuracy", "precision", "recall", "f1"):
        assert found[name] == pytest.approx(getattr(sk, f"{name}_score")(said.yes, said.flagged)), name


def test_every_metric_lies_in_its_interval_and_more_customers_narrow_it():
    few, many = (measure(predictions(n), repeats=100) for n in (200, 5_000))
    for name, one in few.items():
        assert one.lower <= one.value <= one.upper
        assert many[name].upper - many[name].lower < one.upper - one.lower


def test_intervals_of_very_many_customers_are_those_of_resampling_all_of_them(monkeypatch):
    said = predictions(8_000)
    whole = measure(said, repeats=200)
    monkeypatch.setattr("rapport.science.behaviour.metrics._MOST", 2_000)
    quick = measure(said, repeats=200)
    for name, one in whole.items():
        assert quick[name].value == one.value
        assert quick[name].upper - quick[name].lower == pytest.approx(one.upper - one.lower, rel=0.25), name


def test_a_random_tenth_holds_a_tenth_of_the_yeses():
    yes, _ = scored(500)
    same = Predictions(yes, np.full(500, yes.mean()), np.ones(500))
    found = measure(same, repeats=20)
    assert found["lift_at_10"].value == pytest.approx(1)
    assert found["roc_auc"].value == 0.5
    assert "calibration_slope" not in found


def test_lift_counts_the_top_tenth():
    yes = np.array([1.0] * 5 + [0] * 95)
    ranked = Predictions(yes, np.linspace(0.9, 0.1, 100), yes)
    assert measure(ranked, repeats=5)["lift_at_10"].value == pytest.approx(10)


def test_delong_is_the_sum_over_all_pairs():
    yes, chance = scored(80, seed=3)
    hit, miss = chance[yes == 1], chance[yes == 0]
    wins = (hit[:, None] > miss) + 0.5 * (hit[:, None] == miss)
    variance = wins.mean(axis=1).var(ddof=1) / len(hit) + wins.mean(axis=0).var(ddof=1) / len(miss)
    found = delong(yes, chance)
    area = wins.mean()
    assert found.value == pytest.approx(area)
    assert log_odds(found.upper) - log_odds(area) == pytest.approx(1.959964 * variance**0.5 / (area * (1 - area)))


def test_delong_covers_the_truth_nineteen_times_in_twenty():
    truth = area_under_roc(*scored(200_000, seed=99, digits=12))
    inside = [one.lower <= truth <= one.upper for one in (delong(*scored(300, seed)) for seed in range(300))]
    assert 0.92 <= np.mean(inside) <= 0.98


def test_a_perfect_order_of_few_is_not_sold_as_certain():
    found = delong(np.array([0.0, 0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.8, 0.9]))
    assert found.value == 1
    assert found.lower < 0.3


def test_rows_that_belong_together_are_drawn_together():
    yes, chance = scored(100, seed=1)
    flagged = (chance > 0.3).astype(float)
    alone = measure(Predictions(yes, chance, flagged), repeats=200)
    copies = Predictions(*(np.repeat(x, 20) for x in (yes, chance, flagged)))
    together = Predictions(copies.yes, copies.probability, copies.flagged, groups=np.repeat(np.arange(100), 20))
    naive, honest = measure(copies, repeats=200)["brier"], measure(together, repeats=200)["brier"]
    width = alone["brier"].upper - alone["brier"].lower
    assert honest.upper - honest.lower == pytest.approx(width, rel=0.25)
    assert naive.upper - naive.lower < width / 3


@settings(max_examples=30, deadline=None)
@given(people, st.floats(0.1, 10), st.floats(-5, 5))
def test_only_the_order_matters_to_the_area(said, scale, shift):
    yes, chance = said
    assert area_under_roc(yes, chance) == pytest.approx(area_under_roc(yes, log_odds(chance) * scale + shift))
    assert area_under_roc(yes, -chance) == pytest.approx(1 - area_under_roc(yes, chance))


@settings(max_examples=15, deadline=None)
@given(people, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(said, random):
    yes, chance = said
    order = list(range(len(yes)))
    random.shuffle(order)
    one, other = (
        measure(Predictions(y, p, (p > 0.3).astype(float)), repeats=2)
        for y, p in ((yes, chance), (yes[order], chance[order]))
    )
    assert {name: m.value for name, m in one.items()} == pytest.approx({name: m.value for name, m in other.items()})


def test_the_slope_finds_out_who_is_too_bold():
    yes, chance = scored(4_000)
    bold = expit(2 * log_odds(chance))
    assert measure(Predictions(yes, chance, yes), repeats=2)["calibration_slope"].value == pytest.approx(1, abs=0.1)
    assert measure(Predictions(yes, bold, yes), repeats=2)["calibration_slope"].value == pytest.approx(0.5, abs=0.05)


def test_honest_chances_are_left_alone():
    yes, chance = scored(3_000, digits=6)
    assert isinstance(calibrate(log_odds(chance), yes, seed=0), Plain)


def test_bold_chances_are_put_right_by_a_sigmoid():
    yes, chance = scored(3_000, digits=6)
    found = calibrate(2 * log_odds(chance) + 1, yes, seed=0)
    assert isinstance(found, Sigmoid)
    assert np.abs(found.probability(2 * log_odds(chance) + 1) - chance).mean() < 0.02


def test_bent_chances_are_put_right_by_a_curve():
    yes, chance = scored(6_000, digits=6)
    bent = np.where(log_odds(chance) > -1, 6.0, -1.0) + 0.2 * log_odds(chance)
    found = calibrate(bent, yes, seed=0)
    assert isinstance(found, Isotonic)
    assert 0 < found.probability(np.array([-99.0]))[0] < found.probability(np.array([99.0]))[0] < 1


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_calibration_turns_the_order_round(seed):
    yes, chance = scored(500, seed)
    scores = np.sort(log_odds(chance))
    for kind in (Sigmoid, Isotonic):
        assert (np.diff(kind.fit(log_odds(chance), yes).probability(scores)) >= 0).all()


def test_reliability_bins_hold_equally_many_and_all_customers():
    yes, chance = scored(995)
    table = reliability(yes, chance)
    assert table["customers"].sum() == 995
    assert np.ptp(table["customers"]) <= 1
    assert (np.diff(table["predicted"]) >= 0).all()
    assert ((table["lower"] <= table["observed"]) & (table["observed"] <= table["upper"])).all()


def test_a_missed_customer_worth_nine_false_alarms_is_flagged_from_a_tenth():
    assert Costs(false_alarm=1, missed=9).threshold == pytest.approx(0.1)
    with pytest.raises(ValueError, match="above 0"):
        Costs(missed=0)


@settings(max_examples=5, deadline=None)
@given(people)
def test_no_other_threshold_has_a_higher_f1(said):
    yes, chance = said
    best = sk.f1_score(yes, chance >= best_f1(yes, chance))
    assert best >= max(sk.f1_score(yes, chance >= cut) for cut in np.unique(chance)) - 1e-12


def profit_by_integration(yes, scores, offer):
    """The definition itself: the best cut for every acceptance rate, averaged over rates."""
    give, touch = offer.incentive / offer.value, offer.contact / offer.value
    cuts = [np.inf, *np.unique(scores)]

    def best(rate):
        profits = []
        for cut in cuts:
            left, stayed = np.mean((scores >= cut) & (yes == 1)), np.mean((scores >= cut) & (yes == 0))
            profits.append(offer.value * ((rate * (1 - give) - touch) * left - (give + touch) * stayed))
        return max(profits)

    rates = np.linspace(0, 1, 4_001)
    density = stats.beta.pdf(rates, offer.alpha, offer.beta)
    return integrate.trapezoid([best(rate) * d for rate, d in zip(rates, density, strict=True)], rates)


@pytest.mark.parametrize(
    "offer", [RetentionOffer(), RetentionOffer(value=500, incentive=100, contact=5, alpha=2, beta=3)]
)
def test_the_expected_maximum_profit_is_its_definition_integrated(offer):
    yes, chance = scored(60, seed=5, digits=1)
    assert expected_maximum_profit(yes, chance, offer).profit == pytest.approx(
        profit_by_integration(yes, chance, offer), rel=1e-4
    )


def test_better_scores_earn_more_and_an_offer_that_cannot_pay_flags_nobody():
    yes, chance = scored(2_000, digits=6)
    noise = np.random.default_rng(0).random(2_000)
    profits = [expected_maximum_profit(yes, scores).profit for scores in (yes, chance, noise)]
    assert profits == sorted(profits, reverse=True)
    hopeless = RetentionOffer(value=20, incentive=19, contact=5)
    assert expected_maximum_profit(yes, chance, hopeless).share < 0.01
    assert (chance >= most_profitable(yes, chance, hopeless)).mean() < 0.01
    with pytest.raises(ValueError, match="no offer can pay"):
        RetentionOffer(value=10, incentive=10)
