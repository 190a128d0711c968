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

Kept are the pixels of the working scale, the absorbance and the slow fields of light and contrast;
an image of the skin's colours is made of them for the rows and columns in hand, so that a large
photograph costs nine bytes a pixel and not twenty.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.photo.darkness import LOGARITHM, absorbance_of, grown, is_saturated
from porelight.photo.photograph import Photograph
from porelight.photo.picture import Image, Mask
from porelight.photo.robust import Sample
from porelight.photo.slow_light import SlowField, local_means
from porelight.photo.strips import each, on_cores, strips, whole
from porelight.photo.zone_mask import ZonePixels, where_they_meet

WORKING_SCALE = 12.5e3  # px/m

_LIGHT_SD = 1.2e-3  # m; what changes more slowly is light and not a pore
_CONTRAST_SD = 1.0e-3  # m; over which contrast is judged
_LEAST_CONTRAST = 0.03  # of the absorbance; texture of the smoothest skin
_GLINT = 0.25  # absorbance below the local mean at which skin is no longer seen
_RED_AND_YELLOW = np.array([[1.0, -0.5, -0.5], [0.0, 1.0, -1.0]], np.float32)
_GLINT_SD = 5.0  # and times the spread of the zone, so that noise is no glint


@dataclass(frozen=True, slots=True, eq=False)
class FlatSkin:
    """A photograph at the working scale with the lamp's light removed; 0 where there is no skin.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The photograph at the working scale.
    absorbance : ndarray of float32, shape (rows, cols)
        Absorbance above the local mean.
    light : tuple of SlowField
        Local means of redness and yellowness of the skin.
    local_contrast : SlowField
        The local variance of the absorbance, by whose root all is divided.
    skin : ndarray of bool, shape (rows, cols)
        Inside the zone and outside highlights.
    zone : ndarray of bool, shape (rows, cols)
        The zone, highlights included.
    """

    pixels: NDArray[np.uint8]
    absorbance: Image
    light: tuple[SlowField, SlowField]
    local_contrast: SlowField
    skin: Mask
    zone: Mask

    def contrast_at(self, rows: slice, cols: slice = slice(None)) -> Image:
        """Return the local contrast, an absorbance, on some rows and columns, float32."""
        contrast = self.local_contrast.at(rows, cols)
        contrast += np.float32(_LEAST_CONTRAST**2)
        return np.sqrt(contrast, out=contrast)

    def colours_at(self, rows: slice, cols: slice = slice(None)) -> tuple[Image, Image, Image]:
        """Return darkness, redness and yellowness on some rows and columns, float32.

        Absorbance above the local mean and the same of colour, in units of the local contrast.
        """
        one_over = self.contrast_at(rows, cols)
        np.divide(self.skin[rows, cols], one_over, out=one_over)
        colours = _colours(self.pixels[rows, cols])
        for colour, light in zip(colours, self.light, strict=True):
            np.subtract(colour, light.at(rows, cols), out=colour)
            np.multiply(colour, one_over, out=colour)
        red, yellow = colours
        return np.multiply(self.absorbance[rows, cols], one_over, out=one_over), red, yellow

    @property
    def darkness(self) -> Image:
        """Absorbance above the local mean, in units of the local contrast, (rows, cols)."""
        return self.colours_at(slice(None))[0]

    @property
    def redness(self) -> Image:
        """Redness above the local mean, in units of the local contrast, (rows, cols)."""
        return self.colours_at(slice(None))[1]


def flat_skin(photograph: Photograph, zone_mask: ZonePixels) -> FlatSkin:
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
        Of the shape that the photograph has at the working scale.
    """
    pixels = at_working_scale(photograph)
    shape = pixels.shape[:2]
    rows, cols = (_nearest(n, m) for n, m in zip(shape, zone_mask.shape, strict=True))
    zone = whole(shape) if zone_mask.all() else where_they_meet(zone_mask, rows, cols)
    dark = np.empty(shape, np.float32)
    skin = _without_glints(pixels, zone, dark)
    sd = _LIGHT_SD * WORKING_SCALE
    light, red, yellow = local_means(lambda part: (dark[part], *_colours(pixels[part])), skin, sd)

    def flatten(part: slice) -> None:
        dark[part] -= light.at(part)

    each(flatten, strips(shape))
    (contrast,) = local_means(
        lambda part: (np.square(dark[part]),), skin, _CONTRAST_SD * WORKING_SCALE
    )
    dark *= skin
    return FlatSkin(pixels, dark, (red, yellow), contrast, skin, zone)


def _without_glints(pixels: NDArray[np.uint8], zone: Mask, dark: Image) -> Mask:
    """Return the skin of the zone, where no lamp is mirrored, and write the absorbance."""
    parts, glint = strips(zone.shape), np.empty(zone.shape, np.bool_)

    def begin(part: slice) -> None:
        dark[part] = absorbance_of(pixels[part])
        glint[part] = is_saturated(pixels[part])

    each(begin, parts)
    skin = np.asarray(zone & ~glint)
    # glints pull up the mean that defines them, so they are taken out in two rounds
    for _ in range(2):
        (light,) = local_means(lambda part: (dark[part],), skin, _LIGHT_SD * WORKING_SCALE)
        sample = Sample(skin)

        def above(part: slice, light: SlowField = light) -> Image:
            return np.asarray(dark[part] - light.at(part), np.float32)

        seen = on_cores(lambda part: sample.of(part, above(part)), parts)  # noqa: B023  used at once
        _, spread = sample.middle_and_spread(values for _, values in seen)
        depth = max(_GLINT, _GLINT_SD * spread)

        def spread_out(part: slice, depth: float = depth) -> None:
            glint[part] |= above(part) < -depth

        each(spread_out, parts)
        skin = np.asarray(zone & ~grown(glint))
    return skin


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
    own = rows[part]
    # across first, on the few rows of the labels that are wanted
    across = np.take(labels[own[0] : own[-1] + 1], cols, axis=1)
    return np.asarray(across[own - own[0]])


def _nearest(n: int, m: int) -> NDArray[np.intp]:
    """For each of n equal cells, which of m equal cells its centre lies in."""
    return ((np.arange(n) + 0.5) * m / n).astype(np.intp)


def _colours(pixels: NDArray[np.uint8]) -> tuple[Image, Image]:
    """Return redness and yellowness."""
    both = cv2.transform(cv2.LUT(pixels, LOGARITHM), _RED_AND_YELLOW)
    red, yellow = cv2.split(both)
    return np.asarray(red, np.float32), np.asarray(yellow, np.float32)
