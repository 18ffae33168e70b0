"""Keeping macros, and using them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.automation.actions.performing import STEPS, Doing, perform, take_back
from rapport.automation.errors import Mistaken
from rapport.automation.models import Macro
from rapport.automation.queries import may_change
from rapport.automation.steps import parse
from rapport.automation.texts import cleaned
from rapport.automation.types import LONGEST_NAME, MACRO_STEPS, Sharing
from rapport.conversations.models import Conversation
from rapport.kit import clock
from rapport.kit.text import one_line
from rapport.team.models import Agent, Team
from rapport.team.types import Permission

_SHORTCUT = re.compile(r"[^\W_][\w-]{0,29}")
_SALT = "rapport.macro.undo"
# Taking the actions of a macro back is offered for seconds; the address works a little longer.
_UNDO_SECONDS = 3600


@transaction.atomic
def save_macro(macro: Macro | None, *, by: Agent, **said: Any) -> Macro:
    """Make or change one: name, shortcut, folder, html, html_zh, steps, sharing, team. What is left out stays.

    Raises Mistaken, and PermissionError for one that is not theirs to change.
    """
    if macro is not None and not may_change(by, macro):
        raise PermissionError
    macro = macro or Macro(owner=by)
    if "name" in said:
        macro.name = one_line(said["name"])[:LONGEST_NAME]
    if not macro.name:
        raise Mistaken(_("Give it a name."), field="name")
    if "folder" in said:
        macro.folder = one_line(said["folder"])[:60]
    for field in ("html", "html_zh"):
        if field in said:
            setattr(macro, field, cleaned(said[field], field=field))
    if "steps" in said:
        macro.steps = [step.as_json() for step in parse(said["steps"], allowed=MACRO_STEPS)]
    if not (macro.html or macro.html_zh or macro.steps):
        raise Mistaken(_("Write a text or choose an action."), field="html")
    _share(macro, said, by)
    _shorten(macro, said)
    macro.updated_at = clock.now()
    macro.save()
    return macro


def _share(macro: Macro, said: dict[str, Any], by: Agent) -> None:
    sharing = said.get("sharing", macro.sharing)
    if sharing not in Sharing.values:
        raise Mistaken(_("Choose who may use it."), field="sharing")
    if sharing != Sharing.PRIVATE and not by.may(Permission.MANAGE_AUTOMATION):
        raise Mistaken(_("Only a team lead shares macros. Keep it to yourself."), field="sharing")
    team: Team | None = said.get("team", macro.team)
    if sharing == Sharing.TEAM and team is None:
        raise Mistaken(_("Choose the team."), field="team")
    if sharing == Sharing.PRIVATE:
        # Whoever makes a shared one private keeps it.
        macro.owner = by
    macro.sharing, macro.team = sharing, team if sharing == Sharing.TEAM else None


def _shorten(macro: Macro, said: dict[str, Any]) -> None:
    if "shortcut" in said:
        macro.shortcut = said["shortcut"].strip().lstrip("/").lower()
    if not macro.shortcut:
        return
    if not _SHORTCUT.fullmatch(macro.shortcut):
        raise Mistaken(_("A shortcut is one word of letters, digits and dashes."), field="shortcut")
    shared = ~Q(sharing=Sharing.PRIVATE)
    rivals = shared | Q(owner=macro.owner) if macro.sharing == Sharing.PRIVATE else shared
    others = Macro.objects.filter(rivals, shortcut=macro.shortcut, deleted_at=None).exclude(pk=macro.pk)
    if other := others.first():
        said_ = {"shortcut": macro.shortcut, "name": other.name}
        raise Mistaken(_("“/%(shortcut)s” already is “%(name)s”. Choose another word.") % said_, field="shortcut")


@transaction.atomic
def duplicate_macro(macro: Macro, *, by: Agent) -> Macro:
    """A copy to change: private, without the shortcut."""
    name = shortened_copy(macro.name)
    copied = {"html": macro.html, "html_zh": macro.html_zh, "steps": macro.steps, "folder": macro.folder}
    return Macro.objects.create(name=name, sharing=Sharing.PRIVATE, owner=by, **copied)


def shortened_copy(name: str) -> str:
    return (_("Copy of %(name)s") % {"name": name})[:LONGEST_NAME]


def delete_macro(macro: Macro, *, by: Agent) -> None:
    """Nobody can use it any more; for a day it can be brought back. Raises PermissionError."""
    _set_deleted(macro, by=by, is_deleted=True)


def restore_macro(macro: Macro, *, by: Agent) -> None:
    """Bring a deleted one back, without its shortcut where somebody took that meanwhile. Raises PermissionError."""
    taken = Macro.objects.filter(shortcut=macro.shortcut, deleted_at=None).exclude(pk=macro.pk)
    if macro.shortcut and taken.exists():
        Macro.objects.filter(pk=macro.pk).update(shortcut="")
    _set_deleted(macro, by=by, is_deleted=False)


def _set_deleted(macro: Macro, *, by: Agent, is_deleted: bool) -> None:
    if not may_change(by, macro):
        raise PermissionError
    Macro.objects.filter(pk=macro.pk).update(deleted_at=clock.now() if is_deleted else None)


@dataclass(frozen=True)
class Used:
    """What using macros did, in a sentence, and the word that takes their actions back; empty when they had none."""

    said: str = ""
    undo: str = ""


@transaction.atomic
def use_macros(macros: Iterable[Macro], conversation: Conversation, *, by: Agent, with_steps: bool = True) -> Used:
    """Count their use and do what they do to the conversation."""
    macros = list(macros)
    Macro.objects.filter(pk__in=[macro.pk for macro in macros]).update(uses=F("uses") + 1, used_at=clock.now())
    doing = Doing(by)
    for macro in macros if with_steps else ():
        perform(macro.actions, conversation, doing, STEPS)
    if not doing.did and not doing.problems:
        return Used()
    undo = signing.dumps([conversation.pk, by.pk, doing.back], salt=_SALT) if doing.back else ""
    return Used(_sentence(macros, doing), undo)


def _sentence(macros: list[Macro], doing: Doing) -> str:
    if doing.problems:
        return doing.problems[0]
    count = len(doing.did)
    said = {"name": macros[0].name, "count": count}
    return ngettext("“%(name)s” did one thing.", "“%(name)s” did %(count)d things.", count) % said


def undo_macros(conversation: Conversation, word: str, *, by: Agent) -> bool:
    """Take the actions back that `use_macros` gave this word for. False when it is not theirs, or too late."""
    try:
        pk, agent, back = signing.loads(word, salt=_SALT, max_age=_UNDO_SECONDS)
    except signing.BadSignature:
        return False
    if (pk, agent) != (conversation.pk, by.pk):
        return False
    take_back(back, conversation, by=by)
    return True
