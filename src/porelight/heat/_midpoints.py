"""Values midway between the points of a curve, by the monotone cubic of Fritsch and Butland.

The same slopes as SciPy's ``PchipInterpolator``, which takes ten times as long for the many curves
of a pulse's response as it keeps four coefficients of every piece.

References
----------
.. [1] F. N. Fritsch, J. Butland, SIAM J. Sci. Stat. Comput. 5, 300-304 (1984).
.. [2] C. Moler, Numerical Computing with MATLAB (2004), section 3.6: slopes at the ends.
"""

import numpy as np

from porelight._jit import jit
from porelight.quantities import Floats


def with_midpoints(x: Floats, curves: Floats) -> Floats:
    """Return curves at their points and midway between them.

    Parameters
    ----------
    x : ndarray of float64, shape (n,)
        Points, rising strictly; three at least.
    curves : ndarray of float64, shape (..., n)
        Values at the points.

    Returns
    -------
    ndarray of float64, shape (..., 2 n - 1)
        Values at the points, unchanged, and midway between neighbours.
    """
    flat = np.ascontiguousarray(curves).reshape(-1, x.size)
    finer = np.empty((flat.shape[0], 2 * x.size - 1))
    _fill(np.diff(x), flat, finer)
    return finer.reshape(*curves.shape[:-1], finer.shape[1])


@jit
def _fill(width: Floats, curves: Floats, finer: Floats) -> None:
    n = curves.shape[1]
    slope = np.empty(n)
    secant = np.empty(n - 1)
    per_width = 1.0 / width
    heavier = 2.0 * width[1:] + width[:-1]
    lighter = width[1:] + 2.0 * width[:-1]
    both = heavier + lighter
    for i in range(curves.shape[0]):
        # loops without a branch or a call, so that a SIMD register holds several points
        for k in range(n - 1):
            secant[k] = (curves[i, k + 1] - curves[i, k]) * per_width[k]
        for k in range(n - 2):
            before, after = secant[k], secant[k + 1]
            harmonic = both[k] * before * (after / (heavier[k] * after + lighter[k] * before))
            slope[k + 1] = harmonic if before * after > 0.0 else 0.0
        slope[0] = _end(width[0], width[1], secant[0], secant[1])
        slope[n - 1] = _end(width[n - 2], width[n - 3], secant[n - 2], secant[n - 3])
        for k in range(n - 1):
            finer[i, 2 * k] = curves[i, k]
            middle = 0.5 * (curves[i, k] + curves[i, k + 1])
            finer[i, 2 * k + 1] = middle + 0.125 * width[k] * (slope[k] - slope[k + 1])
        finer[i, 2 * n - 2] = curves[i, n - 1]


@jit
def _end(near: float, far: float, secant: float, next_secant: float) -> float:
    """Return the slope at an end: of the parabola through three points, kept monotone."""
    slope = ((2.0 * near + far) * secant - near * next_secant) / (near + far)
    if slope * secant <= 0.0:
        return 0.0
    if secant * next_secant <= 0.0 and abs(slope) > 3.0 * abs(secant):
        return 3.0 * secant
    return slope
