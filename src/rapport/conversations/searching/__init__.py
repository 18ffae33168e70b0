"""Searching conversations: what of a message is found and by whom, the language people ask in, and the answers.

search = read(ada, "refund from:kim -is:closed")
search.notes                        # what was not understood, in sentences
find(ada, search).hits              # conversations she may see, newest first, with the messages that say it
visible_to(ada).filter(matching(ada, "tag:refund"))
"""

from rapport.conversations.searching.entries import entries_for, entry_for, scope_of
from rapport.conversations.searching.finding import Found, Hit, find, matching
from rapport.conversations.searching.meaning import Note
from rapport.conversations.searching.understanding import Search, read

__all__ = [
    "Found", "Hit", "Note", "Search", "entries_for", "entry_for", "find", "matching", "read", "scope_of",
]  # fmt: skip
