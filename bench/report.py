"""The page `docs/reference/performance.md`."""

import json
import os
import platform
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measuring import Figure

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "performance.md"
KNOWN = Path(__file__).parent / "figures.json"
_HEAD = """# Performance

Measured by `make bench`, which writes this page: every figure comes from a run of the product through its real
interfaces, beside plain `sqlite3` doing the same work with the same durability (`synchronous=FULL`), or beside another
rival of the same kind where there is one. A miss is marked as a miss."""
_TABLE = ["| what | Rapport | beside it | ratio | goal | met |", "|---|---:|---:|---:|---:|---|"]
_FOOT = """Pages are whole pages over HTTP, signed in, one request after another. SMTP counts from the first connection
to the last acknowledgement, each given after the commit. Streams are read by one client process on the same cores.
Memory counts shared pages by share. Models run in a process each, beside the obvious pandas and scikit-learn way; their
memory is what comes on top of the table."""


def note(section: str, figures: list[Figure]) -> None:
    """Remember what was measured today in place of what was before."""
    known = _known()
    cores = len(os.sched_getaffinity(0))
    known[section] = {
        "when": f"{datetime.now(UTC):%Y-%m-%d}",
        "where": f"{cores} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{platform.system()}",
        "figures": [asdict(figure) for figure in figures],
    }
    KNOWN.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n")


def write(sections: Iterable[str]) -> str:
    """Write the page from what is known of these sections, in their order, and return it."""
    known = _known()
    parts = [_part(known[section]) for section in sections if section in known and known[section]["figures"]]
    text = "\n\n".join([_HEAD, *parts, _FOOT]) + "\n"
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text)
    return text


def _known() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(KNOWN.read_text()) if KNOWN.exists() else {}
    return known


def _part(measured: dict[str, Any]) -> str:
    rows = [_row(Figure(**figure)) for figure in measured["figures"]]
    said = f"Measured on {measured['when']}: {measured['where']}."
    return "\n".join([said, "", *_TABLE, *rows])


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
