"""What was said, as its reader at the portal sees it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from rapport.conversations.models import Message
from rapport.conversations.types import Direction
from rapport.portal.queries import Guest


@dataclass(frozen=True)
class Shown:
    message: Message
    author: str
    is_own: bool

    @property
    def words(self) -> str:
        return self.message.visible_text or self.message.text


def shown(said: Iterable[Message], guest: Guest, company: str) -> list[Shown]:
    return [Shown(each, _author(each, guest, company), each.direction == Direction.IN) for each in said]


def _author(message: Message, guest: Guest, company: str) -> str:
    """Customers know agents by their first names, as in the mails that they get."""
    if message.direction == Direction.IN:
        return _("You") if message.customer_id == guest.customer.pk else message.author_name or message.author_address
    first = message.agent.name.split(" ")[0] if message.agent else ""
    if first and company:
        return _("%(name)s from %(company)s") % {"name": first, "company": company}
    return first or company or "Rapport"
