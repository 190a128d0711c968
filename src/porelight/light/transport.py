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
from collections.abc import Callable, Sequence

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.angles import AngularProfile, GaussianSpread
from porelight.laser.beam import Beam
from porelight.laser.rays import reach
from porelight.light._batches import N_BATCHES, batches
from porelight.light._fit import require_fit
from porelight.light._runs import Kernel, Scene, kernel_for, tracer
from porelight.light.averages import Averages
from porelight.light.boundary import REFRACTING, Boundary
from porelight.light.detectors import Detector
from porelight.light.field import LightField, field_of, parts_of
from porelight.light.follicle import Follicle
from porelight.light.tally_regions import region_sums, tally_regions_in
from porelight.light.time_gate import TimeGate
from porelight.light.vessels import Vessel
from porelight.light.weight_window import WeightWindow
from porelight.quantities import LENGTH, N_PHOTONS, N_THREADS, SEED
from porelight.threads import available_threads, in_order
from porelight.tissue.optics import LayeredOptics

__all__ = ["Kernel", "Scene", "scene_of", "transport"]


def transport(  # noqa: PLR0913  three inputs, then keywords of which all but two have defaults
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
    follicle: Follicle | None = None,
    vessels: Sequence[Vessel] = (),
    weight_window: WeightWindow | None = None,
    boundary: Boundary = REFRACTING,
    time_gate: TimeGate | None = None,
    detectors: Sequence[Detector] = (),
    source_depth: float | None = None,
) -> LightField:
    """Absorbed energy, reflectance and transmittance of skin under a beam, per joule delivered.

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
        Seed of the random numbers: the same seed gives the same bits on any number of threads.
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
    follicle : Follicle, optional
        A pore on the axis, with its own surfaces and optics; see `porelight.light.follicle`. The
        share absorbed in its wall is `tally_shares["pore wall"]` of the field.
    vessels : sequence of Vessel
        Straight vessels along y, each within one layer and at a depth of its own.
    weight_window : WeightWindow, optional
        Follow more and lighter packets near the mouth of the pore. The means stay; errors fall
        there and rise elsewhere. The reference kernel ignores it.
    boundary : Boundary
        What the upper and the lower face of the layers do with light from inside; they refract
        unless it says otherwise.
    time_gate : TimeGate, optional
        Follow light until a time, and tally what leaves by its time (`LightField.time`); time
        begins where light meets the skin, or at a source inside it.
    detectors : sequence of Detector
        Discs whose shares of the light are wanted (`LightField.detected`), by time too.
    source_depth : float, optional
        Depth of a source inside the layers [m]: the beam starts there, at its diameter and in its
        directions, and nothing is reflected at the surface before. Isotropic light goes to all
        sides then, up as well as down; a source in a plane lies below it. Left out: the beam falls
        onto the skin.

    Returns
    -------
    LightField
        Means per joule delivered with their standard errors.

    Raises
    ------
    ParameterError
        If a number is out of range, the beam is wider than the cell, an infinite layer does not
        absorb, follicle or vessels do not fit, or there is no such kernel.

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
    n_photons, seed, n_threads = required_run(n_photons, seed, n_threads)
    scene = scene_of(
        optics,
        beam,
        grid,
        cell_radius=cell_radius,
        follicle=follicle,
        vessels=vessels,
        weight_window=weight_window,
        boundary=boundary,
        time_gate=time_gate,
        detectors=detectors,
        source_depth=source_depth,
    )
    running = kernel_for(scene, kernel)
    trace = tracer(scene, running)
    regions = tally_regions_in(scene, ())
    sums, averages = region_sums(scene, regions), Averages()
    for batch, tally in in_order(trace, batches(n_photons, seed), n_threads or available_threads()):
        averages = averages.plus(parts_of(tally, sums), batch.n_photons)
        if progress is not None:
            progress(averages.n_photons)
    return field_of(averages, scene, seed, running, regions)


def scene_of(  # noqa: PLR0913  as many as a scene has parts
    optics: LayeredOptics,
    beam: Beam,
    grid: Grid,
    *,
    cell_radius: float = math.inf,
    follicle: Follicle | None = None,
    vessels: Sequence[Vessel] = (),
    weight_window: WeightWindow | None = None,
    boundary: Boundary = REFRACTING,
    time_gate: TimeGate | None = None,
    detectors: Sequence[Detector] = (),
    source_depth: float | None = None,
) -> Scene:
    """Return the checked input of a run; see `transport`."""
    _require_cell(cell_radius, beam)
    _require_end(optics)
    require_fit(optics, cell_radius, follicle, vessels)
    if boundary.top == "absorbing" and follicle is not None:
        raise ParameterError(
            "the top is 'absorbing' and there is a pore, in which the index is another; expected "
            "a refracting top, or no follicle."
        )
    around = optics if boundary == REFRACTING else boundary.around(optics)
    inside = follicle, tuple(vessels), weight_window
    if detectors and not math.isinf(cell_radius):
        raise ParameterError(
            "there are detectors and a cell_radius; a cell stands for a field of equal cells, in "
            "which a detector has no place. Leave out one of them."
        )
    _require_source(source_depth, beam, around, inside)
    return Scene(
        around,
        beam,
        grid,
        cell_radius,
        *inside,
        boundary,
        time_gate,
        tuple(detectors),
        source_depth,
    )


def required_run(n_photons: int, seed: int, n_threads: int) -> tuple[int, int, int]:
    """Return size, seed and threads of a run as whole numbers.

    Raises
    ------
    ParameterError
        If one is no whole number or out of range.
    """
    n = N_PHOTONS.require(n_photons)
    if n < N_BATCHES:
        raise ParameterError(
            f"n_photons is {n}; expected at least {N_BATCHES}, one for each batch. About 100 000 "
            "give reflectance to 0.2 %."
        )
    return n, SEED.require(seed), N_THREADS.require(n_threads)


def _require_cell(cell_radius: float, beam: Beam) -> None:
    if cell_radius == math.inf:
        return
    if LENGTH.require(cell_radius, "cell_radius") == 0.0:
        raise ParameterError("cell_radius is 0 m; expected more, or math.inf for no cell.")
    rim = reach(beam)
    if rim > cell_radius:
        raise ParameterError(
            f"the beam reaches {rim:.6g} m from the axis but cell_radius is {cell_radius:.6g} m; "
            "light in a cell starts inside it. A wide beam over a field of cells is a flat-top "
            f"beam of {2.0 * cell_radius:.6g} m diameter here."
        )


def _require_source(
    depth: float | None,
    beam: Beam,
    optics: LayeredOptics,
    inside: tuple[Follicle | None, Sequence[Vessel], WeightWindow | None],
) -> None:
    """Refuse a source inside the layers that is not, and directions that need one."""
    if depth is None:
        if isinstance(beam.spreading, GaussianSpread):
            raise ParameterError(
                "the light of a Gaussian spread goes to all sides; expected a source inside the "
                "layers with it (source_depth, or beam.depth_mm of a case)."
            )
        if isinstance(beam.spreading, AngularProfile) and beam.spreading.widest > 0.5 * math.pi:
            raise ParameterError(
                f"the table of launch angles goes to {math.degrees(beam.spreading.widest):g} "
                "degrees; expected at most 90 for light that falls onto the skin. A source inside "
                "the layers (source_depth, or beam.depth_mm of a case) may send light up."
            )
        return
    bottom = float(optics.thickness.sum())
    if not 0.0 <= LENGTH.require(depth, "source_depth") < bottom:
        raise ParameterError(
            f"source_depth is {depth:g} m; expected 0 m to less than the depth of the layers, "
            f"{bottom:g} m."
        )
    follicle, vessels, window = inside
    if follicle is not None or window is not None:
        raise ParameterError(
            "there is a source inside the layers and a follicle or a weight window; these are for "
            "light that falls onto the skin. Leave out one of them."
        )
    up = beam.spreading == "isotropic" or isinstance(beam.spreading, GaussianSpread)
    if isinstance(beam.spreading, AngularProfile):
        up = beam.spreading.widest > 0.5 * math.pi
    if up and beam.stand_off != 0.0:
        raise ParameterError(
            f"stand_off is {beam.stand_off:g} m for a source whose light goes to all sides; "
            "expected 0: its diameter holds where it lies."
        )
    for number, vessel in enumerate(vessels, start=1):
        if abs(depth - vessel.depth) <= vessel.radius:
            raise ParameterError(
                f"source_depth is {depth:g} m, at which vessel {number} lies; expected a source "
                "above or below the vessels."
            )


def _require_end(optics: LayeredOptics) -> None:
    if math.isinf(optics.thickness[-1]) and optics.mu_a[-1] == 0.0:
        raise ParameterError(
            "the last layer is infinitely thick and mu_a there is 0 1/m; light would wander in it "
            "for ever. Give it an absorption, or a thickness (and index_below behind it)."
        )
