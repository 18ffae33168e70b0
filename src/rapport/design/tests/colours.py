"""From OKLCH to WCAG contrast, by the formulas of Björn Ottosson's OKLab and WCAG 2.2."""

import math
import re

from rapport.design.tests.markup import CSS

Oklch = tuple[float, float, float]
COLOUR = r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)"


def tokens(theme: str) -> dict[str, Oklch]:
    text = (CSS / "tokens.css").read_text()
    pairs = re.findall(rf"(--[\w-]+):\s*light-dark\({COLOUR},\s*{COLOUR}\)", text)
    found = {name: _numbers(values[:3] if theme == "light" else values[3:]) for name, *values in pairs}
    return found | {name: _numbers(values) for name, *values in re.findall(rf"(--[\w-]+):\s*{COLOUR};", text)}


def contrast(one: Oklch, other: Oklch) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Oklch) -> float:
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    inside = [min(1.0, max(0.0, channel)) for channel in (red, green, blue)]
    return 0.2126 * inside[0] + 0.7152 * inside[1] + 0.0722 * inside[2]


def _numbers(values) -> Oklch:
    lightness, chroma, hue = (float(value) for value in values)
    return lightness, chroma, hue
