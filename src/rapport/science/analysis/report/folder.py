"""The folder of a report, whole or not at all."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from rapport.science.analysis.analysis import Analysis
from rapport.science.analysis.errors import CannotWrite
from rapport.science.analysis.report.drawing import write_png
from rapport.science.analysis.report.front import content_of
from rapport.science.analysis.report.modelcards import model_cards
from rapport.science.analysis.report.page import page

MARK = "analysis.json"
_PARTS = frozenset({"index.html", "charts", "scored.csv", "model.joblib", MARK, "model-cards.md"})
# A spreadsheet would run a cell that begins so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check_place(place: Path, *, force: bool = False) -> None:
    """Raises CannotWrite when the folder holds anything but a former report, unless `force`."""
    if place.exists() and not place.is_dir():
        raise CannotWrite(f"{place} is a file. Name a folder with --out.")
    if not place.is_dir() or force:
        return
    found = {path.name for path in place.iterdir()}
    if found and (MARK not in found or found - _PARTS):
        raise CannotWrite(f"{place} holds other files. Name another folder with --out, or add --force.")


def write_report(
    analysis: Analysis, place: Path, *, force: bool = False, progress: Callable[[float, str], None] | None = None
) -> None:
    """Write the page, pictures, scores, model and model cards into `place`, replacing a former report.

    Raises CannotWrite when the folder may not be written or holds other files.
    """
    tell = progress or (lambda _done, _what: None)
    check_place(place, force=force)
    with _whole(place) as folder:
        tell(0.0, "saving scores")
        spreadsheet_safe(analysis.scored).to_csv(
            folder / "scored.csv", index=False, encoding="utf-8-sig", float_format="%.6g"
        )
        tell(0.4, "saving the model")
        analysis.scorer.save(folder / "model.joblib")
        (folder / "model-cards.md").write_text(model_cards(analysis), encoding="utf-8")
        (folder / MARK).write_text(json.dumps(analysis.to_dict(), ensure_ascii=False, indent=2), encoding="utf-8")
        tell(0.5, "drawing charts")
        content = content_of(analysis)
        (folder / "charts").mkdir()
        for number, chart in enumerate(content.charts):
            write_png(chart, folder / "charts")
            tell(0.5 + 0.25 * (number + 1) / len(content.charts), "drawing charts")
        tell(0.75, "writing the page")
        (folder / "index.html").write_text(page(content), encoding="utf-8")
        tell(1.0, "done")


def spreadsheet_safe(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before every text that a spreadsheet would take for a formula."""
    return pd.DataFrame({name: _safe(table[name]) for name in table.columns}).rename(columns=_safe_text)


def _safe(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values
    texts = values.astype(object)
    risky = texts.map(lambda cell: isinstance(cell, str) and cell.startswith(_FORMULA)).to_numpy(bool)
    return texts.where(~risky, texts.map(lambda cell: f"'{cell}"))


def _safe_text(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


@contextmanager
def _whole(place: Path) -> Iterator[Path]:
    """A folder that takes its place when all of it is written; nothing is left when that fails or is stopped."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    except OSError as error:
        raise CannotWrite(f"{place} cannot be written: {error.strerror}. Name another folder with --out.") from error
    try:
        yield folder
        folder.chmod(0o755)
        _replace(place, folder)
    except OSError as error:
        raise CannotWrite(f"{place} cannot be written: {error.strerror}. Name another folder with --out.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _replace(place: Path, folder: Path) -> None:
    if not place.exists():
        folder.rename(place)
        return
    # Only what belongs to a report is replaced; with --force other files stay.
    for name in _PARTS:
        old = place / name
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    for path in folder.iterdir():
        path.rename(place / path.name)
