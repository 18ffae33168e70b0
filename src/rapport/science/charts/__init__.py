"""The charts of the models, as Vega-Lite specifications under one theme: a page, a notebook and a report draw the same.

A chart is a plain dict, built by Altair; `painted(spec, "light")` makes it ready to be drawn outside a page.
"""

from rapport.science.charts.assignment import agent_load, plan_gap
from rapport.science.charts.backtest import candidate_errors
from rapport.science.charts.behaviour import (
    candidate_intervals,
    chance_histogram,
    gains_curve,
    importance_bars,
    reliability_curve,
)
from rapport.science.charts.experiment import bandit_allocation, posterior_densities, power_curve, sequential_interval
from rapport.science.charts.forecast import forecast_band
from rapport.science.charts.pipeline import forecasts_and_what_came, grouped_bars
from rapport.science.charts.process import waiting_bars, what_if
from rapport.science.charts.quality import checks_passed, quality_by_group, scorecard_bars
from rapport.science.charts.recommend import ranking_bars
from rapport.science.charts.satisfaction import driver_effects, satisfaction_by_group
from rapport.science.charts.segmentation import (
    rfm_grid,
    rfm_groups,
    segment_choice,
    segment_profiles,
    segment_scatter,
    segment_sizes,
)
from rapport.science.charts.staffing import cover_steps, waiting_by_people
from rapport.science.charts.survival import hazard_bars, survival_curve
from rapport.science.charts.text import (
    confused_intents,
    feeling_by_topic,
    feeling_by_week,
    refusal_curve,
    topic_bars,
)
from rapport.science.charts.theme import HEIGHT, Appearance, Spec, painted, srgb, theme, themed, tokens
from rapport.science.charts.value import purchases_foreseen, retention_curve
from rapport.science.charts.weekly import weekly_line
from rapport.science.charts.worth import alive_by_record, value_by_segment

__all__ = [
    "HEIGHT",
    "Appearance",
    "Spec",
    "agent_load",
    "alive_by_record",
    "bandit_allocation",
    "candidate_errors",
    "candidate_intervals",
    "chance_histogram",
    "checks_passed",
    "confused_intents",
    "cover_steps",
    "driver_effects",
    "feeling_by_topic",
    "feeling_by_week",
    "forecast_band",
    "forecasts_and_what_came",
    "gains_curve",
    "grouped_bars",
    "hazard_bars",
    "importance_bars",
    "painted",
    "plan_gap",
    "posterior_densities",
    "power_curve",
    "purchases_foreseen",
    "quality_by_group",
    "ranking_bars",
    "refusal_curve",
    "reliability_curve",
    "retention_curve",
    "rfm_grid",
    "rfm_groups",
    "satisfaction_by_group",
    "scorecard_bars",
    "segment_choice",
    "segment_profiles",
    "segment_scatter",
    "segment_sizes",
    "sequential_interval",
    "srgb",
    "survival_curve",
    "theme",
    "themed",
    "tokens",
    "topic_bars",
    "value_by_segment",
    "waiting_bars",
    "waiting_by_people",
    "weekly_line",
    "what_if",
]
