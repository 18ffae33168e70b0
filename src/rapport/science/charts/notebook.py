"""Charts in a notebook: drawn live where the notebook can, as a picture everywhere else."""

from dataclasses import dataclass
from typing import Any

from rapport.science.charts.theme import FONT_OUTSIDE_A_PAGE, HEIGHT, Appearance, Spec, painted

VEGA_LITE = "application/vnd.vegalite.v6+json"
PICTURE = "image/png"
# Pixels of the picture for one of the chart: sharp on a fine screen, small in a file.
_SHARP = 2
_PADDING, _TITLE = 12, 28


@dataclass(frozen=True, repr=False)
class Drawn:
    """A chart as the value of a notebook's cell: Vega-Lite, and a PNG for those that only show pictures.

    `spec` is ready to be drawn, `title` what the picture says to whom it is read aloud.
    """

    spec: Spec
    title: str

    def __repr__(self) -> str:
        return f"Chart: {self.title}" if self.title else "Chart"

    def png(self) -> bytes:
        """The picture, twice as many pixels wide as the chart."""
        import vl_convert

        return bytes(vl_convert.vegalite_to_png(self.spec, scale=_SHARP))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """What Jupyter asks a value for: each form by its type, and what to know of it."""
        picture = self.png()
        width, height = (int.from_bytes(picture[at : at + 4], "big") // _SHARP for at in (16, 20))
        forms = {VEGA_LITE: self.spec, PICTURE: picture, "text/plain": repr(self)}
        return forms, {PICTURE: {"width": width, "height": height, "alt": repr(self)}}


def show(spec: Spec, title: str = "", *, width: int = 640, appearance: Appearance = "light") -> Drawn:
    """A chart of `rapport.science.charts` as the last value of a cell, `width` pixels wide under its title.

    The colours are those of `appearance`, its background included, so that it is legible in a notebook of any theme.
    Raises ValueError for a chart without a width above 0.
    """
    if width <= 0:
        raise ValueError("A chart is more than 0 pixels wide.")
    named = {"description": title, "title": _heading(spec, title)} if title else {}
    # A chart fits into its height with its title and padding: these must not be taken from what is drawn.
    height = spec.get("height", HEIGHT) + 2 * _PADDING + (_TITLE if title else 0)
    around = {"width": width, "height": height, "background": "var(--surface)", "padding": _PADDING}
    return Drawn(painted({**spec, **named, **around}, appearance), title)


def _heading(spec: Spec, title: str) -> dict[str, Any]:
    """The title over the chart; what the chart itself says there, such as the name of an axis, goes below it."""
    said = spec.get("title")
    below = said.get("text") if isinstance(said, dict) else said
    style = {"anchor": "start", "frame": "bounds", "offset": 12, "color": "var(--text)", "font": FONT_OUTSIDE_A_PAGE}
    under = {"subtitle": below, "subtitleColor": "var(--text-3)", "subtitleFontSize": 11, "subtitlePadding": 6}
    return {"text": title, "fontSize": 13, "fontWeight": 600, **style} | (under if below else {})
