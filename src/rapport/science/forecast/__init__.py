"""How many contacts will come, by half-hour, hour or day, with intervals and the tests that chose the model."""

from rapport.science.forecast.history import CannotForecast
from rapport.science.forecast.model import NotEnoughHistory, VolumeForecast

__all__ = ["CannotForecast", "NotEnoughHistory", "VolumeForecast"]
