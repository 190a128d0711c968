r"""Light in layered skin: absorbed energy per joule, by Monte Carlo.

Photon packets are followed through planar layers with refraction at every interface
(:mod:`porelight.light._kernel` says how, :mod:`porelight.light._simd` how fast). What they leave
behind is tallied on an (r, z) grid that may be graded. With :math:`w` the weight absorbed in a cell
of volume :math:`V` out of :math:`N` packets of weight 1, the absorbed energy density per joule
delivered is :math:`w / (N V)`.

References
----------
.. [1] L. Wang, S. L. Jacques, L. Zheng, "MCML: Monte Carlo modeling of light transport in
   multi-layered tissues," Comput. Methods Programs Biomed. 47, 131-146 (1995).
   doi:10.1016/0169-2607(95)01640-F
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import numpy as np

from porelight.errors import ParameterError, did_you_mean
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light._batches import N_BATCHES, Average, available_threads, batches, in_order
from porelight.light._kernel import Tally
from porelight.light._runs import (
    Kernel,
    Scene,
    kernel_for,
    specular_reflectance,
    stack_of,
    tracer,
)
from porelight.quantities import LENGTH, Floats
from porelight.tissue.optics import LayeredOptics

# the largest number below 1, where a beam's quantile function gives its rim
_LAST_QUANTILE = float(np.nextafter(1.0, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class LightField:
    """Where one joule of light went, each with its standard error over the batches.

    ``by_layer.sum() + specular + reflectance + transmittance + lost`` is 1 to rounding. Energy that
    was absorbed beyond the edges of the grid is in `by_layer`, not in `absorbed`.
    """

    grid: Grid
    absorbed: Floats  # (n_z, n_r) energy density per joule delivered [1/m3]
    absorbed_error: Floats  # (n_z, n_r) [1/m3]
    by_layer: Floats  # (n_layers,) share absorbed in each layer, on the grid or off it
    by_layer_error: Floats  # (n_layers,)
    specular: float  # share reflected where the beam meets the surface; exact
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

    @property
    def balance(self) -> float:
        """Sum of all shares; 1 to rounding."""
        out = self.specular + self.reflectance + self.transmittance + self.lost
        return float(self.by_layer.sum() + out)


def transport(  # noqa: PLR0913  the three nouns, then keywords of which all but two have defaults
    optics: LayeredOptics,
    beam: Beam,
    grid: Grid,
    *,
    n_photons: int,
    seed: int,
    n_threads: int = 0,
    cell_radius: float = math.inf,
    progress: Callable[[int], None] | None = None,
    kernel: Kernel = "fast",
) -> LightField:
    """Absorbed energy, reflectance and transmittance of layers under a beam, per joule delivered.

    Parameters
    ----------
    optics : LayeredOptics
        Layers from the surface down; the last may be infinitely thick if it absorbs.
    beam : Beam
        Enters at normal incidence, centred on the axis.
    grid : Grid
        Cells of the tally. Layers may end inside a cell and reach beyond the grid.
    n_photons : int
        Packets to follow; at least one for each of the 32 batches.
    seed : int
        Starts the random numbers: the same seed gives the same bits on any number of threads.
    n_threads : int
        Batches traced at the same time; 0 takes every core this process may use.
    cell_radius : float
        Radius of a mirror around the axis [m], for a field of equal cells under a beam that is wide
        against them; give it a flat-top beam of twice this radius. Infinite: no mirror.
    progress : callable, optional
        Called with the number of photons finished, after each batch. An error that it raises stops
        the run and is passed on.
    kernel : {"fast", "reference"}
        The SIMD kernel in float32 with float64 sums, or the plain one in double precision. Where
        the fast one cannot run (see Notes) the plain one does; the field says which did.

    Returns
    -------
    LightField
        Means per joule delivered with their standard errors.

    Raises
    ------
    ParameterError
        If a number is out of range, the beam is wider than the cell, an infinite layer does not
        absorb, or there is no such kernel.

    Notes
    -----
    Radii of launch are stratified within a batch: photon i of n starts at a quantile of the beam
    between i / n and (i + 1) / n. Batches stay independent, so their scatter gives the standard
    error. Coherence, polarisation and fluorescence are left out.

    The fast kernel is not used where float32 positions are too coarse (a free path below a
    thousandth of the depth's last digit, a cell below ten of them) or Numba is switched off. The
    same bits come back on any number of threads, not on any kind of processor.

    References
    ----------
    L. Wang, S. L. Jacques, L. Zheng, "MCML," Comput. Methods Programs Biomed. 47, 131-146 (1995).
    """
    _require_run(n_photons, seed, n_threads)
    _require_cell(cell_radius, beam)
    _require_end(optics)
    if kernel not in get_args(Kernel):
        raise ParameterError(f"no kernel named {kernel!r}{did_you_mean(kernel, get_args(Kernel))}.")
    scene = Scene(stack_of(optics), beam, grid, cell_radius)
    running = kernel_for(scene, kernel)
    trace = tracer(scene, running)
    averages = _Averages()
    done = 0
    for batch, tally in in_order(trace, batches(n_photons, seed), n_threads or available_threads()):
        averages.add(tally, batch.n_photons)
        done += batch.n_photons
        if progress is not None:
            progress(done)
    return averages.field(scene, n_photons, seed, running)


class _Averages:
    """The averages of a run, one for each part of the tally."""

    def __init__(self) -> None:
        self.absorbed = Average()
        self.by_layer = Average()
        self.by_ring = Average()
        self.reflected = Average()
        self.transmitted = Average()
        self.roulette = Average()
        self.off_grid = Average()

    def add(self, tally: Tally, n_photons: int) -> None:
        on_grid = tally.absorbed[:-1, :-1]
        beyond = tally.absorbed[-1, :].sum() + tally.absorbed[:-1, -1].sum()
        self.absorbed.add(on_grid, n_photons)
        self.by_layer.add(tally.by_layer, n_photons)
        self.by_ring.add(tally.reflected[:-1], n_photons)
        self.reflected.add(tally.reflected.sum(), n_photons)
        self.transmitted.add(tally.transmitted[0], n_photons)
        self.roulette.add(tally.roulette[0], n_photons)
        self.off_grid.add(beyond, n_photons)

    def field(self, scene: Scene, n_photons: int, seed: int, kernel: Kernel) -> LightField:
        grid = scene.grid
        return LightField(
            grid=grid,
            absorbed=self.absorbed.mean / grid.volume,
            absorbed_error=self.absorbed.standard_error / grid.volume,
            by_layer=self.by_layer.mean,
            by_layer_error=self.by_layer.standard_error,
            specular=specular_reflectance(scene.stack),
            reflectance=float(self.reflected.mean),
            reflectance_error=float(self.reflected.standard_error),
            transmittance=float(self.transmitted.mean),
            transmittance_error=float(self.transmitted.standard_error),
            lost=float(self.roulette.mean),
            n_photons=n_photons,
            seed=seed,
            off_grid=float(self.off_grid.mean),
            radial_reflectance=self.by_ring.mean / grid.ring_area,
            radial_reflectance_error=self.by_ring.standard_error / grid.ring_area,
            kernel=kernel,
        )


def _require_run(n_photons: int, seed: int, n_threads: int) -> None:
    if n_photons < N_BATCHES:
        raise ParameterError(
            f"n_photons is {n_photons}; expected at least {N_BATCHES}, one for each batch. "
            "About 100 000 give reflectance to 0.2 %."
        )
    if seed < 0:
        raise ParameterError(f"seed is {seed}; expected a whole number, 0 or larger.")
    if n_threads < 0:
        raise ParameterError(
            f"n_threads is {n_threads}; expected 1 or more, or 0 for every core there is."
        )


def _require_cell(cell_radius: float, beam: Beam) -> None:
    if cell_radius == math.inf:
        return
    if LENGTH.require(cell_radius, "cell_radius") == 0.0:
        raise ParameterError("cell_radius is 0 m; expected more, or math.inf for no cell.")
    rim = float(beam.radius_of(np.array([_LAST_QUANTILE]))[0])
    if rim > cell_radius:
        raise ParameterError(
            f"the beam reaches {rim:.6g} m from the axis but cell_radius is {cell_radius:.6g} m; "
            "light in a cell starts inside it. A wide beam over a field of cells is a flat-top "
            f"beam of {2.0 * cell_radius:.6g} m diameter here."
        )


def _require_end(optics: LayeredOptics) -> None:
    if math.isinf(optics.thickness[-1]) and optics.mu_a[-1] == 0.0:
        raise ParameterError(
            "the last layer is infinitely thick and mu_a there is 0 1/m; light would wander in it "
            "for ever. Give it an absorption, or a thickness (and index_below behind it)."
        )
