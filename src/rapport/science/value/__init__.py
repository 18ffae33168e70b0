"""What a customer is worth: discounted revenue, repeat purchases, spend, and contractual retention."""

from rapport.science.value.betageo import BetaGeoNBD
from rapport.science.value.discounting import discounted_value
from rapport.science.value.gammagamma import GammaGamma
from rapport.science.value.retention import ShiftedBetaGeometric
from rapport.science.value.transactions import summary_from_transactions

__all__ = ["BetaGeoNBD", "GammaGamma", "ShiftedBetaGeometric", "discounted_value", "summary_from_transactions"]
