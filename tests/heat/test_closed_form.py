import math

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.heat.closed_form import (
    HalfSpace,
    exponential_relaxation,
    gaussian_pulse_rise,
    gaussian_spread,
    pulsed,
    steady_front_speed,
    surface_flux_rise,
)

SKIN = HalfSpace(0.37, 1109.0 * 3391.0, heat_transfer=300.0, perfusion=7e3)


def test_surface_rise_under_constant_flux_is_the_textbook_root():
    rise = surface_flux_rise(SKIN, 1e4, np.zeros(1), 2.0)
    expected = 2.0 * 1e4 * math.sqrt(2.0 / (math.pi * 0.37 * 1109.0 * 3391.0))
    np.testing.assert_allclose(rise, expected, rtol=1e-14)


def test_flux_rise_has_the_flux_as_its_gradient_at_the_surface():
    z = np.array([0.0, 1e-9])
    rise = surface_flux_rise(SKIN, 1e4, z, 2.0)
    assert -0.37 * (rise[1] - rise[0]) / 1e-9 == pytest.approx(1e4, rel=1e-4)


def test_relaxation_starts_as_the_exponential():
    z = np.linspace(0.0, 3e-3, 7)
    np.testing.assert_allclose(
        exponential_relaxation(SKIN, 1e3, z, 1e-9), np.exp(-1e3 * z), rtol=1e-3
    )
    np.testing.assert_array_equal(exponential_relaxation(SKIN, 1e3, z, 0.0), np.exp(-1e3 * z))


@pytest.mark.verification
@pytest.mark.parametrize("mu_a", [200.0, 3e3, 3e5])
def test_relaxation_satisfies_the_heat_equation(mu_a):
    z, t = np.array([2e-4, 8e-4]), 1.0
    dz, dt = 2e-5, 1e-3

    def u(depth, time):
        return exponential_relaxation(SKIN, mu_a, depth, time)

    curvature = (u(z + dz, t) - 2.0 * u(z, t) + u(z - dz, t)) / dz**2
    change = (u(z, t + dt) - u(z, t - dt)) / (2.0 * dt)
    expected = SKIN.diffusivity * curvature - SKIN.perfusion / SKIN.heat_capacity * u(z, t)
    np.testing.assert_allclose(change, expected, rtol=2e-3)


@pytest.mark.verification
def test_relaxation_loses_heat_at_the_surface_as_the_exchange_says():
    t, dz = 0.5, 1e-8
    u = exponential_relaxation(SKIN, 2e3, np.array([0.0, dz, 2.0 * dz]), t)
    gradient = (-3.0 * u[0] + 4.0 * u[1] - u[2]) / (2.0 * dz)
    assert SKIN.thermal_conductivity * gradient == pytest.approx(300.0 * u[0], rel=1e-4)


def test_relaxation_far_below_the_front_neither_overflows_nor_vanishes():
    u = exponential_relaxation(SKIN, 3e5, np.array([0.0, 1e-3, 2e-2]), 1e-4)
    assert np.isfinite(u).all()
    assert (u >= 0.0).all()


def test_gaussian_keeps_its_integral_while_it_spreads():
    r = np.linspace(0.0, 0.08, 20001)
    for t in (0.0, 1.0, 100.0):
        integral = np.trapezoid(2.0 * np.pi * r * gaussian_spread(SKIN, 2e-3, r, t), r)
        assert integral == pytest.approx(math.pi * 2e-3**2, rel=1e-6)


def test_pulse_without_losses_keeps_the_joule():
    medium = HalfSpace(0.37, 1109.0 * 3391.0)
    r, z = np.linspace(0.0, 0.03, 1501), np.linspace(0.0, 0.03, 3001)
    rise = gaussian_pulse_rise(medium, 2.5e-3, 1e3, r[None, :], z[:, None], 5.0)
    stored = np.trapezoid(np.trapezoid(rise * 2.0 * np.pi * r, r, axis=1), z) * 1109.0 * 3391.0
    assert stored == pytest.approx(1.0, rel=1e-4)


def test_mean_over_the_pulse_is_exact_for_a_root():
    # mean of sqrt(t - s) over s in (0, d) is 2/(3 d) (t^1.5 - (t - d)^1.5)
    found = pulsed(lambda t: np.array([math.sqrt(t)]), 2.0, 2.0)
    assert found[0] == pytest.approx(2.0 / 3.0 * 2.0**1.5 / 2.0, rel=1e-12)


def test_equal_attenuation_and_exchange_is_refused():
    with pytest.raises(ParameterError, match="divides by zero"):
        exponential_relaxation(SKIN, 300.0 / 0.37, np.zeros(1), 1.0)


def test_front_speed_is_net_irradiance_over_heat_of_ablation():
    assert steady_front_speed(9e7, 1e7, 2e9) == pytest.approx(0.04)
