"""Where each room keeps what about a person: read by whoever exports, erases or counts it.

    # conversations/personal_data.py, which is imported when Rapport starts
    declare(
        Message,
        subject="conversation__customer",
        fields={"text": _("what was written"), "author_address": _("the address it came from")},
        plain="direction channel",
        erase=DELETE,
    )

`subject` leads from a row to the customer: a path of foreign keys ("" is the customer's own row, several where a row is
about two people), or, where a room knows somebody only by what they are called, `ByAddress("address")` or
`ByPlace("subject")`. `plain` names the columns that say nothing of anybody: kinds, states, our own words. `erase` says
what becomes of a row when somebody is to be forgotten: DELETE, ANONYMISE (its `fields` are emptied and the row stays
for counting), or `keep("why")`. A test finds every model and column about a customer that nobody declared.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import JSONField, Model, Q
from django.utils.functional import Promise

DELETE, ANONYMISE = "delete", "anonymise"
_KEEP = "keep: "


@dataclass(frozen=True)
class ByAddress:
    """Rows whose column holds an address, a number or an account of theirs; `within` a longer text, if so."""

    column: str
    within: bool = False

    def rows(self, known_by: Collection[str]) -> Q:
        wanted = Q(pk__in=[])
        for value in known_by:
            wanted |= Q(**{f"{self.column}__icontains" if self.within else f"{self.column}__iexact": value})
        return wanted


@dataclass(frozen=True)
class ByPlace:
    """Rows whose column names something of theirs, such as "customer:12" or "conversation:7"."""

    column: str

    def rows(self, places: Collection[str]) -> Q:
        return Q(**{f"{self.column}__in": list(places)})


Subject = str | ByAddress | ByPlace


@dataclass(frozen=True)
class Kept:
    """What one model keeps of a person."""

    model: type[Model]
    subjects: tuple[Subject, ...]
    fields: Mapping[str, str | Promise]
    plain: frozenset[str]
    erase: str
    room: str = field(default="")

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def reason(self) -> str:
        """Why it is kept; empty where it is not."""
        return self.erase.removeprefix(_KEEP) if self.erase.startswith(_KEEP) else ""

    def of(self, customer_ids: Collection[int], *, known_by: Collection[str] = (), places: Collection[str] = ()) -> Q:
        """Which rows of the model are about these customers, who are known by these addresses and places."""
        wanted = Q(pk__in=[])
        for subject in self.subjects:
            if isinstance(subject, ByAddress):
                wanted |= subject.rows(known_by)
            elif isinstance(subject, ByPlace):
                wanted |= subject.rows(places)
            else:
                wanted |= Q(**{f"{subject or 'pk'}__in": list(customer_ids)})
        return wanted

    def emptied(self) -> dict[str, object]:
        """What its fields are set to when a row is made to say nothing of anybody."""
        values: dict[str, object] = {}
        for name in self.fields:
            column = self.model._meta.get_field(name)
            if getattr(column, "null", False):
                values[name] = None
            else:
                values[name] = column.get_default() if isinstance(column, JSONField) else ""
        return values


class DeclaredTwice(TypeError):
    """Two rooms, or two lines, say what one model keeps."""


_kept: dict[str, Kept] = {}


def declare(
    model: type[Model],
    *,
    subject: Subject | Sequence[Subject],
    erase: str,
    fields: Mapping[str, str | Promise] | None = None,
    plain: str = "",
) -> Kept:
    """Say what a model keeps of a person. Raises DeclaredTwice."""
    label = model._meta.label
    if label in _kept:
        raise DeclaredTwice(f"{label} is declared already.")
    if erase not in (DELETE, ANONYMISE) and not erase.startswith(_KEEP):
        raise ValueError(f"{label}: erase is DELETE, ANONYMISE or keep(why), not {erase!r}.")
    subjects = (subject,) if isinstance(subject, str | ByAddress | ByPlace) else tuple(subject)
    kept = Kept(model, subjects, dict(fields or {}), frozenset(plain.split()), erase, model._meta.app_label)
    _kept[label] = kept
    return kept


def keep(why: str) -> str:
    """For `erase`: the row stays, and this is why."""
    return f"{_KEEP}{why}"


def declared() -> Mapping[str, Kept]:
    """All of it, by the label of the model, as the rooms stand."""
    return _kept
