"""From words to a condition on customers: a few by their ids, many by what each row says."""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from rapport.customers.models import Identity

# So many are looked up one by one, in whatever order a list has; more are met soon on the way down the list.
FEW = 5_000
MOST_WORDS = 8
_SQLITE = """
SELECT person.id FROM customer_name_pairs CROSS JOIN customers_customer person ON person.id = customer_name_pairs.rowid
WHERE customer_name_pairs MATCH %s AND person.name LIKE %s ESCAPE '\\'
UNION ALL
SELECT known.customer_id FROM customer_address_pairs
CROSS JOIN customers_identity known ON known.id = customer_address_pairs.rowid
WHERE customer_address_pairs MATCH %s AND known.value LIKE %s ESCAPE '\\'
UNION ALL
SELECT id FROM customers_customer
WHERE company_id IN (SELECT id FROM customers_company WHERE name LIKE %s ESCAPE '\\')
LIMIT %s
"""
_POSTGRESQL = """
SELECT id FROM customers_customer WHERE customer_pairs(name) @@ %s::tsquery AND upper(name) LIKE upper(%s)
UNION ALL
SELECT customer_id FROM customers_identity WHERE customer_pairs(value) @@ %s::tsquery AND upper(value) LIKE upper(%s)
UNION ALL
SELECT id FROM customers_customer
WHERE company_id IN (SELECT id FROM customers_company WHERE upper(name) LIKE upper(%s))
LIMIT %s
"""


def holding(words: str) -> Q:
    """Whose name, an address or company holds these words, each word somewhere. One query a word, at most."""
    asked = list(dict.fromkeys(words.split()[:MOST_WORDS]))
    # The longest first: it is probably the rarest, and where few have it the others are compared with these alone.
    few = next((found for word in sorted(asked, key=len, reverse=True) if (found := _few(word)) is not None), None)
    made = Q() if few is None else Q(pk__in=few)
    for word in asked:
        made &= _said(word)
    return made


def _said(word: str) -> Q:
    """As each row says it."""
    known = Identity.objects.order_by().filter(customer=OuterRef("pk"), value__icontains=word)
    return Q(name__icontains=word) | Q(company__name__icontains=word) | Exists(known)


def _few(word: str) -> list[int] | None:
    """The ids of all who hold it, newest first; None when they are many."""
    if len(word) == 1 and word.isascii():
        # Whoever types it is about to type more, and there is hardly a name without it.
        return None
    like = f"%{connection.ops.prep_for_like_query(word)}%"
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if is_sqlite:
            pairs = _in_fts(_pairs("".join(each.lower() if each.isascii() else each for each in word)))
        else:
            # The database's own upper case, which is that of its index.
            cursor.execute("SELECT upper(%s)", [word])
            pairs = _in_tsquery(_pairs(cursor.fetchone()[0]))
        cursor.execute(_SQLITE if is_sqlite else _POSTGRESQL, [pairs, like, pairs, like, like, FEW + 1])
        rows = cursor.fetchall()
    return sorted({row[0] for row in rows}, reverse=True) if len(rows) <= FEW else None


def _pairs(word: str) -> Sequence[str]:
    return list(dict.fromkeys(word[at : at + 2] for at in range(max(1, len(word) - 1))))


def _in_fts(pairs: Iterable[str]) -> str:
    """A single letter is the beginning of some pair, or the last letter."""
    return " AND ".join(f'"{pair.encode().hex().upper()}"' + ("*" if len(pair) == 1 else "") for pair in pairs)


def _in_tsquery(pairs: Iterable[str]) -> str:
    escaped = (pair.replace("\\", "\\\\").replace("'", "''") for pair in pairs)
    return " & ".join(f"'{pair}'" + (":*" if len(pair) == 1 else "") for pair in escaped)
