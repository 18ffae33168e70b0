"""Meta's Graph API, which the kinds for WhatsApp and for Messenger and Instagram share: calls, errors, signed pushes.

    graph = Graph("https://graph.facebook.com/v26.0", token)
    graph.post("106540352242922/messages", {"messaging_product": "whatsapp", ...})

Its pushes carry `X-Hub-Signature-256`, an HMAC-SHA256 of their bytes under the app's secret; Meta defines no time
window for it, so a push that comes twice is told by the ids inside it.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from rapport.channels.errors import CannotDeliver, CannotRead, NotAllowed
from rapport.channels.types import Answer
from rapport.kit.http import File, HttpProblem, NotConnected, TooSlow, Unreachable, fetch

# The newest version on 29 November 2026, out since 29 July 2026; Meta keeps one for about two years.
API = "https://graph.facebook.com/v26.0"

# Where Meta hands out files: the token is shown to nobody else.
_META = ("facebook.com", "fbsbx.com", "whatsapp.net", "fbcdn.net", "cdninstagram.com")
_SECONDS = 20
_UPLOAD_SECONDS = 120


class GraphProblem(Exception):
    """The API said no, or nothing. `code` is 0 where it gave none; `said` is what it said, in its words.

    `in_doubt` when the connection broke after the request may have arrived.
    """

    def __init__(
        self,
        said: str,
        *,
        code: int = 0,
        subcode: int = 0,
        status: int = 0,
        passes: bool = False,
        in_doubt: bool = False,
    ) -> None:
        super().__init__(said)
        self.said = said
        self.code = code
        self.subcode = subcode
        self.status = status
        # Whether waiting may mend it, as far as the answer alone says.
        self.passes = passes
        self.in_doubt = in_doubt


@dataclass(frozen=True)
class Graph:
    """Calls with one token. Every method raises GraphProblem."""

    api: str
    token: str

    def get(self, path: str, **params: str) -> dict[str, Any]:
        return self._call("GET", path, params=params or None)

    def post(self, path: str, body: Mapping[str, Any], **params: str) -> dict[str, Any]:
        return self._call("POST", path, params=params or None, json=body)

    def upload(self, path: str, fields: Mapping[str, str], file: File, *, under: str) -> dict[str, Any]:
        """A form with a file in it."""
        return self._call("POST", path, form=fields, files={under: file}, seconds=_UPLOAD_SECONDS)

    def download(self, url: str, *, largest: int) -> httpx.Response:
        """A file by the address that the API, or a signed push, gave for it."""
        headers = {"Authorization": f"Bearer {self.token}"} if self._may_see_the_token(url) else {}
        try:
            answer = fetch("GET", url, headers=headers, seconds=_UPLOAD_SECONDS, largest=largest)
        except HttpProblem as error:
            raise GraphProblem(str(error), passes=isinstance(error, TooSlow | Unreachable)) from error
        if answer.status_code >= 400:
            raise _problem(answer)
        return answer

    def _may_see_the_token(self, url: str) -> bool:
        host = (urlsplit(url).hostname or "").lower()
        return host == urlsplit(self.api).hostname or host.endswith(tuple(f".{name}" for name in _META))

    def _call(self, method: str, path: str, *, seconds: float = _SECONDS, **said: Any) -> dict[str, Any]:
        try:
            answer = fetch(
                method,
                f"{self.api.rstrip('/')}/{path}",
                headers={"Authorization": f"Bearer {self.token}"},
                seconds=seconds,
                follow_redirects=False,
                **said,
            )
        except HttpProblem as error:
            is_unsure = isinstance(error, TooSlow | Unreachable) and not isinstance(error, NotConnected)
            raise GraphProblem(str(error), passes=True, in_doubt=is_unsure and method != "GET") from error
        if answer.status_code >= 300:
            raise _problem(answer)
        return as_dict(_decoded(answer.content))


def api_in(settings: Mapping[str, Any]) -> str:
    return str(settings.get("api") or API)


def signature(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def check_signature(body: bytes, headers: Mapping[str, str], secret: str) -> None:
    """Raises NotAllowed unless the app whose secret this is signed these bytes."""
    given = str(headers.get("X-Hub-Signature-256") or "")
    if not secret:
        raise NotAllowed("the channel has no app secret")
    if not given:
        raise NotAllowed("X-Hub-Signature-256 is missing")
    if not hmac.compare_digest(given.encode(), signature(body, secret).encode()):
        raise NotAllowed("X-Hub-Signature-256 does not fit the app secret")


def greet(query: Mapping[str, str], verify_token: str) -> Answer | None:
    """Answer the handshake by which Meta looks whether the address is ours. Raises NotAllowed."""
    if query.get("hub.mode") != "subscribe":
        return None
    if not verify_token or not hmac.compare_digest(query.get("hub.verify_token", "").encode(), verify_token.encode()):
        raise NotAllowed("the verify token is another one")
    return Answer(query.get("hub.challenge", "")[:500])


def push_in(body: bytes, objects: tuple[str, ...]) -> dict[str, Any]:
    """A push as Meta made it, about one of these objects. Raises CannotRead."""
    try:
        push = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise CannotRead(_("This is no JSON: %(error)s") % {"error": error}) from error
    if not isinstance(push, dict) or push.get("object") not in objects or not isinstance(push.get("entry"), list):
        raise CannotRead(_("This is no push of the kind that this channel takes."))
    return push


def half_sent(failure: CannotDeliver, sent: int, of: int) -> CannotDeliver:
    """What is several messages there left in part. Repeating it would bring the first half twice: somebody decides."""
    words = _("Of %(of)d messages that it makes, %(sent)d left. Send the rest as a new message.") % {
        "of": of,
        "sent": sent,
    }
    return failure.for_good(f"{words} {failure.reason}")


def as_dict(value: Any) -> dict[str, Any]:
    """What should be an object, and is an empty one where it is not."""
    return value if isinstance(value, dict) else {}


def dicts_in(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def words_in(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return {}


def _problem(answer: httpx.Response) -> GraphProblem:
    error = as_dict(as_dict(_decoded(answer.content)).get("error"))
    details = words_in(as_dict(error.get("error_data")).get("details"))
    said = details or words_in(error.get("error_user_msg")) or words_in(error.get("message"))
    return GraphProblem(
        said or _("It answered with status %(status)d.") % {"status": answer.status_code},
        code=_number(error.get("code")),
        subcode=_number(error.get("error_subcode")),
        status=answer.status_code,
        passes=bool(error.get("is_transient")) or answer.status_code >= 500 or answer.status_code in (408, 429),
    )


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
