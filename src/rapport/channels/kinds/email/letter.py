"""A letter of ours: its HTML as other mail programs know such a thing, and where in the mail its pictures travel.

multipart/mixed
    multipart/alternative
        text/plain
        multipart/related
            text/html
            image/png        Content-ID, shown in the text
    application/pdf          attached
"""

import re
from email.mime.base import MIMEBase
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, SafeMIMEMultipart

from rapport.channels.kinds.email.quoting import QUOTED

_WAITING = re.compile(r'(<img(?: [a-z-]+="[^"]*")*?) data-src="')
_CID = re.compile(r'<img[^>]* src="cid:([^"]+)"')
# By this class others' programs, and our own, know what is quoted and fold it.
_QUOTE = '<div class="gmail_quote gmail_quote_container">'
_QUOTATION = (
    '<blockquote class="gmail_quote" '
    'style="margin:0 0 0 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">'
)
_PAGE = (
    '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>'
    '<body><div dir="auto">{}</div></body></html>'
)


def as_sent(html: str) -> str:
    """A page out of the cleaned HTML of a message, its quotes marked, its remote pictures no longer held back."""
    html = _WAITING.sub(r'\1 src="', html)
    before, quote, rest = html.partition(f"<{QUOTED}>")
    if quote:
        rest = rest.replace("<blockquote>", _QUOTATION).replace(f"<{QUOTED}>", _QUOTE)
        html = f"{before}{_QUOTE}{rest}".replace(f"</{QUOTED}>", "</div>")
    return html if "<body" in html else _PAGE.format(html)


def shown_in(html: str) -> set[str]:
    """The Content-IDs of the pictures that the HTML shows."""
    return set(_CID.findall(html))


class Letter(EmailMultiAlternatives):
    """Django's own, with the pictures of the text beside the text. Providers find them among the attachments."""

    def _create_message(self, msg: Any) -> Any:
        everything = self.attachments
        shown = [part for part in everything if _is_shown(part)]
        whole = self._create_alternatives(msg)  # type: ignore[attr-defined]  # the stubs leave it out
        if shown:
            parts = whole.get_payload()
            parts[-1] = self._related([parts[-1], *shown])
        try:
            self.attachments = [part for part in everything if not _is_shown(part)]
            return self._create_attachments(whole)  # type: ignore[attr-defined]
        finally:
            self.attachments = everything

    def _related(self, parts: list[Any]) -> SafeMIMEMultipart:
        related = SafeMIMEMultipart(_subtype="related", encoding=self.encoding or settings.DEFAULT_CHARSET)
        for part in parts:
            related.attach(part)
        return related


def _is_shown(part: Any) -> bool:
    return isinstance(part, MIMEBase) and part.get_content_disposition() == "inline"
