"""A photograph with outlines of the pores that were found in it."""

import math
from collections.abc import Sequence
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.photo.measure import Measurement
from porelight.photo.photograph import Photograph

Pixels: TypeAlias = NDArray[np.uint8]

_OUTLINE: Final = (255, 255, 0)  # BGR, cyan: the hue farthest from skin
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
    side = max(photograph.shape)
    times = int(np.clip(math.ceil(_LEAST_SIDE / side), 1, _MOST_ENLARGED))
    picture = np.asarray(cv2.cvtColor(photograph.pixels, cv2.COLOR_RGB2BGR), np.uint8)
    if times > 1:
        picture = np.asarray(
            cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), np.uint8
        )
    if not measurement.zone_mask.all():
        _outline(picture, measurement.zone_mask, times, _ZONE, 2)
    _outline(picture, measurement.mask, times, _OUTLINE, 1)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB, dst=picture), np.uint8)


def _outline(
    picture: Pixels, mask: NDArray[np.bool_], times: int, colour: Sequence[int], width: int
) -> None:
    large = np.ascontiguousarray(mask).view(np.uint8)
    if times > 1:
        large = np.asarray(
            cv2.resize(large, None, fx=times, fy=times, interpolation=cv2.INTER_NEAREST), np.uint8
        )
    lines, _ = cv2.findContours(large, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, lines, -1, colour, width)
