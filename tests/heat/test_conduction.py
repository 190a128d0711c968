import math

import numpy as np
import pytest
from scipy.special import erfc, erfcx

from porelight.errors import ParameterError
from porelight.grid import Grid, graded_edges
from porelight.heat import _kernel
from porelight.heat.closed_form import HalfSpace, gaussian_pulse_rise, surface_flux_rise
from porelight.heat.conduction import (
    Surface,
    conduction,
    cooled_temperature,
    resting_temperature,
    temperature_rise,
)
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import LayeredThermal, skin_thermal

RHO_C = 1109.0 * 3391.0
BLOOD = 1050.0 * 3617.0
AIR = Surface.typical()
CLOSED = Surface(0.0, 295.0, 0.0)


def homogeneous(*, perfusion_rate: float = 0.0) -> LayeredThermal:
    return LayeredThermal(
        thickness=np.array([math.inf]),
        density=np.array([1109.0]),
        specific_heat=np.array([3391.0]),
        thermal_conductivity=np.array([0.37]),
        perfusion_rate=np.array([perfusion_rate]),
        arterial_temperature=310.15,
        blood_heat_capacity=BLOOD,
    )


def facial() -> LayeredThermal:
    return skin_thermal(Skin.typical("cheek", 3, 40.0))


def column(z_edges: np.ndarray) -> Grid:
    return Grid(np.array([0.0, 1.0]), z_edges)


def graded() -> Grid:
    return Grid(graded_edges(2e-4, 1.1, 1e-3, 15e-3), graded_edges(4e-6, 1.1, 5e-4, 15e-3))


def beam(grid: Grid, power: float = 1e9) -> np.ndarray:
    return power * np.exp(-grid.z[:, None] / 1e-3 - (grid.r / 2.5e-3) ** 2)


@pytest.mark.verification
def test_energy_balance_closes_at_every_time_in_layered_perfused_skin():
    grid = graded()
    times = np.concatenate([np.geomspace(1e-5, 3e-4, 5), np.geomspace(4e-4, 600.0, 20)])
    run = conduction(
        grid, facial(), Surface(200.0, 295.0, 5.0), beam(grid), 3e-4, times, tolerance=1e-3
    )
    out = run.stored + run.surface_loss + run.perfusion_loss + run.deep_loss
    np.testing.assert_allclose(out, run.delivered, rtol=1e-10)
    energy = (beam(grid) * grid.volume).sum() * np.minimum(times, 3e-4)
    np.testing.assert_allclose(run.delivered, energy, rtol=1e-12)


@pytest.mark.verification
def test_stored_heat_is_that_of_the_temperatures_returned():
    grid = graded()
    run = conduction(grid, homogeneous(), AIR, beam(grid), 3e-4, np.array([1e-3, 1.0]))
    np.testing.assert_allclose(RHO_C * (run.rise * grid.volume).sum(axis=(1, 2)), run.stored)


@pytest.mark.verification
def test_surface_flux_warms_a_half_space_as_in_the_closed_form():  # case H1
    # a flux put into the first, thin cell
    grid = column(graded_edges(2e-6, 1.04, 1e-3, 20e-3))
    source = np.zeros(grid.shape)
    source[0] = 1e4 / np.diff(grid.z_edges)[0]
    times = np.array([0.1, 1.0, 10.0])
    rise = temperature_rise(grid, homogeneous(), CLOSED, source, 20.0, times, tolerance=1e-6)
    medium = HalfSpace(0.37, RHO_C)
    for found, time in zip(rise[:, :, 0], times, strict=True):
        expected = surface_flux_rise(medium, 1e4, grid.z, float(time))
        np.testing.assert_allclose(found, expected, atol=1e-3 * expected[0])
        # from the first centre up to the surface, where 2 q sqrt(t / (pi k rho c)) holds
        surface = found[0] + 1e4 / 0.37 * grid.z[0]
        assert surface == pytest.approx(
            2.0 * 1e4 * math.sqrt(time / (math.pi * 0.37 * RHO_C)), rel=1e-3
        )


@pytest.mark.verification
def test_observed_order_in_space_is_two():  # case H2
    radius, mu_a, width = 1.5e-3, 1500.0, 1e-8
    medium = HalfSpace(0.37, RHO_C, heat_transfer=200.0, perfusion=2e-3 * BLOOD)
    errors = []
    for n in (30, 60):
        grid = Grid(np.linspace(0.0, 8e-3, n + 1), np.linspace(0.0, 6e-3, 2 * n + 1))
        depth = -np.diff(np.exp(-mu_a * grid.z_edges)) / np.diff(grid.z_edges)
        across = -np.diff(np.exp(-((grid.r_edges / radius) ** 2))) / grid.ring_area
        rise = temperature_rise(
            grid,
            homogeneous(perfusion_rate=2e-3),
            Surface(200.0, 295.0, 0.0),
            np.outer(depth, across) / width,
            width,
            np.array([0.2]),
            tolerance=1e-7,
        )[0]
        exact = gaussian_pulse_rise(medium, radius, mu_a, grid.r, grid.z[:, None], 0.2)
        errors.append(np.abs(rise - exact).max() / exact.max())
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.1)
    assert errors[1] < 4e-3


@pytest.mark.verification
def test_observed_order_in_time_is_five():  # case H2
    grid = Grid(np.linspace(0.0, 8e-3, 31), np.linspace(0.0, 6e-3, 61))
    source, end = beam(grid, 1e6), np.array([3.0])
    exact = conduction(grid, facial(), AIR, source, 3.0, end, tolerance=1e-10).rise
    errors = [
        np.abs(conduction(grid, facial(), AIR, source, 3.0, end, step=3.0 / n).rise - exact).max()
        for n in (8, 16)
    ]
    assert math.log2(errors[0] / errors[1]) > 4.5


@pytest.mark.parametrize("tolerance", [1e-3, 1e-5])
def test_error_stays_below_the_tolerance(tolerance):
    grid = graded()
    source = beam(grid)
    source[grid.z < 1e-4] *= 10.0
    times = np.array([3e-4, 3e-3, 0.1, 3.0, 100.0])
    fine = temperature_rise(grid, facial(), AIR, source, 3e-4, times, tolerance=1e-9)
    rise = temperature_rise(grid, facial(), AIR, source, 3e-4, times, tolerance=tolerance)
    error = np.abs(rise - fine).max(axis=(1, 2)) / fine.max(axis=(1, 2))
    assert error.max() < tolerance


def test_times_inside_a_step_are_as_good_as_its_ends():
    grid = graded()
    times = np.geomspace(1e-5, 30.0, 200)
    many = temperature_rise(grid, facial(), AIR, beam(grid), 3e-4, times)
    one = temperature_rise(grid, facial(), AIR, beam(grid), 3e-4, times[150:151])
    np.testing.assert_allclose(many[150], one[0], atol=1e-4 * one.max())


def test_minutes_after_a_submillisecond_pulse_nothing_swings():
    grid = graded()
    run = conduction(
        grid, facial(), AIR, beam(grid), 3e-4, np.geomspace(3e-4, 1800.0, 40), tolerance=1e-3
    )
    peak = run.rise.max(axis=(1, 2))
    assert run.n_steps < 60
    assert (np.diff(peak) < 0.0).all()
    assert (run.rise.min(axis=(1, 2)) > -1e-3 * peak).all()


def test_twice_the_source_is_twice_the_rise():
    grid = graded()
    times = np.array([1e-3, 1.0])
    one = temperature_rise(grid, facial(), AIR, beam(grid), 3e-4, times)
    two = temperature_rise(grid, facial(), AIR, 2.0 * beam(grid), 3e-4, times)
    np.testing.assert_allclose(two, 2.0 * one, rtol=1e-12)


def test_no_source_is_no_rise():
    grid = graded()
    rise = temperature_rise(
        grid, facial(), AIR, np.zeros(grid.shape), 3e-4, np.array([0.0, 1e-4, 10.0])
    )
    assert not rise.any()


def test_lateral_mean_is_the_one_dimensional_solution():
    grid = graded()
    flat = column(grid.z_edges)
    times = np.array([1e-3, 1.0, 100.0])
    share = grid.ring_area / grid.ring_area.sum()
    mean = temperature_rise(grid, facial(), AIR, beam(grid), 3e-4, times, tolerance=1e-6) @ share
    alone = temperature_rise(
        flat, facial(), AIR, (beam(grid) @ share)[:, None], 3e-4, times, tolerance=1e-6
    )[:, :, 0]
    np.testing.assert_allclose(mean, alone, atol=2e-6 * alone.max())


@pytest.mark.verification
def test_rest_of_perfused_skin_is_the_exponential_closed_form():
    # k T'' = w (T - Ta): T = Ta - drop exp(-z / L), drop (h + k / L) = h (Ta - Tair) + E
    grid = column(graded_edges(1e-5, 1.02, 5e-4, 80e-3))
    surface = Surface(10.0, 295.65, 12.0)
    length = math.sqrt(0.37 / (2e-3 * BLOOD))
    drop = (10.0 * (310.15 - 295.65) + 12.0) / (10.0 + 0.37 / length)
    expected = 310.15 - drop * np.exp(-grid.z / length)
    found = resting_temperature(grid, homogeneous(perfusion_rate=2e-3), surface)
    np.testing.assert_allclose(found, expected, atol=2e-3)


@pytest.mark.verification
def test_layers_that_miss_the_edges_conduct_exactly():
    # no perfusion: one flux through both layers in series, down to the deepest edge
    thermal = LayeredThermal(
        thickness=np.array([1.23e-3, math.inf]),
        density=np.array([1109.0, 911.0]),
        specific_heat=np.array([3391.0, 2348.0]),
        thermal_conductivity=np.array([0.37, 0.21]),
        perfusion_rate=np.zeros(2),
        arterial_temperature=310.15,
        blood_heat_capacity=BLOOD,
    )
    grid = column(np.linspace(0.0, 10e-3, 21))
    found = resting_temperature(grid, thermal, Surface(10.0, 295.15, 0.0))
    flux = 15.0 / (1.0 / 10.0 + 1.23e-3 / 0.37 + 8.77e-3 / 0.21)
    upper = np.minimum(grid.z, 1.23e-3)
    expected = 295.15 + flux * (0.1 + upper / 0.37 + (grid.z - upper) / 0.21)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.validation
def test_typical_face_rests_between_32_and_35_degrees():
    # facial skin at 22 to 23 C room air, infrared thermography: about 33 to 34 C
    grid = column(graded_edges(1e-5, 1.05, 5e-4, 40e-3))
    surface_temperature = resting_temperature(grid, facial(), AIR)[0] - 273.15
    assert 32.0 < surface_temperature < 35.0


def test_rest_stays_at_rest():
    grid = column(graded_edges(1e-5, 1.05, 5e-4, 40e-3))
    rest = resting_temperature(grid, facial(), AIR)
    later = cooled_temperature(grid, facial(), AIR, rest, np.array([0.0, 1.0, 100.0]))
    np.testing.assert_allclose(later, np.tile(rest, (3, 1)), atol=1e-9)


@pytest.mark.verification
def test_sudden_contact_cools_as_the_half_space_under_convection():
    # Carslaw & Jaeger 1959, section 2.7: uniform start, exchange with a medium at the plate's T
    h, plate, start, time = 5000.0, 282.15, 310.15, 0.5
    grid = column(graded_edges(5e-6, 1.04, 1e-3, 40e-3))
    found = cooled_temperature(
        grid,
        homogeneous(),
        Surface(h, plate, 0.0),
        np.full(grid.shape[0], start),
        np.array([time]),
        tolerance=1e-6,
    )[0]
    root = math.sqrt(0.37 / RHO_C * time)
    scaled = grid.z / (2.0 * root)
    filled = erfc(scaled) - np.exp(-(scaled**2)) * erfcx(scaled + h / 0.37 * root)
    np.testing.assert_allclose(found, start + (plate - start) * filled, atol=0.02)


def test_steady_state_under_new_air_is_its_rest():
    grid = column(graded_edges(1e-5, 1.05, 5e-4, 40e-3))
    jet = Surface.typical("cold air")
    rest = resting_temperature(grid, facial(), AIR)
    later = cooled_temperature(grid, facial(), jet, rest, np.array([1e5]))[0]
    np.testing.assert_allclose(later, resting_temperature(grid, facial(), jet), atol=2e-3)


def test_kernels_compute_the_same_without_compilation():
    # one L-stable stage of a two-mode, three-cell problem, solved with a dense matrix
    capacity, lateral = np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, 1.0])
    conductance, perfusion = np.array([0.1, 2.0, 1.5, 0.7]), np.array([0.0, 0.2, 0.3])
    decay, state = np.array([0.0, 4.0]), np.arange(6.0).reshape(3, 2)
    source = np.ones((3, 2))
    results = []
    for plain in (False, True):
        eliminate, rate, solve = (
            kernel.py_func if plain else kernel
            for kernel in (_kernel.eliminate, _kernel.rate_of_change, _kernel.solve)
        )
        pivot, out = np.zeros((3, 2)), np.zeros((3, 2))
        eliminate(capacity, conductance, perfusion, lateral, decay, 0.3, 2, pivot)
        rate(state, source, conductance, perfusion, lateral, decay, 2, out)
        solve(conductance, 0.3, 2, pivot, out)
        results.append(out)
    np.testing.assert_allclose(results[0], results[1], rtol=1e-14)
    for m in range(2):
        operator = -np.diag(conductance[:-1] + conductance[1:] + perfusion + lateral * decay[m])
        operator += np.diag(conductance[1:-1], 1) + np.diag(conductance[1:-1], -1)
        expected = np.linalg.solve(
            np.diag(capacity) - 0.3 * operator, operator @ state[:, m] + source[:, m]
        )
        np.testing.assert_allclose(results[0][:, m], expected, rtol=1e-13)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"heat_source": np.zeros((2, 2))}, r"heat_source has shape \(2, 2\)"),
        ({"times": np.array([1.0, 0.5])}, "times must rise"),
        ({"times": np.array([-1.0, 0.5])}, "times must rise"),
        ({"duration": 0.0}, "duration is 0 s"),
        ({"tolerance": 0.5}, "tolerance is 0.5"),
    ],
)
def test_impossible_input_is_refused_with_a_reason(change, message):
    grid = graded()
    arguments = {
        "heat_source": beam(grid),
        "duration": 3e-4,
        "times": np.array([1.0]),
        "tolerance": 1e-4,
    } | change
    with pytest.raises(ParameterError, match=message):
        temperature_rise(grid, facial(), AIR, **arguments)


def test_source_that_is_not_finite_is_refused():
    grid = graded()
    source = beam(grid)
    source[3, 2] = math.nan
    with pytest.raises(ParameterError, match="not finite"):
        temperature_rise(grid, facial(), AIR, source, 3e-4, np.array([1.0]))


def test_start_of_another_grid_is_refused():
    grid = graded()
    with pytest.raises(ParameterError, match="start has shape"):
        cooled_temperature(grid, facial(), AIR, np.full(3, 300.0), np.array([1.0]))
