"""The reference kernel: photons one after the other, in double precision.

Written to be read and to be right; the fast kernel is compared with it. A packet enters with its
weight, travels an exponential distance, leaves the share mu_a / (mu_a + mu_s) of its weight where
it interacts, and turns by the Henyey-Greenstein phase function. A surface reflects or refracts it
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
from typing import NamedTuple, TypeAlias

import numpy as np

from porelight._jit import jit_inlined, jit_lent
from porelight.light._bins import Axis, cell_of
from porelight.light._bodies import Bodies, BodySurface, Media, medium_at
from porelight.light._launch import Launch
from porelight.light._random import Words, uniform
from porelight.light.detectors import Discs, detect
from porelight.quantities import Floats

Vector: TypeAlias = tuple[float, float, float]

ROULETTE_WEIGHT = 1e-4
ROULETTE_CHANCE = 0.125  # a power of two: the weight is multiplied without rounding
# a ray that grazes the wall of a cell must move on, or it would be reflected there for ever
_SMALLEST_CHORD = 1e-9
# further than a surface's rounding, nearer than anything that matters [m]
_STEP = 1e-11


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
    detected: Floats  # (n_detectors, n_times, or 1)


class Gate(NamedTuple):
    """A time gate, in optical path."""

    longest: np.float32  # [m]
    bins_per_metre: float


def empty_tally(n_z: int, n_r: int, n_media: int, n_times: int = 0, n_detectors: int = 0) -> Tally:
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
def fresnel(n_from: float, n_to: float, cosine: float) -> tuple[float, float]:
    """Return the reflected share of unpolarised light and the cosine of the refracted ray."""
    if n_from == n_to:
        return 0.0, cosine
    bend = n_from / n_to
    squared = 1.0 - bend * bend * max(0.0, 1.0 - cosine * cosine)
    if squared <= 0.0:
        return 1.0, 0.0
    cosine_to = math.sqrt(squared)
    # amplitudes of the s and the p wave, over a common denominator to divide once
    s_above, s_below = n_from * cosine - n_to * cosine_to, n_from * cosine + n_to * cosine_to
    p_above, p_below = n_from * cosine_to - n_to * cosine, n_from * cosine_to + n_to * cosine
    s_wave, p_wave, both = s_above * p_below, p_above * s_below, s_below * p_below
    return 0.5 * (s_wave * s_wave + p_wave * p_wave) / (both * both), cosine_to


@jit_lent
def distance_to_plane(depth: float, cosine: float, plane: float) -> float:
    """Return how far the packet is from a plane [m]; infinite if it lies behind."""
    if cosine == 0.0:
        return math.inf
    distance = (plane - depth) / cosine
    return distance if distance > _STEP else math.inf


@jit_lent
def distance_to_surface(position: Vector, direction: Vector, surface: BodySurface) -> float:
    """Return how far the packet is from a surface of revolution [m]; infinite if it misses it."""
    x, y, z = position[0], position[1], position[2] - surface.centre
    to_x, to_y, to_z = direction
    return smallest_root(
        to_x * to_x + to_y * to_y + surface.bulge * to_z * to_z,
        x * to_x + y * to_y + surface.bulge * z * to_z,
        x * x + y * y + surface.bulge * z * z - surface.level,
    )


@jit_lent
def smallest_root(a: float, b: float, c: float) -> float:
    """Return the smallest solution of a t^2 + 2 b t + c = 0 beyond the step; infinite for none."""
    root = b * b - a * c
    if root < 0.0 or (a == 0.0 and b == 0.0):
        return math.inf
    # of the two forms of each solution, the one in which no digits cancel
    q = -(b + math.copysign(math.sqrt(root), b))
    first = c / q if q != 0.0 else 0.0
    second = q / a if a != 0.0 else math.inf
    near, far = min(first, second), max(first, second)
    if near > _STEP:
        return near
    return far if far > _STEP else math.inf


@jit_inlined
def distance_to_wall(position: Vector, direction: Vector, cell_radius: float) -> float:
    """Return how far the packet is from the wall of its cell [m]; infinite without a cell."""
    across = direction[0] * direction[0] + direction[1] * direction[1]
    if cell_radius == math.inf or across == 0.0:
        return math.inf
    outward = position[0] * direction[0] + position[1] * direction[1]
    inside = cell_radius * cell_radius - position[0] * position[0] - position[1] * position[1]
    reach = math.sqrt(max(0.0, outward * outward + across * inside))
    return max((reach - outward) / across, _SMALLEST_CHORD * cell_radius)


@jit_inlined
def moved(position: Vector, direction: Vector, distance: float) -> Vector:
    """Return the position after a straight flight."""
    return (
        position[0] + distance * direction[0],
        position[1] + distance * direction[1],
        position[2] + distance * direction[2],
    )


@jit_inlined
def mirrored(position: Vector, direction: Vector) -> Vector:
    """Return the direction after a reflection at the wall of the cell."""
    x, y, _ = position
    twice = 2.0 * (x * direction[0] + y * direction[1]) / (x * x + y * y)
    return direction[0] - twice * x, direction[1] - twice * y, direction[2]


@jit_lent
def normal_at(position: Vector, surface: BodySurface) -> Vector:
    """Return the unit normal of a surface of revolution at a point on it, pointing outwards."""
    x, y, z = position[0], position[1], surface.bulge * (position[2] - surface.centre)
    length = math.sqrt(x * x + y * y + z * z)
    return x / length, y / length, z / length


@jit_inlined
def through(
    direction: Vector, normal: Vector, n_from: float, n_to: float, words: Words
) -> tuple[Vector, bool]:
    """Return the direction behind an interface, and whether the packet went through it.

    Refracted, or reflected by chance. The normal may point to either side.
    """
    if n_from == n_to:
        return direction, True
    along = direction[0] * normal[0] + direction[1] * normal[1] + direction[2] * normal[2]
    reflectance, cosine_to = fresnel(n_from, n_to, min(1.0, abs(along)))
    passes = uniform(words) >= reflectance
    bend = n_from / n_to if passes else 1.0
    kick = math.copysign(cosine_to, along) - bend * along if passes else -2.0 * along
    return (
        bend * direction[0] + kick * normal[0],
        bend * direction[1] + kick * normal[1],
        bend * direction[2] + kick * normal[2],
    ), passes


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


@jit_lent
def nearest_surface(
    position: Vector, direction: Vector, bodies: Bodies, cell_radius: float
) -> tuple[float, Vector, bool]:
    """Return the distance to the next surface [m], its normal, and whether it is the cell's wall.

    Planes count in their whole extent, surfaces of revolution with their continuation: to stop at
    nothing does no harm.
    """
    distance, normal = math.inf, (0.0, 0.0, 1.0)
    for plane in bodies.planes:
        distance = min(distance, distance_to_plane(position[2], direction[2], plane))
    for plane in (bodies.plug_depth, bodies.funnel_depth, bodies.duct_depth, bodies.hair_depth):
        distance = min(distance, distance_to_plane(position[2], direction[2], plane))
    for surface in (bodies.funnel, bodies.duct, bodies.gland, bodies.hair):
        if surface.level >= 0.0:
            to_surface = distance_to_surface(position, direction, surface)
            if to_surface < distance:
                distance = to_surface
                normal = normal_at(moved(position, direction, distance), surface)
    for number in range(bodies.vessels.shape[0]):
        offset, depth, radius = bodies.vessels[number]
        x, z = position[0] - offset, position[2] - depth
        to_vessel = smallest_root(
            direction[0] * direction[0] + direction[2] * direction[2],
            x * direction[0] + z * direction[2],
            x * x + z * z - radius * radius,
        )
        if to_vessel < distance:
            distance = to_vessel
            normal = (
                (x + distance * direction[0]) / radius,
                0.0,
                (z + distance * direction[2]) / radius,
            )
    to_wall = distance_to_wall(position, direction, cell_radius)
    return min(distance, to_wall), normal, to_wall < distance


@jit_lent
def medium_ahead(position: Vector, direction: Vector, bodies: Bodies) -> int:
    """Return the medium that a packet on a surface flies into."""
    x, y, z = moved(position, direction, _STEP)
    return medium_at(x, y, z, bodies)


class ReferenceScene(NamedTuple):
    """Geometry, optics and grid of a scene, as the reference kernel uses them."""

    bodies: Bodies
    media: Media
    r_axis: Axis
    z_axis: Axis
    cell_radius: float
    gate: Gate | None = None
    discs: Discs | None = None


@jit_inlined
def is_late(gate: Gate | None, age: float) -> bool:
    """Return whether a packet has gone further than a gate is open."""
    if gate is None:
        return False
    return bool(age >= gate.longest)


@jit_inlined
def bin_of_time(gate: Gate | None, age: float, tally: Tally) -> int:
    """Return the bin of time of a packet; 0 without a gate."""
    if gate is None:
        return 0
    last = int(tally.by_time.shape[1]) - 1
    return min(int(age * gate.bins_per_metre), last)


@jit_inlined
def note_time(gate: Gate | None, side: int, age: float, weight: float, tally: Tally) -> None:
    """Tally a packet that has left through the top (0) or the bottom (1) by its time."""
    if gate is not None:
        tally.by_time[side, bin_of_time(gate, age, tally)] += weight


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
    bodies, media, r_axis = scene.bodies, scene.media, scene.r_axis
    medium, age = medium_ahead(position, direction, bodies), 0.0
    while weight > 0.0:
        # each leg draws a new free path: the exponential law has no memory of the last leg
        flight = -math.log(uniform(words)) * media.mean_free_path[medium]
        to_surface, normal, is_wall = nearest_surface(
            position, direction, bodies, scene.cell_radius
        )
        position = moved(position, direction, min(flight, to_surface))
        age += min(flight, to_surface) * media.refractive_index[medium]
        if is_late(scene.gate, age):
            tally.after[0] += weight
            weight = 0.0
        elif flight < to_surface:
            absorbed = weight * media.absorbed_share[medium]
            tally.absorbed[cell_of(position[2], scene.z_axis), ring_of(position, r_axis)] += (
                absorbed
            )
            tally.by_region[medium] += absorbed
            weight -= absorbed
            if 0.0 < weight < ROULETTE_WEIGHT:
                weight = after_roulette(weight, words, tally)
            cosine = scattering_cosine(media.anisotropy[medium], uniform(words))
            direction = turned(direction, cosine, 2.0 * math.pi * uniform(words))
        elif is_wall:
            direction = mirrored(position, direction)
        else:
            beyond = medium_ahead(position, direction, bodies)
            index = media.refractive_index
            direction, passes = through(direction, normal, index[medium], index[beyond], words)
            medium = beyond if passes else medium
            if medium == bodies.n_media:
                tally.reflected[ring_of(position, r_axis)] += weight
                note_time(scene.gate, 0, age, weight, tally)
                time = bin_of_time(scene.gate, age, tally)
                detect(scene.discs, 0, position, direction[2], weight, time, tally.detected)
                weight = 0.0
            elif medium > bodies.n_media:
                tally.transmitted[0] += weight
                note_time(scene.gate, 1, age, weight, tally)
                time = bin_of_time(scene.gate, age, tally)
                detect(scene.discs, 1, position, direction[2], weight, time, tally.detected)
                weight = 0.0


@jit_lent
def trace_batch(launch: Launch, scene: ReferenceScene, words: Words, tally: Tally) -> None:
    """Follow the packets of a launch and add them to the tally, in order."""
    for i in range(launch.weight.size):
        position = (launch.x[i], launch.y[i], 0.0)
        direction = (launch.to_x[i], launch.to_y[i], launch.to_z[i])
        trace_packet(position, direction, launch.weight[i], scene, words, tally)
