"""Sentences in the reader's language, with the catalogue of the product and without Django.

Every sentence that a reader of a report sees goes through `_`; its values are filled in afterwards by name, so that a
translator may move them: `_("{column} raises the chance").format(column=column)`.
"""

import gettext
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"
# What a browser, a shell and Django call them, by the folder of the catalogue.
LANGUAGES = {"en": "en", "zh": "zh_Hans", "zh-hans": "zh_Hans", "zh-cn": "zh_Hans"}

_SIZES = {
    "en": ((1e9, "B"), (1e6, "M"), (1e3, "k")),
    "zh_Hans": ((1e8, "亿"), (1e4, "万")),
}

_language: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything in this language ("en", "zh-hans") until the block ends; ValueError for another one."""
    known = LANGUAGES.get(language.lower().replace("_", "-"))
    if known is None:
        raise ValueError(f"There are no words in {language!r}; there are some in {', '.join(LANGUAGES)}.")
    token = _language.set(known)
    try:
        yield
    finally:
        _language.reset(token)


def _(text: str) -> str:
    """The text in the language being spoken, and as it is where nobody translated it."""
    return _catalogue(_language.get()).gettext(text)


def ngettext(one: str, many: str, n: int) -> str:
    """The same for a text that depends on a number."""
    return _catalogue(_language.get()).ngettext(one, many, n)


def spoken() -> str:
    """The language being spoken: "en" or "zh_Hans"."""
    return _language.get()


def with_commas(items: Iterable[object]) -> str:
    """Words or names side by side as the language parts them: "a, b" or "a、b"."""
    return _(", ").join(map(str, items))


def with_semicolons(clauses: Iterable[str]) -> str:
    """Clauses that may hold commas themselves, one after the other."""
    return _("; ").join(clauses)


def short_number(amount: float) -> str:
    """Three figures from ten thousand on, with the size as the language counts it: 15.4k, 3.2M or 1.54万, 320万."""
    for size, name in _SIZES[spoken()] if abs(amount) >= 1e4 else ():
        if abs(amount) >= size:
            shown = amount / size
            return f"{shown:,.0f}{name}" if abs(shown) >= 100 else f"{shown:,.3g}{name}"
    return f"{amount:,.0f}" if abs(amount) >= 100 else f"{amount:,.2f}"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("django", LOCALE, [language], fallback=True)
