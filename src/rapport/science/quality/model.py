"""What became of a conversation, foreseen from its words and its course: resolved or not, satisfied or not."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from rapport.science.behaviour.answers import read_answers
from rapport.science.behaviour.reading import read_column
from rapport.science.behaviour.roles import Role
from rapport.science.behaviour.vectors import Rows, Vector
from rapport.science.quality.conversation import as_conversations
from rapport.science.quality.facts import facts_of
from rapport.science.quality.nesting import NestedModel, Texts
from rapport.science.quality.reasons import ConversationReason, said_of
from rapport.science.quality.wording import Meaning, Scorer, Wording

TARGETS = ("resolved", "satisfied")


class ConversationQuality(ClassifierMixin, BaseEstimator):
    """Foresees whether a conversation was resolved, or left the customer satisfied.

    What was written becomes one number, the log-odds of yes from the words alone, learnt anew inside of every fold of
    the comparison so that no part of it saw an answer that it is tested on; it joins the facts of the course (who
    wrote how much, waits, how it ended, the automatic checks) in a BehaviourModel, whose report, baseline, calibration
    and threshold these are.

    Parameters: `target`, "resolved" or "satisfied"; `seed`; `encoder`, an object with `encode(texts) -> n x d` whose
    vectors join the words; `threshold` and `candidates` as in BehaviourModel; `positive`, the answer that is foreseen.

    Learned: `classes_`, `positive_`, `report_`, `chosen_`, `threshold_`, `importance_`, `notes_`, `model_`.
    """

    def __init__(
        self,
        target: str = "resolved",
        seed: int = 0,
        *,
        encoder: Any = None,
        threshold: Any = None,
        candidates: Sequence[str] | None = None,
        positive: Any = None,
    ) -> None:
        self.target = target
        self.seed = seed
        self.encoder = encoder
        self.threshold = threshold
        self.candidates = candidates
        self.positive = positive

    def fit(self, conversations: Iterable[Any], y: Any, *, groups: Any = None, time: Any = None) -> Self:
        """Learn from conversations (Conversation objects or sequences of turns) and one yes/no answer each.

        With `groups` (such as customers) those of one group are tested together; with `time` later conversations are
        foreseen from earlier ones. Conversations without an answer are left out. Raises CannotLearn, in one sentence,
        when there are no two answers to tell apart.
        """
        if self.target not in TARGETS:
            raise ValueError(f'The target is "resolved" or "satisfied", not {self.target!r}.')
        if groups is not None and time is not None:
            raise ValueError("Split by time or by group, not by both.")
        every = as_conversations(conversations)
        answers = read_answers(np.asarray(y, dtype=object).ravel(), rows=len(every), positive=self.positive)
        rows = np.flatnonzero(answers.known)
        known = [every[row] for row in rows]
        codes, moments = _chosen(groups, rows, len(every)), _moments(time, rows, len(every))
        texts = Texts(self._makers(), known, answers.yes, self.seed, codes, moments)
        table = facts_of(known, self.encoder).assign(**texts.everything())
        no, yes = answers.classes
        said = pd.Series(np.where(answers.yes == 1, yes, no), name=self.target)
        self.model_ = NestedModel(
            self.seed,
            threshold=self.threshold,
            candidates=self.candidates,
            positive=yes,
            roles={name: "number" for name in table.columns if name != "last_word"},
            # These are the conversation itself; having been opened again may be how the answer was defined.
            keep=[name for name in table.columns if name != "reopened"],
            max_rows=max(1, len(known)),
        )
        self.model_.texts = texts
        self.model_.fit(_varied(table), said, groups=codes, time=moments)
        self.model_.texts = None  # conversations are not kept with what was learnt from them
        self._scorers = texts.learnt
        self._describe()
        return self

    def predict_proba(self, conversations: Iterable[Any]) -> NDArray[np.float64]:
        """n x 2, the chances of `classes_` in their order."""
        check_is_fitted(self, "model_")
        return self.model_.predict_proba(self._new_table(conversations))

    def chance(self, conversations: Iterable[Any]) -> Vector:
        """P(`positive_`) of each conversation, from 0 to 1."""
        check_is_fitted(self, "model_")
        return self.model_.chance(self._new_table(conversations))

    def predict(self, conversations: Iterable[Any]) -> NDArray[Any]:
        """The answer of each conversation: `positive_` where the chance reaches `threshold_`."""
        check_is_fitted(self, "model_")
        return self.model_.predict(self._new_table(conversations))

    def reasons(self, conversations: Iterable[Any], n: int = 3) -> list[list[ConversationReason]]:
        """For each conversation up to `n` reasons, the greatest effect first, each in two sentences."""
        check_is_fitted(self, "model_")
        known = as_conversations(conversations)
        found = self.model_.reasons(self._new_table(known), n)
        wording = cast(Wording, self._scorers["wording"])
        return [
            [said_of(reason, self.target, talk, wording) for reason in reasons]
            for talk, reasons in zip(known, found, strict=True)
        ]

    def _makers(self) -> dict[str, Callable[[], Scorer]]:
        makers: dict[str, Callable[[], Scorer]] = {"wording": lambda: Wording(self.seed)}
        if self.encoder is not None:
            makers["meaning"] = lambda: Meaning(self.encoder, self.seed)
        return makers

    def _new_table(self, conversations: Iterable[Any]) -> pd.DataFrame:
        known = as_conversations(conversations)
        if not known:
            return pd.DataFrame({name: [] for name in self.model_.feature_names_in_})
        scores = {name: scorer.score(scorer.read(known)) for name, scorer in self._scorers.items()}
        return facts_of(known, self.encoder).assign(**scores)

    def _describe(self) -> None:
        model = self.model_
        self.classes_, self.positive_ = model.classes_, model.positive_
        self.report_, self.chosen_, self.threshold_ = model.report_, model.chosen_, model.threshold_
        self.importance_, self.notes_ = model.importance_, [*model.notes_]


def _varied(table: pd.DataFrame) -> pd.DataFrame:
    """Only columns that differ among conversations tell anything."""
    return table.loc[:, [table[name].nunique(dropna=False) > 1 for name in table.columns]]


def _chosen(groups: Any, rows: Rows, total: int) -> Rows | None:
    if groups is None:
        return None
    values = pd.Series(np.asarray(groups, dtype=object).ravel())
    if len(values) != total:
        raise ValueError(f"groups has {len(values)} entries for {total} conversations.")
    return np.asarray(pd.factorize(values.iloc[rows].where(values.iloc[rows].notna(), "(none)"))[0], dtype=np.intp)


def _moments(time: Any, rows: Rows, total: int) -> Vector | None:
    if time is None:
        return None
    values = pd.Series(np.asarray(time).ravel()) if not isinstance(time, pd.Series) else time.reset_index(drop=True)
    if len(values) != total:
        raise ValueError(f"time has {len(values)} entries for {total} conversations.")
    numeric = pd.api.types.is_numeric_dtype(values.dtype)
    moments = read_column(values.iloc[rows], Role.NUMBER if numeric else Role.DATE).to_numpy(float)
    if not np.isfinite(moments).all():
        raise ValueError("Every conversation needs a time when the test is by time; some have none.")
    return np.asarray(moments)
