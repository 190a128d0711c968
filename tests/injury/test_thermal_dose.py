"""CEM43 against its definition."""

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.injury.thermal_dose import ThermalDose, cem43

BREAK = 316.15


@pytest.mark.verification
@pytest.mark.parametrize(
    ("celsius", "factor"), [(43.0, 1.0), (45.0, 4.0), (42.0, 0.25), (40.0, 1 / 64)]
)
def test_held_temperature_gives_the_published_factors(celsius, factor):
    dose = cem43(np.array([0.0, 30.0]), np.full(2, 273.15 + celsius))
    np.testing.assert_allclose(dose, 30.0 * factor, rtol=1e-11)


@pytest.mark.verification
def test_ramp_across_the_breakpoint_matches_the_closed_form():
    # from 43 - 2 to 43 + 3 in 5 s: integrals of 4^x over -2..0 and of 2^x over 0..3
    exact = (1.0 - 4.0**-2) / np.log(4.0) + (2.0**3 - 1.0) / np.log(2.0)
    for history in ([BREAK - 2.0, BREAK + 3.0], [BREAK + 3.0, BREAK - 2.0]):
        np.testing.assert_allclose(
            cem43(np.array([0.0, 5.0]), np.array(history)), exact, rtol=1e-12
        )


def test_cutting_a_ramp_changes_nothing():
    whole = cem43(np.array([0.0, 10.0]), np.array([312.0, 321.0]))
    time = np.array([0.0, 1.3, 4.0, 7.7, 10.0])
    np.testing.assert_allclose(cem43(time, 312.0 + 0.9 * time), whole, rtol=1e-12)


def test_rate_and_mean_rate_agree_at_a_held_temperature():
    dose = ThermalDose.typical()
    held = np.array([310.0, BREAK, 320.0])
    np.testing.assert_allclose(dose.mean_rate(held, held), dose.rate(held), rtol=1e-13)


def test_a_base_above_one_is_refused():
    with pytest.raises(ParameterError, match="base_above is 2"):
        ThermalDose(2.0, 0.25, BREAK)
