r"""The weight of each depth of the dermis in the movement of a pore's opening.

The ring of `porelight.mechanics.ring` is one flat sheet, but heat fades with depth and a camera
sees the orifice. Finite elements with a shrinkage confined to one slice after another give the
share that each depth has in the movement of the orifice: it falls about linearly to nothing at
four pore radii,

.. math:: w(z) \propto 1 - \frac{z}{2 D}, \qquad z < 2 D,

with D the diameter of the pore. A dose that varies with depth is averaged with it before it is
handed to the ring. Depths of the epidermis hold no collagen and are left out.
"""

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import LENGTH, PORE_DIAMETER, Floats

REACH = 2.0  # pore diameters
_FINE = 400  # points of the average


def orifice_mean(depth: Floats, profile: Floats, diameter: float, shallowest: float) -> Floats:
    """Mean of a profile over depth, weighted as the opening of a pore follows it.

    Parameters
    ----------
    depth : ndarray of float64, shape (n_depth,)
        Depths below the surface [m], increasing.
    profile : ndarray of float64, shape (..., n_depth)
        Profile to average, for example the denatured fraction.
    diameter : float
        Diameter of the pore [m].
    shallowest : float
        Depth of the upper face of the dermis [m].

    Returns
    -------
    ndarray of float64, shape (...)
        Weighted mean; a constant profile gives its constant.

    Raises
    ------
    ParameterError
        If shapes do not agree, depths do not increase, or the pore is too narrow to reach the
        dermis.

    Notes
    -----
    Four dermises were sliced (uniform; soft ring; the same with an upper 1.5 radii of 0.6 and 0.3
    of the modulus). The first pore radius carries 0.32 to 0.56 of the movement, two carry 0.68 to
    0.87, three 0.94 to 1.01; this weight says 0.44, 0.75 and 0.94.

    Examples
    --------
    A dose that fades from the surface within 0.1 mm, for a pore 0.2 mm wide:

    >>> z = np.linspace(0.0, 1e-3, 1001)
    >>> float(orifice_mean(z, np.exp(-z / 1e-4), 2e-4, 0.0).round(3))
    0.377
    """
    depth = np.asarray(LENGTH.require(np.asarray(depth), "depth"))
    profile = np.asarray(profile, dtype=np.float64)
    PORE_DIAMETER.require(diameter, "diameter")
    if depth.ndim != 1 or profile.shape[-1:] != depth.shape or np.any(np.diff(depth) <= 0.0):
        raise ParameterError(
            f"depth has shape {depth.shape} and the profile {profile.shape}; expected increasing "
            "depths of shape (n_depth,) and a profile of shape (..., n_depth)."
        )
    deepest = REACH * diameter
    if not 0.0 <= shallowest < deepest:
        raise ParameterError(
            f"a pore {diameter:.3g} m wide feels {deepest:.3g} m deep, which does not reach the "
            f"dermis at {shallowest:.3g} m; give a wider pore."
        )
    points = shallowest + (deepest - shallowest) * (np.arange(_FINE) + 0.5) / _FINE
    weight = 1.0 - points / deepest
    flat = profile.reshape(-1, depth.size)
    mean = [float(np.interp(points, depth, row) @ weight) for row in flat]
    return np.asarray(np.reshape(mean, profile.shape[:-1]) / weight.sum())
