import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.injury.field import InjuryParameters, injury_field
from porelight.injury.follicle import IrradiatedHair, injury_around_hair

DIFFUSIVITY = 1.1e-7  # m2/s


def hair(rise, pulses=1, duration=3e-4, diameter=30e-6):
    times = 0.2 * np.arange(float(pulses))
    return IrradiatedHair(diameter, DIFFUSIVITY, duration, times, np.full(pulses, float(rise)))


@pytest.mark.verification
def test_far_from_a_thin_hair_its_heat_is_that_of_a_line_source():
    # a thin cylinder heated by dT holds pi a^2 rho c dT per length, which spreads as
    # a^2 dT / (4 alpha t) exp(-r^2 / 4 alpha t) once a^2 / 4 alpha t is small
    time, distance = np.array([0.05, 0.1, 0.4]), np.array([1e-4, 1.5e-4, 2e-4])
    lit = hair(25.0, duration=1e-6)
    age = 4.0 * DIFFUSIVITY * time[:, None]
    line = 25.0 * (15e-6) ** 2 / age * np.exp(-(distance**2) / age)
    # between its times the excess is a straight line, 1.2 times apart
    np.testing.assert_allclose(lit.temperature_rise(time, distance), line, rtol=0.02)


@pytest.mark.verification
def test_on_the_axis_a_hair_has_its_whole_rise_at_the_end_of_a_short_pulse():
    lit = hair(25.0, duration=1e-6)
    assert lit.temperature_rise(np.array([1e-6]), np.zeros(1))[0, 0] == pytest.approx(
        25.0, rel=1e-3
    )


def test_injury_falls_with_the_distance_and_is_the_skins_own_far_away():
    time = np.linspace(0.0, 5.0, 2001)
    skin = np.full(time.size, 273.15 + 44.0)
    distance = np.array([20e-6, 60e-6, 120e-6, 3e-3])
    parameters = InjuryParameters.typical()
    around = injury_around_hair(time, skin, distance, hair(60.0, 20), parameters, resting=307.0)
    bare = injury_field(time, skin[:, None], parameters, resting=307.0)
    for name in ("killed", "denatured", "coagulated", "cem43"):
        share = getattr(around, name)
        assert (np.diff(share) <= 0.0).all()
        np.testing.assert_allclose(share[-1], getattr(bare, name)[0], rtol=1e-6)
    assert around.killed[0] > 4.0 * around.killed[-1]


def test_a_hair_that_takes_up_no_light_adds_nothing():
    time, skin = np.linspace(0.0, 1.0, 101), np.full(101, 318.0)
    around = injury_around_hair(
        time, skin, np.array([5e-5, 1e-3]), hair(0.0), InjuryParameters.typical(), resting=307.0
    )
    assert around.killed[0] == around.killed[1] > 0.0


@pytest.mark.parametrize(
    ("times", "rises", "message"),
    [
        ([0.0, 1.0], [3.0], "expected both"),
        ([1.0, 0.0], [3.0, 3.0], "must not fall"),
    ],
)
def test_pulses_that_do_not_fit_are_refused(times, rises, message):
    with pytest.raises(ParameterError, match=message):
        IrradiatedHair(30e-6, DIFFUSIVITY, 3e-4, np.array(times), np.array(rises))


def test_a_map_of_temperatures_is_refused():
    time = np.linspace(0.0, 1.0, 5)
    with pytest.raises(ParameterError, match="expected"):
        injury_around_hair(
            time,
            np.full((5, 2), 310.0),
            np.array([1e-4]),
            hair(1.0),
            InjuryParameters.typical(),
            resting=307.0,
        )
