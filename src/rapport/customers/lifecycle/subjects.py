"""Where customers stand, as lines of a filter."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from rapport.backbone.filtering.comparing import NOTHING, moment
from rapport.backbone.filtering.subjects import CHOICE, MOMENT, Subject
from rapport.customers.lifecycle.models import Stage, Standing
from rapport.customers.segments.vocabulary import Family


def subjects() -> list[Subject]:
    return [
        Subject("stage.now", _("Stage"), CHOICE, _stages, means=_stands),
        Subject("stage.since", _("In this stage since"), MOMENT, means=_since),
    ]


FAMILY = Family("stage", subjects)


def _stages() -> list[tuple[str, str]]:
    return [("none", _("No stage")), *((stage.key, stage.label) for stage in Stage.objects.all())]


def _stands(_op: str, value: Sequence[str], _agent: Any) -> Q:
    made = NOTHING
    keys = [key for key in value if key != "none"]
    if keys:
        made |= Q(pk__in=Standing.objects.order_by().filter(stage__key__in=keys).values("customer"))
    return made | ~Q(pk__in=Standing.objects.order_by().values("customer")) if "none" in value else made


def _since(op: str, value: Any, _agent: Any) -> Q:
    return Q(pk__in=Standing.objects.order_by().filter(moment("since", op, value)).values("customer"))
