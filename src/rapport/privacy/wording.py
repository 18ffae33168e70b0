"""A line of the audit trail in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext as _

from rapport.privacy.queries import Line
from rapport.privacy.watched import WATCHED


@dataclass(frozen=True)
class Told:
    at: datetime
    who: str
    how: str
    what: str
    object: str
    href: str
    changes: list[tuple[str, str, str]]


def told(line: Line) -> Told:
    who = line.agent_name or _nameless(line)
    if line.event:
        href = ""
        if line.kind == "conversation" and line.label.startswith("#"):
            href = reverse("conversation", args=[int(line.label[1:])])
        elif line.kind == "customer" and line.object:
            href = reverse("customer", args=[line.object])
        return Told(line.at, who, "", _events().get(line.event, line.event), line.label, href, [])
    is_told = line.action != "signed_in" and (line.action, line.kind) != ("exported", "privacy.entry")
    about = line.label if is_told else ""
    return Told(line.at, who, _via(line), _did(line), about, "", _changes(line))


def _nameless(line: Line) -> str:
    if line.agent:
        return _("Somebody who left")
    # Rules, schemes, clocks and what customers write change conversations with nobody at a page or at a script.
    return _("Rapport itself") if line.event or line.via == "system" else _("Somebody not signed in")


def _via(line: Line) -> str:
    way = {"page": "", "api": "API", "system": ""}.get(line.via, line.via)
    return " ".join(part for part in (way, line.address) if part)


def _did(line: Line) -> str:
    watch = WATCHED.get(line.kind)
    kind = str(watch.name) if watch else line.kind
    said = {
        "added": _("%(kind)s added"),
        "changed": _("%(kind)s changed"),
        "removed": _("%(kind)s removed"),
        "signed_in": _("Signed in"),
        "refused": _("A sign-in was refused"),
        "exported": _exported(line),
    }.get(line.action, line.action)
    return said % {"kind": kind} if "%(kind)s" in said else said


def _exported(line: Line) -> str:
    if line.kind == "privacy.entry":
        return _("Audit trail exported")
    return _("List of customers exported") if line.kind == "customers.customer" else _("Data exported by command")


def _changes(line: Line) -> list[tuple[str, str, str]]:
    """Field, old, new: as people call them."""
    told = []
    for name, (before, after) in line.changes.items():
        field = _field(line.kind, name)
        words = dict(getattr(field, "flatchoices", ()))
        label = str(getattr(field, "verbose_name", name))
        told.append((label, _value(before, words), _value(after, words)))
    return told


def _field(kind: str, name: str) -> Any:
    """None for one of a version that is gone."""
    try:
        return apps.get_model(kind)._meta.get_field(name.removesuffix("_id"))
    except (LookupError, FieldDoesNotExist, ValueError):
        return None


def _value(value: Any, words: Mapping[Any, Any]) -> str:
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str | int) and value in words:
        return str(words[value])
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)


def _events() -> dict[str, str]:
    return {
        "ConversationAssigned": _("Conversation assigned"),
        "ConversationClosed": _("Conversation closed"),
        "ConversationDeleted": _("Conversation deleted for good"),
        "ConversationReopened": _("Conversation reopened"),
        "ConversationJunked": _("Conversation marked as junk"),
        "ConversationRestored": _("Conversation is not junk"),
        "ConversationSnoozed": _("Conversation snoozed"),
        "ConversationTagged": _("Conversation tagged"),
        "ConversationUntagged": _("Tag taken off a conversation"),
        "PriorityChanged": _("Priority changed"),
        "SubjectChanged": _("Subject changed"),
        "MessageMoved": _("Message moved"),
        "ConversationMerged": _("Conversations merged"),
        "ConversationUnmerged": _("Merged conversations taken apart"),
        "ConversationFieldsChanged": _("Fields of a conversation changed"),
        "ConversationLinked": _("Conversations linked"),
        "ConversationUnlinked": _("Link between conversations removed"),
        "OrderLinked": _("Order linked with a conversation"),
        "OrderUnlinked": _("Order taken off a conversation"),
        "MessageWritten": _("Reply written"),
        "SentMessageChanged": _("Sent message changed or taken back"),
        "NoteWritten": _("Note written"),
        "TagRenamed": _("Tag renamed"),
        "TagDeleted": _("Tag deleted"),
        "CustomerChanged": _("Customer changed"),
        "CompanyAdded": _("Company added"),
    }
