"""What a column of a file is, by its head."""

import unicodedata
from collections.abc import Sequence

from rapport.backbone.intake import Column


def plain(head: str) -> str:
    """No spaces, no punctuation, no accents, small letters."""
    decomposed = unicodedata.normalize("NFKD", head.casefold())
    return "".join(each for each in decomposed if each.isalnum())


def by_head(heads: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """The name of a column for every head, "" where none is meant; the first of two alike counts."""
    repeated = {column.name for column in columns if column.repeats}
    known: dict[str, str] = {}
    for column in columns:
        for word in (column.name, str(column.label), *column.words.split()):
            known.setdefault(plain(word), column.name)
    found: list[str] = []
    for head in heads:
        said = plain(head)
        name = known.get(said) or known.get(said.rstrip("0123456789")) or "" if said else ""
        found.append("" if name in found and name not in repeated else name)
    return found
