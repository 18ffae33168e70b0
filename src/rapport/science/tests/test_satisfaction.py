"""The satisfaction numbers against worked examples, published values and what must always hold."""

import math
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.science.intervals import mean, share, student_quantile
from rapport.science.satisfaction import ces, csat, nps, satisfaction_index

ratings = st.lists(st.integers(1, 5), min_size=1, max_size=60)
weighted = st.lists(st.tuples(st.floats(1, 5), st.floats(0.01, 100)), min_size=1, max_size=40)


def test_the_worked_example_is_exactly_3_9():
    assert satisfaction_index([4, 3, 5], [0.3, 0.4, 0.3]) == pytest.approx(3.9, abs=1e-12)


def test_counts_of_each_score_are_weights():
    assert satisfaction_index([1, 2, 3, 4, 5], [2, 0, 1, 3, 4]) == fmean([1, 1, 3, 4, 4, 4, 5, 5, 5, 5])


def test_arrays_are_as_good_as_lists():
    assert satisfaction_index(np.array([4, 3, 5]), np.array([0.3, 0.4, 0.3])) == pytest.approx(3.9)
    assert csat(np.array([5, 4, 1, 1])).value == 0.5


@given(weighted)
def test_the_index_lies_between_the_lowest_and_the_highest_score(pairs):
    scores, weights = zip(*pairs, strict=True)
    assert min(scores) <= satisfaction_index(scores, weights) <= max(scores)


@given(weighted, st.floats(0.1, 1000))
def test_weights_matter_only_in_relation_to_each_other(pairs, factor):
    scores, weights = zip(*pairs, strict=True)
    scaled = satisfaction_index(scores, [weight * factor for weight in weights])
    assert scaled == pytest.approx(satisfaction_index(scores, weights))


@given(weighted, st.randoms())
def test_the_order_of_answers_does_not_matter(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    assert satisfaction_index(*zip(*pairs, strict=True)) == pytest.approx(
        satisfaction_index(*zip(*shuffled, strict=True))
    )


@given(weighted, st.floats(0.01, 100))
def test_dropping_a_missing_score_is_as_if_it_had_never_been_asked(pairs, weight):
    scores, weights = zip(*pairs, strict=True)
    with_gap = satisfaction_index([*scores, math.nan, None], [*weights, weight, weight], missing="drop")
    assert with_gap == satisfaction_index(scores, weights)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([], []), "no score to average"),
        (([4, 3], [1]), "2 scores and 1 weights"),
        (([4, 3], [1, -1]), "0 or more, not -1"),
        (([4, 3], [1, math.nan]), "0 or more, not nan"),
        (([4, 3], [0, 0]), "weight above 0"),
        (([4, 6], [1, 1]), "6 is not on the scale from 1 to 5"),
        (([4, math.inf], [1, 1]), "inf is not on the scale"),
        (([4, None], [1, 1]), "1 of 2 scores are missing"),
    ],
)
def test_a_wrong_answer_is_refused_in_plain_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        satisfaction_index(*arguments)


def test_all_scores_missing_leaves_nothing_to_average():
    with pytest.raises(ValueError, match="no score to average"):
        satisfaction_index([None, math.nan], missing="drop")


def test_another_scale_can_be_declared():
    assert satisfaction_index([0, 10], scale=(0, 10)) == 5


def test_share_of_satisfied_with_wilsons_published_interval():
    # 81 of 263: Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    estimate = csat([5] * 81 + [2] * 182)
    assert (estimate.lower, estimate.upper) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert estimate.value == pytest.approx(81 / 263)


@given(ratings)
def test_the_share_lies_inside_its_interval_and_the_interval_inside_0_and_1(scores):
    estimate = csat(scores)
    assert 0 <= estimate.lower <= estimate.value <= estimate.upper <= 1
    assert estimate.n == len(scores)
    assert estimate.upper - estimate.lower > 0


@given(ratings)
def test_ten_times_the_same_answers_make_the_share_surer(scores):
    few, many = csat(scores), csat(scores * 10)
    assert many.value == pytest.approx(few.value)
    assert many.upper - many.lower < few.upper - few.lower


def test_promoters_less_detractors():
    estimate = nps([10] * 5 + [8] * 3 + [0] * 2)
    assert estimate.value == 30
    assert -25 < estimate.lower < 30 < estimate.upper < 75


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60))
def test_the_promoter_score_keeps_to_its_range_and_interval(scores):
    estimate = nps(scores)
    assert -100 <= estimate.lower <= estimate.value <= estimate.upper <= 100


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60))
def test_one_more_promoter_never_lowers_the_score(scores):
    assert nps([*scores, 10]).value >= nps(scores).value


def test_the_promoter_interval_covers_the_truth_about_as_often_as_it_says():
    random = np.random.default_rng(7)
    truth = 100 * (0.5 - 0.2)
    covered = 0
    for _ in range(1000):
        estimate = nps(random.choice([9, 7, 3], p=[0.5, 0.3, 0.2], size=40))
        covered += estimate.lower <= truth <= estimate.upper
    assert 0.92 <= covered / 1000 <= 0.98


def test_effort_is_a_mean_with_students_interval():
    estimate = ces([1, 2, 3, 4, 5])
    assert estimate.value == 3
    assert estimate.upper == pytest.approx(3 + 2.776 * math.sqrt(2.5 / 5), abs=1e-3)


def test_one_effort_says_nothing_narrower_than_the_scale():
    assert (ces([2]).lower, ces([2]).upper) == (1, 7)


@pytest.mark.parametrize(("degrees", "value"), [(1, 12.706), (2, 4.303), (5, 2.571), (30, 2.042), (120, 1.980)])
def test_students_quantiles_are_those_of_the_tables(degrees, value):
    assert student_quantile(degrees, 0.95) == pytest.approx(value, abs=5e-4)


@pytest.mark.parametrize("measure", [csat, nps, ces])
def test_no_answers_are_refused(measure):
    with pytest.raises(ValueError, match="no answer to count"):
        measure([])


@pytest.mark.parametrize(("measure", "score"), [(csat, 0), (nps, 11), (ces, 8), (csat, math.nan)])
def test_answers_off_the_scale_are_refused(measure, score):
    with pytest.raises(ValueError, match="not on the scale"):
        measure([score])


def test_intervals_refuse_nonsense():
    with pytest.raises(ValueError, match="3 of 2"):
        share(3, 2)
    with pytest.raises(ValueError, match="at least one value"):
        mean([], bounds=(1, 7))
    with pytest.raises(ValueError, match="between 0 and 1"):
        csat([5], confidence=95)
