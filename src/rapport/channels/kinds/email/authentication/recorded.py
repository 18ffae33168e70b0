"""What the host that received a mail wrote into it, as far as the channel trusts that host.

A sender can write such headers too. RFC 8601 has the host remove those that bear its own name; what it forgets lies
below the ones it adds itself. So what the host wrote above the topmost Received counts; where there is nothing, the
first one below it, for the next might be the sender's.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from rapport.channels.kinds.email.authentication.domains import domain_in, is_family, plain
from rapport.channels.kinds.email.authentication.results import Result, Results, parse

# The end of an IMAP server's name, and the host whose results are to be trusted there.
_HOSTS = {
    "gmail.com": "mx.google.com",
    "googlemail.com": "mx.google.com",
    # Exchange Online names nobody in its results.
    "office365.com": "outlook.com",
    "outlook.com": "outlook.com",
    "fastmail.com": "messagingengine.com",
    "mail.me.com": "icloud.com",
    "yahoo.com": "yahoo.com",
    "aol.com": "yahoo.com",
    "gmx.net": "gmx.net",
    "gmx.com": "gmx.net",
    "web.de": "web.de",
    "mail.ru": "mail.ru",
    "yandex.com": "yandex.net",
    "yandex.ru": "yandex.net",
    "zoho.com": "zohomail.com",
}
_NAMELESS = "outlook.com"
# It writes a header for each check, DMARC always among them and first.
_IN_PIECES = frozenset(("icloud.com",))
_METHODS = ("spf", "dkim", "dmarc", "arc")
_SENDER = ("smtp.mailfrom", "smtp.mfrom", "smtp.envelope-from", "smtp.helo")
_SIGNER = ("header.d", "header.i")


def guess_host(settings: Mapping[str, Any]) -> str:
    """The host to trust: what the administrator typed, else what the IMAP server lets one guess, else nobody."""
    given = str(settings.get("trusted_host") or "").strip()
    if given:
        return plain(given)
    server = plain(str(settings.get("imap_host") or "")) if settings.get("incoming") == "imap" else ""
    return next((host for end, host in _HOSTS.items() if server == end or server.endswith(f".{end}")), "")


def recorded(trace: Sequence[tuple[str, str]], from_domain: str, host: str) -> dict[str, Any]:
    """What the trusted host found; empty when it says nothing.

    `trace` are the Received and Authentication-Results headers from the top, names in lower case; `from_domain` is
    the author's, empty when there is more than one author.
    """
    told = _trusted(trace, host) if host else []
    found = [result for each in told for result in each.found if result.method in _METHODS]
    if not found:
        return {}
    domain = plain(from_domain)
    aligned = [name for name in ("dkim", "spf") if any(_is_aligned(result, domain) for result in _of(name, found))]
    return {
        "by": told[0].host or host,
        "domain": domain,
        "spf": _best("spf", found),
        "dkim": _best("dkim", found),
        "dmarc": _dmarc(found, domain),
        "arc": _best("arc", found),
        "aligned": aligned,
    }


def _trusted(trace: Sequence[tuple[str, str]], host: str) -> list[Results]:
    above: list[Results] = []
    below: list[Results] = []
    is_below = False
    for name, value in trace:
        if name == "authentication-results":
            told = parse(value)
            if is_of(told.host, host) if told.host else host == _NAMELESS:
                (below if is_below else above).append(told)
        elif name == "received":
            if below:
                break
            is_below = True
    return above or (below if host in _IN_PIECES else below[:1])


def is_of(name: str, host: str) -> bool:
    return name == host or name.endswith(f".{host}")


def _of(method: str, found: Sequence[Result]) -> list[Result]:
    return [result for result in found if result.method == method]


def _best(method: str, found: Sequence[Result]) -> str:
    """Of several signatures one that is good is enough."""
    results = [result.result for result in _of(method, found)]
    return "pass" if "pass" in results else next(iter(results), "none")


def _dmarc(found: Sequence[Result], domain: str) -> str:
    first = next(iter(_of("dmarc", found)), None)
    if first is None:
        return "none"
    # The host read another author out of the header than we do: its word is about somebody else.
    about = domain_in(first.said.get("header.from", "")) or domain
    if first.result == "pass" and not (domain and is_family(about, domain)):
        return "permerror"
    # Exchange Online calls it so when there is no policy and it would have passed, or failed, with one.
    return {"bestguesspass": "none"}.get(first.result, first.result)


def _is_aligned(result: Result, domain: str) -> bool:
    if result.result != "pass":
        return False
    names = _SENDER if result.method == "spf" else _SIGNER
    said = next((result.said[name] for name in names if result.said.get(name)), "")
    return is_family(domain_in(said), domain)
