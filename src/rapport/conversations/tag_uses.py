"""What names a tag: saved views here; rules, macros, skills and the like in rooms above, in a module `tag_uses.py`.

    add(TagUse("rules", using=_using, text=_in_words, follow=_follow))

Filters and actions keep a tag by its name, or its id, since that is what people and scripts read there. When the name
changes, or the tag goes up in another one, all of them follow in the same transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import ngettext

from rapport.conversations.arrangements import SavedView
from rapport.conversations.types import Audience
from rapport.kit import clock


class Named(NamedTuple):
    """A tag as it is named, or was."""

    pk: int
    name: str


@dataclass(frozen=True)
class TagUse:
    """A kind of thing that names tags.

    `using` answers what those are called that name this tag, "" for what is somebody's private affair; `text` says so
    many of them; `follow` makes all of them that name the first tag name the second.
    """

    key: str
    using: Callable[[Named], list[str]]
    text: Callable[[int], str]
    follow: Callable[[Named, Named], None]


@dataclass(frozen=True)
class Used:
    """So many of one kind, in words, and the names of those that are no private affair."""

    text: str
    names: tuple[str, ...]


_kinds: dict[str, TagUse] = {}


def add(use: TagUse) -> None:
    _kinds[use.key] = use


def uses_of(tag: Named) -> list[Used]:
    """Everything that names this tag, kind by kind, without the kinds of which nothing does."""
    found = [(use, use.using(tag)) for use in _kinds.values()]
    return [Used(use.text(len(names)), tuple(name for name in names if name)) for use, names in found if names]


def follow(before: Named, after: Named) -> None:
    """Whatever names the first names the second from now on. Call it while both tags are there."""
    for use in _kinds.values():
        use.follow(before, after)


def names_tag(filter_: Any, name: str) -> bool:
    """Whether a filter, as JSON, has a line about the tag of this name."""
    return bool(filter_ != with_tag_renamed(filter_, name, f"{name}\n"))


def with_tag_renamed(filter_: Any, name: str, into: str) -> Any:
    """The filter with `into` wherever it says the tag `name`, once in a line."""
    if isinstance(filter_, list):
        return [with_tag_renamed(each, name, into) for each in filter_]
    if not isinstance(filter_, dict):
        return filter_
    if filter_.get("field") == "tag" and isinstance(filter_.get("value"), list):
        return {**filter_, "value": list(dict.fromkeys(into if each == name else each for each in filter_["value"]))}
    return {key: with_tag_renamed(value, name, into) for key, value in filter_.items()}


def _views(tag: Named) -> list[str]:
    return [
        "" if view.audience == Audience.PERSON else view.name
        for view in SavedView.objects.filter(removed_at=None)
        if names_tag(view.filter, tag.name)
    ]


def _views_in_words(count: int) -> str:
    return ngettext("%(count)d saved view", "%(count)d saved views", count) % {"count": count}


def _views_follow(before: Named, after: Named) -> None:
    """Removed ones too: they can be brought back."""
    for view in SavedView.objects.all():
        renamed = with_tag_renamed(view.filter, before.name, after.name)
        if renamed != view.filter:
            view.filter, view.updated_at = renamed, clock.now()
            view.save(update_fields=["filter", "updated_at"])


add(TagUse("views", _views, _views_in_words, _views_follow))
