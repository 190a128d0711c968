r"""Medians, intervals and relative changes of draws, and shares of people.

A share of people is one number for each draw of what nobody knows. Few people are drawn under
each, so the shares seen there scatter by chance, too. Analysis of variance [1]_ takes that part
away: with P people under each draw of knowledge the variance of the true share is
:math:`(MS_{between} - MS_{within}) / P`, and the share is taken to have a Beta distribution of that
mean and variance [2]_.

References
----------
.. [1] S. R. Searle, G. Casella, C. E. McCulloch, Variance Components (1992), section 3.6, groups of
   unequal size.
.. [2] J. G. Skellam, "A probability distribution derived from the binomial distribution by
   regarding the probability of success as variable," J. R. Stat. Soc. B 10, 257-261 (1948).
"""

import math
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri

from porelight.course.value_text import Written, value_text
from porelight.errors import ParameterError
from porelight.quantities import FRACTION, Floats

_NO_VARIANCE = 1e-12  # rounding
_FEWEST_COUNTS = 1e-2  # of the Beta distribution: nearly all people or nearly none


@dataclass(frozen=True, slots=True, repr=False)
class Interval:
    """A median with the interval that holds the stated share of the draws.

    Two intervals are equal if their numbers are; what they are of is only for printing.

    Attributes
    ----------
    low, median, high : float
        Quantiles of the draws [SI].
    probability : float
        Share of the draws between low and high.
    name : str
        Name of the quantity, as people call it.
    written : str
        Form in which its numbers are written; see `porelight.course.value_text`.
    when : str
        The day, in words.

    Examples
    --------
    >>> Interval(-0.171, -0.052, 0.003, name="pore area", written="change", when="day 84")
    pore area -5.2 % (-17.1 to +0.3), day 84
    """

    low: float
    median: float
    high: float
    probability: float = 0.9
    name: str = field(default="", compare=False)
    written: Written = field(default="number", compare=False)
    unit: str = field(default="1", compare=False)
    when: str = field(default="", compare=False)

    def __repr__(self) -> str:
        low, middle, high = (
            value_text(one, self.written, self.unit) for one in (self.low, self.median, self.high)
        )
        # the unit stands once if all three share it, and may not if one is in um and one in mm
        if len({one.partition(" ")[2] for one in (low, middle, high)}) == 1:
            low, high = low.partition(" ")[0], high.partition(" ")[0]
        numbers = f"{middle} ({low} to {high})"
        return f"{self.name} {numbers}".strip() + (f", {self.when}" if self.when else "")


def estimate(draws: xr.DataArray | np.ndarray, probability: float = 0.9) -> Interval:
    """Return median and interval of a set of draws.

    Parameters
    ----------
    draws : array of shape (n_draw,)
        One value per draw.
    probability : float
        Share of the draws inside the interval.

    Raises
    ------
    ParameterError
        If there is no draw, or more than one value per draw, or the probability is not between 0
        and 1.

    Examples
    --------
    >>> estimate(np.linspace(0.0, 1.0, 101)).median
    0.5
    """
    values = np.asarray(draws, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise ParameterError(f"draws have shape {values.shape}; expected one value per draw.")
    if not 0.0 < probability < 1.0:
        raise ParameterError(f"probability is {probability:g}; expected between 0 and 1.")
    tail = 0.5 * (1.0 - probability)
    low, median, high = np.quantile(values, [tail, 0.5, 1.0 - tail])
    return Interval(float(low), float(median), float(high), probability)


@dataclass(frozen=True, slots=True)
class ShareOfPeople:
    """A share of people, and how far what nobody knows leaves it open.

    Attributes
    ----------
    chance : float
        Chance of one such person over both axes: the mean share [-].
    low, high : float
        Interval of the share over what nobody knows [-]; 0 and 1 where people were not told from
        knowledge.
    probability : float
        Probability of that interval.
    """

    chance: float
    low: float
    high: float
    probability: float = 0.9


def share_of_people(
    chances: Floats | NDArray[np.bool_], people: int, probability: float = 0.9
) -> ShareOfPeople:
    """Return the share of people for whom something is true.

    Parameters
    ----------
    chances : ndarray of float64 or bool, shape (n_draw,)
        Whether it is true in a draw, or the chance that it is [-]; people of one draw of knowledge
        lie together.
    people : int
        People under each draw of knowledge; the last may have fewer.
    probability : float
        Probability of the interval.

    Raises
    ------
    ParameterError
        If there is no draw, a chance is outside of 0 to 1, or `people` is below 1.

    Examples
    --------
    All people agree under each draw of knowledge, and four draws in ten say yes:

    >>> share_of_people(np.repeat([1.0, 0.0, 1.0, 0.0, 0.0], 100), 100).chance
    0.4
    """
    values = np.asarray(FRACTION.require(np.asarray(chances, dtype=np.float64), "chances"))
    if values.ndim != 1 or values.size == 0:
        raise ParameterError(f"chances have shape {values.shape}; expected one value per draw.")
    if people < 1:
        raise ParameterError(f"people is {people}; expected 1 or more.")
    mean = float(values.mean())
    group = np.arange(values.size) // people
    size = np.bincount(group).astype(np.float64)
    if people == 1 or size.size == 1:
        return ShareOfPeople(mean, 0.0, 1.0, probability)
    means = np.bincount(group, values) / size
    between = float((size * (means - mean) ** 2).sum()) / (size.size - 1)
    within = float(((values - means[group]) ** 2).sum()) / (values.size - size.size)
    effective = (values.size - float((size**2).sum()) / values.size) / (size.size - 1)
    variance = (between - within) / effective
    # a share that does not vary has no interval, one that is all or nothing the widest
    if variance <= _NO_VARIANCE or not 0.0 < mean < 1.0:
        return ShareOfPeople(mean, mean, mean, probability)
    count = max(mean * (1.0 - mean) / variance - 1.0, _FEWEST_COUNTS)
    tail = 0.5 * (1.0 - probability)
    low, high = betaincinv(mean * count, (1.0 - mean) * count, [tail, 1.0 - tail])
    return ShareOfPeople(mean, float(low), float(high), probability)


def wilson(true: int, n: int, probability: float = 0.9) -> Interval:
    """Return a share of independent cases with its Wilson interval.

    Parameters
    ----------
    true, n : int
        Cases in which something is true, and all.
    probability : float
        Probability of the interval.

    Examples
    --------
    >>> wilson(10, 24, 0.95)
    0.417 (0.245 to 0.612)
    """
    z, p = float(ndtri(0.5 + 0.5 * probability)), true / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return Interval(centre - half, p, centre + half, probability)


def relative_to(later: Floats, start: Floats) -> Floats:
    """Return later values relative to those at the start, less 1; 0 where the start is 0 [-]."""
    return np.asarray(
        np.divide(later, start, out=np.ones_like(later), where=start != 0.0) - 1.0,
        dtype=np.float64,
    )
