"""What the inbox's templates say beyond the design's own tags."""

import re
from collections.abc import Mapping
from datetime import datetime

from django import template
from django.template.defaultfilters import stringfilter
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from rapport.conversations.models import Message
from rapport.design import moments
from rapport.design.templatetags.design import icon
from rapport.kit import clock
from rapport.workspace.letters import waits_for_pictures

register = template.Library()
register.filter("waits_for_pictures", waits_for_pictures)


@register.filter
@stringfilter
def linked(text: str) -> SafeString:
    """Plain text as safe HTML with its links made links that leave in a tab of their own."""
    made = urlize(text, nofollow=True, autoescape=True)
    # Everything of the text itself is escaped, so each "<a " is one that urlize made.
    made = made.replace("<a ", '<a target="_blank" ').replace('rel="nofollow"', 'rel="nofollow noopener noreferrer"')
    return mark_safe(made)  # noqa: S308


@register.filter
def noted(text: str, mentions: Mapping[str, bool]) -> SafeString:
    """A note as safe HTML, with its links and with whom it mentions marked."""
    made: SafeString = linked(text)
    if not mentions:
        return made
    whole = {escape(name).casefold(): is_me for name, is_me in mentions.items()}
    first = {name.split()[0]: is_me for name, is_me in whole.items() if name.split()}
    known = first | whole
    named = re.compile("@(" + "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True)) + ")", re.I)

    def mark(found: re.Match[str]) -> str:
        return f'<b class="mention"{" data-me" if known.get(found[1].casefold()) else ""}>{found[0]}</b>'

    # Between the tags only: an address may hold an @ too. Everything there is escaped already.
    parts = re.split(r"(<[^>]*>)", made)
    return mark_safe("".join(part if part.startswith("<") else named.sub(mark, part) for part in parts))  # noqa: S308


@register.simple_tag
def waited(since: datetime | None) -> str:
    """How long ago that was, as a length of time: 2 h, 3 days."""
    return moments.duration(clock.now() - since) if since else ""


@register.simple_tag
def clock_time(at: datetime) -> SafeString:
    """The time of day; the day is said by the line above it."""
    shown = date_format(timezone.localtime(at), "TIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), moments.full(at), shown)


@register.simple_tag
def full_moment(at: datetime) -> SafeString:
    """The whole date and time, in the reader's own zone."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), moments.full(at))


@register.simple_tag
def rating_face(score: int) -> SafeString:
    """The face of a rating, saying its number to those who do not see it."""
    names = {1: "awful", 2: "frown", 3: "neutral", 4: "smile", 5: "grin"}
    label = _("%(score)d of 5") % {"score": score}
    tone = "bad" if score <= 2 else "good" if score >= 4 else ""
    return icon(names.get(score, "neutral"), "", label, tone)


@register.filter
def recipients_line(message: Message) -> str:
    """The first recipient and how many more."""
    everyone = [*message.to, *message.cc]
    return everyone[0] + (f" +{len(everyone) - 1}" if len(everyone) > 1 else "") if everyone else ""


@register.filter
def moment_text(at: datetime) -> str:
    """A day and a time as part of a sentence, in the reader's time zone."""
    return moments.full(at)
