r"""Segmentation: outline, area, shape and contrast of each pore.

Each pixel belongs to the pore whose middle is nearest in units of that pore's own radius. The
outline is where the share of pore in a pixel, as the network has it, falls to a fixed level, as far
as it is connected with the middle; position, elongation and direction are the moments of that
share. Area is that of the circle of the diameter which the network gives at the middle; it was
trained on rendered skin, whose openings are known below the size of a pixel.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from porelight.photo.detect import Spots
from porelight.photo.detector_parameters import DetectorParameters
from porelight.photo.flatten import WORKING_SCALE, FlatSkin
from porelight.photo.picture import Image
from porelight.photo.strips import each, on_cores, strips, widened
from porelight.photo.windows import offsets, painted, territory, windows
from porelight.quantities import Floats

NARROWEST, WIDEST = 1e-4, 1.3e-3  # m, equal-area diameters
LONGEST = 3.5  # long over short axis
_HALF = 9  # px; a pore reaches no farther from its middle
_REACH = 4 * _HALF + 2  # px; whose window meets that of one who shares an edge with a pore's own
_AT_ONCE = 2048  # windows held in memory
_STRIP = 2_000_000  # px whose pores are outlined at once
_PIXEL_VARIANCE = 1.0 / 12.0  # of a pixel's own square [px2]

Labels = NDArray[np.int32]
_SQUARE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Pores at the working scale, in pixels.

    Attributes
    ----------
    labels : ndarray of int32, shape (rows, cols)
        0 on skin, i + 1 in pore i; no two pores touch.
    row, col : ndarray of float64, shape (n,)
        Centroids [px], 0 at the centre of the first pixel.
    area : ndarray of float64, shape (n,)
        Areas [px2].
    elongation, angle : ndarray of float64, shape (n,)
        Long over short axis [-]; direction of the long axis from the column axis towards the row
        axis [rad].
    contrast : ndarray of float64, shape (n,)
        Mean absorbance of the pore above its surroundings [-].
    probability : ndarray of float64, shape (n,)
        Probability of being a pore [-].
    """

    labels: Labels
    row: Floats
    col: Floats
    area: Floats
    elongation: Floats
    angle: Floats
    contrast: Floats
    probability: Floats


def segment(flat: FlatSkin, cover: Image, spots: Spots, detector: DetectorParameters) -> Segments:
    """Return the pores around the accepted spots.

    Parameters
    ----------
    flat : FlatSkin
        The flattened photograph.
    cover : ndarray of float32, shape (rows, cols)
        Share of each pixel that lies in a pore, as the network has it.
    spots : Spots
        Middles of the pores.
    detector : DetectorParameters
        Share of pore on the outline, and calibration of the network's diameters.

    Returns
    -------
    Segments
        At most one pore for each spot; what is too narrow, too wide or too long is none.
    """
    at, shape = spots.at, flat.skin.shape
    width = detector.diameter(spots.log_diameter)
    diameter = width * WORKING_SCALE
    row, col, elongation, angle, contrast = shapes = np.zeros((5, len(at)))
    in_a_pore = np.zeros(len(at), np.bool_)
    labels = np.zeros(shape, np.int32)

    def outlined(part: slice) -> tuple[slice, Labels] | None:
        near = np.flatnonzero(_lie_in(at, part.start - _REACH, part.stop + _REACH))
        mine = _lie_in(at[near], part.start, part.stop)
        if not mine.any():
            return None
        wide, _ = widened(part, _REACH + _HALF, shape[0])
        here = at[near] - [wide.start, 0]
        skin, shown = flat.skin[wide].astype(np.uint8), cover[wide]
        absorbance = flat.absorbance[wide]
        own = territory(here, diameter[near], shown.shape, _HALF)
        for first in range(0, len(near), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            own[some] &= windows(skin, here[some], _HALF) > 0
            shares = np.where(own[some], windows(shown, here[some], _HALF), np.float32(0.0))
            means = _mean(windows(absorbance, here[some], _HALF), shares)
            told = np.array([*_moments(shares), means])
            shapes[:, near[some][mine[some]]] = told[:, mine[some]]
            own[some] &= shares >= detector.edge
        # a middle that lies in no pore is none
        in_a_pore[near[mine]] = own[mine, _HALF, _HALF]
        drawn = _connected(painted(own, here, shown.shape), here)
        number = np.concatenate([[0], np.where(mine, near + 1, 0)]).astype(np.int32)
        return wide, number[drawn]

    for _, found in on_cores(outlined, strips(shape, most=_STRIP)):
        if found is not None:
            # a pore may reach into the next strip
            wide, drawn = found
            np.maximum(labels[wide], drawn, out=labels[wide])
    kept = (width >= NARROWEST) & (width <= WIDEST) & (elongation <= LONGEST) & in_a_pore
    number = np.concatenate([[0], np.where(kept, np.cumsum(kept), 0)]).astype(np.int32)

    def renumber(part: slice) -> None:
        labels[part] = number[labels[part]]

    each(renumber, strips(shape))
    return Segments(
        labels,
        row=(at[:, 0] + row)[kept],
        col=(at[:, 1] + col)[kept],
        area=0.25 * np.pi * diameter[kept] ** 2,
        elongation=elongation[kept],
        angle=angle[kept],
        contrast=contrast[kept],
        probability=spots.probability[kept],
    )


def _lie_in(at: NDArray[np.intp], first: int, last: int) -> NDArray[np.bool_]:
    """Return which points have their row between two."""
    return np.asarray((at[:, 0] >= first) & (at[:, 0] < last))


def _mean(images: NDArray[np.float32], weight: NDArray[np.float32]) -> Floats:
    """Weighted mean of each window."""
    total = np.maximum(weight.sum(axis=(1, 2)), 1e-6)
    return np.asarray((images * weight).sum(axis=(1, 2)) / total, np.float64)


def parted(labels: Labels) -> Labels:
    """Return the labels with a gap of a pixel wherever two of them touched."""
    # at a border the pore of the lower number gives way
    apart = np.empty_like(labels)
    for part in strips(labels.shape):
        wide, own = widened(part, 1, labels.shape[0])
        around = cv2.dilate(labels[wide].astype(np.float32), _SQUARE)[own]
        apart[part] = np.where(around > labels[part], 0, labels[part])
    return apart


def _connected(labels: Labels, at: NDArray[np.intp]) -> Labels:
    """Keep of each label the part around its spot; the labels given are used up."""
    pieces, _ = ndimage.label(parted(labels), structure=_SQUARE)
    own = np.concatenate([[-1], pieces[at[:, 0], at[:, 1]]])
    for part in strips(labels.shape):
        labels[part] = np.where(pieces[part] == own[labels[part]], labels[part], 0)
    return labels


def _moments(shares: NDArray[np.float32]) -> tuple[Floats, Floats, Floats, Floats]:
    """Centroid relative to the middle [px], long over short axis, direction of the long axis."""
    y, x = offsets(_HALF)
    y, x = y + 0.0 * x, x + 0.0 * y
    basis = np.stack([np.ones_like(x), y, x, y * y, x * x, y * x], axis=-1).reshape(-1, 6)
    # squared, so that faint surroundings have no say
    sums = np.square(shares.reshape(-1, len(basis))) @ basis.astype(np.float32)
    total = np.maximum(sums[:, :1].astype(np.float64), 1e-12)
    row, col, down, along, twist = (sums[:, 1:] / total).T
    down = down - row**2 + _PIXEL_VARIANCE
    along = along - col**2 + _PIXEL_VARIANCE
    twist = twist - row * col
    middle, spread = 0.5 * (down + along), np.hypot(0.5 * (along - down), twist)
    elongation = np.sqrt((middle + spread) / np.maximum(middle - spread, _PIXEL_VARIANCE))
    return row, col, elongation, 0.5 * np.arctan2(2.0 * twist, along - down)
