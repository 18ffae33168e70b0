"""Experiments: how many people they need, whether they ran as planned, and what they show at any look."""

from rapport.science.experiment.bandit import ThompsonBandit
from rapport.science.experiment.belief import Belief, bayesian
from rapport.science.experiment.counting import SampleRatio, sample_ratio
from rapport.science.experiment.cuped import Adjusted, compare_ratios, cuped
from rapport.science.experiment.fixed import Comparison, fixed_horizon
from rapport.science.experiment.offpolicy import OffPolicy, off_policy
from rapport.science.experiment.power import detectable_effect, power, sample_size
from rapport.science.experiment.samples import CannotCompare, Counts
from rapport.science.experiment.sequential import SequentialTest

__all__ = [
    "Adjusted",
    "Belief",
    "CannotCompare",
    "Comparison",
    "Counts",
    "OffPolicy",
    "SampleRatio",
    "SequentialTest",
    "ThompsonBandit",
    "bayesian",
    "compare_ratios",
    "cuped",
    "detectable_effect",
    "fixed_horizon",
    "off_policy",
    "power",
    "sample_ratio",
    "sample_size",
]
