"""The mask of a zone in an eighth of its size: a bit for each pixel, read in strips of rows."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight.photo.picture import Mask
from porelight.photo.strips import strips


class ZoneMask:
    """A mask that is kept as bits; an index of rows gives them as truth values.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, cols)
        True in the zone.

    Examples
    --------
    >>> zone = ZoneMask(np.eye(3, dtype=bool))
    >>> zone[1:].tolist()
    [[False, True, False], [False, False, True]]
    >>> zone.sum()
    3
    """

    def __init__(self, mask: Mask) -> None:
        self.shape: tuple[int, int] = (mask.shape[0], mask.shape[1])
        self._bits = np.packbits(mask, axis=1)

    def __getitem__(self, rows: slice) -> Mask:
        """Return some rows, shape (n, cols)."""
        bits = np.unpackbits(self._bits[rows], axis=1, count=self.shape[1])
        return bits.view(np.bool_)

    def at(self, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> Mask:
        """Return the pixels where these rows and columns meet, shape (n_rows, n_cols)."""
        bytes_there = self._bits[rows[:, None], cols >> 3]
        return np.asarray((bytes_there >> (7 - (cols & 7)).astype(np.uint8)) & 1, np.bool_)

    def sum(self) -> int:
        """Return how many pixels the zone has."""
        return sum(int(np.count_nonzero(self[part])) for part in strips(self.shape))

    def any(self) -> bool:
        """Return whether the zone has a pixel."""
        return bool(self._bits.any())

    def all(self) -> bool:
        """Return whether the zone is the whole picture."""
        return all(bool(self[part].all()) for part in strips(self.shape))


ZonePixels: TypeAlias = Mask | ZoneMask


def where_they_meet(mask: ZonePixels, rows: NDArray[np.intp], cols: NDArray[np.intp]) -> Mask:
    """Return the pixels of a mask where these rows and columns meet, shape (n_rows, n_cols)."""
    if isinstance(mask, ZoneMask):
        return mask.at(rows, cols)
    return np.asarray(mask[rows[:, None], cols])
