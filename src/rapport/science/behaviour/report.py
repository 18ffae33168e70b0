"""What a comparison found: every candidate's metrics on customers it had not seen, each with a 95% interval."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from rapport.science.intervals import Estimate


class Metrics(Mapping[str, Estimate]):
    """One candidate's metrics by name, also as attributes: `metrics.roc_auc.value`."""

    def __init__(self, found: Mapping[str, Estimate]) -> None:
        self._found = dict(found)

    def __getitem__(self, name: str) -> Estimate:
        return self._found[name]

    def __getattr__(self, name: str) -> Estimate:
        if name.startswith("_") or name not in self._found:
            raise AttributeError(name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        return "\n".join(
            f"{name:18} {one.value:.4f}  ({one.lower:.4f} to {one.upper:.4f})" for name, one in self._found.items()
        )


class Report(Mapping[str, Metrics]):
    """Metrics by candidate, `baseline` among them.

    `report["logistic"]["roc_auc"].lower`; `report["roc_auc"]` and `report.roc_auc` are the chosen candidate's.
    """

    def __init__(self, candidates: Mapping[str, Mapping[str, Estimate]], chosen: str) -> None:
        self._candidates = {name: Metrics(found) for name, found in candidates.items()}
        self.chosen = chosen

    def __getitem__(self, name: str) -> Any:
        return self._candidates[name] if name in self._candidates else self._candidates[self.chosen][name]

    def __getattr__(self, name: str) -> Estimate:
        if name.startswith("_") or name == "chosen":
            raise AttributeError(name)
        found: Estimate = getattr(self._candidates[self.chosen], name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._candidates)

    def __len__(self) -> int:
        return len(self._candidates)

    def to_frame(self) -> pd.DataFrame:
        """One row a candidate and metric: candidate, chosen, metric, value, lower, upper, n."""
        return pd.DataFrame(
            [
                (name, name == self.chosen, metric, one.value, one.lower, one.upper, one.n)
                for name, metrics in self.items()
                for metric, one in metrics.items()
            ],
            columns=["candidate", "chosen", "metric", "value", "lower", "upper", "n"],
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            name: {
                metric: {"value": one.value, "lower": one.lower, "upper": one.upper} for metric, one in found.items()
            }
            for name, found in self.items()
        }

    def __repr__(self) -> str:
        table = self.to_frame().pivot(index="candidate", columns="metric", values="value")
        return f"chosen: {self.chosen}\n{table.loc[list(self)].round(4).to_string()}"
