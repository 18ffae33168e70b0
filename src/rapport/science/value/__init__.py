"""What a customer is worth: discounted revenue, repeat purchases, spend, and contractual retention."""

from rapport.science.value.betageo import BetaGeoNBD
from rapport.science.value.customer import CustomerValue
from rapport.science.value.discounting import discounted_value
from rapport.science.value.gammagamma import GammaGamma
from rapport.science.value.holdout import Foreseen, HoldoutCheck, holdout_check
from rapport.science.value.independence import Independence
from rapport.science.value.likelihood import NotEnoughData
from rapport.science.value.retention import ShiftedBetaGeometric
from rapport.science.value.transactions import summary_from_transactions

__all__ = [
    "BetaGeoNBD",
    "CustomerValue",
    "Foreseen",
    "GammaGamma",
    "HoldoutCheck",
    "Independence",
    "NotEnoughData",
    "ShiftedBetaGeometric",
    "discounted_value",
    "holdout_check",
    "summary_from_transactions",
]
