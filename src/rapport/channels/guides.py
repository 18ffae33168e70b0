"""The guide that each kind of channel brings: its README, in the reader's language where there is one."""

import inspect
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rapport.channels.seam import Kind

_TITLE = re.compile(r"\A# .*\n+")
# Chinese has no spaces between words, nor where a line of its text ends.
_WIDE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]$")
_MARKS = re.compile(r"\*\*|`|\[([^\]]*)\]\([^)]*\)")
# They stand on a page that has headings of its own.
_LOWER = {"h1": "h3", "h2": "h3", "h3": "h4"}
_TAGS = {"p", "ul", "ol", "li", "h3", "h4", "h5", "strong", "em", "code", "pre", "a", "table", "thead", "tbody", "tr",
         "th", "td", "blockquote", "br"}  # fmt: skip


def summary_of(kind: Kind) -> str:
    """Its first sentence, as plain text."""
    first = _text(type(kind), get_language() or "").split("\n\n", 1)[0]
    plain = " ".join(_MARKS.sub(r"\1", first).split())
    return re.split(r"(?<=[.。])\s*", plain, maxsplit=1)[0]


def guide_of(kind: Kind) -> SafeString:
    """All of it as HTML, ready to be put on a page."""
    return _html(type(kind), get_language() or "")


@cache
def _text(kind: type[Kind], language: str) -> str:
    folder = Path(inspect.getfile(kind)).parent
    for name in (f"README.{language.lower()}.md", "README.md"):
        if (folder / name).is_file():
            return _TITLE.sub("", (folder / name).read_text(encoding="utf-8")).strip()
    return ""


@cache
def _html(kind: type[Kind], language: str) -> SafeString:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(_text(kind, language))
    for token in tokens:
        token.tag = _LOWER.get(token.tag, token.tag)
        _join(token.children or [])
    made = reader.renderer.render(tokens, reader.options, {})
    # Links within the repository lead nowhere here; their words stay.
    made = re.sub(r'<a href="(?!https?:)[^"]*">(.*?)</a>', r"\1", made, flags=re.DOTALL)
    clean = nh3.clean(made, tags=_TAGS, attributes={"a": {"href"}}, link_rel="noopener noreferrer")
    # What scrolls must be reached by the keyboard.
    clean = clean.replace("<pre>", '<pre tabindex="0">')
    return mark_safe(clean)  # noqa: S308  # our own file, cleaned


def _join(tokens: list[Token]) -> None:
    """Take out the line breaks that would be seen as spaces in Chinese."""
    for before, token in pairwise(tokens):
        if token.type == "softbreak" and _WIDE.search(before.content):
            token.type = "text"
