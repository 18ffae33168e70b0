"""What goes with satisfaction: a regression that says how sure it is, and refuses to conclude from too little."""

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from rapport.science.intervals import normal_quantile
from rapport.science.language import _
from rapport.science.satisfaction.design import Design, Vector
from rapport.science.satisfaction.importance import importance
from rapport.science.satisfaction.leastsquares import LeastSquares, least_squares
from rapport.science.satisfaction.verdicts import Verdict, sentence, verdict


class SatisfactionDrivers(RegressorMixin, BaseEstimator):
    """score = b0 + sum of b_j driver_j + e by least squares, with errors, intervals and a verdict for each driver.

    `robust` takes HC3 errors, which hold when answers spread unevenly; `confidence` is that of the intervals. Drivers
    are numbers, yes/no, or categories (each level beside the commonest). Answers with a gap are left out of the fit.
    An effect is an association: what would happen if a driver were changed is for an experiment to say.

    Learned: `intercept_`, `coef_`, `standard_errors_` (arrays, one number a term of `terms_`; NaN where nothing can be
    said), `intercept_standard_error_`, `effects_` (DataFrame by term: coefficient, standard_error, lower, upper, t, p,
    variance_inflation, standardized), `importance_` (part of R squared of each driver, they add up to it), `r2_`,
    `adjusted_r2_`, `residual_degrees_`, `residual_spread_`, `n_answers_`, `verdict_` and `sentences_` (dicts by term),
    `left_out_` (why a column is not in it), `notes_`.
    Source: Weisberg (2014), Applied Linear Regression, chapters 2 to 4 and 7.
    """

    def __init__(self, robust: bool = False, confidence: float = 0.95) -> None:
        self.robust = robust
        self.confidence = confidence

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from one row of drivers and one score an answer.

        Raises ValueError for answers without any complete row, and for scores that are not numbers.
        """
        normal_quantile(self.confidence)
        table, scores = self._read(X, y)
        known = np.isfinite(scores)
        if not known.any():
            raise ValueError("No answer has a score, so nothing goes with it.")
        self._design = Design.of(table[known])
        matrix = self._design.matrix(table)
        complete = known & ~np.isnan(matrix).any(axis=1)
        if not complete.any():
            raise ValueError("No answer has all its drivers; leave out columns with many gaps.")
        if not self._design.terms and not isinstance(X, pd.DataFrame):
            raise ValueError("There is no column to learn from.")
        matrix, scores = matrix[complete], scores[complete]
        self._keep(least_squares(matrix, scores, robust=self.robust), matrix, scores)
        self.notes_ = self._notes(int((~complete).sum()))
        return self

    def predict(self, X: Any) -> Vector:
        """The expected score of each row; a gap, or a level that was not there before, counts as typical."""
        check_is_fitted(self, "coef_")
        if isinstance(X, pd.DataFrame):
            table = X
        else:
            table = _named(validate_data(self, X, reset=False, dtype="numeric", ensure_all_finite="allow-nan"))
        if isinstance(X, pd.DataFrame) and not self._by_name:
            raise ValueError("Drivers were learnt from an array; predict from an array with the same columns.")
        matrix = self._design.matrix(table)
        filled = np.where(np.isnan(matrix), self._typical, matrix)
        return np.asarray(self.intercept_ + filled @ self.coef_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _read(self, X: Any, y: Any) -> tuple[pd.DataFrame, Vector]:
        self._by_name = isinstance(X, pd.DataFrame)
        if not self._by_name:
            X, y = validate_data(self, X, y, dtype="numeric", ensure_all_finite="allow-nan", y_numeric=True)
            return _named(X), np.asarray(y, dtype=float)
        if y is None:
            raise ValueError("Drivers are learnt from answers and their scores: y is missing.")
        try:
            scores = pd.to_numeric(pd.Series(np.asarray(y).ravel())).astype("Float64")
        except (TypeError, ValueError):
            raise ValueError("Scores are numbers; some of these are not.") from None
        if len(scores) != len(X):
            raise ValueError(f"There are {len(scores)} scores for {len(X)} answers.")
        if not len(X):
            raise ValueError("There is no answer to learn from.")
        if X.columns.duplicated().any():
            raise ValueError(f"Two columns are called {X.columns[X.columns.duplicated()][0]!r}; rename one.")
        self.n_features_in_ = len(X.columns)
        self.feature_names_in_ = np.array([str(name) for name in X.columns], dtype=object)
        numbers = scores.to_numpy(dtype=float, na_value=np.nan)
        if np.isinf(numbers).any():
            raise ValueError("Scores are finite numbers; some of these are infinite.")
        return X, numbers

    def _keep(self, fit: LeastSquares, matrix: Vector, scores: Vector) -> None:
        terms = self._design.terms
        self.terms_ = [term.name for term in terms]
        self.intercept_, self.coef_ = fit.intercept, fit.coefficients
        self.standard_errors_, self.intercept_standard_error_ = fit.errors, fit.intercept_error
        self.n_answers_, self.residual_degrees_ = len(scores), fit.residual_degrees
        self.residual_spread_, self.r2_ = fit.spread, fit.explained
        left = (1 - fit.explained) * (len(scores) - 1)
        self.adjusted_r2_ = 1 - left / fit.residual_degrees if fit.residual_degrees else float("nan")
        self.effects_ = self._effects(fit, matrix, scores)
        self.importance_ = pd.Series(importance(matrix, scores, [term.driver for term in terms]), dtype=float)
        self.left_out_ = dict(self._design.left_out)
        self._typical: NDArray[np.float64] = matrix.mean(axis=0)
        self._conclude(fit)

    def _effects(self, fit: LeastSquares, matrix: Vector, scores: Vector) -> pd.DataFrame:
        degrees = max(fit.residual_degrees, 1)
        reach = float(student.ppf((1 + self.confidence) / 2, degrees)) * fit.errors
        with np.errstate(divide="ignore", invalid="ignore"):
            t = fit.coefficients / fit.errors
            standardized = fit.coefficients * matrix.std(axis=0) / scores.std()
        return pd.DataFrame(
            {
                "coefficient": fit.coefficients,
                "standard_error": fit.errors,
                "lower": fit.coefficients - reach,
                "upper": fit.coefficients + reach,
                "t": t,
                "p": 2 * student.sf(np.abs(t), degrees),
                "variance_inflation": fit.inflation,
                "standardized": standardized,
            },
            index=pd.Index(self.terms_, name="driver", dtype=object),
        )

    def _conclude(self, fit: LeastSquares) -> None:
        self.verdict_: dict[str, Verdict] = {}
        self.sentences_: dict[str, str] = {}
        unknowns = 1 + int((~fit.constant).sum())
        for place, term in enumerate(self._design.terms):
            value, lower, upper = (float(self.effects_[name].iloc[place]) for name in ("coefficient", "lower", "upper"))
            said = verdict(bool(fit.separable[place]), bool(fit.constant[place]), lower, upper)
            if said is Verdict.INSEPARABLE and unknowns >= self.n_answers_:
                said = Verdict.TOO_FEW  # with so few answers any two columns change together
            others = [self.terms_[other] for other in fit.together[place]]
            self.verdict_[term.name] = said
            self.sentences_[term.name] = sentence(said, term, (value, lower, upper), self.n_answers_, unknowns, others)

    def _notes(self, left_out: int) -> list[str]:
        notes = list(self.left_out_.values())
        if left_out:
            notes.append(
                _("{gaps} of {answers} answers are left out because of gaps.").format(
                    gaps=left_out, answers=left_out + self.n_answers_
                )
            )
        if np.isnan(self.r2_):
            notes.append(_("Everybody gave the same score, so nothing can go with more or less of it."))
        return notes


def _named(X: Vector) -> pd.DataFrame:
    return pd.DataFrame(X, columns=[f"x{place}" for place in range(X.shape[1])])
