"""Whose pictures an agent always wants to see."""

from rapport.conversations.models import PicturesWanted
from rapport.team.models import Agent


def want_pictures(address: str, *, by: Agent) -> None:
    """From now on remote pictures in mails of this sender show at once, to this agent. Nothing for no address."""
    if address.strip():
        PicturesWanted.objects.get_or_create(agent=by, address=_plain(address))


def unwant_pictures(address: str, *, by: Agent) -> None:
    PicturesWanted.objects.filter(agent=by, address=_plain(address)).delete()


def _plain(address: str) -> str:
    return address.strip().lower()[:320]
