"""What a page says of a run and of the mapping."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from rapport.exchange.syncing import ours
from rapport.exchange.syncing.models import Connection, SyncRun
from rapport.exchange.syncing.seam import Direction, Noun, Rule, System, TheirField

SPARE_LINES = 2


@dataclass(frozen=True)
class Figure:
    label: str
    value: int
    tone: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the mapping's table, with what may be chosen."""

    number: int
    ours: str
    theirs: str
    direction: str
    rule: str
    is_known: bool


def figures(run: SyncRun) -> list[Figure]:
    """What was done, or with a trial would be."""
    told = [
        Figure(_("Matched with ours"), run.count("matched")),
        Figure(pgettext("sync", "New here"), run.count("made_here"), "good"),
        Figure(_("Changed here"), run.count("changed_here")),
        Figure(_("New there"), run.count("made_there"), "good"),
        Figure(_("Changed there"), run.count("changed_there")),
        Figure(_("Changed on both sides"), run.count("conflicts"), "warn" if run.count("conflicts") else ""),
        Figure(_("Deleted there"), run.count("gone")),
        Figure(_("Not taken"), run.count("failed"), "bad" if run.count("failed") else ""),
    ]
    return [each for each in told if each.value or run.is_trial]


def in_words(run: SyncRun) -> str:
    """A run in one line."""
    told = [f"{each.label}: {each.value}" for each in figures(run) if each.value]
    return ", ".join(told) if told else _("Nothing had changed.")


def notes(run: SyncRun) -> list[dict[str, Any]]:
    """Some of what it did, each with its words and the fields as people call them."""
    words = {
        "matched": _("Matched with ours"),
        "made_here": pgettext("sync", "New here"),
        "changed_here": _("Changed here"),
        "made_there": _("New there"),
        "changed_there": _("Changed there"),
        "conflicts": _("Changed on both sides"),
        "gone": _("Deleted there"),
        "merged": _("Became one there"),
        "failed": _("Not taken"),
    }
    labels = {noun: ours.names(noun) for noun in Noun}
    return [
        {
            "what": words.get(each["what"], each["what"]),
            "label": each["label"],
            "fields": ", ".join(str(labels.get(each["noun"], {}).get(name, name)) for name in each["fields"]),
        }
        for each in run.notes
    ]


def rows(connection: Connection, noun: Noun, theirs: Sequence[TheirField]) -> list[Row]:
    """The mapping as it is, and some empty lines."""
    known = {each.name for each in theirs}
    kept = connection.mapping.get(noun, [])
    spare = {"ours": "", "theirs": "", "direction": Direction.BOTH, "rule": Rule.NEWEST}
    return [
        Row(number, line["ours"], line["theirs"], line["direction"], line["rule"], line["theirs"] in known)
        for number, line in enumerate([*kept, *([spare] * SPARE_LINES)], start=1)
    ]


def table(connection: Connection, noun: Noun, system: System, theirs: Sequence[TheirField]) -> dict[str, Any]:
    own: list[tuple[str, str | Promise]] = list(ours.names(noun).items())
    return {
        "noun": noun.value,
        "label": noun.label,
        "rows": rows(connection, noun, theirs),
        "ours": own,
        "theirs": [(each.name, each.label, each.is_read_only) for each in theirs],
        "system": system.label,
    }
