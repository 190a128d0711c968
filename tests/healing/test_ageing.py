"""Collagen loss by age and sun."""

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.healing.ageing import (
    YEAR,
    AgeingParameters,
    SunProtection,
    fibroblast_response,
    loss_rate,
)
from porelight.healing.collagen import CollagenKinetics, remodelling

TYPICAL = AgeingParameters.typical()


def collagen_after(times, loss):
    none = np.zeros((0, 1))
    history = remodelling(times, np.zeros(0), none, none, CollagenKinetics.typical(), loss)
    return history.total[:, 0]


@pytest.mark.verification
def test_collagen_of_a_life_falls_on_the_straight_line_of_the_surveys():
    # 1 % of the young adult's collagen a year from 20 on: 0.9 left at 30, 0.5 at 70
    times = np.linspace(0.0, 50.0, 401) * YEAR
    total = collagen_after(times, loss_rate(times, 20.0, TYPICAL))
    np.testing.assert_allclose(total[[80, 400]], [0.9, 0.5], rtol=1e-4)


def test_nothing_is_lost_before_the_onset():
    assert loss_rate(np.zeros(1), 15.0, TYPICAL)[0, 0] == 0.0


def test_sunscreen_spares_what_the_trial_says():
    # Hughes et al. 2013: 24 % less ageing, relative odds 0.59 to 0.98
    bare = loss_rate(np.zeros(1), 40.0, TYPICAL)
    covered = loss_rate(np.zeros(1), 40.0, TYPICAL, protection=(SunProtection(0.0),))
    assert 0.59 < covered[0, 0] / bare[0, 0] < 0.98


def test_sun_raises_the_loss_and_shade_lowers_it():
    rates = [
        loss_rate(np.zeros(1), 40.0, TYPICAL, sun_exposure=sun)[0, 0] for sun in (0.0, 1.0, 3.0)
    ]
    np.testing.assert_allclose(np.array(rates) / rates[1], [0.5, 1.0, 2.0], rtol=1e-12)


def test_protection_acts_only_while_it_lasts_and_by_how_often_it_is_used():
    times = np.array([0.0, 1.0, 2.0, 3.0])
    care = SunProtection(1.0, 3.0, use=0.5)
    ratio = loss_rate(times, 40.0, TYPICAL, protection=(care,)) / loss_rate(times, 40.0, TYPICAL)
    np.testing.assert_allclose(ratio[:, 0], [1.0, 0.875, 0.875, 1.0], rtol=1e-12)


def test_draws_come_out_as_columns():
    drawn = AgeingParameters.from_values({"collagen_loss": np.array([0.006, 0.010])})
    rate = loss_rate(np.zeros(3), 40.0, drawn)
    assert rate.shape == (3, 2)
    assert rate[0, 0] < rate[0, 1]


@pytest.mark.validation
def test_old_fibroblasts_make_what_was_measured():
    # Varani et al. 2006: 82 ng/ml at 18-29, 56 over 80
    np.testing.assert_allclose(fibroblast_response(85.0, TYPICAL), 56.0 / 82.0, rtol=0.01)
    np.testing.assert_array_equal(fibroblast_response(20.0, TYPICAL), 1.0)
    middle = fibroblast_response(52.0, TYPICAL)[0]
    np.testing.assert_allclose(middle, 1.0 - 0.5 * 0.32, rtol=1e-12)


def test_ages_beyond_the_surveys_and_backward_care_are_refused():
    with pytest.raises(ParameterError, match=r"ends at an age of 100.0 years"):
        loss_rate(np.array([0.0, 10.0 * YEAR]), 90.0, TYPICAL)
    with pytest.raises(ParameterError, match="age is -3 years"):
        loss_rate(np.zeros(1), -3.0, TYPICAL)
    with pytest.raises(ParameterError, match="stops at 1 s, before it starts at 2 s"):
        SunProtection(2.0, 1.0)
    with pytest.raises(ParameterError, match="collagen_loss is 1 1/years"):
        AgeingParameters.from_values({"collagen_loss": 1.0})
