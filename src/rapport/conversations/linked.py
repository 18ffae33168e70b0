"""Which conversations a conversation has to do with."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from rapport.conversations.arrangements import Link
from rapport.conversations.models import Conversation
from rapport.conversations.queries import visible_to
from rapport.conversations.types import LinkKind
from rapport.team.models import Agent


@dataclass(frozen=True)
class Linked:
    """The other one of a link. `kind` is what this conversation is to it; `is_ours` whether it was said from here."""

    other: Conversation
    kind: str
    is_ours: bool

    @property
    def words(self) -> str:
        """What stands before the other one: "Duplicate of", or from there "Has the duplicate"."""
        if self.is_ours or self.kind == LinkKind.RELATED:
            return str(LinkKind(self.kind).label)
        return _("Has the duplicate") if self.kind == LinkKind.DUPLICATE else _("Followed by")


def linked_with(conversation: Conversation, *, viewer: Agent) -> list[Linked]:
    """The others, as far as the viewer may see them. Two queries; one where there is no link."""
    links = list(Link.objects.filter(Q(conversation=conversation) | Q(other=conversation)))
    if not links:
        return []
    ids = {each.conversation_id for each in links} | {each.other_id for each in links}
    found = visible_to(viewer).select_related("customer").in_bulk(list(ids - {conversation.pk}))
    made = []
    for each in links:
        is_ours = each.conversation_id == conversation.pk
        other = found.get(each.other_id if is_ours else each.conversation_id)
        if other:
            made.append(Linked(other, each.kind, is_ours))
    return made
