"""How every data chart looks: one theme for pages, notebooks and exported reports.

A chart is a Vega-Lite specification as a plain dict, built by Altair. Its colours and font are written as the design
tokens they come from, such as `var(--chart-1)`: a page resolves them in the reader's theme, and
`painted(spec, "dark")` replaces them for a notebook, a PNG or an SVG.
"""

import math
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import altair

Spec = dict[str, Any]
Appearance = Literal["light", "dark"]

TOKENS = Path(__file__).resolve().parents[2] / "design" / "static" / "design" / "css" / "tokens.css"
# In pixels, with the axis; `.vega-plot` reserves as much.
HEIGHT = 200
FONT_OUTSIDE_A_PAGE = "Inter, system-ui, Noto Sans, Noto Sans CJK SC, sans-serif"

_TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((oklch\([^)]*\)),\s*(oklch\([^)]*\))\)")
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")


def theme() -> Spec:
    """The Vega-Lite `config` of the house: horizontal grid only, no box, no ticks, 11 px labels."""
    text = {"font": "var(--font)", "fontSize": 11, "color": "var(--text-3)"}
    return {
        "background": None,
        "font": "var(--font)",
        "padding": {"left": 0, "right": 0, "top": 6, "bottom": 2},
        "view": {"stroke": None},
        "axis": {
            "labelFont": "var(--font)",
            "labelFontSize": 11,
            "labelColor": "var(--text-3)",
            "labelPadding": 8,
            "title": None,
            "ticks": False,
            "domain": False,
        },
        "axisX": {"grid": False, "domain": True, "domainColor": "var(--border-strong)", "labelFlush": False},
        "axisY": {"grid": True, "gridColor": "var(--chart-grid)"},
        "line": {"strokeWidth": 2, "strokeJoin": "round", "strokeCap": "round", "color": "var(--chart-1)"},
        "text": text,
        "range": {"category": [f"var(--chart-{n})" for n in range(1, 6)]},
    }


def painted(spec: Spec, appearance: Appearance) -> Spec:
    """The same chart with every token replaced by its sRGB colour, to be drawn outside a page."""
    colours = tokens(appearance) | {"font": FONT_OUTSIDE_A_PAGE}

    def paint(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: paint(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [paint(inner) for inner in value]
        return _VARIABLE.sub(lambda match: colours[match[1]], value) if isinstance(value, str) else value

    result: Spec = paint(spec)
    return result


@cache
def tokens(appearance: Appearance) -> dict[str, str]:
    """Every colour of the design tokens by its name, as `#rrggbb`."""
    side = 2 if appearance == "light" else 3
    return {match[1]: srgb(match[side]) for match in _TOKEN.finditer(TOKENS.read_text(encoding="utf-8"))}


def srgb(colour: str) -> str:
    """`oklch(L C H)` as `#rrggbb`, clipped to what a screen can show; transparency is left out.

    Source: B. Ottosson (2020), A perceptual color space for image processing.
    """
    lightness, chroma, hue = (float(number) for number in re.findall(r"[\d.]+", colour)[:3])
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(min(1.0, max(0.0, channel)))):02x}" for channel in linear)


def _gamma(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def themed(chart: "altair.TopLevelMixin") -> Spec:
    """The chart as a dict under the theme of the house, whatever theme a notebook has enabled."""
    import altair as alt

    with alt.theme.enable("none"):
        spec: Spec = chart.to_dict()
    return {**spec, "config": theme(), "autosize": {"type": "fit", "contains": "padding"}}
