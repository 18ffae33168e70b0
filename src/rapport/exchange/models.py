"""Rows of the exchange with other systems; each part of the room has its own."""

from rapport.exchange.exporting.models import Export

__all__ = ["Export"]
