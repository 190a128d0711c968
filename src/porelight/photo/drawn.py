"""Pores on the pixels of their photograph, drawn a strip of rows at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from porelight.photo.flatten import WORKING_SCALE, to_photograph
from porelight.photo.picture import Mask
from porelight.photo.segment import Labels, Segments, parted
from porelight.photo.strips import strips, widened
from porelight.photo.zone_mask import ZonePixels


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPores:
    """Pores on the pixels of a photograph; an index of rows gives the mask there.

    Attributes
    ----------
    working : ndarray of int32, shape (working rows, working cols)
        0 on skin, i + 1 in pore i, at the working scale.
    zone_mask : ndarray of bool, shape (rows, cols)
        True in the zone, on the pixels of the photograph.
    is_coarse : bool
        Whether the photograph has fewer pixels than the working scale.
    row, col : ndarray of int, shape (n_lost,)
        Pixels of the pores that fall between the pixels, or beside the zone.
    number : ndarray of int32, shape (n_lost,)
        Their numbers.
    """

    working: Labels
    zone_mask: ZonePixels
    is_coarse: bool
    row: NDArray[np.intp]
    col: NDArray[np.intp]
    number: Labels

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the photograph."""
        return self.zone_mask.shape[0], self.zone_mask.shape[1]

    def labels(self, rows: slice) -> Labels:
        """Return 0 on skin, i + 1 in pore i, on some rows; int32, shape (n, cols)."""
        labels = _labels(self.working, self.zone_mask, rows, is_coarse=self.is_coarse)
        first, last, _ = rows.indices(self.shape[0])
        mine = (self.row >= first) & (self.row < last)
        labels[self.row[mine] - first, self.col[mine]] = self.number[mine]
        return labels

    def __getitem__(self, rows: slice) -> Mask:
        """Return True on pores, on some rows, shape (n, cols)."""
        return self.labels(rows) > 0


def drawn_pores(pores: Segments, zone_mask: ZonePixels, px_per_metre: float) -> DrawnPores:
    """Return pores on the pixels of their photograph.

    Parameters
    ----------
    pores : Segments
        The pores at the working scale.
    zone_mask : ndarray of bool, shape (rows, cols)
        True where pores were looked for, on the pixels of the photograph.
    px_per_metre : float
        Scale of the photograph [px/m].
    """
    is_coarse = px_per_metre < WORKING_SCALE
    drawn = np.zeros(pores.row.size + 1, np.bool_)
    for part in strips(zone_mask.shape):
        drawn[_labels(pores.labels, zone_mask, part, is_coarse=is_coarse)] = True
    lost = np.flatnonzero(~drawn[1:])
    row, col = (
        np.clip(((x[lost] + 0.5) * n / m).astype(np.intp), 0, n - 1)
        for x, n, m in zip((pores.row, pores.col), zone_mask.shape, pores.labels.shape, strict=True)
    )
    number = np.asarray(lost + 1, np.int32)
    return DrawnPores(pores.labels, zone_mask, is_coarse, row, col, number)


def _labels(working: Labels, where: ZonePixels, rows: slice, *, is_coarse: bool) -> Labels:
    """Return the labels of the working scale on some rows of the photograph."""
    if not is_coarse:
        labels = to_photograph(working, where.shape, rows)
        labels *= where[rows]
        return labels
    # pores that coarse pixels push together are parted, which needs their neighbours
    first, last, _ = rows.indices(where.shape[0])
    wide, own = widened(slice(first, last), 1, where.shape[0])
    return parted(to_photograph(working, where.shape, wide) * where[wide])[own]
