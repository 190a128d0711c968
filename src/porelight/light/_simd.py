"""The fast kernel: sixteen (or eight, or four) photon packets in one instruction.

The trick
---------
A processor core adds sixteen float32 numbers as fast as one, if a compiler can prove that sixteen
turns of a loop do not disturb one another. Packets do not, but arrays might overlap for all that the
compiler knows, and with the two dozen arrays that a packet's state needs it gives up. So the whole
state is **one** array, cut into columns of `WIDTH` lanes: X starts at 0, Y at WIDTH, and so on.
Lane i of column c is element ``c * WIDTH + i``, every distance between two columns is a constant,
and the loop of `advance` becomes straight SIMD code on whatever the machine has (AVX-512, AVX2,
NEON).

Straight code has no branches, so `advance` moves every packet as if nothing stood in its way: draw
a path, fly, absorb, turn. A packet whose flight would have met a plane or the wall keeps its old
state instead and is listed, as is one light enough for the roulette. Because the exponential law has
no memory, the path that was drawn may be forgotten: the listed packet is put on the surface by
`mended`, in scalar code with the functions of the reference kernel, and draws a new path in the next
round. That is exact as long as "meets a surface" is decided by the end point alone, which holds
because a layer within its cell is convex.

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
    exact_difference,
    exact_product,
    float_of,
    load,
    store,
    truncated,
)
from porelight.quantities import Floats

Singles: TypeAlias = NDArray[np.float32]
Bits: TypeAlias = NDArray[np.uint32]

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

_ZERO, _ONE, _TWO = Float32(0.0), Float32(1.0), Float32(2.0)
_HALF, _THREE_HALVES = Float32(0.5), Float32(1.5)
# stand for infinity where `advance` may meet it: their squares are still float32 numbers
_FAR = 1e15
_LONGEST_RULER = 65536
# keeps an entry's first cell right when a float32 just below the entry rounds up into it
_ROUNDING = 1e-6


class Lanes(NamedTuple):
    """The state of all packets: one array, seen in three ways, and what scalar code alone uses."""

    flat: Singles  # (N_COLUMNS * WIDTH,)
    value: Singles  # (N_COLUMNS, WIDTH)
    bits: Bits  # (N_COLUMNS, WIDTH)
    layer: NDArray[np.int64]  # (WIDTH,)
    listed: NDArray[np.int64]  # (WIDTH,) lanes that wait for scalar code


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


def lanes(seed: np.random.SeedSequence) -> Lanes:
    """Return empty lanes, each with random numbers of its own."""
    flat = np.zeros(N_COLUMNS * WIDTH, dtype=np.float32)
    bits = flat.view(np.uint32).reshape(N_COLUMNS, WIDTH)
    bits[SEED_0 : SEED_3 + 1] = seed.generate_state(4 * WIDTH, np.uint32).reshape(4, WIDTH)
    return Lanes(
        flat=flat,
        value=flat.reshape(N_COLUMNS, WIDTH),
        bits=bits,
        layer=np.zeros(WIDTH, dtype=np.int64),
        listed=np.zeros(WIDTH, dtype=np.int64),
    )


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
        np.minimum(stack.planes[1:], _FAR),
        np.minimum(stack.mean_free_path, _FAR),
        stack.absorbed_share,
        g,
        1.0 + g,
        2.0 * (1.0 - g) ** 2,
    )
    return np.ascontiguousarray(np.stack(columns, axis=1), dtype=np.float32)


@jit_fused
def split(weight: Float32, share: Float32) -> tuple[Float32, Float32]:
    """Return what stays of a weight and what is absorbed; their sum is the weight, exactly.

    The difference of two floats within a factor of two of each other has no rounding error. Either
    the first difference is such a one or the second is.
    """
    stays = exact_difference(weight, exact_product(weight, share))
    return stays, exact_difference(weight, stays)


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

        # turn: 1 - cosine of the Henyey-Greenstein angle, in a form where no digits cancel
        u = unit_interval(drawn_word(second))
        peak, above = load(flat, PEAK * WIDTH + i), load(flat, PEAK_ABOVE * WIDTH + i)
        below = above - _TWO * peak * u
        side = signed_one(to_z)
        pole = side + to_z
        # one division serves both 1 / below^2 and 1 / pole
        inverse = _ONE / (below * below * pole)
        versine = load(flat, PEAK_SCALE * WIDTH + i) * u * (above - peak * u) * (inverse * pole)
        a = -(inverse * below * below)
        cosine, sine_squared = _ONE - versine, versine * (_TWO - versine)
        sine = np.float32(math.sqrt(max(sine_squared, _ZERO)))
        azimuth_sine, azimuth_cosine = random_sine_cosine(drawn_word(third))
        p, q, b = sine * azimuth_cosine, sine * azimuth_sine, to_x * to_y * a
        new_to_x = p * (_ONE + side * to_x * to_x * a) + q * b + cosine * to_x
        new_to_y = p * side * b + q * (side + to_y * to_y * a) + cosine * to_y
        new_to_z = cosine * to_z - p * side * to_x - q * to_y
        # one step of Newton's method towards length 1
        square = new_to_x * new_to_x + new_to_y * new_to_y + new_to_z * new_to_z
        shrink = _THREE_HALVES - _HALF * square

        store(flat, X * WIDTH + i, x if stopped else new_x)
        store(flat, Y * WIDTH + i, y if stopped else new_y)
        store(flat, Z * WIDTH + i, z if stopped else new_z)
        store(flat, TO_X * WIDTH + i, to_x if stopped else new_to_x * shrink)
        store(flat, TO_Y * WIDTH + i, to_y if stopped else new_to_y * shrink)
        store(flat, TO_Z * WIDTH + i, to_z if stopped else new_to_z * shrink)
        store(flat, WEIGHT * WIDTH + i, weight if stopped else stays)


@jit
def ruled_cell(entry: np.uint32, coordinate: np.float32, along: Ruler) -> np.uint64:
    """Return the cell that holds a coordinate, from the entry in which it lies."""
    cell = np.uint64(along.first_cell[np.uint64(entry)])
    # at most one edge lies in nearly every entry, so the loop is hardly ever entered
    cell += np.uint64(coordinate >= along.edges[cell + np.uint64(1)])
    while coordinate >= along.edges[cell + np.uint64(1)]:
        cell += np.uint64(1)
    return cell


@jit
def collect(n_active: int, lanes: Lanes, world: World, absorbed: Floats) -> int:
    """Tally what the packets left behind and list those with an event; return how many."""
    n_listed = 0
    n_rings = np.uint64(world.rings.edges.size - 1)
    for i in range(n_active):
        row = ruled_cell(lanes.bits[ROW_ENTRY, i], lanes.value[Z, i], world.rows)
        ring = ruled_cell(lanes.bits[RING_ENTRY, i], lanes.value[RADIUS, i], world.rings)
        absorbed[row * n_rings + ring] += lanes.value[DEPOSIT, i]
        lanes.listed[n_listed] = i
        n_listed += int(lanes.bits[EVENT, i] != NOTHING)
    return n_listed


@jit
def enter_layer(lane: int, layer: int, lanes: Lanes, world: World) -> None:
    """Give a packet the properties of a layer."""
    lanes.layer[lane] = layer
    for column in range(N_LAYER_COLUMNS):
        lanes.value[TOP + column, lane] = world.layer_columns[layer, column]


@jit
def launch(lane: int, radius: float, lanes: Lanes, world: World) -> None:
    """Start a packet just under the surface, pointing inwards."""
    for column in range(WEIGHT):
        lanes.value[column, lane] = _ZERO
    lanes.value[X, lane] = radius
    lanes.value[TO_Z, lane] = _ONE
    lanes.value[WEIGHT, lane] = _ONE
    enter_layer(lane, 0, lanes, world)


@jit
def move_lane(source: int, target: int, lanes: Lanes) -> None:
    """Copy a packet to another lane; random numbers stay with the lane."""
    for column in range(SEED_0):
        lanes.value[column, target] = lanes.value[column, source]
    lanes.layer[target] = lanes.layer[source]


@jit
def meet_surface(lane: int, lanes: Lanes, world: World, words: Words, tally: Tally) -> bool:
    """Put a packet on the surface in its way and through it or back; False if it left."""
    value, layer, stack = lanes.value, lanes.layer[lane], world.stack
    position = (float(value[X, lane]), float(value[Y, lane]), float(value[Z, lane]))
    direction = (float(value[TO_X, lane]), float(value[TO_Y, lane]), float(value[TO_Z, lane]))
    to_plane = distance_to_plane(position[2], direction[2], layer, stack.planes)
    to_wall = distance_to_wall(position, direction, world.cell_radius)
    position = moved(position, direction, min(to_plane, to_wall))
    if to_wall < to_plane:
        direction = mirrored(position, direction)
    else:
        position = (position[0], position[1], stack.planes[layer + int(direction[2] > 0.0)])
        direction, beyond = crossed(direction, layer, stack.refractive_index, words)
        if beyond < 0:
            tally.reflected[ring_of(position, world.r_axis)] += value[WEIGHT, lane]
            return False
        if beyond == stack.mean_free_path.size:
            tally.transmitted[0] += value[WEIGHT, lane]
            return False
        if beyond != layer:
            enter_layer(lane, beyond, lanes, world)
    value[X, lane], value[Y, lane], value[Z, lane] = position
    value[TO_X, lane], value[TO_Y, lane], value[TO_Z, lane] = direction
    return True


@jit
def mended(lane: int, lanes: Lanes, world: World, words: Words, tally: Tally) -> bool:
    """Do what the SIMD loop left undone for a packet; False if the packet has ended."""
    if lanes.bits[EVENT, lane] == MET_SURFACE:
        return meet_surface(lane, lanes, world, words, tally)
    weight = float(lanes.value[WEIGHT, lane])
    if weight > 0.0:
        weight = after_roulette(weight, words, tally)
        lanes.value[WEIGHT, lane] = weight
    return weight > 0.0


@jit
def trace_lanes(
    launch_radius: Floats,
    lanes: Lanes,
    world: World,
    words: Words,
    absorbed: Floats,
    tally: Tally,
) -> None:
    """Follow one packet of weight 1 from each launch radius [m]."""
    n_launched = min(WIDTH, launch_radius.size)
    for lane in range(n_launched):
        launch(lane, launch_radius[lane], lanes, world)
    n_active = n_launched
    while n_active > 0:
        advance(n_active, lanes.flat, world)
        n_listed = collect(n_active, lanes, world, absorbed)
        # from the last lane down, so that the lane that fills a gap has been seen to already
        for number in range(n_listed - 1, -1, -1):
            lane = lanes.listed[number]
            if mended(lane, lanes, world, words, tally):
                continue
            if n_launched < launch_radius.size:
                launch(lane, launch_radius[n_launched], lanes, world)
                n_launched += 1
            else:
                n_active -= 1
                move_lane(n_active, lane, lanes)
