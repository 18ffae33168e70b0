"""Any provider that takes and pushes text messages over HTTP, as its administrator describes it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from django.utils.translation import gettext as _

from rapport.channels.errors import CannotDeliver, CannotRead, NotAllowed
from rapport.channels.kinds.sms import counting, filling, sending
from rapport.channels.kinds.sms.reading import opting
from rapport.channels.types import (
    Address,
    Bounced,
    Check,
    Event,
    MessageReceived,
    Outgoing,
    Receipt,
    Reported,
    Undelivered,
)
from rapport.kit import clock
from rapport.kit.http import HttpProblem, NotConnected, Refused, fetch

PROVIDER = "HTTP"
_SECONDS = 20
_SAME_FOR = 600
_PLACES = ("in_from", "in_to", "in_text", "in_id", "in_report", "in_delivered", "in_failed")
_USUAL = {
    "in_from": "from", "in_to": "to", "in_text": "text", "in_id": "id", "in_report": "status",
    "in_delivered": "delivered, DELIVRD",
    "in_failed": "failed, undelivered, rejected, expired, UNDELIV, REJECTD, EXPIRED",
}  # fmt: skip


def verify(body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str) -> Mapping[str, str]:
    """Raises NotAllowed. Answers where everything stands in what is pushed, as it is set up now."""
    secret = str(settings.get("in_secret") or "")
    if not secret:
        raise NotAllowed("the channel has no secret for what is pushed")
    if settings.get("in_proof") == "hmac":
        given = str(headers.get(str(settings.get("in_header") or "X-Signature")) or "")
        digest = hmac.new(secret.encode(), body, hashlib.sha256)
        # Some write the name of the algorithm before it.
        bare = given.removeprefix("sha256=").strip().encode()
        proofs = (digest.hexdigest().encode(), base64.b64encode(digest.digest()))
        if not any(hmac.compare_digest(bare, proof) for proof in proofs):
            raise NotAllowed("the signature does not fit the secret")
    else:
        given = (parse_qs(urlsplit(url).query).get("token") or [""])[0]
        if not hmac.compare_digest(given.encode(), secret.encode()):
            raise NotAllowed("the token in the address is missing or another one")
    places = {name: str(settings.get(name) or _USUAL[name]) for name in _PLACES}
    moment = str(int(clock.now().timestamp()) // _SAME_FOR)
    return {"provider": PROVIDER, "number": str(settings.get("address") or ""), "moment": moment, **places}


def read(body: bytes, places: Mapping[str, str]) -> list[Event]:
    """Raises CannotRead."""
    told, places = filling.parsed(body), {**_USUAL, **places}
    author = _number(filling.found_at(told, places["in_from"]))
    text, sid = filling.found_at(told, places["in_text"]), filling.found_at(told, places["in_id"])
    state = filling.found_at(told, places["in_report"]).strip().lower()
    to = _number(filling.found_at(told, places["in_to"]))
    number = places.get("number") or to
    if state and sid and not text:
        return _report(own_id(number, sid), state, to, places)
    if not author or not text:
        raise CannotRead(
            _("No sender at “%(sender)s” or no text at “%(text)s”. An administrator names the fields in Settings.")
            % {"sender": places["in_from"], "text": places["in_text"]}
        )
    # Without an id of the provider's, the same words within ten minutes are one message that was pushed twice.
    name = own_id(number, sid or hashlib.sha256(body + places.get("moment", "").encode()).hexdigest()[:32])
    found = opting(author, text, name)
    if len(found) > 1:
        return found
    received = MessageReceived(
        external_id=name, author=Address("", author), to=(Address("", to),), text=text, visible_text=text
    )
    return [*found, received]


def _report(name: str, state: str, to: str, places: Mapping[str, str]) -> list[Event]:
    if state in filling.words_in(places["in_delivered"]):
        return [Reported(f"{name}:{state}", name, to, "delivered")]
    if state not in filling.words_in(places["in_failed"]):
        return [Reported(f"{name}:{state}", name, to, "sent", said=state)]
    reason = _("The provider could not deliver it: %(state)s.") % {"state": state}
    failure = Undelivered(to, "", reason, is_final=True)
    return [Bounced(f"{name}:{state}", name, to, permanent=True, reason=reason, failures=(failure,))]


def own_id(number: str, sid: str) -> str:
    """Its ids are unique for one number at best."""
    return f"sms:{number}:{sid}"


def _number(written: str) -> str:
    """E.164 where it is a number: many providers leave the plus out. A name or a short number stays as it is."""
    digits = "".join(letter for letter in written if letter.isdigit())
    is_number = len(digits) >= 7 and not any(letter.isalpha() for letter in written)
    if not is_number:
        return written.strip()
    return f"+{digits.removeprefix('00')}"


def send(message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
    """Raises CannotDeliver. Files go as links below the text."""
    address, text = sending.recipient_of(message), sending.worded(message)
    sending.refuse_unfit(text)
    number = str(settings.get("address") or "")
    values = {
        "to": address,
        "to_digits": address.lstrip("+"),
        "from": number,
        "from_digits": number.lstrip("+"),
        "text": text,
        "id": message.once,
        "secret": str(settings.get("http_secret") or ""),
    }
    answer = _asked(values, settings)
    _refuse(answer, address, settings)
    place = str(settings.get("http_id") or "")
    sid = filling.found_at(filling.parsed(answer.content), place) if place else ""
    return Receipt(own_id(number, sid or message.once), {"parts": counting.count(text).parts})


def _asked(values: Mapping[str, str], settings: Mapping[str, Any]) -> httpx.Response:
    form = str(settings.get("http_format") or "json")
    method = str(settings.get("http_method") or "POST")
    template = str(settings.get("http_body") or "")
    headers = {
        name: filling.fill(value, values, filling.as_header)
        for name, value in filling.headers_in(str(settings.get("http_headers") or "")).items()
    }
    content = None
    if method != "GET" and template:
        content = filling.fill(template, values, filling.as_json if form == "json" else filling.as_url).encode()
        usual = "application/json" if form == "json" else "application/x-www-form-urlencoded"
        if "content-type" not in {name.lower() for name in headers}:
            headers["Content-Type"] = usual
    url = filling.fill(str(settings.get("http_url") or ""), values, filling.as_url)
    try:
        return fetch(method, url, headers=headers, content=content, seconds=_SECONDS, follow_redirects=False)
    except (NotConnected, Refused) as error:
        raise CannotDeliver(_hidden(str(error), values), permanent=False) from error
    except HttpProblem as error:
        words = _(
            "The connection to the provider broke, and the message may have arrived. Ask before you send it again."
        )
        # With {id} the provider may recognise the second try, and may not: nobody here can know.
        raise CannotDeliver(f"{words} {_hidden(str(error), values)}", permanent=True, in_doubt=True) from error


def _refuse(answer: httpx.Response, address: str, settings: Mapping[str, Any]) -> None:
    """Raises CannotDeliver unless the answer is one of those that mean yes."""
    status = answer.status_code
    wanted = filling.words_in(str(settings.get("http_ok") or "")) or ("200", "201", "202", "204")
    told = answer.text[:2000]
    if str(status) in wanted and str(settings.get("http_said") or "") in told:
        return
    said = {"status": status, "said": told.strip()[:200]}
    if status == 429:
        raise CannotDeliver(_("The provider asks for fewer messages. %(said)s") % said, permanent=False, too_many=True)
    if status in (401, 403):
        raise CannotDeliver(
            _("The provider does not let us in (%(status)d). An administrator looks at the secret. %(said)s") % said,
            permanent=False,
        )
    if status >= 500 or status == 408:
        raise CannotDeliver(_("The provider is out of order (%(status)d). %(said)s") % said, permanent=False)
    raise CannotDeliver(_("The provider did not take it (%(status)d). %(said)s") % said, permanent=True)


def _hidden(words: str, values: Mapping[str, str]) -> str:
    secret = values["secret"]
    return words.replace(secret, "…").replace(filling.as_url(secret), "…") if secret else words


def check(settings: Mapping[str, Any]) -> Iterator[Check]:
    """What can be seen without sending anything, which would cost and reach somebody."""
    step = _("Everything is filled in")
    if not settings.get("http_url"):
        yield Check(step, False, _("Type the address that messages are sent to."))
        return
    yield Check(step, True)
    parts = urlsplit(str(settings["http_url"]))
    step = _("Reach %(host)s") % {"host": parts.hostname or ""}
    try:
        fetch("GET", f"{parts.scheme}://{parts.netloc}/", seconds=_SECONDS, follow_redirects=False)
        yield Check(step, True)
    except HttpProblem as error:
        yield Check(step, False, str(error))
        return
    filled = _filled_for_a_look(settings)
    yield Check(
        _("The body is JSON once it is filled in"), filled, "" if filled else _("Look at its brackets and commas.")
    )


def _filled_for_a_look(settings: Mapping[str, Any]) -> bool:
    if settings.get("http_format", "json") != "json" or settings.get("http_method") == "GET":
        return True
    try:
        json.loads(
            filling.fill(str(settings.get("http_body") or ""), dict.fromkeys(filling.NAMES, '"1"\n'), filling.as_json)
        )
    except ValueError:
        return False
    return True
