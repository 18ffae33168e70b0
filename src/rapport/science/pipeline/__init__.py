"""What deals in a pipeline will come to: how likely each is won by a day, and how right that would have been before."""

from rapport.science.pipeline.conversion import ConversionModel, Stay, TooLittleHistory, incidence
from rapport.science.pipeline.sums import Accuracy, Expectation, accuracy, expected

__all__ = [
    "Accuracy",
    "ConversionModel",
    "Expectation",
    "Stay",
    "TooLittleHistory",
    "accuracy",
    "expected",
    "incidence",
]
