r"""Wrinkles and folds too soft for any single pixel to show: darkness summed along straight pieces.

A wrinkle is a little darker than the skin beside it over several millimetres. Filters that are long
in one direction and a band across it,

.. math:: G(u, v) = e^{-\frac12 l^2 u^2} \left( e^{-\frac12 s^2 v^2}
   - e^{-\frac12 (2.5\,s)^2 v^2} \right)

in the frame of their direction (u, v are wave numbers, l and s the reach along and across), are
laid over the skin in twelve directions, and the strongest response of each place is held against
the spread of all places. Found pores and hairs are taken out before, and no pixel counts for more
than skin varies, so that a row of spots is no line. Lines begin where the response is sure and go
on while it is likely [1]_.

A line on which the wide filters answer more than the fine ones is a fold: of a Gaussian profile
that is so from a standard deviation of 0.23 mm on. The others are wrinkles.

References
----------
.. [1] J. Canny, "A computational approach to edge detection," IEEE Trans. Pattern Anal. Mach.
   Intell. 8, 679-698 (1986). doi:10.1109/TPAMI.1986.4767851
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from scipy import fft
from skimage.filters import apply_hysteresis_threshold

from porelight.photo.darkness import grown
from porelight.photo.flatten import WORKING_SCALE, FlatSkin
from porelight.photo.picture import Image, Mask
from porelight.photo.robust import Sample, middle_and_spread
from porelight.photo.slow_light import AreaMeans
from porelight.photo.strips import on_cores, strips

_DIRECTIONS = 12
_SURROUND = 2.5  # widths of the band that is taken off, over that of the line
_MOST = 2.5  # spreads of the skin that a pixel counts at most
_LIKELY = 3.0  # spreads of the response at which a line goes on
_SLENDER = 3.0  # length over width
_PIXEL_VARIANCE = 1.0 / 12.0  # of a pixel's own square [px2]
_LEAST = 8  # px; a side of a picture that can show a line
_WORKERS = 2  # threads of a transform


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of line to search for: its size, and how sure a line must be."""

    across: float  # m, standard deviation of the line's profile
    along: float  # m, over which darkness is summed
    shortest: float  # m
    sure: float  # spreads of the response at which it begins
    factor: int  # by which the picture is shrunk first

    @property
    def scale(self) -> float:
        """Pixels per metre."""
        return WORKING_SCALE / self.factor


_WRINKLE = _Kind(across=1.2e-4, along=1.0e-3, shortest=3.0e-3, sure=5.0, factor=3)
_FOLD = _Kind(across=4.0e-4, along=1.5e-3, shortest=4.0e-3, sure=5.5, factor=4)


@dataclass(frozen=True, slots=True)
class SoftLines:
    """Numbers of soft wrinkles and folds.

    Attributes
    ----------
    wrinkles, folds : int
        Narrow lines, and wide ones.
    """

    wrinkles: int = 0
    folds: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """One line: the box it lies in, and its pixels in the box."""

    box: tuple[slice, slice]
    mine: Mask

    def mean(self, image: Image) -> float:
        """Mean of an image over the line."""
        return float(image[self.box][self.mine].mean())


def soft_lines(flat: FlatSkin, spots: Mask, counted: Mask) -> SoftLines:
    """Count the wrinkles and folds of a flattened photograph.

    Parameters
    ----------
    flat : FlatSkin
        The photograph without its lamp.
    spots : ndarray of bool, shape (rows, cols)
        Pores and hairs, at the working scale.
    counted : ndarray of bool, shape (rows, cols)
        Lines that are counted already; a line that runs over one of them is not counted again.
    """
    shape = flat.skin.shape
    bare = np.asarray(flat.skin & ~grown(spots))
    sample = Sample(bare)
    _, spread = sample.middle_and_spread([sample.of(slice(0, len(bare)), flat.absorbance)])
    if spread == 0.0 or min(shape) < _LEAST * _FOLD.factor:
        return SoftLines()

    def of_lines(part: slice) -> Image:
        most = np.float32(_MOST * spread)
        return np.clip(flat.absorbance[part] * bare[part], -most, most)

    fine, wide = (_response(_shrunk(of_lines, shape, k), k) for k in (_WRINKLE, _FOLD))
    # a line is narrower than the wide picture's pixels, so its ridge is what is compared
    ridge = cv2.dilate(fine, np.ones((3, 3), np.uint8))
    fine_there = _resized(np.asarray(ridge, np.float32), wide.shape)
    pieces = _pieces(wide, _shrunk_mask(flat.skin, _FOLD) > 0.5, _FOLD)
    folds = [one for one in pieces if one.mean(wide) > one.mean(fine_there)]
    taken = np.zeros(wide.shape, np.float32)
    for one in folds:
        taken[one.box][one.mine] = 1.0
    taken = _resized(taken, fine.shape)
    pieces = _pieces(fine, _shrunk_mask(flat.skin, _WRINKLE) > 0.5, _WRINKLE)
    wrinkles = [one for one in pieces if one.mean(taken) < 0.5]
    return SoftLines(_new(wrinkles, counted, _WRINKLE), _new(folds, counted, _FOLD))


def _new(pieces: list[_Piece], counted: Mask, kind: _Kind) -> int:
    known = _shrunk_mask(counted, kind)
    return sum(one.mean(known) == 0.0 for one in pieces)


def length_and_width(mine: Mask) -> tuple[float, float]:
    """Return both for the rectangle of the same area and second moment along its length [px].

    Parameters
    ----------
    mine : ndarray of bool, shape (rows, cols)
        True on one connected part.

    Examples
    --------
    >>> length, width = length_and_width(np.ones((3, 40), bool))
    >>> round(length, 6), round(width, 6)
    (40.0, 3.0)
    """
    rows, cols = np.nonzero(mine)
    spread = np.cov(np.stack([rows, cols]), bias=True) + _PIXEL_VARIANCE * np.eye(2)
    length = math.sqrt(12.0 * float(np.linalg.eigvalsh(spread)[1]))
    return length, rows.size / length


def _shrunk(image: Callable[[slice], Image], shape: tuple[int, ...], kind: _Kind) -> Image:
    """Return an image of this shape that is made row by row, at the scale of a kind of line."""
    means = AreaMeans(shape[0], (shape[0] // kind.factor, shape[1] // kind.factor))
    for _, narrow in on_cores(lambda part: means.narrow(image(part)), strips(shape)):
        means.add_narrow(narrow)
    return means.values


def _shrunk_mask(mask: Mask, kind: _Kind) -> Image:
    return _shrunk(lambda part: mask[part].astype(np.float32), mask.shape, kind)


def _resized(image: Image, shape: tuple[int, ...]) -> Image:
    return np.asarray(cv2.resize(image, shape[::-1], interpolation=cv2.INTER_AREA), np.float32)


def _response(image: Image, kind: _Kind) -> Image:
    """Return the response of the direction that responds most, an absorbance."""
    along, across = kind.along * kind.scale, kind.across * kind.scale
    rows, cols = image.shape
    # beyond the picture there is nothing, for as far as the filters reach
    shape = tuple(fft.next_fast_len(n + math.ceil(3.0 * along), real=True) for n in image.shape)
    spectrum = fft.rfft2(image, shape, workers=_WORKERS)
    down = (2.0 * np.pi * fft.fftfreq(shape[0])[:, None]).astype(np.float32)
    right = (2.0 * np.pi * fft.rfftfreq(shape[1])).astype(np.float32)
    narrow, wide, long = -0.5 * np.square([across, _SURROUND * across, along]).astype(np.float32)
    best = np.full(image.shape, -np.inf, np.float32)
    for angle in np.pi * np.arange(_DIRECTIONS, dtype=np.float32) / _DIRECTIONS:
        u = np.square(right * np.cos(angle) + down * np.sin(angle))
        v = np.square(down * np.cos(angle) - right * np.sin(angle))
        band = (np.exp(narrow * v) - np.exp(wide * v)) * np.exp(long * u)
        answer = fft.irfft2(band * spectrum, shape, workers=_WORKERS)
        np.maximum(best, answer[:rows, :cols], out=best)
    return best


def _pieces(response: Image, skin: Mask, kind: _Kind) -> list[_Piece]:
    """Return the lines of a response."""
    # where there is no skin there is no response, which tells nothing of how skin varies
    middle, spread = middle_and_spread(response[skin])
    likely, sure = middle + _LIKELY * spread, middle + kind.sure * spread
    lines = np.asarray(
        apply_hysteresis_threshold(response, likely, sure),  # type: ignore[no-untyped-call]
        np.uint8,
    )
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(lines)
    shortest, found = kind.shortest * kind.scale, []
    extent = np.hypot(boxes[:, cv2.CC_STAT_WIDTH], boxes[:, cv2.CC_STAT_HEIGHT])
    for i in 1 + np.flatnonzero(extent[1:] > 0.8 * shortest):
        x, y, w, h, _ = boxes[i]
        box = (slice(y, y + h), slice(x, x + w))
        mine = np.asarray(labels[box] == i, np.bool_)
        length, width = length_and_width(mine)
        if length > max(shortest, _SLENDER * width):
            found.append(_Piece(box, mine))
    return found
