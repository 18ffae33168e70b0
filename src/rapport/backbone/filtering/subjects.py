"""What a line of a filter can be about, and how it may be compared."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q
from django.utils.functional import Promise

from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.custom_fields.types import FieldKind

CHOICE, MOMENT, DAY, AGE, WORDS, NUMBER, YES_NO, PERSON = (
    "choice", "moment", "day", "age", "words", "number", "yes_no", "person",
)  # fmt: skip
MOST_CHOICES = 500
# How an id looks among choices.
AN_ID = r"[1-9][0-9]{0,17}"

FILLED = ("filled", "empty")
_AGES = ("before", "after", "older_than", "newer_than")
OPS: Mapping[str, tuple[str, ...]] = {
    CHOICE: ("is", "is_not"),
    PERSON: ("has", "has_not", "is", "is_not"),
    MOMENT: _AGES,
    DAY: ("is", *_AGES, *FILLED),
    AGE: ("longer_than", "shorter_than"),
    WORDS: ("has", "has_not", "is", "is_not", *FILLED),
    NUMBER: ("is", "is_not", "at_least", "at_most", *FILLED),
    YES_NO: ("is",),
}
# What is written beside an operation.
INPUTS: Mapping[str, str] = {
    "has": "words", "has_not": "words", "before": "day", "after": "day", "older_than": "age", "newer_than": "age",
    "longer_than": "age", "shorter_than": "age", "at_least": "number", "at_most": "number", "filled": "none",
    "empty": "none", "within": "age",
}  # fmt: skip

Choices = Callable[[], Iterable[tuple[str, str]]]
# The operation, its value, and the agent who asks, or nobody.
Means = Callable[[str, Any, Any], Q]


@dataclass(frozen=True)
class Subject:
    """One thing a line can be about. `kind` decides what can be asked of it, `means` what that is to the database.

    `is_not` and `has_not` are never given to `means`: they are true wherever `is` and `has` are not. `pattern` is what
    each choice has to look like, where not every word will do. Without `means` it is asked of something that stands in
    no table, as rules ask a letter.
    """

    name: str
    label: str | Promise
    kind: str
    choices: Choices | None = None
    field: FieldBase | None = None
    own_ops: tuple[str, ...] = ()
    means: Means | None = None
    pattern: str = ""

    @property
    def ops(self) -> tuple[str, ...]:
        return self.own_ops or OPS[self.kind]

    def input_of(self, op: str) -> str:
        """What stands beside the operation: choices, words, number, day, age, yes_no or none."""
        if op in INPUTS:
            return INPUTS[op]
        return {CHOICE: "choices", PERSON: "choices", DAY: "day", NUMBER: "number", YES_NO: "yes_no"}.get(
            self.kind, "words"
        )

    def q(self, op: str, value: Any, agent: Any) -> Q:
        """The line as a condition of the ORM."""
        if self.means is None:
            raise TypeError(f"“{self.name}” is asked of a letter, and of no table.")
        if op in ("is_not", "has_not"):
            return ~self.means(op.removesuffix("_not"), value, agent)
        return self.means(op, value, agent)


class Vocabulary(Protocol):
    """Every subject of one noun, for one reading."""

    def find(self, name: str) -> Subject | None:
        """The subject with this name, that of a retired field too: old filters go on meaning something."""
        ...

    @property
    def everything(self) -> str:
        """What a filter without a line says: Every conversation."""
        ...


def of_field(field: FieldBase, *, name: str, label: str | Promise, means: Means) -> Subject:
    """The subject of a company's own field."""
    kinds = {
        FieldKind.TEXT: WORDS,
        FieldKind.LINK: WORDS,
        FieldKind.NUMBER: NUMBER,
        FieldKind.DATE: DAY,
        FieldKind.YES_NO: YES_NO,
    }
    if field.kind == FieldKind.CHOICE:
        choices = [(choice, choice) for choice in field.choices]
        return Subject(name, label, CHOICE, lambda: choices, field, own_ops=("is", "is_not", *FILLED), means=means)
    kind = kinds[FieldKind(field.kind)]
    own_ops = (*OPS[YES_NO], *FILLED) if kind == YES_NO else ()
    return Subject(name, label, kind, field=field, own_ops=own_ops, means=means)


def named(rows: Iterable[tuple[int, str]]) -> list[tuple[str, str]]:
    """Rows as choices."""
    return [(str(pk), name) for pk, name in rows]


def offered_as_json(subjects: Iterable[Subject], wording: Mapping[str, str | Promise]) -> list[dict[str, Any]]:
    """What the builder in the browser offers: subjects with their operations and choices."""
    return [
        {
            "name": subject.name,
            "label": str(subject.label),
            "ops": [[op, str(wording[op]), subject.input_of(op)] for op in subject.ops],
            "choices": list(subject.choices()) if subject.choices else [],
        }
        for subject in subjects
    ]
