r"""Photographs of two visits made comparable: absorbance above its surroundings, at one scale.

Unlike `flatten`, which makes hard and soft photographs look alike so that one detector serves all,
this keeps the strength: of two visits it is the strength that may have changed. The absorbance of
green and blue is

.. math:: a = -\tfrac12 \left[ \ln(G + e) + \ln(B + e) \right]

of linear values with a floor e; its local mean, which is lamp and complexion, is taken off.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.photo.photograph import Photograph
from porelight.photo.picture import Image, Mask
from porelight.photo.strips import strips, whole, widened
from porelight.photo.zone_mask import ZonePixels, where_they_meet

SCALE = 12.5e3  # px/m, on which visits are compared

_FLOOR = 0.02  # linear signal added before the logarithm
_LIGHT_SD = 1.2e-3  # m; what changes more slowly is light and not a pore
_SATURATED = 250  # of 255, in every channel
_GLINT = 0.25  # absorbance below the local mean at which the lamp is seen and not the skin
_BLOCKS = 4.0  # standard deviation of a wide mean over the side of its blocks
_NEUTRAL = np.float32(1e-6)
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
    # three means one after the other, and a pixel around the glints
    reach = 3 * mean_reach(_LIGHT_SD) + 1
    image, skin = np.empty(shape, np.float32), np.empty(shape, np.bool_)
    for part in strips(shape):
        wide, own = widened(part, reach, shape[0], block_of(_LIGHT_SD))
        above, seen = _above_surroundings(pixels[wide], zone[wide])
        image[part], skin[part] = above[own], seen[own]
    return Darkness(image, skin)


def _above_surroundings(pixels: NDArray[np.uint8], zone: Mask) -> tuple[Image, Mask]:
    absorbance = _absorbance(pixels)
    glint = np.asarray((pixels >= _SATURATED).all(axis=2), np.bool_)
    # glints pull up the mean that defines them, so they are taken out in two rounds
    for _ in range(2):
        above = _above_mean(absorbance, zone & ~glint)
        glint |= above < -_GLINT
        del above
    around = cv2.dilate(np.asarray(glint, np.uint8), np.ones((3, 3), np.uint8))
    skin = np.asarray(zone & (around == 0))
    above = _above_mean(absorbance, skin)
    above[~skin] = 0.0
    return above, skin


def _above_mean(image: Image, skin: Mask) -> Image:
    mean = local_mean(image, skin, _LIGHT_SD)
    return np.subtract(image, mean, out=mean)


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
    soft = cv2.GaussianBlur(image, (0, 0), sd_px, out, borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft, dtype=np.float32)


def blur_reach(sd_px: float) -> int:
    """Return how far `smoothed` looks around a pixel [px]."""
    return math.ceil(_BLUR_REACH * sd_px + 1.0)


def local_mean(image: Image, where: Mask, sd: float) -> Image:
    """Return the Gaussian mean [sd in m] of what lies in the mask, shape (rows, cols).

    A wide Gaussian is taken on blocks, whose own width it leaves out, and drawn in straight lines
    through their middles: within 0.5 % of what it is subtracted from, and ten to fifty times as
    fast as pixel by pixel.
    """
    weight = where.astype(np.float32)
    total = image * weight
    sd_px, block = sd * SCALE, block_of(sd)
    if block > 1:
        # the variances of a block and of the straight lines between two are in the mean already
        sd_px = math.sqrt(sd_px**2 - (block**2 - 1.0) / 12.0 - block**2 / 6.0) / block
        total, weight = (_blocks(one, block) for one in (total, weight))
    total, weight = smoothed(total, sd_px), smoothed(weight, sd_px)
    weight += _NEUTRAL
    np.divide(total, weight, out=total)
    return total if block == 1 else _between(total, block, image.shape)


def block_of(sd: float) -> int:
    """Return the side of the blocks on which `local_mean` takes a Gaussian [sd in m, px]."""
    return max(1, int(sd * SCALE / _BLOCKS))


def mean_reach(sd: float) -> int:
    """Return how far `local_mean` looks around a pixel [sd in m, px]."""
    return blur_reach(sd * SCALE) + 3 * block_of(sd)


def _blocks(image: Image, side: int) -> Image:
    """Return the mean over each square block, with zeros beyond the right and the lower edge."""
    rows, cols = (-(-n // side) for n in image.shape)
    down, right = rows * side - image.shape[0], cols * side - image.shape[1]
    padded = cv2.copyMakeBorder(image, 0, down, 0, right, cv2.BORDER_CONSTANT, value=0.0)
    means = cv2.resize(padded, (cols, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(means, dtype=np.float32)


def _between(means: Image, side: int, shape: tuple[int, ...]) -> Image:
    """Return the values of pixels, in straight lines through the middles of blocks."""
    for axis in (0, 1):
        n = shape[axis]
        place = np.arange(n)
        # as OpenCV does it, but so that a row does not depend on where a strip begins
        share = ((place % side + 0.5) / side - 0.5).astype(np.float32)
        left = place // side - (share < 0.0)
        share = np.where(share < 0.0, share + 1.0, share).astype(np.float32)
        low, high = np.clip(left, 0, None), np.clip(left + 1, None, means.shape[axis] - 1)
        share = share[:, None] if axis == 0 else share
        below, above = means.take(low, axis), means.take(high, axis)
        above -= below
        above *= share
        below += above
        means = below
    return means


def _absorbance(pixels: NDArray[np.uint8]) -> Image:
    value = np.arange(256) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    logarithm = np.log(linear + _FLOOR).astype(np.float32)
    green, blue = (cv2.LUT(cv2.extractChannel(pixels, k), logarithm) for k in (1, 2))
    dark = np.asarray(cv2.add(green, blue), np.float32)
    dark *= np.float32(-0.5)
    return dark
