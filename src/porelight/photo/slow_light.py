"""What changes slowly over a picture, kept on a coarse grid and read where it is wanted.

The light of a lamp and the contrast of skin change over a millimetre, the picture over a hundredth
of one. Held on blocks of a few pixels such a field takes a sixteenth of the picture's memory, and
is interpolated between the blocks for the rows and columns in hand.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.photo.picture import Image, Mask
from porelight.photo.strips import strips

_BLOCK = 4  # px
_BLOCK_VARIANCE = 0.25  # of block means and their linear reading, in blocks
_NEUTRAL = np.float32(1e-6)  # weight below which a place has no neighbours
_STRIP = 1_000_000  # px whose means are taken at once


class AreaMeans:
    """Means over the cells of a coarser grid, of an image that comes in strips from the top.

    Each pixel counts by the part of it that lies in a cell. The rows are the same numbers whatever
    strips they come in.

    Parameters
    ----------
    rows : int
        Rows of the whole image [px].
    shape : tuple of int
        Rows and columns of the coarser grid; no more than those of the image.
    """

    def __init__(self, rows: int, shape: tuple[int, int]) -> None:
        self.values: Image = np.zeros(shape, np.float32)
        edges = np.arange(shape[0] + 1) * (rows / shape[0])
        edges[-1] = rows
        top = np.arange(rows, dtype=np.float64)
        first = np.clip(np.searchsorted(edges, top, side="right") - 1, 0, shape[0] - 1)
        within = np.minimum(edges[first + 1] - top, 1.0)
        height = np.diff(edges)
        self._first = first
        self._share = np.asarray(within / height[first], np.float32)
        after = np.minimum(first + 1, shape[0] - 1)
        rest = np.where(1.0 - within > 1e-3, 1.0 - within, 0.0)
        self._share_after = np.asarray(rest / height[after], np.float32)
        self._row = 0

    def add(self, strip: Image) -> None:
        """Add the next rows, float32, shape (n, cols)."""
        size = (self.values.shape[1], strip.shape[0])
        narrow = cv2.resize(strip, size, interpolation=cv2.INTER_AREA)
        for row in narrow:
            into, share = self._first[self._row], self._share_after[self._row]
            self.values[into] += self._share[self._row] * row
            if share > 0.0:
                self.values[into + 1] += share * row
            self._row += 1


@dataclass(frozen=True, slots=True, eq=False)
class SlowField:
    """A field on the blocks of a picture.

    Attributes
    ----------
    blocks : ndarray of float32, shape (block rows, block cols)
        The field in the middle of each block.
    shape : tuple of int
        Rows and columns of the picture.
    """

    blocks: Image
    shape: tuple[int, int]

    def at(self, rows: slice, cols: slice = slice(None)) -> Image:
        """Return the field on some rows and columns, linear between the blocks."""
        above, below, down = _between(self.shape[0], self.blocks.shape[0], rows)
        left, right, along = _between(self.shape[1], self.blocks.shape[1], cols)
        first, last = above[0], below[-1] + 1
        held = self.blocks[first:last]
        across = _lerp(np.take(held, left, axis=1), np.take(held, right, axis=1), along)
        return _lerp(across[above - first], across[below - first], down[:, None])


def _between(
    n: int, n_blocks: int, part: slice
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Return the blocks before and after each pixel of a part, and how far it is from the first."""
    place = np.maximum((np.arange(n)[part] + 0.5) * (n_blocks / n) - 0.5, 0.0)
    before = np.minimum(place.astype(np.intp), n_blocks - 1)
    after = np.minimum(before + 1, n_blocks - 1)
    return before, after, np.asarray(place - before, np.float32)


def _lerp(one: Image, other: Image, share: NDArray[np.float32]) -> Image:
    # the sum is rounded once, as a fused multiplication and addition is
    between = (other - one).astype(np.float64)
    between *= share
    between += one
    return np.asarray(between, np.float32)


def local_means(
    images: Callable[[slice], Sequence[Image]], skin: Mask, sd: float
) -> tuple[SlowField, ...]:
    """Return Gaussian means of images over the skin alone.

    The Gaussian is so wide that means over blocks, weighted by how much skin each has, stand for
    the pixels.

    Parameters
    ----------
    images : callable
        The images on some rows, float32, shape (n, cols) each.
    skin : ndarray of bool, shape (rows, cols)
        Where there is skin.
    sd : float
        Standard deviation of the Gaussian [px].
    """
    rows, cols = skin.shape
    grid = (max(1, round(rows / _BLOCK)), max(1, round(cols / _BLOCK)))
    widths = [
        math.sqrt(max((sd * m / n) ** 2 - _BLOCK_VARIANCE, 0.01))
        for n, m in zip(skin.shape, grid, strict=True)
    ]
    weight = AreaMeans(rows, grid)
    totals: list[AreaMeans] = []
    for part in strips(skin.shape, most=_STRIP):
        seen = skin[part].astype(np.float32)
        weight.add(seen)
        shown = images(part)
        totals = totals or [AreaMeans(rows, grid) for _ in shown]
        for total, image in zip(totals, shown, strict=True):
            total.add(image * seen)
    below = _wide(weight.values, widths) + _NEUTRAL
    return tuple(SlowField(_wide(total.values, widths) / below, skin.shape) for total in totals)


def _wide(image: Image, widths: Sequence[float]) -> Image:
    return np.asarray(
        cv2.GaussianBlur(image, (0, 0), widths[1], None, widths[0], cv2.BORDER_REFLECT), np.float32
    )
