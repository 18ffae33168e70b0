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
_COLOURED = re.compile(r"background|bgcolor|(?<![-\w])color\s*[:=]", re.IGNORECASE)

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
img { max-width: 100%; height: auto; }
table { max-width: 100%; }
pre { white-space: pre-wrap; }
p { margin: 0 0 8px; } p:last-child { margin-bottom: 0; }
a { color: light-dark(#1d4fc4, #a9c3ff); }
blockquote { margin: 8px 0; padding-left: 12px; border-left: 2px solid light-dark(#cfcdc8, #44464f); }
details > summary { display: inline-block; padding: 0 6px; border-radius: 4px; font-size: 12px; cursor: pointer;
  background: light-dark(#eceae6, #33353c); color: light-dark(#55524d, #b9bbc2); list-style: none; }
""".strip()


def letter(message: Message, *, attachments: Mapping[str, int], with_pictures: bool, theme: str) -> str:
    """The whole page. `attachments` are ids by Content-ID, for pictures that travel inside the mail."""
    markup = message.html
    paper = " data-paper" if _COLOURED.search(markup) else ""
    markup = markup.replace("<quoted-text>", _folding()).replace("</quoted-text>", "</details>")
    markup = _INLINE.sub(lambda found: _travelling(found[1], attachments), markup)
    if with_pictures:
        markup = _WAITING.sub(r' src="\1" referrerpolicy="no-referrer"', markup)
    chosen = f' data-theme="{theme}"' if theme in ("light", "dark") else ""
    head = f'<meta charset="utf-8"><title>{html.escape(message.subject)}</title><style>{_STYLE}</style>'
    return (
        f'<!doctype html><html lang="{get_language()}"{chosen}{paper}><head>{head}</head><body>{markup}</body></html>'
    )


def _folding() -> str:
    return f"<details><summary>{html.escape(_('Show quoted text'))}</summary>"


def waits_for_pictures(message: Message) -> bool:
    return _WAITING.search(message.html) is not None


def _travelling(content_id: str, attachments: Mapping[str, int]) -> str:
    pk = attachments.get(unquote(html.unescape(content_id)).strip("<>"))
    return f' src="{reverse("attachment", args=[pk])}?inline=1" loading="lazy"' if pk else ""
