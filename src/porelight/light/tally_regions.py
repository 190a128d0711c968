r"""Tally regions: named parts of the skin whose absorbed share is tallied with its error.

Cells of one part rise and fall together from batch to batch, so the error of their sum is not that
of its terms: a part to be known with its error is named before the run, and summed batch by batch.

A cell that the border of a part cuts counts by a share. For a box that is its share of the cell's
volume. For the wall of a pore it is the share of the cell's *absorption*,

.. math:: \frac{\int_{\mathrm{wall}} \mu_a \, dV}{\int_{\mathrm{cell}} \mu_a \, dV} ,

so that air or sebum in the same cell take nothing from the skin beside them; what is left is the
change of the fluence across that one cell.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.light._kernel import Tally
from porelight.light._runs import Scene
from porelight.light.follicle import Follicle
from porelight.quantities import LENGTH, Floats

PORE_WALL = "pore wall"
WALL_THICKNESS = 50e-6  # [m] of skin around the funnel, measured along r
# depths in a cell at which the border of the wall is looked at; along r it is exact
_DEPTHS_IN_CELL = 16

RegionSum: TypeAlias = Callable[[Tally], Floats]


class Share(NamedTuple):
    """A share of the delivered energy and its standard error."""

    mean: float
    standard_error: float

    @property
    def relative_error(self) -> float:
        """Standard error over mean; infinite while nothing was found."""
        return self.standard_error / self.mean if self.mean > 0.0 else np.inf


@dataclass(frozen=True, slots=True)
class Box:
    """A ring-shaped part of the grid.

    Cells that it cuts count by the share of their volume that lies inside.
    """

    name: str
    z: tuple[float, float]  # from and to [m]
    r: tuple[float, float]  # [m]

    def __post_init__(self) -> None:
        """Check the sides."""
        for axis, (low, high) in (("z", self.z), ("r", self.r)):
            LENGTH.require(low, f"{axis} of box {self.name!r}")
            LENGTH.require(high, f"{axis} of box {self.name!r}")
            if not low < high:
                raise ParameterError(
                    f"{axis} of box {self.name!r} goes from {low:g} to {high:g} m; expected the "
                    "smaller end first."
                )

    def region_sum(self, scene: Scene) -> RegionSum:
        """Return the sum of a tally over the box; refuse a scene whose grid ends before it."""
        grid = scene.grid
        if self.z[1] > grid.z_edges[-1] or self.r[1] > grid.r_edges[-1]:
            raise ParameterError(
                f"box {self.name!r} reaches {self.z[1]:g} m deep and {self.r[1]:g} m wide; the "
                f"grid ends at {grid.z_edges[-1]:g} and {grid.r_edges[-1]:g} m."
            )
        z, r_squared = grid.z_edges, grid.r_edges**2
        deep = np.diff(np.clip(z, *self.z)) / np.diff(z)
        across = np.diff(np.clip(r_squared, self.r[0] ** 2, self.r[1] ** 2)) / np.diff(r_squared)
        return _region_sum_of(deep[:, None] * across)


@dataclass(frozen=True, slots=True)
class LayerGroup:
    """Several layers as one tally region, such as those of the dermis."""

    name: str
    layers: tuple[int, ...]  # from 0 at the surface

    def region_sum(self, scene: Scene) -> RegionSum:
        """Return the sum of a tally over the layers; refuse a scene without them."""
        numbers = np.array(self.layers)
        if numbers.size == 0 or numbers.min() < 0 or numbers.max() >= scene.optics.n_layers:
            raise ParameterError(
                f"group {self.name!r} has the layers {list(self.layers)}; expected some of 0 to "
                f"{scene.optics.n_layers - 1}."
            )
        return lambda tally: np.asarray(tally.by_region[numbers].sum())


@dataclass(frozen=True, slots=True)
class PoreWall:
    """The skin around the funnel of the follicle; a gland or vessel within it counts too."""

    name: str = PORE_WALL
    thickness: float = WALL_THICKNESS  # [m]

    def __post_init__(self) -> None:
        """Check the thickness."""
        if LENGTH.require(self.thickness, f"thickness of {self.name!r}") == 0.0:
            raise ParameterError(f"thickness of {self.name!r} is 0 m; expected more.")

    def region_sum(self, scene: Scene) -> RegionSum:
        """Return the sum of a tally over the wall; refuse a scene without one on its grid."""
        follicle = scene.follicle
        if follicle is None:
            raise ParameterError(f"there is no {self.name!r} in this skin; expected a follicle.")
        if not self._is_on(scene.grid, follicle):
            raise ParameterError(
                f"the {self.name!r} reaches {follicle.funnel_depth:g} m deep and "
                f"{follicle.opening_radius + self.thickness:g} m wide; the grid ends at "
                f"{scene.grid.z_edges[-1]:g} and {scene.grid.r_edges[-1]:g} m. Widen the grid."
            )
        return _region_sum_of(wall_shares(scene, follicle, self.thickness))

    def fits(self, scene: Scene) -> bool:
        """Return whether the scene has a follicle whose wall lies on the grid."""
        return scene.follicle is not None and self._is_on(scene.grid, scene.follicle)

    def _is_on(self, grid: Grid, follicle: Follicle) -> bool:
        wide = follicle.opening_radius + self.thickness <= grid.r_edges[-1]
        return bool(wide and follicle.funnel_depth <= grid.z_edges[-1])


TallyRegion: TypeAlias = Box | LayerGroup | PoreWall


def tally_regions_in(scene: Scene, tally_regions: Iterable[TallyRegion]) -> tuple[TallyRegion, ...]:
    """Return the tally regions of a run: the wall of the pore if there is one, then the others."""
    wall = PoreWall()
    return ((wall,) if wall.fits(scene) else ()) + tuple(tally_regions)


def region_sums(scene: Scene, tally_regions: Sequence[TallyRegion]) -> dict[str, RegionSum]:
    """Return the sum over each tally region, by the name under which it is averaged.

    Raises
    ------
    ParameterError
        If one of them is not in the scene or not on its grid.
    """
    return {averaged_as(region.name): region.region_sum(scene) for region in tally_regions}


def averaged_as(name: str) -> str:
    """Return the name of a tally region among all averages, where it differs from every other."""
    return f"watched {name}"


def summed_regions(tally: Tally, sums: Mapping[str, RegionSum]) -> dict[str, Floats]:
    """Return the sums of a tally over every tally region."""
    return {name: region_sum(tally) for name, region_sum in sums.items()}


def wall_shares(scene: Scene, follicle: Follicle, thickness: float) -> Floats:
    """Return how much of the absorption of each cell is that of the skin around the funnel.

    Parameters
    ----------
    scene : Scene
        Layers, grid and mirror.
    follicle : Follicle
        The follicle in it.
    thickness : float
        How far the wall reaches from the funnel, measured along r [m].

    Returns
    -------
    ndarray of float64, shape (n_z, n_r)
        0 to 1, as if the fluence were even across a cell.
    """
    grid = scene.grid
    midway = (np.arange(_DEPTHS_IN_CELL) + 0.5) / _DEPTHS_IN_CELL
    z = grid.z_edges[:-1, None] + np.diff(grid.z_edges)[:, None] * midway
    squared = grid.r_edges**2
    wall = np.where(z < follicle.funnel_depth, follicle.wall_radius(z), math.inf)[:, :, None]
    inner, outer = (np.clip(edge**2, squared[0], squared[-1]) for edge in (wall, wall + thickness))
    absorbs = _absorption_within(scene, follicle, z)
    part = absorbs(np.clip(outer, squared[:-1], squared[1:])) - absorbs(
        np.clip(inner, squared[:-1], squared[1:])
    )
    edges = np.broadcast_to(squared, (*z.shape, squared.size))
    whole = np.diff(absorbs(edges), axis=-1).sum(axis=1)
    share = np.zeros(grid.shape)
    np.divide(part.sum(axis=1), whole, out=share, where=whole > 0.0)
    return share


def _absorption_within(scene: Scene, follicle: Follicle, z: Floats) -> Callable[[Floats], Floats]:
    """Return the integral of mu_a over r^2 from the axis on, at depths of shape (n_z, n).

    Rings from the axis on: hair, what fills funnel or duct, gland, layer, and nothing beyond a
    mirror or below the layers.
    """
    optics, hair, plug, gland = scene.optics, follicle.hair, follicle.plug, follicle.gland
    planes = np.cumsum(optics.thickness)
    layer = np.append(optics.mu_a, 0.0)[np.searchsorted(planes, z, side="right")]
    plug_depth = follicle.funnel_depth if plug is None else plug.depth
    filling = np.where(z < follicle.funnel_depth, follicle.lumen.mu_a, follicle.duct.mu_a)
    if plug is not None:
        filling[(z >= plug_depth) & (z < follicle.funnel_depth)] = plug.medium.mu_a
    lumen = follicle.wall_radius(z) ** 2
    core = np.zeros_like(z) if hair is None else np.where(z < hair.depth, hair.radius**2, 0.0)
    around = lumen
    if gland is not None:
        rise = ((z - gland.depth) / gland.half_height) ** 2
        around = np.maximum(lumen, gland.radius**2 * (1.0 - rise))
    rings = (
        (np.zeros_like(z), core, np.full_like(z, 0.0 if hair is None else hair.medium.mu_a)),
        (core, lumen, filling),
        (lumen, around, np.full_like(z, 0.0 if gland is None else gland.medium.mu_a)),
        (around, np.full_like(z, scene.cell_radius**2), layer),
    )

    def within(r_squared: Floats) -> Floats:
        total = np.zeros(r_squared.shape)
        for start, end, mu_a in rings:
            low, high = start[:, :, None], np.maximum(start, end)[:, :, None]
            total += mu_a[:, :, None] * (np.clip(r_squared, low, high) - low)
        return total

    return within


def _region_sum_of(shares: Floats) -> RegionSum:
    """Return the sum over the cells of a tally, each by its share."""
    rows, rings = (np.flatnonzero(shares.any(axis=axis)) for axis in (1, 0))
    if rows.size == 0:
        return lambda _: np.zeros(())
    cells = slice(rows[0], rows[-1] + 1), slice(rings[0], rings[-1] + 1)
    counted = np.ascontiguousarray(shares[cells])
    return lambda tally: np.asarray((tally.absorbed[:-1, :-1][cells] * counted).sum())
