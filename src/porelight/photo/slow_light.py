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

from porelight.photo.picture import Image, Mask
from porelight.photo.strips import on_cores, strips

_BLOCK = 4  # px
_BLOCK_VARIANCE = 0.25  # of block means and their linear reading, in blocks
_NEUTRAL = np.float32(1e-6)  # weight below which a place has no neighbours


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
        self._nth = np.arange(rows) - np.searchsorted(first, first)  # of the rows of a cell
        self._share = np.asarray(within / height[first], np.float32)
        after = np.minimum(first + 1, shape[0] - 1)
        rest = np.where(1.0 - within > 1e-3, 1.0 - within, 0.0)
        self._share_after = np.asarray(rest / height[after], np.float32)
        self._row = 0

    def add(self, strip: Image) -> None:
        """Add the next rows, float32, shape (n, cols)."""
        self.add_narrow(self.narrow(strip))

    def narrow(self, strip: Image) -> Image:
        """Return rows with the means over the columns of the cells, which `add_narrow` takes."""
        size = (self.values.shape[1], strip.shape[0])
        return np.asarray(cv2.resize(strip, size, interpolation=cv2.INTER_AREA), np.float32)

    def add_narrow(self, narrow: Image) -> None:
        """Add the next rows, float32, shape (n, columns of the grid)."""
        rows = slice(self._row, self._row + len(narrow))
        into, nth, shares = self._first[rows], self._nth[rows], self._share_after[rows]
        # what the last row of a cell leaves to the next comes before that one's own rows, and
        # these one after another: the order of a sum does not depend on the strips
        last = np.flatnonzero(shares > 0.0)
        self.values[into[last] + 1] += shares[last, None] * narrow[last]
        shares = self._share[rows]
        for k in range(int(nth.max(initial=-1)) + 1):
            these = np.flatnonzero(nth == k)
            self.values[into[these]] += shares[these, None] * narrow[these]
        self._row = rows.stop


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
        n_rows, n_blocks = self.shape[0], self.blocks.shape[0]
        place = np.maximum((np.arange(n_rows)[rows] + 0.5) * (n_blocks / n_rows) - 0.5, 0.0)
        above = np.minimum(place.astype(np.intp), n_blocks - 1)
        below = np.minimum(above + 1, n_blocks - 1)
        down = np.asarray(place - above, np.float32)[:, None]
        narrow = self.blocks[above]
        narrow += (self.blocks[below] - narrow) * down
        return linear_across(narrow, self.shape[1], cols)


def linear_across(narrow: Image, cols: int, part: slice = slice(None)) -> Image:
    """Return rows of so many columns, in straight lines between the middles of the given ones.

    A small part of them is rounded in another way, in the last bit.

    Parameters
    ----------
    narrow : ndarray of float32, shape (n, narrow cols)
        Rows of a field on a coarser grid.
    cols : int
        Columns of the finer grid over the same width.
    part : slice
        Columns that are wanted.
    """
    first, last, _ = part.indices(cols)
    if last - first < cols // 4:
        n = narrow.shape[1]
        place = np.clip((np.arange(first, last) + 0.5) * (n / cols) - 0.5, 0.0, n - 1.0)
        left = np.minimum(place.astype(np.intp), max(n - 2, 0))
        share = np.asarray(place - left, np.float32)
        one, other = narrow[:, left], narrow[:, np.minimum(left + 1, n - 1)]
        return np.asarray(one + (other - one) * share, np.float32)
    # a single row would be rounded in another way than one of several
    several = np.repeat(narrow, 2, axis=0) if len(narrow) == 1 else narrow
    wide = cv2.resize(several, (cols, len(several)), interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide[: len(narrow), part], np.float32)


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

    def narrow(part: slice) -> list[Image]:
        seen = skin[part].astype(np.float32)
        return [weight.narrow(seen), *(weight.narrow(image * seen) for image in images(part))]

    for _, (seen, *shown) in on_cores(narrow, strips(skin.shape)):
        weight.add_narrow(seen)
        totals = totals or [AreaMeans(rows, grid) for _ in shown]
        for total, image in zip(totals, shown, strict=True):
            total.add_narrow(image)
    below = _wide(weight.values, widths) + _NEUTRAL
    return tuple(SlowField(_wide(total.values, widths) / below, skin.shape) for total in totals)


def _wide(image: Image, widths: Sequence[float]) -> Image:
    return np.asarray(
        cv2.GaussianBlur(image, (0, 0), widths[1], None, widths[0], cv2.BORDER_REFLECT), np.float32
    )
