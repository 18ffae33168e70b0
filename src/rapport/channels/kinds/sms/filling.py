"""Templates and places, by which a provider that nobody foresaw is described.

fill("https://sms.example/send?to={to}", {"to": "+49170"}, as_url)   "https://sms.example/send?to=%2B49170"
found_at({"messages": [{"id": 7}]}, "messages.0.id")                  "7"
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

NAMES = ("to", "to_digits", "from", "from_digits", "text", "id", "secret")
_BLANK = re.compile(r"\{(\w+)\}")


def fill(template: str, values: Mapping[str, str], written: Callable[[str], str]) -> str:
    """Each {name} that is known by its value; other braces, such as those of JSON, stay as they are."""
    return _BLANK.sub(lambda found: written(values[found[1]]) if found[1] in values else found[0], template)


def as_url(value: str) -> str:
    return quote(value, safe="")


def as_json(value: str) -> str:
    """Within quotation marks that the template already has."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def as_header(value: str) -> str:
    return re.sub(r"[\r\n\0]", " ", value)


def parsed(body: bytes) -> Any:
    """JSON or a form, whichever it is; None for neither."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=500)) or None
    except ValueError:
        return None


def found_at(told: Any, place: str) -> str:
    """What stands at a place such as messages.0.id; empty where nothing does."""
    for step in place.split("."):
        if isinstance(told, dict):
            told = told.get(step)
        elif isinstance(told, list) and step.isdigit() and int(step) < len(told):
            told = told[int(step)]
        else:
            return ""
    return str(told) if isinstance(told, str | int | float) and not isinstance(told, bool) else ""


def headers_in(lines: str) -> dict[str, str]:
    """ "Name: value", one a line. Raises ValueError, naming the line that is none."""
    found = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name.strip()):
            raise ValueError(line)
        found[name.strip()] = value.strip()
    return found


def words_in(listed: str) -> tuple[str, ...]:
    """What is listed with commas, in lower case."""
    return tuple(filter(None, (each.strip().lower() for each in listed.split(","))))
