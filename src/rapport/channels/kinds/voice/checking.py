"""Trying a phone number at Twilio step by step, and seeing to it that Twilio asks here what callers hear."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.transcribing import transcriber
from rapport.channels.twilio import Twilio, TwilioProblem, twilio_of
from rapport.channels.types import Check


def check(settings: Mapping[str, Any]) -> Iterator[Check]:
    """Each step as it is done; it ends with the first that does not work."""
    step = _("Everything is filled in")
    if not all(settings.get(name) for name in ("address", "account_sid", "auth_token")):
        yield Check(step, False, _("Copy the account SID and the auth token from the Twilio Console."))
        return
    twilio = twilio_of(settings)
    step = _("Sign in to Twilio")
    try:
        is_active = twilio.get("").get("status") == "active"
        yield Check(step, is_active, "" if is_active else _("The account is suspended or closed: see its billing."))
        if not is_active:
            return
        step = _("Find the number %(number)s") % {"number": settings["address"]}
        number = _number(twilio, str(settings["address"]))
        if number is None:
            yield Check(step, False, _("The account has no such number. Buy it, or type the one that it has."))
            return
        can_ring = bool((number.get("capabilities") or {}).get("voice"))
        yield Check(step, can_ring, "" if can_ring else _("This number takes no calls. Buy another one."))
        if can_ring:
            yield from _asks_here(twilio, number, settings)
    except TwilioProblem as error:
        is_key = error.status in (401, 403)
        remedy = (
            _("Twilio does not take the account SID and auth token. Copy them once more.") if is_key else error.said
        )
        yield Check(step, False, remedy)
        return
    if settings.get("transcription") == "own":
        yield _can_write_down()


def _number(twilio: Twilio, address: str) -> dict[str, Any] | None:
    found = twilio.get("IncomingPhoneNumbers.json", PhoneNumber=address).get("incoming_phone_numbers")
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, dict) else None


def _asks_here(twilio: Twilio, number: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Check]:
    step, ours = _("Let Twilio ask here what callers hear"), str(settings.get("push_url") or "")
    if not ours or (number.get("voice_url") == ours and number.get("status_callback") == ours):
        yield Check(step, True)
        return
    if not ours.startswith("https://") and not str(settings.get("api", "")).startswith("http://"):
        remedy = _(
            "What is pushed is only safe to an https:// address. Give this installation one, as RAPPORT_BASE_URL."
        )
        yield Check(step, False, remedy)
        return
    wanted = [("VoiceUrl", ours), ("VoiceMethod", "POST"), ("StatusCallback", ours), ("StatusCallbackMethod", "POST")]
    twilio.post(f"IncomingPhoneNumbers/{number.get('sid')}.json", wanted)
    yield Check(_("Twilio now asks %(address)s") % {"address": ours}, True)


def _can_write_down() -> Check:
    step = _("Find the program that writes recordings down")
    try:
        found = transcriber()
    except ImportError as error:
        return Check(step, False, str(error))
    return Check(
        step, found is not None, "" if found else _("Name it as RAPPORT_TRANSCRIBER, and start Rapport again.")
    )
