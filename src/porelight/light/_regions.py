"""Space cut into regions, so that a packet has few surfaces beside it to look at.

Planes at every depth where something begins or ends cut space into slabs. Within a slab the wall of
the lumen is one surface (a cone or a cylinder), and places follow one another from the axis out:
hair, lumen, gland, layer. A region is such a place in a slab: it is bounded by two planes, by
the `wall` of the lumen, and by one `other` surface of revolution, that of the hair or of the gland;
around a vessel, by that too. Slabs across which nothing changes for a region are one region again,
so that planes inside the follicle do not disturb the light outside of it.

On a plane the places of the next slab are discs within one another: the radius alone tells where a
packet arrives. Space above all slabs counts as slab 0, space below as the last one.

The planes in which funnel and duct end would stop all light, also that which is far from the pore.
So the layers may be divided by a cylinder around the follicle, of which nothing but this surface is
to be seen from outside: there the slabs of one layer are one region. Inside, its surface takes the
free one of the two slots. For that, planes are added where gland and wall intersect: between them
one of the two covers the other.
"""

from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from porelight.light._bodies import DUCT, GLAND, HAIR, LUMEN, NOWHERE, PLUG, Bodies, BodySurface
from porelight.light._lanes import Whole
from porelight.quantities import Floats

# the packet is on the outer side of a surface, on its inner side, or there is no such surface
OUTSIDE, INSIDE, ABSENT = 1.0, -1.0, 0.0


class Place(IntEnum):
    """The place of a region in its slab: five from the axis outwards, and that of a vessel."""

    HAIR = 0
    LUMEN = 1
    GLAND = 2
    LAYER = 3
    FAR = 4
    VESSEL = 5


class SlabVessel(NamedTuple):
    """The vessel of a slab: x and z of its axis [m], and its squared radius [m2]."""

    offset: float
    depth: float
    level: float


_NO_VESSEL = SlabVessel(0.0, 0.0, -1.0)


class Region(NamedTuple):
    """One region of a slab: its medium, and the surfaces that bound it sideways."""

    medium: int
    wall: BodySurface = NOWHERE
    wall_side: float = ABSENT
    other: BodySurface = NOWHERE
    other_side: float = ABSENT
    vessel: SlabVessel = _NO_VESSEL
    vessel_side: float = ABSENT
    behind_wall: Place = Place.LUMEN
    behind_other: Place = Place.LUMEN


class Regions(NamedTuple):
    """All regions and their neighbours; n_regions is the space above, n_regions + 1 that below."""

    medium: Whole  # (n_regions + 2,)
    place: Whole  # (n_regions,)
    slabs: Whole  # (n_regions, 2) the first and the last that the region fills
    planes: Floats  # (n_regions, 2) top and bottom [m]
    sides: Floats  # (n_regions, 12) of wall, other and vein: the side, then the surface
    behind: Whole  # (n_regions, 2) place behind the wall, and behind the other surface
    slab_top: Floats  # (n_slabs + 2,) [m]
    discs: Floats  # (n_slabs + 2, 2, 4) squared radii of the places at top and bottom [m2]
    at: Whole  # (n_slabs + 2, 6) region of each place of a slab; -1 where there is none

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return self.place.size


def regions_of(bodies: Bodies, far_radius: float = np.inf) -> Regions:
    """Return the regions of layers, follicle and vessels.

    Parameters
    ----------
    bodies : Bodies
        Geometry of layers, follicle and vessels.
    far_radius : float
        Radius of the cylinder that divides the layers [m]; wider than the follicle. Infinite: none.
    """
    planes = _slab_planes(bodies, far_radius)
    slabs = [
        _places(float(top), float(bottom), bodies, far_radius) for top, bottom in pairwise(planes)
    ]
    at = np.full((len(slabs) + 2, len(Place)), -1)
    found: list[tuple[Place, Region]] = []
    first_slab: list[int] = []
    last_slab: list[int] = []
    above: dict[Place, Region] = {}
    for slab, here in enumerate(slabs, start=1):
        for place, region in here.items():
            if above.get(place) == region:
                at[slab, place] = at[slab - 1, place]
                last_slab[at[slab, place]] = slab
            else:
                at[slab, place] = len(found)
                found.append((place, region))
                first_slab.append(slab)
                last_slab.append(slab)
        above = here
    at[0, :], at[-1, :] = len(found), len(found) + 1
    first, last = np.array(first_slab), np.array(last_slab)
    n_media = bodies.n_media
    return Regions(
        medium=np.array([region.medium for _, region in found] + [n_media, n_media + 1]),
        place=np.array([place for place, _ in found]),
        slabs=np.stack([first, last], axis=1),
        planes=np.stack([planes[first - 1], planes[last]], axis=1),
        sides=np.array([_sides(region) for _, region in found]),
        behind=np.array([(region.behind_wall, region.behind_other) for _, region in found]),
        slab_top=np.concatenate([[-np.inf], planes]),
        discs=_discs(planes, slabs, bodies, far_radius),
        at=at,
    )


def _slab_planes(bodies: Bodies, far_radius: float) -> Floats:
    """Return the depths that cut space into slabs [m]."""
    ends = [bodies.plug_depth, bodies.funnel_depth, bodies.duct_depth, bodies.hair_depth]
    if np.isfinite(far_radius):
        funnel, duct = (0.0, bodies.funnel_depth), (bodies.funnel_depth, bodies.duct_depth)
        ends += _crossings(bodies.gland, bodies.funnel, funnel)
        ends += _crossings(bodies.gland, bodies.duct, duct)
    # a plane between two vessels, one below the other, gives each a slab of its own
    order = np.argsort(bodies.vessels[:, 1])
    depth, radius = bodies.vessels[order, 1], bodies.vessels[order, 2]
    between = 0.5 * ((depth + radius)[:-1] + (depth - radius)[1:])
    return np.unique(np.concatenate([bodies.planes, ends, between]))


def _crossings(one: BodySurface, other: BodySurface, depths: tuple[float, float]) -> list[float]:
    """Return the depths between two others at which two surfaces have the same radius [m]."""
    if one.level < 0.0 or other.level < 0.0:
        return []

    def radius_squared(surface: BodySurface) -> np.polynomial.Polynomial:
        off = np.polynomial.Polynomial([-surface.centre, 1.0])
        return surface.level - surface.bulge * off**2

    roots = (radius_squared(one) - radius_squared(other)).roots()
    real = roots[np.abs(np.imag(roots)) == 0.0].real
    return [float(z) for z in real if depths[0] < z < depths[1]]


def _middle(top: float, bottom: float) -> float:
    """Return a depth within a slab, which may be infinitely thick."""
    return 0.5 * (top + bottom) if np.isfinite(bottom) else 2.0 * top + 1.0


def _wall(z: float, bodies: Bodies) -> BodySurface:
    """Return the wall of the lumen at a depth."""
    if z < bodies.funnel_depth:
        return bodies.funnel
    return bodies.duct if z < bodies.duct_depth else NOWHERE


def _places(top: float, bottom: float, bodies: Bodies, far_radius: float) -> dict[Place, Region]:
    """Return the regions of the slab between two planes, by their place."""
    middle = _middle(top, bottom)
    wall, first_part = _wall(middle, bodies), bodies.first_part
    outside = OUTSIDE if wall.level >= 0.0 else ABSENT
    layer = Region(int(np.searchsorted(bodies.planes, middle, side="right")) - 1, wall, outside)
    places = {Place.LAYER: layer}
    if outside:
        part = DUCT
        if middle < bodies.funnel_depth:
            part = LUMEN if middle < bodies.plug_depth else PLUG
        # behind the wall lies the gland where that reaches; scalar code looks
        places[Place.LUMEN] = Region(
            first_part + part, wall, INSIDE, behind_wall=Place.LAYER, behind_other=Place.HAIR
        )
    if middle < bodies.hair_depth:
        hair = bodies.hair
        places[Place.LUMEN] = places[Place.LUMEN]._replace(other=hair, other_side=OUTSIDE)
        places[Place.HAIR] = Region(first_part + HAIR, other=hair, other_side=INSIDE)
    if _is_gland_in(top, bottom, wall, bodies.gland, far_radius):
        gland = bodies.gland
        layer = layer._replace(other=gland, other_side=OUTSIDE, behind_other=Place.GLAND)
        places[Place.GLAND] = Region(
            first_part + GLAND, wall, outside, gland, INSIDE, behind_other=Place.LAYER
        )
    for number, (offset, depth, radius) in enumerate(bodies.vessels):
        if top < depth < bottom:
            vessel = SlabVessel(offset, depth, radius * radius)
            layer = layer._replace(vessel=vessel, vessel_side=OUTSIDE)
            medium = bodies.first_vessel + number
            places[Place.VESSEL] = Region(medium, vessel=vessel, vessel_side=INSIDE)
    places[Place.LAYER] = layer
    if np.isfinite(far_radius):
        cylinder = BodySurface(0.0, 0.0, far_radius**2)
        places[Place.LAYER] = _within(layer, cylinder)
        places[Place.FAR] = Region(
            layer.medium, other=cylinder, other_side=OUTSIDE, behind_other=Place.LAYER
        )
    return places


def _within(layer: Region, cylinder: BodySurface) -> Region:
    """Return a region of a layer that ends at a cylinder, which takes a slot that is free."""
    if layer.other_side == ABSENT:
        return layer._replace(other=cylinder, other_side=INSIDE, behind_other=Place.FAR)
    # the gland covers the wall
    return layer._replace(wall=cylinder, wall_side=INSIDE, behind_wall=Place.FAR)


def _is_gland_in(
    top: float, bottom: float, wall: BodySurface, gland: BodySurface, far_radius: float
) -> bool:
    """Return whether a slab has a place for the gland."""
    if not _reaches(gland, top, bottom) or np.isinf(far_radius) or wall.level < 0.0:
        return _reaches(gland, top, bottom)
    middle = 0.5 * (top + bottom)
    return _radius_squared(gland, middle) > _radius_squared(wall, middle)


def _radius_squared(surface: BodySurface, z: float) -> float:
    return surface.level - surface.bulge * (z - surface.centre) ** 2


def _reaches(gland: BodySurface, top: float, bottom: float) -> bool:
    """Return whether the gland reaches into a slab."""
    if gland.level < 0.0:
        return False
    half_height = np.sqrt(gland.level / gland.bulge)
    return bool(gland.centre - half_height < bottom and gland.centre + half_height > top)


def _sides(region: Region) -> tuple[float, ...]:
    return (
        region.wall_side,
        *region.wall,
        region.other_side,
        *region.other,
        region.vessel_side,
        *region.vessel,
    )


def _discs(
    planes: Floats, slabs: Sequence[dict[Place, Region]], bodies: Bodies, far_radius: float
) -> Floats:
    """Return the squared outer radius of each place on the planes of each slab [m2]."""
    discs = np.zeros((len(slabs) + 2, 2, 4))
    discs[:, :, 3] = far_radius**2
    for slab, here in enumerate(slabs, start=1):
        hair = bodies.hair if Place.HAIR in here else NOWHERE
        lumen = here[Place.LUMEN].wall if Place.LUMEN in here else NOWHERE
        gland = bodies.gland if Place.GLAND in here else NOWHERE
        for side, z in enumerate(planes[slab - 1 : slab + 1]):
            if np.isfinite(z):
                reach = [_radius_squared(surface, float(z)) for surface in (hair, lumen, gland)]
                # each disc lies in the next one, or hides it
                discs[slab, side, :3] = np.maximum.accumulate(np.maximum(reach, 0.0))
    return discs
