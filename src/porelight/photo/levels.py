"""Levels of the pixels of a picture, counted without a copy of those that are looked at."""

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.photo.picture import Mask


def level_counts(pixels: NDArray[np.uint8], where: Mask) -> NDArray[np.int64]:
    """Return how often each level occurs in each band, shape (3, 256).

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        Part of a picture, of fewer than 2^24 pixels.
    where : ndarray of bool, shape (rows, cols)
        True on the pixels that are counted.

    Examples
    --------
    >>> pixels = np.array([[[1, 2, 2], [1, 3, 2]]], np.uint8)
    >>> level_counts(pixels, np.array([[True, True]]))[:, 1:4].tolist()
    [[2, 0, 0], [0, 1, 1], [0, 2, 0]]
    """
    mask = np.ascontiguousarray(where).view(np.uint8)
    counts = [cv2.calcHist([pixels], [k], mask, [256], [0.0, 256.0]) for k in range(3)]
    return np.rint(counts).astype(np.int64).reshape(3, 256)


def brightest_band(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the largest of the three bands of each pixel, shape (rows, cols)."""
    red, green, blue = cv2.split(pixels)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)
