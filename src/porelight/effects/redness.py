r"""Diffuse redness and broken vessels after heat in the vessels of the upper plexus.

A session takes from the small vessels of the upper plexus the share

.. math:: f = 1 - \exp(-a\,c - b\,h)

with c the coagulated and h the heat-shocked fraction there; a says how far coagulated vessels are
resorbed, b what warming alone does (it has not been shown to do anything, so its prior reaches down
to nearly nothing). The missing share v comes back with time, and redness changes by -s v with s the
share of it that these vessels carry. Visible broken vessels respond to coagulation alone and return
over years. The redness of the treatment itself belongs to healing, not here.
"""

from dataclasses import dataclass

import numpy as np

from porelight.data.parameter_set import NumberOrDraws, ParameterSet
from porelight.effects._inputs import (
    GAIN,
    RETURN_TIME,
    fractions,
    missing_share,
)
from porelight.quantities import FRACTION, Floats


@dataclass(frozen=True, slots=True, eq=False)
class RednessParameters(ParameterSet):
    """Response of vessels to heat; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "effects"

    redness_vessel_share: NumberOrDraws  # 1
    vessel_clearance: NumberOrDraws  # 1
    vessel_heat_response: NumberOrDraws  # 1
    vessel_return_time: NumberOrDraws  # s
    broken_vessel_clearance: NumberOrDraws  # 1
    broken_vessel_return_time: NumberOrDraws  # s

    def __post_init__(self) -> None:
        FRACTION.require(self.redness_vessel_share, "redness_vessel_share")
        for name in ("vessel_clearance", "vessel_heat_response", "broken_vessel_clearance"):
            GAIN.require(getattr(self, name), name)
        for name in ("vessel_return_time", "broken_vessel_return_time"):
            RETURN_TIME.require(getattr(self, name), name)


def diffuse_redness(
    times: Floats,
    session_times: Floats,
    coagulated: Floats,
    heat_shocked: Floats,
    parameters: RednessParameters,
) -> Floats:
    """Relative change of diffuse redness.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the returned values, in order [s].
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions [s].
    coagulated : ndarray of float64, shape (n_session, n_draw)
        Coagulated fraction of blood at the upper plexus [-].
    heat_shocked : ndarray of float64, shape (n_session, n_draw)
        Heat-shocked fraction of cells at the upper plexus [-].
    parameters : RednessParameters
        Fields may be of shape (n_draw,).

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Relative change [-]; negative is less red, 0 without injury.

    Raises
    ------
    ParameterError
        If shapes disagree or a fraction is outside 0 to 1.

    Examples
    --------
    Four monthly sessions that heat-shock a third of the plexus, two months after the last:

    >>> day = 86400.0
    >>> third = np.full((4, 1), 1.0 / 3.0)
    >>> diffuse_redness(np.array([150.0]) * day, np.arange(4) * 30.0 * day, 0.0 * third, third,
    ...                 RednessParameters.typical()).round(3)
    array([[-0.018]])
    """
    loss = parameters.vessel_clearance * fractions(
        "coagulated", coagulated
    ) + parameters.vessel_heat_response * fractions("heat_shocked", heat_shocked)
    missing = missing_share(times, session_times, -np.expm1(-loss), parameters.vessel_return_time)
    return np.asarray(-parameters.redness_vessel_share * missing)


def broken_vessels(
    times: Floats, session_times: Floats, coagulated: Floats, parameters: RednessParameters
) -> Floats:
    """Relative change of the number of visible broken vessels.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the returned values, in order [s].
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions [s].
    coagulated : ndarray of float64, shape (n_session, n_draw)
        Coagulated fraction of blood at the upper plexus [-].
    parameters : RednessParameters
        Fields may be of shape (n_draw,).

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Relative change [-]; negative is fewer, 0 without coagulation.

    Raises
    ------
    ParameterError
        If shapes disagree or a fraction is outside 0 to 1.
    """
    loss = parameters.broken_vessel_clearance * fractions("coagulated", coagulated)
    return -missing_share(
        times, session_times, -np.expm1(-loss), parameters.broken_vessel_return_time
    )
