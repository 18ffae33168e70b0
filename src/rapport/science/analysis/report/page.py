"""The page: one file that asks nothing of the network."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from rapport.science.analysis.report.blocks import Chart, Content
from rapport.science.analysis.report.drawing import svg, widths
from rapport.science.charts.theme import TOKENS
from rapport.science.language import _, spoken

_HERE = Path(__file__).resolve().parent
_SHEETS = ("tokens", "base", "components/card", "components/stat", "components/table")
_CODES = {"en": "en", "zh_Hans": "zh-Hans"}


def page(content: Content) -> str:
    """The report as HTML."""
    template = _environment().from_string((_HERE / "report.jinja").read_text(encoding="utf-8"))
    return template.render(
        content=content,
        language=_CODES[spoken()],
        style=Markup(_style()),  # noqa: S704 - our own files
        drawn=_drawn,
        words={
            "contents": _("Contents"),
            "skip": _("Skip to the report"),
            "report": _("Report"),
            "as_of": content.about,
        },
    )


@cache
def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _style() -> str:
    sheets = [(TOKENS.parent / f"{name}.css").read_text(encoding="utf-8") for name in _SHEETS]
    return "\n".join([*sheets, (_HERE / "report.css").read_text(encoding="utf-8")]).replace("</", "<\\/")


def _drawn(chart: Chart, wide: bool) -> Markup:
    """The chart for a window and for a phone; the style sheet shows the one that fits."""
    window, phone = widths(wide)
    # Made by our own charts, whose texts Vega has escaped.
    return Markup(  # noqa: S704
        f'<div class="in-window">{svg(chart, window, prefix=f"{chart.key}-w")}</div>'
        f'<div class="on-phone">{svg(chart, phone, prefix=f"{chart.key}-n")}</div>'
    )
