"""Plugs: exact solution, care, and no way to enlarge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from porelight.errors import ParameterError
from porelight.healing.plug import Cleansing, PlugParameters, emptied_share, plug_fill

DAY = 86400.0
TYPICAL = PlugParameters.typical()


def fill(days, emptied=0.25, sessions=(0.0,), care=(), parameters=TYPICAL):
    return plug_fill(
        np.asarray(days, dtype=float) * DAY,
        np.asarray(sessions, dtype=float) * DAY,
        np.full((len(sessions), 1), emptied),
        parameters,
        tuple(Cleansing(a * DAY, b * DAY, c) for a, b, c in care),
    )


def test_nothing_done_leaves_the_plug_exactly_full():
    np.testing.assert_array_equal(fill([0.0, 10.0, 300.0], 0.0, (0.0, 50.0)), 1.0)
    np.testing.assert_array_equal(fill([0.0, 300.0], sessions=()), 1.0)


@pytest.mark.verification
def test_refill_is_exponential():
    t = np.array([0.0, 1.0, 30.0, 60.0, 240.0])
    expected = 1.0 - 0.25 * np.exp(-t / 60.0)
    expected[0] = 1.0  # before the session
    np.testing.assert_allclose(fill(t)[:, 0], expected, rtol=1e-13)


@pytest.mark.verification
def test_a_mixed_course_agrees_with_an_adaptive_solver():
    tau, eta = 60.0, 0.3

    def slope(t, f):
        removal = eta / (1.0 - eta) if 10.0 <= t < 100.0 else 0.0
        return (1.0 - f) / tau - removal * f / tau

    state, now = np.array([1.0]), 0.0
    for until, drop in ((10.0, 0.0), (40.0, 0.25), (100.0, 0.0), (180.0, 0.0)):
        state = solve_ivp(slope, (now, until), state, rtol=1e-11, atol=1e-13, max_step=1.0).y[:, -1]
        state, now = state * (1.0 - drop), until
    found = fill([0.0, 180.0], 0.25, (40.0,), ((10.0, 100.0, 1.0),))
    np.testing.assert_allclose(found[-1], state, rtol=1e-6)


def test_output_times_do_not_change_the_result():
    care = ((10.0, 100.0, 0.5),)
    few = fill([0.0, 180.0], 0.2, (40.0, 100.0), care)
    many = fill(np.linspace(0.0, 180.0, 91), 0.2, (40.0, 100.0), care)
    np.testing.assert_allclose(few[-1], many[-1], rtol=1e-13)


def test_lasting_cleansing_settles_at_its_efficacy_and_its_end_gives_all_back():
    course = fill([0.0, 900.0, 1000.0, 3000.0], 0.0, (), ((0.0, 1000.0, 1.0),))[:, 0]
    np.testing.assert_allclose(course, [1.0, 0.7, 0.7, 1.0], atol=1e-6)


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.floats(0.0, 200.0), max_size=4),
    st.floats(0.0, 1.0),
    st.floats(0.0, 150.0),
    st.floats(0.1, 100.0),
    st.floats(0.0, 1.0),
)
def test_cleansing_never_enlarges(sessions, emptied, start, length, thoroughness):
    days = np.linspace(0.0, 200.0, 23)
    without = fill(days, emptied, sessions)
    with_care = fill(days, emptied, sessions, ((start, start + length, thoroughness),))
    assert np.all(with_care <= without + 1e-12)
    assert np.all(with_care >= -1e-12)
    assert np.all(without <= 1.0)


def test_a_session_takes_at_most_the_drop():
    doses = np.array([0.0, 0.4, 1.0, 6.0])
    np.testing.assert_allclose(emptied_share(doses, TYPICAL), [0.0, 0.1, 0.25, 0.25], rtol=1e-13)


def test_draws_come_out_as_columns():
    drawn = PlugParameters.from_values({"sebum_refill_time": np.array([30.0, 120.0]) * DAY})
    course = fill([0.0, 40.0], parameters=drawn)
    assert course.shape == (2, 2)
    assert course[1, 0] > course[1, 1]


def test_wrong_inputs_say_what_is_wrong():
    with pytest.raises(ParameterError, match="cleansing stops at 0 s, before it starts at 86400 s"):
        Cleansing(DAY, 0.0)
    with pytest.raises(ParameterError, match="a session at 0 s lies before the first time"):
        fill([5.0, 6.0])
    with pytest.raises(ParameterError, match=r"emptied is 1\.5"):
        fill([0.0], 1.5)
    with pytest.raises(ParameterError, match="cleansing_efficacy is 1;"):
        PlugParameters.from_values({"cleansing_efficacy": 1.0})
