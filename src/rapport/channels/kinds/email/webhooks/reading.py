"""A push to typed events: a mail that came in, or what became of one that we sent."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

from anymail.exceptions import AnymailError
from anymail.signals import AnymailTrackingEvent, EventType

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.email import reading
from rapport.channels.kinds.email.webhooks.mails import Mail, mail_in, notice_in, push_of
from rapport.channels.kinds.email.webhooks.push import Push
from rapport.channels.kinds.email.webhooks.pushers import PUSHERS, blank
from rapport.channels.types import Bounced, Event, MessageReceived, Reported

_STATES = {
    EventType.DELIVERED: "delivered",
    EventType.DEFERRED: "deferred",
    EventType.COMPLAINED: "complained",
}
_FAILED = (EventType.BOUNCED, EventType.REJECTED, EventType.FAILED)
# What the providers call a failure after which they may try again, or another mail might arrive.
_SOFT = ("soft_bounce", "soft_bounced", "soft bounce", "softbounce", "transient", "temporary", "deferred", "delayed")
# A sender's own address is a part of what was found: it may not say more than that.
_MARKS = re.compile(r"[^A-Za-z0-9.=@ _-]")
_SAYING = ("event", "type", "Type", "bounceType", "bounce_type", "severity", "status")


def read_pushed(body: bytes, transport: Mapping[str, str]) -> list[Event]:
    """Raises CannotRead."""
    provider = transport["provider"]
    if transport.get("form"):
        found = Mail(body, is_whole=transport["form"] == "mail")
        return _with_envelope(reading.read(body), found, provider)
    push = push_of(body, transport)
    mail = mail_in(push, provider)
    if mail is not None:
        return _with_envelope(reading.read(mail.body), mail, provider)
    return _reports(push, provider)


def _with_envelope(events: list[Event], mail: Mail, provider: str) -> list[Event]:
    """Who it was for, and of who sent it what the provider says: what others wrote into it nobody here has checked."""
    return [_enveloped(event, mail, provider) if isinstance(event, MessageReceived) else event for event in events]


def _enveloped(event: MessageReceived, mail: Mail, provider: str) -> MessageReceived:
    found = "; ".join(f"{method}={_MARKS.sub('', result)}" for method, result in mail.found.items())
    # A signature over a mail that was put together anew is worth nothing.
    signatures = tuple(each for each in event.trace if mail.is_whole and each[0] in ("dkim-signature", "arc-seal"))
    told = (("authentication-results", f"{provider}; {found}"),) if found else ()
    headers = {**event.headers, "envelope-to": mail.recipients[0]} if mail.recipients else event.headers
    return replace(event, trace=told + signatures, headers=headers)


def _reports(push: Push, provider: str) -> list[Event]:
    pusher = PUSHERS[provider]
    if provider == "amazon_ses" and "mail" not in notice_in(push):
        return []
    try:
        told = blank(pusher.tracking).parse_events(push)
    except AnymailError as error:
        raise CannotRead(str(error)) from error
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, AssertionError, RecursionError) as error:
        raise CannotRead(f"this is not what {pusher.label} pushes: {type(error).__name__} {error}") from error
    events = (_report(event, provider) for event in told)
    return [event for event in events if event is not None]


def _report(event: AnymailTrackingEvent, provider: str) -> Event | None:
    about = str(event.message_id or "").strip("<> ")
    recipient = str(event.recipient or "")
    said = " ".join(_said(event).split())[:500]
    moment = event.timestamp.isoformat() if event.timestamp else ""
    # Few give a report an id that stays the same when they push it again.
    told = "\n".join((provider, str(event.event_type), about, recipient, moment, said))
    name = f"{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:40]}@{provider}.report"
    if event.event_type in _FAILED:
        is_final = not (event.event_type == EventType.BOUNCED and _is_soft(event))
        return Bounced(external_id=name, about=about, recipient=recipient, permanent=is_final, reason=said)
    state = _STATES.get(event.event_type)
    if state is None:
        return None
    return Reported(name, about=about, recipient=recipient, state=state, said=said, at=event.timestamp)


def _said(event: AnymailTrackingEvent) -> str:
    own = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    told = " ".join(str(own[name]) for name in ("error", "comment") if isinstance(own.get(name), str))
    return str(event.mta_response or event.description or told or event.reject_reason or "")


def _is_soft(event: AnymailTrackingEvent) -> bool:
    told = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    inner = [told, *(value for value in told.values() if isinstance(value, Mapping))]
    inner += [value for each in inner[1:] for value in each.values() if isinstance(value, Mapping)]
    words = {str(each.get(name, "")).lower() for each in inner for name in _SAYING}
    return any(word in words for word in _SOFT) or told.get("hard_bounce") is False
