"""A line of the audit trail in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext as _

from rapport.kit.money import Money
from rapport.privacy.queries import Line
from rapport.privacy.watched import WATCHED
from rapport.sales.models import ChangeKind

_PAGES = {"customer": "customer", "deal": "deal", "order": "order"}


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
        elif line.kind in _PAGES and line.object:
            href = reverse(_PAGES[line.kind], args=[line.object])
        return Told(line.at, who, "", _events().get(line.event, line.event), line.label, href, _facts(line))
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


def _facts(line: Line) -> list[tuple[str, str, str]]:
    """What an event of sales says besides, as fields are told of: label, old, new."""
    said = line.changes
    match line.event:
        case "DealMoved":
            told = [(_("stage"), said.get("from"), said.get("to"))]
        case "DealLost" | "SubscriptionCancelled":
            told = [(_("reason"), "", said.get("reason"))]
        case "DealWon" | "OrderRefunded":
            told = [(_("amount"), "", _money(said, "amount"))]
        case "OrderPlaced":
            told = [(_("total"), "", _money(said, "total"))]
        case "OrderChanged":
            names = [_label("sales.order", name) for name in str(said.get("fields", "")).split(",") if name]
            told = [(_("different now"), "", ", ".join(names))]
        case "SubscriptionChanged":
            told = [(_("what"), "", dict(ChangeKind.choices).get(said.get("kind", "")))]
        case _:
            told = []
    return [(label, str(before or "–"), str(after)) for label, before, after in told if after]


def _money(said: Mapping[str, Any], name: str) -> str:
    amount, currency = said.get(name), said.get("currency")
    return str(Money(int(amount), str(currency))) if amount is not None and currency else ""


def _changes(line: Line) -> list[tuple[str, str, str]]:
    """Field, old, new: as people call them."""
    told = []
    for name, (before, after) in line.changes.items():
        field = _field(line.kind, name)
        words = dict(getattr(field, "flatchoices", ()))
        told.append((_label(line.kind, name), _value(before, words), _value(after, words)))
    return told


def _label(kind: str, name: str) -> str:
    """A field as people call it: many relations have no words of their own."""
    plain = name.removesuffix("_id")
    if kind.startswith("sales.") and plain in (words := _words_of_sales()):
        return words[plain]
    return str(getattr(_field(kind, name), "verbose_name", name))


def _words_of_sales() -> dict[str, str]:
    return {
        "currency": _("currency"),
        "customer": _("customer"),
        "company": _("company"),
        "deal": _("deal"),
        "lines": _("lines"),
        "net": _("net amount"),
        "outcome": _("end"),
        "owner": _("owner"),
        "payment": _("payment"),
        "pipeline": _("pipeline"),
        "position": _("position"),
        "issued_on": _("issued on"),
        "is_retired": _("no longer offered"),
        "reason": _("reason"),
        "tax": _("tax"),
        "tax_rate": _("tax rate in per cent"),
    }


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
        "DealMoved": _("Deal moved to another stage"),
        "DealWon": _("Deal won"),
        "DealLost": _("Deal lost"),
        "DealReopened": _("Deal reopened"),
        "OrderPlaced": _("Order entered"),
        "OrderChanged": _("Order changed"),
        "OrderRefunded": _("Order refunded"),
        "SubscriptionStarted": _("Subscription entered"),
        "SubscriptionChanged": _("Subscription changed"),
        "SubscriptionCancelled": _("Subscription cancelled"),
    }
