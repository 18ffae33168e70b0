"""Sentences in the reader's language, with the catalogue of the product and without Django.

Every sentence that a reader of a report sees goes through `_`; its values are filled in afterwards by name, so that a
translator may move them: `_("{column} raises the chance").format(column=column)`.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"
# What a browser, a shell and Django call them, by the folder of the catalogue.
LANGUAGES = {"en": "en", "zh": "zh_Hans", "zh-hans": "zh_Hans", "zh-cn": "zh_Hans"}

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


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("django", LOCALE, [language], fallback=True)
