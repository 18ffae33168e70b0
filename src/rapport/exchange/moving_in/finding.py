"""From a move's row to its source, and to what came from there before."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from rapport.exchange.moving_in.errors import NotNow
from rapport.exchange.moving_in.models import MovedThing, MoveIn
from rapport.exchange.moving_in.seam import Source, sources
from rapport.exchange.moving_in.types import Kind
from rapport.exchange.moving_in.writing.ledger import KEY, known_things
from rapport.team.models import Agent
from rapport.team.queries import agents_who_may
from rapport.team.types import Permission


def kind_of_source(name: str) -> type[Source]:
    """Raises NotNow for one that this version does not have."""
    found = sources().get(name)
    if found is None:
        raise NotNow(_("This version of Rapport does not read from there."))
    return found


def open_source(move: MoveIn) -> Source:
    """Its source, which knows what is here already. Raises NotNow."""
    account = account_of(move)

    def known(kind: Kind, versions: Mapping[str, str]) -> Mapping[str, bool]:
        things = known_things(account, kind, versions)
        return {
            key: move.run_at is None or row.at < move.run_at
            for key, said in versions.items()
            if said and (row := things.get(key[:KEY])) and _is(row, said)
        }

    source = kind_of_source(move.source)
    return source({**move.settings, "file": move.file} if source.reads_file else move.settings, known)


def account_of(move: MoveIn) -> str:
    """The desk's API and its export are one desk."""
    return f"{move.source.partition('-')[0]}:{move.account}"


def things_of(move: MoveIn, kind: Kind, keys: Iterable[str]) -> dict[str, MovedThing]:
    return known_things(account_of(move), kind, keys)


def on_behalf_of(move: MoveIn) -> Agent:
    """Who began it; from the command line, the first who may. Raises NotNow."""
    if move.by is not None and move.by.may(Permission.MANAGE_AUTOMATION):
        return move.by
    found = agents_who_may(Permission.MANAGE_AUTOMATION).order_by("pk").first()
    if found is None:
        raise NotNow(_("Macros need somebody who may share them. Add a team lead first."))
    return found


def _is(thing: MovedThing, version: str) -> bool:
    return thing.version == version[:KEY]
