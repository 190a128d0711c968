r"""Photographs of two visits made comparable: absorbance above its surroundings, at one scale.

Unlike `flatten`, which makes hard and soft photographs look alike so that one detector serves all,
this keeps the strength: of two visits it is the strength that may have changed. The absorbance of
green and blue is

.. math:: a = -\tfrac12 \left[ \ln(G + e) + \ln(B + e) \right]

of linear values with a floor e; its local mean, which is lamp and complexion, is taken off.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.photo.photograph import Photograph
from porelight.photo.picture import Image, Mask
from porelight.photo.slow_light import linear_across
from porelight.photo.strips import STRIP, each, strips, whole, widened
from porelight.photo.zone_mask import ZonePixels, where_they_meet

SCALE = 12.5e3  # px/m, on which visits are compared

_FLOOR = 0.02  # linear signal added before the logarithm
_LIGHT_SD = 1.2e-3  # m; what changes more slowly is light and not a pore
SATURATED = 250  # of 255, in every channel
_GLINT = 0.25  # absorbance below the local mean at which the lamp is seen and not the skin
_BLOCKS = 4.0  # standard deviation of a wide mean over the side of its blocks
_NEUTRAL = np.float32(1e-6)
_SQUARE = np.ones((3, 3), np.uint8)
_BLUR_REACH = 4.0  # standard deviations to which OpenCV takes a Gaussian of floats


@dataclass(frozen=True, slots=True, eq=False)
class Darkness:
    """A photograph at `SCALE`, with the slowly varying light of the lamp removed.

    Attributes
    ----------
    image : ndarray of float32, shape (rows, cols)
        Absorbance above the local mean; 0 where no skin is seen.
    skin : ndarray of bool, shape (rows, cols)
        Inside the zone and outside highlights.
    """

    image: Image
    skin: Mask


def darkness(photograph: Photograph, zone_mask: ZonePixels) -> Darkness:
    """Return how much darker than its surroundings each place is.

    Parameters
    ----------
    photograph : Photograph
        A photograph of skin.
    zone_mask : ndarray of bool, shape (rows, cols)
        True in the zone, on the photograph's own pixels.
    """
    shape = compared_shape(photograph)
    pixels, size = photograph.pixels, (shape[1], shape[0])
    if shape != photograph.shape:
        shrinks = shape[0] < photograph.shape[0]
        how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=how), dtype=np.uint8)
    zone = whole(shape) if zone_mask.all() else nearest(zone_mask, shape)
    image, glint = np.empty(shape, np.float32), np.empty(shape, np.bool_)
    parts = strips(shape)

    def begin(part: slice) -> None:
        image[part] = absorbance_of(pixels[part])
        glint[part] = is_saturated(pixels[part])

    each(begin, parts)
    # glints pull up the mean that defines them, so they are taken out in two rounds
    for _ in range(2):
        light = wide_mean(
            lambda part: image[part], lambda part: zone[part] & ~glint[part], shape, _LIGHT_SD
        )

        def spread(part: slice, light: WideMean = light) -> None:
            glint[part] |= image[part] - light.at(part) < -_GLINT

        each(spread, parts)
    skin = np.asarray(zone & ~grown(glint))
    light = wide_mean(lambda part: image[part], lambda part: skin[part], shape, _LIGHT_SD)

    def flatten(part: slice) -> None:
        image[part] -= light.at(part)
        image[part] *= skin[part]

    each(flatten, parts)
    return Darkness(image, skin)


def is_saturated(pixels: NDArray[np.uint8]) -> Mask:
    """Return the pixels of which every band is at its end."""
    bright = cv2.inRange(pixels, (SATURATED,) * 3, (255,) * 3)
    return np.asarray(bright, np.uint8).view(np.bool_)


def grown(mask: Mask) -> Mask:
    """Return a mask with the pixels beside it, across corners too."""
    return np.asarray(cv2.dilate(mask.view(np.uint8), _SQUARE), np.uint8).view(np.bool_)


def compared_shape(photograph: Photograph) -> tuple[int, int]:
    """Return rows and columns of the photograph at `SCALE`."""
    factor = SCALE / photograph.px_per_metre
    rows, cols = photograph.shape
    return max(1, round(rows * factor)), max(1, round(cols * factor))


def nearest(mask: ZonePixels, shape: tuple[int, int]) -> Mask:
    """Return the mask on a grid of another shape, each value that of the pixel it begins in."""
    rows, cols = (nearest_of(n, m) for n, m in zip(mask.shape, shape, strict=True))
    return where_they_meet(mask, rows, cols)


def nearest_of(n: int, m: int) -> NDArray[np.intp]:
    """For each of m equal cells, which of n equal cells it begins in."""
    return np.minimum((np.arange(m) * (1.0 / (m / n))).astype(np.intp), n - 1)


def smoothed(image: Image, sd_px: float, out: Image | None = None) -> Image:
    """Return the image convolved with a Gaussian of this standard deviation [px], written to `out`.

    With a standard deviation of 0 it is the image itself.
    """
    if sd_px <= 0.0:
        return image
    soft = np.empty_like(image) if out is None else out
    reach, rows = blur_reach(sd_px), image.shape[0]

    def blur(part: slice) -> None:
        wide, own = widened(part, reach, rows)
        beyond = cv2.GaussianBlur(image[wide], (0, 0), sd_px, borderType=cv2.BORDER_REFLECT)
        soft[part] = beyond[own]

    # larger strips than elsewhere, as what is beyond a strip is work that is done twice
    each(blur, strips(image.shape, 3 * STRIP))
    return soft


def blur_reach(sd_px: float) -> int:
    """Return how far `smoothed` looks around a pixel [px]."""
    return math.ceil(_BLUR_REACH * sd_px + 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class WideMean:
    """A wide Gaussian mean of a picture, kept on blocks and read for the rows in hand.

    Attributes
    ----------
    blocks : ndarray of float32, shape (block rows, block cols)
        The mean in the middle of each block.
    side : int
        Side of a block [px].
    shape : tuple of int
        Rows and columns of the picture.
    """

    blocks: Image
    side: int
    shape: tuple[int, int]

    def at(self, part: slice) -> Image:
        """Return the mean on some rows, in straight lines through the middles of blocks."""
        place = (np.arange(part.start, part.stop) + 0.5) / self.side - 0.5
        above = np.floor(place).astype(np.intp)
        down = np.asarray(place - above, np.float32)[:, None]
        low, high = (np.clip(k, 0, len(self.blocks) - 1) for k in (above, above + 1))
        narrow = self.blocks[low]
        narrow += (self.blocks[high] - narrow) * down
        return linear_across(narrow, narrow.shape[1] * self.side)[:, : self.shape[1]]


def wide_mean(
    image: Callable[[slice], Image],
    where: Callable[[slice], Mask],
    shape: tuple[int, int],
    sd: float,
) -> WideMean:
    """Return the Gaussian mean [sd in m] of what lies in a mask.

    It is taken on blocks, whose own width it leaves out, and drawn in straight lines through their
    middles: within 0.5 % of what it is subtracted from, and ten to fifty times as fast as pixel by
    pixel.

    Parameters
    ----------
    image, where : callable
        The image, float32, and the mask on some rows, shape (n, cols) each.
    shape : tuple of int
        Rows and columns of the whole.
    sd : float
        Standard deviation of the Gaussian [m].
    """
    sd_px = sd * SCALE
    side = max(1, int(sd_px / _BLOCKS))
    # the variances of a block and of the straight lines between two are in the mean already
    sd_px = math.sqrt(sd_px**2 - (side**2 - 1.0) / 12.0 - side**2 / 6.0) / side
    total, weight = (np.empty([-(-n // side) for n in shape], np.float32) for _ in range(2))

    def add(part: slice) -> None:
        seen = where(part).astype(np.float32)
        rows = slice(part.start // side, -(-part.stop // side))
        weight[rows] = _blocks(seen, side)
        seen *= image(part)
        total[rows] = _blocks(seen, side)

    # strips of whole blocks
    blocks = strips(total.shape, max(1, STRIP // side**2))
    each(add, [slice(b.start * side, min(b.stop * side, shape[0])) for b in blocks])
    total, weight = smoothed(total, sd_px), smoothed(weight, sd_px)
    weight += _NEUTRAL
    return WideMean(np.divide(total, weight, out=total), side, shape)


def _blocks(image: Image, side: int) -> Image:
    """Return the mean over each square block, with zeros beyond the right and the lower edge."""
    rows, cols = (-(-n // side) for n in image.shape)
    down, right = rows * side - image.shape[0], cols * side - image.shape[1]
    padded = cv2.copyMakeBorder(image, 0, down, 0, right, cv2.BORDER_CONSTANT, value=0.0)
    means = cv2.resize(padded, (cols, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(means, dtype=np.float32)


def _logarithms() -> Image:
    """Return the logarithm of the linear signal of each level, with its floor, shape (256,)."""
    value = np.arange(256) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.log(linear + _FLOOR).astype(np.float32)


LOGARITHM = _logarithms()


def absorbance_of(pixels: NDArray[np.uint8]) -> Image:
    """Return the absorbance of each pixel, that of lamp and complexion included."""
    green, blue = (cv2.LUT(cv2.extractChannel(pixels, k), LOGARITHM) for k in (1, 2))
    dark = np.asarray(cv2.add(green, blue), np.float32)
    dark *= np.float32(-0.5)
    return dark
