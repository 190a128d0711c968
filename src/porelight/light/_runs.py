"""One batch of photons through either kernel, with the same input and the same output."""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias, get_args

import numba
import numpy as np

from porelight.errors import ParameterError, did_you_mean
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light import _crossing, _lanes, _simd, _trace
from porelight.light._batches import Batch
from porelight.light._bins import axis
from porelight.light._bodies import Bodies, Media, bodies_of, media_of
from porelight.light._entry import aimed, apart, entered, entry_regions, spread_around
from porelight.light._events import RegionMap
from porelight.light._kernel import Gate, ReferenceScene, Tally, empty_tally, trace_batch
from porelight.light._lanes import Whole
from porelight.light._launch import Launch, launch_inside, launch_of
from porelight.light._phase import PhaseTables, phase_tables_of
from porelight.light._random import stream
from porelight.light._regions import Place, Regions, regions_of
from porelight.light._simd_intrinsics import Singles
from porelight.light._tally import Scales, bin_tables_of, can_tally, even_grid
from porelight.light._weight_window import window_of
from porelight.light.boundary import REFRACTING, Boundary
from porelight.light.detectors import Detector, Discs, discs_of
from porelight.light.follicle import Follicle
from porelight.light.time_gate import SPEED_OF_LIGHT, TimeGate
from porelight.light.vessels import Vessel
from porelight.light.weight_window import WeightWindow
from porelight.tissue.optics import LayeredOptics

Kernel = Literal["fast", "reference"]
Trace: TypeAlias = Callable[[Batch], Tally]

# float32 has 24 bits: a position must resolve a thousandth of a free path, a tenth of a cell, and
# 1/4000 of a layer or a vessel, which would be thicker or thinner by as much
_POSITIONS_IN_PATH = 1000.0
_POSITIONS_IN_CELL = 10.0
_POSITIONS_IN_BODY = 4000.0
_RELATIVE_STEP = 2.0**-23
# a table with 1 - g below this is drawn too coarsely, in steps of 2^-23 of the cosine
_FORWARD = 1e-3
# in place of 1 - g = 0, by which nothing can be divided
_LEAST_FLOOR = 1e-15
# so that no rounding puts a packet in front of the mirror into the ring behind it
_JUST_INSIDE = 1.0 - 2.0**-21
# radius beyond which the planes of a follicle do not stop light, in widths of the follicle
_FAR_IN_FOLLICLES = 1.2


class Scene(NamedTuple):
    """The input of a run: layers, beam, grid, and what may be beside them."""

    optics: LayeredOptics
    beam: Beam
    grid: Grid
    cell_radius: float
    follicle: Follicle | None = None
    vessels: tuple[Vessel, ...] = ()
    weight_window: WeightWindow | None = None
    boundary: Boundary = REFRACTING
    time_gate: TimeGate | None = None
    detectors: tuple[Detector, ...] = ()
    source_depth: float | None = None

    @property
    def opens_late(self) -> bool:
        """Whether a time gate opens after 0."""
        return self.time_gate is not None and self.time_gate.start > 0.0

    @property
    def n_times(self) -> int:
        """Bins of time; 0 without a gate."""
        return 0 if self.time_gate is None else self.time_gate.n_bins

    @property
    def discs(self) -> Discs | None:
        """Detectors as the kernels use them; None for none."""
        return discs_of(self.detectors, is_even=self.beam.is_axisymmetric and not self.vessels)

    @property
    def media(self) -> Media:
        """Optics of all media, as a packet inside sees them."""
        return self.boundary.seen_from_inside(media_of(self.optics, self.follicle, self.vessels))


def kernel_for(scene: Scene, asked: Kernel) -> Kernel:
    """Return the kernel to use: `asked`, or the reference kernel where the fast one cannot run.

    The fast kernel exists only compiled, knows no gate that opens after 0, and its float32
    positions must be fine against the free paths and the cells.
    """
    if asked not in get_args(Kernel):
        raise ParameterError(f"no kernel named {asked!r}{did_you_mean(asked, get_args(Kernel))}.")
    if asked == "reference" or numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return "reference"
    if scene.opens_late:
        return "reference"
    optics, grid = scene.optics, scene.grid
    planes = np.concatenate([[0.0], np.cumsum(optics.thickness)])
    extinction = optics.mu_a + optics.mu_s
    path_step = planes[:-1] * _RELATIVE_STEP * _POSITIONS_IN_PATH
    too_coarse = bool((path_step * extinction > 1.0).any())
    # how thick a layer is matters where it does something
    finite = np.isfinite(optics.thickness) & (extinction > 0.0)
    body_step = planes[1:][finite] * _RELATIVE_STEP * _POSITIONS_IN_BODY
    too_coarse = too_coarse or bool((optics.thickness[finite] < body_step).any())
    # an angle by a table is drawn by even steps of its cosine
    by_table = np.array([one is not None for one in optics.phase], dtype=bool)
    if by_table.any():
        too_coarse = too_coarse or bool((1.0 - optics.anisotropy[by_table] < _FORWARD).any())
    for vessel in scene.vessels:
        farthest = max(abs(vessel.offset), vessel.depth)
        too_coarse = too_coarse or vessel.radius < farthest * _RELATIVE_STEP * _POSITIONS_IN_BODY
    for edges in (grid.r_edges, grid.z_edges):
        step = edges[1:] * _RELATIVE_STEP * _POSITIONS_IN_CELL
        too_coarse = too_coarse or bool((np.diff(edges) < step).any())
    return "fast" if can_tally(grid) and not too_coarse else "reference"


def tracer(scene: Scene, kernel: Kernel) -> Trace:
    """Return the function that traces a batch with a kernel.

    What it returns is the sum over the packets of a batch, each with weight 1 when it leaves the
    laser.
    """
    bodies = bodies_of(scene.optics, scene.follicle, scene.vessels)
    media = scene.media
    regions = regions_of(bodies, _far_radius(scene))
    kernel_of = _fast_tracer if kernel == "fast" else _reference_tracer
    trace = kernel_of(scene, bodies, media, regions)

    def trace_batch_of(batch: Batch) -> Tally:
        launch, entry = launch_in(scene, media, regions, batch)
        tally = trace(launch, entry, batch.walk_seed)
        scaled = Tally(*(part * launch.entering for part in tally))
        entered_weight = launch.entering * launch.weight.sum()
        return scaled._replace(specular=np.array([batch.n_photons - entered_weight]))

    return trace_batch_of


def _far_radius(scene: Scene) -> float:
    """Return the radius that divides the layers into near and far from the follicle [m]."""
    # not in a cell, where all light is near, nor around vessels, which might cross the division
    if scene.follicle is None or scene.vessels or not math.isinf(scene.cell_radius):
        return math.inf
    return _FAR_IN_FOLLICLES * scene.follicle.widest


def launch_in(scene: Scene, media: Media, regions: Regions, batch: Batch) -> tuple[Launch, Whole]:
    """Return the packets of a batch under the surface, and the region in which each starts."""
    index = media.refractive_index[regions.medium]
    above = scene.optics.index_above
    # inside a pore the index differs, so there the light is not yet refracted
    below = float(index[0]) if scene.follicle is None else above
    beam, n, seed = scene.beam, batch.n_photons, batch.launch_seed
    if scene.source_depth is not None:
        return _launch_inside(scene, regions, batch)
    launch = launch_of(beam, n, seed, above, below)
    around, along = seed.spawn(2)
    lands_on_a_line = beam.is_straight and beam.is_axisymmetric
    if lands_on_a_line and scene.weight_window is not None:
        launch = aimed(launch, beam, scene.weight_window, along)
    if lands_on_a_line and scene.vessels:
        launch = spread_around(launch, around)
    if scene.follicle is None:
        return apart(launch, np.full(n, regions.at[1, Place.LAYER]))
    entry = entry_regions(launch.x, launch.y, regions)
    return apart(entered(launch, entry, index, above), entry)


def _launch_inside(scene: Scene, regions: Regions, batch: Batch) -> tuple[Launch, Whole]:
    """Return the packets of a source inside a layer, and their region."""
    depth = scene.source_depth or 0.0
    launch = launch_inside(scene.beam, batch.n_photons, batch.launch_seed, depth)
    if scene.beam.is_straight and scene.beam.is_axisymmetric and scene.vessels:
        launch = spread_around(launch, batch.launch_seed.spawn(1)[0])
    slab = int(np.searchsorted(regions.slab_top, depth, side="right")) - 1
    return apart(launch, np.full(batch.n_photons, regions.at[slab, Place.LAYER]))


_BatchTrace: TypeAlias = Callable[[Launch, Whole, np.random.SeedSequence], Tally]


def _reference_tracer(scene: Scene, bodies: Bodies, media: Media, _regions: Regions) -> _BatchTrace:
    grid = scene.grid
    reference = ReferenceScene(
        bodies,
        media,
        axis(grid.r_edges),
        axis(grid.z_edges),
        scene.cell_radius,
        _gate(scene),
        scene.discs,
        phase_tables_of(scene.optics.phase, bodies.n_media),
    )

    def trace(launch: Launch, _entry: Whole, seed: np.random.SeedSequence) -> Tally:
        tally = empty_tally(
            *grid.shape,
            bodies.n_media,
            scene.n_times,
            len(scene.detectors),
            opens_late=scene.opens_late,
        )
        # the generator's sums wrap around; only its uncompiled form would warn of it
        with np.errstate(over="ignore"):
            trace_batch(launch, reference, stream(seed), tally)
        return tally

    return trace


def _fast_tracer(scene: Scene, bodies: Bodies, media: Media, regions: Regions) -> _BatchTrace:
    n_z, n_r = scene.grid.shape
    tables, fast = fast_scene(scene, bodies, media, regions)

    def trace(launch: Launch, entry: Whole, seed: np.random.SeedSequence) -> Tally:
        lane_seed, event_seed = seed.spawn(2)
        so_far = _trace.BatchState(
            lanes=_lanes.empty_lanes(lane_seed),
            bank=_trace.empty_bank(),
            words=stream(event_seed),
            absorbed=np.zeros((n_z + 1) * (n_r + 1)),
            by_region=np.zeros(regions.n_regions),
            tally=empty_tally(n_z, n_r, bodies.n_media, scene.n_times, len(scene.detectors)),
        )
        _trace.trace_lanes(launch, entry, tables, fast, so_far)
        tally = so_far.tally
        tally.absorbed[:] = so_far.absorbed.reshape(n_z + 1, n_r + 1)
        np.add.at(tally.by_region, regions.medium[:-2], so_far.by_region)
        return tally

    return trace


def fast_scene(
    scene: Scene, bodies: Bodies, media: Media, regions: Regions
) -> tuple[_trace.FastTables, _simd.FastScene]:
    """Return a scene in the form that the fast kernel uses."""
    grid = scene.grid
    even = even_grid(grid)
    bin_tables = bin_tables_of(grid) if even is None else None
    where, rings = _map(bodies, media, regions), axis(grid.r_edges)
    phases = _phases_of(scene, bodies, regions)
    clear = media.clear[regions.medium[:-2]]
    tables = _trace.FastTables(
        where,
        bin_tables,
        rings,
        axis(grid.z_edges),
        scene.discs,
        phases,
        clear if clear.any() else None,
    )
    fast = _simd.FastScene(
        even=even,
        scales=None
        if bin_tables is None
        else Scales(bin_tables.rows.scale, bin_tables.rings.scale),
        follicle=None if scene.follicle is None else _crossing.Included(1),
        vessels=_crossing.Included(len(scene.vessels)) if scene.vessels else None,
        cell=None if math.isinf(scene.cell_radius) else _cell(scene),
        window=None if scene.weight_window is None else window_of(scene.weight_window),
        gate=_gate(scene),
    )
    return tables, fast


def _phases_of(scene: Scene, bodies: Bodies, regions: Regions) -> PhaseTables | None:
    """Return the phase functions by tables, with the row of each region."""
    tables = phase_tables_of(scene.optics.phase, bodies.n_media)
    return None if tables is None else tables._replace(row=tables.row[regions.medium[:-2]])


def _gate(scene: Scene) -> Gate | None:
    """Return the time gate in the form that the kernels use."""
    if scene.time_gate is None:
        return None
    gate = scene.time_gate
    longest, opens = np.float32(gate.longest_path), gate.start * SPEED_OF_LIGHT
    return Gate(longest, float(scene.n_times / (longest - opens)), opens)


def _cell(scene: Scene) -> _crossing.MirrorCell:
    """Return the mirror in the form that SIMD code uses."""
    radius = np.float32(scene.cell_radius * _JUST_INSIDE)
    gap = _crossing.FAR if scene.follicle is None else scene.cell_radius - scene.follicle.widest
    return _crossing.MirrorCell(
        radius=scene.cell_radius,
        squared=radius * radius,
        inverse_squared=np.float32(1.0) / (radius * radius),
        gap=np.float32(gap * _JUST_INSIDE),
    )


def _map(bodies: Bodies, media: Media, regions: Regions) -> RegionMap:
    """Return the tables of the regions in the form that the fast kernel uses."""
    return RegionMap(
        columns=_region_columns(media, regions, bodies),
        refractive_index=media.refractive_index[regions.medium],
        place=regions.place,
        slabs=regions.slabs,
        onward=regions.slabs + np.array([-1, 1]),
        behind=regions.behind,
        slab_top=regions.slab_top,
        discs=regions.discs,
        at=regions.at,
        gland=np.array(bodies.gland),
    )


def _region_columns(media: Media, regions: Regions, bodies: Bodies) -> Singles:
    """Return the properties of each region, in the order of the lane columns from TOP on."""
    medium = regions.medium[:-2]
    g = media.anisotropy[medium]
    far = _crossing.FAR
    optics = (
        np.minimum(media.mean_free_path[medium], far),
        media.absorbed_share[medium],
        media.refractive_index[medium],
        g,
        np.maximum(1.0 - g, _LEAST_FLOOR),
        2.0 * (1.0 - g) ** 2,
    )
    columns = np.column_stack([np.minimum(regions.planes, far), *optics, regions.sides])
    used = _lanes.N_LAYER_COLUMNS
    if bodies.first_vessel > bodies.first_part:
        used = _lanes.N_FOLLICLE_COLUMNS
    if bodies.n_media > bodies.first_vessel:
        used = _lanes.N_REGION_COLUMNS
    return np.ascontiguousarray(columns[:, :used], dtype=np.float32)
