"""What somebody wrote, as it is kept: cleaned like a received letter, with its pictures from the files beside it."""

from dataclasses import dataclass, replace
from html import escape

from rapport.channels.kinds.email import markup
from rapport.channels.kinds.email.quoting import visible_text
from rapport.conversations.types import IncomingFile
from rapport.exchange.moving_in.types import Said
from rapport.exchange.moving_in.writing.files import Fetched
from rapport.kit.text import storable


@dataclass(frozen=True)
class Letter:
    said: Said
    text: str
    html: str
    visible: str
    files: tuple[IncomingFile, ...]


def letter(said: Said, fetched: Fetched) -> Letter:
    """Pure but for nothing: no database, no network."""
    html, attached = storable(said.html), []
    for each in said.files:
        file = fetched.here.get(each.url)
        if file is None:
            continue
        place = next((url for url in (each.url, escape(each.url)) if url in html), "")
        if place or (file.content_id and f"cid:{file.content_id}" in html):
            file = replace(file, inline=True, content_id=file.content_id or f"{file.sha256[:24]}@moved-in")
            html = html.replace(place, f"cid:{file.content_id}") if place else html
        attached.append(file)
    text = storable(said.text)
    if not html.strip() or html.strip() == text.strip():
        return Letter(said, text, "", visible_text(text), tuple(attached))
    read = markup.read(html)
    text = text or (markup.as_text(read.html) if read.html else markup.stripped(html))
    visible = visible_text(markup.as_text(read.own)) if read.own else visible_text(text)
    return Letter(said, text, read.html, visible, tuple(attached))
