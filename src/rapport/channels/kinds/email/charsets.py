"""Bytes to text, whatever the sender claimed they were."""

import re

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
}
_ASCII = set("ascii us-ascii ansi_x3.4-1968 7bit 8bit unknown-8bit x-unknown default default_charset".split()) | {""}
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ud800-\udfff]")
_CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def decode(data: bytes, charset: str = "") -> str:
    """Text in the charset it claims, else UTF-8, else a guess; never fails. Control characters are dropped."""
    name = charset.strip().strip("'\"").lower()
    text = None if name in _ASCII else _strictly(data, _ALIASES.get(name, name))
    if text is None:
        text = _strictly(data, "utf-8")
    if text is None:
        text = _leniently(data, _ALIASES.get(name, name)) if name not in _ASCII else guess(data)
    return without_controls(text)


def guess(data: bytes) -> str:
    """Text whose sender named no charset: UTF-8, or Chinese where it reads as Chinese, else Western."""
    text = data.decode("utf-8", "replace")
    # A name cut off in the middle of a character is still UTF-8.
    if text.count("\ufffd") * 10 <= sum(character > "\x7f" for character in text):
        return text
    chinese = _strictly(data[:4000], "gb18030") or _strictly(data[:3999], "gb18030")
    if chinese:
        foreign = [character for character in chinese if ord(character) > 127]
        if len(_CJK.findall(chinese)) > 0.8 * len(foreign):
            return data.decode("gb18030", "replace")
    return data.decode("cp1252", "replace")


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
