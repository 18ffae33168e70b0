"""How a quote looks on paper: one PDF, in English or Chinese, whatever script its lines are written in."""

import io
import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from rapport.kit.money import Money

LATIN, BOLD, HAN = "Helvetica", "Helvetica-Bold", "STSong-Light"
_INK, _SOFT, _RULE = HexColor("#1f1d1a"), HexColor("#6b6862"), HexColor("#dedbd5")
_MARGIN = 20 * mm
# What the library leaves free inside of every frame, in points.
_FRAME = 6
_WIDTH = A4[0] - 2 * _MARGIN
# What Helvetica cannot write is written in the font that holds Chinese, Greek and Cyrillic.
_OTHER = re.compile(r"[^\x00-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]+")
_STROKED = str.maketrans("ŁłĐđĦħŦŧı", "LlDdHhTti")


@dataclass(frozen=True)
class PaperLine:
    """`price` is of one; both sums are in minor units."""

    title: str
    quantity: Decimal
    price: int
    total: int


@dataclass(frozen=True)
class Paper:
    sender: str
    address: str
    recipient: tuple[str, ...]
    title: str
    number: str
    language: str
    issued_on: date
    valid_until: date
    currency: str
    lines: tuple[PaperLine, ...]
    tax_rate: Decimal
    net: int
    tax: int
    contact: tuple[str, str] | None
    small_print: str


def draw(paper: Paper) -> bytes:
    """The PDF. The same paper is the same bytes."""
    registerFont(UnicodeCIDFont(HAN))
    buffer = io.BytesIO()
    with translation.override(paper.language):
        heading = _("Quote %(number)s") % {"number": paper.number}
        document = SimpleDocTemplate(
            buffer,
            pagesize=A4,
            leftMargin=_MARGIN - _FRAME,
            rightMargin=_MARGIN - _FRAME,
            topMargin=18 * mm,
            bottomMargin=22 * mm,
            title=f"{heading}, {paper.title}",
            author=paper.sender,
            lang=paper.language,
            invariant=1,
        )
        parts = [_head(paper), Spacer(1, 12 * mm), _about(paper, heading), Spacer(1, 8 * mm), _lines(paper)]
        parts += [Spacer(1, 4 * mm), _sums(paper), Spacer(1, 10 * mm), *_end(paper)]
        foot = _foot(paper)
        document.build(parts, onFirstPage=foot, onLaterPages=foot)
    return buffer.getvalue()


def _head(paper: Paper) -> Table:
    sender = [_text(paper.sender, size=15, bold=True)]
    address = [_text(line, colour=_SOFT, align=TA_RIGHT) for line in paper.address.splitlines() if line.strip()]
    return _beside([sender, address], (0.55, 0.45))


def _about(paper: Paper, heading: str) -> Table:
    to = [_text(pgettext("quote", "For"), size=8, colour=_SOFT), *(_text(line) for line in paper.recipient)]
    facts = [
        _text(heading, size=13, bold=True),
        _text(paper.title),
        _text(_("Date: %(day)s") % {"day": date_format(paper.issued_on, "DATE_FORMAT")}, colour=_SOFT),
        _text(_("Valid until %(day)s") % {"day": date_format(paper.valid_until, "DATE_FORMAT")}, colour=_SOFT),
    ]
    return _beside([to if paper.recipient else [], facts], (0.5, 0.5))


def _lines(paper: Paper) -> Table:
    heads = (_("Item"), _("Quantity"), _("Price each"), _("Amount"))
    rows: list[list[Any]] = [
        [_text(head, size=8, colour=_SOFT, align=TA_RIGHT if number else 0) for number, head in enumerate(heads)]
    ]
    for line in paper.lines:
        figures = (_quantity(line.quantity), _money(line.price, paper), _money(line.total, paper))
        rows.append([_text(line.title), *(_text(figure, align=TA_RIGHT) for figure in figures)])
    table = Table(rows, colWidths=[_WIDTH * share for share in (0.49, 0.13, 0.19, 0.19)], repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK),
                ("LINEBELOW", (0, 1), (-1, -1), 0.4, _RULE),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
            ]
        )
    )
    return table


def _sums(paper: Paper) -> Table:
    tax = _("Tax %(rate)s%%") % {"rate": _quantity(paper.tax_rate)}
    rows = [(_("Net"), paper.net), (tax, paper.tax)] if paper.tax_rate else []
    cells = [[_text(name, colour=_SOFT), _text(_money(sum_, paper), align=TA_RIGHT)] for name, sum_ in rows]
    total = _text(_money(paper.net + paper.tax, paper), size=12, bold=True, align=TA_RIGHT)
    cells.append([_text(_("Total"), size=12, bold=True), total])
    table = Table(cells, colWidths=[_WIDTH * 0.22, _WIDTH * 0.24], hAlign="RIGHT")
    table.setStyle(
        TableStyle(
            [("RIGHTPADDING", (-1, 0), (-1, -1), 0), ("LINEABOVE", (0, -1), (-1, -1), 0.8, _INK)],
        )
    )
    return table


def _end(paper: Paper) -> list[Any]:
    parts: list[Any] = []
    if paper.contact:
        told = _("Questions? %(name)s answers at %(email)s.")
        parts.append(_text(told % {"name": paper.contact[0], "email": paper.contact[1]}))
    parts += [_text(line, size=8, colour=_SOFT) for line in paper.small_print.splitlines() if line.strip()]
    return parts


def _foot(paper: Paper) -> Any:
    def written(canvas: Canvas, document: SimpleDocTemplate) -> None:
        line = _("Quote %(number)s, page %(page)d") % {"number": paper.number, "page": document.page}
        foot = _text(line, size=8, colour=_SOFT, align=TA_RIGHT)
        foot.wrap(_WIDTH, 10 * mm)
        foot.drawOn(canvas, _MARGIN, 12 * mm)

    return written


def _beside(cells: Sequence[Any], shares: Sequence[float]) -> Table:
    table = Table([list(cells)], colWidths=[_WIDTH * share for share in shares])
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
    )
    return table


def _text(text: str, *, size: int = 10, bold: bool = False, colour: Color = _INK, align: int = 0) -> Paragraph:
    style = ParagraphStyle(
        "text",
        fontName=BOLD if bold else LATIN,
        fontSize=size,
        leading=size * 1.4,
        textColor=colour,
        alignment=align,
        wordWrap="CJK" if _OTHER.search(text) else None,
    )
    text = "".join(_writable(each) for each in text)
    marked = _OTHER.sub(lambda found: f'<font name="{HAN}">{found[0]}</font>', escape(text))
    return Paragraph(marked, style)


def _writable(character: str) -> str:
    """The character, or the nearest that one of the two fonts has: a name without its accents can still be read."""
    for charset in ("cp1252", "gbk"):
        with suppress(UnicodeEncodeError):
            character.encode(charset)
            return character
    plain = unicodedata.normalize("NFKD", character.translate(_STROKED))
    return "".join(each for each in plain if each.isascii()) or "?"


def _money(minor: int, paper: Paper) -> str:
    return str(Money(minor, paper.currency))


def _quantity(number: Decimal) -> str:
    plain = number.normalize()
    return number_format(plain, max(0, -int(plain.as_tuple().exponent)), use_l10n=True)
