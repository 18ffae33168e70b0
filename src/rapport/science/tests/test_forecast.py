"""How many contacts will come: against what came, and against series that a desk really writes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from rapport.science.forecast import CannotForecast, NotEnoughHistory, VolumeForecast
from rapport.science.forecast.days import Calendar, features
from rapport.science.forecast.history import read
from rapport.science.forecast.smoothing import _State

QUICK = ("recent_mean", "robust_mean", "holt_winters", "calendar_regression")
WEEK = np.array([1.3, 1.1, 1.0, 1.0, 1.1, 0.5, 0.3])


def volume(*, weeks=16, freq="h", start="2024-01-01", mean=40.0, zone=None, seed=0, height=None):
    """Counts by chance around a usual week: mornings busy, nights quiet."""
    step = pd.Timedelta(1, "D") if freq == "D" else pd.Timedelta(pd.tseries.frequencies.to_offset(freq))
    periods = int(weeks * pd.Timedelta(7, "D") / step)
    index = pd.date_range(start, periods=periods, freq=freq, tz=zone)
    daily = 1.0 if freq == "D" else 0.1 + np.exp(-0.5 * ((index.hour + index.minute / 60 - 11) / 3) ** 2)
    expected = mean * WEEK[index.day_of_week] * np.asarray(daily)
    if height is not None:
        expected = expected * np.array([height(day) for day in index])
    return pd.Series(np.random.default_rng(seed).poisson(expected).astype(float), index)


def office_hours(series):
    return series[(series.index.day_of_week < 5) & (series.index.hour >= 8) & (series.index.hour < 18)]


def quick(freq="h", **options):
    return VolumeForecast(freq, **{"candidates": QUICK, **options})


@pytest.mark.parametrize(("freq", "steps"), [("30min", 336), ("h", 168), ("D", 7)])
def test_omar_sees_next_week_by_half_hour_hour_and_day(freq, steps):
    series = volume(weeks=13, freq=freq, mean=400 if freq == "D" else 40)
    model = quick(freq).fit(series.iloc[:-steps])
    said, came = model.predict(steps), series.iloc[-steps:]
    assert said.index.equals(came.index)
    assert list(said.columns) == ["mean", "lower", "upper"]
    assert (said["lower"] <= said["mean"]).all()
    assert (said["mean"] <= said["upper"]).all()
    # Chance alone leaves an error of about sqrt(2 mean / pi), which is itself uncertain: by 3/4 over the root of steps.
    chance = float(np.sqrt(2 * said["mean"] / np.pi).mean())
    assert float((came - said["mean"]).abs().mean()) < chance * (1.1 + 1.5 / np.sqrt(steps)) + 0.02 * came.mean()
    assert float(((came >= said["lower"]) & (came <= said["upper"])).mean()) >= 0.85


def test_every_candidate_is_compared_with_last_week_and_with_the_mean_of_four_weeks():
    model = VolumeForecast("D", tests=3).fit(volume(weeks=12, freq="D", mean=300))
    assert set(model.backtest_.index) == {
        "seasonal_naive",
        "recent_mean",
        "robust_mean",
        "holt_winters",
        "calendar_regression",
        "gradient_boosting",
        "blend",
    }
    assert list(model.backtest_.columns) == ["MASE", "WAPE"]
    assert model.backtest_["MASE"].is_monotonic_increasing
    assert model.best_ in ("blend", model.backtest_.index[0])
    assert sum(model.weights_.values()) == pytest.approx(1)
    assert model.backtest_.loc["recent_mean", "MASE"] < model.backtest_.loc["seasonal_naive", "MASE"]


def test_the_table_says_what_a_colleague_would_compute_by_hand():
    series = volume(weeks=6, freq="D", mean=100)
    model = VolumeForecast("D", candidates=("seasonal_naive",), tests=2).fit(series)
    counts = series.to_numpy()
    mase, wape = [], []
    for origin in (28, 35):
        error = np.abs(counts[origin : origin + 7] - counts[origin - 7 : origin])
        mase.append(error.mean() / np.abs(counts[7:origin] - counts[: origin - 7]).mean())
        wape.append(error.sum() / counts[origin : origin + 7].sum())
    assert model.backtest_.loc["seasonal_naive"].tolist() == pytest.approx([np.mean(mase), np.mean(wape)])


def test_gradient_boosting_learns_what_the_other_candidates_cannot():
    # Every other hour doubles on the last ten days of a month, which no mean of weeks knows.
    series = volume(weeks=30, mean=40, height=lambda at: 1.0 + (at.day > 20 and at.hour % 2 == 0))
    model = VolumeForecast("h", candidates=("recent_mean", "gradient_boosting"), tests=4).fit(series)
    assert model.backtest_.loc["gradient_boosting", "MASE"] < 0.9 * model.backtest_.loc["recent_mean", "MASE"]
    assert model.weights_["gradient_boosting"] > 0.5
    assert model.predict(24).index[0] == series.index[-1] + pd.Timedelta(hours=1)


def test_a_desk_that_never_changes_is_foreseen_exactly():
    series = pd.Series(5.0, pd.date_range("2024-01-01", periods=70, freq="D"))
    model = VolumeForecast("D").fit(series)
    assert model.predict(7)["mean"].to_numpy() == pytest.approx(5.0)
    assert model.backtest_["WAPE"].max() == pytest.approx(0, abs=1e-9)
    assert model.coverage_ == 1.0


def test_an_outage_does_not_teach_that_tuesdays_are_quiet():
    series = volume(weeks=12, freq="h")
    series[series.index.normalize() == "2024-03-19"] = 0.0  # the last Tuesday
    said = quick().fit(series).predict(168)["mean"]
    tuesday = said[said.index.day_of_week == 1].sum()
    usual = series[(series.index.day_of_week == 1) & (series.index < "2024-03-19")].resample("D").sum()
    assert tuesday == pytest.approx(usual[usual > 0].mean(), rel=0.06)


def test_christmas_is_forecast_as_christmas_was():
    shut = {"12-25", "12-26", "01-01"}
    series = volume(
        weeks=54, freq="D", start="2023-12-11", mean=200, height=lambda at: 0.1 if f"{at:%m-%d}" in shut else 1
    )
    cut = series[series.index < "2024-12-22"]
    said = quick("D", country="DE").fit(cut).predict(7)["mean"]
    assert said["2024-12-25"] < 0.35 * said["2024-12-24"]
    blind = quick("D").fit(cut).predict(7)["mean"]
    assert blind["2024-12-25"] > 0.6 * blind["2024-12-24"]


def test_a_holiday_nobody_has_seen_may_be_quiet_or_usual_and_the_interval_holds_both():
    seen = {"2025-05-26", "2025-07-04", "2025-06-19"}
    series = volume(
        weeks=26, freq="D", start="2025-03-03", mean=300, height=lambda at: 0.05 if f"{at:%F}" in seen else 1
    )
    said = quick("D", country="US").fit(series[series.index < "2025-08-31"]).predict(5).loc["2025-09-01"]
    assert said["lower"] < 40
    assert said["upper"] > 390
    assert 40 < said["mean"] < 390


def test_a_holiday_is_minded_by_candidates_that_know_none():
    series = volume(
        weeks=28, freq="D", start="2025-01-06", mean=300, height=lambda at: 0.1 if f"{at:%F}" == "2025-05-26" else 1
    )
    seen = series[series.index < "2025-07-03"]
    said = VolumeForecast("D", country="US", candidates=("recent_mean",), tests=2).fit(seen).predict(2)
    assert said["mean"].iloc[1] < 0.9 * said["mean"].iloc[0]


def test_columbus_day_is_not_expected_to_be_as_quiet_as_labour_day():
    shut = {"2003-05-26", "2003-07-04", "2003-09-01"}
    series = volume(
        weeks=33, freq="D", start="2003-03-03", mean=300, height=lambda at: 0.02 if f"{at:%F}" in shut else 1
    )
    said = quick("D", country="US").fit(series[series.index < "2003-10-12"]).predict(3)
    assert said.loc["2003-10-13", "mean"] == pytest.approx(300 * 1.3, rel=0.15)
    assert said.loc["2003-10-13", "lower"] < 40


def test_a_day_that_the_desk_calls_closed_gets_no_contacts():
    said = quick("D", closed_days=["2024-04-24"]).fit(volume(weeks=16, freq="D")).predict(7)
    assert said.loc["2024-04-24"].tolist() == [0.0, 0.0, 0.0]
    assert (said["mean"].drop(pd.Timestamp("2024-04-24")) > 0).all()


def test_hours_that_the_series_never_names_are_closed_and_left_out():
    series = office_hours(volume(weeks=16))
    said = quick().fit(series).predict(50)
    assert said.index[0] == pd.Timestamp("2024-04-22 08:00")
    assert said.index[-1] == pd.Timestamp("2024-04-26 17:00")
    assert set(said.index.hour) == set(range(8, 18))


def test_hours_that_are_written_as_zero_stay_zero_with_no_doubt():
    series = volume(weeks=16)
    shut = (series.index.day_of_week >= 5) | (series.index.hour < 8) | (series.index.hour >= 18)
    said = quick().fit(series.where(~shut, 0.0)).predict(168)
    closed = (said.index.day_of_week >= 5) | (said.index.hour < 8) | (said.index.hour >= 18)
    assert len(said) == 168
    assert (said[closed] == 0).all(axis=None)
    assert (said["mean"][~closed] > 0).all()


def test_gaps_are_unknown_and_a_log_of_contacts_can_say_that_they_are_zero():
    series = volume(weeks=16, mean=1.0)
    written = series[series > 0]  # as a count of rows in a table would come
    zero = quick(gaps="zero").fit(written).predict(168)["mean"].sum()
    unknown = quick().fit(written).predict(168)["mean"].sum()
    assert zero == pytest.approx(series.sum() / 16, rel=0.15)
    assert unknown > 1.5 * zero


def test_a_fifth_of_the_rows_may_be_lost():
    series = volume(weeks=16)
    kept = series[np.random.default_rng(1).random(len(series)) > 0.2]
    whole, holed = quick().fit(series).predict(168)["mean"], quick().fit(kept).predict(168)["mean"]
    assert holed.sum() == pytest.approx(whole.sum(), rel=0.05)
    assert holed.index.equals(whole.index)


@pytest.mark.parametrize(("end", "hours"), [("2024-03-31", 23), ("2024-10-27", 25)])
def test_a_clock_that_jumps_gives_a_day_of_23_or_25_hours(end, hours):
    start = pd.Timestamp(end) - pd.Timedelta(days=11 * 7)
    series = volume(weeks=11, start=str(start.date()), zone="Europe/Berlin")
    series = series[series.index < pd.Timestamp(end, tz="Europe/Berlin")]
    said = quick().fit(series).predict(48)
    assert int((said.index.strftime("%F") == end).sum()) == hours
    noon = said[(said.index.strftime("%F %H") == f"{end} 11")]
    assert float(noon["mean"].iloc[0]) == pytest.approx(40 * 0.3 * 1.1, rel=0.25)


def test_days_across_a_change_of_clock_are_days():
    series = volume(weeks=11, freq="D", start="2024-01-08", zone="Europe/Berlin")
    said = quick("D").fit(series).predict(14)
    assert said.index[0] == pd.Timestamp("2024-03-25", tz="Europe/Berlin")
    assert (said.index.hour == 0).all()
    assert len(said) == 14


def test_the_hour_that_happens_twice_is_not_counted_as_a_busy_one():
    series = pd.Series(10.0, pd.date_range("2024-10-01", "2024-11-03", freq="h", tz="Europe/Berlin"))
    history = read(series, "h")
    assert np.nanmax(history.values) == 10.0


def test_five_minute_counts_are_added_up():
    fine = volume(weeks=8, freq="h").repeat(12)
    fine.index = pd.date_range(fine.index[0], periods=len(fine), freq="5min")
    assert quick().fit(fine).predict(24)["mean"].max() > 12 * 20


def test_a_series_that_ends_at_noon_is_continued_at_one():
    series = volume(weeks=16)
    cut = series[series.index < "2024-04-17 12:00"]
    said = quick().fit(cut).predict(36)
    assert said.index[0] == pd.Timestamp("2024-04-17 12:00")
    came = series[series.index >= "2024-04-17 12:00"].iloc[:36]
    assert said["mean"].sum() == pytest.approx(came.sum(), rel=0.15)


def test_ada_may_ask_for_the_moments_she_wants():
    model = quick().fit(volume(weeks=10))
    moments = pd.DatetimeIndex(["2024-03-12 10:00", "2024-03-14 11:00"])
    assert model.predict(moments).index.equals(moments)
    assert model.predict(moments)["mean"].tolist() == pytest.approx(model.predict(168).loc[moments, "mean"].tolist())
    with pytest.raises(CannotForecast, match="lie after"):
        model.predict(pd.DatetimeIndex(["2024-01-01"]))


def test_a_desk_that_nobody_ever_wrote_to_expects_nobody():
    said = quick().fit(volume(weeks=8) * 0).predict(168)
    assert (said == 0).all(axis=None)


def test_a_hot_line_with_one_call_a_night_is_not_taken_for_closed():
    series = volume(weeks=30, mean=0.5, seed=3)
    model = quick().fit(series.iloc[:-168])
    said, came = model.predict(168), series.iloc[-168:]
    assert said["mean"].sum() == pytest.approx(came.sum(), rel=0.5)
    assert float(((came >= said["lower"]) & (came <= said["upper"])).mean()) >= 0.9


def test_intervals_hold_what_they_promise_in_weeks_nobody_had_seen():
    held, promised = [], []
    for seed in range(6):
        series = volume(weeks=15, freq="D", mean=150, seed=seed, height=_wandering(seed))
        model = quick("D", confidence=0.8).fit(series.iloc[:-7])
        said, came = model.predict(7), series.iloc[-7:]
        held.append(float(((came >= said["lower"]) & (came <= said["upper"])).mean()))
        promised.append(model.coverage_)
    assert np.mean(held) >= 0.7
    assert min(promised) >= 0.8


def _wandering(seed):
    """A height that drifts from day to day and jumps by chance."""
    dice = np.random.default_rng([seed, 1])
    heights = {}

    def height(at):
        day = at.normalize()
        if day not in heights:
            before = list(heights.values())[-1] if heights else 0.0
            heights[day] = 0.9 * before + 0.08 * dice.standard_normal()
        return np.exp(heights[day])

    return height


def test_farther_weeks_are_less_sure():
    said = quick("D").fit(volume(weeks=20, freq="D", height=_wandering(7))).predict(56)
    width = (said["upper"] - said["lower"]) / said["mean"]
    assert width.iloc[-7:].mean() > width.iloc[:7].mean()


@settings(deadline=None, max_examples=5)
@given(st.sampled_from([0.1, 3.0, 250.0]))
def test_ten_times_the_calls_are_ten_times_the_forecast(factor):
    series = volume(weeks=8, freq="D", mean=5000)
    one, many = quick("D").fit(series), quick("D").fit(series * factor)
    assert many.predict(7)["mean"].to_numpy() == pytest.approx(factor * one.predict(7)["mean"].to_numpy(), rel=0.02)
    assert many.backtest_.loc["recent_mean", "MASE"] == pytest.approx(one.backtest_.loc["recent_mean", "MASE"])


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed):
    series = volume(weeks=6, freq="D")
    shuffled = series.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(quick("D").fit(series).predict(7), quick("D").fit(shuffled).predict(7))


@pytest.mark.parametrize(("alpha", "beta", "gamma"), [(0.1, 0.05, 0.15), (0.35, 0.0, 0.3), (0.6, 0.05, 0.05)])
def test_smoothing_agrees_with_statsmodels(alpha, beta, gamma):
    statespace = pytest.importorskip("statsmodels.tsa.exponential_smoothing.ets")
    level = np.random.default_rng(2).normal(0, 0.1, 70).cumsum() + np.tile(WEEK, 10)
    ours = _State(np.array([[alpha], [beta], [gamma]]), start=0.5)
    for day, value in enumerate(level):
        ours.step(value, day % 7)
    theirs = statespace.ETSModel(
        level, trend="add", damped_trend=True, seasonal="add", seasonal_periods=7, initialization_method="known",
        initial_level=0.5, initial_trend=0.0, initial_seasonal=np.zeros(7),
    ).smooth([alpha, alpha * beta, gamma * (1 - alpha), 0.97])  # fmt: skip
    ahead = ours.level + ours.trend * np.cumsum(0.97 ** np.arange(1, 15)) + np.tile(ours.season[:, 0], 2)
    assert ahead == pytest.approx(theirs.forecast(14))


def test_the_same_seed_says_the_same_and_a_copy_forgets():
    series = volume(weeks=16, freq="D")
    model = VolumeForecast("D", candidates=("gradient_boosting",), tests=2, seed=5)
    first = model.fit(series).predict(7)
    again = clone(model)
    assert again.get_params() == model.get_params()
    assert not hasattr(again, "best_")
    pd.testing.assert_frame_equal(first, again.fit(series).predict(7))


@pytest.mark.parametrize(
    ("series", "options", "says"),
    [
        (volume(weeks=1.5), {}, "two weeks"),
        (volume(weeks=8) - 100, {}, "0 or more"),
        (volume(weeks=8).astype(str), {}, "is a number"),
        (volume(weeks=8).reset_index(drop=True), {}, "DatetimeIndex"),
        (volume(weeks=8) * np.nan, {}, "no count at all"),
        (volume(weeks=8), {"freq": "7h"}, "divides a day"),
        (volume(weeks=8), {"freq": "often"}, "divides a day"),
        (volume(weeks=8), {"country": "Atlantis"}, "No holidays are known"),
        (volume(weeks=8), {"candidates": ("oracle",)}, "no candidate oracle"),
        (volume(weeks=8), {"gaps": "maybe"}, "unknown"),
        (volume(weeks=8), {"confidence": 95}, "between 0 and 1"),
        (volume(weeks=8), {"tests": 1}, "two past weeks"),
    ],
)
def test_what_cannot_be_forecast_is_refused_in_a_sentence(series, options, says):
    with pytest.raises(CannotForecast, match=says):
        VolumeForecast(**{"freq": "h", **options}).fit(series)


@pytest.mark.parametrize("weeks", [2, 3, 4, 5])
def test_a_young_desk_gets_the_mean_of_its_weeks_and_a_wide_interval(weeks):
    series = volume(weeks=weeks + 1, freq="D", mean=100)
    model = quick("D").fit(series.iloc[:-7])
    said, came = model.predict(7), series.iloc[-7:]
    assert (list(model.backtest_.index) == ["recent_mean", "blend"]) == (weeks < 4)
    assert (came - said["mean"]).abs().sum() < 0.25 * came.sum()
    assert ((came >= said["lower"]) & (came <= said["upper"])).mean() >= 0.85


def test_weeks_without_any_count_are_no_history():
    series = volume(weeks=12, freq="D")
    series.iloc[16:-1] = np.nan
    with pytest.raises(NotEnoughHistory, match="two tested weeks"):
        quick("D").fit(series)


@pytest.mark.parametrize("horizon", [0, -1, 1.5, True])
def test_a_horizon_is_a_number_of_steps(horizon):
    model = quick("D").fit(volume(weeks=8, freq="D"))
    with pytest.raises(CannotForecast, match="whole number of steps"):
        model.predict(horizon)


def test_the_day_after_a_holiday_is_known_as_such():
    days = pd.date_range("2025-05-23", "2025-05-28", freq="D")  # Memorial Day is the 26th
    near = features(days, Calendar("US"))[:, :4]
    assert near.tolist() == [[0, 0, 1, 0], [0] * 4, [0] * 4, [0] * 4, [1, 0, 0, 0], [0, 1, 0, 0]]


def test_real_calls_of_a_bank_are_forecast_better_than_by_the_mean_of_four_weeks():
    from tools.science.forecast import calls, scores

    options = ({"candidates": QUICK, "country": "US"}, {"candidates": ("recent_mean",)})
    ours, mean = (scores(calls("h"), "h", folds=3, **option) for option in options)
    assert ours["MASE"] < mean["MASE"]
    assert ours["WAPE"] < mean["WAPE"]
