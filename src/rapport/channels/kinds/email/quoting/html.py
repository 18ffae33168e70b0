"""Where in an HTML mail the quoted mail or the signature begins.

The mail is read as lines, each with its place in the markup, and judged by the same rules as plain text; what mail
programs mark as quoted (Gmail, Apple Mail, Thunderbird, Outlook, Yahoo, QQ and NetEase mail, Proton) reads as lines
that begin with ">".
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser

from rapport.channels.kinds.email.quoting.text import LONGEST, own_lines
from rapport.channels.kinds.email.quoting.words import FORWARDED

BLOCKS = frozenset(
    "address article aside blockquote center dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header "
    "hr li main ol p pre section summary table tr ul".split()
)
SPACED = frozenset("p blockquote h1 h2 h3 h4 h5 h6 ul ol table pre".split())
# The element that a quoted stretch is put into; no sender can bring one.
QUOTED = "quoted-text"
# Nothing but rows, cells and items may stand in these.
_CLOSED = frozenset("table tbody thead tfoot tr ul ol dl colgroup".split())
_VOID = frozenset("br hr img wbr col".split())
# What mail programs call the part that they quote, and the signature.
_QUOTED = re.compile(
    r"\b(?:gmail_quote(?:_container)?|yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote|zmail_extra|"
    r"front-blockquote|isReplyContent|WM_QUOTE|uol_quote)"
)
# What they call the header of a quoted mail that goes on to the end.
_HEADING = re.compile(
    r"\b(?:divRplyFwdMsg|OLK_SRC_BODY_SECTION|mail-editor-reference-message|ms-outlook-mobile-reference-message)"
)
_SIGNED = re.compile(
    r"\b(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|ntes-mail-signature|protonmail_signature)"
)
# The line that Outlook and Windows Mail draw above it, in every language.
_RULED = re.compile(
    r"border-top:\s*solid\s*#(?:e1e1e1|b5c4df)\s+1(?:\.0)?pt|border-top-color:\s*rgb\(229,\s*229,\s*229\)",
    re.IGNORECASE,
)
# The line beside a quotation.
_BESIDE = re.compile(r"border-left(?:-style|-width|-color)?\s*:", re.IGNORECASE)
_PICTURE = "\ufffc"


Stretch = tuple[int, int]


def quoted_in(markup: str) -> list[Stretch]:
    """The stretches that are quoted or signature, in order and each well formed; none when nothing is surely so.

    `markup` was cleaned and still has its `class`, `id` and `type` attributes.
    """
    if len(markup) > LONGEST:
        return []
    reader = _Reader(markup)
    lines = reader.lines()
    end = own_lines([line.marked for line in lines])
    hidden = [line for line in lines[end:] if line.text]
    is_forward = any(FORWARDED.fullmatch(line.text.lower()) for line in hidden[:2])
    if not hidden or is_forward or not any(line.text for line in lines[:end]):
        return []
    return reader.stretches_from(hidden[0].at)


def folded(markup: str, stretches: list[Stretch]) -> str:
    """The markup with each stretch inside an element `quoted-text`."""
    return _spliced(markup, stretches, lambda piece: f"<{QUOTED}>{piece}</{QUOTED}>")


def without(markup: str, stretches: list[Stretch]) -> str:
    """The markup without the stretches."""
    return _spliced(markup, stretches, lambda _piece: "")


def _spliced(markup: str, stretches: list[Stretch], change: Callable[[str], str]) -> str:
    pieces, end = [], 0
    for start, stop in stretches:
        pieces += [markup[end:start], change(markup[start:stop])]
        end = stop
    return "".join([*pieces, markup[end:]])


@dataclass
class _Line:
    text: str
    at: int
    is_quoted: bool = False
    is_signed: bool = False
    is_heading: bool = False

    @property
    def marked(self) -> str:
        return f"> {self.text}" if self.is_quoted else self.text


@dataclass
class _Node:
    tag: str
    start: int
    inside: int
    parent: "_Node | None"
    inner_end: int = -1
    end: int = -1
    is_quoted: bool = False
    is_signed: bool = False
    is_heading: bool = False


class _Reader(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self._markup = markup
        self._line_starts = [0]
        for line in markup.split("\n"):
            self._line_starts.append(self._line_starts[-1] + len(line) + 1)
        self._root = _Node("", 0, 0, None, len(markup), len(markup))
        self._open = [self._root]
        self._nodes: list[_Node] = []
        self._content: list[int] = []
        self._lines: list[_Line] = [_Line("", 0)]
        self.feed(markup)
        self.close()

    def lines(self) -> list[_Line]:
        for line in self._lines:
            line.text = " ".join(line.text.split())
        return _announced(self._lines)

    def stretches_from(self, at: int) -> list[Stretch]:
        """From this place to the end, cut where elements end, so that each stretch can be wrapped in one element."""
        node = self._innermost(at)
        start = at
        while node.parent is not None and self._is_first_in(node, start):
            start, node = node.start, node.parent
        found: list[Stretch] = []
        here: _Node | None = node
        while here is not None:
            has_content = self._has_content(start, here.inner_end)
            if has_content and here.tag in _CLOSED:
                return []
            if has_content:
                found.append((start, here.inner_end))
            start, here = here.end, here.parent
        return found

    # -- Reading --

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = self._at()
        source = self.get_starttag_text() or ""
        if tag in _VOID:
            self._void(tag, at)
            return
        node = _Node(tag, at, at + len(source), self._open[-1])
        values = dict(attrs)
        name = f"{values.get('class') or ''} {values.get('id') or ''}"
        style = values.get("style") or ""
        is_cited = tag == "blockquote" and ((values.get("type") or "").lower() == "cite" or bool(_BESIDE.search(style)))
        node.is_quoted = self._open[-1].is_quoted or is_cited or bool(_QUOTED.search(name))
        node.is_signed = self._open[-1].is_signed or bool(_SIGNED.search(name))
        node.is_heading = self._open[-1].is_heading or bool(_HEADING.search(name) or _RULED.search(style))
        self._open.append(node)
        self._nodes.append(node)
        if tag in BLOCKS:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) == 1 or self._open[-1].tag != tag:
            return
        node = self._open.pop()
        node.inner_end = self._at()
        node.end = self._markup.find(">", node.inner_end) + 1
        if tag in BLOCKS:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            lead = len(data) - len(data.lstrip())
            self._write(data, self._at() + lead)
        elif self._lines[-1].text:
            self._lines[-1].text += " "

    def _void(self, tag: str, at: int) -> None:
        if tag == "br":
            self._lines.append(_Line("", at))
        elif tag == "img":
            self._write(_PICTURE, at)
        elif tag == "hr":
            self._break(tag)

    def _write(self, text: str, at: int) -> None:
        line = self._lines[-1]
        if not line.text.strip():
            here = self._open[-1]
            line.at, line.is_quoted, line.is_signed, line.is_heading = (
                at, here.is_quoted, here.is_signed, here.is_heading,
            )  # fmt: skip
        line.text += text
        self._content.append(at)

    def _break(self, tag: str) -> None:
        if self._lines[-1].text.strip():
            self._lines.append(_Line("", self._at()))
        if tag in SPACED and len(self._lines) > 1 and self._lines[-2].text.strip():
            self._lines.append(_Line("", self._at()))

    def _at(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column

    # -- Finding the place --

    def _innermost(self, at: int) -> _Node:
        found = self._root
        for node in self._nodes:
            if node.start > at:
                break
            if node.start <= at < (node.end if node.end > 0 else len(self._markup)):
                found = node
        return found

    def _is_first_in(self, node: _Node, at: int) -> bool:
        place = bisect_left(self._content, node.start)
        return place < len(self._content) and self._content[place] >= at

    def _has_content(self, start: int, end: int) -> bool:
        place = bisect_left(self._content, start)
        return place < len(self._content) and self._content[place] < end


def _announced(lines: list[_Line]) -> list[_Line]:
    """With the line that plain text would have before a signature or a quoted mail that its program marked."""
    for place, line in enumerate(lines):
        if not line.text or line.is_quoted:
            continue
        if line.is_heading:
            return [*lines[:place], _Line("-----Original Message-----", line.at), *lines[place:]]
        if line.is_signed:
            own = [] if line.text in ("--", "—") else [_Line("--", line.at)]
            return [*lines[:place], *own, *lines[place:]]
    return lines
