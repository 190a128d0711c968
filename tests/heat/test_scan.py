import math

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.heat import _scan_kernel
from porelight.heat.closed_form import HalfSpace, gaussian_pulse_rise, pulsed
from porelight.heat.conduction import resting_temperature, temperature_rise
from porelight.heat.scan import (
    PulseResponse,
    first_time_above,
    pulse_response,
    session_rise,
    session_times,
    thermometer_reading,
    treatment_grid,
)
from porelight.heat.surface import Surface
from porelight.laser.handpiece import raster
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import LayeredThermal, skin_thermal

RHO_C = 1109.0 * 3391.0
BLOOD = 1050.0 * 3617.0
RADIUS, MU_A, PULSE, ENERGY = 2.5e-3, 1e3, 3e-4, 2.75
MEDIUM = HalfSpace(0.37, RHO_C, heat_transfer=100.0, perfusion=2e-3 * BLOOD)
SURFACE = Surface(100.0, 295.0, 0.0)
SKIN = LayeredThermal(
    thickness=np.array([math.inf]),
    density=np.array([1109.0]),
    specific_heat=np.array([3391.0]),
    thermal_conductivity=np.array([0.37]),
    perfusion_rate=np.array([2e-3]),
    arterial_temperature=310.15,
    blood_heat_capacity=BLOOD,
)
DEPTHS = np.array([0.0, 1e-4, 5e-4, 2e-3])


def absorbed_gaussian(grid: Grid) -> np.ndarray:
    depth = -np.diff(np.exp(-MU_A * grid.z_edges)) / np.diff(grid.z_edges)
    across = -np.diff(np.exp(-((grid.r_edges / RADIUS) ** 2))) / grid.ring_area
    return np.outer(depth, across)


def gaussian_response(until: float) -> PulseResponse:
    grid = treatment_grid(5e-3)
    return pulse_response(grid, SKIN, SURFACE, absorbed_gaussian(grid), PULSE, DEPTHS, until)


@pytest.mark.verification
def test_fifty_pulses_along_a_line_are_the_sum_of_closed_forms():  # case H3
    n = 50
    start = np.arange(n) / 7.0
    path = np.stack([np.linspace(-20e-3, 20e-3, n), np.zeros(n)], axis=1)
    places = np.array([[0.0, 0.0], [5e-3, 1e-3], [20e-3, 4e-3], [-20e-3, 10e-3]])
    times = np.array([3.58, start[-1] + 0.01, 20.0, 60.0, 200.0])
    found = session_rise(gaussian_response(200.0), start, path, ENERGY, places, times)
    exact = np.zeros_like(found)
    for i, time in enumerate(times):
        for begin, centre in zip(start[start + PULSE < time], path, strict=False):
            r = np.hypot(*(places - centre).T)[:, None]
            exact[i] += ENERGY * pulsed(
                lambda t, r=r: gaussian_pulse_rise(MEDIUM, RADIUS, MU_A, r, DEPTHS, t),
                time - begin,
                PULSE,
            )
    error = np.abs(found - exact).max(axis=(1, 2)) / exact.max(axis=(1, 2))
    assert error.max() < 3e-3


@pytest.mark.verification
def test_pulses_over_a_wide_area_warm_it_as_one_dimension_does():
    # energy: a lattice of pulses wider than heat spreads is a uniform source of energy per area
    pitch, until = 3e-3, 100.0
    line = pitch * np.arange(-20, 21)
    lattice = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    places = np.array([[0.0, 0.0], [0.5 * pitch, 0.0], [0.5 * pitch, 0.5 * pitch]])
    times = np.array([0.02, 3.0, 30.0, until])
    found = session_rise(
        gaussian_response(until), np.zeros(lattice.shape[0]), lattice, ENERGY, places, times
    )
    grid = treatment_grid(5e-3)
    column = Grid(np.array([0.0, 1.0]), grid.z_edges)
    power = -np.diff(np.exp(-MU_A * grid.z_edges)) / np.diff(grid.z_edges) / PULSE
    alone = temperature_rise(
        column, SKIN, SURFACE, ENERGY / pitch**2 * power[:, None], PULSE, times, tolerance=1e-6
    )[:, :, 0]
    for i in range(times.size):
        expected = np.interp(DEPTHS[1:], grid.z, alone[i])
        np.testing.assert_allclose(
            found[i, :, 1:].mean(axis=0), expected, atol=2e-3 * expected.max()
        )


@pytest.mark.validation
def test_genesis_over_100_cm2_brings_the_surface_to_the_clinical_end_point():
    # 2,000 pulses of 2.75 J, 7 Hz; per layer absorbed as in case L6 of the optical benchmarks;
    # one-dimensional estimate 42.6 C at resting perfusion, clinical end point 38 to 44 C
    skin = Skin.typical("cheek", 3, 40.0)
    thermal, air = skin_thermal(skin), Surface.typical()
    grid = treatment_grid(5e-3)
    tops = np.array([0.0, 1e-4, 3e-4, 4e-4, 1.9e-3, 11.9e-3])
    shares = [0.046681, 0.028159, 0.028003, 0.173965, 0.139572]
    across = np.exp(-((grid.r / 2.8e-3) ** 8))
    across /= across @ grid.ring_area
    absorbed = np.zeros(grid.shape)
    for top, bottom, share in zip(tops[:-1], tops[1:], shares, strict=True):
        inside = np.diff(np.clip(grid.z_edges, top, bottom)) / np.diff(grid.z_edges)
        profile = inside * np.exp(-np.maximum(grid.z - 1.9e-3, 0.0) / 2.5e-3)
        profile /= profile @ np.diff(grid.z_edges)
        absorbed += share * np.outer(profile, across)
    path = raster(100e-4, 2000, 7.0, 5e-3, passes=4)
    end = float(path.time[-1])
    response = pulse_response(grid, thermal, air, absorbed, PULSE, np.zeros(1), end + 1.0)
    places = np.random.default_rng(1).uniform(-1e-2, 1e-2, (40, 2))
    rise = session_rise(response, path.time, path.position, ENERGY, places, np.array([end + 0.14]))
    rest = resting_temperature(grid, thermal, air)[0]
    assert 38.0 < rest - 273.15 + rise.mean() < 44.0


def small_response() -> PulseResponse:
    rng = np.random.default_rng(5)
    time = 1e-3 * 2.0 ** np.arange(8)
    return PulseResponse(
        time, np.array([0.0, 1e-3, 3e-3]), np.zeros(2), rng.random((time.size, 2, 3))
    )


def test_nodes_are_met_and_the_rise_before_the_first_is_linear():
    response = small_response()
    times = np.array([0.0, 0.5e-3, 1e-3, 8e-3])
    found = session_rise(
        response, np.zeros(1), np.zeros((1, 2)), 3.0, np.array([[1e-3, 0.0]]), times
    )[:, 0]
    first = 3.0 * response.rise[0, :, 1]
    expected = [0.0 * first, 0.5 * first, first, 3.0 * response.rise[3, :, 1]]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_place_beyond_the_response_stays_cold():
    found = session_rise(
        small_response(),
        np.zeros(1),
        np.zeros((1, 2)),
        3.0,
        np.array([[3e-3, 0.0], [9e-3, 0.0]]),
        np.array([0.1]),
    )
    assert not found.any()


def test_each_pulse_has_its_own_energy():
    response, places, times = small_response(), np.zeros((1, 2)), np.array([0.05])
    start, path = np.array([0.0, 0.01]), np.array([[0.0, 0.0], [1e-3, 1e-3]])
    energy = np.array([2.0, 5.0])
    both = session_rise(response, start, path, energy, places, times)
    alone = [
        session_rise(response, start[i : i + 1], path[i : i + 1], energy[i], places, times)
        for i in range(2)
    ]
    np.testing.assert_allclose(both, alone[0] + alone[1], rtol=1e-14)


def test_compiled_sum_equals_the_plain_one():
    rng = np.random.default_rng(2)
    arguments = (
        rng.random((5, 3, 2)),
        math.log(1e-3),
        1.0 / math.log(3.0),
        1e-3,
        np.sort(rng.random(6)) * 0.02,
        rng.random(6),
        np.array([0, 1, -1, 0, 1, 0]),
        rng.random(6),
        np.linspace(0.0, 0.07, 9),
    )
    plain, compiled = np.zeros((9, 2)), np.zeros((9, 2))
    _scan_kernel.add_pulses.py_func(*arguments, plain)
    _scan_kernel.add_pulses(*arguments, compiled)
    np.testing.assert_allclose(compiled, plain, rtol=1e-13)
    assert plain.any()


def test_times_are_fine_after_covering_pulses_and_coarse_elsewhere():
    start = np.arange(100) / 7.0
    path = np.stack([np.linspace(-30e-3, 30e-3, 100), np.zeros(100)], axis=1)
    times = session_times(start, path, np.zeros(2), 5e-3, 60.0, pulse_duration=PULSE)
    assert times[0] == 0.0
    assert times[-1] == 60.0
    assert (np.diff(times) > 0.0).all()
    hit = start[np.abs(path[:, 0]) < 2.5e-3]
    assert hit.size > 5
    for begin in hit:
        for wanted in (begin, begin + PULSE, begin + PULSE + 1e-5):
            assert np.abs(times - wanted).min() < 1e-12
    far = times[(times > start[-1] * 0.8) & (times < start[-1] * 0.95)]
    assert np.diff(far).min() > 0.4
    assert np.diff(times).max() < 0.5 * 60.0


def test_two_thousand_pulses_need_about_a_thousand_times():
    path = raster(100e-4, 2000, 7.0, 5e-3, passes=4)
    times = session_times(path.time, path.position, np.zeros(2), 5e-3, 400.0, pulse_duration=PULSE)
    assert 500 < times.size < 3000


def test_times_stop_with_the_session_when_it_is_cut_short():
    path = raster(100e-4, 2000, 7.0, 5e-3, passes=4)
    times = session_times(path.time, path.position, np.zeros(2), 5e-3, 10.0)
    assert times[-1] == 10.0


@pytest.mark.verification
def test_thermometer_runs_behind_a_ramp_by_its_lag():
    # dy/dt = (x - y)/lag with x = t, y(0) = 0: y = t - lag (1 - exp(-t / lag))
    times = np.linspace(0.0, 5.0, 7)
    expected = times - 0.5 * (1.0 - np.exp(-times / 0.5))
    np.testing.assert_allclose(thermometer_reading(times, times, 0.5), expected, atol=1e-12)


def test_thermometer_without_lag_shows_the_surface():
    times, surface = np.array([0.0, 1.0, 3.0]), np.array([306.0, 330.0, 310.0])
    np.testing.assert_array_equal(thermometer_reading(times, surface, 0.0), surface)


def test_thermometer_does_not_see_a_flash():
    times = np.array([0.0, 1.0, 1.0003, 1.01, 3.0])
    surface = np.array([306.0, 306.0, 326.0, 306.0, 306.0])
    assert thermometer_reading(times, surface, 0.5).max() < 307.0


def test_first_time_above_is_interpolated_and_infinite_if_never():
    times, surface = np.array([0.0, 1.0, 2.0]), np.array([300.0, 310.0, 320.0])
    assert first_time_above(surface, times, 315.0) == 1.5
    assert first_time_above(surface, times, 300.0) == 0.0
    assert first_time_above(surface, times, 320.1) == math.inf


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pulse_time": np.array([1.0, 0.0])}, "must not fall"),
        ({"pulse_position": np.zeros((3, 2))}, "pulse_position has shape"),
        ({"places": np.zeros(2)}, "places has shape"),
        ({"times": np.array([1.0])}, "make it with until=1"),
        ({"pulse_energy": -1.0}, "pulse_energy is -1 J"),
    ],
)
def test_impossible_session_is_refused_with_a_reason(change, message):
    sound = {
        "pulse_time": np.array([0.0, 0.0]),
        "pulse_position": np.zeros((2, 2)),
        "pulse_energy": 1.0,
        "places": np.zeros((1, 2)),
        "times": np.array([0.1]),
    }
    session_rise(small_response(), **sound)
    with pytest.raises(ParameterError, match=message):
        session_rise(small_response(), **(sound | change))


def test_readings_need_a_time_each():
    with pytest.raises(ParameterError, match="one temperature for each time"):
        first_time_above(np.zeros(3), np.zeros(2), 300.0)
    with pytest.raises(ParameterError, match="rise strictly"):
        thermometer_reading(np.zeros(2), np.full(2, 300.0), 0.5)
