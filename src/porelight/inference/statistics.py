"""What an ensemble of draws tells: how likely a person is to see a change.

The draws themselves come from the priors of the data files (`tissue.priors`) and are made by
`course`; here they are read.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from porelight.course.outcome import RELATIVE
from porelight.data.library import parameter
from porelight.errors import ParameterError


@dataclass(frozen=True, slots=True)
class Interval:
    """A median with the interval that holds the stated share of the draws."""

    low: float
    median: float
    high: float
    probability: float = 0.9


def estimate(draws: xr.DataArray | np.ndarray, probability: float = 0.9) -> Interval:
    """Return median and interval of a set of draws.

    Parameters
    ----------
    draws : array of shape (n_draw,)
        One value per draw.
    probability : float
        Share of the draws inside the interval.

    Examples
    --------
    >>> estimate(np.linspace(0.0, 1.0, 101)).median
    0.5
    """
    values = np.asarray(draws, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise ParameterError(f"draws have shape {values.shape}; expected one value per draw.")
    tail = 0.5 * (1.0 - probability)
    low, median, high = np.quantile(values, [tail, 0.5, 1.0 - tail])
    return Interval(float(low), float(median), float(high), probability)


def relative_change(outcome: xr.Dataset, name: str, day: float) -> np.ndarray:
    """Return the change of an outcome from its start to a day, relative to its start, per draw.

    Parameters
    ----------
    outcome : Dataset
        What `Course.simulate` returned.
    name : str
        A variable over (draw, day). Those that are relative changes already are returned as such.
    day : float
        The observed day nearest to this is taken [d].
    """
    history = outcome[name]
    later = history.sel(day=day, method="nearest").to_numpy()
    if name in RELATIVE:
        return np.asarray(later, dtype=np.float64)
    start = history.isel(day=0).to_numpy()
    return np.asarray(np.divide(later, start, out=np.ones_like(later), where=start != 0.0) - 1.0)


def responders(outcome: xr.Dataset, day: float) -> float:
    """Return the share of draws whose pore area falls by more than a camera's repeatability.

    It is the chance that this person would *measure* an improvement, not only have one.
    """
    smallest = parameter("tissue", "limits", "smallest_detectable_area_change").value
    return float(np.mean(relative_change(outcome, "area_fraction", day) < -smallest))
