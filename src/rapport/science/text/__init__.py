"""What texts say: sentence vectors, search, intents, sentiment, topics and near-duplicates; nothing is sent away."""

from rapport.science.text.bm25 import BM25
from rapport.science.text.duplicates import Duplicates, near_duplicates
from rapport.science.text.encoder import Encoder, SentenceEncoder, shared_encoder
from rapport.science.text.intents import Decision, IntentClassifier
from rapport.science.text.retrieval import Hit, Retriever
from rapport.science.text.sentiment import Evidence, Sentiment, evidence
from rapport.science.text.topics import Topics

__all__ = [
    "BM25",
    "Decision",
    "Duplicates",
    "Encoder",
    "Evidence",
    "Hit",
    "IntentClassifier",
    "Retriever",
    "SentenceEncoder",
    "Sentiment",
    "Topics",
    "evidence",
    "near_duplicates",
    "shared_encoder",
]
