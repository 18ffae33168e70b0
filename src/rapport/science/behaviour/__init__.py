"""How customers will behave: a yes/no answer with reasons, and the time until something happens."""

from rapport.science.behaviour.card import ModelCard
from rapport.science.behaviour.deciding import Costs, ExpectedProfit, RetentionOffer, expected_maximum_profit
from rapport.science.behaviour.errors import CannotLearn, NoColumns, NotYesNo, OneClass
from rapport.science.behaviour.explaining import Explanation
from rapport.science.behaviour.metrics import delong
from rapport.science.behaviour.model import BehaviourModel
from rapport.science.behaviour.reasons import Reason
from rapport.science.behaviour.report import Metrics, Report
from rapport.science.behaviour.roles import Column, Role
from rapport.science.behaviour.survival import CoxRegression, SurvivalModel, concordance, kaplan_meier, nelson_aalen

__all__ = [
    "BehaviourModel",
    "CannotLearn",
    "Column",
    "Costs",
    "CoxRegression",
    "ExpectedProfit",
    "Explanation",
    "Metrics",
    "ModelCard",
    "NoColumns",
    "NotYesNo",
    "OneClass",
    "Reason",
    "Report",
    "RetentionOffer",
    "Role",
    "SurvivalModel",
    "concordance",
    "delong",
    "expected_maximum_profit",
    "kaplan_meier",
    "nelson_aalen",
]
