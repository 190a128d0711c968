r"""Slow loss of collagen with age and unprotected sun, for what-if questions over years.

Surveys find a straight decline: a share r of the young adult's collagen is lost each year from
about 20 on (0.6 to 1 %). Relative to what is left at an age a this is

.. math::
    \lambda(a) = \frac{r\,(1 - s + s\,u)}{1 - r\,(a - a_0)}

with s the share of the loss that the sun does to people as exposed as those of the surveys, and u
the exposure of this person relative to theirs, reduced while sunscreen is used. A course that does
not ask for ageing has none: its loss rate is 0 and zero dose is zero change.
"""

import math
from dataclasses import dataclass

import numpy as np

from porelight.data.parameter_set import NumberOrDraws, ParameterSet
from porelight.errors import ParameterError
from porelight.healing._inputs import checked_times
from porelight.quantities import AGE, FRACTION, TIME, Floats, Quantity

OLDEST = 95.0  # years; nobody older is in the surveys
YEAR = 365.25 * 86400.0  # s

_LOSS = Quantity("collagen_loss", "1/years", 0.0, 0.012, "share of young collagen lost per year")
_EXPOSURE = Quantity("sun exposure", "1", 0.0, 20.0, "relative to the people of the surveys")
_YOUNG, _OLD = 24.0, 80.0  # years: the two groups whose fibroblasts were compared


@dataclass(frozen=True, slots=True, eq=False)
class AgeingParameters(ParameterSet):
    """Rates of the loss of collagen; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "healing"

    collagen_loss: NumberOrDraws  # 1/years, of the young adult's collagen
    sun_share: NumberOrDraws  # 1
    sunscreen_efficacy: NumberOrDraws  # 1
    ageing_onset: NumberOrDraws  # years
    old_fibroblast_loss: NumberOrDraws  # 1

    def __post_init__(self) -> None:
        _LOSS.require(self.collagen_loss)
        AGE.require(self.ageing_onset, "ageing_onset")
        for name in ("sun_share", "sunscreen_efficacy", "old_fibroblast_loss"):
            FRACTION.require(getattr(self, name), name)


@dataclass(frozen=True, slots=True)
class SunProtection:
    """Daily sunscreen from one time to another."""

    start: float  # s
    stop: float = math.inf  # s
    use: float = 1.0  # share of the days on which it is applied

    def __post_init__(self) -> None:
        TIME.require(self.start, "start of sun protection")
        FRACTION.require(self.use, "use of sun protection")
        if not self.stop > self.start:
            raise ParameterError(
                f"sun protection stops at {self.stop:g} s, before it starts at {self.start:g} s."
            )


def loss_rate(
    times: Floats,
    age: float,
    parameters: AgeingParameters,
    *,
    sun_exposure: float = 1.0,
    protection: tuple[SunProtection, ...] = (),
) -> Floats:
    """Share of the present collagen that is lost per second.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the course [s].
    age : float
        Age at time 0 [years].
    parameters : AgeingParameters
        Fields may be of shape (n_draw,).
    sun_exposure : float
        Unprotected exposure relative to the people of the surveys; 0 never outdoors.
    protection : tuple of SunProtection
        Periods with sunscreen; where two overlap, both act.

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Loss rate [1/s] for `remodelling`; n_draw is 1 for single numbers. 0 before the onset age.

    Raises
    ------
    ParameterError
        If the person would be older than 95 years within the course.

    Examples
    --------
    At 50 a year costs 1 % of the young adult's collagen, which is 1.4 % of what is left:

    >>> yearly = loss_rate(np.zeros(1), 50.0, AgeingParameters.typical()) * YEAR
    >>> (100 * yearly).round(2)
    array([[1.43]])
    """
    times = checked_times(times)
    ages = AGE.require(age) + times / YEAR
    if ages[-1] > OLDEST:
        raise ParameterError(
            f"the course ends at an age of {ages[-1]:.1f} years; the surveys end at {OLDEST:g}. "
            "Shorten it."
        )
    _EXPOSURE.require(sun_exposure, "sun_exposure")
    p = parameters
    sun = np.full((times.size, 1), sun_exposure) * np.ones(np.shape(np.atleast_1d(p.sun_share)))
    for care in protection:
        used = ((times >= care.start) & (times < care.stop)).astype(np.float64) * care.use
        sun = sun * (1.0 - used[:, np.newaxis] * np.atleast_1d(p.sunscreen_efficacy))
    yearly = p.collagen_loss * ((1.0 - p.sun_share) + p.sun_share * sun)
    since_onset = ages[:, np.newaxis] - np.atleast_1d(p.ageing_onset)
    left = 1.0 - p.collagen_loss * since_onset
    return np.asarray(np.where(since_onset >= 0.0, yearly / left, 0.0) / YEAR)


def fibroblast_response(age: float, parameters: AgeingParameters) -> Floats:
    """Collagen that fibroblasts of an age make, relative to those of a young adult.

    Parameters
    ----------
    age : float
        Age of the person [years].
    parameters : AgeingParameters
        `old_fibroblast_loss` may be of shape (n_draw,).

    Returns
    -------
    ndarray of float64, shape (n_draw,)
        1 up to 24 years, 0.68 from 80 on, straight between: only the two groups at the ends
        (18-29 and over 80) were measured, in culture.

    Notes
    -----
    The unit of the signal dose comes from photodamaged adults whose ages are not in the abstract,
    so this is for comparing ages with one another, not for correcting one prediction.
    """
    share = np.interp(AGE.require(age), (_YOUNG, _OLD), (0.0, 1.0))
    return np.asarray(1.0 - share * np.atleast_1d(parameters.old_fibroblast_loss))
