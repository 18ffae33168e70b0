"""HTML mail: cleaned so that it can be shown, and as plain text.

Allowed is what a letter needs. Nothing loads, runs, hides or leaves its frame: scripts, forms, styles sheets and
positions go; remote images wait under `data-src` until somebody asks for them.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import nh3

from rapport.channels.kinds.email.hidden import HIDDEN, hides, without_hidden
from rapport.channels.kinds.email.plain import SIGNATURE
from rapport.channels.kinds.email.quoting import QUOTED, folded, quoted_in, without
from rapport.channels.kinds.email.quoting.html import BLOCKS, SPACED

MAX_HTML = 1_000_000
# The HTML5 algorithm is quadratic in the nesting: 200,000 nested tags took 116 s, 3,000 take 30 ms.
_MAX_NESTING = 3_000
# It is quadratic in character references too: a million of them took 23 s, 100,000 take 0.2 s.
_MAX_REFERENCES = 100_000

_TAGS = set(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details "
    "dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre "
    "q s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var "
    "wbr".split()
)
_DROPPED_WITH_CONTENT = {
    "script", "style", "title", "head", "noscript", "template", "textarea", "select", "option", "svg", "math",
    "object", "iframe", "noembed", "noframes", "xmp",
}  # fmt: skip
_BOX = {"align", "valign", "width", "height", "bgcolor", "dir", "lang", "style", "title"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "style", "title", "align"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "face", "size"},
    "table": _BOX | {"border", "cellpadding", "cellspacing"},
    "td": _BOX | {"colspan", "rowspan", "nowrap"},
    "th": _BOX | {"colspan", "rowspan", "nowrap", "scope"},
    "tr": _BOX,
    "tbody": _BOX,
    "thead": _BOX,
    "tfoot": _BOX,
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "ol": {"start", "type"},
    "li": {"value"},
    "time": {"datetime"},
}
# None of these can load anything, leave the frame, or lay one thing over another.
_STYLES = set(
    "background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width "
    "border-collapse border-color border-left border-left-color border-left-style border-left-width border-radius "
    "border-right border-right-color border-right-style border-right-width border-spacing border-style border-top "
    "border-top-color border-top-style border-top-width border-width color direction display font font-family "
    "font-size font-style font-variant font-weight height letter-spacing line-height list-style-type margin "
    "margin-bottom margin-left margin-right margin-top max-width min-width padding padding-bottom padding-left "
    "padding-right padding-top table-layout text-align text-decoration text-transform vertical-align white-space width "
    "word-break word-spacing word-wrap".split()
)
_SCHEMES = {"http", "https", "mailto", "tel", "cid", "data"}
_HIDING = re.compile(
    r"^\s*display\b|url\s*\(|expression|image-set|[\\@]|font-size\s*:\s*0|height\s*:\s*0(?![.\d])|\d{5}|:\s*-\d",
    re.IGNORECASE,
)
_PLAIN_BACKGROUND = re.compile(
    r"^\s*background\s*:\s*(#[0-9a-f]{3,8}|[a-z]{3,20}|rgba?\([\d\s,.%]+\))\s*(?:!important\s*)?$", re.IGNORECASE
)
_PICTURE = re.compile(r"data:image/(?:png|gif|jpe?g|webp|bmp);base64,[A-Za-z0-9+/=\s]+", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_SELF_CLOSING = frozenset(
    "br img hr input meta link col wbr area base embed source track param "
    "p li td tr th tbody thead tfoot dd dt option".split()
)
_REMOTE = re.compile(r'(<img(?: [a-z-]+="[^"]*")*?) src="(https?:[^"]*)"((?: [a-z-]+="[^"]*")*>)')
# A picture nobody can see tells its sender who opened the mail and when.
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0*\.?0*(?![.\d])|(?<![-\w])(?:max-)?(?:width|height)\s*:\s*[0-2](?:\.\d+)?(?:px)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_DOT = "width:1px"
_TINY = re.compile(
    r' (?:width|height)="\s*[0-2](?:px)?\s*"| style="[^"]*(?<![-\w])(?:width|height)\s*:\s*[0-2](?:px)?\s*[;"]'
)


def clean(html: str) -> str:
    """Safe HTML for a sandboxed frame; empty for what is no honest letter (then its text is shown)."""
    return _waiting(without_hidden(_CLEANER.clean(html))) if _is_honest(html) else ""


def clean_own(html: str) -> str:
    """The same for what we write, with its quote and its signature still marked."""
    return _waiting(without_hidden(_OWN.clean(html))) if _is_honest(html) else ""


@dataclass(frozen=True)
class Letter:
    """Safe HTML whose quoted parts lie in `quoted-text` elements; where there are any, `own` is what else it says."""

    html: str
    own: str = ""


def read(html: str) -> Letter:
    """A received letter, cleaned, with what it quotes set apart."""
    if not _is_honest(html):
        return Letter("")
    hinted = without_hidden(_HINTING.clean(html))
    stretches = quoted_in(hinted)
    if not stretches:
        return Letter(_waiting(_CLEANER.clean(hinted)))
    return Letter(
        _waiting(_FOLDING.clean(folded(hinted, stretches))), _waiting(_CLEANER.clean(without(hinted, stretches)))
    )


def _is_honest(html: str) -> bool:
    return len(html) <= MAX_HTML and html.count("&") <= _MAX_REFERENCES and _nesting(html) <= _MAX_NESTING


def _waiting(cleaned: str) -> str:
    """Remote pictures wait until somebody asks for them; those that nobody could see are gone."""
    return _REMOTE.sub(_put_off, cleaned).strip()


def _put_off(picture: re.Match[str]) -> str:
    before, source, after = picture.groups()
    return "" if _TINY.search(f"{before}{after}") else f'{before} data-src="{source}"{after}'


def _nesting(html: str) -> int:
    """How deep tags that need closing are nested, at most."""
    depth = deepest = 0
    for closing, name in _TAG.findall(html):
        if name.lower() in _SELF_CLOSING:
            continue
        depth = max(depth - 1, 0) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style" and tag == "img" and _UNSEEN.search(value):
        return _DOT
    if name == "style" and hides(value):
        return HIDDEN
    if name == "style":
        kept = [
            _PLAIN_BACKGROUND.sub(r"background-color:\1", rule) for rule in value.split(";") if not _HIDING.search(rule)
        ]
        return ";".join(kept).strip() or None
    if name == "src":
        return value.strip() if _loads_safely(value.strip()) else None
    if name == "href" and value.strip().lower().startswith(("data:", "cid:")):
        return None
    return value


def _loads_safely(source: str) -> bool:
    return source.lower().startswith(("http://", "https://", "cid:")) or _PICTURE.fullmatch(source) is not None


def _cleaner(tags: set[str], further: dict[str, set[str]], classes: dict[str, set[str]] | None = None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        allowed_classes=classes or {},
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes={tag: names | further.get(tag, set()) for tag, names in (further | _ATTRIBUTES).items()},
        attribute_filter=_attribute,
        filter_style_properties=_STYLES,
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


_CLEANER = _cleaner(_TAGS, {})
# Mail programs say by these what they quote; they are gone once that is known.
_HINTING = _cleaner(_TAGS, {"*": {"class", "id"}, "blockquote": {"type"}})
_FOLDING = _cleaner(_TAGS | {QUOTED}, {})
_OWN = _cleaner(_TAGS | {QUOTED}, {}, {"div": {SIGNATURE}})


def as_text(cleaned: str) -> str:
    """What cleaned HTML says, with paragraphs, list marks and link targets; for mails that bring no plain text."""
    reader = _TextReader()
    reader.feed(cleaned)
    reader.close()
    return reader.text()


def stripped(html: str) -> str:
    """The words of HTML too large or too deep to clean, without its tags."""
    return " ".join(re.sub(r"<[^>]{0,2000}>", " ", html[:MAX_HTML]).split())


_BLANKS = re.compile(r"[ \t\u00a0\u200b-\u200f\u2060\ufeff]+")


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "br":
            self._pieces.append("\n")
        elif tag in BLOCKS:
            self._break(tag)
        if tag == "li":
            self._pieces.append("- ")
        elif tag in ("td", "th"):
            self._pieces.append(" ")
        elif tag == "a":
            self._links.append((values.get("href") or "", len(self._pieces)))
        elif tag == "img" and values.get("alt"):
            self._pieces.append(f"[{' '.join((values['alt'] or '').split())}]")
        self._preformatted += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            self._close_link()
        if tag in BLOCKS:
            self._break(tag)
        self._preformatted -= tag == "pre" and self._preformatted > 0

    def handle_data(self, data: str) -> None:
        if self._preformatted:
            self._pieces.append(data)
        elif data.strip():
            lead = " " if data[0].isspace() else ""
            tail = " " if data[-1].isspace() else ""
            self._pieces.append(f"{lead}{' '.join(data.split())}{tail}")
        elif data:
            self._pieces.append(" ")

    def text(self) -> str:
        lines = [_BLANKS.sub(" ", line).strip() for line in "".join(self._pieces).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def _break(self, tag: str) -> None:
        self._pieces.append("\n\n" if tag in SPACED else "\n")

    def _close_link(self) -> None:
        target, start = self._links.pop()
        label = "".join(self._pieces[start:]).strip()
        says_it = target.rstrip("/") in (label.rstrip("/"), f"http://{label}", f"https://{label}")
        if label and not says_it and len(target) < 200 and target.startswith(("http://", "https://")):
            self._pieces.append(f" ({target})")
