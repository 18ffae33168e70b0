"""Phone numbers: one spelling to keep, E.164, and one to read.

e164("030 23125-100", region="DE")   # "+493023125100"
shown("+493023125100")               # "+49 30 23125100"
"""

import re
from functools import lru_cache

import phonenumbers
from babel.core import get_global
from phonenumbers import NumberParseException, PhoneNumberFormat

# What needs no second look: no zero behind what may be the code of a country, which people dial only at home.
_PLAIN = re.compile(r"\+(?![1-9]\d{0,2}0)[1-9]\d{4,18}")


def e164(said: str, *, region: str = "") -> str:
    """As E.164 where it can be understood: with a country code, or as people write it in `region`. Else its digits."""
    said = said.strip()
    if _PLAIN.fullmatch(said):
        return said
    digits = "".join(character for character in said if character.isdecimal())
    if said.startswith("+"):
        return _understood(said, "") or f"+{digits}"
    return (_understood(said, region) if region else "") or digits


@lru_cache(maxsize=10_000)
def shown(number: str) -> str:
    """In groups, as one reads it out; as it is where it is no international number."""
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)


def region_of_zone(time_zone: str) -> str:
    """The country whose clocks these are, such as DE of Europe/Berlin; empty where a zone has none."""
    region = str(get_global("zone_territories").get(time_zone, ""))
    return region if region in phonenumbers.SUPPORTED_REGIONS else ""


def _understood(said: str, region: str) -> str:
    """Only what exists: a guess at half a number would be another person's."""
    try:
        parsed = phonenumbers.parse(said, region or None)
    except NumberParseException:
        return ""
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164) if phonenumbers.is_valid_number(parsed) else ""
