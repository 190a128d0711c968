import numpy as np
import pytest

import porelight as pl
from porelight.errors import ParameterError
from porelight.heat.temporal_profile import TemporalProfile
from porelight.quantities import N_PHOTONS, PIXELS_PER_METRE, SEED, TEMPERATURE, TIME


@pytest.mark.parametrize("value", [True, np.True_, "3", None, np.array([True]), ["3"]])
def test_truth_values_and_texts_are_no_numbers(value):
    with pytest.raises(ParameterError, match="expected a number in s"):
        TIME.require(value)


def test_lists_and_whole_numbers_are_numbers():
    np.testing.assert_array_equal(TIME.require([1, 2.5]), [1.0, 2.5])
    assert TIME.require(np.int32(3)) == 3.0


@pytest.mark.parametrize("value", [1.9, True, np.nan, np.inf, -1, 2**63, "1", None, [1]])
def test_what_is_no_whole_number_in_range_is_refused(value):
    with pytest.raises(ParameterError, match=r"seed is .*; expected a whole number from 0 to 92"):
        SEED.require(value)


def test_a_whole_number_may_come_as_a_float():
    found = N_PHOTONS.require(np.float64(1e5))
    assert found == 100_000
    assert isinstance(found, int)


def test_a_slip_of_units_is_named_where_it_can_be_one():
    with pytest.raises(ParameterError, match=r"is 37 K; .*units\.celsius"):
        TEMPERATURE.require(37.0)
    with pytest.raises(ParameterError, match=r"expected 200 to 1000 K\.$"):
        TEMPERATURE.require(1007.0)
    with pytest.raises(ParameterError, match=r"units\.per_mm"):
        PIXELS_PER_METRE.require(20.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"draws": 1}, "draws is 1; expected a whole number from 8 to 100000"),
        ({"draws": 1e9}, "draws is 1e[+]09"),
        ({"members": True}, "members is True"),
        ({"photons": 10}, "photons is 10; expected a whole number from 1000"),
        ({"seed": 1.9}, "seed is 1.9"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_a_caller_in_python_is_held_to_the_ranges_of_files(change, message):
    with pytest.raises(ParameterError, match=message):
        pl.EnsembleSettings(**change)


def test_settings_hold_whole_numbers_whatever_they_came_as():
    assert isinstance(pl.EnsembleSettings(photons=1e5).photons, int)


@pytest.mark.parametrize("n", [0, True, 1.5, 10**9])
def test_pulses_are_counted_in_whole_numbers(n):
    with pytest.raises(ParameterError, match="n_pulses is"):
        TemporalProfile.rectangle(0.01).repeated(0.1, n)
