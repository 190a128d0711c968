"""Surfaces in the way of a packet of the reference kernel: distances, normals, refraction."""

import math
from typing import TypeAlias

from porelight._jit import jit_inlined, jit_lent
from porelight.light._bodies import Bodies, BodySurface, medium_at
from porelight.light._random import Words, uniform

Vector: TypeAlias = tuple[float, float, float]

# a ray that grazes the wall of a cell must move on, or it would be reflected there for ever
_SMALLEST_CHORD = 1e-9
# further than a surface's rounding, nearer than anything that matters [m]
_STEP = 1e-11


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
