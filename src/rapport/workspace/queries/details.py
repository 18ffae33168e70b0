"""What stands behind one message: who it went between, why it is where it is, what is unusual about it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from rapport.channels.newcomers import new_here
from rapport.conversations.models import Conversation, Message, Move
from rapport.conversations.queries import visible_to
from rapport.conversations.types import Direction
from rapport.team.models import Agent


@dataclass(frozen=True)
class Person:
    """One address of a message."""

    address: str
    name: str = ""
    is_new: bool = False


@dataclass(frozen=True)
class Details:
    message: Message
    author: Person | None
    to: list[Person]
    cc: list[Person]
    bcc: list[Person]
    reply_to: list[Person]
    # Why it is in this conversation, in a sentence.
    because: SafeString | str
    has_original: bool

    @property
    def newcomers(self) -> int:
        return sum(person.is_new for person in (*self.to, *self.cc, *self.reply_to))


def details_of(message: Message, *, viewer: Agent) -> Details:
    """Everything the details of a message show."""
    strangers = new_here(message)

    def people(addresses: list[str]) -> list[Person]:
        return [Person(address, is_new=address.strip().lower() in strangers) for address in addresses]

    author = message.author_address
    return Details(
        message,
        author=Person(author, message.author_name, is_new=author.lower() in strangers) if author else None,
        to=people(message.to),
        cc=people(message.cc),
        bcc=people(message.bcc),
        reply_to=people([address for address in message.reply_to if address.lower() != author.lower()]),
        because=_because(message, viewer),
        has_original=message.direction == Direction.IN and message.deliveries.exists(),
    )


def _because(message: Message, viewer: Agent) -> SafeString | str:
    if message.threaded_by == "moved":
        return _moved(message, viewer)
    sentences = {
        "new": _("It answers nothing that we know of, so it began this conversation."),
        "token": _("It was sent to the answer address of this conversation."),
        "token_other": _(
            "It was sent to the answer address of this conversation, by somebody who had not taken part in it."
        ),
        "in_reply_to": _("It answers a message of this conversation."),
        "references": _("It names a message of this conversation as one it goes back to."),
        "subject": _(
            "It comes from this customer and has the subject of this conversation. What it answers, it does not say."
        ),
    }
    return sentences.get(message.threaded_by, "")


def _moved(message: Message, viewer: Agent) -> SafeString | str:
    moves = Move.objects.filter(message=message, undone_at=None).select_related("by", "origin")
    last = moves.last()
    if last is None:
        return ""
    name = _("You") if last.by == viewer else last.by.name if last.by else _("Someone who left")
    if last.origin is None or not visible_to(viewer).filter(pk=last.origin.pk).exists():
        return _("%(name)s moved it here from another conversation.") % {"name": name}
    return format_html(_("{name} moved it here from {conversation}."), name=name, conversation=link_to(last.origin))


def link_to(conversation: Conversation) -> SafeString:
    """A conversation by its number, as a link."""
    number = _("No. %(number)d") % {"number": conversation.number}
    return format_html('<a href="{}">{}</a>', reverse("conversation", args=[conversation.number]), number)
