"""Where customers belong: the first rule that fits decides, and reading is by the batch."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.customers.lifecycle.models import StageRule
from rapport.customers.lifecycle.signals import Signal, Values, signal_called
from rapport.customers.lifecycle.types import Condition, Rule, Verdict, condition_in

Asked = tuple[str, int | None]


def as_rule(row: StageRule) -> Rule:
    """A kept rule, with its reason in the active language; the stage is read with it."""
    conditions = [condition_in(said) for said in row.conditions]
    return Rule(row.pk, row.name, frozenset(row.origins), row.stage.key, conditions)


def rules_that_are_on(rows: Iterable[StageRule]) -> list[Rule]:
    """In their order, without those whose signals no room supplies: they fit nobody."""
    rules = [as_rule(row) for row in rows if row.is_on]
    return [rule for rule in rules if all(signal_called(condition.signal) for condition in rule.conditions)]


def read_signals(rules: Sequence[Rule], customer_ids: Sequence[int]) -> dict[Asked, Values]:
    """What the rules ask, read once each."""
    asked = {condition.asks for rule in rules for condition in rule.conditions}
    found: dict[Asked, Values] = {}
    for key, days in asked:
        signal = signal_called(key)
        if signal is not None:
            found[key, days] = signal.read(customer_ids, days)
    return found


def decide(rules: Sequence[Rule], here: Mapping[int, str]) -> list[Verdict]:
    """A verdict for each of these customers whom some rule moves; `here` has the key of where each stands, or ""."""
    values = read_signals(rules, list(here))
    verdicts = []
    for pk, stage in here.items():
        theirs = {asked: found.get(pk) for asked, found in values.items()}
        rule = next((rule for rule in rules if rule.fits(stage, theirs)), None)
        if rule is not None and rule.stage != stage:
            verdicts.append(Verdict(pk, stage, rule.stage, rule))
    return verdicts


def reason_of(conditions: Sequence[Condition]) -> str:
    """The conditions in words, as a reason for a move."""
    return "; ".join(words_for(condition) for condition in conditions)


def words_for(condition: Condition) -> str:
    """Such as "Days since they last wrote: at least 90"."""
    signal = signal_called(condition.signal)
    label = _label(signal, condition)
    told = {"signal": label, "number": f"{condition.than:g}"}
    match condition.test:
        case "at_least":
            return _("%(signal)s: at least %(number)s") % told
        case "at_most":
            return _("%(signal)s: at most %(number)s") % told
        case "known":
            return _("%(signal)s: known") % told
        case "unknown":
            return _("%(signal)s: not known") % told


def _label(signal: Signal | None, condition: Condition) -> str:
    if signal is None:
        return condition.signal
    if not condition.days:
        return str(signal.label)
    window = ngettext("%(signal)s within %(days)d day", "%(signal)s within %(days)d days", condition.days)
    return window % {"signal": signal.label, "days": condition.days}
