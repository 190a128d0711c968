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
    pulse_response,
    rise_along,
    rise_under_spot,
    session_rise,
    session_times,
    treatment_grid,
)
from porelight.heat.surface import Surface
from porelight.heat.thermometer import thermometer_response
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


def one_by_one(response, start, path, energy, places, times):
    """Add pulse after pulse in plain numpy: linear in log time and in r, as documented."""
    rise = np.zeros((times.size, len(places), response.depth.size))
    for begin, centre in zip(start, path, strict=True):
        age = times - begin
        given = age > 0.0
        k = np.clip(
            np.searchsorted(response.time, age, side="right") - 1, 0, response.time.size - 2
        )
        ratio = response.time[1] / response.time[0]
        late = np.log(np.maximum(age, response.time[0]) / response.time[k]) / math.log(ratio)
        early = np.where(age < response.time[0], age / response.time[0], 1.0 - late)
        for i, place in enumerate(places):
            r = math.hypot(*(place - centre))
            if r >= response.r[-1]:
                continue
            j = int(np.searchsorted(response.r, r, side="right")) - 1
            outer = (r - response.r[j]) / (response.r[j + 1] - response.r[j])
            at = (1.0 - outer) * response.rise[:, :, j] + outer * response.rise[:, :, j + 1]
            one = early[:, None] * at[k] + late[:, None] * at[k + 1]
            rise[given, i] += energy * one[given]
    return rise


@pytest.fixture(scope="module")
def hand():
    path = raster(25e-4, 600, 7.0, 5e-3, passes=2)
    response = gaussian_response(120.0)
    places = np.array([[0.0, 0.0], [1.3e-2, -0.9e-2]])
    times = np.unique(
        np.concatenate(
            [
                session_times(path.time, path.position, place, 5e-3, 110.0, pulse_duration=PULSE)
                for place in places
            ]
        )
    )
    return response, path, places, times


@pytest.mark.verification
def test_summing_old_pulses_on_intervals_changes_nothing_that_matters(hand):
    response, path, places, times = hand
    assert times.size > 500  # so that intervals are halved many times
    exact = one_by_one(response, path.time, path.position, ENERGY, places, times)
    found = session_rise(response, path.time, path.position, ENERGY, places, times)
    np.testing.assert_allclose(found, exact, atol=1e-4 * exact.max())


def test_times_may_come_in_any_order(hand):
    response, path, places, times = hand
    shuffled = np.random.default_rng(3).permutation(times)
    found = session_rise(response, path.time, path.position, ENERGY, places, shuffled)
    sorted_ = session_rise(response, path.time, path.position, ENERGY, places, times)
    np.testing.assert_array_equal(found[np.argsort(shuffled)], sorted_)


def test_what_moves_sees_what_each_place_sees(hand):
    response, path, places, times = hand
    some = times[::40]
    where = places[np.arange(some.size) % 2]
    exact = one_by_one(response, path.time, path.position, ENERGY, places, some)
    found = rise_along(response, path.time, path.position, ENERGY, where, some)
    expected = exact[np.arange(some.size), np.arange(some.size) % 2]
    np.testing.assert_allclose(found, expected, atol=1e-6 * exact.max())


@pytest.mark.verification
def test_what_is_under_the_spot_is_what_a_moving_place_sees(hand):
    response, path, _, _ = hand
    seen = thermometer_response(response, 15e-3)
    looks = path.time[:, None] + np.array([PULSE, 0.02, 0.142])
    found = rise_under_spot(seen, path.time, path.position, ENERGY, looks)
    times = looks.ravel()
    where = np.column_stack([np.interp(times, path.time, axis) for axis in path.position.T])
    exact = rise_along(seen, path.time, path.position, ENERGY, where, times)
    np.testing.assert_allclose(found.reshape(exact.shape), exact, atol=1e-3 * exact.max())


def test_looks_belong_to_their_pulse():
    with pytest.raises(ParameterError, match="a row for each of 2 pulses"):
        rise_under_spot(
            *(small_response(), np.array([0.0, 0.01]), np.zeros((2, 2)), 1.0),
            np.array([[0.005, 0.02], [0.01, 0.02]]),
        )


@pytest.mark.parametrize("n", [0, 5])
def test_without_pulses_or_energy_the_rise_is_exactly_zero(n):
    rise = session_rise(
        gaussian_response(10.0),
        np.arange(n) / 7.0,
        np.zeros((n, 2)),
        0.0,
        np.zeros((3, 2)),
        np.linspace(0.0, 9.0, 50),
    )
    assert rise.shape == (50, 3, 4)
    assert (rise == 0.0).all()


@pytest.mark.parametrize("n_times", [4, 40])
def test_compiled_sums_equal_the_plain_ones(n_times):
    rng = np.random.default_rng(2)
    table = rng.random((5, 3, 2))
    nodes = (math.log(1e-3), 1.0 / math.log(3.0), 1e-3, np.array([1, 2, 2, 2, 2]))
    start, energy = np.sort(rng.random(6)) * 0.02, rng.random(6)
    times = np.linspace(1e-4, 0.07, n_times)
    still = (np.array([0, 1, -1, 0, 1, 0]), rng.random(6), times)
    path, places = 2e-3 * rng.random((6, 2)), 2e-3 * rng.random((n_times, 2))
    radius = np.array([0.0, 1e-3, 2e-3])
    begin, end = np.arange(n_times) % 3, 6 - np.arange(n_times) % 2
    for kernel, arguments in (
        (_scan_kernel.add_pulses, (table, *nodes, 1e-3, start, energy, *still)),
        (
            _scan_kernel.add_pulses_along,
            (table, *nodes, radius, start, path, energy, times, places, begin, end),
        ),
    ):
        plain, compiled = np.zeros((n_times, 2)), np.zeros((n_times, 2))
        kernel.py_func(*arguments, plain)
        kernel(*arguments, compiled)
        np.testing.assert_allclose(compiled, plain, rtol=1e-12)
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


def test_what_moves_needs_a_place_for_each_time():
    with pytest.raises(ParameterError, match="one place for each time"):
        rise_along(
            *(small_response(), np.zeros(1), np.zeros((1, 2)), 1.0),
            *(np.zeros((3, 2)), np.array([0.1])),
        )


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
