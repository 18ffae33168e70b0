"""Segments and scores as lines of a filter: in one of these segments, a score, and how it changed in a month."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from rapport.backbone.filtering.comparing import NOTHING, compared
from rapport.backbone.filtering.subjects import AN_ID, CHOICE, MOST_CHOICES, NUMBER, Subject, named
from rapport.customers.segments.models import Score, Segment
from rapport.customers.segments.queries import condition_of, present
from rapport.customers.segments.vocabulary import Family

_MOST_NAMES = 50


def segments() -> list[Subject]:
    return [Subject("segment", _("Segment"), CHOICE, _segments, means=_in_segment, pattern=AN_ID)]


def scores() -> list[Subject]:
    return [_score(name) for name in _names()]


def changes() -> list[Subject]:
    return [_change(name) for name in _names()]


FAMILIES = (
    Family("segment", segments),
    Family("score", scores, lambda name: _score(name.partition(".")[2])),
    Family("score_change", changes, lambda name: _change(name.partition(".")[2])),
)


def _score(name: str) -> Subject:
    label = _("Score: %(name)s") % {"name": name.replace("_", " ")}
    return Subject(f"score.{name}", label, NUMBER, means=partial(_scored, name))


def _change(name: str) -> Subject:
    label = _("Score change in 30 days: %(name)s") % {"name": name.replace("_", " ")}
    ops = ("at_least", "at_most")
    return Subject(f"score_change.{name}", label, NUMBER, own_ops=ops, means=partial(_changed, name))


def _names() -> list[str]:
    """The names in use, found name by name along the index rather than among millions of rows."""
    names: list[str] = []
    last = ""
    while len(names) < _MOST_NAMES:
        found = Score.objects.filter(name__gt=last).order_by("name").values_list("name", flat=True).first()
        if found is None:
            break
        names.append(found)
        last = found
    return names


def _segments() -> list[tuple[str, str]]:
    return named(present().values_list("pk", "name")[:MOST_CHOICES])


def _in_segment(_op: str, value: Sequence[str], agent: Any) -> Q:
    made = NOTHING
    for segment in Segment.objects.filter(pk__in=[int(word) for word in value], removed_at=None):
        made |= condition_of(segment, agent)
    return made


def _scored(name: str, op: str, value: Any, _agent: Any) -> Q:
    rows = Score.objects.order_by().filter(name=name)
    if op in ("filled", "empty"):
        there = Q(pk__in=rows.values("customer"))
        return there if op == "filled" else ~there
    return Q(pk__in=rows.filter(compared("value", op, value)).values("customer"))


def _changed(name: str, op: str, value: Any, _agent: Any) -> Q:
    rows = Score.objects.order_by().filter(compared("change", op, value), name=name)
    return Q(pk__in=rows.values("customer"))
