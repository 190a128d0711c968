"""Which cell of a graded axis holds a coordinate, found without a search.

A uniform table, fine enough that at most a few edges fall into one of its entries, points to the
first cell that an entry touches; from there the right cell is at most a step or two away. So a
tally on a graded grid costs what it costs on a uniform one.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight._jit import jit_inlined
from porelight.quantities import Floats

CellNumbers: TypeAlias = NDArray[np.int32]

# entries of 4 bytes: a table of this length still lies in a core's second-level cache
_LONGEST_TABLE = 32768
# keeps an entry's first cell right when a coordinate just below the entry rounds up into it
_ROUNDING = 1e-12


class Axis(NamedTuple):
    """Edges of the cells, and the uniform table that leads to them."""

    edges: Floats  # (n + 1,) [m]
    first_cell: CellNumbers  # (n_entries + 1,)
    entries_per_metre: float


def axis(edges: Floats) -> Axis:
    """Return the look-up of strictly increasing edges that start at 0 [m]."""
    extent = float(edges[-1])
    n_entries = int(min(_LONGEST_TABLE, np.ceil(extent / np.diff(edges).min())))
    starts = np.arange(n_entries + 1) * (extent / n_entries) * (1.0 - _ROUNDING)
    first_cell = np.searchsorted(edges, starts, side="right") - 1
    return Axis(
        edges=np.ascontiguousarray(edges, dtype=np.float64),
        first_cell=first_cell.astype(np.int32),
        entries_per_metre=n_entries / extent,
    )


@jit_inlined
def cell_of(coordinate: float, along: Axis) -> int:
    """Return the cell that holds a coordinate >= 0; the number of cells if it lies beyond all."""
    last = along.edges.size - 1
    if coordinate >= along.edges[last]:
        return last
    cell = int(along.first_cell[int(coordinate * along.entries_per_metre)])
    while coordinate >= along.edges[cell + 1]:
        cell += 1
    return cell
