"""The stages and rules every company begins with, made when they are first asked for."""

from typing import Any

from django.db import IntegrityError, transaction

from rapport.customers.lifecycle.models import LifeCycle, Stage, StageRule

THE_LIFE_CYCLE = 1
# Key, tone, and whether who stands there counts as active.
STAGES = (
    ("lead", "", False),
    ("new", "accent", True),
    ("active", "good", True),
    ("loyal", "good", True),
    ("at_risk", "bad", True),
    ("lapsed", "", False),
    ("won_back", "accent", True),
)


def _ask(signal: str, test: str, than: float = 0, days: int | None = None) -> dict[str, Any]:
    return {"signal": signal, "is": test, "than": than, "days": days}


# From, to, what is asked. The first that fits decides, so the worst news stands first.
RULES: tuple[tuple[list[str], str, list[dict[str, Any]]], ...] = (
    (["lapsed"], "won_back", [_ask("last_contact", "at_most", 30)]),
    (["new", "active", "loyal", "at_risk", "won_back"], "lapsed", [_ask("last_contact", "at_least", 180)]),
    (["active", "loyal", "won_back"], "at_risk", [_ask("last_rating", "at_most", 2)]),
    (["active", "loyal", "won_back"], "at_risk", [_ask("last_contact", "at_least", 90)]),
    (["active"], "loyal", [_ask("known", "at_least", 365), _ask("contacts", "at_least", 4, 365)]),
    (["new", "won_back", "at_risk"], "active", [_ask("contacts", "at_least", 2, 90), _ask("known", "at_least", 30)]),
    (["", "lead"], "new", [_ask("contacts", "at_least", 1, 90)]),
    ([""], "lead", [_ask("known", "at_least", 0)]),
)


def life_cycle() -> LifeCycle:
    """As it is set up; its defaults before anybody changed them."""
    return LifeCycle.objects.filter(pk=THE_LIFE_CYCLE).first() or LifeCycle(pk=THE_LIFE_CYCLE)


def found() -> None:
    """Make the stages and rules, unless somebody else is faster."""
    try:
        with transaction.atomic():
            _found()
    except IntegrityError:
        # Two people open the first page at once: the other one made all of it in one transaction.
        return


def _found() -> None:
    Stage.objects.bulk_create(
        Stage(key=key, tone=tone, is_active=is_active, position=position)
        for position, (key, tone, is_active) in enumerate(STAGES)
    )
    by_key = {stage.key: stage for stage in Stage.objects.all()}
    StageRule.objects.bulk_create(
        StageRule(origins=origins, stage=by_key[key], conditions=conditions, position=position)
        for position, (origins, key, conditions) in enumerate(RULES)
    )
