r"""Tone, redness, shine and texture of skin, as far as one photograph can tell.

The colour of a photograph is that of skin, lamp and camera together. With the white patch of the
printed sheet in view the lamp is divided out and the individual typology angle [1]_

.. math:: \mathrm{ITA} = \arctan\!\left( \frac{L^* - 50}{b^*} \right)

is absolute, within what office paper is known: it reflects 0.85 and is a little blue. Without it,
the angle is not reported. Differences between visits may then still be meaningful if lamp and
camera are the same, and only then.

The erythema index is that of narrow-band meters [2]_ with the broad bands of a camera,
:math:`100 \log_{10}(R / G)`: a tenth in it is a change of colour by 0.2 %, but a warmer lamp moves
it as blood does, so without a card it is relative too. Shine is the share of the zone that mirrors
the lamp, and by how much; it is a property of skin *and* of where the lamp stands. Texture is the
standard deviation of the darkness between 0.1 and 1 mm outside of pores; it grows as the lamp
sinks. None of the last two is to be compared between rooms.

References
----------
.. [1] A. Chardon, I. Cretois, C. Hourseau, "Skin colour typology and suntanning pathways," Int. J.
   Cosmet. Sci. 13, 191-208 (1991). doi:10.1111/j.1467-2494.1991.tb00561.x
.. [2] B. L. Diffey, R. J. Oliver, P. M. Farr, "A portable instrument for quantifying erythema
   induced by ultraviolet radiation," Br. J. Dermatol. 111, 663-672 (1984).
   doi:10.1111/j.1365-2133.1984.tb14149.x
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.brief import brief
from porelight.data.library import Z95
from porelight.errors import PhotographError
from porelight.photo.darkness import (
    SCALE,
    Darkness,
    blur_reach,
    compared_shape,
    darkness,
    nearest,
    nearest_of,
    smoothed,
    wide_mean,
)
from porelight.photo.drawn import DrawnPores
from porelight.photo.estimate import Estimate
from porelight.photo.levels import brightest_band, level_counts
from porelight.photo.photograph import Photograph
from porelight.photo.picture import Image, Mask
from porelight.photo.robust import SD_OF_MAD, evenly, median
from porelight.photo.slow_light import AreaMeans
from porelight.photo.strips import median_of_counts, on_cores, strips, whole, widened
from porelight.photo.zone_mask import ZonePixels
from porelight.quantities import Floats

PAPER = 0.85  # reflectance of office paper
_PAPER_ERROR = 0.04
_PAPER_BLUE_ERROR = 2.0  # of b*, by optical brighteners

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
_SHINE = 0.10  # absorbance below the local mean from which skin is called shiny
_TEXTURE = (1.2, 12.0)  # px at the scale of comparison
_LOOK_SD = 4e-3  # m; shine is judged against skin this far around
_LEAST_PIXELS = 100
_THIRDS = np.full((1, 3), 1.0 / 3.0, np.float32)
_TYPES = (
    (55.0, "very light"),
    (41.0, "light"),
    (28.0, "intermediate"),
    (10.0, "tan"),
    (-30.0, "brown"),
)


@dataclass(frozen=True, slots=True, repr=False)
class Tone:
    """Tone, redness, shine and texture of the skin in one photograph.

    Attributes
    ----------
    typology_angle : Estimate or None
        ITA with its 90 % interval [rad]; None without a white patch in view.
    erythema_index : float
        100 log10(R/G) of the skin between pores; absolute if `is_absolute`.
    lightness, red_green, blue_yellow : float
        CIE L*, a*, b* (D65); of the picture and not of the skin unless `is_absolute`.
    shiny_share : float
        Share of the zone that mirrors the lamp [-].
    shine : float
        Mean absorbance by which shiny skin is brighter than its surroundings [-].
    texture : float
        Standard deviation of the absorbance between 0.1 and 1 mm outside of pores [-].
    is_absolute : bool
        Whether the colour of the lamp was removed with a white patch in view.
    """

    typology_angle: Estimate | None
    erythema_index: float
    lightness: float
    red_green: float
    blue_yellow: float
    shiny_share: float
    shine: float
    texture: float
    is_absolute: bool

    __repr__ = brief

    @property
    def linear(self) -> Floats:
        """Linear sRGB of the skin over that of a perfect white, shape (3,) [-]."""
        y = (self.lightness + 16.0) / 116.0
        root = np.array([y + self.red_green / 500.0, y, y - self.blue_yellow / 200.0])
        ratio = np.where(root > 6.0 / 29.0, root**3, (root - 4.0 / 29.0) * 108.0 / 841.0)
        return linear_of(ratio)

    @property
    def typology(self) -> str:
        """Chardon's name for the angle, or that it is not known."""
        if self.typology_angle is None:
            return "not known without the sheet in view"
        degrees = math.degrees(self.typology_angle.value)
        return next((word for least, word in _TYPES if degrees > least), "dark")


def tone(
    photograph: Photograph,
    zone_mask: ZonePixels,
    pore_mask: Mask | DrawnPores,
    levels: Mapping[str, Floats] | None = None,
    dark: Darkness | None = None,
) -> Tone:
    """Return tone, redness, shine and texture of a zone.

    Parameters
    ----------
    photograph : Photograph
        A photograph of skin.
    zone_mask : ndarray of bool, shape (rows, cols)
        True in the zone.
    pore_mask : ndarray of bool, shape (rows, cols), or DrawnPores
        True on the pores in it.
    levels : mapping of str to ndarray of float64, shape (3,), optional
        Linear sRGB of the patches in view (`porelight.photo.marker.patch_levels`).
    dark : Darkness, optional
        That of the photograph and the zone, where it is at hand.

    Raises
    ------
    PhotographError
        If hardly any skin lies between the pores, or the white patch is clipped or dark.
    """
    shape = compared_shape(photograph)
    colour, pores = _median_colour(photograph, zone_mask, pore_mask, shape)
    linear = _linear(colour)
    white = None if levels is None else levels.get("white")
    if white is not None:
        _require_white(photograph, white)
        linear = linear * PAPER / white
    light, red, yellow = _lab(linear)
    angle = None if white is None else _typology(light, yellow)
    shiny_share, shine = _shine(photograph, zone_mask)
    texture = _texture(dark or darkness(photograph, zone_mask), pores)
    return Tone(
        typology_angle=angle,
        erythema_index=100.0 * math.log10(float(linear[0]) / max(float(linear[1]), 1e-6)),
        lightness=light,
        red_green=red,
        blue_yellow=yellow,
        shiny_share=shiny_share,
        shine=shine,
        texture=float(texture.std()) if texture.size else 0.0,
        is_absolute=white is not None,
    )


def _require_white(photograph: Photograph, white: Floats) -> None:
    if not (white > 0.15).all() or (white > 0.98).any():
        raise PhotographError(
            f"{photograph.name}: the white patch of the sheet has the linear signal "
            f"{', '.join(f'{v:.2f}' for v in white)}; expected 0.15 to 0.98. Expose so that the "
            "sheet is bright and not clipped, in the same light as the skin."
        )


def _typology(light: float, yellow: float) -> Estimate:
    angle = math.atan2(light - 50.0, yellow)
    # L* = 116 Y^(1/3) - 16, so an error of Y counts by a third of L* + 16
    by_light = (light + 16.0) / 3.0 * _PAPER_ERROR / PAPER
    radius = math.hypot(light - 50.0, yellow)
    error = math.hypot(yellow * by_light, (light - 50.0) * _PAPER_BLUE_ERROR) / radius**2
    return Estimate(angle, angle - Z95 * error, angle + Z95 * error)


def _median_colour(
    photograph: Photograph,
    zone_mask: ZonePixels,
    pore_mask: Mask | DrawnPores,
    shape: tuple[int, int],
) -> tuple[Floats, Mask]:
    """Return the median level of each band of the skin between pores and highlights, shape (3,).

    And the pores with the skin beside them at another shape.
    """
    count, pores = np.zeros((3, 256), np.int64), np.empty(shape, np.bool_)
    rows, square = photograph.shape[0], np.ones((3, 3), np.uint8)
    at, columns = (nearest_of(n, m) for n, m in zip(photograph.shape, shape, strict=True))

    def seen(part: slice) -> tuple[NDArray[np.int64], Mask]:
        wide, own = widened(part, 1, rows)
        # beside a pore its softened rim still darkens the skin
        around = cv2.dilate(pore_mask[wide].view(np.uint8), square)[own].view(np.bool_)
        pixels = photograph.pixels[part]
        bare = zone_mask[part] & ~around & (brightest_band(pixels) < 250)
        first, last = np.searchsorted(at, [part.start, part.stop])
        return level_counts(pixels, bare), around[at[first:last, None] - part.start, columns]

    first = 0
    for _, (levels, near) in on_cores(seen, strips(photograph.shape)):
        count += levels
        pores[first : first + len(near)] = near
        first += len(near)
    n_pixels = int(count[0].sum())
    if n_pixels < _LEAST_PIXELS:
        raise PhotographError(
            f"{photograph.name}: only {n_pixels} pixels of skin lie between pores and "
            f"highlights; expected {_LEAST_PIXELS} or more to judge tone."
        )
    return np.array([median_of_counts(band) for band in count]), pores


def _texture(dark: Darkness, pores: Mask) -> Image:
    """Return the texture of the skin between pores, shape (n,)."""
    skin = dark.skin & ~pores
    every = whole(dark.skin.shape)
    coarse = wide_mean(
        lambda part: dark.image[part], lambda part: every[part], every.shape, _TEXTURE[1] / SCALE
    )

    def seen(part: slice) -> Image:
        wide, own = widened(part, blur_reach(_TEXTURE[0]), skin.shape[0])
        fine = smoothed(dark.image[wide], _TEXTURE[0])[own]
        return np.asarray((fine - coarse.at(part))[skin[part]], np.float32)

    return _together(on_cores(seen, strips(skin.shape)), int(skin.sum()))


def _shine(photograph: Photograph, zone_mask: ZonePixels) -> tuple[float, float]:
    """Return the share of shiny skin, and by how much it is brighter."""
    above = _brighter(photograph, zone_mask)
    # shine only adds light: the lower half of the spread is what skin has without it
    below = evenly(above)
    below = below - np.float32(median(below))
    np.abs(np.minimum(below, 0.0, out=below), out=below)
    spread = SD_OF_MAD * median(below) * 2.0
    shiny = above > max(_SHINE, 3.0 * spread)
    return float(shiny.mean()), float(above[shiny].mean()) if shiny.any() else 0.0


def _brighter(photograph: Photograph, zone_mask: ZonePixels) -> Image:
    """Return by how much each place of the zone is brighter than those around it, shape (n,)."""
    shape = compared_shape(photograph)
    image, zone = _light(photograph, shape), nearest(zone_mask, shape)
    mean = wide_mean(lambda part: image[part], lambda part: zone[part], shape, _LOOK_SD)

    def above(part: slice) -> Image:
        return np.asarray((image[part] - mean.at(part))[zone[part]], np.float32)

    return _together(on_cores(above, strips(shape)), int(zone.sum()))


def _together(parts: Iterable[tuple[slice, Image]], n: int) -> Image:
    """Return n values that come in parts, held once."""
    values, first = np.empty(n, np.float32), 0
    for _, part in parts:
        values[first : first + part.size] = part
        first += part.size
    return values


def _light(photograph: Photograph, shape: tuple[int, int]) -> Image:
    """Return the logarithm of the light of each place, at another shape."""
    level = _linear(np.arange(256.0)).astype(np.float32)

    def light(part: slice) -> Image:
        shown = cv2.LUT(photograph.pixels[part], level)
        total = np.asarray(cv2.transform(shown, _THIRDS), np.float32)
        total += np.float32(0.02)
        return np.asarray(cv2.log(total), np.float32)

    (rows, cols), parts = photograph.shape, strips(photograph.shape)
    if shape == photograph.shape:
        same = np.empty(shape, np.float32)
        for part, values in on_cores(light, parts):
            same[part] = values
        return same
    if shape[0] <= rows and shape[1] <= cols:
        # no logarithms of all pixels are held
        means = AreaMeans(rows, shape)
        for _, narrow in on_cores(lambda part: means.narrow(light(part)), parts):
            means.add_narrow(narrow)
        return means.values
    whole = np.concatenate([light(part) for part in parts])
    return np.asarray(cv2.resize(whole, shape[::-1], interpolation=cv2.INTER_AREA), np.float32)


def linear_of(ratio: Floats) -> Floats:
    """Return linear sRGB of X, Y, Z over those of the white of D65, (3, ...) each."""
    xyz = (ratio.T * _WHITE).T
    return np.asarray(np.linalg.solve(_TO_XYZ, xyz))


def _linear(level: Floats) -> Floats:
    share = level / 255.0
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _lab(linear: Floats) -> tuple[float, float, float]:
    ratio = _TO_XYZ @ linear / _WHITE
    root = np.where(ratio > 216.0 / 24389.0, np.cbrt(ratio), ratio * 841.0 / 108.0 + 4.0 / 29.0)
    x, y, z = (float(v) for v in root)
    return 116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)
