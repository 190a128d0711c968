"""The reference kernel: photons one after the other, in double precision.

Written to be read and to be right; the fast kernel is compared with it. A packet enters with its
weight, travels an exponential distance, leaves the share mu_a / (mu_a + mu_s) of its weight where
it interacts, and turns by the Henyey-Greenstein phase
function or a table. A surface reflects or refracts it
by Fresnel's equations. A light packet plays roulette; what that takes or gives is tallied, so that
the energy of a run closes exactly and not only in the mean.

Surfaces need no bookkeeping here. The exponential law has no memory, so a flight may be broken off
anywhere and a new one drawn. A packet therefore stops at every plane and at every surface of
revolution it meets, also where that plane or surface bounds nothing; whatever medium is found a
step further on is the medium it enters.

References
----------
.. [1] L. Wang, S. L. Jacques, L. Zheng, "MCML: Monte Carlo modeling of light transport in
   multi-layered tissues," Comput. Methods Programs Biomed. 47, 131-146 (1995).
   doi:10.1016/0169-2607(95)01640-F
.. [2] T. Duff et al., "Building an orthonormal basis, revisited," J. Comput. Graph. Tech. 6(1), 1-8
   (2017).
"""

import math
from typing import NamedTuple

import numpy as np

from porelight._jit import jit_inlined, jit_lent
from porelight.light._bins import Axis, cell_of
from porelight.light._bodies import Bodies, Media
from porelight.light._launch import Launch
from porelight.light._phase import PhaseTables, tabled_cosine
from porelight.light._random import Words, uniform
from porelight.light._surfaces import (
    Vector,
    medium_ahead,
    mirrored,
    moved,
    nearest_surface,
    through,
)
from porelight.light.detectors import Discs, detect
from porelight.quantities import Floats

ROULETTE_WEIGHT = 1e-4
ROULETTE_CHANCE = 0.125  # a power of two: the weight is multiplied without rounding


class Tally(NamedTuple):
    """Weight of packets, summed over a batch."""

    absorbed: Floats  # (n_z + 1, n_r + 1); the last row and column catch what lies off the grid
    by_region: Floats  # (n_media,) layers, parts of the follicle, vessels
    reflected: Floats  # (n_r + 1,) that left through the top, by radius
    transmitted: Floats  # (1,) that left through the bottom
    roulette: Floats  # (1,) taken by the roulette, less what it gave
    specular: Floats  # (1,) reflected before any entered
    by_time: Floats  # (2, n_times) that left through the top, and the bottom
    after: Floats  # (1,) still inside at the end of the time gate
    before: Floats  # (1,) absorbed or left before its start; (0,) where that is 0
    detected: Floats  # (n_detectors, n_times, or 1)


class Gate(NamedTuple):
    """A time gate, in optical path."""

    longest: np.float32  # [m]
    bins_per_metre: float
    opens: float = 0.0  # [m]


def empty_tally(
    n_z: int,
    n_r: int,
    n_media: int,
    n_times: int = 0,
    n_detectors: int = 0,
    *,
    opens_late: bool = False,
) -> Tally:
    """Return a tally of zeros."""
    return Tally(
        absorbed=np.zeros((n_z + 1, n_r + 1)),
        by_region=np.zeros(n_media),
        reflected=np.zeros(n_r + 1),
        transmitted=np.zeros(1),
        roulette=np.zeros(1),
        specular=np.zeros(1),
        by_time=np.zeros((2, n_times)),
        after=np.zeros(1),
        before=np.zeros(int(opens_late)),
        detected=np.zeros((n_detectors, max(1, n_times))),
    )


@jit_lent
def scattering_cosine(anisotropy: float, u: float) -> float:
    """Return the Henyey-Greenstein cosine whose cumulative probability is `u`.

    In this form no digits cancel near anisotropy 0, where the usual one divides 0 by 0.
    """
    g, s = anisotropy, 2.0 * u - 1.0
    above = s * (1.0 + g * g) + 0.5 * g * (s * s * (1.0 + g * g) + 3.0 - g * g)
    below = 1.0 + g * s
    return min(1.0, max(-1.0, above / (below * below)))


@jit_lent
def turned(direction: Vector, cosine: float, azimuth: float) -> Vector:
    """Return the unit vector at this polar cosine and azimuth [rad] about a direction."""
    x, y, z = direction
    # an orthonormal basis about the direction that needs no special case at the poles [2]_
    side = math.copysign(1.0, z)
    a = -1.0 / (side + z)
    b = x * y * a
    sine = math.sqrt(1.0 - cosine * cosine)
    p, q = sine * math.cos(azimuth), sine * math.sin(azimuth)
    new_x = p * (1.0 + side * x * x * a) + q * b + cosine * x
    new_y = p * side * b + q * (side + y * y * a) + cosine * y
    new_z = cosine * z - p * side * x - q * y
    # rounding lets the length drift; without this a long walk would not stay on the unit sphere
    length = math.sqrt(new_x * new_x + new_y * new_y + new_z * new_z)
    return new_x / length, new_y / length, new_z / length


@jit_inlined
def ring_of(position: Vector, r_axis: Axis) -> int:
    """Return the ring of the grid that holds a position."""
    return cell_of(math.sqrt(position[0] * position[0] + position[1] * position[1]), r_axis)


@jit_inlined
def after_roulette(weight: float, words: Words, tally: Tally) -> float:
    """Return the weight with which a light packet goes on, 0 if it ends here."""
    survives = uniform(words) < ROULETTE_CHANCE
    kept = weight / ROULETTE_CHANCE if survives else 0.0
    tally.roulette[0] += weight - kept
    return kept


class ReferenceScene(NamedTuple):
    """Geometry, optics and grid of a scene, as the reference kernel uses them."""

    bodies: Bodies
    media: Media
    r_axis: Axis
    z_axis: Axis
    cell_radius: float
    gate: Gate | None = None
    discs: Discs | None = None
    phases: PhaseTables | None = None


@jit_inlined
def drawn_cosine(
    phases: PhaseTables | None, medium: int, anisotropy: Floats, words: Words
) -> float:
    """Return the cosine of a scattering angle in a medium."""
    if phases is None:
        return scattering_cosine(anisotropy[medium], uniform(words))
    row = phases.row[medium]
    if row < 0:
        return scattering_cosine(anisotropy[medium], uniform(words))
    return min(1.0, max(-1.0, tabled_cosine(row, uniform(words), phases)))


@jit_inlined
def is_late(gate: Gate | None, age: float) -> bool:
    """Return whether a packet has gone further than a gate is open."""
    if gate is None:
        return False
    return bool(age >= gate.longest)


@jit_inlined
def is_early(gate: Gate | None, age: float) -> bool:
    """Return whether a packet has not yet gone far enough for a gate."""
    if gate is None:
        return False
    return bool(age < gate.opens)


@jit_inlined
def bin_of_time(gate: Gate | None, age: float, tally: Tally) -> int:
    """Return the bin of time of a packet; 0 without a gate."""
    if gate is None:
        return 0
    last = int(tally.by_time.shape[1]) - 1
    return min(int((age - gate.opens) * gate.bins_per_metre), last)


@jit_inlined
def note_time(gate: Gate | None, side: int, age: float, weight: float, tally: Tally) -> None:
    """Tally a packet that has left through the top (0) or the bottom (1) by its time."""
    if gate is not None:
        tally.by_time[side, bin_of_time(gate, age, tally)] += weight


@jit_inlined
def note_absorbed(
    absorbed: float,
    position: Vector,
    medium: int,
    age: float,
    scene: ReferenceScene,
    tally: Tally,
) -> None:
    """Tally energy that a packet leaves at a place, unless that is before the gate opens."""
    if is_early(scene.gate, age):
        tally.before[0] += absorbed
    else:
        cell = cell_of(position[2], scene.z_axis), ring_of(position, scene.r_axis)
        tally.absorbed[cell] += absorbed
        tally.by_region[medium] += absorbed


@jit_inlined
def absorbed_on_way(mu_a: float, way: float, u: float) -> tuple[float, float]:
    """Return the share absorbed over a way, and how far on the way a part of it was, by chance.

    `u` chooses the part, by Beer and Lambert's law. So every packet that crosses a clear medium
    tallies what it loses there, in a place that is right in the mean, however little that is.
    """
    share = -math.expm1(-mu_a * way)
    return share, min(way, -math.log1p(-u * share) / mu_a)


class Leg(NamedTuple):
    """Where a packet starts towards a surface."""

    start: Vector
    direction: Vector
    age: float  # optical path before [m]


@jit_inlined
def way_in_time(gate: Gate | None, way: float, age: float, index: float) -> float:
    """Return how much of a way a packet has gone when the gate closes [m]."""
    if gate is None:
        return way
    left = (np.float64(gate.longest) - age) / index
    return float(min(way, max(0.0, left)))


@jit_lent
def after_way(
    leg: Leg,
    way: float,
    weight: float,
    medium: int,
    scene: ReferenceScene,
    words: Words,
    tally: Tally,
) -> float:
    """Return the weight after a way through a clear medium, 0 if the packet ends on it."""
    index = scene.media.refractive_index[medium]
    way = way_in_time(scene.gate, way, leg.age, index)
    share, at = absorbed_on_way(scene.media.clear[medium], way, uniform(words))
    place = moved(leg.start, leg.direction, at)
    note_absorbed(weight * share, place, medium, leg.age + at * index, scene, tally)
    weight -= weight * share
    if 0.0 < weight < ROULETTE_WEIGHT:
        return after_roulette(weight, words, tally)
    return weight


@jit_inlined
def leave(side: int, leg: Leg, weight: float, scene: ReferenceScene, tally: Tally) -> None:
    """Tally a packet that has left through the top (0) or the bottom (1)."""
    if is_early(scene.gate, leg.age):
        tally.before[0] += weight
        return
    if side == 0:
        tally.reflected[ring_of(leg.start, scene.r_axis)] += weight
    else:
        tally.transmitted[0] += weight
    note_time(scene.gate, side, leg.age, weight, tally)
    time = bin_of_time(scene.gate, leg.age, tally)
    detect(scene.discs, side, leg.start, leg.direction[2], weight, time, tally.detected)


@jit_lent
def trace_packet(
    position: Vector,
    direction: Vector,
    weight: float,
    scene: ReferenceScene,
    words: Words,
    tally: Tally,
) -> None:
    """Follow one packet from under the surface to its end."""
    bodies, media = scene.bodies, scene.media
    medium, age = medium_ahead(position, direction, bodies), 0.0
    while weight > 0.0:
        # each leg draws a new free path: the exponential law has no memory of the last leg
        flight = -math.log(uniform(words)) * media.mean_free_path[medium]
        to_surface, normal, is_wall = nearest_surface(
            position, direction, bodies, scene.cell_radius
        )
        start, way = position, min(flight, to_surface)
        position = moved(start, direction, way)
        if media.clear[medium] > 0.0:
            leg = Leg(start, direction, age)
            weight = after_way(leg, way, weight, medium, scene, words, tally)
            if weight == 0.0:
                continue
        age += way * media.refractive_index[medium]
        if is_late(scene.gate, age):
            tally.after[0] += weight
            weight = 0.0
        elif flight < to_surface:
            absorbed = weight * media.absorbed_share[medium]
            note_absorbed(absorbed, position, medium, age, scene, tally)
            weight -= absorbed
            if 0.0 < weight < ROULETTE_WEIGHT:
                weight = after_roulette(weight, words, tally)
            cosine = drawn_cosine(scene.phases, medium, media.anisotropy, words)
            direction = turned(direction, cosine, 2.0 * math.pi * uniform(words))
        elif is_wall:
            direction = mirrored(position, direction)
        else:
            beyond = medium_ahead(position, direction, bodies)
            index = media.refractive_index
            direction, passes = through(direction, normal, index[medium], index[beyond], words)
            medium = beyond if passes else medium
            if medium >= bodies.n_media:
                side = medium - bodies.n_media
                leave(side, Leg(position, direction, age), weight, scene, tally)
                weight = 0.0


@jit_lent
def trace_batch(launch: Launch, scene: ReferenceScene, words: Words, tally: Tally) -> None:
    """Follow the packets of a launch and add them to the tally, in order."""
    for i in range(launch.weight.size):
        position = (launch.x[i], launch.y[i], launch.depth)
        direction = (launch.to_x[i], launch.to_y[i], launch.to_z[i])
        trace_packet(position, direction, launch.weight[i], scene, words, tally)
