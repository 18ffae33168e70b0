"""From words to a condition on customers: a few by their ids, many by what each row says."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from rapport.customers.finding import on_postgresql, on_sqlite
from rapport.customers.models import Customer, Identity

# So many are looked up one by one, in whatever order a list has: 30 ms to find them.
FEW = 20_000
# More are met soon on the way down a list, where so many of its first rows are among them; else they are gathered
# first: whoever came with one import years ago is many, and not among the newest.
FIRST, SOON = 5_000, 50
MOST_WORDS = 8
_PLACE = re.compile(r"%\((\w+)\)s")


def holding(words: str, *, along: QuerySet[Customer] | None = None) -> Q:
    """Whose name, an address or company holds these words, each word somewhere.

    `along` are customers in the order in which they will be read, where that is not the newest first. At most one query
    a word on SQLite and two on PostgreSQL, and one more.
    """
    asked = sorted(dict.fromkeys(words.split()[:MOST_WORDS]), key=len, reverse=True)
    # A single Latin letter is hardly missing in any name. The longest word is probably the rarest.
    held = {each: _Word(each) for each in asked if len(each) > 1 or not each.isascii()}
    for each, word in held.items():
        few = word.few()
        if few is not None:
            return Q(pk__in=_listed(few)) & _said(other for other in asked if other != each)
    said = _said(asked)
    if not held or _is_met_soon(said, Customer.objects.order_by("-pk") if along is None else along):
        return said
    gathered = Q()
    for word in held.values():
        gathered &= Q(pk__in=word.everybody)
    return gathered & _said(each for each in asked if each not in held)


def _said(words: Iterable[str]) -> Q:
    """As each row says it."""
    made = Q()
    for word in words:
        # Said by two bounds, since for an equation PostgreSQL gathers first who among all has such an address: 1 s.
        theirs = Identity.objects.order_by().filter(customer_id__gte=OuterRef("pk"), customer_id__lte=OuterRef("pk"))
        known = Exists(theirs.filter(value__icontains=word))
        made &= Q(name__icontains=word) | Q(company__name__icontains=word) | Q(known)
    return made


def _is_met_soon(said: Q, along: QuerySet[Customer]) -> bool:
    return Customer.objects.order_by().filter(said, pk__in=along.values("pk")[:FIRST])[:SOON].count() == SOON


def _listed(ids: Sequence[int]) -> RawSQL:
    """As one value, however many: thousands of them would be more than some databases take."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(ids)])
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


@dataclass(frozen=True)
class _Word:
    """One that the index is asked about."""

    word: str

    def few(self) -> list[int] | None:
        """The ids of all who hold it, newest first; None when they are many."""
        statement, values = self._asked
        with connection.cursor() as cursor:
            cursor.execute(statement.format(limit=f"LIMIT {FEW + 1}"), values)
            rows = cursor.fetchall()
        return sorted({row[0] for row in rows}, reverse=True) if len(rows) <= FEW else None

    @property
    def everybody(self) -> RawSQL:
        statement, values = self._asked
        return RawSQL(statement.format(limit=""), values)  # noqa: S611  # fixed text; the words are values

    @cached_property
    def _asked(self) -> tuple[str, list[str]]:
        """The statement with its values in their places."""
        database = on_postgresql if connection.vendor == "postgresql" else on_sqlite
        with connection.cursor() as cursor:
            pairs = database.asked(cursor, self.word, _pairs)
        values = {"pairs": pairs, "like": f"%{connection.ops.prep_for_like_query(self.word)}%"}
        return _PLACE.sub("%s", database.FIND), [values[name] for name in _PLACE.findall(database.FIND)]


def _pairs(word: str) -> Sequence[str]:
    return list(dict.fromkeys(word[at : at + 2] for at in range(max(1, len(word) - 1))))
