r"""The photograph of the patient with the pores of the prediction.

Around each measured pore the picture x is split into the smooth skin B that would be there without
it (skin between pores, averaged), and the rest e = x - B. A weight w is 1 on the pore and falls to
0 over a margin; where pores crowd, each keeps to its own side. The pore is w e. A pore whose
diameter changes by the ratio :math:`\rho` is drawn as

.. math::

   x' = x + \left[ g \, (w e)_r - w e \right] + (w - w_r) \, u ,
   \qquad f_r(s) = f\!\left(c + (s - c) / r\right) ,
   \qquad r^2 = \frac{\rho^2 a^2 + b^2}{a^2 + b^2} , \quad g = \frac{\rho^2}{r^2}

about its centre c. The picture of a pore of spread a has the spread :math:`\sqrt{a^2 + b^2}`, since
lens and skin soften it by b and do so whatever its size: its picture narrows less than the pore and
grows paler, and the darkness it takes from the skin changes as :math:`\rho^2`. u is skin: for a
smaller pore the texture of the nearest pore-free place, so that what it uncovers looks like skin;
for a larger one the texture that it covers. A ratio of 1 leaves every bit, and nothing changes
beyond the margins.
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from porelight.errors import ParameterError
from porelight.quantities import PIXELS_PER_METRE, Floats, Quantity
from porelight.render._raster import Image, as_image, blurred

MARGIN = 2.0e-4  # m: how far beyond its label a pore is taken to darken the skin
RATIO = Quantity(
    "ratio",
    "1",
    0.05,
    3.0,
    "predicted over measured diameter",
    hint="A change of -10 % is 0.9.",
    hint_low="A change of -10 % is 0.9.",
)
CHANGE = Quantity("change", "1", RATIO.low - 1.0, RATIO.high - 1.0, "change of the diameter")
_SOFTNESS = Quantity("softness", "px", 0.0, 5.0, "standard deviation of the blur of a pore")

_Box: TypeAlias = tuple[slice, slice]

_LEAST_OWN = 0.25  # share of a small pore's spread in the picture that is taken for its own
_TRUST = 0.02  # share of bare skin below which the wide average counts for more than the near one
_SKIN_SD = 3.0e-4  # m, over which skin between pores is averaged
_TEXTURE_DISTANCES = (4.5e-4, 7e-4, 1.0e-3, 1.4e-3, 2.0e-3)  # m
_TEXTURE_DIRECTIONS = 12


def preview(
    pixels: NDArray[np.uint8],
    px_per_metre: float,
    labels: NDArray[np.int32],
    ratio: float | Floats,
    *,
    softness: float = 0.9,
) -> NDArray[np.uint8]:
    """Return the photograph with its pores scaled to the predicted diameters.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The photograph.
    px_per_metre : float
        Scale of the photograph [px/m].
    labels : ndarray of int, shape (rows, cols)
        0 on skin, i + 1 in measured pore i.
    ratio : float or ndarray of float64, shape (n,)
        Predicted over measured diameter, one for all or one for each pore [-]; n is the largest
        label.
    softness : float
        Standard deviation of the blur of a pore's edge by lens, processing, and scattering inside
        the skin [px].

    Returns
    -------
    ndarray of uint8, shape (rows, cols, 3)
        The photograph, changed within `MARGIN` of the pores (times the ratio where they grow).

    Raises
    ------
    ParameterError
        If shapes do not agree or a ratio is out of range.

    Notes
    -----
    It illustrates the predicted number at the contrast of the photograph; it is no simulation.
    Colour, redness and relief of the skin stay as they are.
    """
    PIXELS_PER_METRE.require(px_per_metre)
    _SOFTNESS.require(softness)
    by_pore = _checked(pixels, labels, ratio)
    if np.all(by_pore == 1.0):
        return pixels.copy()
    weight, owner = _weights(labels, MARGIN * px_per_metre)
    skin = _skin_between_pores(pixels, weight, _SKIN_SD * px_per_metre)
    split = _Split(as_image(pixels.astype(np.float32) - skin), weight, owner, labels)
    change = np.zeros_like(split.rest)
    steps = _texture_steps(px_per_metre)
    for i, box in enumerate(ndimage.find_objects(labels)):
        if box is None or by_pore[i] == 1.0:
            continue
        around, centre = _surroundings(labels, i + 1, box, float(by_pore[i]), px_per_metre)
        texture = split.texture(around, steps)
        change[around] += _scaling(split, i + 1, (around, centre, texture), by_pore[i], softness)
    return np.asarray(np.clip(np.rint(pixels + change), 0.0, 255.0), dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class _Split:
    """The rest of a photograph above its smooth skin, with the pore that each part belongs to."""

    rest: Image  # (rows, cols, 3)
    weight: Image  # (rows, cols), 1 on pores, 0 beyond their margins
    owner: NDArray[np.int32]  # (rows, cols), number of the nearest pore
    labels: NDArray[np.int32]  # (rows, cols)

    def texture(self, around: _Box, steps: list[tuple[int, int]]) -> Image:
        """Return the texture of the nearest place of that size with the fewest pores on it."""
        rows, cols = around
        high, wide = self.weight.shape
        best, least = (0, 0), math.inf
        for down, right in steps:
            if rows.start + down < 0 or rows.stop + down > high:
                continue
            if cols.start + right < 0 or cols.stop + right > wide:
                continue
            there = self.weight[_moved(rows, down), _moved(cols, right)]
            taken = float(there.mean())
            if taken < least:
                best, least = (down, right), taken
            if taken == 0.0:
                break
        place = (_moved(rows, best[0]), _moved(cols, best[1]))
        return as_image(self.rest[place] * (1.0 - self.weight[place])[..., None])


def _scaling(
    split: _Split,
    number: int,
    place: tuple[_Box, tuple[float, float], Image],
    ratio: float,
    softness: float,
) -> Image:
    """Return the change of the photograph around one pore, shape (rows, cols, 3)."""
    around, centre, texture = place
    mine = split.owner[around] == number
    weight = as_image(np.where(mine, split.weight[around], 0.0))
    rest = split.rest[around]
    pore = as_image(weight[..., None] * rest)
    n_pixels = int(np.count_nonzero(split.labels[around] == number))
    picture_ratio = _picture_ratio(n_pixels, ratio, softness)
    scaled_weight = _scaled(weight, centre, picture_ratio)
    scaled_pore = _scaled(pore, centre, picture_ratio) * np.float32((ratio / picture_ratio) ** 2)
    # a smaller pore uncovers skin, a larger one covers the skin around it
    skin = texture if ratio < 1.0 else (1.0 - weight)[..., None] * rest
    return as_image(scaled_pore - pore + (weight - scaled_weight)[..., None] * skin)


def _picture_ratio(n_pixels: int, ratio: float, softness: float) -> float:
    """Return how the picture of a pore scales when the pore itself scales by `ratio`."""
    # an even disc of this area has the variance area / (4 pi) along each axis
    seen = max(n_pixels, 1) / (4.0 * math.pi)
    own = max(seen - softness**2, _LEAST_OWN * seen)
    return math.sqrt((ratio**2 * own + softness**2) / (own + softness**2))


def _scaled(image: Image, centre: tuple[float, float], ratio: float) -> Image:
    """Return image(centre + (place - centre) / ratio), zero beyond its border."""
    shrink = 1.0 / ratio
    row, col = centre
    matrix = np.array([[shrink, 0.0, col * (1.0 - shrink)], [0.0, shrink, row * (1.0 - shrink)]])
    size = (image.shape[1], image.shape[0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return as_image(
        cv2.warpAffine(image, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT)
    )


def _weights(labels: NDArray[np.int32], margin: float) -> tuple[Image, NDArray[np.int32]]:
    distance, nearest = ndimage.distance_transform_edt(labels == 0, return_indices=True)
    owner = np.ascontiguousarray(labels[tuple(nearest)], dtype=np.int32)
    # whole over half of the margin, where the softened edge of the pore lies
    share = np.clip(2.0 * (1.0 - distance / margin), 0.0, 1.0)
    return as_image(share * share * (3.0 - 2.0 * share)), owner


def _skin_between_pores(pixels: NDArray[np.uint8], weight: Image, sd: float) -> Image:
    skin = as_image(1.0 - weight) ** 4  # leave out the shaded margins too
    photograph = as_image(pixels)
    wide_share = blurred(skin, 6.0 * sd)[..., None]
    if float(wide_share.min()) < 1e-6:
        raise ParameterError(
            "labels leave a region of the photograph without any bare skin; a preview needs skin "
            "between the pores. Check that labels are the pores and not the zone."
        )
    wide = blurred(as_image(photograph * skin[..., None]), 6.0 * sd) / wide_share
    # inside a large pore hardly any skin is near: there the wide average takes over
    near_share = blurred(skin, sd)[..., None] + np.float32(_TRUST)
    near = blurred(as_image(photograph * skin[..., None]), sd) + np.float32(_TRUST) * wide
    return as_image(near / near_share)


def _surroundings(
    labels: NDArray[np.int32],
    number: int,
    box: _Box,
    ratio: float,
    px_per_metre: float,
) -> tuple[_Box, tuple[float, float]]:
    """Return the part of the photograph that a pore may change, and the pore's centre in it."""
    inside_row, inside_col = np.nonzero(labels[box] == number)
    row, col = float(inside_row.mean()), float(inside_col.mean())
    sides = []
    for part, centre, length in zip(box, (row, col), labels.shape, strict=True):
        middle = part.start + centre
        reach = max(part.stop - middle, middle - part.start) + MARGIN * px_per_metre
        reach = reach * max(1.0, ratio) + 2.0
        sides.append(slice(max(0, int(middle - reach)), min(length, int(middle + reach) + 2)))
    around = (sides[0], sides[1])
    centre_in = (box[0].start + row - around[0].start, box[1].start + col - around[1].start)
    return around, centre_in


def _texture_steps(px_per_metre: float) -> list[tuple[int, int]]:
    turns = 2.0 * math.pi * np.arange(_TEXTURE_DIRECTIONS) / _TEXTURE_DIRECTIONS
    return [
        (
            round(length * px_per_metre * math.sin(turn)),
            round(length * px_per_metre * math.cos(turn)),
        )
        for length in _TEXTURE_DISTANCES
        for turn in turns
    ]


def _moved(part: slice, by: int) -> slice:
    return slice(part.start + by, part.stop + by)


def _checked(pixels: NDArray[np.uint8], labels: NDArray[np.int32], ratio: float | Floats) -> Floats:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8:
        raise ParameterError(
            f"pixels have shape {pixels.shape} and type {pixels.dtype}; "
            "expected (rows, cols, 3) of uint8."
        )
    if labels.shape != pixels.shape[:2] or not np.issubdtype(labels.dtype, np.integer):
        raise ParameterError(
            f"labels have shape {labels.shape} and type {labels.dtype}; expected whole numbers of "
            f"shape {pixels.shape[:2]}, as the measurement of this photograph gives them."
        )
    n_pores = int(labels.max(initial=0))
    if labels.min(initial=0) < 0:
        raise ParameterError(f"labels go down to {labels.min()}; skin is 0 and pores count from 1.")
    by_pore = np.asarray(ratio, np.float64)
    RATIO.require(by_pore)
    if by_pore.ndim and by_pore.shape != (n_pores,):
        raise ParameterError(
            f"ratio has shape {by_pore.shape} but labels go up to {n_pores}; give one "
            "number, or one for each label."
        )
    return np.broadcast_to(by_pore, (n_pores,))
