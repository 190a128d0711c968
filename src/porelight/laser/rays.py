"""The rays of a beam where they meet the skin, in the air above it."""

import math
from typing import NamedTuple

import numpy as np

from porelight.laser.angles import (
    AngularProfile,
    GaussianSpread,
    even_cosine,
    lambertian_cosine,
)
from porelight.laser.beam import Beam
from porelight.quantities import Floats

# of them, one lies up and one down the tilt, where light lands farthest
_RIM_RAYS = 64


class Rays(NamedTuple):
    """Where rays meet the surface z = 0, and their unit directions before it; each (n,)."""

    x: Floats  # [m]
    y: Floats  # [m]
    to_x: Floats
    to_y: Floats
    to_z: Floats  # above 0: into the skin


def rays(beam: Beam, where: tuple[Floats, Floats], cone: tuple[Floats, Floats]) -> Rays:
    """Return rays of equal power.

    Parameters
    ----------
    beam : Beam
        Beam whose axis meets the skin at the origin and leans towards x.
    where : pair of ndarray of float64, shape (n,)
        Uniform numbers from 0 to below 1 that choose the point in the beam.
    cone : pair of ndarray of float64, shape (n,)
        The same for the direction, unless each point of the beam has one; then unused.

    Returns
    -------
    Rays
        Rays, evenly distributed over the beam's power.
    """
    x, y = beam.point_of(*where)
    return _on_skin(beam, x, y, _leaning(beam, x, y, cone))


def rays_inside(beam: Beam, where: tuple[Floats, Floats], cone: tuple[Floats, Floats]) -> Rays:
    """Return rays of equal power of a source in a plane inside the tissue; see `rays`.

    Isotropic light and that of a table go up too; `to_z` is below 0 there.
    """
    if isinstance(beam.spreading, GaussianSpread):
        return _about_the_axis(beam, where, beam.spreading.leaning(*cone))
    table = beam.spreading if isinstance(beam.spreading, AngularProfile) else None
    if beam.spreading == "isotropic":
        cosine = even_cosine(cone[0], math.pi)
    elif table is not None and table.widest > 0.5 * math.pi:
        cosine = table.cosine_of(cone[0])
    else:
        return rays(beam, where, cone)
    x, y = beam.point_of(*where)
    sine, azimuth = np.sqrt(1.0 - cosine**2), 2.0 * math.pi * cone[1]
    return Rays(x, y, sine * np.cos(azimuth), sine * np.sin(azimuth), cosine)


def _about_the_axis(
    beam: Beam, where: tuple[Floats, Floats], leaning: tuple[Floats, Floats]
) -> Rays:
    """Return rays from where those along the axis meet the plane, leaning so far."""
    placed = _on_skin(beam, *beam.point_of(*where), (np.zeros_like(where[0]),) * 2)
    along, across = leaning
    length = np.sqrt(1.0 + along**2 + across**2)
    sine, cosine = math.sin(beam.tilt), math.cos(beam.tilt)
    return Rays(
        placed.x,
        placed.y,
        (along * cosine + sine) / length,
        across / length,
        (cosine - along * sine) / length,
    )


def reach(beam: Beam) -> float:
    """Return the farthest distance from the origin at which a beam's light lands [m].

    Infinite where a source of light along the skin is held off it.
    """
    if beam.widest_angle >= 0.5 * math.pi:
        return math.inf if beam.stand_off > 0.0 else beam.rim
    azimuth = np.linspace(0.0, 2.0 * math.pi, _RIM_RAYS + 1)
    outward_x, outward_y = np.cos(azimuth), np.sin(azimuth)
    rim = beam.rim
    inwards = beam.spreading == "beam" and beam.half_angle < 0.0
    lean = math.tan(beam.widest_angle) * (-1.0 if inwards else 1.0)
    leaning = (lean * outward_x, lean * outward_y)
    fallen = _on_skin(beam, rim * outward_x, rim * outward_y, leaning)
    return float(np.hypot(fallen.x, fallen.y).max())


def _on_skin(beam: Beam, x: Floats, y: Floats, leaning: tuple[Floats, Floats]) -> Rays:
    """Return the rays through points of the beam's own plane, where they meet the skin."""
    along_x, along_y = leaning
    if beam.tilt == 0.0:
        to_z = 1.0 / np.sqrt(1.0 + along_x**2 + along_y**2)
        x, y = x + beam.stand_off * along_x, y + beam.stand_off * along_y
        return Rays(x, y, along_x * to_z, along_y * to_z, to_z)
    # the beam's own frame turned about y: its axis becomes (sine, 0, cosine)
    sine, cosine = math.sin(beam.tilt), math.cos(beam.tilt)
    down = cosine - along_x * sine
    across = along_x * cosine + sine
    # from the plane in which the diameter holds, a stand-off away along the axis, to the skin
    steps = (beam.stand_off * cosine + x * sine) / down
    start = x * cosine - beam.stand_off * sine
    length = np.sqrt(1.0 + along_x**2 + along_y**2)
    return Rays(
        x=start + steps * across,
        y=y + steps * along_y,
        to_x=across / length,
        to_y=along_y / length,
        to_z=down / length,
    )


def _leaning(
    beam: Beam, x: Floats, y: Floats, cone: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Return how far each ray goes along x and y for one metre along the axis."""
    if isinstance(beam.spreading, GaussianSpread):
        return beam.spreading.leaning(*cone)
    if isinstance(beam.spreading, AngularProfile):
        cosine = beam.spreading.cosine_of(cone[0])
    elif beam.spreading == "lambertian":
        cosine = lambertian_cosine(cone[0])
    elif beam.spreading == "isotropic":
        cosine = even_cosine(cone[0], 0.5 * math.pi)
    elif beam.half_angle == 0.0:
        return np.zeros_like(x), np.zeros_like(y)
    elif beam.spreading == "beam":
        lean = math.tan(beam.half_angle) / (0.5 * beam.diameter)
        return x * lean, y * lean
    else:
        cosine = even_cosine(cone[0], beam.half_angle)
    tangent = np.sqrt(1.0 - cosine**2) / cosine
    azimuth = 2.0 * math.pi * cone[1]
    return tangent * np.cos(azimuth), tangent * np.sin(azimuth)
