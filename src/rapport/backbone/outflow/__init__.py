"""Tables that go out by `rapport data export`: a room says which rows it has and reads them in chunks.

A room registers what it has in a module `exporting.py`, which is imported when somebody first asks what there is. For
a model a few lines do:

    outflow.register(
        Table("teams", gettext_lazy("Teams"), Team.objects.all, "id name created_at", since="created_at")
    )

Fields are named as `values_list` names them; `company=company__name` gives one another name. Types come from the
model. What lies in other tables is an `Extra`, looked up once a chunk: see `outflow.extras`. Anything that has the
attributes of `Outflow` will do in place of a `Table`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules

# "moment" is an aware datetime, "day" a date, "texts" a list of str, "json" whatever JSON holds; None is nothing.
Type = Literal["text", "whole", "number", "moment", "day", "yes_no", "texts", "json"]


@dataclass(frozen=True)
class Column:
    name: str
    type: Type = "text"


class Outflow(Protocol):
    """One kind of thing, as a table. Read inside one snapshot of the database."""

    @property
    def kind(self) -> str:
        """What commands and the API call it: "customers"."""
        ...

    @property
    def label(self) -> str | Promise: ...

    @property
    def since(self) -> str:
        """By which moment it can be narrowed, such as "updated_at"; empty when it always goes out whole."""
        ...

    def columns(self) -> Sequence[Column]:
        """In their order; the company's own fields make it a question to the database."""
        ...

    def count(self, since: datetime | None = None) -> int: ...

    def chunks(self, since: datetime | None = None) -> Iterator[Sequence[Sequence[Any]]]:
        """Rows in the order of their keys, a value a column, some thousands at once."""
        ...


_outflows: dict[str, Outflow] = {}
_found = False


def register(outflow: Outflow) -> None:
    _outflows[outflow.kind] = outflow


def outflows() -> Mapping[str, Outflow]:
    """Everything that can go out, in the order in which it was registered."""
    global _found  # rooms are asked once
    if not _found:
        _found = True
        autodiscover_modules("exporting")
    return _outflows
