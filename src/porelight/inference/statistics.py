"""What an ensemble of draws tells: how likely a person is to see a change.

The draws themselves come from the priors of the data files (`tissue.priors`) and are made by
`course`; here they are read.
"""

import numpy as np
import xarray as xr

from porelight.course.outcome import RELATIVE
from porelight.course.statistics import Interval, estimate
from porelight.data.library import parameter

__all__ = ["Interval", "estimate", "relative_change", "responders"]


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
