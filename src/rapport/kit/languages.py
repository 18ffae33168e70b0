"""Languages by name, in the language of whoever reads."""

from babel.core import Locale, UnknownLocaleError
from django.utils import translation


def language_name(code: str) -> str:
    """`pt-br` as "Portuguese (Brazil)"; the code itself where nobody knows it."""
    try:
        here = Locale.parse(translation.get_language() or "en", sep="-")
        said = Locale.parse(code, sep="-").get_display_name(here)
    except (UnknownLocaleError, ValueError):
        return code
    return (said[:1].upper() + said[1:]) if said else code
