"""What the page of a visitor needs to know before anybody has said anything: looks, words, questions, who is there."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from rapport.channels.guests import ProactiveMessage
from rapport.channels.models import Channel
from rapport.channels.office import Desk

LANGUAGES = {
    "en": "English",
    "zh-Hans": "简体中文",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ar": "العربية",
}
RIGHT_TO_LEFT = frozenset({"ar"})
DEFAULT_COLOUR = "#2d5bd0"
LARGEST_FILES = 10 * 1024 * 1024


def offered(channel: Channel, *, asked: str = "") -> dict[str, Any]:
    """As JSON for the page. `asked` are the browser's languages, the one it likes best first."""
    settings = channel.settings
    language = language_for(str(settings.get("language") or ""), asked)
    desk = Desk(channel)
    proactive = ProactiveMessage.objects.filter(channel=channel, is_on=True)
    opens, within = desk.opens_at, desk.answers_within
    return {
        "company": desk.company,
        "language": language,
        "rtl": language in RIGHT_TO_LEFT,
        "words": {name: said for name, said in words(language).items() if not name.startswith("mail_")},
        "colour": settings.get("colour") or DEFAULT_COLOUR,
        "position": settings.get("position") or "right",
        "greeting": in_language(settings.get("greeting", ""), language),
        "away": in_language(settings.get("away", ""), language),
        "quick": settings.get("quick_replies") or [],
        "ask": {
            "name": settings.get("ask_name") or "no",
            "email": settings.get("ask_email") or "optional",
            "questions": settings.get("questions") or [],
        },
        "articles": settings.get("articles") or [],
        "privacy": settings.get("privacy_url") or "",
        "files": LARGEST_FILES if settings.get("takes_files", True) else 0,
        "open": desk.is_open,
        "opens": opens.isoformat() if opens else None,
        "within": round(within.total_seconds()) if within else None,
        "rules": [rule(each) for each in proactive.filter(segment=None)],
        # What is for some customers alone stands in nobody else's page.
        "few": proactive.exclude(segment=None).exists(),
    }


def language_for(wanted: str, asked: str) -> str:
    """The channel's own language, else the first of the browser's that we speak, else English."""
    for each in [wanted, *asked.split(",")] if wanted not in ("", "auto") else asked.split(","):
        name = each.partition(";")[0].strip().replace("_", "-").lower()
        for known in LANGUAGES:
            if name == known.lower() or name.split("-")[0] == known.split("-")[0].lower():
                return known
    return "en"


def in_language(lines: str, language: str) -> str:
    """Of lines such as "Hello" and "de: Hallo" the one for this language; a line without a language is for the rest."""
    rest = ""
    for line in str(lines).splitlines():
        code, colon, text = line.partition(":")
        if colon and code.strip().lower() in {known.lower() for known in LANGUAGES}:
            if code.strip().lower() == language.lower():
                return text.strip()
        elif not rest:
            rest = line.strip()
    return rest


@cache
def words(language: str) -> Mapping[str, str]:
    """Everything the page says by itself; English where a language lacks a word."""
    folder = files("rapport.channels.visitors") / "words"
    english: dict[str, str] = json.loads((folder / "en.json").read_text("utf-8"))
    own: dict[str, str] = json.loads((folder / f"{language}.json").read_text("utf-8"))
    return english | own


def rule(message: ProactiveMessage) -> dict[str, Any]:
    return {
        "id": message.pk,
        "text": message.text,
        "pages": message.pages.split(),
        "after": message.after_seconds,
        "attributes": message.attributes,
        "every": message.every_days,
        "most": message.most,
        "open": message.only_when_open,
    }
