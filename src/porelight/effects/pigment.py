r"""Epidermal melanin and mottled pigment: their loss with the removed epidermis, and their return.

A session that removes (ablates, or kills and sheds) the depth d takes the share

.. math:: f = 1 - \exp[-(d/d_0)^2]

of the epidermal melanin: hardly any from above the basal layer, nearly all once it is gone. Even
melanin comes back within months, faster in darker skin; the mottled part comes back over years, in
proportion to the sun. What lies in the dermis stays. Nothing is valid before the dressing is off
(about a week), and darkening by inflammation is a risk of its own, kept with healing.
"""

from dataclasses import dataclass

import numpy as np

from porelight.data.parameter_set import NumberOrDraws, ParameterSet
from porelight.effects._inputs import (
    DEPTH,
    RETURN_TIME,
    depths,
    missing_share,
)
from porelight.errors import ParameterError
from porelight.quantities import FRACTION, Floats, Quantity

_REFERENCE_TYPE = 3  # the skin type that melanin_return_time is given for
_RATIO = Quantity("melanin_return_ratio", "1", 0.5, 5.0, "ratio of rates between skin types")
_SUN = Quantity("sun_exposure", "1", 0.0, 20.0, "sun relative to the habitual dose")


@dataclass(frozen=True, slots=True, eq=False)
class PigmentParameters(ParameterSet):
    """Depth of pigment and time of its return; a field is one number or one per draw, (n_draw,)."""

    FILE = "effects"

    pigment_depth: NumberOrDraws  # m
    mottled_epidermal_share: NumberOrDraws  # 1
    melanin_return_time: NumberOrDraws  # s, skin type III
    melanin_return_ratio: NumberOrDraws  # 1
    mottled_return_time: NumberOrDraws  # s, habitual sun

    def __post_init__(self) -> None:
        DEPTH.require(self.pigment_depth, "pigment_depth")
        FRACTION.require(self.mottled_epidermal_share, "mottled_epidermal_share")
        RETURN_TIME.require(self.melanin_return_time, "melanin_return_time")
        _RATIO.require(self.melanin_return_ratio)
        RETURN_TIME.require(self.mottled_return_time, "mottled_return_time")


def epidermal_melanin(
    times: Floats,
    session_times: Floats,
    removed_depth: Floats,
    fitzpatrick: int,
    parameters: PigmentParameters,
) -> Floats:
    """Relative change of the melanin of the epidermis.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the returned values, in order [s].
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions [s].
    removed_depth : ndarray of float64, shape (n_session, n_draw)
        Ablated and shed depth of each session [m].
    fitzpatrick : int
        Skin type, 1 to 6.
    parameters : PigmentParameters
        Fields may be of shape (n_draw,).

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Relative change [-]; negative is paler, 0 if nothing was removed.

    Raises
    ------
    ParameterError
        If shapes disagree, a depth is impossible or the skin type is not 1 to 6.
    """
    if fitzpatrick not in range(1, 7):
        raise ParameterError(f"fitzpatrick is {fitzpatrick}; expected a skin type from 1 to 6.")
    faster = np.power(parameters.melanin_return_ratio, fitzpatrick - _REFERENCE_TYPE)
    return -missing_share(
        times,
        session_times,
        _removed(removed_depth, parameters),
        parameters.melanin_return_time / faster,
    )


def mottled_pigment(
    times: Floats,
    session_times: Floats,
    removed_depth: Floats,
    parameters: PigmentParameters,
    sun_exposure: NumberOrDraws = 1.0,
) -> Floats:
    """Relative change of mottled pigment and sun spots.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the returned values, in order [s].
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions [s].
    removed_depth : ndarray of float64, shape (n_session, n_draw)
        Ablated and shed depth of each session [m].
    parameters : PigmentParameters
        Fields may be of shape (n_draw,).
    sun_exposure : float or ndarray of float64, shape (n_draw,)
        Sun from now on over the habitual dose [-]; 0 is full protection.

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Relative change [-]; negative is more even, 0 if nothing was removed.

    Raises
    ------
    ParameterError
        If shapes disagree, or a depth or the sun exposure is impossible.

    Examples
    --------
    One session that removes 60 um, after two months and two years:

    >>> day = 86400.0
    >>> mottled_pigment(np.array([60.0, 730.0]) * day, np.zeros(1), np.full((1, 1), 6e-5),
    ...                 PigmentParameters.typical()).round(2)
    array([[-0.44],
           [-0.13]])
    """
    sun = np.asarray(_SUN.require(sun_exposure), dtype=np.float64)
    never = np.full(sun.shape, np.inf)
    slower = np.divide(1.0, sun, out=never, where=sun > 0.0)
    missing = missing_share(
        times,
        session_times,
        _removed(removed_depth, parameters),
        parameters.mottled_return_time * slower,
    )
    return np.asarray(-parameters.mottled_epidermal_share * missing)


def _removed(removed_depth: Floats, parameters: PigmentParameters) -> Floats:
    relative = depths("removed_depth", removed_depth) / parameters.pigment_depth
    return np.asarray(-np.expm1(-(relative**2)))
