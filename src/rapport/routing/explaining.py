"""Decisions in words: who was chosen and why, why the others were not, and what a conversation waits for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from rapport.routing.choosing import Nobody, Reason, Way
from rapport.routing.models import Decision, Skill
from rapport.team.models import Agent

# The line of a thread names the chosen one and so many others; all of them are in what opens beside it.
_OTHERS_IN_LINE = 2


@dataclass(frozen=True)
class Explained:
    """Decisions with what their numbers stand for, so that each can be said without asking the database."""

    decisions: Mapping[int, Decision] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()

    def person(self, pk: int) -> str:
        return self.people.get(pk) or _("someone who left")

    def skill(self, name: str) -> str:
        said = _("speaks %(language)s") if name in self.languages else _("knows %(language)s")
        return said % {"language": name}

    def not_skill(self, name: str) -> str:
        said = _("does not speak %(language)s") if name in self.languages else _("does not know %(language)s")
        return said % {"language": name}


def explained(ids: Iterable[int]) -> Explained:
    """Three queries at most, none for no decision."""
    found = Decision.objects.in_bulk(list(ids)) if (ids := set(ids)) else {}
    return of(found.values())


def of(decisions: Iterable[Decision]) -> Explained:
    """For decisions that are at hand. Two queries at most."""
    found = {decision.pk: decision for decision in decisions}
    if not found:
        return Explained()
    agents = {one["agent"] for each in found.values() for one in each.candidates}
    skills = {name for each in found.values() for name in each.needs}
    spoken = Skill.objects.filter(name__in=skills).exclude(language="").values_list("name", flat=True)
    return Explained(
        found,
        dict(Agent.objects.filter(pk__in=agents).order_by().values_list("pk", "name")),
        frozenset(spoken) if skills else frozenset(),
    )


def line(decision: Decision, names: Explained, agent: SafeString) -> SafeString:
    """Assigned to Ada by “Support”, least busy: 4 of 20, speaks German; Omar had 6, Mia is away."""
    return format_html(
        _("Assigned to {agent} by “{scheme}”, {way}: {why}"),
        agent=agent,
        scheme=decision.scheme_name,
        way=_way(decision.why),
        why=_why(decision, names),
    )


def waits(decision: Decision, names: Explained) -> str:
    """What it waits for, in a sentence or two."""
    needs = _joined([names.skill(name) for name in decision.needs])
    if decision.why == Nobody.CLOSED:
        return _("Waits until we are open again.")
    if decision.why == Nobody.NO_PEOPLE:
        return _("Waits for somebody: nobody of this team may answer.")
    if decision.why == Nobody.UNSKILLED:
        return _("Waits for somebody who %(knows)s: nobody does.") % {"knows": needs}
    if needs and any(one["reason"] == Reason.LACKS for one in decision.candidates):
        said = (
            _("Waits for somebody who %(knows)s: everyone who does is full.")
            if decision.why == Nobody.FULL
            else _("Waits for somebody who %(knows)s: nobody who does is here.")
        )
        return said % {"knows": needs}
    if decision.why == Nobody.FULL:
        return _("Waits for somebody free: everyone who is here has as much as they take.")
    return _("Waits for somebody: nobody is here.")


def details(decision: Decision, names: Explained) -> list[tuple[str, str]]:
    """Everyone who was looked at, with what is said of them."""
    return [(names.person(one["agent"]), _of_one(one, names)) for one in decision.candidates]


def _way(why: str) -> str:
    words = {
        Way.STICKY: _("who wrote to them last"),
        Way.LEAST_BUSY: _("least busy"),
        Way.ROUND_ROBIN: _("in turn"),
    }
    return words.get(Way(why), why) if why in set(Way) else why


def _why(decision: Decision, names: Explained) -> str:
    chosen = next((one for one in decision.candidates if one["agent"] == decision.agent_id), None)
    mine = [_load(chosen), *(names.skill(name) for name in chosen["knows"])] if chosen else []
    others = [one for one in decision.candidates if one is not chosen and one["reason"] != Reason.NOT_ASKED]
    told = [_of_other(one, names) for one in others[:_OTHERS_IN_LINE]]
    if not told:
        return _joined(mine)
    return _("%(why)s; %(others)s") % {"why": _joined(mine), "others": _joined(told)}


def _of_other(one: Mapping[str, Any], names: Explained) -> str:
    name, reason = names.person(one["agent"]), one["reason"]
    if reason == Reason.AWAY:
        return _("%(name)s is away") % {"name": name}
    if reason == Reason.NOT_SEEN:
        return _("%(name)s is not here") % {"name": name}
    if reason == Reason.FULL:
        return _("%(name)s is full") % {"name": name}
    if reason in (Reason.LACKS, Reason.KNOWS_LESS) and one["lacks"]:
        return _("%(name)s %(does_not)s") % {"name": name, "does_not": names.not_skill(one["lacks"][0])}
    if reason == Reason.LATER:
        return _("%(name)s is next") % {"name": name}
    return _("%(name)s had %(load)s") % {"name": name, "load": _number(one["load"])}


def _of_one(one: Mapping[str, Any], names: Explained) -> str:
    words = {
        Reason.CHOSEN: _("chosen"),
        Reason.AWAY: _("away"),
        Reason.NOT_SEEN: _("not here"),
        Reason.FULL: _("full"),
        Reason.BUSIER: _("busier"),
        Reason.LATER: _("next in turn"),
        Reason.KNOWS_LESS: _("knows less of it"),
    }
    said = [words[one["reason"]]] if one["reason"] in words else []
    said.append(_load(one))
    said += [names.skill(name) for name in one["knows"]]
    said += [names.not_skill(name) for name in one["lacks"]]
    return _joined(said)


def _load(one: Mapping[str, Any]) -> str:
    if one["capacity"] is None:
        return _("%(load)s open") % {"load": _number(one["load"])}
    return _("%(load)s of %(capacity)s") % {"load": _number(one["load"]), "capacity": one["capacity"]}


def _number(load: float) -> str:
    return formats.number_format(load, 0 if load == int(load) else 1)


def _joined(parts: Iterable[str]) -> str:
    found = list(parts)
    said = found[0] if found else ""
    for part in found[1:]:
        said = _("%(some)s, %(more)s") % {"some": said, "more": part}
    return said
