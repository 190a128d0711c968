"""The tally: the cell of the grid in which a packet deposits energy, and the sums of each cell.

Sums are made lane by lane: two packets may be in one cell. Everything that comes before the sum is
better done in the SIMD loop. On an **even** grid that is all of it: the cell is a product and a
rounding down along either axis, and the loop writes the cell itself. On any other it writes two
*keys* (see `_bin_lookup.py`), which are looked up in a table each, lane by lane.

The cell is that of float32 numbers: a packet within a few 1e-7 of its coordinate from an edge may
be booked in the neighbour.
"""

import math
from typing import NamedTuple

import numpy as np

from porelight._jit import jit_fused, jit_inlined
from porelight.grid import Grid
from porelight.light._bin_lookup import BinScale, BinTable, bin_table, has_bin_table, table_cell
from porelight.light._lanes import CELL, DEPOSIT, EVENT, NOTHING, RING_KEY, WIDTH, Whole
from porelight.light._simd_intrinsics import (
    Float32,
    Singles,
    Uint32,
    add,
    bits_of,
    float_of,
    least,
    load,
    lower_half,
    multiply,
    prefetch,
    shift_left,
    store,
    subtract,
    truncated,
    upper_half,
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
    """The constants by which depth and squared radius are turned into keys."""

    rows: BinScale
    rings: BinScale


class BinTables(NamedTuple):
    """The look-up tables of both axes, from keys to cells."""

    rows: BinTable  # by depth
    rings: BinTable  # by the square of the radius


def can_tally(grid: Grid) -> bool:
    """Return whether the fast kernel can find the cells of a grid."""
    return even_grid(grid) is not None or (
        has_bin_table(grid.z_edges) and has_bin_table(grid.r_edges**2)
    )


def even_grid(grid: Grid) -> EvenGrid | None:
    """Return a grid whose axes are both even in the form that SIMD code uses; None for others."""
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


def bin_tables_of(grid: Grid) -> BinTables:
    """Return the look-up tables of both axes of a grid."""
    return BinTables(bin_table(grid.z_edges), bin_table(grid.r_edges**2))


@jit_fused
def even_cell(z: Float32, radius_squared: Float32, grid: EvenGrid) -> Uint32:
    """Return the cell of an even grid at a depth of at least 0."""
    row = truncated(min(z * grid.rows_per_metre, grid.n_rows))
    radius = np.float32(math.sqrt(radius_squared))
    ring = truncated(min(radius * grid.rings_per_metre, grid.n_rings))
    return add(multiply(row, grid.row_length), ring)


@jit_fused
def key_of(coordinate: Float32, scale: BinScale) -> Uint32:
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
    """Note the place of a packet for the tally: its cell if the grid is even, else two keys."""
    if even is not None:
        store(flat, CELL * WIDTH + i, float_of(even_cell(z, radius_squared, even)))
    if scales is not None:
        store(flat, CELL * WIDTH + i, float_of(key_of(z, scales.rows)))
        store(flat, RING_KEY * WIDTH + i, float_of(key_of(radius_squared, scales.rings)))


@jit_inlined
def keyed_cell(place: int, flat: Singles, axis: BinTable) -> np.uint64:
    """Return the cell on an axis whose key was noted at a place."""
    return table_cell(upper_half(flat, place), lower_half(flat, place), axis.table)


@jit_inlined
def noted_cell(i: int, flat: Singles, bin_tables: BinTables | None) -> np.uint64:
    """Return the cell of a packet whose place was noted."""
    if bin_tables is None:
        return np.uint64(bits_of(load(flat, CELL * WIDTH + i)))
    row = keyed_cell(CELL * WIDTH + i, flat, bin_tables.rows)
    ring = keyed_cell(RING_KEY * WIDTH + i, flat, bin_tables.rings)
    return row * np.uint64(bin_tables.rings.n_cells + 1) + ring


@jit_inlined
def find_cells(
    n_active: int, flat: Singles, bin_tables: BinTables | None, absorbed: Floats, room: int
) -> None:
    """Note the cell of every packet, and prefetch its sums: `room` of them for each cell."""
    for i in range(n_active):
        cell = noted_cell(i, flat, bin_tables)
        prefetch(absorbed, int(cell) * room)
        store(flat, CELL * WIDTH + i, float_of(np.uint32(cell)))


@jit_inlined
def collect(
    n_active: int, flat: Singles, listed: Whole, bin_tables: BinTables | None, absorbed: Floats
) -> int:
    """Tally what the packets deposited and list those with an event; return their number."""
    n_listed = np.uint64(0)
    for i in range(n_active):
        absorbed[noted_cell(i, flat, bin_tables)] += load(flat, DEPOSIT * WIDTH + i)
        # written every time, kept only if the count goes on: no branch to guess wrong
        listed[n_listed] = i
        n_listed += np.uint64(bits_of(load(flat, EVENT * WIDTH + i)) != NOTHING)
    return int(n_listed)
