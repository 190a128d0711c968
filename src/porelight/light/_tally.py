"""In which cell of the grid a packet leaves its share, and the sums of what was left there.

Sums are made lane by lane: two packets may be in one cell. Everything that comes before the sum is
better done in the SIMD loop. On an **even** grid that is all of it: the cell is a product and a
rounding down along either axis, and the loop writes the cell itself. On any other it writes two
*keys* (see `_ruler.py`), which take a look into a table each, lane by lane.

The cell is that of float32 numbers: a packet within a few 1e-7 of its coordinate from an edge may
be booked in the neighbour.
"""

import math
from typing import NamedTuple

import numpy as np

from porelight._jit import jit_fused, jit_inlined
from porelight.grid import Grid
from porelight.light._bin_lookup import BinScale, Ruler, has_ruler, ruled_cell, ruler
from porelight.light._lanes import CELL, DEPOSIT, EVENT, NOTHING, RING_KEY, WIDTH, Whole
from porelight.light._simd_intrinsics import (
    Float32,
    Singles,
    Word,
    add,
    bits_of,
    float_of,
    least,
    load,
    multiply,
    prefetch,
    shift_left,
    store,
    subtract,
    truncated,
)
from porelight.quantities import Floats

# of a cell, by which the edges of an even axis may be off
_EVEN = 1e-6


class EvenGrid(NamedTuple):
    """Cells of one size; beyond the last row and ring is one more of each."""

    rows_per_metre: np.float32
    rings_per_metre: np.float32
    n_rows: np.float32
    n_rings: np.float32
    row_length: np.uint32  # cells of a row, that off the grid included


class Scales(NamedTuple):
    """How depth and the square of the radius become keys."""

    rows: BinScale
    rings: BinScale


class Rulers(NamedTuple):
    """Where the cells of the keys are looked up."""

    rows: Ruler  # by depth
    rings: Ruler  # by the square of the radius


def can_tally(grid: Grid) -> bool:
    """Return whether the fast kernel can find the cells of a grid."""
    return even_grid(grid) is not None or (has_ruler(grid.z_edges) and has_ruler(grid.r_edges**2))


def even_grid(grid: Grid) -> EvenGrid | None:
    """Return a grid whose axes are both even in the form that SIMD code wants; None for others."""
    steps = []
    for edges in (grid.z_edges, grid.r_edges):
        n_cells = edges.size - 1
        step = edges[-1] / n_cells
        if np.abs(edges - step * np.arange(n_cells + 1)).max() > _EVEN * step:
            return None
        steps.append(step)
    n_rows, n_rings = grid.shape
    return EvenGrid(
        rows_per_metre=np.float32(1.0 / steps[0]),
        rings_per_metre=np.float32(1.0 / steps[1]),
        n_rows=np.float32(n_rows),
        n_rings=np.float32(n_rings),
        row_length=np.uint32(n_rings + 1),
    )


def rulers_of(grid: Grid) -> Rulers:
    """Return the rulers of both axes of a grid."""
    return Rulers(ruler(grid.z_edges), ruler(grid.r_edges**2))


@jit_fused
def even_cell(z: Float32, radius_squared: Float32, grid: EvenGrid) -> Word:
    """Return the cell of an even grid at a depth of at least 0."""
    row = truncated(min(z * grid.rows_per_metre, grid.n_rows))
    radius = np.float32(math.sqrt(radius_squared))
    ring = truncated(min(radius * grid.rings_per_metre, grid.n_rings))
    return add(multiply(row, grid.row_length), ring)


@jit_fused
def key_of(coordinate: Float32, scale: BinScale) -> Word:
    """Return the key of a coordinate, that of the end for all beyond it."""
    bits = subtract(bits_of(coordinate + scale.origin), scale.first_bits)
    return shift_left(least(bits, scale.last_bits), scale.widening)


@jit_fused
def note_place(
    i: int,
    flat: Singles,
    z: Float32,
    radius_squared: Float32,
    even: EvenGrid | None,
    scales: Scales | None,
) -> None:
    """Write down for the tally where a packet is: the cell if the grid is even, or else keys."""
    if even is not None:
        store(flat, CELL * WIDTH + i, float_of(even_cell(z, radius_squared, even)))
    if scales is not None:
        store(flat, CELL * WIDTH + i, float_of(key_of(z, scales.rows)))
        store(flat, RING_KEY * WIDTH + i, float_of(key_of(radius_squared, scales.rings)))


@jit_inlined
def noted_cell(i: int, flat: Singles, rulers: Rulers | None) -> np.uint64:
    """Return the cell of a packet whose place was noted."""
    noted = bits_of(load(flat, CELL * WIDTH + i))
    if rulers is None:
        return np.uint64(noted)
    row = ruled_cell(noted, rulers.rows.table)
    ring = ruled_cell(bits_of(load(flat, RING_KEY * WIDTH + i)), rulers.rings.table)
    return row * np.uint64(rulers.rings.n_cells + 1) + ring


@jit_inlined
def find_cells(
    n_active: int, flat: Singles, rulers: Rulers | None, absorbed: Floats, room: int
) -> None:
    """Write down the cell of every packet, and fetch its sums: `room` of them for each cell."""
    for i in range(n_active):
        cell = noted_cell(i, flat, rulers)
        prefetch(absorbed, int(cell) * room)
        store(flat, CELL * WIDTH + i, float_of(np.uint32(cell)))


@jit_inlined
def collect(
    n_active: int, flat: Singles, listed: Whole, rulers: Rulers | None, absorbed: Floats
) -> int:
    """Tally what the packets left behind and list those with an event; return how many."""
    n_listed = np.uint64(0)
    for i in range(n_active):
        absorbed[noted_cell(i, flat, rulers)] += load(flat, DEPOSIT * WIDTH + i)
        # written every time, kept only if the count goes on: no branch to guess wrong
        listed[n_listed] = i
        n_listed += np.uint64(bits_of(load(flat, EVENT * WIDTH + i)) != NOTHING)
    return int(n_listed)
