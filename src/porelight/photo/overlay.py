"""A photograph with outlines of the pores that were found in it."""

import math
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.photo.measure import Measurement
from porelight.photo.photograph import Photograph
from porelight.photo.picture import Mask
from porelight.photo.strips import strips, widened

Pixels: TypeAlias = NDArray[np.uint8]

_OUTLINE: Final = (0, 255, 255)  # cyan: the hue farthest from skin
_ZONE: Final = (255, 255, 255)
_LEAST_SIDE: Final = 1200  # px; small photographs are enlarged: outlines must not hide the pores
_MOST_ENLARGED: Final = 4


def overlay(photograph: Photograph, measurement: Measurement) -> Pixels:
    """Return a photograph with outlines of its pores (cyan) and of the zone (white).

    Parameters
    ----------
    photograph : Photograph
        What was measured.
    measurement : Measurement
        Its pores.

    Returns
    -------
    ndarray of uint8, shape (k * rows, k * cols, 3)
        In sRGB, enlarged k times so that outlines are thin against the pores.
    """
    return np.concatenate(list(overlay_strips(photograph, measurement)))


def enlarged_times(photograph: Photograph) -> int:
    """Return how many times larger than the photograph its overlay is."""
    side = max(photograph.shape)
    return int(np.clip(math.ceil(_LEAST_SIDE / side), 1, _MOST_ENLARGED))


def overlay_strips(photograph: Photograph, measurement: Measurement) -> Iterator[Pixels]:
    """Return `overlay` in strips of rows from the top, as a large one takes much memory."""
    times, shape = enlarged_times(photograph), photograph.shape
    zone = measurement.zone_mask
    lines = () if zone.all() else _lines(zone[:], times)
    pores = measurement.drawn
    for part in strips(shape):
        picture = photograph.pixels[part].copy()
        # only what is smaller than a strip is enlarged
        if times > 1:
            picture = np.asarray(
                cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC),
                np.uint8,
            )
        cv2.drawContours(picture, lines, -1, _ZONE, 2, offset=(0, -part.start))
        wide, own = widened(part, 1, shape[0])
        rim = _rim(_larger(pores[wide], times))[own.start * times : own.stop * times]
        picture[rim] = _OUTLINE
        yield picture


def _larger(mask: Mask, times: int) -> Pixels:
    large = np.ascontiguousarray(mask).view(np.uint8)
    if times == 1:
        return large
    return np.asarray(
        cv2.resize(large, None, fx=times, fy=times, interpolation=cv2.INTER_NEAREST), np.uint8
    )


def _lines(mask: Mask, times: int) -> Sequence[NDArray[np.int32]]:
    lines, _ = cv2.findContours(_larger(mask, times), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    return [np.asarray(line, np.int32) for line in lines]


def _rim(mask: Pixels) -> Mask:
    """Return the pixels of a mask that have one beside them, above or below that is not in it."""
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
    inner = cv2.erode(mask, cross, borderType=cv2.BORDER_CONSTANT, borderValue=(0.0,))
    return np.asarray(mask > inner)
