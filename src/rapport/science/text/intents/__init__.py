"""Which intent a text has, learnt from examples, with an honest "don't know"."""

from rapport.science.text.intents.model import Decision, IntentClassifier

__all__ = ["Decision", "IntentClassifier"]
