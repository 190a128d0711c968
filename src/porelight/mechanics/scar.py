"""Picking: a scar state that no later treatment of the plug undoes.

Trauma opens the wall of a pore plastically: its stress-free diameter grows by a fixed share at each
event. The mechanics of the ring has no length of its own, so a wider hole answers tension, plug and
collagen in the same proportion as before, and the scar multiplies whatever the rest of the course
does. No measurement of the size of this opening was found; it is a scenario, not a prediction.
"""

import numpy as np

from porelight.errors import ParameterError
from porelight.mechanics.ring import RingMechanics
from porelight.quantities import Floats


def picking_scar(times: Floats, picked_at: Floats, parameters: RingMechanics) -> Floats:
    """Factor by which picking has widened the stress-free pore.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        When the factor is wanted [s].
    picked_at : ndarray of float64, shape (n_event,)
        When the pore was picked [s]; may be empty.
    parameters : RingMechanics
        Its `picking_opening` is used.

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Factor on the pore's diameter, at least 1 and never falling [-].

    Raises
    ------
    ParameterError
        If either argument is not one-dimensional and finite.

    Examples
    --------
    >>> from porelight.mechanics.ring import RingMechanics
    >>> picking_scar(np.array([0.0, 10.0]), np.array([5.0]), RingMechanics.typical())
    array([[1.  ],
           [1.15]])
    """
    for name, array in (("times", times), ("picked_at", picked_at)):
        if array.ndim != 1 or not np.isfinite(array).all():
            raise ParameterError(f"{name} must be a list of finite times [s]; got {array!r}.")
    n_event = (picked_at[np.newaxis, :] <= times[:, np.newaxis]).sum(axis=1, keepdims=True)
    opening = np.broadcast_to(np.atleast_1d(parameters.picking_opening), parameters.n_draw)
    return np.asarray((1.0 + opening) ** n_event)
