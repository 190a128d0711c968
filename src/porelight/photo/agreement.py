r"""How well repeated measurements agree: repeatability and limits of agreement.

Of n subjects each measured k times, a two-way analysis of variance splits the squares into those of
subjects (mean square B), of repeats (C) and what is left (E). The mean square W within subjects
gives the standard error of measurement :math:`s_w = \sqrt{W}` and with it

* the repeatability coefficient :math:`1.96 \sqrt2\, s_w` [2]_, the same number as the smallest
  detectable change MDC95: two measurements of one unchanged subject differ by less in 95 of 100;
* the within-subject coefficient of variation, the root mean square of each subject's own;
* the intraclass correlations of single measurements [1]_, [3]_

.. math::

   \mathrm{ICC}(2,1) = \frac{B - E}{B + (k-1)E + k(C-E)/n}, \qquad
   \mathrm{ICC}(3,1) = \frac{B - E}{B + (k-1)E},

of absolute agreement and of consistency, with their intervals by F distributions [3]_.

Two methods or two visits are compared by the mean and the limits of their differences [2]_.

References
----------
.. [1] P. E. Shrout, J. L. Fleiss, "Intraclass correlations: uses in assessing rater reliability,"
   Psychol. Bull. 86, 420-428 (1979). doi:10.1037/0033-2909.86.2.420
.. [2] J. M. Bland, D. G. Altman, "Statistical methods for assessing agreement between two methods
   of clinical measurement," Lancet 327, 307-310 (1986). doi:10.1016/S0140-6736(86)90837-8
.. [3] K. O. McGraw, S. P. Wong, "Forming inferences about some intraclass correlation
   coefficients," Psychol. Methods 1, 30-46 (1996). doi:10.1037/1082-989X.1.1.30
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from porelight.errors import ParameterError
from porelight.photo.estimate import Estimate
from porelight.quantities import Floats

COVERAGE = 0.95
Z95 = 1.959963984540054

_LEAST_SUBJECTS = 3


@dataclass(frozen=True, slots=True)
class Agreement:
    """Repeatability of one number, each with its 95 % interval, in the unit of the number.

    Attributes
    ----------
    n_subjects, n_repeats : int
        Size of the table.
    mean : float
        Mean over all subjects and repeats.
    within_sd : Estimate
        Standard error of measurement, the standard deviation within subjects.
    wcv : Estimate
        Within-subject coefficient of variation [-].
    repeatability : Estimate
        Repeatability coefficient, which is the smallest detectable change MDC95.
    icc_agreement : Estimate
        ICC(2,1), of single measurements, absolute agreement [-].
    icc_consistency : Estimate
        ICC(3,1), of single measurements, consistency [-].
    """

    n_subjects: int
    n_repeats: int
    mean: float
    within_sd: Estimate
    wcv: Estimate
    repeatability: Estimate
    icc_agreement: Estimate
    icc_consistency: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class LimitsOfAgreement:
    """Limits of agreement between two measurements of the same subjects.

    Attributes
    ----------
    mean, difference : ndarray of float64, shape (n,)
        Mean of the two values of each subject, and the second less the first.
    bias, lower, upper : Estimate
        Mean difference and the limits that hold 95 % of differences, with 95 % intervals.
    trend : Estimate
        Slope of difference on mean: apart from 0, the limits are not the same for small and large.
    """

    mean: Floats
    difference: Floats
    bias: Estimate
    lower: Estimate
    upper: Estimate
    trend: Estimate


def agreement(values: Floats) -> Agreement:
    """Return the repeatability of a measurement, from repeats on the same subjects.

    Parameters
    ----------
    values : ndarray of float64, shape (subjects, repeats)
        One row for each subject; all positive.

    Raises
    ------
    ParameterError
        If there are fewer than three subjects or two repeats, a value is missing or not positive,
        or nothing differs between subjects.
    """
    table = _checked(values)
    n, k = table.shape
    between, columns, error, within = _mean_squares(table)
    if not between > 0.0:
        raise ParameterError(
            "all subjects have the same mean; an intraclass correlation needs subjects that differ."
        )
    within_sd = _scaled_sd(math.sqrt(within), n * (k - 1))
    each = table.std(axis=1, ddof=1) / table.mean(axis=1)
    wcv = float(np.sqrt(np.mean(each**2)))
    spread = within_sd.value if within_sd.value > 0.0 else 1.0
    return Agreement(
        n_subjects=n,
        n_repeats=k,
        mean=float(table.mean()),
        within_sd=within_sd,
        wcv=_times(within_sd, wcv / spread),
        repeatability=_times(within_sd, Z95 * math.sqrt(2.0)),
        icc_agreement=_icc_agreement(n, k, between, columns, error),
        icc_consistency=_icc_consistency(n, k, between, error),
    )


def limits_of_agreement(first: Floats, second: Floats) -> LimitsOfAgreement:
    """Return bias and limits of agreement of two measurements.

    Parameters
    ----------
    first, second : ndarray of float64, shape (n,)
        The two measurements, of the same subjects in the same order.

    Raises
    ------
    ParameterError
        If the lengths differ, there are fewer than three subjects, or a value is missing.

    Notes
    -----
    The variance of a limit is that of the mean plus that of 1.96 standard deviations,
    :math:`s^2 (1/n + 1.96^2 / (2 (n-1)))`; Bland and Altman round it to :math:`3 s^2 / n`.
    """
    pair = np.stack([np.asarray(first, np.float64), np.asarray(second, np.float64)], axis=-1)
    if pair.ndim != 2 or pair.shape[0] < _LEAST_SUBJECTS or not np.isfinite(pair).all():
        raise ParameterError(
            f"the two measurements have shape {pair.shape[:-1]}; expected {_LEAST_SUBJECTS} or "
            "more subjects, each with two numbers."
        )
    difference, mean = pair[:, 1] - pair[:, 0], pair.mean(axis=1)
    n = difference.size
    bias, sd = float(difference.mean()), float(difference.std(ddof=1))
    t = float(stats.t.ppf(0.5 + 0.5 * COVERAGE, n - 1))
    of_mean = t * sd / math.sqrt(n)
    of_limit = t * sd * math.sqrt(1.0 / n + Z95**2 / (2.0 * (n - 1)))
    lower, upper = (
        Estimate(limit, limit - of_limit, limit + of_limit)
        for limit in (bias - Z95 * sd, bias + Z95 * sd)
    )
    of_bias = Estimate(bias, bias - of_mean, bias + of_mean)
    return LimitsOfAgreement(mean, difference, of_bias, lower, upper, _trend(mean, difference))


def _checked(values: Floats) -> Floats:
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] < _LEAST_SUBJECTS or table.shape[1] < 2:
        raise ParameterError(
            f"the repeats have shape {table.shape}; expected {_LEAST_SUBJECTS} or more subjects in "
            "rows and 2 or more repeats in columns."
        )
    if not (np.isfinite(table).all() and (table > 0.0).all()):
        bad = tuple(int(i) for i in np.argwhere(~(np.isfinite(table) & (table > 0.0)))[0])
        raise ParameterError(
            f"repeat {bad[1] + 1} of subject {bad[0] + 1} is {table[bad]:g}; expected a positive "
            "number for each. Measure it again, or leave that subject out."
        )
    return table


def _mean_squares(table: Floats) -> tuple[float, float, float, float]:
    n, k = table.shape
    grand = table.mean()
    rows, cols = table.mean(axis=1), table.mean(axis=0)
    between = k * float(((rows - grand) ** 2).sum()) / (n - 1)
    columns = n * float(((cols - grand) ** 2).sum()) / (k - 1)
    inside = float(((table - rows[:, None]) ** 2).sum())
    left = max(inside - columns * (k - 1), 0.0)
    return between, columns, left / ((n - 1) * (k - 1)), inside / (n * (k - 1))


def _scaled_sd(sd: float, freedom: int) -> Estimate:
    low, high = (
        sd * math.sqrt(freedom / float(stats.chi2.ppf(share, freedom)))
        for share in (0.5 + 0.5 * COVERAGE, 0.5 - 0.5 * COVERAGE)
    )
    return Estimate(sd, low, high)


def _times(estimate: Estimate, factor: float) -> Estimate:
    return Estimate(factor * estimate.value, factor * estimate.low, factor * estimate.high)


def _icc_agreement(n: int, k: int, between: float, columns: float, error: float) -> Estimate:
    icc = (between - error) / (between + (k - 1) * error + k * (columns - error) / n)
    if error == 0.0 and columns == 0.0:
        return Estimate(1.0, 1.0, 1.0)
    # Satterthwaite's degrees of freedom, McGraw and Wong 1996, table 7, case 2A
    a = k * icc / (n * (1.0 - icc))
    b = 1.0 + k * icc * (n - 1) / (n * (1.0 - icc))
    # without error of its own the columns carry all the freedom there is
    parts = (a * columns) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    freedom = (a * columns + b * error) ** 2 / parts
    upper = float(stats.f.ppf(0.5 + 0.5 * COVERAGE, n - 1, freedom))
    lower = float(stats.f.ppf(0.5 + 0.5 * COVERAGE, freedom, n - 1))
    rest = k * columns + (k * n - k - n) * error
    low = n * (between - upper * error) / (upper * rest + n * between)
    high = n * (lower * between - error) / (rest + n * lower * between)
    return Estimate(icc, min(low, icc), max(high, icc))


def _icc_consistency(n: int, k: int, between: float, error: float) -> Estimate:
    if error == 0.0:
        return Estimate(1.0, 1.0, 1.0)
    ratio = between / error
    freedom = (n - 1) * (k - 1)
    low = ratio / float(stats.f.ppf(0.5 + 0.5 * COVERAGE, n - 1, freedom))
    high = ratio * float(stats.f.ppf(0.5 + 0.5 * COVERAGE, freedom, n - 1))
    value, below, above = ((f - 1.0) / (f + k - 1.0) for f in (ratio, low, high))
    return Estimate(value, below, above)


def _trend(mean: Floats, difference: Floats) -> Estimate:
    if float(np.ptp(mean)) == 0.0 or mean.size == 3:
        return Estimate(0.0, -math.inf, math.inf)
    fit = stats.linregress(mean, difference)
    half = float(stats.t.ppf(0.5 + 0.5 * COVERAGE, mean.size - 2)) * float(fit.stderr)
    return Estimate(float(fit.slope), float(fit.slope) - half, float(fit.slope) + half)
