"""A row of the list of conversations, drawn in Python.

The list has fifty of them. As a template with its icons, words and conditions each took 0.35 ms, a third of the whole
page; drawn here it takes a tenth of that. The markup is that of `design/static/design/css/components/list-row.css`.
"""

from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from rapport.conversations.types import JunkReason, Status
from rapport.design import moments, people
from rapport.design.templatetags.design import icon, moment
from rapport.kit import clock
from rapport.workspace.queries.rows import Row

register = template.Library()
NOTHING = SafeString("")

_ROW = (
    '<li id="row-{}" data-at="{}"><input type="checkbox" class="pick" aria-label="{}" tabindex="-1">'
    '<a class="list-row" href="{}"{}{}><span class="channel">{}</span><div>\n'
    '<div class="line"><span class="name truncate">{}</span>{}<span class="marks">{}</span>{}</div>\n'
    '<div class="line"><span class="subject truncate">{}</span><people-here data-for="{}"></people-here></div>\n'
    '<div class="line"><span class="preview truncate">{}</span>{}{}</div>{}</div></a></li>'
)


@register.simple_tag
def conversation_row(row: Row, suffix: str, current: int | None = None) -> SafeString:
    """One row. `suffix` is the query string of the list it stands in, `current` the id of the open conversation."""
    shown = row.conversation
    return format_html(
        _ROW,
        shown.pk,
        shown.last_at.timestamp(),
        _("Select"),
        f"{reverse('conversation', args=[shown.number])}?{suffix}",
        SafeString(" data-unread") if row.is_unread else NOTHING,
        SafeString(' aria-current="true"') if shown.pk == current else NOTHING,
        _drawn(row.face.icon, row.face.label),
        shown.customer.display_name,
        format_html('<span class="sr">{}</span>', _("Unread")) if row.is_unread else NOTHING,
        _marks(row),
        moment(shown.last_at),
        shown.subject or _("No subject"),
        shown.pk,
        _preview(row),
        _pill(row),
        _owner(row),
        format_html('<div class="line cells"><span class="truncate">{}</span></div>', " · ".join(row.cells))
        if row.cells
        else NOTHING,
    )


@lru_cache(maxsize=500)
def _drawn(name: str, label: str = "") -> SafeString:
    return icon(name, "", label)


def _marks(row: Row) -> SafeString:
    marks = NOTHING
    if row.is_high:
        marks += _mark("risk", "flag", row.conversation.get_priority_display())
    if row.mood == "sad":
        marks += _mark("sad", "frown", _("Unhappy"))
    elif row.mood == "happy":
        marks += _mark("happy", "smile", _("Happy"))
    return marks


def _mark(tone: str, name: str, word: str) -> SafeString:
    return format_html('<span class="mark {}">{}</span>', tone, _drawn(name, str(word)))


def _preview(row: Row) -> str:
    if row.snippet:
        return row.snippet
    text = row.conversation.preview
    if not row.wrote_last:
        return text
    return (_("You: %(text)s") if row.is_mine else _("Reply: %(text)s")) % {"text": text}


_JUNK = {
    JunkReason.MARKED: gettext_lazy("Marked"),
    JunkReason.BLOCKED: pgettext_lazy("junk", "Blocked"),
    JunkReason.NOISY: gettext_lazy("Too many"),
}


def _pill(row: Row) -> SafeString:
    shown = row.conversation
    if shown.status == Status.SNOOZED:
        return format_html('<span class="pill plain">{}{}</span>', _drawn("snooze"), moment(shown.snoozed_until))
    if shown.junk_reason:
        return format_html('<span class="pill plain">{}{}</span>', _drawn("ban"), _JUNK[JunkReason(shown.junk_reason)])
    if shown.status == Status.CLOSED:
        return format_html('<span class="pill plain">{}{}</span>', _drawn("check-circle"), _("Closed"))
    if shown.due_at:
        left = moments.left(shown.due_at)
        return format_html(
            '<time-left class="pill {}" datetime="{}" title="{}">{}<span>{}</span></time-left>',
            left.tone,
            shown.due_at.isoformat(),
            _("Due %(moment)s") % {"moment": moments.full(shown.due_at)},
            _drawn("clock"),
            left.text,
        )
    if shown.waiting_since:
        return format_html(
            '<span class="pill plain" title="{}">{}<waiting-time datetime="{}">{}</waiting-time></span>',
            _("Waiting for our answer"),
            _drawn("clock"),
            shown.waiting_since.isoformat(),
            moments.duration(clock.now() - shown.waiting_since),
        )
    if row.is_answered:
        return _waiting_for_them(get_language() or "")
    return NOTHING


@lru_cache(maxsize=8)
def _waiting_for_them(language: str) -> SafeString:
    said = (_("Waiting for the customer"), _drawn("history"), _("Waiting"))
    return format_html('<span class="pill plain" title="{}">{}{}</span>', *said)


def _owner(row: Row) -> SafeString:
    owner = row.conversation.assignee
    if owner is None or row.is_mine:
        return NOTHING
    return _avatar(owner.name)


@lru_cache(maxsize=500)
def _avatar(name: str) -> SafeString:
    return format_html(
        '<span class="avatar xs" style="--h:{}" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="sr">{}</span></span>',
        people.hue(name),
        name,
        people.initials(name)[:1],
        name,
    )
