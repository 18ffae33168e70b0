"""How satisfied customers are, what goes with it, and what can be said of groups with few answers."""

from typing import TYPE_CHECKING, Any

from rapport.science.satisfaction.scores import (
    EFFORT,
    RATING,
    RECOMMENDATION,
    Missing,
    Scale,
    ces,
    csat,
    nps,
    satisfaction_index,
)

if TYPE_CHECKING:
    from rapport.science.satisfaction.drivers import SatisfactionDrivers
    from rapport.science.satisfaction.groups import by_group
    from rapport.science.satisfaction.shrinkage import shrunken_means, shrunken_shares
    from rapport.science.satisfaction.verdicts import Verdict

# Imported when they are first used: pages that only count answers need neither pandas nor scikit-learn in memory.
_LATER = {
    "SatisfactionDrivers": "drivers",
    "Verdict": "verdicts",
    "by_group": "groups",
    "shrunken_means": "shrinkage",
    "shrunken_shares": "shrinkage",
}

__all__ = [
    "EFFORT",
    "RATING",
    "RECOMMENDATION",
    "Missing",
    "SatisfactionDrivers",
    "Scale",
    "Verdict",
    "by_group",
    "ces",
    "csat",
    "nps",
    "satisfaction_index",
    "shrunken_means",
    "shrunken_shares",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
