import math

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.heat.closed_form import HalfSpace, gaussian_pulse_rise, pulsed
from porelight.heat.pulse import PulseResponse, pulse_response, treatment_grid
from porelight.heat.surface import Surface
from porelight.tissue.thermal import LayeredThermal

RHO_C = 1109.0 * 3391.0
BLOOD = 1050.0 * 3617.0
RADIUS, MU_A, PULSE = 2.5e-3, 1e3, 3e-4
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


def gaussian_response(depths: np.ndarray, until: float) -> PulseResponse:
    grid = treatment_grid(5e-3)
    depth = -np.diff(np.exp(-MU_A * grid.z_edges)) / np.diff(grid.z_edges)
    across = -np.diff(np.exp(-((grid.r_edges / RADIUS) ** 2))) / grid.ring_area
    return pulse_response(grid, SKIN, SURFACE, np.outer(depth, across), PULSE, depths, until)


@pytest.mark.verification
@pytest.mark.parametrize("decade", [-3, -2, -1, 0, 1, 2])
def test_response_to_a_gaussian_pulse_is_the_closed_form(decade):
    depths = np.array([0.0, 1e-4, 1e-3])
    response = gaussian_response(depths, 200.0)
    i = int(np.abs(response.time - 10.0**decade).argmin())
    exact = pulsed(
        lambda t: gaussian_pulse_rise(MEDIUM, RADIUS, MU_A, response.r, depths[:, None], t),
        float(response.time[i]),
        PULSE,
    )
    np.testing.assert_allclose(response.rise[i], exact, atol=3e-3 * exact.max())


def test_end_of_the_pulse_is_one_of_the_times():
    response = gaussian_response(np.array([0.0]), 10.0)
    assert PULSE in response.time
    assert response.time[-1] >= 10.0
    assert response.time[0] <= 1e-5


def test_surface_lies_between_air_and_the_first_cell():
    # a strong exchange: flux h u0 through half a cell of 4 um
    grid = treatment_grid(5e-3)
    surface = Surface(25000.0, 247.0, 0.0)
    absorbed = np.ones(grid.shape)
    response = pulse_response(grid, SKIN, surface, absorbed, PULSE, np.array([0.0, grid.z[0]]), 1.0)
    expected = 1.0 / (1.0 + 25000.0 * grid.z[0] / 0.37)
    np.testing.assert_allclose(response.rise[-1, 0] / response.rise[-1, 1], expected, rtol=1e-9)


def test_rim_of_the_spot_and_the_layers_lie_on_edges():
    grid = treatment_grid(5e-3, interfaces=[4.5e-5, 1.95e-4, 9e-4])
    for edge in (4.5e-5, 1.95e-4, 9e-4):
        assert edge in grid.z_edges
    assert np.abs(grid.r_edges - 2.5e-3).min() < 1e-12
    assert grid.r_edges[-1] == pytest.approx(60e-3)
    assert grid.z_edges[-1] == pytest.approx(30e-3)
    assert np.diff(grid.z_edges)[0] < 5e-6


def test_interface_outside_the_grid_is_refused():
    with pytest.raises(ParameterError, match=r"interface at 0.05 m"):
        treatment_grid(5e-3, interfaces=[50e-3])


def test_millimetres_as_spot_diameter_are_refused():
    with pytest.raises(ParameterError, match="Millimetres"):
        treatment_grid(5.0)


def test_depth_below_the_grid_is_refused():
    grid = treatment_grid(5e-3)
    with pytest.raises(ParameterError, match="depths must lie between"):
        pulse_response(grid, SKIN, SURFACE, np.ones(grid.shape), PULSE, np.array([0.04]), 1.0)


def test_response_that_ends_in_the_pulse_is_refused():
    grid = treatment_grid(5e-3)
    with pytest.raises(ParameterError, match=r"until is 0\.0001 s"):
        pulse_response(grid, SKIN, SURFACE, np.ones(grid.shape), PULSE, np.array([0.0]), 1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rise": np.zeros((3, 1, 2))}, "rise has shape"),
        ({"time": np.array([1.0, 2.0, 3.0])}, "constant ratio"),
        ({"time": np.array([0.0, 2.0, 4.0])}, "constant ratio"),
        ({"r": np.array([1e-3, 2e-3, 3e-3])}, "r must start at 0"),
    ],
)
def test_inconsistent_response_is_refused(change, message):
    sound = {
        "time": np.array([1.0, 2.0, 4.0]),
        "r": np.array([0.0, 1e-3, 2e-3]),
        "depth": np.zeros(1),
        "rise": np.zeros((3, 1, 3)),
    }
    PulseResponse(**sound)
    with pytest.raises(ParameterError, match=message):
        PulseResponse(**(sound | change))
