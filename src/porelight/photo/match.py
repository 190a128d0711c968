"""Which pore of one picture is which of another: one to one, the nearest pair first."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from porelight.errors import ParameterError
from porelight.quantities import Floats


def matched_pairs(first: Floats, second: Floats, radius: float) -> NDArray[np.int64]:
    """Return pairs of points that belong together.

    Parameters
    ----------
    first : ndarray of float64, shape (n, 2)
        Centres in one picture [m].
    second : ndarray of float64, shape (m, 2)
        Centres in the other, in the same frame [m].
    radius : float
        Points farther apart are never paired [m].

    Returns
    -------
    ndarray of int64, shape (k, 2)
        Index into `first` and index into `second`; no index occurs twice.

    Raises
    ------
    ParameterError
        If the arrays are not lists of two coordinates or the radius is not positive.

    Notes
    -----
    All pairs within the radius are taken in order of distance, each if both its points are still
    free; equal distances in the order of the indices.

    Examples
    --------
    >>> a = np.array([[0.0, 0.0], [0.0, 1.0]])
    >>> matched_pairs(a, a[::-1] + 0.1, 0.5)
    array([[0, 1],
           [1, 0]])
    """
    for name, points in (("first", first), ("second", second)):
        if points.ndim != 2 or points.shape[1] != 2:
            raise ParameterError(f"{name} has shape {points.shape}; expected (n, 2) in metres.")
    if radius <= 0.0:
        raise ParameterError(f"radius is {radius:g} m; expected a positive distance.")
    if len(first) == 0 or len(second) == 0:
        return np.empty((0, 2), dtype=np.int64)
    near = cKDTree(first).sparse_distance_matrix(cKDTree(second), radius, output_type="ndarray")
    free_first = np.ones(len(first), dtype=bool)
    free_second = np.ones(len(second), dtype=bool)
    pairs = []
    for k in np.lexsort((near["j"], near["i"], near["v"])):
        i, j = int(near["i"][k]), int(near["j"][k])
        if free_first[i] and free_second[j]:
            free_first[i] = free_second[j] = False
            pairs.append((i, j))
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
