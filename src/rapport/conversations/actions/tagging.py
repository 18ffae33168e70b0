"""The tags themselves: their names, colours and what they are for. Whatever names a tag follows it to its new name."""

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.conversations.announcements import TagDeleted, TagRenamed
from rapport.conversations.models import Tag, Tagging
from rapport.conversations.tag_uses import Named, follow
from rapport.conversations.types import TagColour
from rapport.kit.text import one_line
from rapport.team.models import Agent


class TagTaken(ValueError):
    """Another tag has this name; `other` is it, and the two can be merged."""

    def __init__(self, other: Tag) -> None:
        super().__init__(_("Another tag is called %(name)s. Merge the two instead.") % {"name": other.name})
        self.other = other


@transaction.atomic
def describe_tag(tag: Tag, *, name: str, colour: str = "", description: str = "", by: Agent | None) -> None:
    """Another name, colour or description. Raises TagTaken, and ValueError for an empty name."""
    name = one_line(name)[:60]
    if not name:
        raise ValueError(_("A tag needs a name."))
    other = Tag.objects.filter(name__iexact=name).exclude(pk=tag.pk).first()
    if other:
        raise TagTaken(other)
    before = tag.name
    tag.name, tag.description = name, one_line(description)[:200]
    tag.colour = colour if colour in TagColour.values else ""
    tag.save(update_fields=["name", "colour", "description"])
    if before != name:
        follow(Named(tag.pk, before), Named(tag.pk, name))
        announce(TagRenamed(tag=before, into=name, by=by.pk if by else None))


@transaction.atomic
def merge_tags(tag: Tag, *, into: Tag, by: Agent | None) -> int:
    """Put the other tag on everything that has this one, which is gone then. Answers on how many it was new."""
    if tag.pk == into.pk:
        raise ValueError(_("A tag cannot be merged with itself."))
    present = Tagging.objects.filter(tag=into).values("conversation")
    moved = Tagging.objects.filter(tag=tag).exclude(conversation__in=present).update(tag=into)
    name = tag.name
    # Before it is gone: with it go the rows that tie it to what knows it by its id.
    follow(Named(tag.pk, name), Named(into.pk, into.name))
    tag.delete()
    announce(TagRenamed(tag=name, into=into.name, by=by.pk if by else None))
    return moved


@transaction.atomic
def delete_tag(tag: Tag, *, by: Agent | None) -> None:
    """Take it off everything, for good."""
    name = tag.name
    tag.delete()
    announce(TagDeleted(tag=name, by=by.pk if by else None))
