"""Scorecards weigh what applies, fail all where one thing must not happen, and say how sure a mean is."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from rapport.science.quality import Criterion, Scorecard, cohen_kappa, krippendorff_alpha
from rapport.science.tests.quality_cases import talk

CARD = Scorecard({"greeting": 1, "answer": 3}, pass_mark=70)
GREAT = ["c: Can I change my address?", "a: Hello Kim, yes, you can change it in Settings. Anything else?"]


def test_the_worked_index_is_exact():
    score = Scorecard({"a": 0.3, "b": 0.4, "c": 0.3}, scale=(1, 5)).score({"a": 4, "b": 3, "c": 5})
    assert score.index == pytest.approx(3.9)
    assert score.value == pytest.approx(100 * 2.9 / 4)


def test_a_score_comes_with_its_parts():
    score = CARD.score({"greeting": True, "answer": 0.5})
    assert (score.value, score.passed) == (62.5, False)
    assert [(line.criterion, line.weight, line.points) for line in score.breakdown] == [
        ("greeting", 0.25, 25), ("answer", 0.75, 37.5),
    ]  # fmt: skip


def test_what_does_not_apply_leaves_its_weight_to_the_others():
    score = CARD.score({"greeting": "n/a", "answer": "passed"})
    assert (score.value, score.passed, score.not_applicable) == (100, True, ("greeting",))
    assert CARD.score({"answer": 1, "greeting": np.nan}) == CARD.score({"answer": 1}) == score


def test_one_critical_failure_fails_all():
    card = Scorecard([Criterion("tone", 1), Criterion("privacy", 0, critical=True)])
    score = card.score({"tone": 1, "privacy": False})
    assert (score.value, score.weighted, score.passed, score.failed_all) == (0, 100, False, ("privacy",))
    assert card.score({"tone": 1, "privacy": True}).value == 100


def test_the_ready_made_card_is_filled_by_checks_and_by_hand():
    score = Scorecard().review(talk(GREAT))
    assert score.value == 100
    assert set(score.not_applicable) == {"apology", "empathy", "correct", "privacy"}
    assert Scorecard().review(talk(GREAT), by_hand={"correct": 1}).failed_all == ("correct",)
    assert Scorecard().review(talk(["c: Why?", "a: Your fault!!!"])).value == 0


@pytest.mark.parametrize(
    ("review", "words"),
    [
        ({"greeting": 2}, "not on the scale of greeting, 0 to 1"),
        ({"polite": 1}, "no criterion named polite"),
        ({"greeting": None}, "Nothing with a weight"),
        ({"greeting": "meh"}, "no score for greeting"),
    ],
)
def test_a_wrong_review_is_refused_in_words(review, words):
    with pytest.raises(ValueError, match=words):
        CARD.score(review)


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        ([], "at least one criterion"),
        ({"a": 0}, "weight above 0"),
        ({"a": -1}, "0 or more"),
        (["a", "a"], "same name"),
        ([3], "A criterion is"),
        ([Criterion("a", optional=False)], "must be scored"),
    ],
)
def test_a_wrong_card_is_refused_in_words(criteria, words):
    with pytest.raises(ValueError, match=words):
        Scorecard(criteria).score({})


def test_agents_are_compared_with_intervals():
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "agent": ["Ada"] * 40 + ["Omar"] * 3,
            "greeting": random.random(43) < 0.8,
            "answer": random.choice([0.0, 0.5, 1.0, np.nan], 43, p=[0.1, 0.2, 0.6, 0.1]),
        },
        index=range(100, 143),
    )
    table = table.astype({"greeting": float})
    table.iloc[-3:, 1:] = 1.0
    scored = CARD.score_many(table)
    assert list(scored.index) == list(table.index)
    assert (
        scored["value"].iloc[5]
        == CARD.score({"greeting": table["greeting"].iloc[5], "answer": table["answer"].iloc[5]}).value
    )
    by = CARD.by(table, "agent")
    assert by["agent"].tolist() == ["Omar", "Ada"]
    assert by["few"].tolist() == [True, False]
    assert by.set_index("agent").loc["Ada", "value"] == pytest.approx(scored["value"].iloc[:40].mean())
    assert (by["lower"] <= by["value"]).all()
    assert (by["passed_lower"] <= by["passed"]).all()
    with pytest.raises(ValueError, match="no column team"):
        CARD.by(table, "team")


def test_it_is_a_plain_estimator():
    assert clone(CARD).get_params() == CARD.get_params()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 9), st.floats(1, 5)), min_size=1, max_size=6), st.floats(0.1, 50))
def test_points_do_not_depend_on_order_or_on_the_unit_of_weights(scores, factor):
    names = [f"c{place}" for place in range(len(scores))]
    card = Scorecard({name: weight for name, (weight, _) in zip(names, scores, strict=True)}, scale=(1, 5))
    review = {name: score for name, (_, score) in zip(names, scores, strict=True)}
    value = card.score(review).value
    other = Scorecard({name: card.criteria[name] * factor for name in reversed(names)}, scale=(1, 5))
    assert other.score(review).value == pytest.approx(value)
    better = card.score({**review, "c0": 5}).value
    assert better >= value - 1e-9
    assert 0 <= value <= 100


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_kappa_is_that_of_independent_libraries(weights):
    random = np.random.default_rng(1)
    a = random.integers(1, 5, 80)
    b = np.where(random.random(80) < 0.6, a, random.integers(1, 5, 80))
    ours = cohen_kappa(a, b, weights=weights)
    assert ours.value == pytest.approx(cohen_kappa_score(a, b, weights=weights))
    table = np.array([[((a == i) & (b == j)).sum() for j in range(1, 5)] for i in range(1, 5)])
    kind = {None: None, "linear": "linear", "quadratic": "quadratic"}[weights]
    theirs = cohens_kappa(table, wt=kind)
    assert ours.value == pytest.approx(theirs.kappa)
    assert (ours.lower, ours.upper) == pytest.approx((theirs.kappa_low, theirs.kappa_upp), abs=0.08)


def test_alpha_is_that_of_its_author():
    observers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    for level, alpha in {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849}.items():
        found = krippendorff_alpha(observers, level=level)
        assert found.value == pytest.approx(alpha, abs=5e-4)
        assert found.lower <= found.value <= found.upper
        assert found.n == 11


def test_reviewers_who_never_differ_agree_fully():
    assert cohen_kappa(["x"] * 4, ["x"] * 4).value == 1
    assert cohen_kappa([1, 2, None], [1, 2, 3]).n == 2
    assert krippendorff_alpha(np.ones((2, 3))).value == 1


@pytest.mark.parametrize(
    ("compare", "words"),
    [
        (lambda: cohen_kappa([1], [1, 2]), "not 1 and 2"),
        (lambda: cohen_kappa([None], [1]), "no conversation"),
        (lambda: cohen_kappa([1], [1], weights="cubic"), "weights is"),
        (lambda: krippendorff_alpha([[1, np.nan], [np.nan, 2]]), "two reviewers"),
        (lambda: krippendorff_alpha([1, 2]), "one row a reviewer"),
        (lambda: krippendorff_alpha([[1]], level="x"), "level is"),
    ],
)
def test_too_little_to_compare_is_refused(compare, words):
    with pytest.raises(ValueError, match=words):
        compare()
