import math

import numba
import numpy as np
import pytest

from porelight.grid import Grid, graded_edges
from porelight.laser.beam import Beam
from porelight.light import _runs
from porelight.light._lanes import CELL, N_COLUMNS, RING_KEY, WIDTH
from porelight.light._runs import Scene, kernel_for
from porelight.light._tally import (
    Scales,
    bin_tables_of,
    even_cell,
    even_grid,
    note_place,
    noted_cell,
)
from porelight.light.transport import transport
from porelight.tissue.optics import LayeredOptics

if numba.config.DISABLE_JIT:
    pytest.skip("the SIMD kernel exists only compiled", allow_module_level=True)

MM = 1e-3
single = np.float32
EVEN = Grid(np.linspace(0.0, 2.0 * MM, 41), np.linspace(0.0, 1.2 * MM, 31))
SKIN = LayeredOptics(
    np.array([0.1, math.inf]) * MM,
    np.array([500.0, 200.0]),
    np.array([2e4, 1.5e4]),
    np.array([0.8, 0.9]),
    np.array([1.40, 1.37]),
)


def places(grid, n=2000):
    """Depths and radii, some beyond the grid, none within 1e-6 of an edge."""
    draw = np.random.Generator(np.random.PCG64DXSM(3))
    found = []
    for edges in (grid.z_edges, grid.r_edges):
        spread = 1.2 * edges[-1] * draw.random(n)
        near = np.abs(spread[:, None] - edges).argmin(axis=1)
        found.append(np.where(np.abs(spread - edges[near]) < 1e-6 * spread, 0.0, spread))
    return found


def cells(z, radius, grid):
    """Which cell holds each place, of rows that are one longer than the grid."""
    row = np.searchsorted(grid.z_edges, z, side="right") - 1
    ring = np.searchsorted(grid.r_edges, radius, side="right") - 1
    return row * grid.r_edges.size + ring


def test_even_cell_is_the_one_that_holds_the_place():
    z, radius = places(EVEN)
    even = even_grid(EVEN)

    found = [even_cell(single(h), single(r * r), even) for h, r in zip(z, radius, strict=True)]

    np.testing.assert_array_equal(found, cells(z, radius, EVEN))


def test_edge_of_an_even_grid_is_held_by_a_cell_beside_it():
    even, edges = even_grid(EVEN), EVEN.r_edges

    found = np.array([even_cell(single(0.0), single(r * r), even) for r in edges])

    off = np.arange(edges.size) - found
    assert ((off == 0) | (off == 1)).all()


@pytest.mark.parametrize("far", [1.0, 1e15])
def test_all_beyond_an_even_grid_is_in_its_last_cell(far):
    last = EVEN.z_edges.size * EVEN.r_edges.size - 1

    assert even_cell(single(far), single(far) * single(far), even_grid(EVEN)) == last


@pytest.mark.parametrize(
    ("r_edges", "z_edges"),
    [
        (EVEN.r_edges, graded_edges(1e-5, 1.05, 2e-4, 8e-3)),
        (graded_edges(1e-5, 1.05, 2e-4, 8e-3), EVEN.z_edges),
        # one edge off by a hundred thousandth of a cell
        (EVEN.r_edges + 5e-10 * (np.arange(41) == 7), EVEN.z_edges),
    ],
)
def test_grid_with_any_cell_of_another_size_is_not_even(r_edges, z_edges):
    assert even_grid(Grid(r_edges, z_edges)) is None


@pytest.mark.parametrize("n", [1, 7, 400, 3000])
def test_edges_evenly_spaced_but_for_rounding_are_even(n):
    edges = np.linspace(0.0, 11.9e-3, n + 1)

    assert even_grid(Grid(edges, np.cumsum(np.full(n + 1, 0.1)) - 0.1)) is not None


@pytest.mark.parametrize("kind", ["even", "graded"])
def test_noted_place_is_found_again(kind):
    grid = EVEN if kind == "even" else Grid(graded_edges(1e-5, 1.05, 2e-4, 2e-3), EVEN.z_edges)
    even, bin_tables = even_grid(grid), bin_tables_of(grid) if kind == "graded" else None
    scales = None if bin_tables is None else Scales(bin_tables.rows.scale, bin_tables.rings.scale)
    flat = np.zeros(N_COLUMNS * WIDTH, dtype=single)
    z, radius = (place[:WIDTH] for place in places(grid))

    for i in range(WIDTH):
        note_place(i, flat, single(z[i]), single(radius[i] ** 2), even, scales)
    found = [noted_cell(i, flat, bin_tables) for i in range(WIDTH)]

    np.testing.assert_array_equal(found, cells(z, radius, grid))
    written = np.flatnonzero(flat.view(np.uint32)) // WIDTH
    assert set(written) <= {CELL, RING_KEY}


@pytest.mark.verification
def test_even_grid_and_rulers_book_the_same_light(monkeypatch):
    def field():
        return transport(SKIN, Beam("flat-top", 1.0 * MM), EVEN, n_photons=6400, seed=5)

    even = field()
    monkeypatch.setattr(_runs, "even_grid", lambda _: None)
    ruled = field()

    # the walk is the same; a packet at an edge may be booked on either side of it
    np.testing.assert_array_equal(even.by_region, ruled.by_region)
    moved = np.abs(even.absorbed - ruled.absorbed) * EVEN.volume
    assert moved.sum() < 1e-5
    np.testing.assert_allclose(even.off_grid, ruled.off_grid, rtol=0.0, atol=1e-5)


def test_even_axis_too_long_for_a_ruler_runs_in_the_fast_kernel():
    n = 100_000
    fine = Grid(np.linspace(0.0, 10.0 * MM, n + 1), np.array([0.0, 10.0 * MM]))

    assert kernel_for(Scene(SKIN, Beam("pencil", MM), fine, math.inf), "fast") == "fast"
