"""What two photographs can tell of a pore area: a change, or the noise of taking them again."""

import numpy as np
from scipy.special import ndtr

from porelight.data.library import Parameter, parameter
from porelight.quantities import Floats

_TWO_SIDED = 1.96  # standard deviations in the smallest detectable change


def chance_measured(rise: Floats | float) -> Floats:
    """Return the chance that two photographs show a rise larger than the smallest detectable one.

    Parameters
    ----------
    rise : float or ndarray of float64
        True relative rise of the pore area; of its fall, the fall [-].

    Notes
    -----
    Each photograph has the repeatability that the smallest detectable change is made from, so that
    their difference has a standard deviation of it over 1.96.
    """
    smallest = smallest_detectable().value
    return np.asarray(ndtr((np.asarray(rise) - smallest) * (_TWO_SIDED / smallest)))


def unchanged_responders() -> float:
    """Return the share of people who measure smaller pores though nothing has changed [-].

    It is the answer to a sham as far as photographs go; what an observer's hope or the choice of a
    bad day for the first photograph adds is not in it.
    """
    return float(chance_measured(0.0))


def smallest_detectable() -> Parameter:
    """Return the smallest relative change of the pore area that a camera can tell from none."""
    return parameter("tissue", "limits", "smallest_detectable_area_change")
