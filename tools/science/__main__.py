"""Every figure of the literature beside ours, computed from real data: `make science`.

Data that packages bring is read from them; CDNOW and BANKING77 are read from the directory that `--datasets` names.
The exit code is 1 when a figure falls short or a data set is missing.
"""

import argparse
import importlib
import sys
import time
from pathlib import Path

from tools.science.figure import Figure

TOPICS = (
    "segmentation",
    "behaviour",
    "value",
    "satisfaction",
    "quality",
    "text",
    "forecast",
    "staffing",
    "assignment",
    "recommend",
    "experiment",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=f"all of {', '.join(TOPICS)} when none is named")
    parser.add_argument("--datasets", type=Path, default=Path("datasets"), help="where cdnow/ and banking77/ are")
    options = parser.parse_args()
    if unknown := [topic for topic in options.topics if topic not in TOPICS]:
        parser.error(f"unknown topics: {', '.join(unknown)}; known are {', '.join(TOPICS)}")
    short = 0
    for topic in options.topics or TOPICS:
        short += _topic(topic, options.datasets)
    print(f"\n{'Every figure is met.' if not short else f'{short} fall short.'}")
    return 1 if short else 0


def _topic(topic: str, datasets: Path) -> int:
    """Print the figures of one topic as they come; how many fall short."""
    print(f"\n{topic}")
    started = time.perf_counter()
    try:
        figures = importlib.import_module(f"tools.science.{topic}").figures(datasets)
    except FileNotFoundError as missing:
        print(f"  not measured: {missing.filename} is not there; name its directory with DATASETS=DIR")
        return 1
    for figure in figures:
        print(_line(figure), flush=True)
    print(f"  ({time.perf_counter() - started:.0f} s)", flush=True)
    return sum(not figure.met for figure in figures)


def _line(figure: Figure) -> str:
    sign = "at least" if figure.higher_is_better else "at most"
    mark = "met  " if figure.met else "SHORT"
    return f"  {mark} {figure.name:<84.84} {figure.ours:>12.5g} {sign:>8} {figure.target:>10.5g} {figure.unit}"


if __name__ == "__main__":
    sys.exit(main())
