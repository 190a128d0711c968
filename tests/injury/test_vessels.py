import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import exp1, ive

from porelight.errors import ParameterError
from porelight.injury.field import InjuryParameters
from porelight.injury.rate_process import altered_fraction
from porelight.injury.vessels import (
    MEMORY,
    N_RINGS,
    PulseExcess,
    VesselParameters,
    cylinder_share,
    pulse_excess,
    vessel_coagulation,
)

DIFFUSIVITY = 1e-7  # m2/s
BODY = 310.15  # K
BLOOD = InjuryParameters.typical().coagulation()


@pytest.mark.verification
def test_axis_of_a_cooling_cylinder_follows_its_closed_form():
    number = np.geomspace(1e-3, 1e3, 25)
    np.testing.assert_allclose(
        cylinder_share(np.zeros(25), number), -np.expm1(-0.25 / number), rtol=1e-12
    )


@pytest.mark.verification
@pytest.mark.parametrize("number", [1e-5, 1e-3, 0.05, 0.5, 20.0])
def test_mean_over_a_cooling_cylinder_follows_its_closed_form(number):
    node, weight = np.polynomial.legendre.leggauss(120)
    area = 0.5 * (node + 1.0)
    mean = float(0.5 * weight @ cylinder_share(np.sqrt(area), np.full(120, number)))
    s = 0.5 / number
    assert mean == pytest.approx(1.0 - ive(0, s) - ive(1, s), rel=2e-4)


@pytest.mark.verification
def test_heat_that_leaves_the_cylinder_is_found_outside():
    radius = np.linspace(0.0, 30.0, 6001)
    kept = cylinder_share(radius, np.full(radius.size, 2.0))
    assert np.trapezoid(2.0 * radius * kept, radius) == pytest.approx(1.0, rel=1e-5)


@pytest.mark.verification
def test_a_finite_pulse_on_a_narrow_axis_follows_its_closed_form():
    # the mean of 1 - exp(-tau/t) over a pulse has a closed form with the exponential integral
    diameter, duration = 40e-6, 5e-3
    tau = (0.5 * diameter) ** 2 / (4.0 * DIFFUSIVITY)
    exact = -math.expm1(-tau / duration) + tau / duration * exp1(tau / duration)
    mean, _ = quad(
        lambda t: float(cylinder_share(np.array(0.0), np.array(0.25 * t / tau))), 0.0, duration
    )
    assert mean / duration == pytest.approx(exact, rel=1e-8)


@pytest.mark.verification
@pytest.mark.parametrize("diameter", [10e-6, 30e-6, 150e-6])
def test_pulse_excess_is_the_mean_over_the_pulse(diameter):
    duration = 1e-3
    excess = pulse_excess(np.array([diameter]), duration, DIFFUSIVITY)
    ring = math.sqrt(1.5 / N_RINGS)
    for index in (4, 8, 30, 60):
        time = excess.time[index]

        def shorter(age):
            number = np.array(DIFFUSIVITY * age / (0.5 * diameter) ** 2)
            return float(cylinder_share(np.array(ring), number))

        mean, _ = quad(shorter, max(time - duration, 0.0), time)
        assert excess.share[index, 0, 1] == pytest.approx(mean / duration, rel=2e-3, abs=1e-9)


def test_a_short_pulse_lifts_a_wide_vessel_adiabatically():
    excess = pulse_excess(np.array([150e-6]), 1e-5, DIFFUSIVITY)
    np.testing.assert_allclose(excess.share[8], 1.0, atol=1e-4)


def test_a_narrow_vessel_cools_before_a_wide_one():
    excess = pulse_excess(np.array([10e-6, 150e-6]), 3e-4, DIFFUSIVITY)
    late = excess.share[excess.time > 2e-3]
    assert (late[:, 0] < late[:, 1]).all()
    # a lone vessel wide enough to matter has forgotten the pulse by the end of its memory
    assert excess.share[-1].max() < 0.02


def held(share):
    """Return an excess that stays the same for as long as it is remembered."""
    return PulseExcess(np.array([0.0, MEMORY]), np.full((2, 1, N_RINGS), share))


@pytest.mark.verification
def test_held_blood_coagulates_at_its_rate():
    rise = 45.0
    share = vessel_coagulation(
        np.array([0.0, 0.5]),
        np.full(2, BODY),
        np.zeros(1),
        np.array([[rise]]),
        held(1.0),
        BLOOD,
        resting=BODY,
    )
    rate = math.exp(BLOOD.log_rate(np.array(BODY + rise))) - math.exp(
        BLOOD.log_rate(np.array(BODY))
    )
    np.testing.assert_allclose(share, altered_fraction(np.array([0.5 * rate])), rtol=1e-12)


def test_pulses_add_up():
    time = np.array([0.0, 0.1, 0.2])
    common = (time, np.full(3, BODY))
    # two pulses at once of half the rise are one
    one = vessel_coagulation(
        *common, np.zeros(1), np.array([[50.0]]), held(1.0), BLOOD, resting=BODY
    )
    two = vessel_coagulation(
        *common, np.zeros(2), np.full((2, 1), 25.0), held(1.0), BLOOD, resting=BODY
    )
    np.testing.assert_allclose(two, one, rtol=1e-12)


def test_one_line_is_summed_as_any_rate_is():
    class SameRate:
        def log_rate(self, temperature):
            return BLOOD.log_rate(temperature)

    rng = np.random.default_rng(8)
    diameters = VesselParameters.typical().diameters()
    excess = pulse_excess(diameters, 3e-4, DIFFUSIVITY)
    pulses = np.sort(np.append(rng.uniform(0.0, 3.0, 6), [1.0, 1.0]))  # some at once
    offsets = np.concatenate([excess.time, rng.uniform(0.0, 1.5, 40)])
    time = np.unique(np.concatenate([[0.0], *(pulse + offsets for pulse in pulses)]))
    history = (time, BODY + 6.0 * np.sin(time), pulses, rng.uniform(0.0, 70.0, (8, diameters.size)))
    one, any_kind = (
        vessel_coagulation(*history, excess, rate, resting=BODY) for rate in (BLOOD, SameRate())
    )
    assert 0.0 < one.min() < 0.1 < one.max() < 1.0
    np.testing.assert_allclose(one, any_kind, rtol=1e-11)


def test_no_heat_coagulates_exactly_nothing():
    diameters = VesselParameters.typical().diameters()
    share = vessel_coagulation(
        np.linspace(0.0, 600.0, 50),
        np.full(50, BODY - 1.0),
        np.array([10.0, 20.0]),
        np.zeros((2, diameters.size)),
        pulse_excess(diameters, 3e-4, DIFFUSIVITY),
        BLOOD,
        resting=BODY,
    )
    assert (share == 0.0).all()


@settings(max_examples=20, deadline=None)
@given(st.floats(0.0, 120.0), st.floats(0.1, 40.0))
def test_more_light_never_coagulates_less(rise, more):
    diameters = np.array([20e-6, 100e-6])
    excess = pulse_excess(diameters, 3e-4, DIFFUSIVITY)
    time = np.unique(np.concatenate([excess.time, [0.0, 2.0]]))

    def share(lift):
        return vessel_coagulation(
            time,
            np.full(time.size, BODY + 5.0),
            np.zeros(1),
            np.full((1, 2), lift),
            excess,
            BLOOD,
            resting=BODY,
        )

    assert (share(rise + more) >= share(rise)).all()


def test_finer_times_change_little():
    diameters = VesselParameters.typical().diameters()
    excess = pulse_excess(diameters, 3e-4, DIFFUSIVITY)

    def share(time):
        return vessel_coagulation(
            time,
            np.full(time.size, BODY + 5.0),
            np.zeros(1),
            np.full((1, diameters.size), 72.0),
            excess,
            BLOOD,
            resting=BODY,
        )

    coarse = share(excess.time)
    halves = 0.5 * (excess.time[1:] + excess.time[:-1])
    fine = share(np.sort(np.concatenate([excess.time, halves])))
    assert coarse.max() > 0.3
    np.testing.assert_allclose(coarse, fine, rtol=0.02)


def test_diameters_are_shares_of_equal_blood_between_the_limits():
    vessels = VesselParameters.typical()
    diameters = vessels.diameters(200)
    assert (np.diff(diameters) > 0.0).all()
    assert diameters[0] >= vessels.narrowest_vessel
    assert diameters[-1] <= vessels.widest_vessel
    assert np.median(diameters) == pytest.approx(30e-6, rel=0.03)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vessel_diameter": 30.0}, "vessel_diameter is 30 m"),
        ({"narrowest_vessel": 2e-4}, "expected the first below the second"),
    ],
)
def test_impossible_vessels_are_refused(change, message):
    with pytest.raises(ParameterError, match=message):
        VesselParameters.from_values(change)


def test_wrong_shapes_and_unsorted_pulses_are_refused():
    excess = pulse_excess(np.array([3e-5]), 3e-4, DIFFUSIVITY)
    time, tissue = np.array([0.0, 1.0]), np.full(2, BODY)
    with pytest.raises(ParameterError, match="pulse_rise"):
        vessel_coagulation(time, tissue, np.zeros(1), np.zeros((1, 2)), excess, BLOOD, resting=BODY)
    with pytest.raises(ParameterError, match="sort the pulses"):
        vessel_coagulation(
            time,
            tissue,
            np.array([1.0, 0.0]),
            np.zeros((2, 1)),
            excess,
            BLOOD,
            resting=BODY,
        )
