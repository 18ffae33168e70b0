"""What people write about: groups of texts with names that can be read."""

from rapport.science.text.topics.labels import distinctive
from rapport.science.text.topics.model import Topics

__all__ = ["Topics", "distinctive"]
