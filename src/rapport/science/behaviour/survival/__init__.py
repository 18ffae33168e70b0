"""The time until something happens to a customer, when for many it has not happened yet."""

from rapport.science.behaviour.survival.concordance import concordance
from rapport.science.behaviour.survival.cox import CoxRegression
from rapport.science.behaviour.survival.curves import kaplan_meier, nelson_aalen
from rapport.science.behaviour.survival.model import SurvivalModel

__all__ = ["CoxRegression", "SurvivalModel", "concordance", "kaplan_meier", "nelson_aalen"]
