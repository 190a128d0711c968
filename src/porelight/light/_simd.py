"""The fast kernel: sixteen (or eight, or four) photon packets in one instruction.

The trick
---------
A processor core adds sixteen float32 numbers as fast as one, if a compiler can prove that sixteen
turns of a loop do not disturb one another. Packets do not, but arrays might overlap for all that
the compiler knows, and with the dozens of arrays that packets need it gives up. So the whole state
is **one** array, cut into columns of `WIDTH` lanes: X starts at 0, Y at WIDTH, and so on. Lane i of
column c is element ``c * WIDTH + i``, every distance between two columns is a constant, and the
loops of `fly_all` and `turn_all` become straight SIMD code on whatever the machine has (AVX-512,
AVX2, NEON).

Straight code has no branches, so `fly_all` moves every packet as if nothing stood in its way: draw
a path, fly, absorb, turn. A packet whose flight would have met a surface keeps its old state
instead and is listed, as is one whose weight needs attention. Because the exponential law has no
memory, the path that was drawn may be forgotten: scalar code (`_events.py`) puts the listed packet
on the surface, and it draws a new path in the next round. This is exact only if a packet is listed
*exactly when its path is longer than the way to that surface*; a packet listed on mere suspicion
would have to keep its path, since packets with long paths are suspected more often.

Whether a path meets a surface can be decided without error in a few products: see `_crossing.py`.

The rest of the fast kernel: `_lanes.py` has the columns, `_tally.py` the sums by cell, `_events.py`
the scalar code, `_trace.py` the rounds of it all.

Precision
---------
Positions, directions and weights are float32, sums are float64. What an interaction absorbs may be
smaller than the last digit of the weight; then the packet owes it (see `less`). So absorption is
right to float32 however weak it is, and energy closes to float64 rounding. Large angles of a sharp
forward peak are drawn near 0, where float32 numbers are finest.

References
----------
.. [1] T. Duff et al., "Building an orthonormal basis, revisited," J. Comput. Graph. Tech. 6(1), 1-8
   (2017).
"""

import math
from typing import NamedTuple, TypeAlias

import numpy as np

from porelight._jit import jit, jit_fused
from porelight.light._crossing import (
    Flight,
    Included,
    MirrorCell,
    Truth,
    meets_follicle,
    meets_plane,
    meets_vessel,
    reflected_in,
)
from porelight.light._kernel import ROULETTE_WEIGHT, Gate
from porelight.light._lanes import (
    AGE,
    DEPOSIT,
    EVENT,
    FOR_ANGLE,
    FOR_AZIMUTH,
    INDEX,
    MET_SURFACE,
    NOTHING,
    OWED,
    PATH,
    PEAK,
    PEAK_FLOOR,
    PEAK_SCALE,
    SEED_0,
    SEED_1,
    SEED_2,
    SEED_3,
    SHARE,
    TO_X,
    TO_Y,
    TO_Z,
    WEIGHED,
    WEIGHT,
    WIDTH,
    X,
    Y,
    Z,
)
from porelight.light._simd_intrinsics import (
    Float32,
    Singles,
    Uint32,
    bits_of,
    float_of,
    load,
    store,
    use_widest_registers,
)
from porelight.light._tally import EvenGrid, Scales, note_place
from porelight.light._vector_math import (
    drawn_word,
    free_path,
    next_words,
    random_sine_cosine,
    unit_interval,
    with_sign_of,
)
from porelight.light._weight_window import HIGH, LOW, Window

Single3: TypeAlias = tuple[Float32, Float32, Float32]

_ZERO, _ONE, _TWO = Float32(0.0), Float32(1.0), Float32(2.0)
_HALF, _THREE_HALVES = Float32(0.5), Float32(1.5)
_IN_REGISTER = 16  # lanes of the widest register; WIDTH is a multiple of it


class FastScene(NamedTuple):
    """Constants of a scene for SIMD code; no arrays, as it cannot count references to them.

    Code for what is None is left out when a kernel is compiled.
    """

    even: EvenGrid | None  # the tally's grid, or
    scales: Scales | None  # the keys of its axes
    follicle: Included | None
    vessels: Included | None
    cell: MirrorCell | None
    window: Window | None
    gate: Gate | None = None


@jit
def less(weight: Float32, owed: Float32, absorbed: Float32) -> tuple[Float32, Float32]:
    """Return what stays of a weight of which some was absorbed, and what it owes then.

    A packet carries its weight less what it owes: at most half a unit of the weight's last digit,
    kept apart until it is large enough to be taken off (compensated summation). No energy is lost
    on the way: a difference of two floats within a factor of two of each other has no rounding
    error, and either the first difference is such a one or the second is. Where all is absorbed,
    `stays` may be below 0 by that digit.
    """
    due = absorbed + owed
    stays = weight - due
    return stays, due - (weight - stays)


@jit_fused
def scattered(
    direction: Single3,
    u: Float32,
    azimuth: Uint32,
    peak: Float32,
    peak_floor: Float32,
    peak_scale: Float32,
) -> Single3:
    """Return the direction after a Henyey-Greenstein scattering.

    1 - cosine is computed, from 2 (1 - g)^2 (1 - u) (1 + g u) / (1 - g + 2 g u)^2: no digits
    cancel, neither near g = 0 nor for g near 1, at small angles or at large ones.
    """
    x, y, z = direction
    bent = peak * u
    below = peak_floor + _TWO * bent
    below_squared = below * below
    pole = _ONE + abs(z)
    # one division serves both 1 / below^2 and 1 / pole
    inverse = _ONE / (below_squared * pole)
    rest = _ONE - u
    versine = peak_scale * (rest + bent * rest) * (inverse * pole)
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
def needs_weighing(window: Window | None, weight: Float32, way: Flight) -> Truth:
    """Return whether a packet is light enough for the roulette, or heavy enough to be split."""
    if window is None:
        return weight < Float32(ROULETTE_WEIGHT)
    distance_squared = way.end_x * way.end_x + way.end_y * way.end_y + way.end_z * way.end_z
    target = min(max(window.steepness * distance_squared, window.floor), _ONE)
    return (weight < LOW * target) | (weight > HIGH * target)


@jit_fused
def drawn(i: int, flat: Singles) -> tuple[Uint32, Uint32, Uint32]:
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
def turn_back(cell: MirrorCell | None, i: int, flat: Singles, way: Flight, stopped: Truth) -> None:
    """Write the direction behind the mirror, unless there is none or the packet was stopped."""
    if cell is not None:
        to_x, to_y = load(flat, TO_X * WIDTH + i), load(flat, TO_Y * WIDTH + i)
        store(flat, TO_X * WIDTH + i, to_x if stopped else way.to_x)
        store(flat, TO_Y * WIDTH + i, to_y if stopped else way.to_y)


@jit_fused
def aged(gate: Gate | None, i: int, flat: Singles, length: Float32, stopped: Truth) -> Truth:
    """Add a flight to the age of a packet that made it; return whether that was too far."""
    if gate is None:
        return False
    before = load(flat, AGE * WIDTH + i)
    after = before + length * load(flat, INDEX * WIDTH + i)
    store(flat, AGE * WIDTH + i, before if stopped else after)
    return after >= gate.longest


@jit_fused
def fly(i: int, flat: Singles, scene: FastScene) -> None:
    """Move a packet by one flight and deposit its absorbed share, unless it meets a surface."""
    for_flight, for_angle, for_azimuth = drawn(i, flat)
    store(flat, FOR_ANGLE * WIDTH + i, float_of(for_angle))
    store(flat, FOR_AZIMUTH * WIDTH + i, float_of(for_azimuth))

    x, y, z = load(flat, X * WIDTH + i), load(flat, Y * WIDTH + i), load(flat, Z * WIDTH + i)
    to_x, to_y = load(flat, TO_X * WIDTH + i), load(flat, TO_Y * WIDTH + i)
    to_z = load(flat, TO_Z * WIDTH + i)
    length = free_path(unit_interval(for_flight)) * load(flat, PATH * WIDTH + i)
    end = x + length * to_x, y + length * to_y, z + length * to_z
    way = Flight(x, y, z, to_x, to_y, to_z, length, end[0], end[1], end[2])
    stopped = meets_plane(i, flat, way) | meets_follicle(scene.follicle, i, flat, way)
    stopped = stopped | meets_vessel(scene.vessels, i, flat, way)
    way, meets_more = reflected_in(scene.cell, way)
    stopped = stopped | meets_more

    late = aged(scene.gate, i, flat, way.length, stopped)
    weight, owed = load(flat, WEIGHT * WIDTH + i), load(flat, OWED * WIDTH + i)
    # what meets a surface absorbs nothing: then what is carried stays as it is
    absorbed = _ZERO if stopped | late else weight * load(flat, SHARE * WIDTH + i)
    stays, owes = less(weight, owed, absorbed)
    radius_squared = way.end_x * way.end_x + way.end_y * way.end_y
    note_place(i, flat, max(way.end_z, _ZERO), radius_squared, scene.even, scene.scales)
    store(flat, DEPOSIT * WIDTH + i, absorbed)
    event = WEIGHED if needs_weighing(scene.window, stays, way) | late else NOTHING
    store(flat, EVENT * WIDTH + i, float_of(MET_SURFACE if stopped else event))
    store(flat, X * WIDTH + i, x if stopped else way.end_x)
    store(flat, Y * WIDTH + i, y if stopped else way.end_y)
    store(flat, Z * WIDTH + i, z if stopped else way.end_z)
    turn_back(scene.cell, i, flat, way, stopped)
    store(flat, WEIGHT * WIDTH + i, stays)
    store(flat, OWED * WIDTH + i, owes)


@jit_fused
def turn(i: int, flat: Singles) -> None:
    """Scatter a packet that has flown into a new direction."""
    stopped = load(flat, EVENT * WIDTH + i) == float_of(MET_SURFACE)
    to_x, to_y = load(flat, TO_X * WIDTH + i), load(flat, TO_Y * WIDTH + i)
    to_z = load(flat, TO_Z * WIDTH + i)
    turned = scattered(
        (to_x, to_y, to_z),
        unit_interval(bits_of(load(flat, FOR_ANGLE * WIDTH + i))),
        bits_of(load(flat, FOR_AZIMUTH * WIDTH + i)),
        load(flat, PEAK * WIDTH + i),
        load(flat, PEAK_FLOOR * WIDTH + i),
        load(flat, PEAK_SCALE * WIDTH + i),
    )
    store(flat, TO_X * WIDTH + i, to_x if stopped else turned[0])
    store(flat, TO_Y * WIDTH + i, to_y if stopped else turned[1])
    store(flat, TO_Z * WIDTH + i, to_z if stopped else turned[2])


@jit_fused
def fly_all(n_active: int, flat: Singles, scene: FastScene) -> None:
    """Move every packet by one flight, unless a surface is in its way. The first SIMD loop.

    Two short loops, this one and `turn_all`, are faster than a long one: a core works on several
    turns at a time, as many as it can hold, and so does not wait for the last result of one turn
    before it begins the next. Registers are filled with idle lanes, which nobody looks at: what
    does not fill one would be done lane by lane.
    """
    use_widest_registers()
    for i in range((n_active + _IN_REGISTER - 1) // _IN_REGISTER * _IN_REGISTER):
        fly(i, flat, scene)


@jit_fused
def turn_all(n_active: int, flat: Singles) -> None:
    """Scatter every packet that has flown. The second SIMD loop."""
    use_widest_registers()
    for i in range((n_active + _IN_REGISTER - 1) // _IN_REGISTER * _IN_REGISTER):
        turn(i, flat)
