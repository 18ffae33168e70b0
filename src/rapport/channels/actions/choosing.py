"""Templates: the texts that a provider has approved beforehand, and choosing one with its blanks filled in."""

import re
from collections.abc import Sequence

from django.core.cache import cache
from django.utils.translation import gettext as _

from rapport.channels.actions import consenting
from rapport.channels.errors import CannotWrite
from rapport.channels.models import Channel
from rapport.channels.providers import provider_of
from rapport.channels.seam import kind_of
from rapport.channels.types import Chosen, Template
from rapport.kit.text import one_line, storable

# Asking the provider takes a second, and its templates change once a month.
FRESH_S = 300
LONGEST_VALUE = 1000
_BLANK = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


def templates_of(channel: Channel) -> Sequence[Template]:
    """What may be chosen, as asked at most five minutes ago. Raises CannotConnect."""
    if not kind_of(channel.kind).abilities.templates:
        return ()
    key = f"channels.templates.{channel.pk}"
    kept: list[Template] | None = cache.get(key)
    if kept is None:
        settings = consenting.usable_settings(channel)
        with provider_of(channel):
            kept = list(kind_of(channel.kind).templates(settings))
        cache.set(key, kept, FRESH_S)
    return kept


def choose(channel: Channel, *, name: str, language: str, values: Sequence[str]) -> tuple[Chosen, str]:
    """The template and what it says with its blanks filled in. Raises CannotWrite and CannotConnect."""
    wanted = (each for each in templates_of(channel) if each.name == name and each.language == language)
    template = next(wanted, None)
    if template is None:
        raise CannotWrite(_("There is no such template any more. Choose another one."))
    said = [one_line(storable(value))[:LONGEST_VALUE] for value in values]
    if len(said) != len(template.blanks) or not all(said):
        raise CannotWrite(_("Fill in every blank of the template."))
    return Chosen(template.name, template.language, tuple(said)), filled(template, said)


def filled(template: Template, values: Sequence[str]) -> str:
    """What it says; a blank without a value stays as it is."""
    given = dict(zip(template.blanks, values, strict=False))
    return _BLANK.sub(lambda found: given.get(found[1]) or found[0], template.text)
