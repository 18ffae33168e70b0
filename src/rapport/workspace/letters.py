"""A mail's cleaned HTML as a page of its own, for a sandboxed frame."""

import html
import re
from collections.abc import Mapping
from urllib.parse import unquote

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rapport.conversations.models import Message

_INLINE = re.compile(r' src="cid:([^"]+)"', re.IGNORECASE)
_WAITING = re.compile(r' data-src="(https?:[^"]*)"')
# Of letters that came before such pictures were left out when they were read.
_UNSEEN = re.compile(
    r'<img(?=[^>]* data-src=)(?=[^>]*(?: (?:width|height)="[0-2](?:px)?"|'
    r' style="[^"]*(?<![-\w])(?:width|height)\s*:\s*[0-2](?:px)?\s*[;"]))[^>]*>'
)
_LINK = re.compile(r"<a( [^>]*)>")
_TARGET = re.compile(r' href="([^"]*)"')
_TITLE = re.compile(r' title="[^"]*"')
_TABLE = re.compile(r"<(/?)table\b[^>]*>")
_COLOURED = re.compile(r"background|bgcolor|(?<![-\w])color\s*[:=]", re.IGNORECASE)
# Black on white, as programs write it who mean no colour at all; it goes, so that such a letter can be dark.
_NO_COLOUR = re.compile(
    r"(?<![-\w])(?:color\s*:\s*(?:black|windowtext|#000(?:000)?|#111(?:111)?|#222(?:222)?|#333(?:333)?|#1f1f1f|#212121|"
    r"rgb\(\s*(\d{1,2})\s*,\s*\1\s*,\s*\1\s*\))|"
    r"background(?:-color)?\s*:\s*(?:white|transparent|initial|#fff(?:fff)?|rgb\(255,\s*255,\s*255\)))"
    r"\s*(?:!important)?\s*(?:;|(?=\"))| (?:bgcolor|color)=\"(?:#fff(?:fff)?|white|#000(?:000)?|black)\"",
    re.IGNORECASE,
)
# Where a picture will be: its size without its content.
_BLANK = ' class="waiting" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"'
_LONGEST_TITLE = 300

# The few colours are those of the design's tokens for reading, since a frame cannot see the page's stylesheet.
_STYLE = """
:root { color-scheme: light dark; }
:root[data-theme="light"], :root[data-paper] { color-scheme: light; }
:root[data-theme="dark"]:not([data-paper]) { color-scheme: dark; }
html, body { margin: 0; padding: 0; background: transparent; }
:root[data-paper] body { background: #fff; padding: 12px; border-radius: 6px; }
body { font: 14px/1.55 system-ui, -apple-system, "Segoe UI", Inter, Roboto, "Noto Sans", "PingFang SC",
  "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  color: light-dark(#1f1d1a, #ececef); overflow-wrap: anywhere; overflow: hidden; }
img { max-width: 100%; }
img:not(.waiting) { height: auto; }
img.waiting:not([height]) { height: 24px; }
img.waiting { min-width: 24px; min-height: 24px; border-radius: 4px;
  background: light-dark(rgb(0 0 0 / 6%), rgb(255 255 255 / 10%)); }
.wide { overflow-x: auto; overscroll-behavior-x: contain; }
.wide table { overflow-wrap: break-word; }
pre { white-space: pre-wrap; }
p { margin: 0 0 8px; } p:last-child { margin-bottom: 0; }
a { color: light-dark(#1d4fc4, #a9c3ff); }
blockquote { margin: 8px 0; padding-left: 12px; border-left: 2px solid light-dark(#cfcdc8, #44464f); }
details > summary { display: inline-block; padding: 0 6px; border-radius: 4px; font-size: 12px; cursor: pointer;
  background: light-dark(#eceae6, #33353c); color: light-dark(#55524d, #b9bbc2); list-style: none; }
@media print { :root { color-scheme: light !important; } .wide { overflow: visible; } }
""".strip()


def letter(message: Message, *, attachments: Mapping[str, int], with_pictures: bool, theme: str) -> str:
    """The whole page. `attachments` are ids by Content-ID, for pictures that travel inside the mail."""
    markup = _UNSEEN.sub("", message.html)
    if not _COLOURED.search(without_no_colour := _NO_COLOUR.sub("", markup)):
        markup = without_no_colour
    paper = " data-paper" if _COLOURED.search(markup) else ""
    markup = markup.replace("<quoted-text>", _folding()).replace("</quoted-text>", "</details>")
    by_name = {name.lower(): pk for name, pk in attachments.items()}
    markup = _INLINE.sub(lambda found: _travelling(found[1], by_name), markup)
    markup = _fetched(markup, message) if with_pictures else _WAITING.sub(_BLANK, markup)
    markup = _boxed(_LINK.sub(lambda found: _told(found[1]), markup))
    chosen = f' data-theme="{theme}"' if theme in ("light", "dark") else ""
    head = f'<meta charset="utf-8"><title>{html.escape(message.subject)}</title><style>{_STYLE}</style>'
    return (
        f'<!doctype html><html lang="{get_language()}"{chosen}{paper}><head>{head}</head><body>{markup}</body></html>'
    )


def waits_for_pictures(message: Message) -> bool:
    return _WAITING.search(_UNSEEN.sub("", message.html)) is not None


def waiting_pictures(message: Message) -> list[str]:
    """The addresses of the remote pictures, in their order."""
    return [html.unescape(address) for address in _WAITING.findall(_UNSEEN.sub("", message.html))]


def _folding() -> str:
    return f"<details><summary>{html.escape(_('Show quoted text'))}</summary>"


def _fetched(markup: str, message: Message) -> str:
    """Each remote picture by an address of ours, which names it by its number alone."""
    numbers = iter(range(len(markup)))
    return _WAITING.sub(
        lambda _found: f' src="{reverse("message_picture", args=[message.pk, next(numbers)])}" loading="lazy"', markup
    )


def _travelling(content_id: str, attachments: Mapping[str, int]) -> str:
    pk = attachments.get(unquote(html.unescape(content_id)).strip("<>").lower())
    return f' src="{reverse("attachment", args=[pk])}?inline=1" loading="lazy"' if pk else ""


def _told(attributes: str) -> str:
    """A link says where it really leads, whatever its sender made it say."""
    target = _TARGET.search(attributes)
    shown = html.escape(html.unescape(target[1])[:_LONGEST_TITLE]) if target else ""
    title = f' title="{shown}"' if shown else ""
    return f"<a{_TITLE.sub('', attributes)}{title}>"


def _boxed(markup: str) -> str:
    """Every outermost table in a box of its own, which scrolls where it is too wide."""
    pieces, depth, end = [], 0, 0
    for tag in _TABLE.finditer(markup):
        if not tag[1]:
            depth += 1
        if depth == 1:
            at = tag.end() if tag[1] else tag.start()
            pieces += [markup[end:at], "</div>" if tag[1] else '<div class="wide">']
            end = at
        if tag[1]:
            depth -= 1
    return "".join([*pieces, markup[end:]]) if depth == 0 else markup
