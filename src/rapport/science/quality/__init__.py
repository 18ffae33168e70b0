"""How good a conversation was: checks of what was written, weighted scorecards, and what became of it.

Owns the words it looks for in English and Chinese; knows nothing of channels or of a database.
"""

from rapport.science.quality.agreement import cohen_kappa, krippendorff_alpha
from rapport.science.quality.checking import CHECKS, checks
from rapport.science.quality.conversation import Conversation, Turn
from rapport.science.quality.criteria import STANDARD, Criterion
from rapport.science.quality.model import ConversationQuality
from rapport.science.quality.results import Check, Evidence, Outcome
from rapport.science.quality.scorecard import Line, Score, Scorecard

__all__ = [
    "CHECKS",
    "STANDARD",
    "Check",
    "Conversation",
    "ConversationQuality",
    "Criterion",
    "Evidence",
    "Line",
    "Outcome",
    "Score",
    "Scorecard",
    "Turn",
    "checks",
    "cohen_kappa",
    "krippendorff_alpha",
]
