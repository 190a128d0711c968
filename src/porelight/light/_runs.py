"""One batch of photons through either kernel: what the kernels need, and what they give, alike."""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple, Self, TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light import _simd
from porelight.light._batches import Batch
from porelight.light._bins import axis
from porelight.light._kernel import Stack, Tally, empty_tally, fresnel, trace_batch
from porelight.light._random import stream
from porelight.quantities import Floats
from porelight.tissue.optics import LayeredOptics

Kernel = Literal["fast", "reference"]
Trace: TypeAlias = Callable[[Batch], Tally]

# float32 has 24 bits: a position must resolve a thousandth of a free path, and a tenth of a cell
_POSITIONS_IN_PATH = 1000.0
_POSITIONS_IN_CELL = 10.0
_RELATIVE_STEP = 2.0**-23
# so that no rounding puts a packet in front of the wall into the ring behind it
_JUST_INSIDE = 1.0 - 2.0**-21
# edges nearer than this, relative to the extent, are one edge
_SAME_EDGE = 1e-9


class Scene(NamedTuple):
    """All that decides where light goes in a run."""

    stack: Stack
    beam: Beam
    grid: Grid
    cell_radius: float


def stack_of(optics: LayeredOptics) -> Stack:
    """Return the layers in the form that the kernels use."""
    extinction = optics.mu_a + optics.mu_s
    interacts = extinction > 0.0
    nowhere = np.full_like(extinction, math.inf)
    return Stack(
        planes=np.concatenate([[0.0], np.cumsum(optics.thickness)]),
        mean_free_path=np.divide(1.0, extinction, out=nowhere, where=interacts),
        absorbed_share=np.divide(
            optics.mu_a, extinction, out=np.zeros_like(extinction), where=interacts
        ),
        anisotropy=np.ascontiguousarray(optics.anisotropy, dtype=np.float64),
        refractive_index=np.concatenate(
            [[optics.index_above], optics.refractive_index, [optics.index_below]]
        ),
    )


def specular_reflectance(stack: Stack) -> float:
    """Return the share that the surface reflects before any light enters."""
    return float(fresnel(stack.refractive_index[0], stack.refractive_index[1], 1.0)[0])


def kernel_for(scene: Scene, asked: Kernel) -> Kernel:
    """Return the kernel that runs: the asked one, or the reference where the fast one cannot.

    The fast kernel exists only compiled, and its float32 positions must be fine against the free
    paths and the cells.
    """
    if asked == "reference" or numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return "reference"
    stack, grid = scene.stack, scene.grid
    path_step = stack.planes[:-1] * _RELATIVE_STEP * _POSITIONS_IN_PATH
    cells = [
        (np.diff(edges) < edges[1:] * _RELATIVE_STEP * _POSITIONS_IN_CELL).any()
        for edges in (grid.r_edges, grid.z_edges)
    ]
    too_coarse = (path_step > stack.mean_free_path).any() or any(cells)
    return "reference" if too_coarse else "fast"


def tracer(scene: Scene, kernel: Kernel) -> Trace:
    """Return the function that traces a batch with a kernel."""
    return _fast_tracer(scene) if kernel == "fast" else _reference_tracer(scene)


def _launch_radius(beam: Beam, batch: Batch) -> Floats:
    """Return one launch radius from each of n equal shares of the beam's power [m], shape (n,)."""
    jitter = np.random.Generator(np.random.PCG64DXSM(batch.launch_seed)).random(batch.n_photons)
    quantile = (np.arange(batch.n_photons) + jitter) / batch.n_photons
    return np.asarray(beam.radius_of(quantile), dtype=np.float64)


def _reference_tracer(scene: Scene) -> Trace:
    stack, grid = scene.stack, scene.grid
    r_axis, z_axis = axis(grid.r_edges), axis(grid.z_edges)

    def trace(batch: Batch) -> Tally:
        tally = empty_tally(*grid.shape, stack.anisotropy.size)
        radius = _launch_radius(scene.beam, batch)
        words = stream(batch.walk_seed)
        # the generator's sums wrap around; only its uncompiled form would warn of it
        with np.errstate(over="ignore"):
            trace_batch(radius, stack, r_axis, z_axis, scene.cell_radius, words, tally)
        return tally

    return trace


def _fast_tracer(scene: Scene) -> Trace:
    stack, grid = scene.stack, scene.grid
    n_z, n_r = grid.shape
    rows = _Rows.of(stack, grid)
    # the kernel starts every packet with the whole weight, of which the surface lets this through
    entering = 1.0 - specular_reflectance(stack)
    far = np.float32(_simd.FAR)
    world = _simd.World(
        stack=stack,
        layer_columns=_simd.layer_columns(stack),
        rows=_simd.ruler(rows.edges),
        rings=_simd.ruler(grid.r_edges),
        r_axis=axis(grid.r_edges),
        cell_radius=scene.cell_radius,
        wall_squared=min(np.float32(scene.cell_radius * _JUST_INSIDE), far) ** 2,
    )

    def trace(batch: Batch) -> Tally:
        tally = empty_tally(n_z, n_r, stack.anisotropy.size)
        absorbed = np.zeros(rows.edges.size * (n_r + 1))
        lane_seed, event_seed = batch.walk_seed.spawn(2)
        lanes, words = _simd.empty_lanes(lane_seed), stream(event_seed)
        radius = _launch_radius(scene.beam, batch)
        _simd.trace_lanes(radius, lanes, world, words, absorbed, tally)
        rows.add(absorbed.reshape(-1, n_r + 1), tally)
        return Tally(*(part * entering for part in tally))

    return trace


class _Rows(NamedTuple):
    """Rows of the fast tally, cut at the planes too: each lies in one cell and in one layer."""

    edges: Floats  # (n_rows + 1,) [m]; a last row lies below all of them
    cell: NDArray[np.intp]  # (n_rows + 1,) row of the grid
    layer: NDArray[np.intp]  # (n_rows + 1,)

    @classmethod
    def of(cls, stack: Stack, grid: Grid) -> Self:
        planes = stack.planes[np.isfinite(stack.planes)]
        edges = np.unique(np.concatenate([grid.z_edges, planes]))
        distinct = np.diff(edges, prepend=-math.inf) > _SAME_EDGE * edges[-1]
        edges = edges[distinct]
        inside = np.append(0.5 * (edges[1:] + edges[:-1]), 2.0 * edges[-1])
        return cls(
            edges=edges,
            cell=np.searchsorted(grid.z_edges, inside, side="right") - 1,
            layer=np.searchsorted(stack.planes[1:-1], inside, side="right"),
        )

    def add(self, absorbed: Floats, tally: Tally) -> None:
        """Add the rows (n_rows + 1, n_r + 1) to the cells and the layers of a tally."""
        np.add.at(tally.absorbed, self.cell, absorbed)
        np.add.at(tally.by_layer, self.layer, absorbed.sum(axis=1))
