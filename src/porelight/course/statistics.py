"""Medians, intervals and relative changes of draws."""

from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from porelight.course.value_text import Written, value_text
from porelight.errors import ParameterError
from porelight.quantities import Floats


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


def relative_to(later: Floats, start: Floats) -> Floats:
    """Return later values relative to those at the start, less 1; 0 where the start is 0 [-]."""
    return np.asarray(
        np.divide(later, start, out=np.ones_like(later), where=start != 0.0) - 1.0,
        dtype=np.float64,
    )
