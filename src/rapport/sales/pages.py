"""What the lists of sales have in common: a cursor in the address, words that can be stored."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from rapport.kit.rest.paging import Paging, page
from rapport.kit.rest.problems import Invalid
from rapport.kit.text import one_line

M = TypeVar("M", bound=Model)
ROWS = 50


def rows_of(request: HttpRequest, found: "QuerySet[M]", *, order: Sequence[str]) -> dict[str, Any]:
    """A page as `items` and `next`; a cursor that is none begins anew."""
    cursor = one_line(request.GET.get("after", ""))[:500]
    try:
        return page(found, Paging(limit=ROWS, cursor=cursor or None), shape=lambda row: row, order=order)
    except Invalid:
        return page(found, Paging(limit=ROWS, cursor=None), shape=lambda row: row, order=order)


def words_of(request: HttpRequest, name: str = "q") -> str:
    return one_line(request.GET.get(name, ""))[:100]
