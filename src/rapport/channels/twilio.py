"""Twilio's API, which the kinds for text messages and for calls share: calls, errors, signed pushes.

    twilio = twilio_of(settings)
    twilio.post("Messages.json", [("To", "+15551234567"), ("Body", "Hello")])

Its pushes are forms. `X-Twilio-Signature` is an HMAC-SHA1, under the account's auth token, of the address that was
asked and every name and value of the form, sorted ("Webhooks security", twilio.com/docs/usage/webhooks/
webhooks-security, November 2026). Twilio defines no time window: a push that comes twice is told by the ids inside it.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead, NotAllowed
from rapport.kit.http import HttpProblem, NotConnected, Refused, TooSlow, Unreachable, fetch

API = "https://api.twilio.com"
_VERSION = "2010-04-01"
_SECONDS = 20
_DOWNLOAD_SECONDS = 60


class TwilioProblem(Exception):
    """The API said no, or nothing. `code` is Twilio's, 0 where it gave none; `said` are its words.

    `passes` when waiting may mend it, `in_doubt` when the connection broke after the request may have arrived.
    """

    def __init__(
        self, said: str, *, code: int = 0, status: int = 0, passes: bool = False, in_doubt: bool = False
    ) -> None:
        super().__init__(said)
        self.said = said
        self.code = code
        self.status = status
        self.passes = passes
        self.in_doubt = in_doubt


@dataclass(frozen=True)
class Twilio:
    """Calls with one account. Every method raises TwilioProblem."""

    api: str
    account: str
    token: str

    def get(self, path: str, **params: str) -> dict[str, Any]:
        return self._call("GET", path, params=params or None)

    def post(self, path: str, fields: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """A form in which a name may come several times."""
        return self._call("POST", path, content=urlencode(fields).encode())

    def download(self, url: str, *, largest: int) -> httpx.Response:
        """A file by the address that a signed push gave for it."""
        headers = self._proof() if self._may_see_the_token(url) else {}
        try:
            answer = fetch("GET", url, headers=headers, seconds=_DOWNLOAD_SECONDS, largest=largest)
        except HttpProblem as error:
            raise TwilioProblem(str(error), passes=isinstance(error, TooSlow | Unreachable)) from error
        if answer.status_code >= 400:
            raise _problem(answer)
        return answer

    def _may_see_the_token(self, url: str) -> bool:
        parts, own = urlsplit(url), urlsplit(self.api)
        if (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
            return True
        return parts.scheme == "https" and (parts.hostname or "").lower().endswith(".twilio.com")

    def _proof(self) -> dict[str, str]:
        word = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        return {"Authorization": f"Basic {word}"}

    def _call(self, method: str, path: str, **said: Any) -> dict[str, Any]:
        where = f"/{path}" if path else ".json"
        headers = {**self._proof(), "Accept": "application/json"}
        if "content" in said:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            answer = fetch(
                method,
                f"{self.api.rstrip('/')}/{_VERSION}/Accounts/{self.account}{where}",
                headers=headers,
                seconds=_SECONDS,
                follow_redirects=False,
                **said,
            )
        except HttpProblem as error:
            is_unsure = not isinstance(error, NotConnected | Refused)
            raise TwilioProblem(str(error), passes=True, in_doubt=is_unsure and method != "GET") from error
        if answer.status_code >= 300:
            raise _problem(answer)
        return _decoded(answer.content)


def twilio_of(settings: Mapping[str, Any]) -> Twilio:
    return Twilio(
        str(settings.get("api") or API), str(settings.get("account_sid") or ""), str(settings.get("auth_token") or "")
    )


def signature(url: str, fields: Sequence[tuple[str, str]], token: str) -> str:
    told = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()).decode()


def check_signature(url: str, body: bytes, headers: Mapping[str, str], token: str) -> None:
    """Raises NotAllowed unless the account whose token this is signed this form to this address."""
    given = str(headers.get("X-Twilio-Signature") or "")
    if not token:
        raise NotAllowed("the channel has no auth token")
    if not given:
        raise NotAllowed("X-Twilio-Signature is missing")
    fields = _fields(body)
    if fields is None:
        raise NotAllowed("this is no form")
    # Whether Twilio signs the usual port with the address depends on how the address was typed there.
    for asked in _with_and_without_port(url):
        if hmac.compare_digest(given.encode(), signature(asked, fields, token).encode()):
            return
    raise NotAllowed("X-Twilio-Signature does not fit the auth token")


def form_in(body: bytes, key: str) -> dict[str, str]:
    """A push as Twilio made it; `key` is the field that it must have. Raises CannotRead."""
    fields = dict(_fields(body) or ())
    if not fields.get(key):
        raise CannotRead(_("This is no push of Twilio: %(name)s is missing.") % {"name": key})
    return fields


def _fields(body: bytes) -> list[tuple[str, str]] | None:
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="replace", max_num_fields=500)
    except ValueError:
        return None


def _with_and_without_port(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    port = 443 if parts.scheme == "https" else 80
    host = parts.hostname or ""
    netloc = host if parts.port == port else f"{host}:{port}" if parts.port is None else parts.netloc
    return url, parts._replace(netloc=netloc).geturl()


def _decoded(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _problem(answer: httpx.Response) -> TwilioProblem:
    told = _decoded(answer.content)
    code, said = told.get("code"), told.get("message")
    status = answer.status_code
    return TwilioProblem(
        said if isinstance(said, str) and said else _("It answered with status %(status)d.") % {"status": status},
        code=code if isinstance(code, int) else 0,
        status=status,
        passes=status >= 500 or status in (408, 429),
    )
