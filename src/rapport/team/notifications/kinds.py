"""The kinds of notifications, as rooms declare them, and which of them somebody wants where."""

from dataclasses import dataclass
from typing import Literal, get_args

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rapport.team.models import Agent

Channel = Literal["app", "mail", "push"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
LABELS = {"app": _("In the app"), "mail": _("Mail"), "push": _("Push")}


@dataclass(frozen=True)
class Kind:
    """One kind. `sentence` says what `%(by)s` did, `alone` what happened where nobody of us did it.

    Neither names a customer: they stand on lock screens.
    """

    name: str
    label: str | Promise
    sentence: str | Promise
    alone: str | Promise = ""
    icon: str = "inbox"
    usual: frozenset[Channel] = frozenset({"app", "push"})
    # Of several that fit one message the lowest is told; the settings list them in this order.
    order: int = 50

    def said(self, by: str) -> str:
        return str(self.sentence) % {"by": by} if by or not self.alone else str(self.alone)


_known: dict[str, Kind] = {}


def declare(kind: Kind) -> Kind:
    """Its name, at most 30 letters, stays in the database and in what people chose."""
    _known[kind.name] = kind
    return kind


def kinds() -> dict[str, Kind]:
    """In their order."""
    return dict(sorted(_known.items(), key=lambda named: named[1].order))


def wants(agent: Agent, kind: Kind, channel: Channel) -> bool:
    """What they chose, else what is usual for it."""
    chosen = agent.notices.get(kind.name, {}).get(channel)
    return channel in kind.usual if chosen is None else bool(chosen)
