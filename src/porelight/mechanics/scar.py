"""Scars of picking, which permanently widen a pore.

Trauma stretches the wall of a pore plastically: its stress-free diameter is larger for good. The
mechanics of the ring has no length of its own: a wider hole responds to tension, plug and collagen
in the same proportion as before, and the scar multiplies whatever the rest of the course does. How
far picking widens a pore has not been measured: this is a scenario, not a prediction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from porelight.errors import ParameterError
from porelight.mechanics.ring import RingMechanics
from porelight.quantities import FRACTION, TIME, Floats


@dataclass(frozen=True, slots=True)
class Picking:
    """One event of picking at a pimple."""

    time: float  # s
    severity: float = 1.0  # 1 leaves the whole `picking_widening`

    def __post_init__(self) -> None:
        TIME.require(self.time, "time of picking")
        FRACTION.require(self.severity, "severity of picking")


def scar_widening(times: Floats, picking: Sequence[Picking], parameters: RingMechanics) -> Floats:
    """Permanent strain of a picked pore's wall.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the returned values [s].
    picking : sequence of Picking
        The events; each widens what the earlier ones left.
    parameters : RingMechanics
        Parameters, of which only `picking_widening` counts.

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Strain, 0 or more and never falling [-]; a value at the very time of an event is the one
        before it.

    Raises
    ------
    ParameterError
        If a time is negative or not finite.
    """
    times = np.asarray(TIME.require(np.asarray(times), "times"))
    strain = np.broadcast_to(np.atleast_1d(parameters.picking_widening), parameters.n_draw)
    factor = np.ones((times.size, strain.size))
    for event in picking:
        later = (times > event.time)[:, np.newaxis]
        factor = np.where(later, factor * (1.0 + event.severity * strain), factor)
    return np.asarray(factor - 1.0)


def scarred_opening(ratio: Floats, widening: Floats) -> Floats:
    """Diameter ratio of a pore that is also scarred.

    Parameters
    ----------
    ratio : ndarray of float64, shape (n_time, n_draw)
        Diameter ratio without the scar, from `porelight.mechanics.opening.pore_opening` [-].
    widening : ndarray of float64, shape (n_time, n_draw) or (n_time, 1)
        Permanent strain of the wall, from `scar_widening` [-].

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Diameter over the resting diameter of the unscarred pore [-], never below `ratio`.

    Raises
    ------
    ParameterError
        If a widening is negative or falls with time: scars of this kind do not heal.

    Examples
    --------
    >>> scarred_opening(np.array([[1.0], [0.9]]), np.array([[0.0], [0.2]])).round(2)
    array([[1.  ],
           [1.08]])
    """
    if not (widening >= 0.0).all() or not (np.diff(widening, axis=0) >= 0.0).all():
        raise ParameterError(
            f"widening goes from {widening.flat[0]:g} down to {widening.min():g}; a picked pore's "
            "scar is 0 or more and never falls."
        )
    return np.asarray(ratio * (1.0 + widening))
