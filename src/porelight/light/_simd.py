"""The fast kernel: sixteen (or eight, or four) photon packets in one instruction.

The trick
---------
A processor core adds sixteen float32 numbers as fast as one, if a compiler can prove that sixteen
turns of a loop do not disturb one another. Packets do not, but arrays might overlap for all that
the compiler knows, and with the two dozen arrays that packets need it gives up. So the whole state
is **one** array, cut into columns of `WIDTH` lanes: X starts at 0, Y at WIDTH, and so on. Lane i of
column c is element ``c * WIDTH + i``, every distance between two columns is a constant, and the
loop of `advance` becomes straight SIMD code on whatever the machine has (AVX-512, AVX2, NEON).

Straight code has no branches, so `advance` moves every packet as if nothing stood in its way: draw
a path, fly, absorb, turn. A packet whose flight would have met a plane or the wall keeps its old
state instead and is listed, as is one light enough for the roulette. Because the exponential law
has no memory, the path that was drawn may be forgotten: `meet_surface` puts the listed packet on
the surface, in scalar code with the functions of the reference kernel, and it draws a new path in
the next round. That is exact as long as "meets a surface" is decided by the end point alone, which
holds because a layer within its cell is convex.

Precision
---------
Positions, directions and weights are float32, sums are float64. Every weight starts as 1, is split
without rounding (see `split`) and is multiplied by 8 in the roulette, so energy closes to float64
rounding here too.
"""

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight._jit import jit, jit_fused
from porelight.light._bins import Axis
from porelight.light._kernel import (
    ROULETTE_WEIGHT,
    Stack,
    Tally,
    Vector,
    after_roulette,
    crossed,
    distance_to_plane,
    distance_to_wall,
    mirrored,
    moved,
    ring_of,
)
from porelight.light._random import Words
from porelight.light._vector_math import (
    Float32,
    Word,
    drawn_word,
    minus_log,
    next_words,
    random_sine_cosine,
    signed_one,
    unit_interval,
)
from porelight.light._words import (
    bits_of,
    float_of,
    load,
    store,
    truncated,
)
from porelight.quantities import Floats

Singles: TypeAlias = NDArray[np.float32]
Bits: TypeAlias = NDArray[np.uint32]
Single3: TypeAlias = tuple[Float32, Float32, Float32]

WIDTH = 128
(
    X, Y, Z,  # position [m]
    TO_X, TO_Y, TO_Z,  # direction
    WEIGHT,
    TOP, BOTTOM,  # planes of the layer [m]
    PATH,  # mean free path [m]
    SHARE,  # absorbed by an interaction
    PEAK, PEAK_ABOVE, PEAK_SCALE,  # anisotropy g, 1 + g, 2 (1 - g)^2
    SEED_0, SEED_1, SEED_2, SEED_3,  # random generator
    ROW_ENTRY, RING_ENTRY,  # where the look-up of the tally starts
    RADIUS,  # distance from the axis [m]
    DEPOSIT,  # weight to be tallied
    EVENT,
) = range(23)  # fmt: skip
N_COLUMNS = EVENT + 1
N_LAYER_COLUMNS = PEAK_SCALE - TOP + 1

NOTHING, LIGHT, MET_SURFACE = Word(0), Word(1), Word(2)

_NEXT = np.uint64(1)

_ZERO, _ONE, _TWO = Float32(0.0), Float32(1.0), Float32(2.0)
_HALF, _THREE_HALVES = Float32(0.5), Float32(1.5)
# stand for infinity where `advance` may meet it: their squares are still float32 numbers
FAR = 1e15
_LONGEST_RULER = 65536
# keeps an entry's first cell right when a float32 just below the entry rounds up into it
_ROUNDING = 1e-6


class Lanes(NamedTuple):
    """The state of all packets, and what scalar code alone needs."""

    flat: Singles  # (N_COLUMNS * WIDTH,)
    layer: NDArray[np.int64]  # (WIDTH,)
    listed: NDArray[np.int64]  # (WIDTH + 1,) lanes that wait for scalar code


class Ruler(NamedTuple):
    """A graded axis whose look-up starts at an entry that SIMD code has computed."""

    first_cell: Bits  # (n_entries + 1,) first cell that the entry touches
    edges: Singles  # (n_cells + 2,) [m]; beyond the last one, infinity
    entries_per_metre: np.float32
    last_entry: np.float32


class World(NamedTuple):
    """What all packets of a run share."""

    stack: Stack
    layer_columns: Singles  # (n_layers, N_LAYER_COLUMNS)
    rows: Ruler  # depth, cut at the planes and at the grid's edges
    rings: Ruler
    r_axis: Axis
    cell_radius: float
    wall_squared: np.float32  # cell_radius ** 2, finite


def empty_lanes(seed: np.random.SeedSequence) -> Lanes:
    """Return lanes without packets, each with random numbers of its own."""
    flat = np.zeros(N_COLUMNS * WIDTH, dtype=np.float32)
    first_words = seed.generate_state(4 * WIDTH, np.uint32)
    flat[SEED_0 * WIDTH : (SEED_3 + 1) * WIDTH] = first_words.view(np.float32)
    return Lanes(flat, np.zeros(WIDTH, dtype=np.int64), np.zeros(WIDTH + 1, dtype=np.int64))


def ruler(edges: Floats) -> Ruler:
    """Return the look-up of strictly increasing edges that start at 0 [m]."""
    extent = float(edges[-1])
    n_entries = int(min(_LONGEST_RULER, math.ceil(extent / np.diff(edges).min())))
    starts = np.arange(n_entries + 1) * (extent / n_entries) * (1.0 - _ROUNDING)
    return Ruler(
        first_cell=(np.searchsorted(edges, starts, side="right") - 1).astype(np.uint32),
        edges=np.append(edges, math.inf).astype(np.float32),
        entries_per_metre=np.float32(n_entries / extent),
        last_entry=np.float32(n_entries),
    )


def layer_columns(stack: Stack) -> Singles:
    """Return what a packet carries of each layer, in the order of the columns from TOP on."""
    g = stack.anisotropy
    columns = (
        stack.planes[:-1],
        np.minimum(stack.planes[1:], FAR),
        np.minimum(stack.mean_free_path, FAR),
        stack.absorbed_share,
        g,
        1.0 + g,
        2.0 * (1.0 - g) ** 2,
    )
    return np.ascontiguousarray(np.stack(columns, axis=1), dtype=np.float32)


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
    below = peak_above - _TWO * peak * u
    side = signed_one(z)
    pole = side + z
    # one division serves both 1 / below^2 and 1 / pole
    inverse = _ONE / (below * below * pole)
    versine = peak_scale * u * (peak_above - peak * u) * (inverse * pole)
    a = -(inverse * below * below)
    sine_squared, cosine = versine * (_TWO - versine), _ONE - versine
    sine = np.float32(math.sqrt(max(sine_squared, _ZERO)))
    azimuth_sine, azimuth_cosine = random_sine_cosine(azimuth)
    p, q, b = sine * azimuth_cosine, sine * azimuth_sine, x * y * a
    new_x = p * (_ONE + side * x * x * a) + q * b + cosine * x
    new_y = p * side * b + q * (side + y * y * a) + cosine * y
    new_z = cosine * z - p * side * x - q * y
    # one step of Newton's method towards length 1
    shrink = _THREE_HALVES - _HALF * (new_x * new_x + new_y * new_y + new_z * new_z)
    return new_x * shrink, new_y * shrink, new_z * shrink


@jit_fused
def advance(n_active: int, flat: Singles, world: World) -> None:
    """Move every packet by one flight, unless a surface is in its way. The SIMD loop."""
    rows, rings, wall_squared = world.rows, world.rings, world.wall_squared
    row_scale, last_row = rows.entries_per_metre, rows.last_entry
    ring_scale, last_ring = rings.entries_per_metre, rings.last_entry
    for i in range(n_active):
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

        # fly
        x, y, z = load(flat, X * WIDTH + i), load(flat, Y * WIDTH + i), load(flat, Z * WIDTH + i)
        to_x, to_y = load(flat, TO_X * WIDTH + i), load(flat, TO_Y * WIDTH + i)
        to_z = load(flat, TO_Z * WIDTH + i)
        flight = minus_log(unit_interval(drawn_word(first))) * load(flat, PATH * WIDTH + i)
        new_x, new_y, new_z = x + flight * to_x, y + flight * to_y, z + flight * to_z
        radius_squared = new_x * new_x + new_y * new_y
        stopped = (
            (new_z < load(flat, TOP * WIDTH + i))
            | (new_z > load(flat, BOTTOM * WIDTH + i))
            | (radius_squared > wall_squared)
        )

        # absorb
        weight = load(flat, WEIGHT * WIDTH + i)
        stays, absorbed = split(weight, load(flat, SHARE * WIDTH + i))
        radius = np.float32(math.sqrt(radius_squared))
        row, ring = new_z * row_scale, radius * ring_scale
        row, ring = min(row, last_row), min(ring, last_ring)
        store(flat, ROW_ENTRY * WIDTH + i, float_of(truncated(_ZERO if stopped else row)))
        store(flat, RING_ENTRY * WIDTH + i, float_of(truncated(_ZERO if stopped else ring)))
        store(flat, RADIUS * WIDTH + i, radius)
        store(flat, DEPOSIT * WIDTH + i, _ZERO if stopped else absorbed)
        event = LIGHT if stays < Float32(ROULETTE_WEIGHT) else NOTHING
        store(flat, EVENT * WIDTH + i, float_of(MET_SURFACE if stopped else event))

        turned = scattered(
            (to_x, to_y, to_z),
            unit_interval(drawn_word(second)),
            drawn_word(third),
            load(flat, PEAK * WIDTH + i),
            load(flat, PEAK_ABOVE * WIDTH + i),
            load(flat, PEAK_SCALE * WIDTH + i),
        )
        store(flat, X * WIDTH + i, x if stopped else new_x)
        store(flat, Y * WIDTH + i, y if stopped else new_y)
        store(flat, Z * WIDTH + i, z if stopped else new_z)
        store(flat, TO_X * WIDTH + i, to_x if stopped else turned[0])
        store(flat, TO_Y * WIDTH + i, to_y if stopped else turned[1])
        store(flat, TO_Z * WIDTH + i, to_z if stopped else turned[2])
        store(flat, WEIGHT * WIDTH + i, weight if stopped else stays)


@jit
def ruled_cell(
    entry: np.uint32, coordinate: np.float32, first_cell: Bits, edges: Singles
) -> np.uint64:
    """Return the cell that holds a coordinate, from the entry in which it lies."""
    # unsigned throughout: Numba guards a signed index against being negative
    cell = np.uint64(first_cell[np.uint64(entry)])
    # at most one edge lies in nearly every entry, so the loop is hardly ever entered
    cell += np.uint64(coordinate >= edges[cell + _NEXT])
    while coordinate >= edges[cell + _NEXT]:
        cell += _NEXT
    return cell


@jit
def collect(n_active: int, lanes: Lanes, rows: Ruler, rings: Ruler, absorbed: Floats) -> int:
    """Tally what the packets left behind and list those with an event; return how many."""
    flat, listed = lanes.flat, lanes.listed
    row_cell, row_edges = rows.first_cell, rows.edges
    ring_cell, ring_edges = rings.first_cell, rings.edges
    n_rings = np.uint64(ring_edges.size - 1)
    n_listed = np.uint64(0)
    for i in range(n_active):
        entry = bits_of(load(flat, ROW_ENTRY * WIDTH + i))
        row = ruled_cell(entry, load(flat, Z * WIDTH + i), row_cell, row_edges)
        entry = bits_of(load(flat, RING_ENTRY * WIDTH + i))
        ring = ruled_cell(entry, load(flat, RADIUS * WIDTH + i), ring_cell, ring_edges)
        absorbed[row * n_rings + ring] += load(flat, DEPOSIT * WIDTH + i)
        # written every time, kept only if the count goes on: no branch to guess wrong
        listed[n_listed] = i
        n_listed += np.uint64(bits_of(load(flat, EVENT * WIDTH + i)) != NOTHING)
    return int(n_listed)


@jit
def enter_layer(lane: int, layer: int, flat: Singles, columns: Singles) -> None:
    """Give a packet the properties of a layer."""
    for column in range(N_LAYER_COLUMNS):
        store(flat, (TOP + column) * WIDTH + lane, columns[layer, column])


@jit
def launch(lane: int, radius: float, flat: Singles, columns: Singles) -> None:
    """Start a packet just under the surface, pointing inwards."""
    for column in range(WEIGHT):
        store(flat, column * WIDTH + lane, _ZERO)
    store(flat, X * WIDTH + lane, np.float32(radius))
    store(flat, TO_Z * WIDTH + lane, _ONE)
    store(flat, WEIGHT * WIDTH + lane, _ONE)
    enter_layer(lane, 0, flat, columns)


@jit
def move_lane(source: int, target: int, flat: Singles) -> None:
    """Copy a packet to another lane; random numbers stay with the lane."""
    for column in range(SEED_0):
        store(flat, column * WIDTH + target, load(flat, column * WIDTH + source))


@jit
def vector_at(column: int, lane: int, flat: Singles) -> Vector:
    """Return three neighbouring columns of a lane in double precision."""
    return (
        float(load(flat, column * WIDTH + lane)),
        float(load(flat, (column + 1) * WIDTH + lane)),
        float(load(flat, (column + 2) * WIDTH + lane)),
    )


@jit
def put_vector(vector: Vector, column: int, lane: int, flat: Singles) -> None:
    """Write three neighbouring columns of a lane."""
    store(flat, column * WIDTH + lane, np.float32(vector[0]))
    store(flat, (column + 1) * WIDTH + lane, np.float32(vector[1]))
    store(flat, (column + 2) * WIDTH + lane, np.float32(vector[2]))


@jit
def meet_surface(
    lane: int,
    layer: int,
    flat: Singles,
    planes: Floats,
    index: Floats,
    cell_radius: float,
    words: Words,
) -> int:
    """Put a packet on the surface in its way and through it or back; return its layer then."""
    position, direction = vector_at(X, lane, flat), vector_at(TO_X, lane, flat)
    to_plane = distance_to_plane(position[2], direction[2], layer, planes)
    to_wall = distance_to_wall(position, direction, cell_radius)
    position = moved(position, direction, min(to_plane, to_wall))
    if to_wall < to_plane:
        direction = mirrored(position, direction)
    else:
        position = (position[0], position[1], planes[layer + 1 if direction[2] > 0.0 else layer])
        direction, layer = crossed(direction, layer, index, words)
    put_vector(position, X, lane, flat)
    put_vector(direction, TO_X, lane, flat)
    return layer


@jit
def leave(lane: int, layer: int, weight: float, flat: Singles, r_axis: Axis, tally: Tally) -> None:
    """Tally a packet that has left the layers."""
    if layer < 0:
        tally.reflected[ring_of(vector_at(X, lane, flat), r_axis)] += weight
    else:
        tally.transmitted[0] += weight


@jit
def trace_lanes(
    launch_radius: Floats, lanes: Lanes, world: World, words: Words, absorbed: Floats, tally: Tally
) -> None:
    """Follow one packet of weight 1 from each launch radius [m].

    `absorbed` is flat, (n_rows + 1) * (n_rings + 1) with the last row and ring for what lies
    beyond; the other tallies are those of `tally`.
    """
    # arrays are taken out of their tuples once: handing on a tuple counts a reference to each
    flat, layers, listed, columns = lanes.flat, lanes.layer, lanes.listed, world.layer_columns
    planes, index, wall = world.stack.planes, world.stack.refractive_index, world.cell_radius
    n_active = min(WIDTH, launch_radius.size)
    n_launched = n_active
    for lane in range(n_launched):
        launch(lane, launch_radius[lane], flat, columns)
    while n_active > 0:
        advance(n_active, flat, world)
        n_listed = collect(n_active, lanes, world.rows, world.rings, absorbed)
        # from the last lane down, so that the lane that fills a gap has been seen to already
        for number in range(n_listed - 1, -1, -1):
            lane = listed[number]
            weight = float(load(flat, WEIGHT * WIDTH + lane))
            if bits_of(load(flat, EVENT * WIDTH + lane)) == LIGHT:
                weight = after_roulette(weight, words, tally)
                store(flat, WEIGHT * WIDTH + lane, np.float32(weight))
            else:
                layer = meet_surface(lane, layers[lane], flat, planes, index, wall, words)
                if layer < 0 or layer == columns.shape[0]:
                    leave(lane, layer, weight, flat, world.r_axis, tally)
                    weight = 0.0
                elif layer != layers[lane]:
                    layers[lane] = layer
                    enter_layer(lane, layer, flat, columns)
            if weight == 0.0 and n_launched < launch_radius.size:
                launch(lane, launch_radius[n_launched], flat, columns)
                layers[lane] = 0
                n_launched += 1
            elif weight == 0.0:
                n_active -= 1
                move_lane(n_active, lane, flat)
                layers[lane] = layers[n_active]
