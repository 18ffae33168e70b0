"""The report of an analysis: a page that needs nothing else, pictures, scores and a model to use again."""

from rapport.science.analysis.report.folder import check_place, write_report

__all__ = ["check_place", "write_report"]
