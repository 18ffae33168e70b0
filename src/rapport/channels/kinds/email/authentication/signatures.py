"""Signatures of a mail: DKIM (RFC 6376) and the chain of those who passed it on, ARC (RFC 8617)."""

import logging

import dkim

from rapport.channels.kinds.email.authentication.domains import plain
from rapport.channels.kinds.email.authentication.names import CannotAsk, Names

_MOST = 8
_SILENT = logging.getLogger("rapport.channels.dkim")
_SILENT.disabled = True


def signers(raw: bytes, names: Names) -> tuple[str, list[str]]:
    """The result for all signatures together, and the domains whose signature is good and covers the whole mail."""
    mail = dkim.DKIM(raw, logger=_SILENT)
    count = sum(name.lower() == b"dkim-signature" for name, _value in mail.headers)
    results: list[str] = []
    good: list[str] = []
    for at in range(min(count, _MOST)):
        result, domain = _signature(raw, at, names)
        results.append(result)
        if result == "pass":
            good.append(domain)
    for word in ("pass", "unchecked", "fail"):
        if word in results:
            return word, good
    return next(iter(results), "none"), good


def chain(raw: bytes, names: Names) -> str:
    """Whether the chain of those who passed it on is unbroken. It says nothing of whether to believe them."""
    try:
        found, _results, _why = dkim.arc_verify(raw, logger=_SILENT, dnsfunc=_answers(names))
    except CannotAsk:
        return "unchecked"
    except Exception:
        # The library trips over what no honest program writes.
        return "fail"
    # None means that somebody before had found it broken, and said so.
    return found.decode() if found else "fail"


def _signature(raw: bytes, at: int, names: Names) -> tuple[str, str]:
    mail = dkim.DKIM(raw, logger=_SILENT)
    try:
        is_good = mail.verify(idx=at, dnsfunc=_answers(names))
    except CannotAsk:
        return "unchecked", ""
    except dkim.ValidationError:
        return "fail", ""
    except Exception:
        return "permerror", ""
    fields = mail.signature_fields
    # SHA-1 proves nothing any more (RFC 8301), and past a length anybody may have added anything.
    if is_good and (fields.get(b"a") == b"rsa-sha1" or b"l" in fields):
        return "policy", ""
    return ("pass" if is_good else "fail"), plain(mail.domain.decode("ascii", "replace"))


def _answers(names: Names):  # type: ignore[no-untyped-def]
    def get_txt(name: bytes | str, timeout: float = 0) -> bytes | None:
        asked = name.decode("ascii", "replace") if isinstance(name, bytes) else name
        return next(iter(names.texts(asked)), None)

    return get_txt
