"""The stand-alone analysis of a customer table: reading it, asking every model, writing an honest report."""

from rapport.science.analysis.analysis import Analysis, analyse
from rapport.science.analysis.errors import CannotAnalyse, CannotRead, CannotWrite
from rapport.science.analysis.scoring import Scorer, load

__all__ = ["Analysis", "CannotAnalyse", "CannotRead", "CannotWrite", "Scorer", "analyse", "load"]
