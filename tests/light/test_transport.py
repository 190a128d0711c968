import math

import numba
import numpy as np
import pytest
from scipy import stats

from porelight.errors import ParameterError
from porelight.grid import Grid, graded_edges
from porelight.laser.beam import Beam
from porelight.light._batches import batches
from porelight.light.adding_doubling import layered_totals
from porelight.light.closed_form import beer_lambert
from porelight.light.transport import transport
from porelight.tissue.optics import LayeredOptics

compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
)
KERNELS = pytest.mark.parametrize("kernel", ["fast", "reference"])

MM = 1e-3
GRID = Grid(
    r_edges=graded_edges(50e-6, 1.2, 1.0 * MM, 8.0 * MM),
    z_edges=graded_edges(10e-6, 1.2, 0.5 * MM, 3.0 * MM),
)
PENCIL = Beam("pencil", 1.0 * MM)


def layered(*rows, index_below=1.0):
    """Rows of thickness [mm], mu_a, mu_s [1/mm], anisotropy, index."""
    thickness, mu_a, mu_s, g, n = np.array(rows, dtype=np.float64).T
    return LayeredOptics(thickness * MM, mu_a / MM, mu_s / MM, g, n, 1.0, index_below)


SKIN = layered((0.1, 0.5, 20.0, 0.8, 1.4), (math.inf, 0.1, 15.0, 0.9, 1.37), index_below=1.37)


def z_scores(found, error, expected):
    return (np.asarray(found) - expected) / np.asarray(error)


@KERNELS
def test_same_seed_gives_the_same_bits_on_any_number_of_threads(kernel):
    runs = [
        transport(SKIN, PENCIL, GRID, n_photons=96, seed=3, n_threads=n, kernel=kernel)
        for n in (1, 2, 5)
    ]

    for other in runs[1:]:
        np.testing.assert_array_equal(other.absorbed, runs[0].absorbed)
        np.testing.assert_array_equal(other.absorbed_error, runs[0].absorbed_error)
        np.testing.assert_array_equal(other.by_layer, runs[0].by_layer)
        assert other.reflectance == runs[0].reflectance
        assert other.lost == runs[0].lost


def test_another_seed_gives_other_photons():
    first, second = (transport(SKIN, PENCIL, GRID, n_photons=64, seed=s) for s in (1, 2))

    assert first.reflectance != second.reflectance


@pytest.mark.verification
@pytest.mark.parametrize("cell_radius", [math.inf, 0.3 * MM])
@KERNELS
def test_energy_closes_to_rounding(cell_radius, kernel):
    field = transport(
        SKIN,
        Beam("flat-top", 0.6 * MM),
        GRID,
        n_photons=200,
        seed=4,
        cell_radius=cell_radius,
        kernel=kernel,
    )

    # the roulette alone conserves energy only in the mean
    assert field.lost != 0.0
    assert abs(field.balance - 1.0) < 1e-12


@pytest.mark.verification
@compiled
def test_roulette_gives_what_it_takes_in_the_mean():
    fields = [transport(SKIN, PENCIL, GRID, n_photons=2000, seed=seed) for seed in range(20)]

    lost = np.array([field.lost for field in fields])

    assert abs(stats.ttest_1samp(lost, 0.0).statistic) < 4.0


@KERNELS
def test_cells_sum_to_what_the_layers_absorbed(kernel):
    edges = np.concatenate([[0.0, 0.05, 0.1], [0.5, 1.0, 2.0]]) * MM
    grid = Grid(r_edges=np.array([0.0, 1.0]), z_edges=np.append(edges, 0.5))

    field = transport(SKIN, PENCIL, grid, n_photons=160, seed=5, kernel=kernel)

    by_depth = (field.absorbed * grid.volume).sum(axis=1)
    found = [by_depth[:2].sum(), by_depth[2:].sum()]
    # two accounts, what interactions absorbed and what weights lost; the fast one is in float32
    np.testing.assert_allclose(found, field.by_layer, rtol=1e-6)
    assert field.off_grid == 0.0


@KERNELS
def test_cells_and_what_lies_off_the_grid_sum_to_all_that_was_absorbed(kernel):
    small = Grid(r_edges=np.array([0.0, 0.2, 0.4]) * MM, z_edges=np.array([0.0, 0.1, 0.3]) * MM)

    field = transport(SKIN, PENCIL, small, n_photons=160, seed=5, kernel=kernel)

    on_grid = (field.absorbed * small.volume).sum()
    assert field.off_grid > 0.05
    np.testing.assert_allclose(on_grid + field.off_grid, field.by_layer.sum(), rtol=1e-6)
    np.testing.assert_allclose(field.absorbed_twice, 1.0, rtol=1e-6)


@KERNELS
def test_grid_does_not_change_the_light(kernel):
    fine, coarse = (
        transport(SKIN, PENCIL, grid, n_photons=96, seed=5, kernel=kernel)
        for grid in (GRID, Grid(r_edges=GRID.r_edges[[0, 8, -1]], z_edges=GRID.z_edges[[0, 9, -1]]))
    )

    np.testing.assert_allclose(coarse.reflectance, fine.reflectance, rtol=1e-12)
    np.testing.assert_allclose(coarse.by_layer, fine.by_layer, rtol=1e-12)
    np.testing.assert_allclose(
        (coarse.absorbed * coarse.grid.volume)[0, 0],
        (fine.absorbed * fine.grid.volume)[:9, :8].sum(),
        rtol=1e-12,
    )


@KERNELS
def test_rings_sum_to_the_reflectance(kernel):
    wide = Grid(r_edges=np.array([0.0, 0.5, 1.0, 1000.0]) * MM, z_edges=GRID.z_edges)

    field = transport(SKIN, PENCIL, wide, n_photons=160, seed=6, kernel=kernel)

    np.testing.assert_allclose(
        field.radial_reflectance @ wide.ring_area, field.reflectance, rtol=1e-12
    )


@pytest.mark.slow
@pytest.mark.verification
@compiled
def test_standard_error_is_the_scatter_between_runs():
    optics = layered((1.0, 0.1, 10.0, 0.9, 1.4))
    exact = layered_totals(optics, n_angles=24)
    runs = [transport(optics, PENCIL, GRID, n_photons=960, seed=seed) for seed in range(100)]

    z = np.array(
        [z_scores(run.reflectance, run.reflectance_error, exact.reflectance) for run in runs]
    )

    # with 32 batches z follows Student's t of 31 degrees of freedom
    assert stats.kstest(z, stats.t(31).cdf).pvalue > 1e-3


@pytest.mark.verification
@compiled
@pytest.mark.parametrize("mu_s", [0.0, 1e-9])
@KERNELS
def test_clear_absorbing_layers_follow_beer_lambert(mu_s, kernel):
    optics = layered((0.5, 1.0, mu_s, 0.0, 1.0), (math.inf, 3.0, mu_s, 0.0, 1.0))
    grid = Grid(r_edges=np.array([0.0, 1.0]) * MM, z_edges=np.linspace(0.0, 2.0 * MM, 17))
    exact = np.diff(beer_lambert(optics, grid.z_edges))

    field = transport(optics, PENCIL, grid, n_photons=100_000, seed=7, kernel=kernel)

    share = (field.absorbed * grid.volume)[:, 0]
    error = (field.absorbed_error * grid.volume)[:, 0]
    z = z_scores(share, error, exact)
    assert stats.chi2.sf((z**2).sum(), z.size) > 1e-4
    assert error[0] < 1.5e-3


@pytest.mark.verification
@compiled
@pytest.mark.parametrize(
    ("optics", "what"),
    [
        (layered((0.5, 0.4, 0.0, 0.9, 1.5), (1.0, 0.1, 10.0, 0.8, 1.4)), "clear absorbing layer"),
        (layered((0.5, 0.0, 8.0, 0.5, 1.3), (1.0, 0.3, 5.0, 0.8, 1.4)), "white layer"),
        (layered((1.0, 0.0, 0.0, 0.0, 1.5), (1.0, 0.2, 8.0, 0.7, 1.4)), "glass above"),
        (layered((1.0, 0.2, 8.0, 0.7, 1.4), (1.0, 0.0, 0.0, 0.0, 1.5)), "glass below"),
        (layered((0.5, 0.1, 5.0, -0.5, 1.6), (0.5, 0.2, 5.0, 0.9, 1.2)), "total reflection"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@KERNELS
def test_totals_match_adding_doubling(optics, what, kernel):
    exact = layered_totals(optics, n_angles=24)

    field = transport(optics, PENCIL, GRID, n_photons=60_000, seed=8, kernel=kernel)

    assert field.reflectance_error < 2.5e-3, what
    assert abs(z_scores(field.reflectance, field.reflectance_error, exact.reflectance)) < 4.0
    assert abs(z_scores(field.transmittance, field.transmittance_error, exact.transmittance)) < 4.0
    absorbing = optics.mu_a > 0.0
    z = z_scores(
        field.by_layer[absorbing], field.by_layer_error[absorbing], exact.by_layer[absorbing]
    )
    assert (np.abs(z) < 4.0).all()
    assert (field.by_layer[~absorbing] == 0.0).all()


@pytest.mark.verification
@compiled
@pytest.mark.parametrize("profile", ["flat-top", "gaussian"])
def test_beam_lands_as_its_irradiance_says(profile):
    beam = Beam(profile, 2.0 * MM)
    clear = layered((math.inf, 1.0, 0.0, 0.0, 1.0))
    grid = Grid(r_edges=np.linspace(0.0, 3.0, 31) * MM, z_edges=np.array([0.0, 100.0]) * MM)
    nodes = np.linspace(grid.r_edges[:-1], grid.r_edges[1:], 401, axis=1)
    ring_power = np.trapezoid(2.0 * np.pi * nodes * beam.irradiance(nodes), nodes, axis=1)

    field = transport(clear, beam, grid, n_photons=100_000, seed=9)

    found = (field.absorbed * grid.volume)[0]
    # radii are stratified in each of the 32 batches, so a ring is off by about a photon in each
    np.testing.assert_allclose(found, ring_power, rtol=0.0, atol=32 * 1.5 / 100_000)


@pytest.mark.verification
@compiled
@KERNELS
def test_cell_full_of_light_is_skin_under_an_endless_beam(kernel):
    optics = layered((0.1, 0.5, 20.0, 0.8, 1.4), (0.4, 0.1, 15.0, 0.9, 1.37), index_below=1.37)
    cell = 0.25 * MM
    grid = Grid(r_edges=np.linspace(0.0, cell, 6), z_edges=np.linspace(0.0, 0.5, 6) * MM)
    exact = layered_totals(optics, n_angles=24)

    field = transport(
        optics,
        Beam("flat-top", 2.0 * cell),
        grid,
        n_photons=60_000,
        seed=10,
        cell_radius=cell,
        kernel=kernel,
    )

    assert abs(z_scores(field.reflectance, field.reflectance_error, exact.reflectance)) < 4.0
    assert (np.abs(z_scores(field.by_layer, field.by_layer_error, exact.by_layer)) < 4.0).all()
    by_depth = (field.absorbed * grid.volume).sum(axis=1) / (grid.volume.sum(axis=1))
    z = z_scores(field.absorbed, field.absorbed_error, by_depth[:, None])
    assert stats.chi2.sf((z**2).sum(), z.size - 5) > 1e-4


@KERNELS
def test_light_does_not_leave_a_cell(kernel):
    grid = Grid(r_edges=np.array([0.0, 0.25, 0.26, 5.0]) * MM, z_edges=np.array([0.0, 1.0]))

    field = transport(
        SKIN,
        Beam("flat-top", 0.5 * MM),
        grid,
        n_photons=96,
        seed=1,
        cell_radius=0.25 * MM,
        kernel=kernel,
    )

    assert (field.absorbed[:, 1:] == 0.0).all()
    assert (field.radial_reflectance[1:] == 0.0).all()


def test_specular_reflection_is_that_of_the_first_surface():
    field = transport(SKIN, PENCIL, GRID, n_photons=64, seed=1)

    np.testing.assert_allclose(field.specular, (0.4 / 2.4) ** 2, rtol=1e-12)


def test_progress_counts_up_to_all_photons():
    seen = []

    transport(SKIN, PENCIL, GRID, n_photons=100, seed=1, progress=seen.append)

    assert seen == sorted(seen)
    assert seen[-1] == 100
    assert len(seen) == 32


def test_error_in_progress_stops_the_run():
    seen = []

    def stop(n_done):
        seen.append(n_done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transport(SKIN, PENCIL, GRID, n_photons=100, seed=1, progress=stop)
    assert len(seen) == 1


def test_batches_differ_by_one_photon_at_most():
    sizes = [batch.n_photons for batch in batches(100, 1)]

    assert sum(sizes) == 100
    assert max(sizes) - min(sizes) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_photons": 31}, "n_photons is 31; expected at least 32"),
        ({"seed": -1}, "seed is -1; expected a whole number"),
        ({"n_threads": -2}, "n_threads is -2; expected a whole number from 0"),
        ({"cell_radius": 0.0}, "cell_radius is 0 m; expected more"),
        ({"cell_radius": -1.0}, "cell_radius is -1 m; expected 0 to 1 m"),
        ({"kernel": "fats"}, "no kernel named 'fats'; did you mean 'fast'"),
        ({"cell_radius": 0.5 * MM}, "the beam reaches 0.001 m from the axis but cell_radius"),
    ],
)
def test_wrong_setting_is_refused(settings, message):
    beam = Beam("flat-top", 2.0 * MM)

    with pytest.raises(ParameterError, match=message):
        transport(SKIN, beam, GRID, **{"n_photons": 100, "seed": 1, **settings})


@pytest.mark.parametrize("mu_s", [0.0, 10.0])
def test_endless_layer_without_absorption_is_refused(mu_s):
    white = layered((math.inf, 0.0, mu_s, 0.5, 1.4))

    with pytest.raises(ParameterError, match="infinitely thick and mu_a there is 0"):
        transport(white, PENCIL, GRID, n_photons=100, seed=1)
