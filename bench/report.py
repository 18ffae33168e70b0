"""The page `docs/reference/performance.md`."""

import os
import platform
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from bench.measuring import Figure

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "performance.md"


def write(figures: list[Figure]) -> str:
    """Write the page and return it."""
    cores = len(os.sched_getaffinity(0))
    text = "\n".join(
        [
            "# Performance",
            "",
            "Measured by `make bench`, which writes this page: every figure comes from one run of the product through",
            "its real interfaces, beside plain `sqlite3` doing the same work with the same durability",
            "(`synchronous=FULL`), or beside another rival of the same kind where there is one. A miss is marked as a",
            "miss.",
            "",
            f"* when: {datetime.now(UTC):%Y-%m-%d}",
            f"* where: {cores} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
            f"{platform.system()}",
            "",
            "| what | Rapport | beside it | ratio | goal | met |",
            "|---|---:|---:|---:|---:|---|",
            *(_row(figure) for figure in figures),
            "",
            "Pages are whole pages over HTTP, signed in, one request after another. SMTP counts from the first",
            "connection to the last acknowledgement, each given after the commit. Streams are read by one client",
            "process on the same cores. Memory counts shared pages by share. Models run in a process each, beside the",
            "obvious pandas and scikit-learn way; their memory is what comes on top of the table.",
            "",
        ]
    )
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text)
    return text


def _row(figure: Figure) -> str:
    rival = f"{_number(figure.rival)} {figure.unit} ({figure.rival_name})" if figure.rival else ""
    ratio = f"{figure.ratio:.2f}" if figure.ratio else ""
    sign = "at least" if figure.higher_is_better else "at most"
    goal = f"{sign} {_number(figure.goal)}" if figure.goal is not None else ""
    met = "" if figure.met is None else "yes" if figure.met else "**no**"
    return f"| {figure.name} | {_number(figure.ours)} {figure.unit} | {rival} | {ratio} | {goal} | {met} |"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
