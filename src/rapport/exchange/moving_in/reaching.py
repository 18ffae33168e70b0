"""Asking another desk over HTTP: signed in, patient with its limits, and never inside our own network."""

import json
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from django.utils.translation import gettext as _

from rapport.exchange.moving_in.errors import CannotRead, MustWait, NotAllowed, NotThere, WrongSettings
from rapport.kit import clock, http

_SECONDS = 30
_LARGEST = 40 * 1024 * 1024
_TRIES = 4
# A pause that is shorter is waited for here; a longer one gives the worker back.
_SHORT = 6.0
_LONGEST = 3600.0
_UNUSUAL_WAIT = 60.0


@dataclass(frozen=True)
class Answer:
    """What came back: JSON, and the links that stand in its headers, by their `rel`."""

    said: Any
    links: Mapping[str, str]


@dataclass
class Door:
    """`address` begins every path; `headers` sign us in and never leave for another host."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict)
    # Extra hosts, as endings, whose files ask for the same signature.
    trusted: tuple[str, ...] = ()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON at a path. Raises MovingError."""
        return self.ask("GET", path, params=params).said

    def ask(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None) -> Answer:
        """Raises NotAllowed, NotThere, MustWait, CannotRead."""
        url = path if path.startswith(("http://", "https://")) else f"{self.address}{path}"
        if not self._is_ours(url):
            raise CannotRead(_("%(name)s sends us to another address, %(url)s.") % {"name": self.host, "url": url[:80]})
        told = {name: str(value) for name, value in (params or {}).items() if value not in (None, "")}
        response = self._answer(method, url, params=told or None, body=body, largest=_LARGEST)
        try:
            said = json.loads(response.content) if response.content else None
        except ValueError as error:
            raise CannotRead(
                _("%(name)s answered something that is no data. Is the address right?") % {"name": self.host}
            ) from error
        return Answer(said, {str(name): link["url"] for name, link in response.links.items() if "url" in link})

    def bytes_of(self, url: str, *, largest: int) -> bytes:
        """A file's bytes; signed in only where the file is the desk's own. Raises MovingError, http.TooLarge."""
        return self._answer("GET", urljoin(f"{self.address}/", url), largest=largest).content

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or self.address

    def _answer(
        self, method: str, url: str, *, params: Mapping[str, str] | None = None, body: Any = None, largest: int
    ) -> httpx.Response:
        for tries in range(_TRIES):
            try:
                response = self._fetch(method, url, params, body, largest)
            except http.TooLarge:
                raise
            except http.Refused as error:
                raise NotThere(str(error)) from error
            except http.HttpProblem as error:
                if tries == _TRIES - 1:
                    raise MustWait(str(error), seconds=_UNUSUAL_WAIT) from error
                _sleep(self._pause(tries))
                continue
            if response.status_code == 429 or response.status_code >= 500:
                self._wait(response, tries)
                continue
            return self._checked(response)
        raise MustWait(_("%(name)s does not answer.") % {"name": self.host}, seconds=_UNUSUAL_WAIT)

    def _fetch(
        self, method: str, url: str, params: Mapping[str, str] | None, body: Any, largest: int
    ) -> httpx.Response:
        headers = {"Accept": "application/json, */*;q=0.5"} | (dict(self.headers) if self._is_trusted(url) else {})
        # A redirect may lead to another host, which must not see our signature: followed by hand.
        for _hop in range(5):
            response = http.fetch(
                method, url, headers=headers, params=params, json=body, seconds=_SECONDS, largest=largest,
                follow_redirects=False,
            )  # fmt: skip
            onward = response.headers.get("location") if response.is_redirect else None
            if not onward:
                return response
            url, params = urljoin(url, onward), None
            headers = {"Accept": "*/*"} | (dict(self.headers) if self._is_trusted(url) else {})
        raise http.Unreachable(_("%(name)s redirects in circles.") % {"name": self.host})

    def _wait(self, response: httpx.Response, tries: int) -> None:
        """Sleep a little and return, or give the worker back. Raises MustWait."""
        asked = _retry_after(response)
        seconds = asked if asked is not None else self._pause(tries)
        is_limit = response.status_code == 429
        if tries == _TRIES - 1 or seconds > _SHORT:
            told = {"name": self.host, "status": response.status_code}
            text = (
                _("%(name)s takes no more requests for the moment. It goes on by itself.")
                if is_limit
                else _("%(name)s has trouble of its own (%(status)s). It goes on by itself.")
            )
            wait = seconds if asked is not None else _UNUSUAL_WAIT
            raise MustWait(text % told, seconds=min(max(wait, 1.0), _LONGEST), is_asked=is_limit)
        _sleep(seconds)

    def _checked(self, response: httpx.Response) -> httpx.Response:
        told = {"name": self.host, "status": response.status_code}
        match response.status_code:
            case 401:
                raise NotAllowed(_("%(name)s does not know this token. Make a new one there and enter it here.") % told)
            case 402 | 403:
                raise NotAllowed(
                    _("%(name)s does not let this token see that (%(status)s). Give it more rights.") % told
                )
            case 404 | 410:
                raise NotThere(_("%(name)s has nothing at this address (%(status)s).") % told)
            case status if status >= 400 or response.is_redirect:
                raise CannotRead(_("%(name)s refuses the request (%(status)s).") % told)
        return response

    def _is_ours(self, url: str) -> bool:
        return _origin(url) == _origin(self.address)

    def _is_trusted(self, url: str) -> bool:
        host = urlsplit(url).hostname or ""
        return self._is_ours(url) or (
            urlsplit(url).scheme == "https" and any(host.endswith(f".{each}") for each in self.trusted)
        )

    @staticmethod
    def _pause(tries: int) -> float:
        return float(0.5 * 2**tries * random.uniform(0.8, 1.2))  # noqa: S311  # no secret


def base_address(typed: str, *, suffix: str = "") -> str:
    """The address of a desk as people type it: "acme", "acme.zendesk.com", "https://help.acme.example/anything".

    `suffix` completes a single word. Raises WrongSettings.
    """
    typed = typed.strip().rstrip("/")
    if suffix and typed and "." not in typed and ":" not in typed and "/" not in typed:
        typed = f"{typed}{suffix}"
    address = typed if "://" in typed else f"https://{typed}"
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in typed:
        raise WrongSettings("address", _("This is no address of a desk, such as https://help.example.com."))
    address = f"{parts.scheme}://{parts.netloc}"
    if not http.may_carry_secrets(address):
        raise WrongSettings(
            "address", _("The address must begin with https://, or the token could be read on the way.")
        )
    return address


def _retry_after(response: httpx.Response) -> float | None:
    said = response.headers.get("retry-after", "").strip()
    if not said:
        return None
    try:
        return max(float(said), 0.0)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((aware - clock.now()).total_seconds(), 0.0)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _sleep(seconds: float) -> None:
    threading.Event().wait(seconds)


def moment(said: Any) -> datetime:
    """A time as these desks write it: ISO 8601, or seconds since 1970. Raises ValueError, TypeError."""
    if isinstance(said, (int, float)) and not isinstance(said, bool):
        return datetime.fromtimestamp(said / 1000 if said > 100_000_000_000 else said, UTC)
    if not isinstance(said, str):
        raise TypeError(_("“%(said)s” is no time") % {"said": str(said)[:40]})
    if said.isdecimal():
        return moment(int(said))
    found = datetime.fromisoformat(said)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def maybe_moment(said: Any) -> datetime | None:
    return moment(said) if said else None
