"""Rich texts of macros and rules: kept clean, and read as plain text where only that will do."""

from django.utils.translation import gettext as _

from rapport.automation.errors import Mistaken
from rapport.automation.types import LONGEST_TEXT
from rapport.automation.variables import refuse_unknown
from rapport.channels.seam import Kind, kinds
from rapport.kit.text import storable


def cleaned(html: str, *, field: str = "") -> str:
    """As it may be kept: safe, and empty when it says nothing. Raises Mistaken for a name that cannot be filled in."""
    if not html.strip():
        return ""
    rich = _rich()
    kept = rich.clean(storable(html[:LONGEST_TEXT]))
    if not (rich.plain(kept).strip() or "<img" in kept):
        return ""
    refuse_unknown(kept, field=field)
    return kept


def plain(html: str) -> str:
    return _rich().plain(html).strip() if html else ""


def checked(text: str, *, field: str = "") -> str:
    """A plain text as it may be kept. Raises Mistaken."""
    kept = storable(text.replace("\r\n", "\n")).strip()
    if len(kept) > LONGEST_TEXT:
        raise Mistaken(_("A text may have %(count)d characters.") % {"count": LONGEST_TEXT}, field=field)
    refuse_unknown(kept, field=field)
    return kept


def _rich() -> Kind:
    return next(each for each in kinds().values() if each.abilities.rich_text)
