"""Layers that absorb without scattering: what they take is scored along each way through them."""

import math

import numba
import numpy as np
import pytest

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.adding_doubling import layered_totals
from porelight.light.boundary import Boundary
from porelight.light.field import fluence_of
from porelight.light.time_gate import SPEED_OF_LIGHT, TimeGate
from porelight.light.transport import transport
from porelight.tissue.optics import LayeredOptics

compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
)
KERNELS = pytest.mark.parametrize("kernel", ["fast", "reference"])
MM = 1e-3
PENCIL = Beam("pencil", 0.0)
GRID = Grid(np.array([0.0, 10.0]) * MM, np.linspace(0.0, 1.0, 11) * MM)


def layered(*rows, outside=1.0):
    """Rows of thickness [mm], mu_a, mu_s [1/mm], anisotropy, index."""
    thickness, mu_a, mu_s, g, n = np.array(rows, dtype=np.float64).T
    return LayeredOptics(thickness * MM, mu_a / MM, mu_s / MM, g, n, outside, outside)


@compiled
@pytest.mark.slow
@pytest.mark.verification
@KERNELS
def test_a_layer_that_absorbs_next_to_nothing_is_known_as_well_as_any(kernel):
    # layers of MCX's mcxyz_bench: 0.1 mm of water over what scatters; none of 10 000 photons would
    # interact in the water
    optics = layered((0.1, 3.6e-5, 0.0, 0.0, 1.33), (0.9, 0.05, 3.0, 0.3, 1.33))
    many = 40_000 if kernel == "fast" else 10_000
    field = transport(optics, Beam("flat-top", 2 * MM), GRID, n_photons=many, seed=2, kernel=kernel)
    exact = layered_totals(optics)

    assert field.kernel == kernel
    assert field.by_layer_error[0] < 0.05 * field.by_layer[0]
    scores = (field.by_layer - exact.by_layer) / field.by_layer_error
    assert np.abs(scores).max() < 4.0
    assert abs(field.absorbed_twice - 1.0) < 1e-6
    assert abs(field.balance - 1.0) < 1e-12


@compiled
@pytest.mark.slow
@KERNELS
def test_cells_of_a_clear_layer_follow_beer_and_lambert(kernel):
    # one way straight down, without a face that reflects
    optics = layered((1.0, 0.5, 0.0, 0.0, 1.4), outside=1.4)
    field = transport(optics, PENCIL, GRID, n_photons=20_000, seed=3, kernel=kernel)
    fluence, error = fluence_of(field, optics)
    lost = -np.diff(np.exp(-0.5 * GRID.z_edges / MM))
    found = (field.absorbed * GRID.volume)[:, 0]

    np.testing.assert_allclose(field.by_layer[0], 1.0 - math.exp(-0.5), rtol=1e-6)
    assert np.abs((found - lost) / (field.absorbed_error * GRID.volume)[:, 0]).max() < 4.0
    assert (error[:, 0] < 0.1 * fluence[:, 0]).all()


@compiled
@pytest.mark.slow
@KERNELS
def test_light_between_mirrors_is_absorbed_to_its_end(kernel):
    optics = layered((1.0, 0.3, 0.0, 0.0, 1.5))
    field = transport(
        optics,
        PENCIL,
        GRID,
        n_photons=4000,
        seed=4,
        kernel=kernel,
        boundary=Boundary("mirror", "mirror"),
    )

    assert abs(field.by_layer[0] + field.lost - 0.96) < 1e-9
    assert abs(field.lost) < 1e-4
    assert abs(field.balance - 1.0) < 1e-12


@compiled
@pytest.mark.slow
@KERNELS
def test_a_gate_cuts_what_is_absorbed_on_the_way(kernel):
    optics = layered((1.0, 0.5, 0.0, 0.0, 1.5), outside=1.5)
    gate = TimeGate(0.4 * MM * 1.5 / SPEED_OF_LIGHT)
    field = transport(optics, PENCIL, GRID, n_photons=500, seed=5, kernel=kernel, time_gate=gate)

    np.testing.assert_allclose(field.by_layer[0], 1.0 - math.exp(-0.2), rtol=1e-5)
    np.testing.assert_allclose(field.time.after, math.exp(-0.2), rtol=1e-5)


@compiled
@pytest.mark.slow
def test_a_mirror_cell_of_clear_absorber_takes_what_the_layer_without_it_does():
    optics = layered((0.2, 0.5, 0.0, 0.0, 1.4), (0.8, 0.1, 5.0, 0.8, 1.4))
    exact = layered_totals(optics)
    field = transport(
        optics, Beam("flat-top", MM), GRID, n_photons=20_000, seed=6, cell_radius=0.5 * MM
    )

    assert np.abs((field.by_layer - exact.by_layer) / field.by_layer_error).max() < 4.0
    assert abs(field.absorbed_twice - 1.0) < 1e-6
