"""Redness and vessels after heat."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porelight.data.library import table
from porelight.effects.redness import RednessParameters, broken_vessels, diffuse_redness
from porelight.errors import ParameterError

DAY = 86_400.0
TYPICAL = RednessParameters.typical()
TIMES = np.array([0.0, 10.0, 60.0, 200.0]) * DAY
SESSIONS = np.array([0.0, 30.0]) * DAY
share = st.floats(0.0, 1.0)


def test_no_heat_no_change():
    none = np.zeros((2, 3))
    assert (diffuse_redness(TIMES, SESSIONS, none, none, TYPICAL) == 0.0).all()
    assert (broken_vessels(TIMES, SESSIONS, none, TYPICAL) == 0.0).all()


def test_one_session_takes_what_its_formula_says_and_returns_exponentially():
    coagulated, heat_shocked = np.full((1, 1), 0.4), np.full((1, 1), 0.5)
    pore = replace(
        TYPICAL,
        redness_vessel_share=0.5,
        vessel_clearance=0.6,
        vessel_heat_response=0.1,
        vessel_return_time=100.0 * DAY,
    )
    found = diffuse_redness(TIMES, np.zeros(1), coagulated, heat_shocked, pore)[:, 0]
    lost = 1.0 - np.exp(-(0.6 * 0.4 + 0.1 * 0.5))
    expected = -0.5 * lost * np.exp(-TIMES / (100.0 * DAY))
    expected[0] = 0.0  # a value at the time of a session is the one before it
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_sessions_take_from_what_is_left_in_any_order_of_listing():
    coagulated = np.array([[0.8], [0.3]])
    forever = replace(TYPICAL, broken_vessel_return_time=1e11, broken_vessel_clearance=0.5)
    forward = broken_vessels(TIMES, SESSIONS, coagulated, forever)
    backward = broken_vessels(TIMES, SESSIONS[::-1].copy(), coagulated[::-1].copy(), forever)
    np.testing.assert_array_equal(forward, backward)
    np.testing.assert_allclose(forward[-1, 0], np.exp(-0.5 * 1.1) - 1.0, rtol=1e-3)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(coagulated=share, heat_shocked=share, more=share)
def test_more_heat_never_leaves_more_redness_and_never_more_than_all_goes(
    coagulated, heat_shocked, more
):
    some = np.full((2, 1), coagulated)
    warm = np.full((2, 1), heat_shocked)
    hotter = np.full((2, 1), heat_shocked + (1.0 - heat_shocked) * more)
    less = diffuse_redness(TIMES, SESSIONS, some, warm, TYPICAL)
    found = diffuse_redness(TIMES, SESSIONS, some, hotter, TYPICAL)
    assert (found <= less + 1e-15).all()
    assert (found >= -1.0).all()


@pytest.mark.validation
def test_prior_holds_the_split_face_trial():
    # four monthly sessions, a third of the plexus heat-shocked: -2.5 % by instrument (Alam 2013)
    entries = table("tissue", "effects")
    rng = np.random.default_rng(0)
    names = ("redness_vessel_share", "vessel_heat_response", "vessel_return_time")
    values = {name: entries[name].quantile(rng.random(4000)) for name in names}
    third = np.full((4, 1), 1.0 / 3.0)
    found = diffuse_redness(
        np.array([120.0]) * DAY,
        np.arange(4) * 30.0 * DAY,
        0.0 * third,
        third,
        RednessParameters.from_values(values),
    )
    low, high = np.quantile(found, [0.05, 0.95])
    assert low < -0.025 < high < 0.0
    assert low > -0.3


def test_impossible_injuries_and_parameters_are_refused():
    half = np.full((2, 1), 0.5)
    with pytest.raises(ParameterError, match=r"coagulated is 1\.5"):
        broken_vessels(TIMES, SESSIONS, 3.0 * half, TYPICAL)
    with pytest.raises(ParameterError, match=r"expected \(n_session, n_draw\)"):
        broken_vessels(TIMES, SESSIONS, half[:, 0], TYPICAL)
    with pytest.raises(ParameterError, match="injuries of 2 sessions"):
        broken_vessels(TIMES, SESSIONS[:1], half, TYPICAL)
    with pytest.raises(ParameterError, match="in order"):
        broken_vessels(TIMES[::-1].copy(), SESSIONS, half, TYPICAL)
    with pytest.raises(ParameterError, match="vessel_return_time is 180 s"):
        replace(TYPICAL, vessel_return_time=180.0)
    with pytest.raises(ParameterError, match="redness_vessel_share is 2"):
        replace(TYPICAL, redness_vessel_share=2.0)
