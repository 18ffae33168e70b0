"""Trying a number at Twilio step by step, and seeing to it that Twilio pushes what comes in here."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.kinds.sms import refusing
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
        account = twilio.get("")
        is_active = account.get("status") == "active"
        yield Check(step, is_active, "" if is_active else _("The account is suspended or closed: see its billing."))
        if not is_active:
            return
        step = _("Find the number %(number)s") % {"number": settings["address"]}
        number = _number(twilio, str(settings["address"]))
        if number is None:
            remedy = _("The account has no such number. Buy it, or type the one that it has.")
            yield Check(step, False, remedy)
            return
        can_text = bool((number.get("capabilities") or {}).get("sms"))
        yield Check(step, can_text, "" if can_text else _("This number takes no text messages. Buy another one."))
        if can_text:
            yield from _pushes_here(twilio, number, settings)
    except TwilioProblem as error:
        yield Check(step, False, refusing.verdict_on(error.code, error.said, status=error.status).reason)


def _number(twilio: Twilio, address: str) -> dict[str, Any] | None:
    found = twilio.get("IncomingPhoneNumbers.json", PhoneNumber=address).get("incoming_phone_numbers")
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, dict) else None


def _pushes_here(twilio: Twilio, number: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Check]:
    step, ours = _("Let Twilio push to this address"), str(settings.get("push_url") or "")
    if not ours or (number.get("sms_url") == ours and number.get("sms_method", "POST") == "POST"):
        yield Check(step, True)
        return
    if not ours.startswith("https://") and not str(settings.get("api", "")).startswith("http://"):
        remedy = _(
            "What is pushed is only safe to an https:// address. Give this installation one, as RAPPORT_BASE_URL."
        )
        yield Check(step, False, remedy)
        return
    twilio.post(f"IncomingPhoneNumbers/{number.get('sid')}.json", [("SmsUrl", ours), ("SmsMethod", "POST")])
    yield Check(_("Twilio now pushes to %(address)s") % {"address": ours}, True)
