"""From a file as it was exported to clean columns, with every decision on the way said."""

from rapport.science.analysis.reading.cells import Recipe
from rapport.science.analysis.reading.table import Reading, read_file, read_frame

__all__ = ["Reading", "Recipe", "read_file", "read_frame"]
