r"""Light in media that differ in absorption alone, from one run of photons.

The colour of skin is absorption: melanin in the epidermis, blood in the dermis. Scattering decides
where photons go. So one walk, made with the least absorption of all, serves every *tone*; each
carries its own weight (:mod:`porelight.light._absorption_reweighting` says how). Every field is
exact: its mean is that of a run of its own, and its standard error is reported. Fields of one
sweep share their photons, so what differs between them is known far better than each by itself.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light._absorption_reweighting import (
    N_TONES,
    ToneBatchState,
    Tones,
    ToneTally,
    aligned_zeros,
    trace_tones,
)
from porelight.light._batches import Batch, batches
from porelight.light._bodies import Media, bodies_of
from porelight.light._kernel import Tally
from porelight.light._lanes import WIDTH, empty_lanes
from porelight.light._random import stream
from porelight.light._regions import Regions, regions_of
from porelight.light._runs import Scene, fast_scene, kernel_for, launch_in
from porelight.light.averages import Averages
from porelight.light.boundary import REFRACTING, Boundary
from porelight.light.field import LightField, field_of, parts_of
from porelight.light.follicle import Follicle
from porelight.light.tally_regions import TallyRegion, region_sums, tally_regions_in
from porelight.light.transport import required_run, scene_of
from porelight.light.vessels import Vessel
from porelight.quantities import Floats
from porelight.threads import available_threads, in_order
from porelight.tissue.optics import LayeredOptics


def sweep(  # noqa: PLR0913  as many as `transport`, whose keywords these are
    tones: Sequence[LayeredOptics],
    beam: Beam,
    grid: Grid,
    *,
    n_photons: int,
    seed: int,
    n_threads: int = 0,
    cell_radius: float = math.inf,
    progress: Callable[[int], None] | None = None,
    follicle: Follicle | None = None,
    vessels: Sequence[Vessel] = (),
    tally_regions: Iterable[TallyRegion] = (),
    boundary: Boundary = REFRACTING,
    source_depth: float | None = None,
) -> list[LightField]:
    """Light fields of layers that differ in absorption alone, from one run.

    Parameters
    ----------
    tones : sequence of LayeredOptics
        1 to 8 of them, equal in all but `mu_a`.
    beam, grid, n_photons, seed, n_threads, cell_radius, progress, follicle, vessels
        As for `transport`; follicle and vessels are the same for all tones.
    tally_regions : iterable of Box, LayerGroup or PoreWall
        Parts of the skin whose absorbed share is tallied with its error; the wall of a pore is
        always among them.
    boundary : Boundary
        The faces of the layers, as for `transport`.
    source_depth : float, optional
        Depth of a source inside the layers, as for `transport`.

    Returns
    -------
    list of LightField
        One for each tone, in their order. `absorbed` is the estimate of each interaction,
        `by_region` what the weights lost; both are exact in the mean, and energy closes with the
        second.

    Raises
    ------
    ParameterError
        If there are too many, they differ in more than absorption, or the fast kernel cannot run
        them.

    References
    ----------
    C. K. Hayakawa et al., "Perturbation Monte Carlo methods to solve inverse photon migration
    problems in heterogeneous tissues," Opt. Lett. 26, 1335-1337 (2001). doi:10.1364/OL.26.001335
    """
    n_photons, seed, n_threads = required_run(n_photons, seed, n_threads)
    _require_alike(tones)
    mu_a = np.stack([optics.mu_a for optics in tones])
    first = tones[0]
    unseen = (first.mu_s == 0.0) & (mu_a.min(axis=0) == 0.0) & (mu_a.max(axis=0) > 0.0)
    if unseen.any():
        raise ParameterError(
            f"layer {int(np.argmax(unseen)) + 1} does not scatter and absorbs in some tones only; "
            "photons of the least tone leave nothing there. Give it an absorption in every tone."
        )
    least = replace(first, mu_a=mu_a.min(axis=0))
    scene, *scenes = (
        scene_of(
            optics,
            beam,
            grid,
            cell_radius=cell_radius,
            follicle=follicle,
            vessels=vessels,
            boundary=boundary,
            source_depth=source_depth,
        )
        for optics in (least, *tones)
    )
    require_fast(scene, "Run the tones one by one.")
    trace = tone_tracer(scene, mu_a)
    regions = tally_regions_in(scene, tally_regions)
    sums = [region_sums(toned, regions) for toned in scenes]
    averages = [Averages() for _ in tones]
    work = batches(n_photons, seed)
    for batch, tallies in in_order(trace, work, n_threads or available_threads()):
        averages = [
            before.plus(parts_of(tally, its), batch.n_photons)
            for before, tally, its in zip(averages, tallies, sums, strict=False)
        ]
        if progress is not None:
            progress(averages[0].n_photons)
    return [field_of(a, s, seed, "fast", regions) for a, s in zip(averages, scenes, strict=True)]


def _require_alike(tones: Sequence[LayeredOptics]) -> None:
    if not 1 <= len(tones) <= N_TONES:
        raise ParameterError(
            f"{len(tones)} tones; expected 1 to {N_TONES} in one sweep. Sweep the others with the "
            "same seed."
        )
    for number, optics in enumerate(tones[1:], start=2):
        for name in ("thickness", "mu_s", "anisotropy", "refractive_index"):
            if not np.array_equal(getattr(optics, name), getattr(tones[0], name)):
                raise ParameterError(
                    f"tone {number} differs from the first in {name}; a sweep shares its photons' "
                    "ways, so tones may differ in mu_a alone."
                )
        if (optics.index_above, optics.index_below) != (tones[0].index_above, tones[0].index_below):
            raise ParameterError(f"tone {number} differs from the first in what lies around it.")
        if optics.phase != tones[0].phase:
            raise ParameterError(f"tone {number} differs from the first in its phase functions.")


def require_fast(scene: Scene, instead: str) -> None:
    """Refuse a scene in which tones cannot be followed; `instead` says what to do."""
    if kernel_for(scene, "fast") != "fast":
        raise ParameterError(
            "a sweep needs the fast kernel, which cannot run here: float32 is too coarse for the "
            f"grid or the layers, or compilation is switched off. {instead}"
        )


def tone_tracer(scene: Scene, mu_a: Floats) -> Callable[[Batch], list[Tally]]:
    """Return the function that traces a batch for all tones.

    Parameters
    ----------
    scene : Scene
        With the least absorption of all tones in each layer.
    mu_a : ndarray of float64, shape (n_tones, n_layers)
        Absorption of the tones [1/m].
    """
    n_z, n_r = scene.grid.shape
    bodies = bodies_of(scene.optics, scene.follicle, scene.vessels)
    media = scene.media.by_interactions
    regions = regions_of(bodies)
    tables, fast = fast_scene(scene, bodies, media, regions)
    tones = _tones_of(regions, media, mu_a)

    def trace(batch: Batch) -> list[Tally]:
        launch, entry = launch_in(scene, media, regions, batch)
        lane_seed, event_seed = batch.walk_seed.spawn(2)
        tally = ToneTally(
            absorbed=aligned_zeros((n_z + 1) * (n_r + 1) * N_TONES),
            by_region=aligned_zeros(regions.n_regions * N_TONES),
            reflected=aligned_zeros((n_r + 1) * N_TONES),
            transmitted=aligned_zeros(N_TONES),
            roulette=aligned_zeros(N_TONES),
        )
        so_far = ToneBatchState(
            lanes=empty_lanes(lane_seed),
            words=stream(event_seed),
            flights=np.zeros(WIDTH, dtype=np.float32),
            factors=aligned_zeros(WIDTH * N_TONES),
            tally=tally,
        )
        trace_tones(launch, entry, tables, fast, tones, so_far)
        by_medium = np.zeros((bodies.n_media, N_TONES))
        np.add.at(by_medium, regions.medium[:-2], tally.by_region.reshape(-1, N_TONES))
        whole = tally._replace(by_region=by_medium)
        specular = batch.n_photons - launch.entering * launch.weight.sum()
        parts = [part.reshape(-1, N_TONES) * launch.entering for part in whole]
        absorbed, by_region, reflected, transmitted, roulette = parts
        return [
            Tally(
                absorbed=absorbed[:, tone].reshape(n_z + 1, n_r + 1),
                by_region=by_region[:, tone],
                reflected=reflected[:, tone],
                transmitted=transmitted[:, tone],
                roulette=roulette[:, tone],
                specular=np.array([specular]),
                by_time=np.zeros((2, 0)),
                after=np.zeros(1),
                before=np.zeros(0),
                detected=np.zeros((0, 1)),
            )
            for tone in range(len(mu_a))
        ]

    return trace


def _tones_of(regions: Regions, media: Media, mu_a: Floats) -> Tones:
    """Return the absorption of every tone in every region; missing tones repeat the first."""
    medium, n_layers = regions.medium[:-2], mu_a.shape[1]
    padded = np.concatenate([mu_a, np.repeat(mu_a[:1], N_TONES - len(mu_a), axis=0)])
    extra = np.zeros((media.absorbed_share.size, N_TONES))
    extra[:n_layers] = (padded - mu_a.min(axis=0)).T
    share = np.repeat(media.absorbed_share[:, None], N_TONES, axis=1)
    interacts = np.flatnonzero(np.isfinite(media.mean_free_path[:n_layers]))
    share[interacts] = padded.T[interacts] * media.mean_free_path[interacts, None]
    varied = np.asarray(extra.max(axis=1) > 0.0)
    return Tones(
        extra=_aligned(extra[medium]),
        share=_aligned(share[medium]),
        varied=varied[medium].astype(np.int64),
        ones=_aligned(np.ones(N_TONES)),
    )


def _aligned(values: Floats) -> Floats:
    room = aligned_zeros(values.size)
    room[:] = values.reshape(-1)
    return room
