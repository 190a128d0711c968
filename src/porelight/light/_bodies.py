"""Geometry of layers, follicle and vessels, and their optics, as the kernels use them.

Every surface of a follicle is a surface of revolution of one form,

    r^2 + bulge (z - centre)^2 = level,

a cylinder (bulge 0), a cone with its tip at `centre` (bulge below 0, level 0) or a spheroid. Inside
is where the left side is smaller. A medium is a number: the layers from the top down, then the
parts of a follicle, then the vessels; above and below all of them are two more.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from porelight._jit import jit_inlined
from porelight.light.follicle import Follicle, Medium
from porelight.light.vessels import Vessel
from porelight.quantities import Floats
from porelight.tissue.optics import LayeredOptics

# a layer that does not scatter, and is thinner than this many absorption lengths, absorbs along the
# way of each packet: few would interact in it
_THIN = 1.0
# parts of a follicle, counted from its first medium on
LUMEN, PLUG, DUCT, GLAND, HAIR = range(5)
PART_NAMES = ("lumen", "plug", "duct", "gland", "hair")


class BodySurface(NamedTuple):
    """A surface of revolution about the axis."""

    bulge: float
    centre: float  # [m]
    level: float  # [m2]


NOWHERE = BodySurface(0.0, 0.0, -1.0)


class Bodies(NamedTuple):
    """Shapes of layers, follicle and vessels; without a follicle its depths are 0."""

    planes: Floats  # (n_layers + 1,) of the layers, from 0 down; the last may be inf [m]
    n_media: int
    first_part: int  # medium of the first part of the follicle
    first_vessel: int
    funnel: BodySurface
    funnel_depth: float
    plug_depth: float  # as deep as the funnel: no plug
    duct: BodySurface
    duct_depth: float
    gland: BodySurface
    hair: BodySurface
    hair_depth: float
    vessels: Floats  # (n_vessels, 3): x and z of the axis, radius [m]


class Media(NamedTuple):
    """Optical properties of each medium, as the kernels use them."""

    mean_free_path: Floats  # (n_media,) [m]; inf where light neither scatters nor is absorbed
    absorbed_share: Floats  # (n_media,) share of the weight that an interaction absorbs
    anisotropy: Floats  # (n_media,) 0 where a table says how light is scattered
    refractive_index: Floats  # (n_media + 2,) each medium, above, below
    clear: Floats  # (n_media,) mu_a [1/m] where that acts along the way, between surfaces; else 0

    @property
    def by_interactions(self) -> "Media":
        """The same, with absorption by interactions in every medium."""
        along = self.clear > 0.0
        mean_free_path, share = self.mean_free_path.copy(), self.absorbed_share.copy()
        mean_free_path[along], share[along] = 1.0 / self.clear[along], 1.0
        return self._replace(
            mean_free_path=mean_free_path, absorbed_share=share, clear=np.zeros_like(self.clear)
        )


def funnel_surface(follicle: Follicle) -> BodySurface:
    """Return the cone of the funnel, or the cylinder that it is if it does not taper."""
    narrowing = follicle.opening_radius - follicle.duct_radius
    if narrowing == 0.0:
        return BodySurface(0.0, 0.0, follicle.opening_radius**2)
    tip = follicle.funnel_depth * follicle.opening_radius / narrowing
    return BodySurface(-((narrowing / follicle.funnel_depth) ** 2), tip, 0.0)


def bodies_of(
    optics: LayeredOptics, follicle: Follicle | None, vessels: Sequence[Vessel]
) -> Bodies:
    """Return the numbers of layers, follicle and vessels."""
    n_layers = optics.n_layers
    first_vessel = n_layers + (0 if follicle is None else len(PART_NAMES))
    axes = [(vessel.offset, vessel.depth, vessel.radius) for vessel in vessels]
    around = Bodies(
        planes=np.concatenate([[0.0], np.cumsum(optics.thickness)]),
        n_media=first_vessel + len(vessels),
        first_part=n_layers,
        first_vessel=first_vessel,
        funnel=NOWHERE,
        funnel_depth=0.0,
        plug_depth=0.0,
        duct=NOWHERE,
        duct_depth=0.0,
        gland=NOWHERE,
        hair=NOWHERE,
        hair_depth=0.0,
        vessels=np.array(axes, dtype=np.float64).reshape(-1, 3),
    )
    if follicle is None:
        return around
    gland, hair, plug = follicle.gland, follicle.hair, follicle.plug
    return around._replace(
        funnel=funnel_surface(follicle),
        funnel_depth=follicle.funnel_depth,
        plug_depth=follicle.funnel_depth if plug is None else plug.depth,
        duct=BodySurface(0.0, 0.0, follicle.duct_radius**2),
        duct_depth=follicle.duct_depth,
        gland=NOWHERE
        if gland is None
        else BodySurface((gland.radius / gland.half_height) ** 2, gland.depth, gland.radius**2),
        hair=NOWHERE if hair is None else BodySurface(0.0, 0.0, hair.radius**2),
        hair_depth=0.0 if hair is None else hair.depth,
    )


def _parts(follicle: Follicle) -> tuple[Medium, ...]:
    """Return the media of lumen, plug, duct, gland and hair; the lumen's for absent parts."""
    lumen, plug, gland, hair = follicle.lumen, follicle.plug, follicle.gland, follicle.hair
    return (
        lumen,
        plug.medium if plug else lumen,
        follicle.duct,
        gland.medium if gland else lumen,
        hair.medium if hair else lumen,
    )


def media_of(optics: LayeredOptics, follicle: Follicle | None, vessels: Sequence[Vessel]) -> Media:
    """Return the optics of all media."""
    parts = [] if follicle is None else list(_parts(follicle))
    parts.extend(vessel.medium for vessel in vessels)
    mu_a = np.concatenate([optics.mu_a, [part.mu_a for part in parts]])
    mu_s = np.concatenate([optics.mu_s, [part.mu_s for part in parts]])
    extinction = mu_a + mu_s
    interacts = extinction > 0.0
    clear = np.zeros_like(extinction)
    thin = optics.mu_a * optics.thickness < _THIN
    clear[: optics.n_layers] = np.where((optics.mu_s == 0.0) & thin, optics.mu_a, 0.0)
    interacts &= clear == 0.0
    by_table = [one is not None for one in optics.phase] or [False] * optics.n_layers
    anisotropy = np.where(by_table, 0.0, optics.anisotropy)
    path, share = np.full_like(extinction, math.inf), np.zeros_like(extinction)
    return Media(
        mean_free_path=np.divide(1.0, extinction, out=path, where=interacts),
        absorbed_share=np.divide(mu_a, extinction, out=share, where=interacts),
        anisotropy=np.concatenate([anisotropy, [part.anisotropy for part in parts]]),
        refractive_index=np.concatenate(
            [
                optics.refractive_index,
                [part.refractive_index for part in parts],
                [optics.index_above, optics.index_below],
            ]
        ),
        clear=clear,
    )


def medium_names(
    optics: LayeredOptics, follicle: Follicle | None, vessels: Sequence[Vessel]
) -> tuple[str, ...]:
    """Return a name for every medium."""
    layers = [f"layer {number}" for number in range(1, optics.n_layers + 1)]
    parts = [] if follicle is None else list(PART_NAMES)
    return (*layers, *parts, *(f"vessel {number}" for number in range(1, len(vessels) + 1)))


@jit_inlined
def is_inside(radius_squared: float, z: float, surface: BodySurface) -> bool:
    """Return whether a point lies inside a surface of revolution."""
    off = z - surface.centre
    return radius_squared + surface.bulge * off * off < surface.level


@jit_inlined
def part_at(radius_squared: float, z: float, bodies: Bodies) -> int:
    """Return the part of the follicle in which a point lies; -1 if in none."""
    if z < bodies.hair_depth and is_inside(radius_squared, z, bodies.hair):
        return HAIR
    if z < bodies.funnel_depth and is_inside(radius_squared, z, bodies.funnel):
        return LUMEN if z < bodies.plug_depth else PLUG
    if bodies.funnel_depth <= z < bodies.duct_depth and is_inside(radius_squared, z, bodies.duct):
        return DUCT
    return GLAND if is_inside(radius_squared, z, bodies.gland) else -1


@jit_inlined
def medium_at(x: float, y: float, z: float, bodies: Bodies) -> int:
    """Return the medium of a point: hair in lumen in gland or vessel in layer."""
    if z < 0.0:
        return bodies.n_media
    if z >= bodies.planes[-1]:
        return bodies.n_media + 1
    part = part_at(x * x + y * y, z, bodies)
    if part >= 0:
        return bodies.first_part + part
    for number in range(bodies.vessels.shape[0]):
        off_x, off_z = x - bodies.vessels[number, 0], z - bodies.vessels[number, 1]
        if off_x * off_x + off_z * off_z < bodies.vessels[number, 2] ** 2:
            return bodies.first_vessel + number
    layer = 0
    while z >= bodies.planes[layer + 1]:
        layer += 1
    return layer
