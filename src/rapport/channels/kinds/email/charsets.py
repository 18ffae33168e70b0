"""Bytes to text, whatever the sender claimed they were."""

import codecs
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

_ALIASES = {
    # Supersets: what calls itself GB2312 or EUC-KR nearly always uses the larger set's characters.
    "gb2312": "gb18030",
    "gb-2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "windows-874": "cp874",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "unicode": "utf-8",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "mac": "mac_roman",
    "sjis": "cp932",
    "ms_kanji": "cp932",
    "csshiftjis": "cp932",
    "cseucpkdfmtjapanese": "euc_jp",
    "x-euc-jp": "euc_jp",
    "ks_c_5601": "cp949",
    "koi8": "koi8-r",
    "x-mac-cyrillic": "mac_cyrillic",
    "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "ansi": "cp1252",
    "latin-9": "iso-8859-15",
}
# windows-1251, win1251, x-windows-949, cp-850, ibm-866; iso88591, 8859-15, iso-8859-8-e; utf-8mb4, utf8;, x-utf-8.
_PAGE = re.compile(r"(?:x-)?(?:windows|win|cp|ibm|dos|cswindows)[-_ ]?(\d{2,5}j?)\b.*")
_ISO = re.compile(r"(?:x-)?(?:iso)?[-_ ]?8859[-_ ]?(\d{1,2})\b.*")
_UTF8 = re.compile(r"(?:x-)?(?:unicode-\d-\d-)?utf[-_ ]?([78])\b.*|(?:x-)?(?:unicode-\d-\d-)?utf[-_ ]?(8)mb\d")
_ASCII = set("ascii us-ascii ansi_x3.4-1968 7bit 8bit unknown-8bit x-unknown default default_charset".split()) | {""}
_NOT_SENT = frozenset("idna punycode undefined unicode_escape raw_unicode_escape mbcs oem palmos".split())
_JIS = frozenset("iso-2022-jp iso2022-jp iso2022_jp csiso2022jp iso-2022-jp-1 iso-2022-jp-ms cp50220 cp50221".split())
_ESCAPED = re.compile(rb"\x1b(\$[B@]|\([BJI]|[^\x1b]?)([^\x1b]*)")
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ud800-\udfff]")
_KANA, _HALF_KANA = re.compile(r"[\u3040-\u30ff]"), re.compile(r"[\uff61-\uff9f]")
_JAPANESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_HANGUL = re.compile(r"[\uac00-\ud7a3\u3000-\u303f]")
_TWO_HANGUL = re.compile(r"[\uac00-\ud7a3]{2}")
_CYRILLIC, _SMALL_CYRILLIC = re.compile(r"[\u0400-\u04ff№«»–—…]"), re.compile(r"[\u0430-\u045f]")
_HANZI, _TWO_HANZI = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[\u4e00-\u9fff]{2}")
_CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def decode(data: bytes, charset: str = "") -> str:
    """Text in the charset it claims, else UTF-8, else a guess; never fails. Control characters are dropped."""
    name = _codec(charset)
    text = _marked(data) if name in _ASCII else _strictly(data, name)
    if text and _is_utf8_all_the_same(data, name):
        text = None
    if text is None and name in _JIS:
        text = _from_jis(data)
    if text is None:
        text = _strictly(data, "utf-8")
    if text is None:
        text = _leniently(data, name) if name not in _ASCII else guess(data)
    return without_controls(text)


def _marked(data: bytes) -> str | None:
    """Text that says by its own first bytes or escapes what it is."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strictly(data, "utf-16")
    return _from_jis(data) if b"\x1b$" in data else None


def _is_utf8_all_the_same(data: bytes, name: str) -> bool:
    """Whether what calls itself Western or Chinese is UTF-8: hardly any other text is valid as such by chance."""
    least = 1 if name.startswith(("cp125", "iso-8859", "iso8859")) else 4 if name == "gb18030" else 0
    found = _MULTIBYTE.findall(data) if least else ()
    return least > 0 and len(found) >= least and _strictly(data, "utf-8") is not None


def _from_jis(data: bytes) -> str | None:
    """ISO-2022-JP with the signs that Windows adds to it, such as a circled one; None for anything else."""
    text: list[str] = []
    for escape, piece in _ESCAPED.findall(b"\x1b(B" + data):
        if escape in (b"$B", b"$@"):
            text.append(bytes(_shifted(piece)).decode("cp932", "replace"))
        elif escape in (b"(B", b"(J"):
            text.append(piece.decode("ascii", "replace"))
        elif escape == b"(I":
            text.append(bytes(byte | 0x80 for byte in piece).decode("cp932", "replace"))
        else:
            return None
    return "".join(text)


def _shifted(piece: bytes) -> Iterator[int]:
    """JIS rows and cells as Shift JIS counts them. Line ends between them stay."""
    at = 0
    while at < len(piece):
        row = piece[at]
        if row < 0x21 or at + 1 >= len(piece):
            yield row
            at += 1
            continue
        cell = piece[at + 1]
        yield (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
        yield cell + (0x1F + (cell > 0x5F) if row % 2 else 0x7E)
        at += 2


@lru_cache(maxsize=512)
def _codec(charset: str) -> str:
    """Our name for what a sender calls its charset; what is no charset of text counts as not named at all."""
    name = charset.strip().strip("'\";").strip().lower()[:60]
    if name in _ASCII:
        return ""
    if name in _ALIASES:
        return _ALIASES[name]
    if found := _UTF8.fullmatch(name):
        return f"utf-{found.group(1) or found.group(2)}"
    if found := _PAGE.fullmatch(name):
        page = found.group(1)
        name = {"31j": "cp932", "936": "gb18030", "950": "big5hkscs", "65001": "utf-8"}.get(page, f"cp{page}")
    elif found := _ISO.fullmatch(name):
        name = f"iso-8859-{found.group(1)}"
    name = _ALIASES.get(name, name)
    try:
        # Python's own, such as rot13 and zlib, are no charsets, nor is what it reads escapes or host names by.
        is_text = codecs.lookup(name)._is_text_encoding and name.replace("-", "_") not in _NOT_SENT
    except (LookupError, ValueError):
        return ""
    return name if is_text else ""


def guess(data: bytes) -> str:
    """Text whose sender named no charset: UTF-8, else what it reads as, else Western."""
    text = data.decode("utf-8", "replace")
    # A name cut off in the middle of a character is still UTF-8.
    if text.count("\ufffd") * 10 <= sum(character > "\x7f" for character in text):
        return text
    return data.decode(_likeliest(data[:4000]), "replace")


def _likeliest(data: bytes) -> str:
    """By what the letters of each language have in common, where its charset allows every byte."""
    for codec, reads_well in _CANDIDATES:
        # A piece of a longer text may end within a character.
        text = _strictly(data, codec) or _strictly(data[:-1], codec)
        foreign = [character for character in text or "" if character > "\x7f"]
        if foreign and reads_well("".join(foreign), text or ""):
            return codec
    return "cp1252"


def _share(pattern: re.Pattern[str], text: str) -> float:
    return len(pattern.findall(text)) / len(text)


def _is_japanese(foreign: str, _text: str) -> bool:
    return _share(_KANA, foreign) > 0.3 and _share(_JAPANESE, foreign) > 0.9 and _share(_HALF_KANA, foreign) < 0.3


def _is_korean(foreign: str, text: str) -> bool:
    # Common syllables, and spaces between words, which Chinese does not have.
    return bool(_TWO_HANGUL.search(text)) and _share(_HANGUL, foreign) > 0.9 and text.count(" ") * 8 > len(foreign)


def _is_common_chinese(codec: str, leads: range) -> Callable[[str, str], bool]:
    """Whether nearly all of it lies in the rows of a charset that hold the common characters."""

    def reads_well(foreign: str, text: str) -> bool:
        hanzi = _HANZI.findall(foreign)
        common = sum(character.encode(codec, "replace")[0] in leads for character in hanzi)
        # "Ärger" reads as one character and four letters: somewhere two must stand side by side.
        return (
            bool(_TWO_HANZI.search(text))
            and len(hanzi) > 0.6 * len(foreign)
            and common > 0.9 * len(hanzi)
            and _share(_CJK, foreign) > 0.8
        )

    return reads_well


def _is_cyrillic(foreign: str, text: str) -> bool:
    """Mostly small letters: read by the wrong one of the two charsets, they are capitals."""
    small = _share(_SMALL_CYRILLIC, foreign)
    # Western texts have a few letters with marks among many without.
    return small > 0.6 and _share(_CYRILLIC, foreign) > 0.9 and len(foreign) > 0.4 * len(text.replace(" ", ""))


_CANDIDATES: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("euc_jp", _is_japanese),
    ("cp932", _is_japanese),
    ("cp949", _is_korean),
    ("gb18030", _is_common_chinese("gb18030", range(0xB0, 0xD8))),
    ("big5hkscs", _is_common_chinese("big5hkscs", range(0xA4, 0xC7))),
    ("cp1251", _is_cyrillic),
    ("koi8-r", _is_cyrillic),
    ("gb18030", lambda foreign, _text: _share(_CJK, foreign) > 0.8 and len(foreign) > 2),
)


def without_controls(text: str) -> str:
    """Without NUL and its kin, which PostgreSQL refuses and no reader sees."""
    return _UNWANTED.sub("", text)


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (LookupError, ValueError, TypeError):
        return None


def _leniently(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec, "replace")
    except (LookupError, ValueError, TypeError):
        return guess(data)
