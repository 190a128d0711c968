"""Contraction against the one time course there is."""

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.healing.contraction import ContractionParameters, contraction, dermal_depth

DAY, UM = 86400.0, 1e-6
TYPICAL = ContractionParameters.typical()


def shrunk(days, injured=100 * UM, sessions=(0.0,), parameters=TYPICAL):
    return contraction(
        np.asarray(days, dtype=float) * DAY,
        np.asarray(sessions, dtype=float) * DAY,
        np.full((len(sessions), 1), injured),
        parameters,
    )


@pytest.mark.validation
def test_the_trials_depth_gives_the_trials_time_course():
    # Dermatol. Surg. 1998;24:109, Er:YAG forearm, linear per cent; 3 % is twice the fit's rmse
    days = [0.01, 3, 7, 14, 28, 42, 112]
    measured = np.array([4, 4, 8, 11, 11, 13, 14]) / 100.0
    np.testing.assert_allclose(shrunk(days)[:, 0], measured, atol=0.02)


def test_an_epidermal_wound_contracts_exactly_nothing():
    depth = dermal_depth(np.array([[40 * UM]]), 60 * UM)
    np.testing.assert_array_equal(depth, 0.0)
    np.testing.assert_array_equal(shrunk([0.0, 10.0, 100.0], 0.0, (0.0, 30.0)), 0.0)


def test_dermal_depth_is_what_lies_below_the_epidermis():
    wound = np.array([[30 * UM, 90 * UM]])
    np.testing.assert_allclose(dermal_depth(wound, np.array([50 * UM, 50 * UM])), [[0.0, 40e-6]])


def test_deeper_injury_contracts_more_but_within_bounds():
    final = [shrunk([1000.0], depth)[0, 0] for depth in (20 * UM, 100 * UM, 500 * UM, 5e-3)]
    assert final[0] < final[1] < final[2] < final[3]
    np.testing.assert_allclose(final[1], 0.135, rtol=1e-9)
    assert final[3] <= 0.135 / (1.0 - np.exp(-1.0)) + 1e-12


def test_sessions_multiply_and_never_pass_one():
    once = shrunk([1000.0])[0, 0]
    twice = shrunk([1000.0], sessions=(0.0, 0.0))[0, 0]
    np.testing.assert_allclose(1.0 - twice, (1.0 - once) ** 2, rtol=1e-12)
    assert shrunk([1e4], sessions=tuple(range(200)))[0, 0] < 1.0


def test_contraction_never_lets_go_and_begins_after_the_session():
    course = shrunk([0.0, 0.001, 1.0, 5.0, 40.0, 200.0])[:, 0]
    assert course[0] == 0.0
    np.testing.assert_allclose(course[1], 0.034, atol=1e-4)
    assert np.all(np.diff(course) > 0.0)


def test_draws_come_out_as_columns():
    drawn = ContractionParameters.from_values({"contraction_later": np.array([0.08, 0.12])})
    course = shrunk([0.0, 30.0], parameters=drawn)
    assert course.shape == (2, 2)
    assert course[1, 0] < course[1, 1]


def test_impossible_numbers_are_refused():
    with pytest.raises(ParameterError, match="injured is 100 m"):
        shrunk([1.0], 100.0)
    with pytest.raises(ParameterError, match=r"contraction_later is 10\.1"):
        ContractionParameters.from_values({"contraction_later": 10.1})
    with pytest.raises(ParameterError, match=r"injured has shape .1, 1. for 2 sessions"):
        contraction(np.zeros(1), np.zeros(2), np.zeros((1, 1)), TYPICAL)
