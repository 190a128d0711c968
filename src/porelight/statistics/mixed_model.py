r"""A linear mixed model of repeated visits: what is fitted, and contrasts of its means.

.. math::

   y_{szv} = \mu_{a v} + \zeta_z + b_s + b_{sz} + b_{sv} + \varepsilon_{szv}

of subject s, zone z (in arm a) and visit v: means of arm by visit and differences between zones are
fixed; a subject's level, its zones' and its visits' are random, and what is left holds the error of
measuring. :math:`b_{sv}` is what makes zones of a subject no subjects of their own: a person who
responds, responds everywhere. Restricted maximum likelihood (statsmodels, `MixedLM` [1]_) gives the
variances; coefficients and intervals are those of `robust_variance`.

References
----------
.. [1] M. J. Lindstrom, D. M. Bates, "Newton-Raphson and EM algorithms for linear mixed-effects
   models for repeated-measures data," J. Am. Stat. Assoc. 83, 1014-1022 (1988).
   doi:10.1080/01621459.1988.10478693
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from porelight.errors import ParameterError
from porelight.quantities import Floats
from porelight.statistics.analysis_plan import StandardErrors
from porelight.statistics.robust_variance import SubjectRows, WeightedFit, weighted_fit
from porelight.statistics.study_values import EndpointTable, Ints

_NOTHING = 1e-8  # share of the scatter that is rounding
_FLAT = 1e-6  # share of the residual variance below which another one is none
_USUAL = 0.5  # correlation of a subject's values where a fit finds none


@dataclass(frozen=True, slots=True)
class Contrast:
    """A sum of means with its interval, on the scale of the analysis.

    Attributes
    ----------
    value, low, high : float
        With the interval of the model's confidence.
    error : float
        Standard error.
    freedom : float
        Degrees of freedom of Student's t.
    p : float
        Two-sided p value of its being 0.
    """

    value: float
    low: float
    high: float
    error: float
    freedom: float
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class MixedModel:
    """A fitted model.

    Attributes
    ----------
    table : EndpointTable
        What it was fitted to.
    variances : mapping of str to float
        Variances of "subject", "zone of subject", "visit of subject" and "rest", as far as they can
        be told.
    notes : tuple of str
        What a reader has to know of the fit.
    """

    table: EndpointTable
    variances: Mapping[str, float]
    notes: tuple[str, ...]
    _fit: WeightedFit
    _cells: Mapping[tuple[int, int], int]
    _zones: tuple[int, ...]
    _standard_errors: StandardErrors
    _confidence: float

    def contrast(self, weights: Mapping[tuple[int, int], float]) -> Contrast:
        """Return a sum of means of arm by visit; its weights sum to 0, but for those of changes.

        Parameters
        ----------
        weights : mapping of (int, int) to float
            Weights by arm and visit.
        """
        along = np.zeros(self._fit.coefficients.size)
        for cell, weight in weights.items():
            along[self._cells[cell]] += weight
        return self._over_zones(along, sum(weights.values()))

    def mean(self, arm: int, visit: int) -> Contrast:
        """Return the mean of an arm at a visit, over zones that weigh the same."""
        along = np.zeros(self._fit.coefficients.size)
        along[self._cells[arm, visit]] = 1.0
        return self._over_zones(along, 1.0)

    def _over_zones(self, along: Floats, total: float) -> Contrast:
        """Return what is told over zones that weigh the same; where they cancel they stay out."""
        along[list(self._zones)] = total / (len(self._zones) + 1)
        return self._of(along)

    def _of(self, along: Floats) -> Contrast:
        value = float(along @ self._fit.coefficients)
        if self._standard_errors == "robust":
            error, freedom = self._fit.robust_error(along)
        else:
            error = self._fit.model_error(along)
            freedom = float(len(set(self.table.i_subject.tolist())) - len(self.table.arms))
        scatter = float(sum(self.variances.values())) ** 0.5
        if not (error > _NOTHING * scatter and freedom > 0.0):
            raise ParameterError(
                "a change has no scatter between subjects, so there is no interval"
                f"{_or_copies(self.table)}"
            )
        t = float(stats.t.ppf(0.5 + 0.5 * self._confidence, freedom))
        p = float(2.0 * stats.t.sf(abs(value) / error, freedom))
        return Contrast(value, value - t * error, value + t * error, error, freedom, p)


def mixed_model(
    table: EndpointTable, standard_errors: StandardErrors = "robust", confidence: float = 0.95
) -> MixedModel:
    """Fit the model to means over takes.

    Parameters
    ----------
    table : EndpointTable
        The means.
    standard_errors : {"robust", "model"}
        CR2 with Satterthwaite's degrees of freedom; or those of the model, whose degrees of freedom
        are subjects less arms ("between subjects").
    confidence : float
        Confidence of intervals [-].

    Raises
    ------
    ParameterError
        If there are fewer than two subjects, or nothing scatters.
    """
    n = len(set(table.i_subject.tolist()))
    if n < 2:
        raise ParameterError(f"{n} subject has values; what is between subjects needs two or more.")
    cells, zones, design = _design(table)
    left = table.value - design @ np.linalg.lstsq(design, table.value, rcond=None)[0]
    inside = left - _means(left, table.i_subject)[table.i_subject]
    spread = float(left.std())
    size = float(np.abs(table.value).max())
    # of a change there may be one a subject, and nothing inside
    is_flat = not table.of_changes and not float(inside.std()) > _NOTHING * size
    if is_flat or not spread > _NOTHING * size:
        raise ParameterError(_why_flat(table))
    variances, notes = _variances(table, design, spread)
    fit = weighted_fit(
        [
            SubjectRows(design[rows], table.value[rows], _covariance(table, rows, variances))
            for rows in _rows_of_subjects(table)
        ]
    )
    return MixedModel(
        table, variances, notes, fit, cells, zones, standard_errors, confidence
    )  # fmt: skip


def _why_flat(table: EndpointTable) -> str:
    """Return why nothing scatters within subjects: too few of them, or all change alike."""
    most = {
        arm: max(len(table.changed(i, k)) for k in range(1, len(table.visits)))
        for i, arm in enumerate(table.arms)
        if arm in {table.arms[one] for one in table.i_arm.tolist()}
    }
    if max(most.values()) < 2:
        of_arms = ", ".join(f"{n} of arm {arm}" for arm, n in most.items())
        told = of_arms if len(table.arms) > 1 else f"{max(most.values())}"
        return (
            f"no change can be told: an interval needs 2 subjects with both {table.visits[0]} and "
            f"a later visit; there are at most {told}."
        )
    return (
        "every subject changes by the same amount, to the last digit; a model has nothing to "
        f"tell the error from{_or_copies(table)}"
    )


def _or_copies(table: EndpointTable) -> str:
    """Return the end of a sentence, with a question where values repeat exactly."""
    n = table.repeated
    return f"; {n} values repeat exactly: are there copies among the photographs?" if n else "."


def _design(table: EndpointTable) -> tuple[dict[tuple[int, int], int], tuple[int, ...], Floats]:
    """Return the columns of means, those of zones, and the design; no column says another's."""
    pairs = sorted(set(zip(table.i_arm.tolist(), table.i_visit.tolist(), strict=True)))
    cells = {pair: column for column, pair in enumerate(pairs)}
    columns = [
        ((table.i_arm == arm) & (table.i_visit == visit)).astype(np.float64) for arm, visit in pairs
    ]
    zones: list[int] = []
    present = sorted(set(table.i_zone.tolist()))
    for zone in present[1:]:
        column = (table.i_zone == zone).astype(np.float64)
        # an arm that is a zone of its own, as when one side is treated, tells the zone as well
        together = np.column_stack([*columns, column])
        if np.linalg.matrix_rank(together) == together.shape[1]:
            zones.append(len(columns))
            columns.append(column)
    return cells, tuple(zones), np.column_stack(columns)


def _variances(
    table: EndpointTable, design: Floats, spread: float
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return the variances by restricted maximum likelihood, the richest model that can be had."""
    if np.bincount(table.i_subject).max() == 1:  # subjects and the rest are one
        return {"subject": 0.0, "rest": spread**2}, ()
    names = _components(table)
    for n in range(len(names), -1, -1):
        found = _fitted_variances(table, design, names[:n], spread)
        if found is None:
            continue
        none = [name for name, one in found.items() if one < _FLAT * found["rest"]]
        notes = [f"The variance of {name} was estimated as zero." for name in none]
        if n < len(names):
            notes.append(f"The variance of {' and of '.join(names[n:])} could not be told apart.")
        return found, tuple(notes)
    total = spread**2
    note = (
        "The variances could not be estimated; values of a subject are taken to correlate by "
        f"{_USUAL:g}, on which robust intervals do not rest."
    )
    return {"subject": _USUAL * total, "rest": (1.0 - _USUAL) * total}, (note,)


def _components(table: EndpointTable) -> list[str]:
    """Return what may vary within subjects beside the rest, the more important first."""
    zones_at_a_visit = _most_together(table.i_subject, table.i_visit)
    visits_of_a_zone = _most_together(table.i_subject, table.i_zone)
    if zones_at_a_visit > 1 and visits_of_a_zone > 1:
        return ["visit of subject", "zone of subject"]
    return []


def _most_together(first: Ints, second: Ints) -> int:
    """Return how many values at most are alike in both."""
    _, counts = np.unique(np.column_stack([first, second]), axis=0, return_counts=True)
    return int(counts.max())


def _fitted_variances(
    table: EndpointTable, design: Floats, names: list[str], spread: float
) -> dict[str, float] | None:
    """Return variances of these components, of subjects and of the rest; None if not found."""
    from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec  # noqa: PLC0415

    levels = {"visit of subject": table.i_visit, "zone of subject": table.i_zone}
    more: dict[str, Any] = {}
    if names:
        rows = _rows_of_subjects(table)
        marks = [[_marks(levels[name][one]) for one in rows] for name in names]
        labels = [[[str(k) for k in range(one.shape[1])] for one in group] for group in marks]
        more["exog_vc"] = VCSpec(names, labels, marks)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they warn of is asked of the result
        try:
            model = MixedLM(
                table.value / spread, design, table.i_subject,
                exog_re=np.ones((len(table), 1)), **more,
            )  # fmt: skip
            found = model.fit(reml=True, method=["lbfgs", "powell"])
        except (np.linalg.LinAlgError, ValueError):
            return None
    values = [float(found.cov_re[0, 0]), *map(float, found.vcomp), float(found.scale)]
    if not (found.converged and np.isfinite(values).all() and values[-1] > 0.0):
        return None
    return dict(zip(["subject", *names, "rest"], (spread**2 * one for one in values), strict=True))


def _covariance(table: EndpointTable, rows: Ints, variances: Mapping[str, float]) -> Floats:
    """Return the covariance of the values of one subject."""
    same = {
        "zone of subject": table.i_zone[rows][:, None] == table.i_zone[rows],
        "visit of subject": table.i_visit[rows][:, None] == table.i_visit[rows],
        "rest": np.eye(rows.size, dtype=bool),
    }
    covariance = np.full((rows.size, rows.size), variances["subject"])
    for name, one in same.items():
        covariance += variances.get(name, 0.0) * one
    return covariance


def _rows_of_subjects(table: EndpointTable) -> list[Ints]:
    return [np.flatnonzero(table.i_subject == one) for one in np.unique(table.i_subject)]


def _marks(levels: Ints) -> Floats:
    marks: Floats = (levels[:, None] == np.unique(levels)).astype(np.float64)
    return marks


def _means(values: Floats, groups: Ints) -> Floats:
    counts = np.maximum(np.bincount(groups), 1)
    return np.asarray(np.bincount(groups, weights=values) / counts)
