"""Which cell of a graded axis holds a coordinate, for SIMD code: one sum, one load, one carry.

The bits of a positive float, read as a whole number, grow with the float: in equal steps from one
power of two to the next, with steps that double there. So the bits of ``coordinate + origin`` are a
scale that is even near 0 and logarithmic further out, as graded axes are, and they cost nothing.
Shifted, they are the *key* of the coordinate: its high half, the *entry*, chooses a word of a
table; its low half, the *rest*, says how far into that entry the coordinate lies. The word holds
the cell at the entry's start in its high half and, in its low half, how far the entry's one edge
lies from its end. The sum of word and rest then carries into the cell exactly if the coordinate
lies at the edge or beyond it:

    cell = (table[key >> 16] + (key & 0xffff)) >> 16

There is no comparison, and so no branch that a processor could mispredict.
"""

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight._jit import jit_inlined
from porelight.quantities import Floats

Entries: TypeAlias = NDArray[np.uint32]

_HALF_WORD = 16
_SHIFT = np.uint64(_HALF_WORD)
_REST = (1 << _HALF_WORD) - 1
# a key is compared as a signed number
_MOST_ENTRIES = 1 << (_HALF_WORD - 1)


class BinScale(NamedTuple):
    """The constants by which a coordinate is turned into a key."""

    origin: np.float32  # added to the coordinate; a power of two
    first_bits: np.uint32  # bits of the origin itself
    last_bits: np.uint32  # of the end of the axis, beyond those of the origin
    widening: np.uint32  # bits by which the rest is shifted to fill its half


class BinTable(NamedTuple):
    """The look-up table of one axis; its last entry holds the last edge."""

    scale: BinScale
    table: Entries  # (n_entries,)
    n_cells: int


def _bits(coordinates: Floats, origin: float) -> NDArray[np.int64]:
    """Return the bits of coordinates above the origin, beyond those of the origin itself."""
    start = np.float32(origin)
    bits = (coordinates.astype(np.float32) + start).view(np.uint32)
    return np.asarray(bits.astype(np.int64) - int(start.view(np.uint32)))


def keys(coordinates: Floats, scale: BinScale) -> NDArray[np.int64]:
    """Return the keys of coordinates, as SIMD code computes them."""
    bits = np.minimum(_bits(coordinates, float(scale.origin)), int(scale.last_bits))
    return np.asarray(bits << int(scale.widening))


def has_bin_table(edges: Floats) -> bool:
    """Return whether a table exists in which no entry holds two edges."""
    return edges.size <= _REST and _n_entries(edges, *_best(edges)) <= _MOST_ENTRIES


def _best(edges: Floats) -> tuple[float, int]:
    """Return the origin and the number of rest bits of the shortest table."""
    # a smaller origin serves graded axes, a larger one even axes
    smallest, largest = float(np.diff(edges).min()), float(edges[-1])
    powers = range(math.floor(math.log2(smallest)) - 2, math.ceil(math.log2(largest)) + 1)
    found = [(2.0**power, _rest_bits(edges, 2.0**power)) for power in powers]
    return min(found, key=lambda choice: _n_entries(edges, *choice))


def _rest_bits(edges: Floats, origin: float) -> int:
    """Return the most rest bits with which no entry holds two edges; 0 if there is none."""
    found = _bits(edges[1:], origin)
    rest_bits = _HALF_WORD
    while rest_bits > 0 and (np.diff(found >> rest_bits) == 0).any():
        rest_bits -= 1
    return rest_bits


def _n_entries(edges: Floats, origin: float, rest_bits: int) -> float:
    return float(_bits(edges[-1:], origin)[0] >> rest_bits) + 1 if rest_bits > 0 else math.inf


def bin_table(edges: Floats) -> BinTable:
    """Return the look-up of strictly increasing edges that start at 0.

    Coordinates beyond the last edge are in the cell after the last.
    """
    origin, rest_bits = _best(edges)
    widening = _HALF_WORD - rest_bits
    bits = _bits(edges[1:], origin)
    inner = bits << widening
    entry, rest = inner >> _HALF_WORD, inner & _REST
    table = np.searchsorted(entry, np.arange(entry[-1] + 1)) << _HALF_WORD
    table[entry] += _REST + 1 - rest
    start = np.float32(origin)
    scale = BinScale(start, start.view(np.uint32), np.uint32(bits[-1]), np.uint32(widening))
    return BinTable(scale, table.astype(np.uint32), bits.size)


@jit_inlined
def table_cell(entry: np.uint64, rest: np.uint64, table: Entries) -> np.uint64:
    """Return the cell of a key, given by its halves; that of the end gives the one after the last.

    Unsigned throughout: Numba guards a signed index against being negative.
    """
    return (np.uint64(table[entry]) + rest) >> _SHIFT
