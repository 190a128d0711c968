import math
from dataclasses import replace

import numba
import numpy as np
import pytest
from scipy.special import roots_jacobi

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light import path_lengths as module
from porelight.light.adding_doubling import layered_totals
from porelight.light.follicle import Follicle, Medium
from porelight.light.path_lengths import path_lengths
from porelight.light.transport import transport
from porelight.tissue.optics import LayeredOptics

pytestmark = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="paths need the compiled kernel"
)

BEAM = Beam("pencil", 1e-3)
GRID = Grid(np.linspace(0.0, 5e-3, 6), np.linspace(0.0, 3e-3, 4))
DEPTH = 1e-3


def slab(mu_s, index, anisotropy=0.8, mu_a=0.0):
    columns = (np.array([number]) for number in (DEPTH, mu_a, mu_s, anisotropy, index))
    return LayeredOptics(*columns, index_above=1.0, index_below=1.0)


SKIN = LayeredOptics(
    thickness=np.array([0.1e-3, 1e-3, 2e-3]),
    mu_a=np.array([100.0, 30.0, 10.0]),
    mu_s=np.array([20e3, 15e3, 5e3]),
    anisotropy=np.array([0.9, 0.85, 0.8]),
    refractive_index=np.array([1.4, 1.37, 1.44]),
    index_below=1.0,
)


def derivative_of_totals(optics, layer):
    """-d ln R / d mu_a and -d ln T / d mu_a by adding-doubling [m], fourth order in the step."""
    step = 0.01 * optics.mu_a[layer]

    def logarithms(change):
        mu_a = optics.mu_a.copy()
        mu_a[layer] += change
        totals = layered_totals(replace(optics, mu_a=mu_a), n_angles=24)
        return np.log([totals.reflectance, totals.transmittance])

    near = logarithms(step) - logarithms(-step)
    far = logarithms(2 * step) - logarithms(-2 * step)
    return -(8.0 * near - far) / (12.0 * step)


@pytest.mark.slow  # compiles the kernel of a sweep
@pytest.mark.verification
def test_paths_are_the_derivatives_that_adding_doubling_gives():
    found = path_lengths(SKIN, BEAM, GRID, n_photons=100_000, seed=1)

    exact = np.array([derivative_of_totals(SKIN, layer) for layer in range(3)]).T
    for expected, mean, error in (
        (exact[0], found.reflected, found.reflected_error),
        (exact[1], found.transmitted, found.transmitted_error),
    ):
        assert (np.abs(mean - expected) < 4.0 * error).all()
        assert (error < 0.015 * expected).all()


@pytest.mark.verification
def test_light_between_two_surfaces_goes_the_way_that_geometry_has():
    # T = (1 - r)^2 t / (1 - r^2 t^2) and R = r (1 - r)^2 t^2 / (1 - r^2 t^2), t = exp(-mu_a D)
    r = 0.25  # (3 - 1)^2 / (3 + 1)^2
    found = path_lengths(slab(0.0, 3.0, 0.0), BEAM, GRID, n_photons=40_000, seed=1)

    ways = DEPTH * np.array([2.0, 1.0 + r**2]) / (1.0 - r**2)
    mean = np.concatenate([found.reflected, found.transmitted])
    error = np.concatenate([found.reflected_error, found.transmitted_error])
    assert (np.abs(mean - ways) < 4.0 * error).all()
    assert (error < 0.003 * ways).all()


@pytest.mark.verification
@pytest.mark.parametrize("mu_s", [5e3, 20e3])
def test_mean_path_in_a_white_slab_is_four_volumes_over_surface_whatever_scatters(mu_s):
    # under diffuse light: a pencil for each node of a quadrature with weight cos d(cos)
    nodes, weights = roots_jacobi(4, 0.0, 1.0)
    mean = variance = 0.0
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        beam = Beam("pencil", 1e-3, tilt=math.acos(0.5 * (node + 1.0)))
        found = path_lengths(slab(mu_s, 1.0), beam, GRID, n_photons=20_000, seed=2)
        light = transport(slab(mu_s, 1.0), beam, GRID, n_photons=20_000, seed=2)
        shares = np.array([light.reflectance, light.transmittance])
        paths = np.array([found.reflected[0], found.transmitted[0]])
        errors = np.array([found.reflected_error[0], found.transmitted_error[0]])
        mean += weight * shares @ paths
        variance += weight**2 * (shares**2) @ (errors**2)

    error = math.sqrt(variance)
    assert abs(mean - 2.0 * DEPTH) < 4.0 * error
    assert error < 0.005 * 2.0 * DEPTH


def test_trace_of_absorption_is_a_derivative(monkeypatch):
    found = path_lengths(SKIN, BEAM, GRID, n_photons=2000, seed=1)
    monkeypatch.setattr(module, "_TRACE", 10.0 * module._TRACE)
    coarser = path_lengths(SKIN, BEAM, GRID, n_photons=2000, seed=1)

    # second order: ten times the trace, ten times what is left of it
    np.testing.assert_allclose(coarser.reflected, found.reflected, rtol=1e-5)
    np.testing.assert_allclose(coarser.transmitted, found.transmitted, rtol=1e-5)


def test_more_layers_than_tones_take_the_same_photons_again():
    # nine layers of one medium, of which the first seven share a walk
    n = 9
    many = LayeredOptics(
        np.full(n, DEPTH / n), np.full(n, 20.0), np.full(n, 5e3), np.full(n, 0.8), np.full(n, 1.4)
    )
    found = path_lengths(many, BEAM, GRID, n_photons=20_000, seed=3)
    # the last four as one, so that one walk is enough; other photons
    fewer = LayeredOptics(
        np.array([DEPTH / n] * 5 + [4 * DEPTH / n]),
        *(np.full(6, number) for number in (20.0, 5e3, 0.8, 1.4)),
    )
    whole = path_lengths(fewer, BEAM, GRID, n_photons=20_000, seed=4)

    apart = found.reflected[:5] - whole.reflected[:5]
    error = np.hypot(found.reflected_error[:5], whole.reflected_error[:5])
    assert (np.abs(apart) < 4.0 * error).all()
    rest = found.reflected[5:].sum() - whole.reflected[5]
    assert abs(rest) < 4.0 * math.hypot(found.reflected_error[5:].sum(), whole.reflected_error[5])


def test_light_that_comes_out_further_off_has_gone_deeper():
    found = path_lengths(SKIN, BEAM, GRID, n_photons=20_000, seed=1)

    assert (np.diff(found.by_ring[2]) > 0.0).all()
    # the rings together are the whole, but for what comes out beyond them
    assert found.by_ring[2, 0] < found.reflected[2] < found.by_ring[2, -1]


def test_where_no_light_comes_out_the_error_has_no_bound():
    deep = slab(0.0, 1.0, 0.0, mu_a=10.0)  # matched and clear: nothing is re-emitted
    found = path_lengths(deep, BEAM, GRID, n_photons=640, seed=1)

    assert found.reflected[0] == 0.0
    assert found.reflected_error[0] == math.inf
    np.testing.assert_allclose(found.transmitted, DEPTH, rtol=1e-6)


@pytest.mark.slow  # compiles for a pore under a wide beam
def test_paths_inside_a_pore_count_for_no_layer():
    own = Medium(10.0, 5e3, 0.8, 1.4)
    optics = slab(5e3, 1.4, mu_a=10.0)
    beam = Beam("flat-top", 0.4e-3)
    pore = Follicle(200e-6, 300e-6, 150e-6, 600e-6, lumen=own, duct=own)
    alone = path_lengths(optics, beam, GRID, n_photons=4000, seed=1)
    with_pore = path_lengths(optics, beam, GRID, n_photons=4000, seed=1, follicle=pore)

    # all of this light begins in the pore, which is of the slab's own medium
    less = alone.transmitted[0] - with_pore.transmitted[0]
    assert less > 4.0 * math.hypot(alone.transmitted_error[0], with_pore.transmitted_error[0])


def test_same_bits_on_any_number_of_threads():
    runs = [path_lengths(SKIN, BEAM, GRID, n_photons=640, seed=1, n_threads=n) for n in (1, 3)]

    np.testing.assert_array_equal(runs[0].by_ring, runs[1].by_ring)


def test_too_fine_a_grid_is_refused():
    fine = Grid(np.array([0.0, 1e-3, 1e-3 + 1e-12]), np.array([0.0, 1e-3]))
    with pytest.raises(ParameterError, match=r"needs the fast kernel.* Path lengths follow from"):
        path_lengths(SKIN, BEAM, fine, n_photons=640, seed=1)
