"""The language of search, read without a database: what was typed becomes a tree, and a tree becomes words again.

    parse('refund from:kim -tag:vip OR is:open "two words"')

Words and operators all have to be true; OR stands between two of them and binds tighter; a minus turns one round.
Anything a person types is a search: what is no operator is a word.
"""

from rapport.conversations.searching.language.days import Days, days_in_words
from rapport.conversations.searching.language.operators import NAMES, VALUES, nearest
from rapport.conversations.searching.language.reading import parse
from rapport.conversations.searching.language.tree import All, Any, Asked, Node, Not, Word, in_words, words_in

__all__ = [
    "NAMES", "VALUES", "All", "Any", "Asked", "Days", "Node", "Not", "Word", "days_in_words", "in_words", "nearest",
    "parse", "words_in",
]  # fmt: skip
