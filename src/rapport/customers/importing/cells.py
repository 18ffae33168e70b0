"""One row understood: a person with what is said of them, or sentences on what is wrong with it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from typing import Any

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _

from rapport.backbone.custom_fields import values
from rapport.backbone.custom_fields.models import FieldBase
from rapport.backbone.custom_fields.types import FieldKind
from rapport.customers import actions
from rapport.customers.errors import NotUnderstood
from rapport.customers.importing.columns import OWN, TARGETS
from rapport.customers.importing.tables import is_garbled
from rapport.customers.models import IdentityKind
from rapport.kit.text import one_line

LENGTHS = {"name": 200, "company": 200, "location": 120, "account": 320}
_HAN = re.compile(r"[\u3400-\u9fff]")
_ANGLED = re.compile(r"<([^<>]+@[^<>]+)>")
_ROUNDED = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[/年.](\d{1,2})[/月.](\d{1,2})日?(?:[ T].*)?")
_DECIMAL_COMMA = re.compile(r"-?\d{1,3}(\.\d{3})*,\d+|-?\d+,\d+|-?\d{1,3}(\.\d{3})+")
_YES = "ja y x oui si sí ✓ wahr 是 有"
_NO = "nein n non falsch 否 无"
_WORDS = dict.fromkeys(_YES.split(), "yes") | dict.fromkeys(_NO.split(), "no")

_LANGUAGES = {
    "zh-hans": "中文 汉语 简体中文 chinese chinesisch",
    "zh-hant": "繁体中文",
    "en": "英语 英文 englisch",
    "de": "德语",
    "fr": "法语 französisch",
    "es": "西班牙语 spanisch",
    "ja": "日语",
    "ko": "韩语",
    "ru": "俄语",
}

Key = tuple[str, str]


@dataclass(frozen=True)
class Person:
    """What a row says. `details` are columns of a customer, `said` the company's own fields by their id."""

    number: int
    keys: tuple[Key, ...] = ()
    details: dict[str, str] = field(default_factory=dict)
    company: str = ""
    domain: str = ""
    said: dict[int, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reader:
    """Reads rows whose columns are these. `decimal_comma` for files of countries that write 1.234,50."""

    columns: Sequence[str]
    fields: Sequence[FieldBase]
    decimal_comma: bool = False

    def read(self, number: int, cells: Sequence[str]) -> Person:
        problems: list[str] = []
        if is_garbled(list(cells)):
            problems.append(_("Some characters of this row cannot be read."))
        given = self._given(cells)
        keys = self._keys(given, problems)
        details = self._details(given, problems)
        said = self._said(given, problems)
        if not keys and not problems:
            problems.append(_("A customer needs a mail address, a phone number or an account number."))
        company = _short("company", " ".join(given.get("company", ())), problems)
        domain = _read(web_domain, " ".join(given.get("domain", ())), problems)
        return Person(number, tuple(keys), details, company, domain, said, tuple(problems))

    def _given(self, cells: Sequence[str]) -> dict[str, list[str]]:
        given: dict[str, list[str]] = {}
        for target, cell in zip(self.columns, cells, strict=False):
            if target and cell:
                given.setdefault(target, []).append(_freed(cell))
        return given

    def _keys(self, given: dict[str, list[str]], problems: list[str]) -> list[Key]:
        found: dict[Key, None] = {}
        kinds = (("account", IdentityKind.EXTERNAL), ("email", IdentityKind.EMAIL), ("phone", IdentityKind.PHONE))
        for target, kind in kinds:
            for cell in given.get(target, ()):
                for value in _apart(kind, cell):
                    if known := _read(partial(_identity, kind), value, problems):
                        found[(kind.value, known)] = None
        return list(found)

    def _details(self, given: dict[str, list[str]], problems: list[str]) -> dict[str, str]:
        first, last = (" ".join(given.get(name, ())) for name in ("first_name", "last_name"))
        both = f"{last}{first}" if _HAN.search(last) and _HAN.search(first) else f"{first} {last}".strip()
        found = {
            "name": _short("name", " ".join(given.get("name", ())) or both, problems),
            "location": _short("location", ", ".join(given.get("location", ())), problems),
            "language": _read(_language, " ".join(given.get("language", ())), problems),
            "time_zone": _read(actions.time_zone_name, " ".join(given.get("time_zone", ())), problems),
        }
        return {name: value for name, value in found.items() if value}

    def _said(self, given: dict[str, list[str]], problems: list[str]) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for each in self.fields:
            words = " ".join(given.get(f"{OWN}{each.key}", ()))
            if not words:
                continue
            try:
                value = values.understood(each, self._as_typed(each, words))
            except values.NotUnderstood as error:
                problems.append(str(error))
                continue
            if value is not None:
                found[each.pk] = value
        return found

    def _as_typed(self, each: FieldBase, words: str) -> str:
        """As a form would take it: a day as 2026-03-01, a number with a point, yes or no."""
        if each.kind == FieldKind.DATE:
            return _day(words)
        if each.kind == FieldKind.YES_NO:
            return _WORDS.get(words.casefold(), words)
        if each.kind == FieldKind.NUMBER:
            words = words.replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
            if self.decimal_comma and _DECIMAL_COMMA.fullmatch(words):
                return words.replace(".", "").replace(",", ".")
        return words


def _freed(cell: str) -> str:
    """Without the apostrophe by which a spreadsheet is told that it is no formula."""
    return cell[1:] if cell[0] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _read(read: Callable[[str], str], words: str, problems: list[str]) -> str:
    try:
        return read(words) if words else ""
    except NotUnderstood as error:
        problems.append(f"{error} ({words[:80]})")
        return ""


def _short(name: str, words: str, problems: list[str]) -> str:
    words = one_line(words)
    if len(words) > LENGTHS[name]:
        told = {"name": TARGETS[name], "most": LENGTHS[name]}
        problems.append(_("%(name)s may have at most %(most)d characters.") % told)
    return words


def _apart(kind: IdentityKind, cell: str) -> list[str]:
    """Several addresses in one cell."""
    parts = re.split(r"[;\n]|,(?=\s*\S+@)" if kind == IdentityKind.EMAIL else r"[;\n]", cell)
    return [part.strip() for part in parts if part.strip()] if kind != IdentityKind.EXTERNAL else [cell]


def _identity(kind: IdentityKind, words: str) -> str:
    if kind == IdentityKind.EMAIL:
        angled = _ANGLED.search(words)
        words = (angled[1] if angled else words).removeprefix("mailto:")
    if kind == IdentityKind.PHONE:
        words = words.removeprefix("tel:")
        if _ROUNDED.fullmatch(words):
            raise NotUnderstood("phone", _("The spreadsheet has rounded this phone number. Format the column as text."))
        if re.search(r"[^\W\d_]{4,}", words):
            raise NotUnderstood("phone", _("This is not a phone number."))
    if kind == IdentityKind.EXTERNAL and len(words) > LENGTHS["account"]:
        raise NotUnderstood("account", _("This account number is too long."))
    return actions.valid_identity(kind, words)


def web_domain(words: str) -> str:
    """The domain in a web address, or in a mail address."""
    bare = re.sub(r"^[a-z]+://", "", words.strip().lower()).partition("/")[0].rpartition("@")[2]
    return actions.company_domain(bare.removeprefix("www."))


def _language(words: str) -> str:
    code = _languages().get(words.strip().casefold())
    return code or actions.language_code(words.strip().replace("_", "-"))


@cache
def _languages() -> dict[str, str]:
    """Codes by what languages are called in English and in themselves, and some in Chinese."""
    known = {word: code for code, words in _LANGUAGES.items() for word in words.split()}
    for code, said in LANG_INFO.items():
        if "name" in said:
            known.setdefault(str(said["name"]).casefold(), code)
            known.setdefault(str(said["name_local"]).casefold(), code)
    return known


def _day(words: str) -> str:
    """Days whose order nobody can mistake; others are left as they are, and refused."""
    if found := _DOTTED.fullmatch(words.strip()):
        day, month, year = map(int, found.groups())
    elif found := _YEAR_FIRST.fullmatch(words.strip()):
        year, month, day = map(int, found.groups())
    else:
        return words.partition(" ")[0] if re.match(r"\d{4}-\d\d-\d\d ", words) else words
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return words
