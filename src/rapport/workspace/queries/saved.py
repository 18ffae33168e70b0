"""Saved views and filters as entries of the views column, and the columns that their rows show."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rapport.backbone.custom_fields.values import in_words
from rapport.backbone.filtering.wording import OPS
from rapport.conversations.arrangements import SavedView
from rapport.conversations.fields import FIELDS
from rapport.conversations.filtering import Filter, FilterError, Vocabulary
from rapport.conversations.filtering.subjects import CUSTOMER_FIELD, OWN_FIELD
from rapport.conversations.models import Conversation, Tagging
from rapport.conversations.queries import capped_counts, visible_to
from rapport.conversations.saved import views_of
from rapport.customers.fields import FIELDS as CUSTOMER_FIELDS
from rapport.team.models import Agent
from rapport.workspace.queries.channels import face_of

SHOWN = 30
LONGEST_FILTER = 6000
# Counting may take this share of a server's time: what took 0.1 s is counted again after 2 s at the earliest.
_REST = 20
_QUICK = 0.02


@dataclass(frozen=True)
class Listed:
    """What a list shows beyond the usual: a filter, and columns."""

    key: str
    label: str
    filter: Filter | None
    saved: SavedView | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.saved.columns) if self.saved else ()


def listed_views(agent: Agent) -> list[Listed]:
    """The agent's saved views, in their order. One query, and one more for each noun whose own fields they name."""
    vocabulary = Vocabulary()
    return [_listed(view, vocabulary) for view in views_of(agent)[:SHOWN]]


def listed_named(kind: str, value: str, agent: Agent) -> Listed | None:
    """ "view" with an id, or "filter" with JSON; None when there is no such view, or no sense in the filter."""
    if kind == "view" and value.isdecimal():
        view = views_of(agent).filter(pk=int(value[:18])).first()
        return _listed(view, Vocabulary()) if view else None
    if kind == "filter" and len(value) <= LONGEST_FILTER:
        try:
            return Listed(f"filter:{value}", _("Filtered"), Filter.parse(value))
        except FilterError:
            return None
    return None


def _listed(view: SavedView, vocabulary: Vocabulary) -> Listed:
    try:
        wanted: Filter | None = Filter.parse(view.filter, vocabulary)
    except FilterError:
        # A later version wrote it, say: better an empty list than a wrong one.
        wanted = None
    return Listed(f"view:{view.pk}", view.name, wanted, view)


def counts_of(agent: Agent, views: Sequence[Listed]) -> dict[str, int]:
    """How many each holds: one query, none counted past the cap, and not again at once when it was slow."""
    said = " ".join(f"{view.key}@{view.saved.updated_at.timestamp()}" for view in views if view.saved)
    key = f"view-counts:{agent.pk}:{hashlib.sha256(said.encode()).hexdigest()[:32]}"
    kept = cache.get(key)
    if kept is not None:
        return dict(kept)
    began = time.monotonic()
    counted = capped_counts({v.key: v.filter.apply(visible_to(agent).standing(), agent) for v in views if v.filter})
    took = time.monotonic() - began
    if took > _QUICK:
        cache.set(key, counted, timeout=took * _REST)
    return counted


def column_choices() -> list[tuple[str, str]]:
    """What a view may show in its rows, by key."""
    standing = [
        ("inbox", _("Inbox")), ("team", _("Team")), ("assignee", _("Assigned to")), ("tags", _("Tags")),
        ("company", _("Company")), ("created", _("Created")),
    ]  # fmt: skip
    own = [(s.name, str(s.label)) for s in Vocabulary().fields if s.field and s.field.in_lists]
    return [*standing, *own]


def cells(ids: Sequence[int], columns: Sequence[str]) -> dict[int, list[str]]:
    """What the columns say of each of these conversations; nothing for what is empty. At most four queries."""
    facts = {row["pk"]: row for row in Conversation.objects.filter(pk__in=ids).values(*_FACTS)} if ids else {}
    tags = _tags(ids) if "tags" in columns else {}
    own = _said(FIELDS, ids, columns, OWN_FIELD)
    people = [row["customer"] for row in facts.values()]
    theirs = _said(CUSTOMER_FIELDS, people, columns, CUSTOMER_FIELD)
    made: dict[int, list[str]] = {}
    for pk, row in facts.items():
        said = {
            **{name: row[path] or "" for name, path in _PLAIN.items()},
            "created": date_format(row["created_at"], "SHORT_DATE_FORMAT"),
            "tags": ", ".join(tags.get(pk, ())),
            **own.get(pk, {}),
            **theirs.get(row["customer"], {}),
        }
        made[pk] = [said[name] for name in columns if said.get(name)]
    return made


def vocabulary_json() -> str:
    """Everything the builder offers: subjects with their operations and choices."""
    offered = []
    for subject in Vocabulary().offered:
        choices = list(subject.choices()) if subject.choices else []
        if subject.name == "channel":
            choices = [(kind, face_of(kind).label) for kind, _name in choices]
        ops = [[op, str(OPS[op]), subject.input_of(op)] for op in subject.ops]
        offered.append({"name": subject.name, "label": subject.label, "ops": ops, "choices": choices})
    return json.dumps(offered)


_PLAIN = {
    "inbox": "inbox__name", "team": "team__name", "assignee": "assignee__name", "company": "customer__company__name",
}  # fmt: skip
_FACTS = ("pk", "customer", "created_at", *_PLAIN.values())


def _tags(ids: Sequence[int]) -> dict[int, list[str]]:
    made: dict[int, list[str]] = {}
    for pk, name in (
        Tagging.objects.filter(conversation__in=ids).order_by("tag__name").values_list("conversation", "tag__name")
    ):
        made.setdefault(pk, []).append(name)
    return made


def _said(fields: Any, ids: Sequence[int], columns: Sequence[str], prefix: str) -> Mapping[int, dict[str, str]]:
    keys = [name.removeprefix(prefix) for name in columns if name.startswith(prefix)]
    if not keys:
        return {}
    found = fields.said_of_many(ids, keys)
    return {pk: {f"{prefix}{key}": in_words(value) for key, value in said.items()} for pk, said in found.items()}
