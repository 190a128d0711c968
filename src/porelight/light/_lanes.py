"""The state of all packets of the fast kernel: columns of lanes in one array.

Lane i of column c is element ``c * WIDTH + i`` of the array; `_simd.py` says why there is one only.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight.light._simd_intrinsics import Singles, Uint32

Whole: TypeAlias = NDArray[np.int64]

WIDTH = 128
(
    X, Y, Z,  # position [m]
    TO_X, TO_Y, TO_Z,  # direction
    WEIGHT,
    AGE,  # optical path so far [m], where a time gate is
    OWED,  # absorbed, but smaller than the last digit of the weight: not yet taken off
    SEED_0, SEED_1, SEED_2, SEED_3,  # random generator; stays with the lane
    FOR_ANGLE, FOR_AZIMUTH,  # random words
    CELL, RING_KEY,  # where the tally finds the packet; see _tally.py
    DEPOSIT,  # weight to be tallied
    EVENT,
    # from here on: what the region of the packet is like
    TOP, BOTTOM,  # its planes [m]
    PATH,  # mean free path [m]
    SHARE,  # absorbed by an interaction
    INDEX,  # of refraction
    PEAK, PEAK_FLOOR, PEAK_SCALE,  # anisotropy g, 1 - g, 2 (1 - g)^2
    WALL_SIDE, WALL_BULGE, WALL_CENTRE, WALL_LEVEL,  # see _bodies.py; the side from _regions.py
    OTHER_SIDE, OTHER_BULGE, OTHER_CENTRE, OTHER_LEVEL,
    VESSEL_SIDE, VESSEL_X, VESSEL_Z, VESSEL_LEVEL,
) = range(39)  # fmt: skip
N_COLUMNS = VESSEL_LEVEL + 1
REGION = TOP
N_LAYER_COLUMNS, N_FOLLICLE_COLUMNS = WALL_SIDE - REGION, VESSEL_SIDE - REGION
N_REGION_COLUMNS = N_COLUMNS - REGION

# what a packet was listed for
NOTHING, WEIGHED, MET_SURFACE = Uint32(0), Uint32(1), Uint32(2)

_CACHE_LINE = 64  # bytes


class Lanes(NamedTuple):
    """The state of all packets, and arrays that scalar code alone uses."""

    flat: Singles  # (N_COLUMNS * WIDTH,)
    region: Whole  # (WIDTH,)
    listed: Whole  # (WIDTH + 1,) lanes that wait for scalar code


def empty_lanes(seed: np.random.SeedSequence) -> Lanes:
    """Return lanes without packets, each with random numbers of its own."""
    flat = _in_whole_lines(N_COLUMNS * WIDTH)
    first_words = seed.generate_state(4 * WIDTH, np.uint32)
    flat[SEED_0 * WIDTH : (SEED_3 + 1) * WIDTH] = first_words.view(np.float32)
    return Lanes(flat, np.zeros(WIDTH, dtype=np.int64), np.zeros(WIDTH + 1, dtype=np.int64))


def _in_whole_lines(size: int) -> Singles:
    """Return zeros that begin where a line of the cache does.

    Otherwise each of the widest registers would be read from two lines, and written to two.
    """
    room = np.zeros(size + _CACHE_LINE // 4, dtype=np.float32)
    start = -room.ctypes.data % _CACHE_LINE // 4
    return room[start : start + size]
