"""What is wrapped into the text of a mail: files by uuencode, signatures by PGP, and all of it by S/MIME."""

import binascii
import re

_MOST_LINES = 200_000
# Lines that begin a file and none follows: each costs a look at all the rest.
_MOST_FAILURES = 20
_BEGIN = re.compile(r"begin [0-7]{3,4} (\S.{0,250})")
_CLEAR = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z-]{1,40}: .{0,200}\n){0,10}\n(.*?)\n-----BEGIN PGP SIGNATURE-----"
    r".*?-----END PGP SIGNATURE-----\n?",
    re.DOTALL,
)
# Object identifiers of the kinds of CMS (RFC 5652): enveloped, signed, compressed.
_KINDS = {
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03": "enveloped-data",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02": "signed-data",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09": "compressed-data",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17": "authEnveloped-data",
}


def unwrapped(text: str, *, most: int) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without the files that are uuencoded in it, and those files, each with its name. At most so many."""
    if "begin " not in text or "\nend" not in text:
        return text, []
    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        return text, []
    kept: list[str] = []
    files: list[tuple[str, bytes]] = []
    at = failures = 0
    while at < len(lines):
        found = _BEGIN.fullmatch(lines[at].rstrip()) if len(files) < most and failures < _MOST_FAILURES else None
        end = _decoded(lines, at + 1) if found else None
        if found is None or end is None:
            failures += found is not None
            kept.append(lines[at])
            at += 1
            continue
        body, at = end
        files.append((found.group(1), body))
    return "\n".join(kept), files


def _decoded(lines: list[str], at: int) -> tuple[bytes, int] | None:
    """The bytes of a file and the line after it; None where it is no whole one."""
    body = bytearray()
    for place in range(at, len(lines)):
        line = lines[place].rstrip("\r")
        if line.strip() == "end":
            return bytes(body), place + 1
        if line in ("", "`"):
            continue
        try:
            body += binascii.a2b_uu(line.encode("ascii"))
        except (binascii.Error, UnicodeEncodeError):
            return None
    return None


def signed_text(text: str) -> str:
    """What a text signed by PGP says, without what the signature puts around it."""
    if "-----BEGIN PGP SIGNED MESSAGE-----" not in text:
        return text
    return _CLEAR.sub(lambda found: re.sub(r"(?m)^- ", "", found.group(1)), text)


def smime_type(said: str, body: bytes) -> str:
    """Of which kind an S/MIME file is: as its bytes say, else as its sender says."""
    beginning = body[:64]
    return next((kind for mark, kind in _KINDS.items() if mark in beginning), re.sub(r"[^a-zA-Z-]", "", said)[:30])
