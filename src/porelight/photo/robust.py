"""Median and robust standard deviation, which pores, moles and glints hardly change."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

SD_OF_MAD = 1.4826  # standard deviation of a Gaussian over its median absolute deviation
_ENOUGH = 500_000  # values for a median


def middle_and_spread(values: NDArray[Any]) -> tuple[float, float]:
    """Return the median, and the standard deviation by the median absolute deviation.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Values; of very many, an evenly spaced part is taken.

    Returns
    -------
    tuple of float
        In the unit of the values; zeros when there are none.

    Examples
    --------
    >>> middle_and_spread(np.array([1.0, 2.0, 3.0, 4.0, 1000.0]))
    (3.0, 1.4826)
    """
    if values.size == 0:
        return 0.0, 0.0
    some = values[:: 1 + values.size // _ENOUGH]
    middle = float(np.median(some))
    return middle, SD_OF_MAD * float(np.median(np.abs(some - middle)))


def middle_and_spread_of(parts: Iterable[NDArray[Any]], total: int) -> tuple[float, float]:
    """Return `middle_and_spread` of values that come in parts, with the same bits.

    Parameters
    ----------
    parts : iterable of ndarray, shape (n_part,)
        The values in their order.
    total : int
        Number of values in all parts.

    Examples
    --------
    >>> middle_and_spread_of([np.array([1.0, 2.0]), np.array([3.0, 4.0, 1000.0])], 5)
    (3.0, 1.4826)
    """
    step = 1 + total // _ENOUGH
    some, passed = [], 0
    for part in parts:
        some.append(part[-passed % step :: step])
        passed += part.size
    return middle_and_spread(np.concatenate(some)) if some else (0.0, 0.0)
