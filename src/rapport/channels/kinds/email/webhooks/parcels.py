"""Providers that push several mails at once: each is stored as a push of its own."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.email.webhooks.mails import push_of
from rapport.channels.kinds.email.webhooks.push import FORM, Push
from rapport.channels.kinds.email.webhooks.pushers import PUSHERS


def parcels(body: bytes, transport: Mapping[str, str]) -> Sequence[bytes]:
    """Reports stay together, and so does what cannot be understood: that is found out later."""
    push = push_of(body, transport)
    try:
        if not PUSHERS[transport["provider"]].is_inbound(push):
            return (body,)
        match transport["provider"]:
            case "sparkpost":
                return [_written([each]) for each in push.json] if len(push.json) > 1 else (body,)
            case "brevo":
                items = push.json["items"]
                return [_written({"items": [each]}) for each in items] if len(items) > 1 else (body,)
            case "mailtrap":
                events = push.json["events"]
                return [_written({"events": [each]}) for each in events] if len(events) > 1 else (body,)
            case "mandrill" if push.content_type == FORM:
                events = Push(push.field("mandrill_events") or b"[]", {}).json
                return [_form(each) for each in events] if len(events) > 1 else (body,)
    except (CannotRead, TypeError, KeyError, ValueError):
        return (body,)
    return (body,)


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _form(event: object) -> bytes:
    return urlencode({"mandrill_events": _written([event])}).encode()
