r"""Flattening: how much darker than its surroundings each place of a photograph is.

Every photograph is brought to one working scale. The darkness of a place is the absorbance of green
and blue, in which blood and melanin absorb and skin scatters least,

.. math:: a = -\tfrac12 \left[ \ln(G + e) + \ln(B + e) \right]

of the linear values, with a floor e that keeps noise in the dark from growing. Its redness is
:math:`\ln(R + e) + a` and its yellowness :math:`\ln(G + e) - \ln(B + e)`. The light of the lamp
changes slowly and multiplies, so it leaves with the local mean; what is left is divided by its
local contrast, so that pores of a soft and of a hard photograph look alike. A least contrast keeps
empty skin from being blown up into texture.

Highlights are mirror images of the lamp and say nothing about skin; they count in no mean.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.photo.photograph import Photograph
from porelight.photo.picture import Image, Mask
from porelight.photo.robust import middle_and_spread_of
from porelight.photo.strips import strips

WORKING_SCALE = 12.5e3  # px/m

_FLOOR = 0.02  # linear signal added before the logarithm
_LIGHT_SD = 1.2e-3  # m; what changes more slowly is light and not a pore
_CONTRAST_SD = 1.0e-3  # m; over which contrast is judged
_LEAST_CONTRAST = 0.03  # of the absorbance; texture of the smoothest skin
_SATURATED = 250  # of 255 in every channel
_GLINT = 0.25  # absorbance below the local mean at which skin is no longer seen
_GLINT_SD = 5.0  # and times the spread of the zone, so that noise is no glint
_BLOCK = 4  # px
_BLOCK_VARIANCE = 0.25  # of block means and their linear reading, in blocks
_NEUTRAL = np.float32(1e-6)  # weight below which a place has no neighbours


@dataclass(frozen=True, slots=True, eq=False)
class FlatSkin:
    """A photograph at the working scale with the lamp's light removed; 0 where there is no skin.

    Attributes
    ----------
    darkness : ndarray of float32, shape (rows, cols)
        Absorbance above the local mean, in units of the local contrast.
    redness, yellowness : ndarray of float32, shape (rows, cols)
        The same of colour, in the same unit.
    contrast : ndarray of float32, shape (rows, cols)
        The local contrast, an absorbance.
    skin : ndarray of bool, shape (rows, cols)
        Inside the zone and outside highlights.
    zone : ndarray of bool, shape (rows, cols)
        The zone, highlights included.
    """

    darkness: Image
    redness: Image
    yellowness: Image
    contrast: Image
    skin: Mask
    zone: Mask

    @property
    def absorbance(self) -> Image:
        """Absorbance above the local mean, float32, shape (rows, cols)."""
        return self.darkness * self.contrast


def flat_skin(photograph: Photograph, zone_mask: Mask) -> FlatSkin:
    """Return the photograph at the working scale with the light of the lamp removed.

    Parameters
    ----------
    photograph : Photograph
        A photograph of skin.
    zone_mask : ndarray of bool, shape (rows, cols)
        True in the zone, on the photograph's own pixels.

    Returns
    -------
    FlatSkin
        Arrays of shape `working_shape`.
    """
    pixels = at_working_scale(photograph)
    shape = pixels.shape[:2]
    rows, cols = (_nearest(n, m) for n, m in zip(shape, zone_mask.shape, strict=True))
    zone = zone_mask[rows[:, None], cols]
    dark, red, yellow = colours = [np.empty(shape, np.float32) for _ in range(3)]
    glint = np.empty(shape, np.bool_)
    for part in strips(shape):
        dark[part], red[part], yellow[part] = _colours(pixels[part])
        glint[part] = (pixels[part] >= _SATURATED).all(axis=2)
    del pixels
    skin = zone & ~glint
    # glints pull up the mean that defines them, so they are taken out in two rounds
    for _ in range(2):
        above = _local_mean(dark, skin, _LIGHT_SD)
        np.subtract(dark, above, out=above)
        glint |= above < -_glint_depth(above, skin)
        del above
        skin = zone & ~cv2.dilate(glint.view(np.uint8), np.ones((3, 3), np.uint8)).view(np.bool_)
    for colour in colours:
        np.subtract(colour, _local_mean(colour, skin, _LIGHT_SD), out=colour)
        colour[~skin] = 0.0
    contrast = _local_mean(dark * dark, skin, _CONTRAST_SD)
    contrast += np.float32(_LEAST_CONTRAST**2)
    np.sqrt(contrast, out=contrast)
    for colour in colours:
        np.divide(colour, contrast, out=colour)
    return FlatSkin(dark, red, yellow, contrast, skin, zone)


def at_working_scale(photograph: Photograph) -> NDArray[np.uint8]:
    """Return the pixels at `WORKING_SCALE`, uint8, shape (rows, cols, 3)."""
    factor = WORKING_SCALE / photograph.px_per_metre
    rows, cols = photograph.shape
    shape = (max(1, round(rows * factor)), max(1, round(cols * factor)))
    if shape == photograph.shape:
        return photograph.pixels
    how = cv2.INTER_AREA if factor < 1.0 else cv2.INTER_CUBIC
    resized = cv2.resize(photograph.pixels, (shape[1], shape[0]), interpolation=how)
    return np.asarray(resized, dtype=np.uint8)


def to_photograph(
    labels: NDArray[np.int32], shape: tuple[int, int], part: slice = slice(None)
) -> NDArray[np.int32]:
    """Return labels of the working scale on the pixels of the photograph of shape `shape`.

    Of its rows, those of `part`.
    """
    rows, cols = (_nearest(n, m) for n, m in zip(shape, labels.shape, strict=True))
    return np.ascontiguousarray(labels[rows[part, None], cols])


def blurred(image: Image, sd: float) -> Image:
    """Return the image convolved with a Gaussian of this standard deviation on the skin [m]."""
    return np.asarray(
        cv2.GaussianBlur(image, (0, 0), sd * WORKING_SCALE, borderType=cv2.BORDER_REFLECT),
        dtype=np.float32,
    )


def _nearest(n: int, m: int) -> NDArray[np.intp]:
    """For each of n equal cells, which of m equal cells its centre lies in."""
    return ((np.arange(n) + 0.5) * m / n).astype(np.intp)


def _colours(pixels: NDArray[np.uint8]) -> tuple[Image, Image, Image]:
    value = np.arange(256) / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    logarithm = np.log(linear + _FLOOR).astype(np.float32)
    red, green, blue = cv2.split(cv2.LUT(pixels, logarithm))
    dark = np.float32(-0.5) * (green + blue)
    return dark, red + dark, green - blue


def _glint_depth(above: Image, skin: Mask) -> float:
    of_skin = (above[part][skin[part]] for part in strips(skin.shape))
    _, spread = middle_and_spread_of(of_skin, int(skin.sum()))
    return max(_GLINT, _GLINT_SD * spread)


def _local_mean(image: Image, skin: Mask, sd: float) -> Image:
    """Gaussian mean over the skin alone, of this standard deviation [m].

    It is so wide that means over `_BLOCK` x `_BLOCK` pixels, weighted by how much skin each block
    has, stand for the pixels.
    """
    rows, cols = skin.shape
    block = (max(1, round(cols / _BLOCK)), max(1, round(rows / _BLOCK)))
    ratio = (rows / block[1], cols / block[0])
    widths = [math.sqrt(max((sd * WORKING_SCALE / r) ** 2 - _BLOCK_VARIANCE, 0.01)) for r in ratio]

    def wide(values: Image) -> Image:
        coarse = cv2.resize(values, block, interpolation=cv2.INTER_AREA)
        return np.asarray(
            cv2.GaussianBlur(coarse, (0, 0), widths[1], None, widths[0], cv2.BORDER_REFLECT),
            dtype=np.float32,
        )

    mean = wide(image * skin) / (wide(skin.astype(np.float32)) + _NEUTRAL)
    return np.asarray(cv2.resize(mean, (cols, rows), interpolation=cv2.INTER_LINEAR), np.float32)
