"""People and conversations that are told by hand, so that every screen shows what the design shows."""

from datetime import datetime, timedelta
from typing import Any

from rapport.site.demo.cast import Person
from rapport.site.demo.scene import Book
from rapport.site.demo.story import Story, Turn


def people(named: Book, *, first_key: int) -> dict[str, Person]:
    """The named customers, by the key their conversations use."""
    found = {}
    for place, given in enumerate(named.get("person", ())):
        details = {name: value for name, value in given.items() if name != "key"}
        found[given["key"]] = Person(key=first_key + place, **details)
    return found


def foreigners(others: Book, *, first_key: int) -> list[Person]:
    """The few who write neither English nor Chinese."""
    return [Person(key=first_key + place, **given) for place, given in enumerate(others.get("person", ()))]


def stories(told: Book, named: dict[str, Person], now: datetime) -> list[Story]:
    """Their conversations, with moments counted back from now."""
    return [_story(given, named[given["who"]], now) for given in told.get("story", ())]


def _story(given: dict[str, Any], person: Person, now: datetime) -> Story:
    turns = [_turn(turn, now) for turn in given["turns"]]
    return Story(
        person,
        given["subject"],
        turns,
        inbox=given.get("inbox", "support"),
        state="open" if given["state"] == "unassigned" else given["state"],
        to=given.get("to", ""),
        priority=given.get("priority", 2),
        tags=tuple(given.get("tags", ())),
        is_unread=given.get("unread", False),
        number=given.get("number", 0),
        rating=given.get("rating"),
        comment=given.get("comment", ""),
    )


def _turn(given: dict[str, Any], now: datetime) -> Turn:
    return Turn(
        at=now - timedelta(minutes=given["ago"]),
        by="" if given["by"] == "customer" else given["by"],
        text=given["text"],
        quote=given.get("quote", ""),
        is_note=given.get("note", False),
        files=tuple(given.get("files", ())),
    )
