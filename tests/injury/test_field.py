"""The injury vector: exact zero, order, draws, errors."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.data.library import table
from porelight.errors import ParameterError
from porelight.injury.field import (
    CORE_TEMPERATURE,
    InjuryField,
    InjuryParameters,
    damage_along,
    field_of_damage,
    injured_depth,
    injury_field,
)
from porelight.injury.rate_process import BranchedProcess, damage_integral
from porelight.injury.vessels import VesselParameters

TYPICAL = InjuryParameters.typical()
NAMES = [field.name for field in fields(InjuryField)]
GROWING = ("killed", "denatured", "coagulated", "cem43")


def test_unheated_skin_has_exactly_no_injury():
    resting = np.array([306.0, 309.7, 310.15, 310.9])
    time = np.linspace(0.0, 1200.0, 50)
    injury = injury_field(time, np.tile(resting, (50, 1)), TYPICAL, resting=resting)
    for name in NAMES:
        np.testing.assert_array_equal(getattr(injury, name), 0.0)


def test_minutes_at_body_temperature_do_nothing():
    # the bound is 1e-4 over 20 min from 34 to 37 degC, whatever the resting temperature was
    held = np.tile(273.15 + np.array([34.0, 35.5, 37.0]), (2, 1))
    injury = injury_field(np.array([0.0, 1200.0]), held, TYPICAL, resting=306.0)
    for name in NAMES:
        np.testing.assert_array_equal(getattr(injury, name), 0.0)


def test_the_raw_rates_would_have_shocked_resting_skin():
    # why the resting rate is subtracted: 20 min at 37 degC extrapolate to 0.3 % of all cells
    omega = damage_integral(np.array([0.0, 1200.0]), np.full(2, 310.15), TYPICAL.death())
    assert 1.0 - np.exp(-TYPICAL.heat_shock_ratio * omega) > 3e-3


def test_cooling_below_rest_neither_injures_nor_heals():
    # also within the step that crosses the resting temperature
    time = np.array([0.0, 10.0, 20.0, 30.0])
    for name in NAMES:
        warm, cold = (
            getattr(
                injury_field(time, np.array([310.15, 325.0, 325.0, end])[:, None], TYPICAL), name
            )
            for end in (310.15, 280.0)
        )
        np.testing.assert_array_equal(warm, cold)


def test_heated_skin_loses_only_the_resting_part():
    held, rest = np.full((2, 1), 325.0), 311.0
    time = np.array([0.0, 60.0])
    omega = damage_integral(time, held, TYPICAL.death())
    at_rest = damage_integral(time, np.full((2, 1), rest), TYPICAL.death())
    killed = injury_field(time, held, TYPICAL, resting=rest).killed
    np.testing.assert_allclose(killed, 1.0 - np.exp(-(omega - at_rest)), rtol=1e-10)


def test_a_minute_at_the_thresholds_alters_63_per_cent():
    time = np.array([0.0, 60.0])
    for celsius, name in ((54.0, "killed"), (67.13, "denatured"), (73.0, "coagulated")):
        injury = injury_field(time, np.full((2, 1), 273.15 + celsius), TYPICAL)
        np.testing.assert_allclose(getattr(injury, name), 1.0 - np.exp(-1.0), atol=0.01)


def test_a_warm_session_shocks_a_few_per_cent_and_kills_almost_none():
    # 42 degC for two minutes: Omega = 2.6e-6 /s * 120 s, times 52
    injury = injury_field(np.array([0.0, 120.0]), np.full((2, 1), 315.15), TYPICAL)
    assert 0.01 < injury.heat_shocked[0] < 0.03
    assert injury.killed[0] < 1e-3
    assert injury.denatured[0] < 1e-5


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.floats(305.0, 420.0), min_size=2, max_size=8),
    st.lists(st.floats(0.0, 20.0), min_size=8, max_size=8),
    st.floats(1e-4, 300.0),
)
def test_hotter_is_never_less_damaged(temperatures, extra, duration):
    history = np.array(temperatures)[:, None]
    hotter = history + np.array(extra)[: len(history), None]
    time = np.linspace(0.0, duration, len(history))
    cool, hot = (injury_field(time, h, TYPICAL) for h in (history, hotter))
    for name in GROWING:
        assert np.all(getattr(hot, name) >= getattr(cool, name) * (1.0 - 1e-10))


@settings(deadline=None, derandomize=True)
@given(st.floats(320.0, 345.0), st.lists(st.floats(0.01, 0.99), min_size=1, max_size=6))
def test_splitting_time_changes_nothing(temperature, shares):
    time = np.array([0.0, *sorted(shares), 1.0])
    whole = injury_field(np.array([0.0, 1.0]), np.full((2, 1), temperature), TYPICAL)
    split = injury_field(time, np.full((time.size, 1), temperature), TYPICAL)
    for name in NAMES:
        np.testing.assert_allclose(getattr(split, name), getattr(whole, name), rtol=1e-10)


def test_collagen_lasts_at_body_temperature_and_denatures_as_skin_does_when_hot():
    # the set for skin alone would denature 4 % a day at 37 degC
    process = TYPICAL.denaturation()
    day = np.array([0.0, 86400.0])
    assert damage_integral(day, np.full(2, 310.15), process.first) > 0.03
    assert damage_integral(day, np.full(2, 310.15), process) < 3e-4
    hot = np.array([335.0, 350.0, 370.0])
    ratio = np.exp(process.log_rate(hot) - process.first.log_rate(hot))
    assert np.all((ratio > 0.8) & (ratio <= 1.0))


def test_draws_run_along_the_first_axis():
    ratios = np.array([30.0, 52.0, 90.0])
    drawn = InjuryParameters.from_values({"heat_shock_ratio": ratios, "sebum_drop": 0.1})
    time = np.array([0.0, 60.0])
    history = np.full((2, 1, 4), 318.0) + np.arange(4)
    together = injury_field(time, history, drawn)
    assert together.heat_shocked.shape == (3, 4)
    for i, ratio in enumerate(ratios):
        alone = injury_field(
            time, history[:, 0], InjuryParameters.from_values({"heat_shock_ratio": float(ratio)})
        )
        np.testing.assert_allclose(together.heat_shocked[i], alone.heat_shocked, rtol=1e-12)


def test_factors_change_their_own_process_and_no_other():
    time, history = np.array([0.0, 30.0]), np.full((2, 1), 325.0)
    base = injury_field(time, history, TYPICAL)
    deadly = injury_field(time, history, InjuryParameters.from_values({"death_rate_factor": 3.0}))
    loose = injury_field(
        time, history, InjuryParameters.from_values({"denaturation_rate_factor": 3.0})
    )
    np.testing.assert_allclose(np.log1p(-deadly.killed), 3.0 * np.log1p(-base.killed), rtol=1e-9)
    np.testing.assert_allclose(
        np.log1p(-loose.denatured), 3.0 * np.log1p(-base.denatured), rtol=1e-9
    )
    np.testing.assert_array_equal(deadly.denatured, base.denatured)
    np.testing.assert_array_equal(loose.killed, base.killed)
    # the response keeps its own rate: (1 - exp(-chi Omega)) exp(-3 Omega)
    omega = -np.log1p(-base.killed)
    expected = -np.expm1(-52.0 * omega) * np.exp(-3.0 * omega)
    np.testing.assert_allclose(deadly.heat_shocked, expected, rtol=1e-9)


def test_every_parameter_is_in_the_library_and_every_prior_is_used():
    entries = table("tissue", "injury")
    names = {field.name for one in (InjuryParameters, VesselParameters) for field in fields(one)}
    assert names <= set(entries)
    assert {name for name, entry in entries.items() if entry.prior != "fixed"} <= names
    assert entries["tolerated_temperature"].value == CORE_TEMPERATURE


def test_damage_up_to_a_reading_is_that_of_the_history_ended_there():
    time = np.array([0.0, 0.1, 0.4, 1.0, 5.0, 9.0])
    warmth = np.array([0.0, 14.0, 8.0, 21.0, 9.0, 3.0])[:, None] * np.array([1.0, 0.7])
    temperature, rest = 308.15 + warmth, np.array([308.15, 310.65])
    at = np.array([0, 2, 2, 5])
    damage = damage_along(time, temperature, TYPICAL, at, resting=rest)
    assert damage.shape == (4, 4, 2)
    assert (damage[0] == 0.0).all()
    for end, found in zip(at[1:], damage[1:], strict=True):
        part = injury_field(time[: end + 1], temperature[: end + 1], TYPICAL, resting=rest)
        for one in fields(part):
            np.testing.assert_allclose(
                getattr(field_of_damage(found, TYPICAL), one.name),
                getattr(part, one.name),
                rtol=1e-12,
            )
    # what follows adds up
    rest_of_it = damage_along(time[2:], temperature[2:], TYPICAL, np.array([3]), resting=rest)
    np.testing.assert_allclose(damage[1] + rest_of_it[0], damage[3], rtol=1e-12)


def test_wrong_shapes_and_values_are_refused():
    time, history = np.array([0.0, 1.0]), np.full((2, 4), 310.0)
    with pytest.raises(ParameterError, match=r"resting \(3,\); they must agree"):
        injury_field(time, history, TYPICAL, resting=np.full(3, 310.0))
    with pytest.raises(ParameterError, match="resting is 37 K"):
        injury_field(time, history, TYPICAL, resting=37.0)
    drawn = InjuryParameters.from_values({"heat_shock_ratio": np.full(5, 50.0)})
    with pytest.raises(ParameterError, match="a first axis of length n_draw or 1"):
        injury_field(time, history, drawn)
    with pytest.raises(ParameterError, match="temperature has 0 axes after time"):
        injury_field(time, history[:, 0], drawn)
    with pytest.raises(ParameterError, match="heat_shock_ratio is -1"):
        InjuryParameters.from_values({"heat_shock_ratio": -1.0})


def test_injured_depth_is_where_the_fraction_crosses_the_threshold():
    depth = np.array([2e-6, 10e-6, 20e-6, 30e-6])
    profiles = np.array(
        [
            [1.0, 0.9, 0.1, 0.0],  # crosses 0.5 halfway between 10 and 20 um
            [0.4, 0.9, 0.9, 0.0],  # whole at the surface: no layer begins there
            [1.0, 1.0, 1.0, 0.8],  # injured all the way
            [0.0, 0.0, 0.0, 0.0],
            [1.0, 0.0, 1.0, 1.0],  # ends at the first gap
        ]
    )
    expected = [15e-6, 0.0, 30e-6, 0.0, 6e-6]
    np.testing.assert_allclose(injured_depth(depth, profiles), expected, rtol=1e-12, atol=1e-18)


def test_injured_depth_refuses_depths_out_of_order():
    with pytest.raises(ParameterError, match="expected increasing depths"):
        injured_depth(np.array([0.0, 2e-6, 1e-6]), np.zeros(3))


def test_the_compiled_sum_is_that_of_any_process_of_the_same_rates():
    # a law of another kind goes another way, a step of numpy at a time
    class Disguised(InjuryParameters):
        """The library's rates behind a name that the compiled sum does not know."""

        def death(self):
            usual = super().death()
            return BranchedProcess("death", usual, usual, 310.0)

    time = np.sort(np.random.default_rng(3).uniform(0.0, 40.0, 60))
    history = 308.0 + 22.0 * np.abs(np.sin(time))[:, None, None] * np.linspace(0.0, 1.0, 5)
    draws = InjuryParameters.typical()
    several = replace(draws, death_activation_energy=np.array([6.2e5, 6.28e5, 6.3e5]))
    for parameters in (draws, several):
        given = {f.name: getattr(parameters, f.name) for f in fields(parameters)}
        usual = injury_field(time, history, parameters, resting=306.0)
        other = injury_field(time, history, Disguised(**given), resting=306.0)
        for one in fields(usual):
            np.testing.assert_allclose(
                getattr(usual, one.name), getattr(other, one.name), rtol=1e-12, atol=0.0
            )
        assert usual.killed.max() > 0.1
