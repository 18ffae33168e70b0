"""Cleaned HTML of our own as plain text: paragraphs, lists, quotes, links and code as a mail without HTML says them.

<p>See <a href="https://a.example/b">the guide</a>:</p><ol><li><p>Hold it</p></li></ol>

See the guide <https://a.example/b>:

1. Hold it
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from rapport.channels.kinds.email.quoting import QUOTED

SIGNATURE = "gmail_signature"
# What a mail program takes for the beginning of a signature, its blank at the end included.
DELIMITER = "-- "
_RULE = "* * *"
_SPACED = frozenset((QUOTED, *"p h1 h2 h3 h4 h5 h6 pre table ul ol blockquote hr".split()))
_BLOCKS = _SPACED | frozenset("div tr li dl dt dd figure figcaption".split())
_VOID = frozenset("br img hr wbr col".split())
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def as_plain(html: str, *, own: bool = False) -> str:
    """The text of cleaned, well-formed HTML; with `own` without what it quotes and without the signature."""
    reader = _Reader(own=own)
    reader.feed(html)
    reader.close()
    return reader.text()


@dataclass
class _Margin:
    """What stands before each line inside a quote or a list item; `first` once, at its beginning."""

    first: str
    rest: str


class _Reader(HTMLParser):
    def __init__(self, *, own: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._own = own
        self._lines: list[str] = []
        self._line = ""
        self._gap = False
        # Nothing stands yet in the quote, item or signature that was begun last.
        self._is_fresh = True
        self._margins: list[_Margin] = []
        # How far each open list has counted; None where it has marks instead of numbers.
        self._counts: list[int | None] = []
        self._links: list[tuple[str, int]] = []
        self._verbatim = 0
        # How deep inside what is left out.
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if self._skipped or (self._own and _is_aside(tag, values)):
            self._skipped += tag not in _VOID
            return
        if tag in _BLOCKS:
            self._end_block(tag)
        if tag == "br":
            self._end_line(keep=True)
        elif tag == "hr":
            self._line = _RULE
            self._end_block(tag)
        elif tag == "img":
            self._line += f"[{' '.join(values['alt'].split())}]" if values.get("alt") else ""
        elif tag == "a":
            self._links.append((values.get("href", ""), len(self._line)))
        elif tag in ("td", "th"):
            self._line += " | " if self._line else ""
        else:
            self._enter(tag, values)

    def _enter(self, tag: str, values: dict[str, str]) -> None:
        if tag == "blockquote":
            self._write_gap()
            self._margins.append(_Margin("> ", "> "))
            self._is_fresh = True
        elif tag in ("ul", "ol"):
            start = values.get("start", "")
            self._counts.append((int(start) if start.isdecimal() else 1) if tag == "ol" else None)
        elif tag == "li":
            self._write_gap()
            mark = self._mark()
            self._margins.append(_Margin(mark, " " * len(mark)))
            self._is_fresh = True
        elif tag == "pre":
            self._verbatim += 1
        elif _is_signature(values):
            self._gap = True
            self._write_gap()
            self._lines.append(self._margin() + DELIMITER)
            self._is_fresh = True

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        if tag == "a" and self._links:
            self._close_link()
        if tag not in _BLOCKS:
            return
        if tag == "li" and not self._line and self._margins and self._margins[-1].first.strip():
            self._lines.append(self._margin().rstrip())
            self._is_fresh = False
        if tag in ("ul", "ol") and self._counts:
            self._counts.pop()
        self._end_block(tag)
        if tag in ("blockquote", "li") and self._margins:
            self._margins.pop()
        elif tag == "pre":
            self._verbatim -= self._verbatim > 0

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        if self._verbatim:
            before, *others = data.split("\n")
            self._line += before
            for line in others:
                self._end_line(keep=True)
                self._line = line
            return
        words = _BLANKS.sub(" ", data)
        self._line += words.lstrip(" ") if not self._line or self._line.endswith(" ") else words

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).replace("\u00a0", " ").strip("\n")

    def _mark(self) -> str:
        count = self._counts[-1] if self._counts else None
        if count is None:
            return "- "
        self._counts[-1] = count + 1
        return f"{count}. "

    def _margin(self) -> str:
        margin = "".join(each.first for each in self._margins)
        for each in self._margins:
            each.first = each.rest
        return margin

    def _end_block(self, tag: str) -> None:
        self._end_line()
        # Inside a list the lines stay together, as people write them.
        self._gap = self._gap or (tag in _SPACED and not self._counts and not self._is_fresh)

    def _end_line(self, *, keep: bool = False) -> None:
        line = self._line if self._verbatim else self._line.rstrip(" ")
        if line or keep:
            self._write_gap()
            self._lines.append((self._margin() + line) if line else self._margin().rstrip())
            self._is_fresh = False
        self._line = ""

    def _write_gap(self) -> None:
        if self._gap and self._lines:
            self._lines.append("".join(each.rest for each in self._margins).rstrip())
        self._gap = False

    def _close_link(self) -> None:
        target, start = self._links.pop()
        label = self._line[start:].strip()
        bare = target.removeprefix("mailto:").removeprefix("tel:")
        says_it = bare.rstrip("/") in (label.rstrip("/"), f"http://{label}", f"https://{label}")
        if bare and not says_it:
            self._line += f" <{bare}>" if label else bare


def _is_aside(tag: str, values: dict[str, str]) -> bool:
    return tag == QUOTED or _is_signature(values)


def _is_signature(values: dict[str, str]) -> bool:
    return SIGNATURE in values.get("class", "").split()
