"""Saving views, ordering them, and taking them away until somebody wants them back."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.conversations.arrangements import SavedView
from rapport.conversations.filtering import Filter, Vocabulary
from rapport.conversations.saved import may_change, may_share_with, views_of
from rapport.conversations.types import Audience
from rapport.kit import clock
from rapport.kit.text import one_line
from rapport.team.models import Agent, Team
from rapport.team.types import Permission

SORTS = ("newest", "oldest", "waiting", "due")
COLUMNS = ("inbox", "team", "assignee", "tags", "company", "created")
MOST_COLUMNS = 6
MOST_VIEWS = 50


class CannotSave(ValueError):
    """A view cannot be like this; the text says why."""


@transaction.atomic
def save_view(
    view: SavedView | None,
    *,
    by: Agent,
    name: str,
    filter: Any,
    audience: str = Audience.PERSON,
    team: Team | None = None,
    columns: Sequence[str] = (),
    sort: str = SORTS[0],
) -> SavedView:
    """Keep a filter under a name; a new view comes last. Raises FilterError, CannotSave."""
    if view is not None and not may_change(view, by):
        raise CannotSave(_("Only those who made this view, and team leads, can change it."))
    vocabulary = Vocabulary()
    wanted = Filter.parse(filter, vocabulary)
    name = one_line(name)[:80]
    if not name:
        raise CannotSave(_("A view needs a name."))
    team = _team_for(audience, team, by)
    if view is None:
        view = SavedView(by=by, position=_last_place())
        if views_of(by).count() >= MOST_VIEWS:
            raise CannotSave(_("You have %(most)d views already. Remove one first.") % {"most": MOST_VIEWS})
    view.name, view.audience, view.team, view.filter = name, audience, team, wanted.as_json()
    view.columns = _known_columns(columns, vocabulary)
    view.sort = sort if sort in SORTS else SORTS[0]
    view.updated_at = clock.now()
    view.save()
    return view


@transaction.atomic
def place_view(view: SavedView, *, after: SavedView | None, by: Agent) -> None:
    """Put it behind another one, or first. Raises CannotSave."""
    if not may_change(view, by):
        raise CannotSave(_("Only those who made this view, and team leads, can move it."))
    others = list(SavedView.objects.exclude(pk=view.pk))
    place = next((number for number, other in enumerate(others, start=1) if after and other.pk == after.pk), 0)
    for position, each in enumerate([*others[:place], view, *others[place:]], start=1):
        if each.position != position:
            SavedView.objects.filter(pk=each.pk).update(position=position)


def remove_view(view: SavedView, *, by: Agent) -> None:
    """Take it out of every column; `bring_view_back` undoes that. Raises CannotSave."""
    if not may_change(view, by):
        raise CannotSave(_("Only those who made this view, and team leads, can remove it."))
    SavedView.objects.filter(pk=view.pk, removed_at=None).update(removed_at=clock.now())


def bring_view_back(view: SavedView, *, by: Agent) -> None:
    """Raises CannotSave."""
    if not may_change(view, by):
        raise CannotSave(_("Only those who made this view, and team leads, can bring it back."))
    SavedView.objects.filter(pk=view.pk).update(removed_at=None)


def _team_for(audience: str, team: Team | None, by: Agent) -> Team | None:
    if audience not in Audience.values or not may_share_with(audience, by):
        raise CannotSave(_("You cannot share a view with everyone. Share it with a team."))
    if audience != Audience.TEAM:
        return None
    if team is None or not (by.may(Permission.SEE_EVERYTHING) or by.teams.filter(pk=team.pk).exists()):
        raise CannotSave(_("Choose one of your teams."))
    return team


def _known_columns(columns: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    known = {*COLUMNS, *(subject.name for subject in vocabulary.fields if subject.field and subject.field.in_lists)}
    return [name for name in dict.fromkeys(columns) if name in known][:MOST_COLUMNS]


def _last_place() -> int:
    return (SavedView.objects.order_by("-position").values_list("position", flat=True).first() or 0) + 1
