"""The light field: absorbed energy, reflectance and transmittance per joule, with errors."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from porelight.brief import brief
from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.light._bodies import medium_names
from porelight.light._kernel import Tally
from porelight.light._runs import Kernel, Scene
from porelight.light.averages import Averages
from porelight.light.tally_regions import RegionSum, Share, TallyRegion, averaged_as, summed_regions
from porelight.light.time_gate import LightByTime
from porelight.quantities import Floats
from porelight.tissue.optics import LayeredOptics


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LightField:
    """What became of one joule of light, each share with its standard error over the batches.

    ``by_region.sum() + specular + reflectance + transmittance + lost`` is 1 to rounding (with
    ``time.before`` and ``time.after``, where a time gate is): what is missing from the weights of
    the packets has been absorbed. Cells hold another account of the same energy, what each
    interaction left; `absorbed_twice` compares the two. Energy that was absorbed beyond the edges
    of the grid is in `by_region`, not in `absorbed`.
    """

    grid: Grid
    absorbed: Floats  # (n_z, n_r) energy density per joule delivered [1/m3]
    absorbed_error: Floats  # (n_z, n_r) [1/m3]
    by_region: Floats  # (n_regions,) share absorbed in each region, on the grid or off it
    by_region_error: Floats  # (n_regions,)
    region_names: tuple[str, ...]  # the layers, then the parts of a follicle, then the vessels
    n_layers: int
    specular: float  # share reflected where the beam meets the surface; exact if it is collimated
    specular_error: float
    reflectance: float  # share that came back out of the tissue
    reflectance_error: float
    transmittance: float  # share that left through the bottom
    transmittance_error: float
    lost: float  # share taken by the roulette less what it gave; 0 in the mean
    n_photons: int
    seed: int
    off_grid: float  # share absorbed beyond the edges of the grid
    radial_reflectance: Floats  # (n_r,) reflectance by ring, per area [1/m2]
    radial_reflectance_error: Floats  # (n_r,) [1/m2]
    kernel: Kernel  # the one that ran
    tally_shares: Mapping[str, Share]  # share absorbed in each tally region, such as "pore wall"
    detected: Mapping[str, Share] = field(default_factory=dict)  # share taken in by each detector
    time: LightByTime | None = None  # where a time gate is: what left by then, and when

    __repr__ = brief

    @property
    def by_layer(self) -> Floats:
        """Share absorbed in each layer, without follicle and vessels, shape (n_layers,)."""
        return self.by_region[: self.n_layers]

    @property
    def by_layer_error(self) -> Floats:
        """Standard error of `by_layer`, shape (n_layers,)."""
        return self.by_region_error[: self.n_layers]

    @property
    def balance(self) -> float:
        """Sum of all shares; 1 to rounding."""
        out = self.specular + self.reflectance + self.transmittance + self.lost
        out += 0.0 if self.time is None else self.time.before + self.time.after
        return float(self.by_region.sum() + out)

    @property
    def absorbed_twice(self) -> float:
        """Absorbed energy by cells over that by regions; 1 to 1e-4 even where little is absorbed.

        A kernel whose weights lose weak absorption, or make it too large, is seen here, and not in
        the `balance`: what such weights have lost still closes it. Fields of a sweep have accounts
        that agree in the mean only. 1 where nothing is absorbed by either.
        """
        by_cells = float((self.absorbed * self.grid.volume).sum()) + self.off_grid
        by_regions = float(self.by_region.sum())
        if by_regions == 0.0:
            return 1.0 if by_cells == 0.0 else math.inf
        return by_cells / by_regions


def parts_of(tally: Tally, sums: Mapping[str, RegionSum]) -> dict[str, Floats]:
    """Return the sums of a batch that are averaged: tally, whole reflectance, tally regions.

    The rings of a batch rise and fall together, so the error of their sum is not that of its parts.
    """
    reflectance = np.asarray(tally.reflected.sum())
    parts = tally._asdict()
    if tally.by_time.size == 0:
        del parts["by_time"], parts["after"]
    if tally.before.size == 0:
        del parts["before"]
    if tally.detected.size == 0:
        del parts["detected"]
    else:
        parts["by_detector"] = tally.detected.sum(axis=1)
    return {**parts, "reflectance": reflectance, **summed_regions(tally, sums)}


def field_of(
    averages: Averages, scene: Scene, seed: int, kernel: Kernel, regions: Iterable[TallyRegion]
) -> LightField:
    """Return the light field of a scene from the averages over its tallies."""
    grid, mean, error = scene.grid, averages.mean, averages.standard_error
    absorbed, rings = mean("absorbed"), slice(0, -1)
    on_grid = (rings, rings)
    return LightField(
        grid=grid,
        absorbed=absorbed[on_grid] / grid.volume,
        absorbed_error=error("absorbed")[on_grid] / grid.volume,
        by_region=mean("by_region"),
        by_region_error=error("by_region"),
        region_names=medium_names(scene.optics, scene.follicle, scene.vessels),
        n_layers=scene.optics.n_layers,
        specular=float(mean("specular")[0]),
        specular_error=float(error("specular")[0]),
        reflectance=float(mean("reflectance")),
        reflectance_error=float(error("reflectance")),
        transmittance=float(mean("transmitted")[0]),
        transmittance_error=float(error("transmitted")[0]),
        lost=float(mean("roulette")[0]),
        n_photons=averages.n_photons,
        seed=seed,
        off_grid=float(absorbed[-1, :].sum() + absorbed[:-1, -1].sum()),
        radial_reflectance=mean("reflected")[rings] / grid.ring_area,
        radial_reflectance_error=error("reflected")[rings] / grid.ring_area,
        kernel=kernel,
        tally_shares={one.name: share_of(averages, averaged_as(one.name)) for one in regions},
        detected={
            one.name: share_of(averages, "by_detector", i) for i, one in enumerate(scene.detectors)
        },
        time=None if scene.time_gate is None else LightByTime.of(averages, scene.time_gate),
    )


def share_of(averages: Averages, part: str, index: int = 0) -> Share:
    """Return one number of an averaged part with its standard error."""
    mean, error = averages.mean(part).reshape(-1), averages.standard_error(part).reshape(-1)
    return Share(float(mean[index]), float(error[index]))


def fluence_of(field: LightField, optics: LayeredOptics) -> tuple[Floats, Floats]:
    """Return the fluence in each cell and its standard error, from what was absorbed there.

    Parameters
    ----------
    field : LightField
        Light field of plane layers; inside a pore the absorption is not that of the layer around
        it.
    optics : LayeredOptics
        The layers of that run.

    Returns
    -------
    fluence, standard_error : ndarray of float64, shape (n_z, n_r)
        Fluence and its standard error per joule delivered [1/m2].

    Raises
    ------
    ParameterError
        If a layer on the grid does not absorb, as the fluence follows from what is absorbed.

    Notes
    -----
    A row of cells that a plane cuts gets the mean over both layers, weighted with their absorption.
    """
    edges = field.grid.z_edges
    planes = np.concatenate([[0.0], np.cumsum(optics.thickness)])
    # depth of each row that lies in each layer, (n_z, n_layers)
    lower = np.maximum(edges[:-1, None], planes[:-1])
    shared = np.maximum(np.minimum(edges[1:, None], planes[1:]) - lower, 0.0)
    clear = (shared > 0.0).any(axis=0) & (optics.mu_a == 0.0)
    if clear.any():
        raise ParameterError(
            f"mu_a of layer {int(np.argmax(clear)) + 1} is 0 1/m; the fluence there cannot be told "
            "from what is absorbed. Give it an absorption too small to matter, such as 0.1 1/m."
        )
    mu_a = shared @ optics.mu_a / np.diff(edges)
    if (mu_a == 0.0).any():
        raise ParameterError(
            f"the grid reaches {edges[-1]:g} m deep but the layers end at {planes[-1]:g} m; "
            "there is no fluence below them."
        )
    return field.absorbed / mu_a[:, None], field.absorbed_error / mu_a[:, None]
