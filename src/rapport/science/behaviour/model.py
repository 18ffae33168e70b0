"""One harness for every yes/no question about customers: churn, purchase, complaint, upgrade."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from rapport.science.behaviour.calibration import reliability
from rapport.science.behaviour.card import ModelCard, card_of
from rapport.science.behaviour.comparing import BASELINE, NAMES, Learnt, Progress, Recipe, Trial, choose, threads
from rapport.science.behaviour.deciding import Costs, RetentionOffer, best_f1, most_profitable
from rapport.science.behaviour.encoding import Encoded
from rapport.science.behaviour.explaining import Explanation, explain
from rapport.science.behaviour.metrics import Predictions, measure
from rapport.science.behaviour.preparing import Prepared, prepare
from rapport.science.behaviour.reading import read_table
from rapport.science.behaviour.reasons import Reason, reasons_of
from rapport.science.behaviour.report import Metrics, Report
from rapport.science.behaviour.roles import as_table, readable
from rapport.science.behaviour.splitting import outer_folds
from rapport.science.behaviour.vectors import Folds, Vector
from rapport.science.language import _

ENOUGH_ROWS, ENOUGH_OF_EACH = 50, 10
_ROWS_FOR_ALL, _OF_EACH_FOR_ALL = 200, 30
_FOR_FEW = NAMES[:3]
_BLOCK = 10_000  # customers scored at a time: their numbers stay in the processor's cache
_EXPLAINED = 50_000  # customers explained at a time: the more, the more of them are alike
_BACKGROUND = 200
_MANY = 20_000

Threshold = Literal["f1", "cost", "profit"] | float | None


class BehaviourModel(ClassifierMixin, BaseEstimator):
    """Foresees one yes/no answer of customers, with honest metrics, reasons and a model card.

    `fit` guesses what the columns hold, leaves out those that give the answer away, runs every candidate on the same
    held-out folds (settings, calibration and threshold are chosen inside each learning part, so no number rests on
    customers that it was chosen on), and keeps the one with the least log loss; the baseline stays when none is
    surely better. Many rows are sampled down to `max_rows`, and it says so.

    Parameters: `seed`; `threshold`, from which chance on a customer is flagged: "f1" (balance of precision and
    recall), "cost" (with `costs`), "profit" (with `offer`) or a number, by default whichever of costs and offer is
    given, else "f1"; `folds`; `candidates`, names out of NAMES; `roles`, overriding guesses by column; `keep`,
    columns the leakage guard must not touch; `drop`, columns to leave out; `positive`, the answer that is foreseen
    (else yes, true, 1 or the rarer one); `progress`, called with the share done and what is being done.

    Learned: `classes_` (sorted), `positive_`, `report_`, `chosen_`, `enough_` (False when only a baseline can be
    said), `columns_`, `left_out_` (column to reason), `notes_`, `threshold_`, `calibration_`, `reliability_`,
    `held_out_` (`yes` and `chance` of customers, from whom the chosen candidate had not learnt when it said so),
    `importance_` (mean size of each column's effects), `prior_`, `split_`, `n_rows_`, `feature_names_in_`,
    `n_features_in_`.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        threshold: Threshold = None,
        costs: Costs | None = None,
        offer: RetentionOffer | None = None,
        folds: int = 5,
        candidates: Sequence[str] | None = None,
        roles: Mapping[str, str] | None = None,
        keep: Sequence[str] = (),
        drop: Sequence[str] = (),
        positive: Any = None,
        max_rows: int = 100_000,
        progress: Progress | None = None,
    ) -> None:
        self.seed = seed
        self.threshold = threshold
        self.costs = costs
        self.offer = offer
        self.folds = folds
        self.candidates = candidates
        self.roles = roles
        self.keep = keep
        self.drop = drop
        self.positive = positive
        self.max_rows = max_rows
        self.progress = progress

    def fit(self, X: Any, y: Any, *, groups: Any = None, time: Any = None) -> Self:
        """Learn from one row a customer (`X`, n x columns) and their answers (`y`, n, or the name of a column of X).

        With `groups` (an array or column name) rows of one group are tested together; with `time` later customers
        are foreseen from earlier ones. Raises CannotLearn, in one sentence, when there are no two answers to tell
        apart; with too few customers it keeps the baseline and says what is missing in `notes_`.
        """
        self._check_parameters()
        prepared = prepare(
            X, y, positive=self.positive, roles=self.roles, keep=self.keep, drop=self.drop, groups=groups, time=time,
            max_rows=self.max_rows, seed=self.seed,
        )  # fmt: skip
        self._describe(prepared)
        self._compare(prepared)
        self._settle(prepared)
        self._progress(1.0, "done")
        return self

    def chance(self, X: Any) -> Vector:
        """P(`positive_`) of each customer, from 0 to 1."""
        table = self._clean(X)
        with threads(_BLOCK):
            parts = [
                self._learnt.probability(self._encoded(table.iloc[start : start + _BLOCK]))
                for start in range(0, len(table), _BLOCK)
            ]
        return np.concatenate([np.empty(0), *parts])

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """n x 2, the chances of `classes_` in their order."""
        chance = self.chance(X)
        both = [1 - chance, chance] if self._positive_is_last else [chance, 1 - chance]
        return np.column_stack(both)

    def predict(self, X: Any) -> NDArray[Any]:
        """The answer of each customer: `positive_` where the chance reaches `threshold_`."""
        flagged = self.chance(X) >= self.threshold_
        return np.asarray(self.classes_)[np.where(flagged == self._positive_is_last, 1, 0)]

    def reasons(self, X: Any, n: int = 3) -> list[list[Reason]]:
        """For each customer up to `n` sentences, the greatest effect first; empty where the baseline speaks.

        Exact for linear and tree models and their blend (`explain` says how), sampled for a perceptron.
        """
        table = self._clean(X)
        found: list[list[Reason]] = []
        for start in range(0, len(table), _EXPLAINED):
            part = table.iloc[start : start + _EXPLAINED]
            found += reasons_of(part, self._explain(part), self._learnt, self._encoder, self.target_words_, n)
        return found

    def explain(self, X: Any) -> Explanation:
        """The effect of every column on every customer: `base` + `effects` (n x used columns) add up to the score."""
        return self._explain(self._clean(X))

    def contributions(self, X: Any) -> pd.DataFrame:
        """The same effects as a table, one column a used column, and the `base`."""
        found = self.explain(X)
        table = pd.DataFrame(found.effects, columns=[column.name for column in self._encoder.columns])
        return table.assign(base=found.base)

    def evaluate(self, X: Any, y: Any) -> Metrics:
        """The metrics on customers whose answers came later, each with its interval."""
        answers = pd.Series(np.asarray(y).ravel())
        yes = (answers == self.positive_).to_numpy(float)
        if not 0 < yes.sum() < len(yes):
            raise ValueError("To measure how good the model is, customers of both answers are needed.")
        chance = self.chance(X)
        flagged = (chance >= self.threshold_).astype(float)
        return Metrics(measure(Predictions(yes, chance, flagged), repeats=self._repeats(len(yes)), seed=self.seed))

    def card(self) -> ModelCard:
        """What the model is, rests on, is worth and is not fit for."""
        check_is_fitted(self)
        return card_of(self)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = tags.input_tags.categorical = tags.input_tags.string = True
        return tags

    @property
    def _positive_is_last(self) -> bool:
        return bool(self.classes_[1] == self.positive_)

    def _check_parameters(self) -> None:
        if unknown := sorted(set(self.candidates or ()) - set(NAMES)):
            raise ValueError(f"Unknown candidates: {', '.join(unknown)}. Known are {', '.join(NAMES)}.")
        if isinstance(self.threshold, str) and self.threshold not in ("f1", "cost", "profit"):
            raise ValueError(
                f'The threshold is "f1", "cost", "profit" or a number from 0 to 1, not {self.threshold!r}.'
            )
        if isinstance(self.threshold, int | float) and not 0 <= self.threshold <= 1:
            raise ValueError("A threshold is a chance from 0 to 1.")
        if self.folds < 2:
            raise ValueError("A comparison needs at least two folds.")

    def _describe(self, prepared: Prepared) -> None:
        no, yes = prepared.answers.classes
        self.positive_ = yes
        try:
            self.classes_ = np.array(sorted([no, yes]))
        except TypeError:
            self.classes_ = np.array([no, yes], dtype=object)
        self.target_, self.target_words_ = prepared.answers.name, readable(prepared.answers.name)
        self.columns_ = prepared.columns
        self.left_out_ = {column.name: column.why for column in prepared.columns if not column.used}
        self.feature_names_in_ = np.array([column.name for column in prepared.columns], dtype=object)
        self.n_features_in_ = len(prepared.columns)
        self.n_rows_, self.n_rows_given_ = len(prepared.yes), prepared.rows_given
        self.prior_ = float(prepared.yes.mean())
        self.notes_ = list(prepared.notes)
        self.split_ = prepared.split

    def _compare(self, prepared: Prepared) -> None:
        self._names = self._enter(prepared)
        folds = self._folds(prepared) if len(self._names) > 1 else []
        self.enough_ = bool(folds)
        if folds:
            trials = self._recipe(prepared).compare(prepared.table, prepared.yes, folds, self._progress)
        else:
            self._names = [BASELINE]
            trials = [self._baseline(prepared)]
        self.chosen_ = choose(trials)
        if self.enough_ and self.chosen_ == BASELINE:
            self.notes_.append(_("No candidate was surely better than giving everybody the same chance."))
        self._report(prepared, trials)

    def _folds(self, prepared: Prepared) -> Folds:
        folds = outer_folds(
            prepared.yes,
            folds=min(self.folds, 3) if self.n_rows_ > _MANY else self.folds,
            seed=self.seed,
            groups=prepared.groups,
            moments=prepared.moments,
        )
        if not folds:
            self.notes_.append(
                _("Split so, no test has customers of both answers to learn from. Everybody gets the same chance.")
            )
        return folds

    def _report(self, prepared: Prepared, trials: Sequence[Trial]) -> None:
        self._progress(0.9, "measuring")
        found = {}
        for trial in trials:
            ranking = np.zeros(len(trial.yes)) if trial.name == BASELINE else None
            groups = None if prepared.groups is None else np.unique(prepared.groups[trial.rows], return_inverse=True)[1]
            said = Predictions(trial.yes, trial.probability, trial.flagged, ranking, groups)
            found[trial.name] = measure(said, repeats=self._repeats(len(trial.yes)), seed=self.seed)
        self.report_ = Report(found, self.chosen_)
        chosen = next(trial for trial in trials if trial.name == self.chosen_)
        self.reliability_ = reliability(chosen.yes, chosen.probability)
        self.held_out_ = pd.DataFrame({"yes": chosen.yes == 1, "chance": chosen.probability})

    def _settle(self, prepared: Prepared) -> None:
        """Learn the chosen candidate from everybody, by the recipe that was tested."""
        self._progress(0.95, f"learning {self.chosen_} from everybody")
        rows = np.arange(len(prepared.yes))
        self._encoder, learnt = self._recipe(prepared).learn(prepared.table, prepared.yes, rows, [self.chosen_])
        self._learnt: Learnt = learnt[self.chosen_]
        self.threshold_, self.calibration_ = self._learnt.threshold, self._learnt.calibrator.name
        step = max(1, len(rows) // _BACKGROUND)
        some = prepared.table.iloc[::step].head(_BACKGROUND)
        self._background = self._encoded(some)
        found = self._explain(some)
        self.explain_method_ = found.method
        effects = found.effects
        names = [column.name for column in self._encoder.columns]
        self.importance_ = pd.Series(np.abs(effects).mean(axis=0), index=names).sort_values(ascending=False)

    def _recipe(self, prepared: Prepared) -> Recipe:
        return Recipe(prepared.columns, self._names, self._decide, self.seed, prepared.groups, prepared.moments)

    def _enter(self, prepared: Prepared) -> list[str]:
        """The candidates that so many customers can support; the baseline always takes part."""
        n, of_each = len(prepared.yes), int(min(prepared.yes.sum(), len(prepared.yes) - prepared.yes.sum()))
        wanted = [name for name in NAMES if name == BASELINE or self.candidates is None or name in self.candidates]
        if not any(column.used for column in prepared.columns):
            self.notes_.append(_("No column is left to learn from, so everybody gets the same chance."))
            return [BASELINE]
        if n < ENOUGH_ROWS or of_each < ENOUGH_OF_EACH:
            few = _(
                "{count} customers, {rarer} of them of the rarer answer, say too little to learn from: at least {rows} "
                "with {each} of each answer are needed. Everybody gets the same chance."
            )
            self.notes_.append(few.format(count=n, rarer=of_each, rows=ENOUGH_ROWS, each=ENOUGH_OF_EACH))
            return [BASELINE]
        if n < _ROWS_FOR_ALL or of_each < _OF_EACH_FOR_ALL:
            self.notes_.append(_("{count} customers support simple candidates only.").format(count=n))
            return [name for name in wanted if name in _FOR_FEW]
        return wanted

    def _baseline(self, prepared: Prepared) -> Trial:
        yes = prepared.yes
        chance = np.full(len(yes), yes.mean())
        flagged = (chance >= self._decide(yes, chance)).astype(float)
        return Trial(BASELINE, yes, np.arange(len(yes)), chance, flagged)

    def _decide(self, yes: Vector, probability: Vector) -> float:
        rule = self.threshold or ("cost" if self.costs else "profit" if self.offer else "f1")
        if rule == "cost":
            return (self.costs or Costs()).threshold
        if rule == "profit":
            return most_profitable(yes, probability, self.offer or RetentionOffer())
        return best_f1(yes, probability) if rule == "f1" else float(rule)

    def _clean(self, X: Any) -> pd.DataFrame:
        check_is_fitted(self, "report_")
        table = as_table(X)
        if not isinstance(X, pd.DataFrame) and len(table.columns) != self.n_features_in_:
            raise ValueError(
                f"X has {len(table.columns)} features, but {type(self).__name__} is expecting {self.n_features_in_} "
                "features as input."
            )
        return read_table(table, self.columns_)

    def _encoded(self, table: pd.DataFrame) -> Encoded:
        return self._encoder.transform(table)

    def _explain(self, table: pd.DataFrame) -> Explanation:
        customers = self._encoded(table)
        with threads(len(table)):
            return explain(self._learnt, customers, self._encoder, getattr(self, "_background", customers))

    def _progress(self, done: float, what: str) -> None:
        if self.progress is not None:
            self.progress(done, what)

    @staticmethod
    def _repeats(rows: int) -> int:
        return 400 if rows <= _MANY else 100
