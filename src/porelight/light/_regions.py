"""Space cut into regions, so that a packet has few surfaces beside it to look at.

Planes at every depth where something begins or ends cut space into slabs. Within a slab the wall of
the lumen is one surface (a cone or a cylinder), and four places follow one another from the axis
out: hair, lumen, gland, layer. A region is such a place in a slab: it is bounded by two planes, by
the `wall` of the lumen, and by one `other` surface of revolution, that of the hair or of the gland;
around a vessel, by that too. Slabs across which nothing changes for a region are one region again,
so that planes inside the follicle do not disturb the light outside of it.

On a plane the places of the next slab are discs within one another: the radius alone tells where a
packet arrives. Space above all slabs counts as slab 0, space below as the last one.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from porelight.light._bodies import DUCT, GLAND, HAIR, LUMEN, NOWHERE, PLUG, Bodies, Surface
from porelight.quantities import Floats

Whole = NDArray[np.int64]

# the packet is on the outer side of a surface, on its inner side, or there is no such surface
OUTSIDE, INSIDE, ABSENT = 1.0, -1.0, 0.0


class Place(IntEnum):
    """Where a region lies in its slab."""

    HAIR = 0
    LUMEN = 1
    GLAND = 2
    LAYER = 3
    VESSEL = 4


class Vein(NamedTuple):
    """The vessel of a slab: x and z of its axis [m], its squared radius [m2]."""

    offset: float
    depth: float
    level: float


_NO_VEIN = Vein(0.0, 0.0, -1.0)


class Region(NamedTuple):
    """One place in a slab: what fills it and what bounds it sideways."""

    medium: int
    wall: Surface = NOWHERE
    wall_side: float = ABSENT
    other: Surface = NOWHERE
    other_side: float = ABSENT
    vein: Vein = _NO_VEIN
    vein_side: float = ABSENT


class Regions(NamedTuple):
    """All regions and how they join; above all is region n_regions, below all n_regions + 1."""

    medium: Whole  # (n_regions + 2,)
    place: Whole  # (n_regions,)
    first_slab: Whole  # (n_regions,)
    last_slab: Whole  # (n_regions,)
    planes: Floats  # (n_regions, 2) top and bottom [m]
    sides: Floats  # (n_regions, 12) of wall, other and vein: the side, then the surface
    slab_top: Floats  # (n_slabs + 2,) [m]
    discs: Floats  # (n_slabs + 2, 2, 3) squared radii of the places at top and bottom [m2]
    at: Whole  # (n_slabs + 2, 5) region of each place of a slab; -1 where there is none

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return self.place.size


def regions_of(bodies: Bodies) -> Regions:
    """Return the regions of layers, follicle and vessels."""
    planes = _slab_planes(bodies)
    n_slabs = planes.size - 1
    at = np.full((n_slabs + 2, len(Place)), -1)
    found: list[tuple[Place, Region]] = []
    first_slab: list[int] = []
    last_slab: list[int] = []
    above: dict[Place, Region] = {}
    for slab in range(1, n_slabs + 1):
        here = _places(float(planes[slab - 1]), float(planes[slab]), bodies)
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
        first_slab=first,
        last_slab=last,
        planes=np.stack([planes[first - 1], planes[last]], axis=1),
        sides=np.array([_sides(region) for _, region in found]),
        slab_top=np.concatenate([[-np.inf], planes]),
        discs=_discs(planes, bodies),
        at=at,
    )


def _slab_planes(bodies: Bodies) -> Floats:
    """Return the depths that cut space into slabs [m]."""
    ends = [bodies.plug_depth, bodies.funnel_depth, bodies.duct_depth, bodies.hair_depth]
    # a plane between two vessels, one below the other, gives each a slab of its own
    order = np.argsort(bodies.vessels[:, 1])
    depth, radius = bodies.vessels[order, 1], bodies.vessels[order, 2]
    between = 0.5 * ((depth + radius)[:-1] + (depth - radius)[1:])
    return np.unique(np.concatenate([bodies.planes, ends, between]))


def _middle(top: float, bottom: float) -> float:
    """Return a depth within a slab, which may be infinitely thick."""
    return 0.5 * (top + bottom) if np.isfinite(bottom) else 2.0 * top + 1.0


def _wall(z: float, bodies: Bodies) -> Surface:
    """Return the wall of the lumen at a depth."""
    if z < bodies.funnel_depth:
        return bodies.funnel
    return bodies.duct if z < bodies.duct_depth else NOWHERE


def _places(top: float, bottom: float, bodies: Bodies) -> dict[Place, Region]:
    """Return what there is in the slab between two planes."""
    middle = _middle(top, bottom)
    wall, first_part = _wall(middle, bodies), bodies.first_part
    outside = OUTSIDE if wall.level >= 0.0 else ABSENT
    layer = int(np.searchsorted(bodies.planes, middle, side="right")) - 1
    places = {Place.LAYER: Region(layer, wall, outside)}
    if outside:
        part = DUCT
        if middle < bodies.funnel_depth:
            part = LUMEN if middle < bodies.plug_depth else PLUG
        places[Place.LUMEN] = Region(first_part + part, wall, INSIDE)
    if middle < bodies.hair_depth:
        hair = bodies.hair
        places[Place.LUMEN] = places[Place.LUMEN]._replace(other=hair, other_side=OUTSIDE)
        places[Place.HAIR] = Region(first_part + HAIR, other=hair, other_side=INSIDE)
    if _reaches(bodies.gland, top, bottom):
        gland = bodies.gland
        places[Place.LAYER] = places[Place.LAYER]._replace(other=gland, other_side=OUTSIDE)
        places[Place.GLAND] = Region(first_part + GLAND, wall, outside, gland, INSIDE)
    for number, (offset, depth, radius) in enumerate(bodies.vessels):
        if top < depth < bottom:
            vein = Vein(offset, depth, radius * radius)
            places[Place.LAYER] = places[Place.LAYER]._replace(vein=vein, vein_side=OUTSIDE)
            medium = bodies.first_vessel + number
            places[Place.VESSEL] = Region(medium, vein=vein, vein_side=INSIDE)
    return places


def _reaches(gland: Surface, top: float, bottom: float) -> bool:
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
        region.vein_side,
        *region.vein,
    )


def _discs(planes: Floats, bodies: Bodies) -> Floats:
    """Return how far hair, lumen and gland reach on the planes of each slab, squared [m2]."""
    n_slabs = planes.size - 1
    discs = np.zeros((n_slabs + 2, 2, 3))
    for slab in range(1, n_slabs + 1):
        middle = _middle(float(planes[slab - 1]), float(planes[slab]))
        hair = bodies.hair if middle < bodies.hair_depth else NOWHERE
        around = (hair, _wall(middle, bodies), bodies.gland)
        for side in (0, 1):
            z = planes[slab - 1 + side]
            if np.isfinite(z):
                reach = [s.level - s.bulge * (z - s.centre) ** 2 for s in around]
                # each disc lies in the next one, or hides it
                discs[slab, side] = np.maximum.accumulate(np.maximum(reach, 0.0))
    return discs
