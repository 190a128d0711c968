import math

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.heat.pulse import PulseResponse
from porelight.heat.scan import rise_along, session_rise
from porelight.heat.thermometer import (
    first_time_above,
    lagged,
    radiometric_reading,
    thermometer_response,
)

FIELD = 15e-3


def gaussian_response(width: float) -> PulseResponse:
    """Rise exp(-(r/w)^2) at every time."""
    r = np.concatenate([[0.0], np.geomspace(1e-4, 60e-3, 400)])
    time = 1e-3 * 2.0 ** np.arange(6)
    rise = np.broadcast_to(np.exp(-((r / width) ** 2)), (6, 1, r.size)).copy()
    return PulseResponse(time, r, np.zeros(1), rise)


@pytest.mark.verification
@pytest.mark.parametrize("width", [3e-3, 10e-3, 30e-3])
def test_the_mean_over_a_centred_circle_is_its_closed_form(width):
    # (2 / R^2) int_0^R exp(-(r/w)^2) r dr = (w/R)^2 (1 - exp(-(R/w)^2))
    radius = 0.5 * FIELD
    exact = (width / radius) ** 2 * -math.expm1(-((radius / width) ** 2))
    seen = thermometer_response(gaussian_response(width), FIELD)
    assert seen.rise[3, 0, 0] == pytest.approx(exact, rel=2e-3)


@pytest.mark.verification
def test_a_field_of_view_keeps_the_energy_it_passes_over():
    # the mean over a circle moves heat about, the integral over the plane stays
    response = gaussian_response(4e-3)
    seen = thermometer_response(response, FIELD)

    def integral(one: PulseResponse) -> float:
        return float(np.trapezoid(one.r * one.rise[0, 0], one.r))

    assert integral(seen) == pytest.approx(integral(response), rel=3e-3)


def test_a_point_sees_the_surface_itself():
    response = gaussian_response(4e-3)
    np.testing.assert_allclose(thermometer_response(response, 0.0).rise, response.rise, atol=1e-12)


@pytest.mark.verification
def test_what_moves_with_the_hand_sees_the_mean_of_many_points():
    response = gaussian_response(4e-3)
    start, path = np.array([0.0, 0.002, 0.005]), 1e-3 * np.array([[0, 0], [5, 1], [9, -3.0]])
    now, where = np.array([0.01]), np.array([[8e-3, -2e-3]])
    rng = np.random.default_rng(4)
    angle, r = rng.uniform(0.0, 2.0 * np.pi, 4000), 0.5 * FIELD * np.sqrt(rng.random(4000))
    inside = where + np.column_stack([r * np.cos(angle), r * np.sin(angle)])
    points = session_rise(response, start, path, 2.0, inside, now)[0, :, 0]
    seen = rise_along(thermometer_response(response, FIELD), start, path, 2.0, where, now)[0, 0]
    assert abs(points.mean() - seen) < 4.0 * points.std() / np.sqrt(points.size)
    assert points.std() / np.sqrt(points.size) < 0.015 * seen


def test_a_field_of_view_wider_than_the_response_is_refused():
    with pytest.raises(ParameterError, match=r"field_of_view is 0.12 m, wider than the response"):
        thermometer_response(gaussian_response(4e-3), 0.12)


def test_equal_emissivities_read_the_skin_itself():
    skin = np.array([306.0, 315.0])
    np.testing.assert_allclose(radiometric_reading(skin, 0.98, 0.98, 295.0), skin)


def test_an_instrument_set_to_0_95_reads_skin_too_warm():
    # linear in small differences: (T - T_amb) * 0.03 / 0.95 = 0.63 K for 20 K above the room,
    # less the curvature of T^4
    found = radiometric_reading(np.array([313.0]), 0.98, 0.95, 293.0)[0] - 313.0
    assert found == pytest.approx(20.0 * 0.03 / 0.95, rel=0.12)
    assert radiometric_reading(np.array([313.0]), 0.98, 1.0, 293.0)[0] < 313.0


def test_an_impossible_emissivity_is_refused():
    with pytest.raises(ParameterError, match="emissivity is 98"):
        radiometric_reading(np.array([306.0]), 98.0, 1.0, 295.0)


@pytest.mark.verification
def test_thermometer_runs_behind_a_ramp_by_its_lag():
    # dy/dt = (x - y)/lag with x = t, y(0) = 0: y = t - lag (1 - exp(-t / lag))
    times = np.linspace(0.0, 5.0, 7)
    expected = times - 0.5 * (1.0 - np.exp(-times / 0.5))
    np.testing.assert_allclose(lagged(times, times, 0.5), expected, atol=1e-12)


def test_thermometer_without_lag_shows_the_surface():
    times, surface = np.array([0.0, 1.0, 3.0]), np.array([306.0, 330.0, 310.0])
    np.testing.assert_array_equal(lagged(times, surface, 0.0), surface)


def test_thermometer_does_not_see_a_flash():
    times = np.array([0.0, 1.0, 1.0003, 1.01, 3.0])
    surface = np.array([306.0, 306.0, 326.0, 306.0, 306.0])
    assert lagged(times, surface, 0.5).max() < 307.0


def test_first_time_above_is_interpolated_and_infinite_if_never():
    times, surface = np.array([0.0, 1.0, 2.0]), np.array([300.0, 310.0, 320.0])
    assert first_time_above(surface, times, 315.0) == 1.5
    assert first_time_above(surface, times, 300.0) == 0.0
    assert first_time_above(surface, times, 320.1) == math.inf


def test_readings_need_a_time_each():
    with pytest.raises(ParameterError, match="one temperature for each time"):
        first_time_above(np.zeros(3), np.zeros(2), 300.0)
    with pytest.raises(ParameterError, match="rise strictly"):
        lagged(np.zeros(2), np.full(2, 300.0), 0.5)
