"""The fast kernel: sixteen (or eight, or four) photon packets in one instruction.

The trick
---------
A processor core adds sixteen float32 numbers as fast as one, if a compiler can prove that sixteen
turns of a loop do not disturb one another. Packets do not, but arrays might overlap for all that
the compiler knows, and with the dozens of arrays that packets need it gives up. So the whole state
is **one** array, cut into columns of `WIDTH` lanes: X starts at 0, Y at WIDTH, and so on. Lane i of
column c is element ``c * WIDTH + i``, every distance between two columns is a constant, and the
loop of `advance` becomes straight SIMD code on whatever the machine has (AVX-512, AVX2, NEON).

Straight code has no branches, so `advance` moves every packet as if nothing stood in its way: draw
a path, fly, absorb, turn. A packet whose flight would have met a surface keeps its old state
instead and is listed, as is one whose weight needs attention. Because the exponential law has no
memory, the path that was drawn may be forgotten: scalar code (`_events.py`) puts the listed packet
on the surface, and it draws a new path in the next round. This is exact only if a packet is listed
*exactly when its path is longer than the way to that surface*; a packet listed on mere suspicion
would have to keep its path, since packets with long paths are suspected more often.

So whether a path meets a surface is decided without error. With the surface written as a function
f, negative inside, f along the flight is c + 2 b t + a t^2. A flight that starts inside a convex
body leaves it if and only if f is positive at its end. One that starts outside enters if f is
negative at its end, or if it dips in and out again: the smallest value lies within the flight and
below 0, that is, the slope is negative at the start (b < 0), positive at the end (b + a t > 0), and
b^2 > a c. No root and no division is needed. A
packet knows on which side of a surface it is, so it may start from the surface itself.

Precision
---------
Positions, directions and weights are float32, sums are float64. Weights are split without rounding
(see `split`), so energy closes to float64 rounding here too.

References
----------
.. [1] T. Duff et al., "Building an orthonormal basis, revisited," J. Comput. Graph. Tech. 6(1), 1-8
   (2017).
"""

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight._jit import jit, jit_fused, jit_inlined
from porelight.light._kernel import ROULETTE_WEIGHT
from porelight.light._ruler import Ruler, Scale, ruled_cell
from porelight.light._vector_math import (
    Float32,
    Word,
    drawn_word,
    minus_log,
    next_words,
    random_sine_cosine,
    unit_interval,
    with_sign_of,
)
from porelight.light._weight_window import HIGH, LOW, Window
from porelight.light._words import (
    bits_of,
    float_of,
    least,
    load,
    prefetch,
    shift_left,
    store,
    subtract,
)
from porelight.quantities import Floats

Singles: TypeAlias = NDArray[np.float32]
Whole: TypeAlias = NDArray[np.int64]
Truth: TypeAlias = bool | np.bool_
Single3: TypeAlias = tuple[Float32, Float32, Float32]

WIDTH = 128
(
    X, Y, Z,  # position [m]
    TO_X, TO_Y, TO_Z,  # direction
    WEIGHT,
    SEED_0, SEED_1, SEED_2, SEED_3,  # random generator; stays with the lane
    FOR_ANGLE, FOR_AZIMUTH,  # random words
    ROW_KEY, RING_KEY,  # where the rulers of the tally say that the packet is
    DEPOSIT,  # weight to be tallied
    EVENT,
    # from here on: what the region of the packet is like
    TOP, BOTTOM,  # its planes [m]
    PATH,  # mean free path [m]
    SHARE,  # absorbed by an interaction
    PEAK, PEAK_ABOVE, PEAK_SCALE,  # anisotropy g, 1 + g, 2 (1 - g)^2
    WALL_SIDE, WALL_BULGE, WALL_CENTRE, WALL_LEVEL,  # see _bodies.py; the side from _regions.py
    OTHER_SIDE, OTHER_BULGE, OTHER_CENTRE, OTHER_LEVEL,
    VEIN_SIDE, VEIN_X, VEIN_Z, VEIN_LEVEL,
) = range(36)  # fmt: skip
N_COLUMNS = VEIN_LEVEL + 1
REGION = TOP
N_LAYER_COLUMNS, N_FOLLICLE_COLUMNS = WALL_SIDE - REGION, VEIN_SIDE - REGION
N_REGION_COLUMNS = N_COLUMNS - REGION

NOTHING, WEIGHED, MET_SURFACE = Word(0), Word(1), Word(2)

_ZERO, _ONE, _TWO = Float32(0.0), Float32(1.0), Float32(2.0)
_HALF, _THREE_HALVES = Float32(0.5), Float32(1.5)
_CACHE_LINE = 64  # bytes
_IN_REGISTER = 16  # lanes of the widest register; WIDTH is a multiple of it
# keeps a flight along the axis from dividing by 0; far below any other direction's square
_ALONG_AXIS = Float32(1e-20)
# stands for infinity where `advance` may meet it: its square is still a float32 number
FAR = 1e15


class Lanes(NamedTuple):
    """The state of all packets, and what scalar code alone needs."""

    flat: Singles  # (N_COLUMNS * WIDTH,)
    region: Whole  # (WIDTH,)
    listed: Whole  # (WIDTH + 1,) lanes that wait for scalar code


class Cell(NamedTuple):
    """The mirror around the axis."""

    radius: float  # [m]
    squared: np.float32
    inverse_squared: np.float32
    gap: np.float32  # between the mirror and all that is not a layer [m]


class Present(NamedTuple):
    """Says by being there, in place of None, that there is something of its kind."""

    number: int


class World(NamedTuple):
    """What all packets share; no arrays, since SIMD code cannot count references to them.

    Code for what is None is left out when a kernel is compiled.
    """

    rows: Scale  # of the tally, by depth
    rings: Scale  # of the tally, by the square of the radius
    follicle: Present | None
    vessels: Present | None
    cell: Cell | None
    window: Window | None


class Flight(NamedTuple):
    """A straight way: its start, direction and length, and where it ends."""

    x: Float32
    y: Float32
    z: Float32
    to_x: Float32
    to_y: Float32
    to_z: Float32
    length: Float32
    end_x: Float32
    end_y: Float32
    end_z: Float32


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


@jit
def split(weight: Float32, share: Float32) -> tuple[Float32, Float32]:
    """Return what stays of a weight and what is absorbed; their sum is the weight, exactly.

    The difference of two floats within a factor of two of each other has no rounding error, and
    either the first difference is such a one or the second is. (Not compiled as `fused`: the
    product must be rounded before it is taken off.)
    """
    stays = weight - weight * share
    return stays, weight - stays


@jit_fused
def scattered(
    direction: Single3,
    u: Float32,
    azimuth: Word,
    peak: Float32,
    peak_above: Float32,
    peak_scale: Float32,
) -> Single3:
    """Return the direction after a Henyey-Greenstein scattering.

    1 - cosine is computed, from 2 (1 - g)^2 u (1 + g - g u) / (1 + g - 2 g u)^2: no digits cancel,
    neither near g = 0 nor for the small angles of g near 1.
    """
    x, y, z = direction
    bent = peak * u
    below = peak_above - _TWO * bent
    below_squared = below * below
    pole = _ONE + abs(z)
    # one division serves both 1 / below^2 and 1 / pole
    inverse = _ONE / (below_squared * pole)
    versine = peak_scale * u * (peak_above - bent) * (inverse * pole)
    cosine = _ONE - versine
    sine = np.float32(math.sqrt(max(versine * (_TWO - versine), _ZERO)))
    azimuth_sine, azimuth_cosine = random_sine_cosine(azimuth)
    p, q = sine * azimuth_cosine, sine * azimuth_sine
    # the basis of [1]_ about the direction, multiplied out; its sign where z < 0 would only turn
    # the azimuth by half a turn, and that is random anyway
    along = p * x + q * y
    back = cosine - along * (inverse * below_squared)
    new_x, new_y, new_z = p + x * back, q + y * back, cosine * z - with_sign_of(along, z)
    # one step of Newton's method towards length 1
    shrink = _THREE_HALVES - _HALF * (new_x * new_x + new_y * new_y + new_z * new_z)
    return new_x * shrink, new_y * shrink, new_z * shrink


@jit_fused
def meets(side: Float32, a: Float32, b: Float32, c: Float32, length: Float32) -> Truth:
    """Return whether a flight from a side of a surface meets it; see the top of this file."""
    end_slope = b + a * length
    at_end = c + length * (b + end_slope)
    dips = (side > _ZERO) & (b < _ZERO) & (end_slope > _ZERO) & (b * b > a * c)
    return (side * at_end < _ZERO) | dips


@jit_fused
def meets_round(column: int, i: int, flat: Singles, way: Flight) -> Truth:
    """Return whether a flight meets the surface of revolution whose columns start here."""
    bulge = load(flat, (column + 1) * WIDTH + i)
    centre, level = load(flat, (column + 2) * WIDTH + i), load(flat, (column + 3) * WIDTH + i)
    off, rise = way.z - centre, bulge * way.to_z
    return meets(
        load(flat, column * WIDTH + i),
        way.to_x * way.to_x + way.to_y * way.to_y + rise * way.to_z,
        way.x * way.to_x + way.y * way.to_y + rise * off,
        way.x * way.x + way.y * way.y + bulge * off * off - level,
        way.length,
    )


@jit_fused
def meets_follicle(follicle: Present | None, i: int, flat: Singles, way: Flight) -> Truth:
    """Return whether a flight meets the wall of the lumen, the hair or the gland."""
    if follicle is None:
        return False
    return meets_round(WALL_SIDE, i, flat, way) | meets_round(OTHER_SIDE, i, flat, way)


@jit_fused
def meets_vessel(vessels: Present | None, i: int, flat: Singles, way: Flight) -> Truth:
    """Return whether a flight meets the vessel of its region."""
    if vessels is None:
        return False
    axis_x, axis_z = load(flat, VEIN_X * WIDTH + i), load(flat, VEIN_Z * WIDTH + i)
    level = load(flat, VEIN_LEVEL * WIDTH + i)
    x, z = way.x - axis_x, way.z - axis_z
    return meets(
        load(flat, VEIN_SIDE * WIDTH + i),
        way.to_x * way.to_x + way.to_z * way.to_z,
        x * way.to_x + z * way.to_z,
        x * x + z * z - level,
        way.length,
    )


@jit_fused
def meets_plane(i: int, flat: Singles, way: Flight) -> Truth:
    """Return whether a flight leaves the slab of its region."""
    top, bottom = load(flat, TOP * WIDTH + i), load(flat, BOTTOM * WIDTH + i)
    return (way.end_z < top) | (way.end_z > bottom)


@jit_fused
def reflected_in(cell: Cell | None, way: Flight) -> tuple[Flight, Truth]:
    """Return a flight after one reflection in the mirror, and whether it meets more behind it.

    The follicle is at least the gap away from the mirror. A flight that goes further behind the
    mirror counts as having met something after the gap, so that its length may be forgotten.
    """
    if cell is None:
        return way, False
    across = way.to_x * way.to_x + way.to_y * way.to_y
    outward = way.x * way.to_x + way.y * way.to_y
    reach = outward * outward + across * (cell.squared - way.x * way.x - way.y * way.y)
    to_mirror = (np.float32(math.sqrt(max(reach, _ZERO))) - outward) / max(across, _ALONG_AXIS)
    at_x, at_y = way.x + to_mirror * way.to_x, way.y + to_mirror * way.to_y
    twice = _TWO * cell.inverse_squared * (way.to_x * at_x + way.to_y * at_y)
    back_x, back_y = way.to_x - twice * at_x, way.to_y - twice * at_y
    rest = way.length - to_mirror
    end_x, end_y = at_x + rest * back_x, at_y + rest * back_y
    behind = way.end_x * way.end_x + way.end_y * way.end_y > cell.squared
    again = (end_x * end_x + end_y * end_y > cell.squared) | (rest > cell.gap)
    folded = Flight(
        way.x,
        way.y,
        way.z,
        back_x if behind else way.to_x,
        back_y if behind else way.to_y,
        way.to_z,
        way.length,
        end_x if behind else way.end_x,
        end_y if behind else way.end_y,
        way.end_z,
    )
    return folded, behind & again


@jit_fused
def needs_weighing(window: Window | None, weight: Float32, way: Flight) -> Truth:
    """Return whether a packet is light enough for the roulette, or heavy enough to be split."""
    if window is None:
        return weight < Float32(ROULETTE_WEIGHT)
    distance_squared = way.end_x * way.end_x + way.end_y * way.end_y + way.end_z * way.end_z
    target = min(max(window.steepness * distance_squared, window.floor), _ONE)
    return (weight < LOW * target) | (weight > HIGH * target)


@jit_fused
def drawn(i: int, flat: Singles) -> tuple[Word, Word, Word]:
    """Return three random words of a lane."""
    first = next_words(
        (
            bits_of(load(flat, SEED_0 * WIDTH + i)),
            bits_of(load(flat, SEED_1 * WIDTH + i)),
            bits_of(load(flat, SEED_2 * WIDTH + i)),
            bits_of(load(flat, SEED_3 * WIDTH + i)),
        )
    )
    second = next_words(first)
    third = next_words(second)
    store(flat, SEED_0 * WIDTH + i, float_of(third[0]))
    store(flat, SEED_1 * WIDTH + i, float_of(third[1]))
    store(flat, SEED_2 * WIDTH + i, float_of(third[2]))
    store(flat, SEED_3 * WIDTH + i, float_of(third[3]))
    return drawn_word(first), drawn_word(second), drawn_word(third)


@jit_fused
def key_of(coordinate: Float32, scale: Scale) -> Word:
    """Return the key of a coordinate, that of the end for all beyond it."""
    bits = subtract(bits_of(coordinate + scale.origin), scale.first_bits)
    return shift_left(least(bits, scale.last_bits), scale.widening)


@jit_fused
def fly(i: int, flat: Singles, world: World) -> None:
    """Move a packet by one flight and let it leave its share, unless a surface is in its way."""
    for_flight, for_angle, for_azimuth = drawn(i, flat)
    store(flat, FOR_ANGLE * WIDTH + i, float_of(for_angle))
    store(flat, FOR_AZIMUTH * WIDTH + i, float_of(for_azimuth))

    x, y, z = load(flat, X * WIDTH + i), load(flat, Y * WIDTH + i), load(flat, Z * WIDTH + i)
    to_x, to_y = load(flat, TO_X * WIDTH + i), load(flat, TO_Y * WIDTH + i)
    to_z = load(flat, TO_Z * WIDTH + i)
    length = minus_log(unit_interval(for_flight)) * load(flat, PATH * WIDTH + i)
    end = x + length * to_x, y + length * to_y, z + length * to_z
    way = Flight(x, y, z, to_x, to_y, to_z, length, end[0], end[1], end[2])
    stopped = meets_plane(i, flat, way) | meets_follicle(world.follicle, i, flat, way)
    stopped = stopped | meets_vessel(world.vessels, i, flat, way)
    way, meets_more = reflected_in(world.cell, way)
    stopped = stopped | meets_more

    weight = load(flat, WEIGHT * WIDTH + i)
    stays, absorbed = split(weight, load(flat, SHARE * WIDTH + i))
    row = key_of(max(way.end_z, _ZERO), world.rows)
    ring = key_of(way.end_x * way.end_x + way.end_y * way.end_y, world.rings)
    store(flat, ROW_KEY * WIDTH + i, float_of(row))
    store(flat, RING_KEY * WIDTH + i, float_of(ring))
    store(flat, DEPOSIT * WIDTH + i, _ZERO if stopped else absorbed)
    event = WEIGHED if needs_weighing(world.window, stays, way) else NOTHING
    store(flat, EVENT * WIDTH + i, float_of(MET_SURFACE if stopped else event))
    store(flat, X * WIDTH + i, x if stopped else way.end_x)
    store(flat, Y * WIDTH + i, y if stopped else way.end_y)
    store(flat, Z * WIDTH + i, z if stopped else way.end_z)
    store(flat, TO_X * WIDTH + i, to_x if stopped else way.to_x)
    store(flat, TO_Y * WIDTH + i, to_y if stopped else way.to_y)
    store(flat, WEIGHT * WIDTH + i, weight if stopped else stays)


@jit_fused
def turn(i: int, flat: Singles) -> None:
    """Turn a packet that has flown."""
    stopped = load(flat, EVENT * WIDTH + i) == float_of(MET_SURFACE)
    to_x, to_y = load(flat, TO_X * WIDTH + i), load(flat, TO_Y * WIDTH + i)
    to_z = load(flat, TO_Z * WIDTH + i)
    turned = scattered(
        (to_x, to_y, to_z),
        unit_interval(bits_of(load(flat, FOR_ANGLE * WIDTH + i))),
        bits_of(load(flat, FOR_AZIMUTH * WIDTH + i)),
        load(flat, PEAK * WIDTH + i),
        load(flat, PEAK_ABOVE * WIDTH + i),
        load(flat, PEAK_SCALE * WIDTH + i),
    )
    store(flat, TO_X * WIDTH + i, to_x if stopped else turned[0])
    store(flat, TO_Y * WIDTH + i, to_y if stopped else turned[1])
    store(flat, TO_Z * WIDTH + i, to_z if stopped else turned[2])


@jit_fused
def advance(n_active: int, flat: Singles, world: World) -> None:
    """Move every packet by one flight, unless a surface is in its way. The SIMD loops.

    Two short loops are faster than a long one: a core works on several turns at a time, as many as
    it can hold, and so does not wait for the last result of one turn before it begins the next.
    Registers are filled with idle lanes, which nobody looks at: what does not fill one would be
    done lane by lane.
    """
    n_lanes = (n_active + _IN_REGISTER - 1) // _IN_REGISTER * _IN_REGISTER
    for i in range(n_lanes):
        fly(i, flat, world)
    for i in range(n_lanes):
        turn(i, flat)


@jit_inlined
def find_cells(
    n_active: int, flat: Singles, rows: Ruler, rings: Ruler, absorbed: Floats, room: int
) -> None:
    """Write over each row key the cell of the packet, and fetch it: `room` sums for each cell."""
    row_table, ring_table = rows.table, rings.table
    n_rings = np.uint64(rings.n_cells + 1)
    for i in range(n_active):
        row = ruled_cell(bits_of(load(flat, ROW_KEY * WIDTH + i)), row_table)
        ring = ruled_cell(bits_of(load(flat, RING_KEY * WIDTH + i)), ring_table)
        cell = row * n_rings + ring
        prefetch(absorbed, int(cell) * room)
        store(flat, ROW_KEY * WIDTH + i, float_of(np.uint32(cell)))


@jit_inlined
def collect(
    n_active: int, flat: Singles, listed: Whole, rows: Ruler, rings: Ruler, absorbed: Floats
) -> int:
    """Tally what the packets left behind and list those with an event; return how many."""
    row_table, ring_table = rows.table, rings.table
    n_rings = np.uint64(rings.n_cells + 1)
    n_listed = np.uint64(0)
    for i in range(n_active):
        row = ruled_cell(bits_of(load(flat, ROW_KEY * WIDTH + i)), row_table)
        ring = ruled_cell(bits_of(load(flat, RING_KEY * WIDTH + i)), ring_table)
        absorbed[row * n_rings + ring] += load(flat, DEPOSIT * WIDTH + i)
        # written every time, kept only if the count goes on: no branch to guess wrong
        listed[n_listed] = i
        n_listed += np.uint64(bits_of(load(flat, EVENT * WIDTH + i)) != NOTHING)
    return int(n_listed)
