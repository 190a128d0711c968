"""Square windows of an image around many points at once, as one array."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from porelight.photo.picture import Mask
from porelight.quantities import Floats

PixelPoints = NDArray[np.intp]
_AT_ONCE = 4096  # windows of distances held in memory


def windows(image: NDArray[Any], at: PixelPoints, half: int) -> NDArray[Any]:
    """Return what lies up to `half` pixels from each point, 0 outside the image.

    Parameters
    ----------
    image : ndarray, shape (rows, cols)
        The image.
    at : ndarray of int, shape (n, 2)
        Row and column of each point [px].
    half : int
        Reach of a window from its point [px].

    Returns
    -------
    ndarray, shape (n, 2 half + 1, 2 half + 1)
        The windows.
    """
    framed = cv2.copyMakeBorder(image, half, half, half, half, cv2.BORDER_CONSTANT, value=0)
    side = (2 * half + 1, 2 * half + 1)
    return np.asarray(sliding_window_view(framed, side)[at[:, 0], at[:, 1]])


def offsets(half: int) -> tuple[Floats, Floats]:
    """Return rows and columns of a window relative to its middle [px]."""
    step = np.arange(-half, half + 1, dtype=np.float64)
    return step[:, None], step[None, :]


def territory(at: PixelPoints, radius: Floats, shape: tuple[int, int], half: int) -> Mask:
    """Return which pixels of each window lie nearest to its point, in units of its radius.

    Parameters
    ----------
    at : ndarray of int, shape (n, 2)
        Row and column of each point [px].
    radius : ndarray of float64, shape (n,)
        Radius of each point, by which distances from it are divided [px].
    shape : tuple of int
        Rows and columns of the image.
    half : int
        Reach of the windows [px].

    Returns
    -------
    ndarray of bool, shape (n, 2 half + 1, 2 half + 1)
        True on the pixels that belong to the point. No pixel belongs to two points, unless both
        are equally near.
    """
    row, col = offsets(half)
    from_middle = np.hypot(row, col)
    side = 2 * half + 1
    nearest = np.full((shape[0] + 2 * half, shape[1] + 2 * half), np.inf, np.float32)

    def parts() -> Iterator[tuple[slice, NDArray[np.float32]]]:
        for first in range(0, len(at), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            yield some, (from_middle / radius[some, None, None]).astype(np.float32)

    for some, away in parts():
        for (y, x), distance in zip(at[some].tolist(), away, strict=True):
            there = nearest[y : y + side, x : x + side]
            np.minimum(there, distance, out=there)
    own = np.empty((len(at), side, side), np.bool_)
    every = sliding_window_view(nearest, (side, side))
    for some, away in parts():
        np.less_equal(away, every[at[some, 0], at[some, 1]], out=own[some])
    return own


def painted(kept: Mask, at: PixelPoints, shape: tuple[int, int]) -> NDArray[np.int32]:
    """Return an image with i + 1 on the pixels that window i keeps, 0 elsewhere."""
    half = kept.shape[1] // 2
    labels = np.zeros((shape[0] + 2 * half, shape[1] + 2 * half), np.int32)
    i, row, col = np.nonzero(kept)
    labels[at[i, 0] + row, at[i, 1] + col] = i + 1
    return np.ascontiguousarray(labels[half : half + shape[0], half : half + shape[1]])
