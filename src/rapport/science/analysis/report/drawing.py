"""Charts as pictures: SVG in the page's own colours, PNG for documents."""

import json
import re
from pathlib import Path
from typing import Any

from rapport.science.analysis.report.blocks import Chart
from rapport.science.charts import painted
from rapport.science.charts.theme import FONT_OUTSIDE_A_PAGE

PICTURE = 720
_WIDE, _HALF, _NARROW = 1040, 500, 312


def widths(wide: bool) -> tuple[int, int]:
    """The widths in which a chart is drawn: for a window, and for a phone."""
    return (_WIDE if wide else _HALF, _NARROW)


def svg(chart: Chart, width: int, *, prefix: str) -> str:
    """The chart as SVG that takes its colours from the page."""
    import vl_convert

    spec = json.loads(json.dumps(chart.spec).replace("var(--font)", FONT_OUTSIDE_A_PAGE))
    drawn: str = vl_convert.vegalite_to_svg({**spec, "width": width})
    # Names inside must not meet those of other charts; a reader hears the sentence of the figure instead.
    drawn = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{prefix}-", drawn)
    drawn = re.sub(r' (role|aria-\w+|xmlns(:\w+)?)="[^"]*"', "", drawn)
    return drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def write_png(chart: Chart, folder: Path) -> None:
    """The chart on white paper, twice as sharp as a screen needs."""
    import vl_convert

    spec: dict[str, Any] = {**painted(chart.spec, "light"), "width": PICTURE, "background": "white", "padding": 16}
    (folder / f"{chart.key}.png").write_bytes(vl_convert.vegalite_to_png(spec, scale=2))
