"""What an answer carries of the message that it answers, and a forward of the one it passes on, as HTML.

Nothing of any other message: no notes, no blind copies, and no address that would prove to us whose answer it is.
"""

import re
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rapport.channels.tokens import without_token
from rapport.conversations.models import Conversation, Message
from rapport.conversations.types import Direction
from rapport.kit.text import language_of, one_line
from rapport.team.queries import organisation

# Longer letters are quoted as their text, and that up to this many characters.
LONGEST = 200_000
_PICTURE = re.compile(r'<img(?=[^>]*\ssrc="(?:cid|data):)[^>]*?>')
_ALT = re.compile(r'\salt="([^"]*)"')
_WAITING = re.compile(r'(<img(?: [a-z-]+="[^"]*")*?) data-src="')


def reply_quote(message: Message) -> str:
    """ "On 3 March 2026, Kim wrote:" in the customer's language, and what Kim wrote, without its pictures."""
    with _as_read_in(language_for(message.conversation)):
        said = _("On %(date)s at %(time)s, %(name)s wrote:") % _when_and_who(message)
    body = _PICTURE.sub(lambda found: _alt(found[0]), _body(message))
    return f"<quoted-text><div>{escape(said)}</div><blockquote>{body}</blockquote></quoted-text>"


def forwarded(message: Message) -> str:
    """A message as it is passed on: who wrote it, when, to whom and about what, and the whole of it."""
    with _as_read_in(organisation().reply_language):
        lines = [_("---------- Forwarded message ----------"), *_header(message)]
    head = "<br>".join(escape(line) for line in lines)
    return f"<quoted-text><div>{head}</div><br><div>{_body(message)}</div></quoted-text>"


def language_for(conversation: Conversation) -> str:
    """The one of our languages that the customer reads: as they said, else as they wrote, else the company's."""
    said = conversation.customer.language
    if said:
        return _ours(said)
    theirs = conversation.messages.filter(direction=Direction.IN, is_automatic=False).order_by("-id")
    wrote = theirs.values_list("visible_text", flat=True).first() or ""
    return _ours(language_of(f"{conversation.subject} {wrote}"[:4000]) or organisation().reply_language)


def _header(message: Message) -> list[str]:
    said = _when_and_who(message)
    address = f" <{without_token(message.author_address)}>" if message.author_address else ""
    lines = [
        _("From: %(who)s") % {"who": said["name"] + address},
        _("Date: %(date)s, %(time)s") % said,
        _("Subject: %(subject)s") % {"subject": one_line(message.subject or message.conversation.subject)},
        _("To: %(who)s") % {"who": ", ".join(without_token(address) for address in message.to)},
    ]
    if message.cc:
        lines.append(_("Cc: %(who)s") % {"who": ", ".join(without_token(address) for address in message.cc)})
    return lines


def _when_and_who(message: Message) -> dict[str, str]:
    sent = message.sent_at if message.sent_at and message.sent_at < message.created_at else message.created_at
    at = timezone.localtime(sent)
    name = message.author_name or (message.agent.name if message.agent else "") or message.author_address
    return {
        "date": date_format(at, "DATE_FORMAT"),
        "time": date_format(at, "TIME_FORMAT"),
        "name": one_line(without_token(name)),
    }


def _body(message: Message) -> str:
    if not message.html or len(message.html) > LONGEST:
        text = escape(message.text[:LONGEST]).replace("\n", "<br>")
        return without_token(text)
    html = message.html.replace("<quoted-text>", "").replace("</quoted-text>", "")
    return without_token(_WAITING.sub(r'\1 src="', html))


def _alt(picture: str) -> str:
    said = _ALT.search(picture)
    return f"[{said[1]}]" if said and said[1] else ""


@contextmanager
def _as_read_in(language: str) -> Iterator[None]:
    """Words and dates in this language, times on the company's clock."""
    zone = organisation().time_zone
    try:
        chosen = zoneinfo.ZoneInfo(zone) if zone else timezone.get_default_timezone()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        chosen = timezone.get_default_timezone()
    with translation.override(_ours(language)), timezone.override(chosen):
        yield


def _ours(language: str) -> str:
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return "en"
