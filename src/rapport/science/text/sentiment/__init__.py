"""How people feel about what they write: by our own word list, or learnt from labelled texts."""

from rapport.science.text.sentiment.lexicon import Evidence, evidence
from rapport.science.text.sentiment.model import Sentiment

__all__ = ["Evidence", "Sentiment", "evidence"]
