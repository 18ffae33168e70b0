"""A reusable model of a table: what was learnt, ready for customers of a later export."""

import hashlib
import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from rapport.science.analysis.customers import FACTS, Customers, gather
from rapport.science.analysis.errors import CannotAnalyse
from rapport.science.analysis.groups import Segments, labels_of, name_of
from rapport.science.analysis.parts import Part
from rapport.science.analysis.reading import Recipe
from rapport.science.analysis.subscription import SubscriptionValue
from rapport.science.analysis.worth import Purchasing, value_of
from rapport.science.behaviour import BehaviourModel
from rapport.science.segmentation import RFM, Segmentation

REASONS = 3
_BLOCK = 100_000
_PACKAGES = ("rapport", "numpy", "pandas", "scipy", "scikit-learn")


def versions() -> dict[str, str]:
    """What the numbers were made with."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


@dataclass
class Scorer:
    """Scores customers by the models of an analysis; `versions` says what it was made with.

    >>> load("report/model.joblib").score(frame)  # doctest: +SKIP
    """

    recipes: dict[str, Recipe]
    parts: dict[str, Part]
    from_purchases: bool
    behaviour: BehaviourModel | None = None
    segmentation: Segmentation | None = None
    segment_columns: list[str] = field(default_factory=list)
    rfm: RFM | None = None
    worth: Purchasing | SubscriptionValue | None = None
    versions: dict[str, str] = field(default_factory=versions)

    def score(self, frame: pd.DataFrame, *, reasons: int = REASONS) -> pd.DataFrame:
        """One row a customer: who, `chance`, `flagged`, `reason_1` and so on, `segment`, `group`, `value`.

        `frame` has the columns of the table that was analysed, as text or already as numbers and dates; the target
        may be missing. Raises CannotAnalyse when another column is.
        """
        needed = [name for name, part in self.parts.items() if part not in (Part.TARGET, Part.IGNORE)]
        if absent := [name for name in needed if name not in frame.columns]:
            raise CannotAnalyse(f"These columns were learnt from and are not in this table: {', '.join(absent)}.")
        table = frame.reset_index(drop=True)
        clean = pd.DataFrame({n: self.recipes[n].apply(table[n]) for n in self.parts if n in table.columns})
        parts = {name: self.parts[name] for name in clean.columns}
        return self.of(gather(clean, parts, transactional=self.from_purchases), reasons=reasons)

    def of(self, customers: Customers, *, reasons: int = REASONS) -> pd.DataFrame:
        """The same for customers that were gathered already."""
        out = pd.DataFrame({str(customers.names.name): customers.names.to_numpy()})
        if self.behaviour is not None:
            table = customers.table[[name for name in customers.features if name in customers.table]]
            out["chance"] = self.behaviour.chance(table)
            out["flagged"] = out["chance"] >= self.behaviour.threshold_
            if reasons and self.behaviour.chosen_ != "baseline":
                _tell(out, self.behaviour, table, reasons)
        if self.segmentation is not None:
            labels = labels_of(self.segmentation, customers.table[self.segment_columns])
            out["segment"] = np.array([name_of(number) for number in range(self.segmentation.k_)], dtype=object)[labels]
        if self.rfm is not None:
            out["group"] = self.rfm.score(*(customers.table[name] for name in FACTS))["group"].to_numpy()
        if self.worth is not None:
            for name, values in value_of(self.worth, customers).items():
                out[str(name)] = values.to_numpy()
        return out

    def save(self, path: Path) -> None:
        """Write it as a file."""
        joblib.dump(self, path, compress=3)


def load(path: str | Path) -> Scorer:
    """A model that an analysis wrote. Only load files that you trust: such a file can run code."""
    found: Any = joblib.load(path)
    if not isinstance(found, Scorer):
        raise CannotAnalyse(f"{path} is no model of an analysis.")
    return found


def scorer_of(
    recipes: dict[str, Recipe],
    parts: dict[str, Part],
    customers: Customers,
    behaviour: BehaviourModel | None,
    segments: Segments | None,
    worth: Purchasing | SubscriptionValue | None,
) -> Scorer:
    """The scorer of an analysis, without what it does not need to remember."""
    if behaviour is not None:
        behaviour.progress = None
    return Scorer(
        {name: recipes[name] for name in parts}, dict(parts), customers.from_purchases, behaviour,
        segments.model if segments else None, segments.columns if segments else [], segments.rfm if segments else None,
        worth,
    )  # fmt: skip


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file, to tell that it is still the same."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _tell(out: pd.DataFrame, behaviour: BehaviourModel, table: pd.DataFrame, most: int) -> None:
    """Add the reasons, each sentence kept once: a million customers share some thousands of them."""
    said: dict[str, str] = {"": ""}
    columns: list[list[str]] = [[] for _ in range(most)]
    for start in range(0, len(table), _BLOCK):
        for told in behaviour.reasons(table.iloc[start : start + _BLOCK], n=most):
            for number, column in enumerate(columns):
                text = str(told[number]) if len(told) > number else ""
                column.append(said.setdefault(text, text))
    for number, column in enumerate(columns, 1):
        out[f"reason_{number}"] = np.array(column, dtype=object)
