"""Setting up how conversations are shared out: schemes, skills, and what each agent takes."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.backbone.ordering import behind_all, shift
from rapport.conversations.models import Inbox, Tag
from rapport.routing.actions.sharing import take_up
from rapport.routing.announcements import RoomMade
from rapport.routing.models import Capacity, Knowledge, Scheme, Skill
from rapport.routing.types import CannotSetUp, Level
from rapport.team.models import Agent


@transaction.atomic
def make_scheme(*, name: str, **fields: Any) -> Scheme:
    """Behind all others. Raises CannotSetUp."""
    return change_scheme(Scheme(name=name, position=behind_all(Scheme.objects.all())), **fields)


@transaction.atomic
def change_scheme(scheme: Scheme, **fields: Any) -> Scheme:
    """Fields left out stay as they are. Raises CannotSetUp for a name that another one has."""
    for name, value in fields.items():
        setattr(scheme, name, value)
    if Scheme.objects.filter(name__iexact=scheme.name).exclude(pk=scheme.pk).exists():
        raise CannotSetUp(_("Another scheme is called that."))
    scheme.save()
    take_up.enqueue()
    return scheme


@transaction.atomic
def delete_scheme(scheme: Scheme) -> None:
    """What waits by it goes by the next scheme that fits, or waits no longer. Decisions keep its name."""
    scheme.delete()
    take_up.enqueue()


@transaction.atomic
def shift_scheme(scheme: Scheme, *, by: int) -> None:
    """One place up (-1) or down (1); at the end of the list nothing happens."""
    shift(Scheme.objects.all(), scheme.pk, by=by)
    take_up.enqueue()


@transaction.atomic
def save_skill(
    skill: Skill,
    *,
    tags: Iterable[Tag] | None = None,
    inboxes: Iterable[Inbox] | None = None,
    levels: Mapping[int, int] | None = None,
    by: Agent | None,
    **fields: Any,
) -> Skill:
    """Make or change it. `levels` are everyone who knows it, by agent, 1 to 3. Raises CannotSetUp."""
    for name, value in fields.items():
        setattr(skill, name, value)
    if Skill.objects.filter(name__iexact=skill.name).exclude(pk=skill.pk).exists():
        raise CannotSetUp(_("Another skill is called that."))
    if any(level not in Level.values for level in (levels or {}).values()):
        raise CannotSetUp(_("A level is 1, 2 or 3."))
    skill.save()
    if tags is not None:
        skill.tags.set(tags)
    if inboxes is not None:
        skill.inboxes.set(inboxes)
    if levels is not None:
        Knowledge.objects.filter(skill=skill).delete()
        Knowledge.objects.bulk_create(
            Knowledge(agent_id=agent, skill=skill, level=level) for agent, level in sorted(levels.items())
        )
    _room_made(by)
    return skill


@transaction.atomic
def delete_skill(skill: Skill, *, by: Agent | None) -> None:
    """Nothing needs it any more."""
    skill.delete()
    _room_made(by)


@transaction.atomic
def set_capacity(agent: Agent, *, channel: str, most: int | None, by: Agent | None) -> None:
    """How many open conversations of a channel an agent takes; None: what the scheme says. Zero: none at all."""
    if most is None:
        Capacity.objects.filter(agent=agent, channel=channel).delete()
    else:
        Capacity.objects.update_or_create(agent=agent, channel=channel, defaults={"most": most})
    _room_made(by)


def _room_made(by: Agent | None) -> None:
    announce(RoomMade(by.pk if by else None), audience=["see_everything"])
