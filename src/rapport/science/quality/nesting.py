"""Scores of texts beside other facts, without a look at any answer that they are tested on.

A score learnt from answers is worth more on the conversations it was learnt from than on others. So the model that
joins it with other facts is given scores of conversations that the text model had not seen, and the whole is tested on
conversations of which neither saw an answer: crossing inside of the learning part of every fold. Crossing once over
all would let answers of the test into the scores that are learnt from; on answers drawn at random that was seen to
raise the area under the curve by 0.04 and to choose a model over the baseline too often.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rapport.science.behaviour import BehaviourModel
from rapport.science.behaviour.comparing import Progress, Recipe, Trial
from rapport.science.behaviour.preparing import Prepared
from rapport.science.behaviour.splitting import outer_folds
from rapport.science.behaviour.vectors import Folds, Rows, Vector
from rapport.science.quality.conversation import Conversation
from rapport.science.quality.wording import Scorer

_CROSSED = 4


@dataclass
class Texts:
    """What was said in conversations, read once, with their answers; `learnt` are the scorers that saw them all."""

    makers: dict[str, Callable[[], Scorer]]
    conversations: Sequence[Conversation]
    yes: Vector
    seed: int
    groups: Rows | None = None
    moments: Vector | None = None
    learnt: dict[str, Scorer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.said = {name: make().read(self.conversations) for name, make in self.makers.items()}

    def everything(self) -> dict[str, Vector]:
        """Scores of all conversations, each by a scorer that did not see it; keeps those that saw all."""
        rows = np.arange(len(self.yes))
        found = {}
        for name in self.makers:
            self.learnt[name], found[name] = self._scored(name, rows, rows[:0])
        return found

    def apart(self, learn: Rows, check: Rows) -> dict[str, Vector]:
        """Scores for one fold, from the answers of `learn` alone; 0 for rows in neither part."""
        return {name: self._scored(name, learn, check)[1] for name in self.makers}

    def _scored(self, name: str, learn: Rows, check: Rows) -> tuple[Scorer, Vector]:
        said, yes = self.said[name], self.yes
        whole = self.makers[name]().fit(said[learn], yes[learn])
        scores = np.zeros(len(yes))
        scores[check] = whole.score(said[check])
        scores[learn] = self._crossed(name, said[learn], learn, whole.strength)
        return whole, scores

    def _crossed(self, name: str, said: NDArray[Any], rows: Rows, strength: float | None) -> Vector:
        """Scores of these rows, each by a scorer that learnt from other ones of them."""
        scores = np.full(len(rows), np.nan)
        self._fill(name, said, rows, strength, scores, self._folds(rows, self.groups, self.moments))
        # In time nothing comes before the earliest: they are crossed among themselves.
        rest = np.flatnonzero(np.isnan(scores))
        inner = self._folds(rows[rest], self.groups, None)
        self._fill(name, said, rows, strength, scores, [(rest[learn], rest[check]) for learn, check in inner])
        return np.asarray(np.nan_to_num(scores))

    def _fill(
        self, name: str, said: NDArray[Any], rows: Rows, strength: float | None, scores: Vector, folds: Folds
    ) -> None:
        for learn, check in folds:
            scorer = self.makers[name]()
            scorer.strength = strength
            scores[check] = scorer.fit(said[learn], self.yes[rows[learn]]).score(said[check])

    def _folds(self, rows: Rows, groups: Rows | None, moments: Vector | None) -> Folds:
        yes = self.yes[rows]
        of_rows = None if groups is None else groups[rows]
        sides = [
            len(rows[yes == answer] if of_rows is None else np.unique(of_rows[yes == answer])) for answer in (0, 1)
        ]
        if min(sides) < 2:
            return []
        when = None if moments is None else moments[rows]
        return outer_folds(yes, folds=_CROSSED, seed=self.seed + 1, groups=of_rows, moments=when)


@dataclass(frozen=True)
class NestedRecipe(Recipe):
    """The recipe of a comparison whose columns of scores are made anew for every fold."""

    texts: Texts | None = None

    def compare(self, table: pd.DataFrame, yes: Vector, folds: Folds, progress: Progress) -> list[Trial]:
        parts = []
        for number, fold in enumerate(folds):
            progress(number / (len(folds) + 1), f"comparing candidates, part {number + 1} of {len(folds)}")
            scores = self.texts.apart(*fold) if self.texts is not None else {}
            own = table.assign(**{name: score for name, score in scores.items() if name in table.columns})
            parts.append(Recipe.compare(self, own, yes, [fold], _silent))
        return [_together(trials) for trials in zip(*parts, strict=True)]


class NestedModel(BehaviourModel):
    """A BehaviourModel over facts and scores of `texts`, compared by a NestedRecipe."""

    texts: Texts | None = None

    def _recipe(self, prepared: Prepared) -> Recipe:
        plain = super()._recipe(prepared)
        return NestedRecipe(
            plain.columns, plain.names, plain.decide, plain.seed, plain.groups, plain.moments, texts=self.texts
        )


def _together(trials: Sequence[Trial]) -> Trial:
    """The trials of one candidate on single folds as one."""
    return replace(
        trials[0],
        yes=np.concatenate([one.yes for one in trials]),
        rows=np.concatenate([one.rows for one in trials]),
        probability=np.concatenate([one.probability for one in trials]),
        flagged=np.concatenate([one.flagged for one in trials]),
    )


def _silent(done: float, what: str) -> None:
    """The comparison above tells how far it is."""
