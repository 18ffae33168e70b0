"""A scene: everything that makes the demo one company and not another, as its folder under `scenes` says it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from math import ceil
from typing import Any

Book = Mapping[str, Any]

DEFAULT = "lampwright"
# Lampwright is a shop, so whoever asks for one by its trade gets it.
ALIASES = {"ecommerce": DEFAULT}
NAMES = (DEFAULT, "education", "b2b", "saas", "fintech", "healthcare", "logistics")


@dataclass(frozen=True)
class Colleague:
    key: str
    name: str
    role: str
    skills: tuple[str, ...]
    email: str
    time_zone: str = "Europe/Berlin"
    # How many open conversations each has, so that the lists show what the design shows.
    open: int = 0
    away: bool = False


@dataclass(frozen=True)
class Incident:
    """What went wrong twice. Days before now, first and last; and what it is called before, then and now."""

    past: tuple[int, int]
    present: tuple[int, int]
    word: str
    names: Mapping[str, tuple[str, ...]]
    tag: str


@dataclass(frozen=True)
class Size:
    customers: int
    conversations: int
    days: int
    # How many more write at the end than at the beginning, as a share of the whole.
    growth: float
    snoozed: int
    unassigned: int
    # Nothing that began longer ago than so many days is still open; without it, whatever was among the last.
    open_days: float | None = None
    # Conversations in other languages than English and Chinese.
    others: int = 0
    number_of_first: int = 1001


@dataclass(frozen=True)
class Scene:
    """One company. `says` is its whole `scene.toml`, for the modules that furnish one corner of it each."""

    key: str
    says: Book
    # 1 is the whole company; a test needs less.
    scale: float = 1.0

    @property
    def name(self) -> str:
        return str(self.says["name"])

    @property
    def line(self) -> str:
        """What the command says of it."""
        return str(self.says["line"])

    @property
    def domain(self) -> str:
        return str(self.says["domain"])

    @property
    def password(self) -> str:
        """Printed at every start, for this machine alone."""
        return str(self.says["password"])

    @property
    def prefix(self) -> str:
        """What its numbers of orders and accounts begin with."""
        return str(self.says["prefix"])

    @property
    def currency(self) -> str:
        return str(self.says["money"]["currency"])

    @cached_property
    def size(self) -> Size:
        return Size(**self.says["size"])

    @cached_property
    def incident(self) -> Incident:
        told = self.says["incident"]
        names = {"en": tuple(told["names"]), "zh-hans": tuple(told.get("names_zh", told["names"]))}
        return Incident(tuple(told["past"]), tuple(told["present"]), told["word"], names, told["tag"])

    @cached_property
    def colleagues(self) -> tuple[Colleague, ...]:
        return tuple(_colleague(given, self.domain) for given in self.says["colleague"])

    def part(self, name: str) -> str:
        """The key of the colleague who plays this part: owner, admin, lead, agent, chinese, new or away."""
        return str(self.says["parts"][name])

    def colleague(self, part: str) -> Colleague:
        return next(one for one in self.colleagues if one.key == self.part(part))

    @property
    def team(self) -> tuple[str, ...]:
        """Those who look after companies."""
        return tuple(self.says["parts"]["team"])

    def address(self, inbox: str) -> str:
        return f"{self.says['inboxes'][f'{inbox}_address']}@{self.domain}"

    def inbox(self, key: str) -> str:
        return str(self.says["inboxes"][key])

    def scaled(self, count: int) -> int:
        """So many of what the whole company has, and one at least of what it has at all."""
        return ceil(count * self.scale) if count else 0

    def book(self, name: str) -> Book:
        """The patterns of one language, or what is told by hand: its own, with what every company writes beneath."""
        return {**_read("shared", name), **_read(self.key, name)}

    def book_of(self, language: str) -> Book:
        return self.book("chinese" if language == "zh-hans" else "english")


def scene(key: str = DEFAULT, *, scale: float = 1.0) -> Scene:
    """The company of this name. Raises KeyError when there is none."""
    key = ALIASES.get(key, key)
    if key not in NAMES:
        raise KeyError(key)
    return Scene(key, _read(key, "scene"), scale)


def scene_named(company: str) -> Scene | None:
    """The scene whose company this is: how a filled directory is recognised."""
    return next((found for found in map(scene, NAMES) if found.name == company), None)


def _colleague(given: Book, domain: str) -> Colleague:
    details = {**given, "skills": tuple(given["skills"]), "email": f"{given['key']}@{domain}"}
    return Colleague(**details)


@cache
def _read(folder: str, name: str) -> Book:
    place = files("rapport.site.demo") / "scenes" / folder / f"{name}.toml"
    return tomllib.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
