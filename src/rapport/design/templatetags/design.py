"""What every template may say without loading anything: icons, people, moments, sizes."""

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template.context import Context
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from rapport.design import charts, controls, icons, moments, people

register = template.Library()
THEMES = ("light", "dark")

register.filter("initials", people.initials)
register.filter("hue", people.hue)
register.filter("scaled", charts.scaled)
register.filter("spark_line", charts.spark_line)
register.filter("until", charts.until)
register.simple_tag(controls.control, name="control")


@register.simple_tag
def icon(name: str, size: str = "", label: str = "", extra: str = "") -> SafeString:
    """An icon of the sprite: `{% icon "mail" %}`, `{% icon "down" "sm" %}`, or with a label when it stands alone."""
    return _icon(icons.sprite_url(), name, size, str(label), extra)


@lru_cache(maxsize=2_000)
def _icon(sprite: str, name: str, size: str, label: str, extra: str) -> SafeString:
    classes = " ".join(filter(None, ("icon", size and f"icon-{size}", extra)))
    reading = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="{}" {}><use href="{}#i-{}"/></svg>', classes, reading, sprite, name)


@register.filter
def attributes(values: Mapping[str, Any]) -> SafeString:
    """The attributes a component was given and does not name itself, each value escaped, with a space before each.

    cotton's own `{{ attrs }}` does not escape a value that came from `:name="..."`.
    """
    left_out: Collection[str] = getattr(values, "_exclude_from_str", ())
    return SafeString("".join(_attribute(name, value) for name, value in values.items() if name not in left_out))


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return f' {name}="true"' if name.startswith("aria-") else f" {name}"
    return f' {name}="{conditional_escape(value)}"'


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """When it was, as short as a list needs; the whole moment is in its title."""
    if value is None:
        return SafeString("")
    return _time(value, moments.short(value))


@register.simple_tag
def day(value: datetime | date) -> str:
    """Today, Yesterday, or the date: the words of a day line."""
    return moments.day(value)


@register.simple_tag
def time_ago(value: datetime | None) -> SafeString:
    """How long ago, kept current in the browser."""
    if value is None:
        return SafeString("")
    return format_html("<time-ago>{}</time-ago>", _time(value, moments.ago(value)))


@register.simple_tag
def time_left(value: datetime | None, title: str = "", before: str = "{t}", after: str = "") -> SafeString:
    """How long until it is due, kept current in the browser; filled only within the last hour.

    `before` and `after` are sentences around the length of time {t}: "Reply due in {t}", "Reply overdue by {t}".
    """
    if value is None:
        return SafeString("")
    left = moments.left(value, before=before, after=after)
    words = format_html(' data-before="{}" data-after="{}"', before, after) if after else ""
    return format_html(
        '<time-left class="pill {}" datetime="{}" title="{}"{}>{}<span>{}</span></time-left>',
        left.tone, value.isoformat(), title or moments.full(value), words, icon("clock"), left.text,
    )  # fmt: skip


def _time(value: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), moments.full(value), text)


@register.filter
def filesize(size: int | None) -> str:
    """A size in bytes for people: 512 B, 34 KB, 8.2 MB."""
    amount, unit = float(size or 0), "B"
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            break
        amount /= 1024
    decimals = 1 if unit not in {"B", "KB"} and amount < 10 else 0
    return f"{number_format(round(amount, decimals), decimals)} {unit}"


@register.filter
def css_number(value: Any) -> str:
    """A number as CSS reads it, whatever the reader's decimal sign is."""
    return f"{float(value or 0):.2f}".rstrip("0").rstrip(".")


@register.filter
def times(count: Any) -> range:
    return range(int(count or 0))


@register.simple_tag(takes_context=True)
def theme(context: Context) -> SafeString:
    """`data-theme` for <html>: the agent's choice, else this browser's, else nothing, which follows the system."""
    request = context.get("request")
    chosen = context.get("forced_theme") or getattr(getattr(request, "user", None), "theme", "") or ""
    if not chosen and request is not None:
        chosen = request.COOKIES.get("theme", "")
    return format_html(' data-theme="{}"', chosen) if chosen in THEMES else SafeString("")


@register.simple_tag(takes_context=True)
def chosen_theme(context: Context) -> str:
    """light, dark or system."""
    said = str(theme(context))
    return next((name for name in THEMES if name in said), "system")


@register.simple_tag
def script_words() -> str:
    """The translated words that custom elements show, as JSON for a <meta>."""
    return json.dumps(moments.words_for_scripts(), ensure_ascii=False)


@register.simple_tag
def face_choices() -> list[tuple[int, str, str]]:
    """The five faces of a rating: value, icon, word."""
    return [
        (1, "awful", _("Very bad")), (2, "frown", _("Bad")), (3, "neutral", _("Fine")),
        (4, "smile", _("Good")), (5, "grin", _("Very good")),
    ]  # fmt: skip
