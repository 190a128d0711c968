import math

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.grid import Grid, graded_edges
from porelight.heat.conduction import exposure_rise
from porelight.heat.cooling import SurfaceSchedule
from porelight.heat.mean_rise import mean_rise
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.tissue.thermal import LayeredThermal

AIR, PLATE = Surface(10.0, 295.0, 0.0), Surface(5000.0, 278.0, 0.0)
GRID = Grid(graded_edges(2e-4, 1.2, 2e-3, 15e-3), graded_edges(1e-5, 1.2, 1e-3, 15e-3))
ABSORBED = 1e6 * np.exp(-GRID.z[:, None] / 1e-3 - (GRID.r / 2.5e-3) ** 2)
INNER = np.where(np.arange(GRID.shape[1]) < 3, GRID.ring_area, 0.0)
WEIGHT = INNER / INNER.sum()
THERMAL = LayeredThermal(
    thickness=np.array([1e-4, math.inf]),
    density=np.array([1109.0, 911.0]),
    specific_heat=np.array([3391.0, 2348.0]),
    thermal_conductivity=np.array([0.37, 0.21]),
    perfusion_rate=np.array([0.0, 2e-3]),
    arterial_temperature=310.15,
    blood_heat_capacity=1050.0 * 3617.0,
)


@pytest.mark.verification
@pytest.mark.parametrize(
    ("surface", "profile"),
    [
        (AIR, TemporalProfile.rectangle(3e-4)),
        (AIR, TemporalProfile.rectangle(0.01).repeated(0.2, 3)),
        # the plate goes while the second pulse is on
        (SurfaceSchedule((PLATE, AIR), (0.205,)), TemporalProfile.rectangle(0.01).repeated(0.2, 3)),
        (AIR, TemporalProfile.sampled(np.array([0.0, 0.1, 0.3]), np.array([0.0, 1.0, 0.2]))),
    ],
)
def test_modes_and_steps_give_the_same_rise(surface, profile):
    times = np.array([0.0, 1e-5, 3e-4, 0.01, 0.205, 0.21, 0.6, 5.0, 300.0])
    steps = exposure_rise(GRID, THERMAL, surface, ABSORBED, profile, times, tolerance=1e-8).rise
    modes = mean_rise(GRID, THERMAL, surface, ABSORBED, profile, times, WEIGHT)
    expected = steps @ WEIGHT
    np.testing.assert_allclose(modes, expected, atol=1e-8 * expected.max())


@pytest.mark.verification
def test_five_thousand_pulses_are_the_sum_of_five_thousand_responses():
    period, n = 0.1, 5000
    one = TemporalProfile.rectangle(3e-4)
    since = np.sort(period * np.arange(n) + 0.05)
    response = mean_rise(GRID, THERMAL, AIR, ABSORBED, one, since, WEIGHT)
    last = np.array([period * (n - 1) + 0.05])
    train = mean_rise(GRID, THERMAL, AIR, ABSORBED, one.repeated(period, n), last, WEIGHT)
    np.testing.assert_allclose(train[0], response.mean(axis=0), rtol=1e-9)


def test_a_mean_over_other_rings_than_those_of_the_grid_is_refused():
    profile, look = TemporalProfile.rectangle(0.1), np.array([1.0])
    with pytest.raises(ParameterError, match=r"weight \(3,\)"):
        mean_rise(GRID, THERMAL, AIR, ABSORBED, profile, look, np.ones(3) / 3.0)
    with pytest.raises(ParameterError, match="times must rise"):
        mean_rise(GRID, THERMAL, AIR, ABSORBED, profile, look[::-1] - 2.0, WEIGHT)
