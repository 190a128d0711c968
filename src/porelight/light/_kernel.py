"""The reference kernel: photons through planar layers, one after the other, in double precision.

Written to be read and to be right; the fast kernel is compared with it. A packet of weight 1 enters
at normal incidence, travels an exponential distance, leaves the share mu_a / (mu_a + mu_s) of its
weight where it interacts, and turns by the Henyey-Greenstein phase function. A plane reflects or
refracts it by Fresnel's equations. A packet below a weight of 1e-4 survives a roulette with one
chance in eight and eight times the weight; what the roulette takes or gives is tallied, so that the
energy of a run closes exactly and not only in the mean.

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

from porelight._jit import jit
from porelight.light._bins import Axis, cell_of
from porelight.light._random import Words, uniform
from porelight.quantities import Floats

Vector: TypeAlias = tuple[float, float, float]

ROULETTE_WEIGHT = 1e-4
ROULETTE_CHANCE = 0.125  # a power of two: the weight is multiplied without rounding
# a ray that grazes the wall of a cell must move on, or it would be reflected there for ever
_SMALLEST_CHORD = 1e-9


class Stack(NamedTuple):
    """The layers as the kernel wants them."""

    planes: Floats  # (n + 1,) depth of the interfaces [m]; the last may be inf
    mean_free_path: Floats  # (n,) [m]; inf where light neither scatters nor is absorbed
    absorbed_share: Floats  # (n,) share of the weight that an interaction absorbs
    anisotropy: Floats  # (n,)
    refractive_index: Floats  # (n + 2,) above, each layer, below


class Tally(NamedTuple):
    """Weight of packets, summed over a batch."""

    absorbed: Floats  # (n_z + 1, n_r + 1); the last row and column catch what lies off the grid
    by_layer: Floats  # (n,)
    reflected: Floats  # (n_r + 1,) that left through the top, by radius
    transmitted: Floats  # (1,) that left through the bottom
    roulette: Floats  # (1,) taken by the roulette, less what it gave


def empty_tally(n_z: int, n_r: int, n_layers: int) -> Tally:
    """Return a tally of zeros."""
    return Tally(
        absorbed=np.zeros((n_z + 1, n_r + 1)),
        by_layer=np.zeros(n_layers),
        reflected=np.zeros(n_r + 1),
        transmitted=np.zeros(1),
        roulette=np.zeros(1),
    )


@jit
def scattering_cosine(anisotropy: float, u: float) -> float:
    """Return the Henyey-Greenstein cosine whose cumulative probability is `u`.

    In this form no digits cancel near anisotropy 0, where the usual one divides 0 by 0.
    """
    g, s = anisotropy, 2.0 * u - 1.0
    above = s * (1.0 + g * g) + 0.5 * g * (s * s * (1.0 + g * g) + 3.0 - g * g)
    below = 1.0 + g * s
    return min(1.0, max(-1.0, above / (below * below)))


@jit
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


@jit
def fresnel(n_from: float, n_to: float, cosine: float) -> tuple[float, float]:
    """Return the reflected share of unpolarised light and the cosine of the refracted ray."""
    if n_from == n_to:
        return 0.0, cosine
    sine_to = n_from / n_to * math.sqrt(max(0.0, 1.0 - cosine * cosine))
    if sine_to >= 1.0:
        return 1.0, 0.0
    cosine_to = math.sqrt(1.0 - sine_to * sine_to)
    s_wave = (n_from * cosine - n_to * cosine_to) / (n_from * cosine + n_to * cosine_to)
    p_wave = (n_from * cosine_to - n_to * cosine) / (n_from * cosine_to + n_to * cosine)
    return 0.5 * (s_wave * s_wave + p_wave * p_wave), cosine_to


@jit
def distance_to_plane(depth: float, cosine: float, layer: int, planes: Floats) -> float:
    """Return how far the packet is from the interface that it flies towards [m]."""
    if cosine > 0.0:
        return float(planes[layer + 1] - depth) / cosine
    if cosine < 0.0:
        return float(planes[layer] - depth) / cosine
    return math.inf


@jit
def distance_to_wall(position: Vector, direction: Vector, cell_radius: float) -> float:
    """Return how far the packet is from the wall of its cell [m]; infinite without a cell."""
    across = direction[0] * direction[0] + direction[1] * direction[1]
    if cell_radius == math.inf or across == 0.0:
        return math.inf
    outward = position[0] * direction[0] + position[1] * direction[1]
    inside = cell_radius * cell_radius - position[0] * position[0] - position[1] * position[1]
    reach = math.sqrt(max(0.0, outward * outward + across * inside))
    return max((reach - outward) / across, _SMALLEST_CHORD * cell_radius)


@jit
def moved(position: Vector, direction: Vector, distance: float) -> Vector:
    """Return the position after a straight flight."""
    return (
        position[0] + distance * direction[0],
        position[1] + distance * direction[1],
        position[2] + distance * direction[2],
    )


@jit
def mirrored(position: Vector, direction: Vector) -> Vector:
    """Return the direction after a reflection at the wall of the cell."""
    x, y, _ = position
    twice = 2.0 * (x * direction[0] + y * direction[1]) / (x * x + y * y)
    return direction[0] - twice * x, direction[1] - twice * y, direction[2]


@jit
def crossed(direction: Vector, layer: int, index: Floats, words: Words) -> tuple[Vector, int]:
    """Return direction and layer after the interface: refracted, or reflected by chance."""
    x, y, z = direction
    beyond = layer + 1 if z > 0.0 else layer - 1
    n_from, n_to = index[layer + 1], index[beyond + 1]
    if n_from == n_to:
        return direction, beyond
    reflectance, cosine_to = fresnel(n_from, n_to, abs(z))
    if uniform(words) < reflectance:
        return (x, y, -z), layer
    bend = n_from / n_to
    return (bend * x, bend * y, math.copysign(cosine_to, z)), beyond


@jit
def ring_of(position: Vector, r_axis: Axis) -> int:
    """Return the ring of the grid that holds a position."""
    return cell_of(math.sqrt(position[0] * position[0] + position[1] * position[1]), r_axis)


@jit
def after_roulette(weight: float, words: Words, tally: Tally) -> float:
    """Return the weight with which a light packet goes on, 0 if it ends here."""
    survives = uniform(words) < ROULETTE_CHANCE
    kept = weight / ROULETTE_CHANCE if survives else 0.0
    tally.roulette[0] += weight - kept
    return kept


@jit
def trace_packet(
    launch_radius: float,
    stack: Stack,
    r_axis: Axis,
    z_axis: Axis,
    cell_radius: float,
    words: Words,
    tally: Tally,
) -> None:
    """Follow one packet from the surface to its end."""
    index = stack.refractive_index
    weight = 1.0 - fresnel(index[0], index[1], 1.0)[0]
    position, direction, layer = (launch_radius, 0.0, 0.0), (0.0, 0.0, 1.0), 0
    while weight > 0.0:
        # each leg draws a new free path: the exponential law has no memory of the last leg
        flight = -math.log(uniform(words)) * stack.mean_free_path[layer]
        to_plane = distance_to_plane(position[2], direction[2], layer, stack.planes)
        to_wall = distance_to_wall(position, direction, cell_radius)
        if flight < to_plane and flight < to_wall:
            position = moved(position, direction, flight)
            absorbed = weight * stack.absorbed_share[layer]
            tally.absorbed[cell_of(position[2], z_axis), ring_of(position, r_axis)] += absorbed
            tally.by_layer[layer] += absorbed
            weight -= absorbed
            if 0.0 < weight < ROULETTE_WEIGHT:
                weight = after_roulette(weight, words, tally)
            cosine = scattering_cosine(stack.anisotropy[layer], uniform(words))
            direction = turned(direction, cosine, 2.0 * math.pi * uniform(words))
        elif to_wall < to_plane:
            position = moved(position, direction, to_wall)
            direction = mirrored(position, direction)
        else:
            x, y, _ = moved(position, direction, to_plane)
            # the depth of the plane itself, so that no packet rests a rounding error beyond it
            position = (x, y, stack.planes[layer + 1 if direction[2] > 0.0 else layer])
            direction, layer = crossed(direction, layer, index, words)
            if layer < 0:
                tally.reflected[ring_of(position, r_axis)] += weight
                weight = 0.0
            elif layer == stack.mean_free_path.size:
                tally.transmitted[0] += weight
                weight = 0.0


@jit
def trace_batch(
    launch_radius: Floats,
    stack: Stack,
    r_axis: Axis,
    z_axis: Axis,
    cell_radius: float,
    words: Words,
    tally: Tally,
) -> None:
    """Follow one packet from each launch radius [m] and add it to the tally, in order."""
    for radius in launch_radius:
        trace_packet(radius, stack, r_axis, z_axis, cell_radius, words, tally)
