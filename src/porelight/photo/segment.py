r"""How far each pore reaches: outline, area, shape, darkness.

A pore is the part of its own basin of the evidence in which the odds of belonging to a pore pass a
fixed level and the skin is darker than a fifth of the pore's greatest darkness, as far as it hangs
together with the pore's middle. The odds end faint pores where texture begins; the share of depth
ends strong ones at their rim. Pixels on the outline count by the share that lies inside, to first
order

.. math:: c = \mathrm{clip}\left(\tfrac12 + \frac{e - e_0}{|\nabla e|}, 0, 1\right)

for the image e and the level e_0 that end the pore there, so area changes smoothly with the picture
and not in pixels. Its diameter is that of the circle of the same area.

What is long is a hair or a wrinkle, what is wide a mole or a shadow: neither is kept.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from porelight.photo.detect import Spots
from porelight.photo.flatten import WORKING_SCALE, FlatSkin, Image, Mask
from porelight.quantities import Floats

NARROWEST, WIDEST = 1e-4, 1.3e-3  # m, equal-area diameters
LONGEST = 3.5  # long over short axis
_REACH = 7e-4  # m from its middle; a pore reaches no farther
_PEAK_MARGIN = 0.5  # log-odds by which a pore's outline lies below its middle, at least
_HAIR_LENGTH = 1.6e-3  # m
_HAIR_ELONGATION = 4.5
_DEPTH_SHARE = 0.2  # of its greatest darkness, down to which a pore reaches
_STEEPNESS = 1e-3  # least gradient of the evidence on an outline [1/px]
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
    log_odds : ndarray of float64, shape (n,)
        The evidence at its middle.
    """

    labels: Labels
    row: Floats
    col: Floats
    area: Floats
    elongation: Floats
    angle: Floats
    contrast: Floats
    log_odds: Floats


def segment(flat: FlatSkin, odds: Image, spots: Spots, edge: float) -> Segments:
    """Return the pores around the accepted spots.

    Parameters
    ----------
    flat : FlatSkin
        The photograph without its lamp.
    odds : ndarray of float32, shape (rows, cols)
        Evidence for dark spots.
    spots : Spots
        Middles of the pores.
    edge : float
        Log-odds on the outline.

    Returns
    -------
    Segments
        At most one pore for each spot.
    """
    spots = _without_hairs(odds > edge, spots)
    n = spots.row.size
    basin = _basins(odds, flat.skin, spots)
    inner = np.minimum(
        _above(odds, np.minimum(edge, spots.log_odds - _PEAK_MARGIN), basin),
        _above(flat.darkness, _DEPTH_SHARE * _deepest(flat.darkness, basin, spots), basin),
    )
    labels = _connected(np.where(inner > 0.0, basin, 0), spots)
    cover = _coverage(inner, labels, basin)
    measured = _moments(cover, basin, n)
    pores = Segments(
        labels,
        *measured,
        contrast=_weighted(flat.darkness * flat.contrast, cover, basin, n),
        log_odds=spots.log_odds,
    )
    diameter = np.sqrt(4.0 * pores.area / np.pi) / WORKING_SCALE
    kept = (diameter >= NARROWEST) & (diameter <= WIDEST) & (pores.elongation <= LONGEST)
    return _only(pores, kept)


def parted(labels: Labels) -> Labels:
    """Return the labels with a gap of a pixel wherever two of them touched."""
    # at a border the pore of the lower number gives way
    around = cv2.dilate(labels.astype(np.float32), _SQUARE).astype(np.int32)
    return np.where(around > labels, 0, labels).astype(np.int32)


def _basins(odds: Image, skin: Mask, spots: Spots) -> Labels:
    # read only here: it is slow to load
    from skimage.segmentation import watershed  # noqa: PLC0415

    seeds = np.zeros(odds.shape, np.int32)
    seeds[spots.row, spots.col] = np.arange(1, spots.row.size + 1)
    distance = cv2.distanceTransform((seeds == 0).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    near = skin & (distance <= _REACH * WORKING_SCALE)
    if not spots.row.size:
        return seeds
    basins = watershed(-odds, seeds, mask=near)  # type: ignore[no-untyped-call]
    return np.asarray(basins, dtype=np.int32)


def _connected(labels: Labels, spots: Spots) -> Labels:
    """Keep of each label the part around its spot."""
    apart = parted(labels)
    pieces, _ = ndimage.label(apart, structure=_SQUARE)
    own = np.concatenate([[-1], pieces[spots.row, spots.col]])
    return np.where(pieces == own[labels], labels, 0).astype(np.int32)


def _above(image: Image, level: Floats, basin: Labels) -> Image:
    """How far inside the level of its own pore each pixel lies [px], to first order."""
    framed = np.pad(image, 1, mode="edge")
    rows = np.float32(0.5) * (framed[2:, 1:-1] - framed[:-2, 1:-1])
    cols = np.float32(0.5) * (framed[1:-1, 2:] - framed[1:-1, :-2])
    steepness = np.maximum(np.hypot(rows, cols), np.float32(_STEEPNESS))
    own = np.concatenate([[np.inf], level]).astype(np.float32)
    return np.asarray((image - own[basin]) / steepness, dtype=np.float32)


def _deepest(darkness: Image, basin: Labels, spots: Spots) -> Floats:
    """Greatest darkness of each pore near its middle."""
    nearby = cv2.dilate(darkness, _SQUARE)
    return np.asarray(nearby[spots.row, spots.col], dtype=np.float64)


def _coverage(inner: Image, labels: Labels, basin: Labels) -> Image:
    inside = (labels > 0).astype(np.uint8)
    beside = cv2.dilate(inside, _SQUARE).astype(bool) & (basin > 0)
    return np.where(beside, np.clip(np.float32(0.5) + inner, 0.0, 1.0), 0.0).astype(np.float32)


def _moments(cover: Image, basin: Labels, n: int) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    rows, cols = np.nonzero(cover > 0.0)
    weight, owner = cover[rows, cols].astype(np.float64), basin[rows, cols]
    y, x = rows.astype(np.float64), cols.astype(np.float64)

    def total(value: Floats) -> Floats:
        return np.asarray(np.bincount(owner, weight * value, minlength=n + 1)[1:], np.float64)

    area = total(np.ones(rows.size))
    safe = np.where(area > 0.0, area, 1.0)
    row, col = total(y) / safe, total(x) / safe
    down = total(y * y) / safe - row**2 + _PIXEL_VARIANCE
    along = total(x * x) / safe - col**2 + _PIXEL_VARIANCE
    twist = total(y * x) / safe - row * col
    middle = 0.5 * (down + along)
    spread = np.hypot(0.5 * (along - down), twist)
    elongation = np.sqrt((middle + spread) / np.maximum(middle - spread, _PIXEL_VARIANCE))
    return row, col, area, elongation, 0.5 * np.arctan2(2.0 * twist, along - down)


def _weighted(image: Image, cover: Image, basin: Labels, n: int) -> Floats:
    weight = cover.ravel().astype(np.float64)
    total = np.bincount(basin.ravel(), weight * image.ravel(), minlength=n + 1)[1:]
    area = np.bincount(basin.ravel(), weight, minlength=n + 1)[1:]
    return np.asarray(total / np.where(area > 0.0, area, 1.0), dtype=np.float64)


def _without_hairs(dark: Mask, spots: Spots) -> Spots:
    """Drop the spots that lie on long thin dark lines."""
    pieces, n = ndimage.label(dark, structure=_SQUARE)
    _, _, area, elongation, _ = _moments(dark.astype(np.float32), pieces.astype(np.int32), n)
    length = np.sqrt(4.0 * area * elongation / np.pi) / WORKING_SCALE
    hair = np.concatenate([[False], (length > _HAIR_LENGTH) & (elongation > _HAIR_ELONGATION)])
    kept = ~hair[pieces[spots.row, spots.col]]
    return Spots(
        spots.row[kept], spots.col[kept], spots.log_odds[kept], spots.threshold, spots.false_share
    )


def _only(pores: Segments, kept: NDArray[np.bool_]) -> Segments:
    number = np.zeros(kept.size + 1, np.int32)
    number[1:][kept] = np.arange(1, kept.sum() + 1)
    return Segments(
        number[pores.labels],
        *(
            getattr(pores, name)[kept]
            for name in ("row", "col", "area", "elongation", "angle", "contrast", "log_odds")
        ),
    )
