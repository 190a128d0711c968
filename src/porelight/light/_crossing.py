"""Whether a flight meets a surface, decided without error, root or division, for SIMD code.

With the surface written as a function f, negative inside, f along the flight is c + 2 b t + a t^2.
A flight that starts inside a convex body leaves it if and only if f is positive at its end. One
that starts outside enters if f is negative at its end, or if it dips in and out again: the smallest
value lies within the flight and below 0, that is, the slope is negative at the start (b < 0),
positive at the end (b + a t > 0), and b^2 > a c. A packet knows on which side of a surface it is,
so it may start from the surface itself.

Where a flight meets the surface is left to scalar code (`_events.py`).
"""

import math
from typing import NamedTuple, TypeAlias

import numpy as np

from porelight._jit import jit_fused
from porelight.light._lanes import (
    BOTTOM,
    OTHER_SIDE,
    TOP,
    VESSEL_LEVEL,
    VESSEL_SIDE,
    VESSEL_X,
    VESSEL_Z,
    WALL_SIDE,
    WIDTH,
)
from porelight.light._simd_intrinsics import Float32, Singles, load

Truth: TypeAlias = bool | np.bool_

_ZERO, _TWO = Float32(0.0), Float32(2.0)
# keeps a flight along the axis from dividing by 0; far below any other direction's square
_ALONG_AXIS = Float32(1e-20)
# stands for infinity where `advance` may meet it: its square is still a float32 number
FAR = 1e15


class MirrorCell(NamedTuple):
    """The cylindrical mirror around the axis, which stands for a field of equal cells."""

    radius: float  # [m]
    squared: np.float32
    inverse_squared: np.float32
    gap: np.float32  # between the mirror and all that is not a layer [m]


class Included(NamedTuple):
    """A flag for the compiler: the scene has such a part; with None its code is left out."""

    number: int


class Flight(NamedTuple):
    """A straight flight: its start, direction, length and end."""

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
def meets_follicle(follicle: Included | None, i: int, flat: Singles, way: Flight) -> Truth:
    """Return whether a flight meets the wall of the lumen, the hair or the gland."""
    if follicle is None:
        return False
    return meets_round(WALL_SIDE, i, flat, way) | meets_round(OTHER_SIDE, i, flat, way)


@jit_fused
def meets_vessel(vessels: Included | None, i: int, flat: Singles, way: Flight) -> Truth:
    """Return whether a flight meets the vessel of its region."""
    if vessels is None:
        return False
    axis_x, axis_z = load(flat, VESSEL_X * WIDTH + i), load(flat, VESSEL_Z * WIDTH + i)
    level = load(flat, VESSEL_LEVEL * WIDTH + i)
    x, z = way.x - axis_x, way.z - axis_z
    return meets(
        load(flat, VESSEL_SIDE * WIDTH + i),
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
def reflected_in(cell: MirrorCell | None, way: Flight) -> tuple[Flight, Truth]:
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
