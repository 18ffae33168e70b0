"""Whether LINE pushed it, and one event for each parcel. https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotRead, NotAllowed
from rapport.channels.types import Instruction

SIGNATURE = "X-Line-Signature"


def verify(body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any]) -> dict[str, str]:
    """Raises NotAllowed."""
    secret = str(settings.get("channel_secret") or "")
    if not secret:
        raise NotAllowed("This account takes no pushes: it has no channel secret.")
    given = next((value for name, value in headers.items() if name.lower() == SIGNATURE.lower()), "")
    if not hmac.compare_digest(signed(body, secret).encode(), given.encode()):
        raise NotAllowed("The signature is missing or wrong.")
    return {"provider": "LINE"}


def signed(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def parcels(body: bytes) -> Sequence[bytes]:
    """None for the push that only tries the address."""
    try:
        told = push_in(body)
    except CannotRead:
        return (body,)
    if len(told["events"]) == 1:
        return (body,)
    return [json.dumps({**told, "events": [each]}, ensure_ascii=False).encode() for each in told["events"]]


def push_in(body: bytes) -> dict[str, Any]:
    """Raises CannotRead."""
    try:
        told = json.loads(body)
        if isinstance(told, dict) and isinstance(told.get("events"), list):
            return told
    except (ValueError, RecursionError) as error:
        raise CannotRead(_("This is no push of LINE's: %(error)s") % {"error": error}) from error
    raise CannotRead(_("This is no push of LINE's: it has no events."))


def instructions(settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
    return [Instruction("Webhook URL", url, _("Registered with LINE by the test; there switch on “Use webhook”."))]
