"""Deals in a pipeline: how likely each is won by a day, against examples worked out by hand and by dice."""

import doctest

import numpy as np
import pytest

from rapport.science import pipeline
from rapport.science.pipeline import ConversionModel, Stay, TooLittleHistory, accuracy, expected, incidence
from rapport.science.pipeline import sums as sums_module

# Worked out by hand: 5 at risk, won on day 1, lost on day 2, lost from sight on day 3, won on day 4, still there on 5.
BY_HAND = [Stay("a", 1, "won"), Stay("a", 2, "lost"), Stay("a", 3, None), Stay("a", 4, "won"), Stay("a", 5, None)]


def model(stays, **said):
    return ConversionModel(won="won", lost="lost", **said).fit(stays)


def test_incidences_are_those_worked_out_by_hand():
    found = incidence(BY_HAND)
    assert found.at_risk.tolist() == [5, 5, 4, 3, 2, 1]
    assert found.there == pytest.approx([1, 0.8, 0.6, 0.6, 0.3, 0.3])
    assert found.left["won"] == pytest.approx([0, 0.2, 0.2, 0.2, 0.5, 0.5])
    assert found.left["lost"] == pytest.approx([0, 0, 0.2, 0.2, 0.2, 0.2])


def test_incidences_and_those_still_there_add_up_to_one():
    found = incidence(BY_HAND * 7)
    assert found.left["won"] + found.left["lost"] + found.there == pytest.approx(np.ones(6))


def test_a_part_of_a_day_is_a_day():
    assert incidence([Stay("a", 0.1, "won"), Stay("a", 0, "lost")]).left["won"].tolist() == [0, 0.5]


def test_what_is_still_open_after_a_while_has_other_chances():
    learned = model(BY_HAND * 20)
    assert learned.probability("a", age=0, within=4) == pytest.approx(0.5)
    # (0.5 - 0.2) / 0.6: those lost on the second day are no longer among them.
    assert learned.probability("a", age=2, within=2) == pytest.approx(0.5)
    assert learned.probability("a", age=2, within=1) == 0


def test_the_way_through_a_later_stage_takes_its_time():
    stays = [Stay("a", 2, "b")] * 40 + [Stay("b", 3, "won")] * 20 + [Stay("b", 3, "lost")] * 20
    learned = model(stays)
    assert learned.probability("a", age=0, within=4) == 0
    assert learned.probability("a", age=0, within=5) == pytest.approx(0.5)
    assert learned.probability("a", age=1, within=4) == pytest.approx(0.5)


def test_going_back_and_forth_ends():
    stays = (
        [Stay("a", 1, "b")] * 50 + [Stay("b", 1, "a")] * 25 + [Stay("b", 1, "won")] * 20 + [Stay("b", 1, "lost")] * 15
    )
    # Of 60 in b 25 go back, 20 are won: 20 / (60 - 25) in the end.
    assert model(stays).probability("a", age=0, within=400) == pytest.approx(20 / 35)


def test_the_oldest_ever_is_as_old_as_those_of_whom_enough_are_known():
    stays = [Stay("a", 10, "won")] * 20 + [Stay("a", 20, "lost")] * 20 + [Stay("a", 90, "won")]
    learned = model(stays)
    assert learned.probability("a", age=500, within=60) == learned.probability("a", age=19, within=60)


def test_a_stage_hardly_seen_is_not_guessed_at():
    assert model([*BY_HAND * 20, Stay("new", 3, "won")]).probability("new", age=0, within=30) is None


def test_too_little_history_is_refused_with_a_sentence():
    with pytest.raises(TooLittleHistory, match="12 deals were closed and 8 of them won") as refused:
        model(BY_HAND * 4)
    assert (refused.value.closed, refused.value.won) == (12, 8)


def test_the_model_finds_the_chances_that_the_dice_have():
    dice = np.random.default_rng(7)
    stays = []
    for _deal in range(3000):
        seen = int(dice.integers(5, 200))
        first = int(dice.integers(1, 30))
        goes_on = dice.random() < 0.6
        stays.append(Stay("a", min(first, seen), None if first > seen else "b" if goes_on else "lost"))
        if goes_on and first <= seen:
            second = int(dice.integers(1, 60))
            is_won = dice.random() < 0.5
            left = seen - first
            stays.append(Stay("b", min(second, left), None if second > left else "won" if is_won else "lost"))
    learned = model(stays)
    assert learned.probability("a", age=0, within=120) == pytest.approx(0.3, abs=0.03)
    assert learned.probability("b", age=0, within=60) == pytest.approx(0.5, abs=0.03)
    # Half of the days of b are over: half of those that are still there leave in the next fifteen.
    assert learned.probability("b", age=29, within=15) == pytest.approx(0.25, abs=0.04)


def test_many_deals_together_have_a_range():
    one = expected([(100.0, 0.5)])
    assert (one.mean, one.lower) == (50, 0)
    many = expected([(100.0, 0.5)] * 100)
    # 1.2816 times the root of 100 times 100 squared times a quarter.
    assert (many.mean, many.lower, many.upper) == pytest.approx((5000, 5000 - 640.8, 5000 + 640.8))
    assert expected([(100.0, 1.0)]).upper == 100
    assert expected([]).mean == 0


def test_forecasts_are_held_against_what_came():
    assert doctest.testmod(sums_module).failed == 0
    assert accuracy([], []).mape is None
    assert accuracy([5], [0]).bias is None
    assert set(pipeline.__all__) >= {"accuracy", "expected"}
