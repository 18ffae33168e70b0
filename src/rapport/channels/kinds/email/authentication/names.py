"""Questions to the name system, with an end: one mail is worth a few seconds."""

import dns.exception
import dns.resolver

from rapport.kit import clock

EACH_SECONDS = 3.0
IN_ALL_SECONDS = 12.0


class CannotAsk(Exception):
    """No name server answered in time: nothing can be said, neither good nor bad."""


class Names:
    """Answers for one mail, each asked for once. Raises CannotAsk."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._resolver = resolver
        self._until = clock.monotonic() + IN_ALL_SECONDS
        self._known: dict[tuple[str, str], list[object]] = {}

    def texts(self, name: str) -> list[bytes]:
        """TXT records, each put together from its pieces."""
        return [b"".join(answer) for answer in self.look_up(name, "TXT") if isinstance(answer, tuple)]

    def look_up(self, name: str, kind: str) -> list[object]:
        """A and AAAA as text, MX as (preference, host), PTR as a host, TXT as a tuple of pieces."""
        key = (name.rstrip(".").lower(), kind)
        if key not in self._known:
            self._known[key] = self._ask(*key)
        return self._known[key]

    def _ask(self, name: str, kind: str) -> list[object]:
        left = min(EACH_SECONDS, self._until - clock.monotonic())
        if left <= 0:
            raise CannotAsk(name)
        try:
            self._resolver = self._resolver or dns.resolver.get_default_resolver()
            answers = self._resolver.resolve(f"{name}.", kind, lifetime=left, search=False)
        except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            return []
        except (dns.resolver.NoNameservers, dns.resolver.NoResolverConfiguration, dns.exception.Timeout) as error:
            raise CannotAsk(name) from error
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return []  # no name that can be asked for
        return [_plain(answer, kind) for answer in answers]


def _plain(answer: object, kind: str) -> object:
    match kind:
        case "TXT":
            return tuple(answer.strings)  # type: ignore[attr-defined]
        case "MX":
            return answer.preference, answer.exchange.to_text(True)  # type: ignore[attr-defined]
        case "PTR":
            return answer.target.to_text(True)  # type: ignore[attr-defined]
    return answer.address  # type: ignore[attr-defined]
