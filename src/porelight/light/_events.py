"""Scalar code for events that the SIMD loop cannot handle: surfaces, weights, launches.

A listed packet is put on the surface in its way, and through it or back: positions in float32 like
its state, Fresnel's equations and weights in double precision. It keeps no path: the next round
draws a new one. Nothing is decided here by the path that was drawn, except that it was longer than
the way to the surface.
"""

import math
from typing import NamedTuple

import numpy as np

from porelight._jit import jit_inlined
from porelight.light._crossing import FAR, Included, MirrorCell
from porelight.light._kernel import Leg
from porelight.light._lanes import (
    N_COLUMNS,
    OTHER_SIDE,
    OWED,
    REGION,
    SEED_0,
    TO_X,
    TOP,
    VESSEL_SIDE,
    WALL_SIDE,
    WEIGHT,
    WIDTH,
    Whole,
    X,
)
from porelight.light._random import Words
from porelight.light._regions import Place
from porelight.light._simd import FastScene
from porelight.light._simd_intrinsics import Singles, load, store
from porelight.light._surfaces import Vector, distance_to_wall, mirrored, moved, through
from porelight.quantities import Floats

# a flight whose end lies this far off the straight line, relative to its length, was mirrored
_BENT = 1e-4
_PLANE, _WALL, _OTHER, _VESSEL_SURFACE = range(4)
_LUMEN, _GLAND, _LAYER, _VESSEL = (
    int(place) for place in (Place.LUMEN, Place.GLAND, Place.LAYER, Place.VESSEL)
)


class RegionMap(NamedTuple):
    """The region behind each surface of each region; see `_regions.Regions`."""

    columns: Singles  # (n_regions, n_region_columns)
    refractive_index: Floats  # (n_regions + 2,)
    place: Whole
    slabs: Whole
    onward: Whole  # (n_regions, 2) slab above the region, and below it
    behind: Whole
    slab_top: Floats
    discs: Floats
    at: Whole
    gland: Floats  # (3,) bulge, centre, level


@jit_inlined
def enter_region(lane: int, region: int, flat: Singles, columns: Singles) -> None:
    """Copy the properties of a region into the lane of a packet."""
    for column in range(columns.shape[1]):
        store(flat, (REGION + column) * WIDTH + lane, columns[region, column])


@jit_inlined
def copy_packet(source: int, target: int, flat: Singles) -> None:
    """Copy a packet to another lane; random numbers stay with the lane."""
    for column in range(SEED_0):
        store(flat, column * WIDTH + target, load(flat, column * WIDTH + source))
    for column in range(REGION, N_COLUMNS):
        store(flat, column * WIDTH + target, load(flat, column * WIDTH + source))


@jit_inlined
def vector_at(column: int, lane: int, flat: Singles) -> Vector:
    """Return three neighbouring columns of a lane, as float32 numbers.

    Compiled, `float` of a float32 number stays one; `np.float64` would make it wider.
    """
    return (
        float(load(flat, column * WIDTH + lane)),
        float(load(flat, (column + 1) * WIDTH + lane)),
        float(load(flat, (column + 2) * WIDTH + lane)),
    )


@jit_inlined
def put_vector(vector: Vector, column: int, lane: int, flat: Singles) -> None:
    """Write three neighbouring columns of a lane."""
    store(flat, column * WIDTH + lane, np.float32(vector[0]))
    store(flat, (column + 1) * WIDTH + lane, np.float32(vector[1]))
    store(flat, (column + 2) * WIDTH + lane, np.float32(vector[2]))


@jit_inlined
def carried_weight(lane: int, flat: Singles) -> float:
    """Return what a packet carries: its weight less what it owes."""
    weight, owed = load(flat, WEIGHT * WIDTH + lane), load(flat, OWED * WIDTH + lane)
    return np.float64(weight) - np.float64(owed)


@jit_inlined
def put_weight(weight: float, lane: int, flat: Singles) -> None:
    """Write what a packet carries: a float32 number, and what that is too much."""
    rounded = np.float32(weight)
    store(flat, WEIGHT * WIDTH + lane, rounded)
    store(flat, OWED * WIDTH + lane, np.float32(np.float64(rounded) - weight))


@jit_inlined
def way_to(side: float, a: float, b: float, c: float) -> float:
    """Return the t at which a t^2 + 2 b t + c first changes its sign; infinite if it never does.

    `side` is the sign that c has but for rounding: a packet that rests on the surface, a rounding
    error beyond it, leaves its side at once.
    """
    root_squared = b * b - a * c
    if side == 0.0 or root_squared <= 0.0:
        return math.inf
    root = math.sqrt(root_squared)
    if side > 0.0:
        if b < 0.0:
            return max(c / (root - b), 0.0)
        return (b + root) / -a if a < 0.0 else math.inf
    if b > 0.0:
        return max(-c / (b + root), 0.0)
    return (root - b) / a if a > 0.0 else math.inf


@jit_inlined
def way_to_round(
    column: int, lane: int, flat: Singles, position: Vector, direction: Vector
) -> float:
    """Return the distance to the surface of revolution whose columns start at `column` [m]."""
    side, bulge, centre = vector_at(column, lane, flat)
    level = float(load(flat, (column + 3) * WIDTH + lane))
    off = position[2] - centre
    return way_to(
        side,
        direction[0] ** 2 + direction[1] ** 2 + bulge * direction[2] ** 2,
        position[0] * direction[0] + position[1] * direction[1] + bulge * off * direction[2],
        position[0] ** 2 + position[1] ** 2 + bulge * off * off - level,
    )


@jit_inlined
def way_to_vessel(lane: int, flat: Singles, position: Vector, direction: Vector) -> float:
    """Return the distance to the surface of the region's vessel [m]."""
    side, axis_x, axis_z = vector_at(VESSEL_SIDE, lane, flat)
    level = float(load(flat, (VESSEL_SIDE + 3) * WIDTH + lane))
    off_x, off_z = position[0] - axis_x, position[2] - axis_z
    return way_to(
        side,
        direction[0] ** 2 + direction[2] ** 2,
        off_x * direction[0] + off_z * direction[2],
        off_x * off_x + off_z * off_z - level,
    )


@jit_inlined
def round_normal(column: int, lane: int, flat: Singles, position: Vector) -> Vector:
    """Return the unit normal of a surface of revolution at a point on it."""
    _, bulge, centre = vector_at(column, lane, flat)
    x, y, z = position[0], position[1], bulge * (position[2] - centre)
    scale = 1.0 / math.sqrt(x * x + y * y + z * z)
    return x * scale, y * scale, z * scale


@jit_inlined
def vessel_normal(lane: int, flat: Singles, position: Vector) -> Vector:
    """Return the unit normal of the vessel at a point on it."""
    _, axis_x, axis_z = vector_at(VESSEL_SIDE, lane, flat)
    x, z = position[0] - axis_x, position[2] - axis_z
    scale = 1.0 / math.sqrt(x * x + z * z)
    return x * scale, 0.0, z * scale


@jit_inlined
def disc_at(
    follicle: Included | None, slab: int, side: int, radius_squared: float, where: RegionMap
) -> int:
    """Return the place in which a packet arrives on the top (0) or bottom (1) plane of a slab."""
    if follicle is None:
        return _LAYER
    discs = where.discs
    return (
        int(radius_squared >= discs[slab, side, 0])
        + int(radius_squared >= discs[slab, side, 1])
        + int(radius_squared >= discs[slab, side, 2])
        + int(radius_squared >= discs[slab, side, 3])
    )


@jit_inlined
def beyond_plane(
    follicle: Included | None, region: int, down: int, position: Vector, where: RegionMap
) -> int:
    """Return the region behind the top (0) or bottom (1) plane of a region."""
    slab = where.onward[region, down]
    radius_squared = position[0] * position[0] + position[1] * position[1]
    return int(where.at[slab, disc_at(follicle, slab, 1 - down, radius_squared, where)])


@jit_inlined
def beyond_side(met: int, region: int, position: Vector, where: RegionMap) -> int:
    """Return the region behind the wall, behind hair or gland, or behind the vessel's surface."""
    slab, last = where.slabs[region, 0], where.slabs[region, 1]
    while slab < last and position[2] >= where.slab_top[slab + 1]:
        slab += 1
    place = where.place[region]
    if met == _VESSEL_SURFACE:
        beyond = _VESSEL if place == _LAYER else _LAYER
    elif met == _WALL and place == _LUMEN:
        off = position[2] - where.gland[1]
        round_axis = position[0] * position[0] + position[1] * position[1]
        in_gland = round_axis + where.gland[0] * off * off < where.gland[2]
        beyond = _GLAND if in_gland and where.at[slab, _GLAND] >= 0 else _LAYER
    else:
        beyond = where.behind[region, 0 if met == _WALL else 1]
    return int(where.at[slab, beyond])


@jit_inlined
def nearest_of_follicle(
    follicle: Included | None,
    lane: int,
    flat: Singles,
    position: Vector,
    direction: Vector,
    way: float,
    met: int,
) -> tuple[float, int]:
    """Return the nearest surface so far, or the wall, hair or gland if one is nearer."""
    if follicle is None:
        return way, met
    to_wall = way_to_round(WALL_SIDE, lane, flat, position, direction)
    to_other = way_to_round(OTHER_SIDE, lane, flat, position, direction)
    if min(to_wall, to_other) >= way:
        return way, met
    return (to_wall, _WALL) if to_wall < to_other else (to_other, _OTHER)


@jit_inlined
def nearest_of_vessels(
    vessels: Included | None,
    lane: int,
    flat: Singles,
    position: Vector,
    direction: Vector,
    way: float,
    met: int,
) -> tuple[float, int]:
    """Return the nearest surface so far, or the region's vessel if it is nearer."""
    if vessels is None:
        return way, met
    to_vessel = way_to_vessel(lane, flat, position, direction)
    return (to_vessel, _VESSEL_SURFACE) if to_vessel < way else (way, met)


@jit_inlined
def folded_in(
    cell: MirrorCell | None, position: Vector, direction: Vector, way: float, to_plane: float
) -> tuple[Vector, Vector, float]:
    """Return position, direction and remaining distance, reflected if the mirror comes first.

    A packet is listed though the mirror comes first if its path went on to a second surface, or
    further than the gap. So whatever of these is next behind the mirror has been met too. The way
    left is that to a plane, or infinite where the packet has been brought to the mirror again, or
    over the gap.
    """
    if cell is None:
        return position, direction, way
    to_mirror = distance_to_wall(position, direction, cell.radius)
    if to_mirror >= way:
        return position, direction, way
    position = moved(position, direction, to_mirror)
    direction = mirrored(position, direction)
    to_plane -= to_mirror
    to_mirror = distance_to_wall(position, direction, cell.radius)
    gap = float(cell.gap)
    if to_plane <= min(to_mirror, gap):
        return position, direction, to_plane
    position = moved(position, direction, min(to_mirror, gap))
    if to_mirror <= gap:
        direction = mirrored(position, direction)
    return position, direction, math.inf


@jit_inlined
def normal_at(met: int, lane: int, flat: Singles, position: Vector) -> Vector:
    """Return the unit normal of the surface that a packet has met."""
    if met == _PLANE:
        return 0.0, 0.0, 1.0
    if met == _VESSEL_SURFACE:
        return vessel_normal(lane, flat, position)
    return round_normal(WALL_SIDE if met == _WALL else OTHER_SIDE, lane, flat, position)


@jit_inlined
def way_flown(start: Vector, direction: Vector, end: Vector, cell: MirrorCell | None) -> float:
    """Return the length of the path to a surface [m], by way of the mirror if it was reflected."""
    off = (end[0] - start[0], end[1] - start[1], end[2] - start[2])
    straight = math.sqrt(off[0] ** 2 + off[1] ** 2 + off[2] ** 2)
    if cell is None:
        return straight
    along = moved(start, direction, straight)
    aside = abs(along[0] - end[0]) + abs(along[1] - end[1]) + abs(along[2] - end[2])
    if aside <= _BENT * straight:
        return straight
    to_mirror = distance_to_wall(start, direction, cell.radius)
    mirror = moved(start, direction, to_mirror)
    off = (end[0] - mirror[0], end[1] - mirror[1], end[2] - mirror[2])
    return to_mirror + math.sqrt(off[0] ** 2 + off[1] ** 2 + off[2] ** 2)


@jit_inlined
def place_on_way(leg: Leg, end: Vector, at: float, way: float, cell: MirrorCell | None) -> Vector:
    """Return the place so far along the way to a surface, `way` long, by way of the mirror."""
    if cell is None:
        return moved(leg.start, leg.direction, at)
    to_mirror = distance_to_wall(leg.start, leg.direction, cell.radius)
    if at <= to_mirror or way <= to_mirror:
        return moved(leg.start, leg.direction, at)
    mirror = moved(leg.start, leg.direction, to_mirror)
    part = (at - to_mirror) / (way - to_mirror)
    return (
        mirror[0] + part * (end[0] - mirror[0]),
        mirror[1] + part * (end[1] - mirror[1]),
        mirror[2] + part * (end[2] - mirror[2]),
    )


@jit_inlined
def meet_surface(
    lane: int, region: int, flat: Singles, where: RegionMap, scene: FastScene, words: Words
) -> int:
    """Move a packet to the surface it met, refract or reflect it; return its region then."""
    position, direction = vector_at(X, lane, flat), vector_at(TO_X, lane, flat)
    # a number, not a branch that would be guessed wrong every other time
    down = int(direction[2] > 0.0)
    plane = float(load(flat, (TOP + down) * WIDTH + lane))
    to_plane = math.inf
    if direction[2] != 0.0:
        to_plane = max((plane - position[2]) / direction[2], 0.0)
    way, met = nearest_of_follicle(
        scene.follicle, lane, flat, position, direction, to_plane, _PLANE
    )
    way, met = nearest_of_vessels(scene.vessels, lane, flat, position, direction, way, met)
    start = position
    position, direction, way = folded_in(scene.cell, position, direction, way, to_plane)
    if position != start:
        met = _PLANE
    if way < FAR:
        position = moved(position, direction, way)
        if met == _PLANE:
            position = (position[0], position[1], plane)
            beyond = beyond_plane(scene.follicle, region, down, position, where)
        else:
            beyond = beyond_side(met, region, position, where)
        normal = normal_at(met, lane, flat, position)
        n_from, n_to = where.refractive_index[region], where.refractive_index[beyond]
        direction, passes = through(direction, normal, n_from, n_to, words)
        region = beyond if passes else region
    put_vector(position, X, lane, flat)
    put_vector(direction, TO_X, lane, flat)
    return region
