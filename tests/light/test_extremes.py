"""Where float32 or a threshold might decide: each against an exact value or adding-doubling."""

import math

import numba
import numpy as np
import pytest

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.adding_doubling import layered_totals
from porelight.light.closed_form import fresnel_reflectance
from porelight.light.follicle import Follicle, Medium
from porelight.light.sweep import sweep
from porelight.light.transport import transport
from porelight.light.vessels import Vessel
from porelight.tissue.optics import LayeredOptics
from porelight.validation.code.light import absorbed_by_slab, absorbing_slab

pytestmark = [
    pytest.mark.verification,
    pytest.mark.skipif(
        bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
    ),
]

MM = 1e-3
GRID = Grid(np.linspace(0.0, 5.0, 6) * MM, np.linspace(0.0, 5.0, 6) * MM)
PENCIL = Beam("pencil", 1.0 * MM)
WEAK = [1e-7, 5e-8, 2.5e-8, 1e-12]


def layered(*rows, above=1.0, below=1.0):
    """Rows of thickness [mm], mu_a, mu_s [1/mm], anisotropy, index."""
    thickness, mu_a, mu_s, g, n = np.array(rows, dtype=np.float64).T
    return LayeredOptics(thickness * MM, mu_a / MM, mu_s / MM, g, n, above, below)


def z(found, error, expected):
    return (np.asarray(found) - expected) / np.asarray(error)


@pytest.mark.parametrize("ratio", WEAK)
def test_weak_absorption_is_that_of_adding_doubling(ratio):
    field = transport(absorbing_slab(ratio), PENCIL, GRID, n_photons=4096, seed=1)

    assert field.kernel == "fast"
    assert abs(z(field.by_layer[0], field.by_layer_error[0], absorbed_by_slab(ratio))) < 4.0
    assert field.by_layer_error[0] < 0.05 * field.by_layer[0]
    np.testing.assert_allclose(field.absorbed_twice, 1.0, atol=2e-4)


def test_weak_absorption_is_in_proportion_to_the_coefficient():
    # the same photons, as weights do not decide where they go
    found = {
        ratio: transport(absorbing_slab(ratio), PENCIL, GRID, n_photons=2000, seed=1).by_layer[0]
        for ratio in (1e-12, 1e-10, 1e-8)
    }

    np.testing.assert_allclose(found[1e-12] / found[1e-8], 1e-4, rtol=3e-4)
    np.testing.assert_allclose(found[1e-10] / found[1e-8], 1e-2, rtol=3e-4)


@pytest.mark.parametrize("ratio", [1e-7, 1e-10])
def test_weak_absorption_of_a_tone_is_that_of_adding_doubling(ratio):
    tones = [absorbing_slab(ratio), absorbing_slab(3.0 * ratio)]

    fields = sweep(tones, PENCIL, GRID, n_photons=4096, seed=2)

    for field, one in zip(fields, (ratio, 3.0 * ratio), strict=True):
        assert abs(z(field.by_layer[0], field.by_layer_error[0], absorbed_by_slab(one))) < 4.0
        assert field.by_layer_error[0] < 0.05 * field.by_layer[0]
        np.testing.assert_allclose(field.absorbed_twice, 1.0, rtol=0.01)


@pytest.mark.parametrize("kernel", ["fast", "reference"])
def test_weakly_absorbing_pore_absorbs_as_its_surroundings(kernel):
    # a pore of the stuff around it: cells and regions hold what adding-doubling says
    slab = layered((1.0, 1e-7 * 20.0, 20.0, 0.9, 1.4))
    stuff = Medium(slab.mu_a[0], slab.mu_s[0], 0.9, 1.4)
    pore = Follicle(0.2 * MM, 0.4 * MM, 0.1 * MM, 0.8 * MM, lumen=stuff, duct=stuff)
    few = 8192 if kernel == "fast" else 2048

    field = transport(slab, PENCIL, GRID, n_photons=few, seed=3, follicle=pore, kernel=kernel)

    exact = float(layered_totals(slab).by_layer[0])
    error = float(np.sqrt((field.by_region_error**2).sum()))
    assert abs(z(field.by_region.sum(), error, exact)) < 4.0
    assert error < 0.06 * exact
    np.testing.assert_allclose(field.absorbed_twice, 1.0, atol=2e-4)


def test_thin_layer_deep_down_has_its_thickness():
    # float32 planes at 5 mm would make it 3.6 % thicker
    thin, mu_a = 9.44e-6, 2000.0
    optics = layered((5.0, 0.0, 0.0, 0.0, 1.0), (thin, mu_a, 0.0, 0.0, 1.0))
    exact = -math.expm1(-mu_a * thin)

    field = transport(optics, PENCIL, GRID, n_photons=1000, seed=4)

    # a clear layer absorbs along the way, so nothing is left to chance
    np.testing.assert_allclose(field.by_layer[1], exact, rtol=1e-6)


@pytest.mark.parametrize("thin", [1e-6, 1e-4])
def test_thin_layer_at_the_surface_absorbs_what_adding_doubling_says(thin):
    optics = layered((thin, 0.02 / thin, 0.0, 0.0, 1.4), (1.0, 0.01, 10.0, 0.9, 1.4))
    exact = layered_totals(optics)

    field = transport(optics, PENCIL, GRID, n_photons=30_000, seed=5)

    assert (np.abs(z(field.by_layer, field.by_layer_error, exact.by_layer)) < 4.0).all()
    assert (field.by_layer_error < 0.02 * exact.by_layer).all()


def test_thin_vessel_far_from_the_axis_has_its_thickness():
    # its radius is 21 steps of float32 at 5 mm
    radius, offset = 10e-9, 5.0 * MM
    clear = layered((2.0, 0.0, 0.0, 0.0, 1.0))
    vessel = Vessel(1.0 * MM, radius, Medium(1e8, 0.0, 0.0, 1.0), offset)
    beam = Beam("flat-top", 10.2 * MM)

    field = transport(clear, beam, GRID, n_photons=64, seed=6, vessels=[vessel])

    assert field.kernel == "reference"


@pytest.mark.parametrize("g", [0.999, 0.9999])
def test_sharp_forward_scattering_is_that_of_adding_doubling(g):
    optics = layered((1.0, 0.001, 1.0 / (1.0 - g), g, 1.4))
    exact = layered_totals(optics, n_angles=64)

    field = transport(optics, PENCIL, GRID, n_photons=1024, seed=7)

    assert field.kernel == "fast"
    assert abs(z(field.reflectance, field.reflectance_error, exact.reflectance)) < 4.0
    # the mean path times mu_a: it tells the reduced scattering
    assert abs(z(field.by_layer[0], field.by_layer_error[0], exact.by_layer[0])) < 4.0
    assert field.by_layer_error[0] < 0.05 * exact.by_layer[0]


@pytest.mark.parametrize("g", [-0.9, -0.999])
@pytest.mark.parametrize("kernel", ["fast", "reference"])
def test_sharp_backward_scattering_is_that_of_adding_doubling(g, kernel):
    optics = layered((1.0, 0.1, 2.0, g, 1.4))
    exact = layered_totals(optics)

    field = transport(optics, PENCIL, GRID, n_photons=30_000, seed=8, kernel=kernel)

    assert abs(z(field.reflectance, field.reflectance_error, exact.reflectance)) < 4.0
    assert abs(z(field.by_layer[0], field.by_layer_error[0], exact.by_layer[0])) < 4.0


@pytest.mark.parametrize("kernel", ["fast", "reference"])
def test_light_that_only_turns_back_follows_kubelka_and_munk(kernel):
    # g = -1: on one line there are two fluxes, and theirs is the exact solution
    absorbs, turns = 0.1, 2.0
    a = (absorbs + turns) / turns
    b = math.sqrt(a * a - 1.0)
    below = a * math.sinh(b * turns) + b * math.cosh(b * turns)
    reflected, passed = math.sinh(b * turns) / below, b / below
    optics = layered((1.0, absorbs, turns, -1.0, 1.0))

    field = transport(optics, PENCIL, GRID, n_photons=30_000, seed=9, kernel=kernel)
    exact = layered_totals(optics)

    assert abs(z(field.reflectance, field.reflectance_error, reflected)) < 4.0
    assert abs(z(field.transmittance, field.transmittance_error, passed)) < 4.0
    np.testing.assert_allclose([exact.reflectance, exact.transmittance], [reflected, passed])


def test_light_that_is_scattered_straight_on_is_not_scattered():
    straight = layered((1.0, 0.5, 30.0, 1.0, 1.3))
    clear = layered((1.0, 0.5, 0.0, 0.0, 1.3))

    fields = [transport(one, PENCIL, GRID, n_photons=64, seed=1) for one in (straight, clear)]

    assert straight.mu_s[0] == 0.0
    assert fields[0].reflectance == fields[1].reflectance
    assert layered_totals(straight).transmittance == layered_totals(clear).transmittance
    assert Medium(1.0, 5.0, 1.0, 1.4).mu_s == 0.0


@pytest.mark.parametrize("degrees", [60.0, 84.9])
def test_grazing_beam_is_that_of_adding_doubling(degrees):
    angle = math.radians(degrees)
    optics = layered((0.5, 0.1, 10.0, 0.9, 1.4), (0.5, 0.3, 5.0, 0.8, 1.3))
    exact = layered_totals(optics, incidence=angle)

    field = transport(optics, Beam("pencil", MM, tilt=angle), GRID, n_photons=30_000, seed=10)

    np.testing.assert_allclose(field.specular, exact.specular, rtol=1e-9)
    np.testing.assert_allclose(
        exact.specular, fresnel_reflectance(np.array([math.cos(angle)]), 1.0, 1.4)[0], rtol=1e-9
    )
    assert abs(z(field.reflectance, field.reflectance_error, exact.reflectance)) < 4.0
    assert (np.abs(z(field.by_layer, field.by_layer_error, exact.by_layer)) < 4.0).all()


def test_wide_grid_of_small_cells_holds_the_light_where_it_is():
    # clear skin under a wide even disc: every ring has its share of the area, at 49 mm too
    edges = np.concatenate([[0.0], 49.0 + 0.05 * np.arange(11)]) * MM
    grid = Grid(edges, np.array([0.0, 1.0]))
    clear = layered((100.0, 1.0, 0.0, 0.0, 1.0))
    beam = Beam("flat-top", 100.0 * MM)

    field = transport(clear, beam, grid, n_photons=1_000_000, seed=11)

    assert field.kernel == "fast"
    share = (field.absorbed * grid.volume)[0, 1:]
    area = np.diff(edges[1:] ** 2) / (50.0 * MM) ** 2
    # launch is stratified: a ring is off by about a photon in each of the 32 batches
    np.testing.assert_allclose(share, area, atol=32 * 1.5 / 1e6)


@pytest.mark.parametrize("radius", [1e-7, 1e-6])
def test_rings_of_tiny_radius_hold_the_light_of_a_narrow_beam(radius):
    grid = Grid(np.linspace(0.0, 2.0, 9) * radius, np.array([0.0, 1.0]))
    clear = layered((100.0, 1.0, 0.0, 0.0, 1.0))
    beam = Beam("flat-top", 1e-5)

    field = transport(clear, beam, grid, n_photons=1_000_000, seed=12)

    share = (field.absorbed * grid.volume)[0]
    area = np.diff(grid.r_edges**2) / 5e-6**2
    np.testing.assert_allclose(share, area, atol=32 * 1.5 / 1e6)
