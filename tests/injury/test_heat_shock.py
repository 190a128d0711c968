"""The window between a response and death."""

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.injury.field import InjuryParameters
from porelight.injury.heat_shock import heat_shocked_fraction, strongest_response
from porelight.injury.rate_process import RateProcess, threshold_temperature

SKIN = RateProcess("epidermis", 3.1e98, 6.28e5, "Henriques & Moritz 1947")


def test_response_is_the_product_of_being_shocked_and_alive():
    shock, death = np.array([0.3, 2.0]), np.array([0.01, 0.5])
    expected = (1.0 - np.exp(-shock)) * np.exp(-death)
    np.testing.assert_allclose(heat_shocked_fraction(shock, death), expected, rtol=1e-13)


def test_no_heat_gives_exactly_zero_and_too_much_gives_none():
    assert heat_shocked_fraction(np.array(0.0), np.array(0.0)) == 0.0
    assert heat_shocked_fraction(np.array(52e3), np.array(1e3)) == 0.0


@pytest.mark.parametrize("ratio", [5.0, 52.0, 100.0])
def test_strongest_response_is_a_maximum(ratio):
    death, height = strongest_response(ratio)
    around = death * np.array([0.99, 1.01])
    assert np.all(heat_shocked_fraction(ratio * around, around) < height)


@pytest.mark.validation
@pytest.mark.parametrize(("duration", "low", "high"), [(60.0, 47.0, 50.0), (7200.0, 41.0, 44.0)])
def test_onset_lies_in_the_measured_bands(duration, low, high):
    # Ortner et al. 2015 (abstract): 1 min at 47-50 degC, 2 h at 41-44 degC. Omega_h = 1 within a
    # duration is Omega = 1 within ratio times that duration
    ratio = InjuryParameters.typical().heat_shock_ratio
    assert low < threshold_temperature(SKIN, ratio * duration) - 273.15 < high


def test_negative_integrals_are_refused():
    with pytest.raises(ParameterError, match="death integral is negative"):
        heat_shocked_fraction(np.array([0.1]), np.array([-0.1]))
    with pytest.raises(ParameterError, match="ratio is 0"):
        strongest_response(0.0)
