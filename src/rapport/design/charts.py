"""The arithmetic behind the charts that are plain HTML: bars scaled to the largest, a line in a small box."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 100.0, 28.0, 4.0


def scaled(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each row with `share`, its value in per cent of the largest, and `text`, which is the value unless given."""
    listed = [dict(row) for row in rows]
    largest = max((float(row["value"] or 0) for row in listed), default=0.0)
    for row in listed:
        row["share"] = 100 * float(row["value"] or 0) / largest if largest > 0 else 0.0
        row.setdefault("text", row["value"])
    return listed


def spark_line(values: Sequence[float]) -> str:
    """An SVG path through the values, from left to right, the highest at the top."""
    points = list(values)
    if len(points) == 1:
        points *= 2
    low, high = min(points), max(points)
    room = SPARK_HEIGHT - 2 * SPARK_MARGIN
    step = SPARK_WIDTH / (len(points) - 1)

    def place(index: int, value: float) -> str:
        height = (high - value) / (high - low) * room if high > low else room / 2
        return f"{_short(index * step)} {_short(SPARK_MARGIN + height)}"

    return "M" + " L".join(place(index, value) for index, value in enumerate(points))


def until(stages: Iterable[str], current: str) -> Iterator[tuple[str, str]]:
    """Each stage with done, current or nothing, for a stepper."""
    listed = list(stages)
    reached = listed.index(current) if current in listed else -1
    for index, stage in enumerate(listed):
        yield stage, "done" if index < reached else "current" if index == reached else ""


def _short(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
