"""Searching conversations: what of a message is found and by whom, the language people ask in, and the answers."""

from rapport.conversations.searching.entries import entries_for, entry_for, scope_of

__all__ = ["entries_for", "entry_for", "scope_of"]
