"""Who the customers are: RFM groups, segments found in a table, the sentence that describes each."""

from rapport.science.segmentation.classifier import ClassifierReport, SegmentClassifier
from rapport.science.segmentation.model import Segmentation
from rapport.science.segmentation.purchases import rfm_from_transactions
from rapport.science.segmentation.rfm import RFM
from rapport.science.segmentation.rules import SegmentRules
from rapport.science.segmentation.sentences import Rule

__all__ = [
    "RFM",
    "ClassifierReport",
    "Rule",
    "SegmentClassifier",
    "SegmentRules",
    "Segmentation",
    "rfm_from_transactions",
]
