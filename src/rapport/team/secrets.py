"""Secrets that are handed out once and kept only as a digest."""

from rapport.kit.ids import hashed as digest
from rapport.kit.ids import new_token as fresh

__all__ = ["digest", "fresh"]
