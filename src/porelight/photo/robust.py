"""Median and robust standard deviation, which pores, moles and glints hardly change."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from porelight.photo.picture import Mask
from porelight.photo.strips import strips

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
    return _middle_and_spread(evenly(values).copy())


def evenly(values: NDArray[Any]) -> NDArray[Any]:
    """Return an evenly spaced part of very many values, as many as a median needs."""
    return values[:: _step(values.size)]


class Sample:
    """Evenly spaced pixels of a mask, so many as `middle_and_spread` takes of all.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, cols)
        True on the pixels that count.

    Examples
    --------
    >>> mask = np.array([[True, True, False], [True, True, True]])
    >>> image = np.array([[1.0, 2.0, 9.0], [3.0, 4.0, 1000.0]])
    >>> sample = Sample(mask)
    >>> sample.middle_and_spread([sample.of(slice(0, 2), image)])
    (3.0, 1.4826)
    """

    def __init__(self, mask: Mask) -> None:
        self._cols = mask.shape[1]
        step, passed, places = _step(int(np.count_nonzero(mask))), 0, []
        for part in strips(mask.shape):
            here = np.flatnonzero(mask[part])
            places.append(here[-passed % step :: step] + part.start * self._cols)
            passed += here.size
        self._places = np.concatenate(places)

    def of(self, rows: slice, image: NDArray[Any]) -> NDArray[Any]:
        """Return the values of an image, of which some rows are given, at the pixels in them."""
        start = rows.start * self._cols
        first, last = np.searchsorted(self._places, [start, rows.stop * self._cols])
        return np.asarray(np.take(image, self._places[first:last] - start))

    def middle_and_spread(self, parts: Iterable[NDArray[Any]]) -> tuple[float, float]:
        """Return `middle_and_spread` of the values that `of` gave for all rows, in any order."""
        some = list(parts)
        return _middle_and_spread(np.concatenate(some)) if some else (0.0, 0.0)


def _step(total: int) -> int:
    return 1 + total // _ENOUGH


def _middle_and_spread(values: NDArray[Any]) -> tuple[float, float]:
    """Return both of all values, which are used up."""
    if values.size == 0:
        return 0.0, 0.0
    middle = median(values)
    away = values - middle
    return middle, SD_OF_MAD * median(np.abs(away, out=away))


def median(values: NDArray[Any]) -> float:
    """Return the median of one value or more.

    Several times as fast as NumPy's, which looks for two places at once.
    """
    half = values.size // 2
    values = np.partition(values, half)
    if values.size % 2:
        return float(values[half])
    return float(np.mean([values[:half].max(), values[half]], dtype=values.dtype))
