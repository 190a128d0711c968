"""Picking: a scar that no later treatment of the plug undoes.

Trauma stretches the wall of a pore plastically: its stress-free diameter is larger for good.
The mechanics of the ring has no length of its own: a wider hole answers tension, plug and collagen
in the same proportion as before, and the scar multiplies whatever the rest of the course does.
"""

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import Floats


def scarred_opening(ratio: Floats, widening: Floats) -> Floats:
    """Diameter ratio of a pore that is also scarred.

    Parameters
    ----------
    ratio : ndarray of float64, shape (n_time, n_draw)
        Diameter ratio without the scar, from `porelight.mechanics.mixture.pore_opening` [-].
    widening : ndarray of float64, shape (n_time, n_draw) or (n_time, 1)
        Permanent strain of the wall [-]; 0 is no scar.

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
