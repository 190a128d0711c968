"""Rate processes: closed forms, splitting, errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.errors import ConvergenceError, ParameterError
from porelight.injury.rate_process import (
    GAS_CONSTANT,
    BranchedProcess,
    RateProcess,
    SeriesProcess,
    altered_fraction,
    damage_integral,
    damage_step,
    threshold_temperature,
)

SKIN = RateProcess("epidermis", 3.1e98, 6.28e5, "Henriques & Moritz 1947")
FAST = RateProcess("short pulses", 1.06e16, 96485.0, "Simanovskii 2006")
SERIES = SeriesProcess("two channels", SKIN, FAST)


def rate(temperature):
    return 3.1e98 * np.exp(-6.28e5 / (GAS_CONSTANT * temperature))


@pytest.mark.verification
def test_held_temperature_matches_rate_times_time():
    time = np.array([0.0, 3.0, 40.0, 60.0])
    for temperature in (310.15, 327.0, 345.0):
        omega = damage_integral(time, np.full((4, 1), temperature), SKIN)
        np.testing.assert_allclose(omega, 60.0 * rate(temperature), rtol=1e-12)


@pytest.mark.verification
def test_ramp_linear_in_inverse_temperature_is_exact_in_one_step():
    # k = A exp(-u E/R) with u = 1/T running from u0 to u1: mean k = (k1 - k0) / ln(k1 / k0)
    t0, t1 = 318.0, 333.0
    exact = 5.0 * (rate(t1) - rate(t0)) / np.log(rate(t1) / rate(t0))
    omega = damage_step(np.array(t0), np.array(t1), 5.0, SKIN)
    np.testing.assert_allclose(omega, exact, rtol=1e-12)


@pytest.mark.verification
def test_error_on_a_smooth_history_falls_with_the_square_of_the_step():
    def omega(n):
        time = np.linspace(0.0, 10.0, n + 1)
        return float(damage_integral(time, 323.0 + 6.0 * np.sin(0.6 * time), SERIES))

    exact = omega(20480)
    errors = np.array([abs(omega(n) - exact) for n in (80, 160, 320)])
    np.testing.assert_allclose(np.log2(errors[:-1] / errors[1:]), 2.0, atol=0.05)


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.floats(300.0, 370.0), min_size=2, max_size=6),
    st.integers(0, 4),
    st.floats(0.05, 0.95),
)
def test_splitting_a_step_changes_nothing(temperatures, where, share):
    time = np.arange(len(temperatures), dtype=float)
    history = np.array(temperatures)
    i = min(where, history.size - 2)
    inverse = (1.0 - share) / history[i] + share / history[i + 1]
    cut_time = np.insert(time, i + 1, i + share)
    cut = np.insert(history, i + 1, 1.0 / inverse)
    np.testing.assert_allclose(
        damage_integral(cut_time, cut, SKIN), damage_integral(time, history, SKIN), rtol=1e-9
    )


def test_a_history_taken_in_two_parts_adds_up():
    time = np.linspace(0.0, 60.0, 31)
    history = 310.0 + 12.0 * np.sin(time / 10.0)[:, None] * np.array([1.0, 0.5])
    whole = damage_integral(time, history, SERIES)
    parts = damage_integral(time[:11], history[:11], SERIES) + damage_integral(
        time[10:], history[10:], SERIES
    )
    np.testing.assert_allclose(parts, whole, rtol=1e-12)


def test_work_in_blocks_gives_the_sum_over_single_steps():
    # 70 000 places leave room for one step per block, one place for all at once
    time = np.linspace(0.0, 4.0, 5)
    one = 315.0 + 3.0 * time[:, None]
    many = np.broadcast_to(one, (5, 70_000))
    np.testing.assert_allclose(
        damage_integral(time, many, SKIN)[-1], damage_integral(time, one, SKIN)[0], rtol=1e-13
    )


def test_series_rate_is_the_harmonic_sum_of_its_channels():
    temperature = np.array([310.0, 335.0, 360.0, 420.0])
    slow, fast = np.exp(SKIN.log_rate(temperature)), np.exp(FAST.log_rate(temperature))
    expected = slow * fast / (slow + fast)
    np.testing.assert_allclose(np.exp(SERIES.log_rate(temperature)), expected, rtol=1e-12)


def test_short_pulse_channel_meets_its_anchor_of_130_celsius_at_0_3_ms():
    assert abs(threshold_temperature(FAST, 3e-4) - 273.15 - 130.0) < 0.1


def test_two_channels_keep_a_pulse_of_a_millisecond_from_killing_at_70_celsius():
    assert threshold_temperature(SKIN, 1e-3) - 273.15 < 71.0
    assert threshold_temperature(SERIES, 1e-3) - 273.15 > 110.0


def test_branches_meet_the_process_of_their_side():
    branched = BranchedProcess("both", SKIN, FAST, 330.0)
    temperature = np.array([329.999, 330.0, 331.0])
    expected = [SKIN.log_rate(temperature)[0], *FAST.log_rate(temperature)[1:]]
    np.testing.assert_array_equal(branched.log_rate(temperature), expected)


def test_coefficients_may_be_arrays_of_draws():
    energies = np.array([[6.2e5], [6.28e5]])
    process = RateProcess("draws", 3.1e98, energies, "test")
    omega = damage_integral(np.array([0.0, 1.0]), np.full((2, 1, 3), 330.0), process)
    assert omega.shape == (2, 3)
    np.testing.assert_allclose(omega[1], rate(330.0), rtol=1e-12)


def test_altered_fraction_keeps_tiny_damage():
    np.testing.assert_allclose(altered_fraction(np.array([1e-18, 1.0])), [1e-18, 1 - np.exp(-1.0)])


@pytest.mark.parametrize(
    ("time", "temperature", "message"),
    [
        ([0.0, 1.0], [37.0, 37.0], r"temperature is 37 K at index \(0,\); expected 200 to 1000 K"),
        ([0.0, 1.0, 2.0], [310.0, 310.0], "time has shape .3,. but temperature has shape .2,"),
        ([0.0], [310.0], "expected .n_time,. with 2 or more"),
        ([0.0, 2.0, 1.0], [310.0] * 3, "time goes from 2 s at index 1 back to 1 s"),
    ],
)
def test_wrong_histories_say_what_is_wrong(time, temperature, message):
    with pytest.raises(ParameterError, match=message):
        damage_integral(np.array(time), np.array(temperature), SKIN)


def test_impossible_coefficients_are_refused_with_the_process_named():
    with pytest.raises(ParameterError, match="activation_energy of epidermis is 628 J/mol"):
        RateProcess("epidermis", 3.1e98, 628.0, "kJ/mol by mistake")
    with pytest.raises(ParameterError, match="switch of both is 50 K"):
        BranchedProcess("both", SKIN, FAST, 50.0)


def test_threshold_outside_the_range_of_search_is_refused():
    with pytest.raises(ConvergenceError, match="no temperature from 250 to 600 K"):
        threshold_temperature(FAST, 1e9)
