"""Pairing of the pores of two pictures, one to one, with the least sum of squared distances."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from porelight.errors import ParameterError
from porelight.quantities import Floats


def matched_pairs(first: Floats, second: Floats, radius: float | Floats) -> NDArray[np.int64]:
    """Return pairs of points that belong together.

    Parameters
    ----------
    first : ndarray of float64, shape (n, 2)
        Centres in one picture [m].
    second : ndarray of float64, shape (m, 2)
        Centres in the other, in the same frame [m].
    radius : float or ndarray of float64, shape (n,)
        Points farther apart are never paired [m]; one for all, or one for each of `first`.

    Returns
    -------
    ndarray of int64, shape (k, 2)
        Index into `first` and index into `second`; no index occurs twice.

    Raises
    ------
    ParameterError
        If the arrays are not lists of two coordinates or a radius is not positive.

    Notes
    -----
    Of all one-to-one pairings the one with the least sum of squared distances, each in units of its
    radius, where a point that stays alone costs as much as one at its radius (Hungarian method).
    Where two pores lie side by side and both moved, the nearest pair first would be wrong.

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
    reach = np.broadcast_to(np.asarray(radius, np.float64), (len(first),))
    if reach.size and not float(reach.min()) > 0.0:
        raise ParameterError(f"radius is {reach.min():g} m; expected a positive distance.")
    if len(first) == 0 or len(second) == 0:
        return np.empty((0, 2), dtype=np.int64)
    near = cKDTree(first).sparse_distance_matrix(
        cKDTree(second), float(reach.max()), output_type="ndarray"
    )
    near = near[near["v"] <= reach[near["i"]]]
    if near.size == 0:
        return np.empty((0, 2), dtype=np.int64)
    saved = 1.0 - (near["v"] / reach[near["i"]]) ** 2
    group = _groups(near["i"], near["j"], (len(first), len(second)))
    pairs = []
    for number in np.unique(group):
        mine = group == number
        pairs += _best_of(near["i"][mine], near["j"][mine], saved[mine])
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _groups(i: NDArray[np.intp], j: NDArray[np.intp], size: tuple[int, int]) -> NDArray[np.intp]:
    """Return the number of the connected group of points that each near pair belongs to."""
    n = sum(size)
    graph = coo_array((np.ones(i.size), (i, j + size[0])), shape=(n, n))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels[i], np.intp)


def _best_of(i: NDArray[np.intp], j: NDArray[np.intp], saved: Floats) -> list[tuple[int, int]]:
    rows, of_row = np.unique(i, return_inverse=True)
    cols, of_col = np.unique(j, return_inverse=True)
    gain = np.full((rows.size, cols.size), -1.0)
    gain[of_row, of_col] = saved
    # staying alone saves nothing, so a pairing at a loss is never better than none
    chosen = linear_sum_assignment(np.maximum(gain, 0.0), maximize=True)
    return [(int(rows[a]), int(cols[b])) for a, b in zip(*chosen, strict=True) if gain[a, b] >= 0.0]
