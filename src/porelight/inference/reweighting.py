r"""Learning from a person: an ensemble reweighted by what was measured at follow-ups.

Every draw of the ensemble predicts what would be measured at each visit. With
:math:`y_k = \ln(m_k / m_0)` measured relative to the baseline, :math:`x_k` the same in a draw, and
standard deviations :math:`s_k` of ln m, the baseline's error is shared by all visits,

.. math:: \Sigma = \mathrm{diag}(s_1^2, \dots) + s_0^2\,\mathbf{1}\mathbf{1}^T, \qquad
          w \propto \exp\bigl[-\tfrac12 (y - x)^T \Sigma^{-1} (y - x)\bigr],

and the weights w turn the forecast into this person's. The effective sample size
:math:`1/\sum w^2` [1]_ says how many draws are left to speak; when it collapses there is no answer.

References
----------
.. [1] A. Kong, J. S. Liu, W. H. Wong, "Sequential imputations and Bayesian missing data problems,"
   J. Am. Stat. Assoc. 89, 278-288 (1994), doi:10.1080/01621459.1994.10476469.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from porelight.brief import brief
from porelight.course.outcome import Interval, Outcome
from porelight.errors import ConvergenceError, ParameterError
from porelight.inference.importance import FEWEST_DRAWS, largest_pareto_k, pareto_k
from porelight.quantities import Floats, Quantity

FEWEST = 30.0  # effective draws below which a 90 % interval has no tails left

_DEVIATION = Quantity("relative standard deviation", "1", 1e-4, 1.0, "of a measurement")


@dataclass(frozen=True, slots=True)
class Visit:
    """What was measured on one day.

    Attributes
    ----------
    day : float
        Days since the course began; 0 is the baseline [d].
    value : float
        Measured, in the SI unit of the outcome, for example the mean diameter [m].
    deviation : float
        Standard deviation of the measurement relative to its value [-].
    """

    day: float
    value: float
    deviation: float

    def __post_init__(self) -> None:
        if not (self.day >= 0.0 and self.value > 0.0 and np.isfinite([self.day, self.value]).all()):
            raise ParameterError(
                f"a visit on day {self.day:g} measured {self.value:g}; expected a day of 0 or "
                "later and a positive value."
            )
        _DEVIATION.require(self.deviation)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Learned:
    """An ensemble seen in the light of one person's measurements.

    Attributes
    ----------
    weights : ndarray of float64, shape (n_draw,)
        Weight of each draw; they sum to 1.
    effective_draws : float
        Effective sample size.
    pareto_k : float
        Shape of the tail of the weights; see `porelight.inference.importance`.
    """

    weights: Floats
    effective_draws: float
    pareto_k: float

    __repr__ = brief

    def forecast(
        self, outcome: Outcome, name: str, day: float, probability: float = 0.9
    ) -> Interval:
        """Return this person's relative change of an outcome, with an interval.

        Parameters
        ----------
        outcome : Outcome
            The one that was learned from.
        name : str
            A variable over (draw, day).
        day : float
            The observed day nearest to this is taken [d].
        probability : float
            Share of the weight inside the interval.
        """
        tail = 0.5 * (1.0 - probability)
        change = outcome.changes(name, day)
        low, median, high = weighted_quantile(
            change, self.weights, np.array([tail, 0.5, 1.0 - tail])
        )
        return Interval(float(low), float(median), float(high), probability)

    def resampled(self, outcome: Outcome, seed: int, note: str) -> Outcome:
        """Return the outcome with draws in proportion to their weights, all counting the same.

        Parameters
        ----------
        outcome : Outcome
            The one that was learned from.
        seed : int
            Seed of the one random number that systematic resampling needs.
        note : str
            Note for the reader, added to those of the outcome.
        """
        n = self.weights.size
        places = (np.arange(n) + np.random.default_rng(seed).random()) / n
        total = np.cumsum(self.weights)
        chosen = np.searchsorted(total, places * total[-1], side="right")
        person = outcome.dataset.isel(draw=np.minimum(chosen, n - 1))
        notes = [*json.loads(outcome.attrs.get("notes", "[]")), note]
        # what is left is one person: draws are no longer people under one draw of knowledge
        return Outcome(person.assign_attrs(notes=json.dumps(notes), people="1"))


def learned(
    outcome: Outcome, name: str, visits: Sequence[Visit], *, fewest: float = FEWEST
) -> Learned:
    """Return the ensemble in the light of measurements at a baseline and at follow-ups.

    Parameters
    ----------
    outcome : Outcome
        Outcome of a course, with the days of the visits among its days.
    name : str
        Measured quantity: "mean_diameter", "area_fraction" or "visible_density".
    visits : sequence of Visit
        The first on day 0, then follow-ups in order.
    fewest : float
        Effective draws below which there is no answer.

    Raises
    ------
    ParameterError
        If there is no baseline or no follow-up, a day was not simulated, or the outcome is not one
        that can be measured.
    ConvergenceError
        If the effective sample size collapses: hardly any draw resembles the person.
    """
    about = outcome.variable(name)
    if not about.is_history or about.is_change:
        raise ParameterError(
            f"{name!r} is not measured over days; use 'mean_diameter' or 'area_fraction'."
        )
    days = np.array([visit.day for visit in visits])
    if days.size < 2 or days[0] != 0.0 or (np.diff(days) <= 0.0).any():
        raise ParameterError(
            f"visits are on days {days.tolist()}; expected a baseline on day 0 and follow-ups in "
            "order after it."
        )
    simulated = outcome["day"].to_numpy()
    missing = [day for day in days.tolist() if day not in simulated]
    if missing:
        raise ParameterError(
            f"day {missing[0]:g} was visited but not simulated; simulate with the visits' days."
        )
    measured = np.log([visit.value for visit in visits])
    predicted = np.log(outcome[about.name].sel(day=days).transpose("draw", "day").to_numpy())
    deviation = np.array([visit.deviation for visit in visits])
    return reweighted(
        measured[1:] - measured[0],
        predicted[:, 1:] - predicted[:, :1],
        np.diag(deviation[1:] ** 2) + deviation[0] ** 2,
        fewest=fewest,
    )


def reweighted(
    measured: Floats, predicted: Floats, covariance: Floats, *, fewest: float = FEWEST
) -> Learned:
    """Return the weights that a normal likelihood gives to draws.

    Parameters
    ----------
    measured : ndarray of float64, shape (n_number,)
        Measured numbers.
    predicted : ndarray of float64, shape (n_draw, n_number)
        The same in each draw.
    covariance : ndarray of float64, shape (n_number, n_number)
        Covariance of the measurement.
    fewest : float
        Effective draws below which there is no answer.

    Raises
    ------
    ConvergenceError
        If the effective sample size collapses.
    """
    root = np.linalg.cholesky(covariance)
    apart = np.linalg.solve(root, (predicted - measured).T)
    distance = (apart**2).sum(axis=0)
    # a draw that sees no pore at all has an infinite distance, and weight 0
    distance = np.where(np.isfinite(distance), distance, np.inf)
    nearest = float(distance.min())
    log_weights = (
        -0.5 * (distance - nearest) if np.isfinite(nearest) else np.full(len(predicted), -np.inf)
    )
    weights = np.exp(log_weights)
    total = float(weights.sum())
    effective = total**2 / float((weights**2).sum()) if total > 0.0 else 0.0
    if effective < fewest:
        raise ConvergenceError(
            f"only {effective:.1f} of {len(predicted)} draws resemble this person (nearest one "
            f"{np.sqrt(nearest):.1f} standard deviations away), {fewest:g} are needed; simulate "
            "more draws, or check the measurements and their deviations."
        )
    n_draws = len(predicted)
    if n_draws < FEWEST_DRAWS:
        raise ConvergenceError(f"only {n_draws} draws; {FEWEST_DRAWS} or more are needed.")
    shape = pareto_k(log_weights)
    if shape > largest_pareto_k(n_draws):
        raise ConvergenceError(
            f"the {effective:.0f} draws that resemble this person have weights with a tail of "
            f"shape {shape:.2f}; up to {largest_pareto_k(n_draws):.2f} can be trusted. Simulate "
            "more draws."
        )
    return Learned(weights / total, effective, shape)


def weighted_quantile(values: Floats, weights: Floats, probability: Floats) -> Floats:
    """Return quantiles of weighted draws, interpolated between them.

    Parameters
    ----------
    values, weights : ndarray of float64, shape (n_draw,)
        Draws and how much each counts; weights sum to 1.
    probability : ndarray of float64, shape (n_quantile,)
        Shares of the weight below.

    Examples
    --------
    >>> weighted_quantile(np.array([1.0, 2.0, 9.0]), np.array([0.5, 0.5, 0.0]), np.array([0.5]))
    array([1.5])
    """
    order = np.argsort(values, kind="stable")
    weight = weights[order]
    middle = np.cumsum(weight) - 0.5 * weight
    counted = weight > 0.0  # draws of no weight would pull the interpolation towards them
    return np.asarray(np.interp(probability, middle[counted], values[order][counted]))
