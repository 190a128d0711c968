import numpy as np
import pytest
from scipy.special import jn_zeros

from porelight.grid import Grid, graded_edges
from porelight.heat._modes import radial_modes


def graded() -> Grid:
    return Grid(graded_edges(1e-4, 1.05, 1e-3, 20e-3), np.array([0.0, 1.0]))


def test_transform_there_and_back_is_the_identity():
    modes = radial_modes(graded())
    np.testing.assert_allclose(
        modes.to_modes @ modes.from_modes, np.eye(modes.decay.size), atol=1e-12
    )


def test_constant_mode_holds_the_integral_over_the_area():
    grid = graded()
    values = np.exp(-((grid.r / 3e-3) ** 2))
    amplitude = (values @ radial_modes(grid).to_modes)[0]
    area = radial_modes(grid).area
    np.testing.assert_allclose(amplitude * np.sqrt(area), values @ grid.ring_area, rtol=1e-13)


@pytest.mark.verification
def test_decay_rates_tend_to_those_of_the_disc_with_second_order():
    # an adiabatic disc of radius a has eigenvalues (j1_k / a)^2, j1_k the zeros of J1
    exact = (jn_zeros(1, 3) / 20e-3) ** 2
    errors = []
    for n in (50, 100):
        grid = Grid(np.linspace(0.0, 20e-3, n + 1), np.array([0.0, 1.0]))
        errors.append(np.abs(radial_modes(grid).decay[1:4] / exact - 1.0))
    np.testing.assert_allclose(np.log2(errors[0] / errors[1]), 2.0, atol=0.1)
