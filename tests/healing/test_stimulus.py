"""The uncalibrated map from injury to dose: zero, order, bounds, averages."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.data.library import table
from porelight.errors import ParameterError
from porelight.healing.stimulus import StimulusParameters, dermal_mean, stimulus

TYPICAL = StimulusParameters.typical()


def test_no_injury_gives_exactly_no_dose():
    zero = np.zeros((3, 2))
    np.testing.assert_array_equal(stimulus(zero, zero, zero, TYPICAL), 0.0)


def test_small_injuries_add_up_by_their_weights():
    h, c, b = np.array([1e-5]), np.array([2e-5]), np.array([4e-9])
    expected = 15.0 * h + 10.0 * c + 1.0 * b / 80e-6
    np.testing.assert_allclose(stimulus(h, c, b, TYPICAL), expected, rtol=1e-3)


@settings(deadline=None, derandomize=True)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1e-3), st.floats(0.0, 0.5))
def test_dose_grows_with_injury_and_stays_below_its_bound(h, c, b, more):
    dose = stimulus(np.array([h]), np.array([c]), np.array([b]), TYPICAL)
    larger = stimulus(np.array([min(h + more, 1.0)]), np.array([c]), np.array([b]), TYPICAL)
    assert 0.0 <= dose[0] <= larger[0] <= TYPICAL.largest_stimulus


def test_a_warm_session_gives_a_dose_in_the_literatures_range():
    # mean heat-shocked fraction of 2 to 10 %: the prior of a session's dose is 0.3 to 2
    zero = np.zeros(2)
    low, high = stimulus(np.array([0.02, 0.10]), zero, zero, TYPICAL)
    assert 0.2 < low < 0.5
    assert 1.0 < high < 2.0


def test_draws_run_along_the_last_axis():
    drawn = StimulusParameters.from_values({"heat_shock_weight": np.array([5.0, 15.0, 45.0])})
    zero = np.zeros((4, 1))
    dose = stimulus(zero + 0.05, zero, zero, drawn)
    assert dose.shape == (4, 3)
    assert dose[0, 0] < dose[0, 1] < dose[0, 2]


def test_every_weight_is_flagged_as_assumed_and_uncertain():
    entries = table("tissue", "healing")
    for name in ("heat_shock_weight", "denatured_weight", "wound_weight"):
        assert entries[name].flag == "assumed"
        assert entries[name].prior == "lognormal"
        assert entries[name].high / entries[name].low >= 9.0


@pytest.mark.verification
def test_dermal_mean_is_exact_for_a_piecewise_linear_profile():
    depth = np.array([0.0, 0.05e-3, 0.3e-3, 0.7e-3, 1.0e-3, 3e-3])
    profile = np.array([1.0, 0.8, 0.2, 0.6, 0.0, 5.0])
    fine = np.linspace(0.1e-3, 1.0e-3, 900_001)
    values = np.interp(fine, depth, profile)
    brute = np.sum(0.5 * (values[1:] + values[:-1])) / (fine.size - 1)
    np.testing.assert_allclose(dermal_mean(depth, profile), brute, rtol=1e-9)


def test_dermal_mean_of_a_constant_is_that_constant_for_any_leading_shape():
    depth = np.linspace(0.0, 2e-3, 33)
    np.testing.assert_allclose(dermal_mean(depth, np.full((2, 3, 33), 0.7)), 0.7, rtol=1e-13)


def test_a_profile_that_ends_too_early_is_refused():
    depth = np.linspace(0.0, 0.4e-3, 9)
    with pytest.raises(ParameterError, match=r"depths run from 0 to 0\.0004 m; the mean needs"):
        dermal_mean(depth, np.zeros(9))
    with pytest.raises(ParameterError, match="expected increasing depths"):
        dermal_mean(depth[::-1], np.zeros(9))


def test_impossible_injuries_and_weights_are_refused():
    zero = np.zeros(1)
    with pytest.raises(ParameterError, match=r"heat_shocked is 1\.2"):
        stimulus(zero + 1.2, zero, zero, TYPICAL)
    with pytest.raises(ParameterError, match="wound_depth is 80"):
        stimulus(zero, zero, zero + 80.0, TYPICAL)
    with pytest.raises(ParameterError, match="heat_shock_weight is -1"):
        StimulusParameters.from_values({"heat_shock_weight": -1.0})
