"""Two-pool collagen: homeostasis, closed forms, order, conservation, restart."""

import math
from dataclasses import fields

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from porelight.errors import ParameterError
from porelight.healing.collagen import CollagenHistory, CollagenKinetics, remodelling

DAY = 86400.0
TYPICAL = CollagenKinetics.typical()
FIVE = np.arange(5) * 14.0 * DAY
ARRAYS = ("immature", "mature", "denatured", "production", "maturation")


def course(times, stimulus=1.0, denatured=0.0, kinetics=TYPICAL, sessions=FIVE, **more):
    shape = (len(sessions), 1)
    return remodelling(
        np.asarray(times, dtype=float) * DAY,
        np.asarray(sessions, dtype=float),
        np.full(shape, stimulus),
        np.full(shape, denatured),
        kinetics,
        **more,
    )


@pytest.mark.verification
def test_zero_dose_changes_nothing():
    rng = np.random.default_rng(1)
    drawn = CollagenKinetics.from_values(
        {
            "immature_fraction": rng.uniform(0.08, 0.15, 40),
            "immature_half_life": rng.uniform(25.0, 240.0, 40) * DAY,
            "mmp_gain": rng.uniform(0.0, 5.0, 40),
        }
    )
    history = course(np.linspace(0.0, 365.0, 30), 0.0, 0.0, drawn)
    for name in ARRAYS:
        array = getattr(history, name)
        np.testing.assert_allclose(array, array[:1] * np.ones((30, 1)), rtol=1e-12, atol=0.0)
    np.testing.assert_allclose(history.total, 1.0, rtol=1e-15)


@pytest.mark.verification
def test_signal_and_transcription_follow_their_closed_form():
    # unequal times: A = e / Ta (exp(-t/Tw) - exp(-t/Ta)) / (1/Ta - 1/Tw), read off production
    kinetics = CollagenKinetics.from_values(
        {"signal_time": 9.0 * DAY, "transcription_time": 15 * DAY}
    )
    t = np.array([0.0, 3.0, 10.0, 47.0])
    history = course(t, 2.0, kinetics=kinetics, sessions=[0.0])
    a = math.e / 15.0 * (np.exp(-t / 9.0) - np.exp(-t / 15.0)) / (1.0 / 15.0 - 1.0 / 9.0)
    rise = history.production[:, 0] / history.production[0, 0] - 1.0
    np.testing.assert_allclose(rise, 2.0 * kinetics.gain() * a, rtol=1e-12, atol=1e-15)


def test_equal_times_peak_at_one_when_one_of_them_has_passed():
    near = CollagenKinetics.from_values({"signal_time": 12.0 * DAY * (1.0 + 1e-12)})
    for kinetics in (TYPICAL, near):
        around = kinetics.transcription(np.array([11.0, 12.0, 13.0]) * DAY)
        np.testing.assert_allclose(around[1], 1.0, rtol=1e-9)
        assert around[0] < around[1] > around[2]


@pytest.mark.validation
@pytest.mark.parametrize("signal_days", [7.0, 12.0, 20.0])
def test_a_dose_of_one_raises_procollagen_by_84_per_cent_at_day_seven(signal_days):
    # Orringer et al. 2005: the definition of the unit, whatever the time constants
    kinetics = CollagenKinetics.from_values({"signal_time": signal_days * DAY})
    history = course([0.0, 7.0], kinetics=kinetics, sessions=[0.0])
    np.testing.assert_allclose(history.production[1] / history.production[0], 1.84, rtol=1e-12)


@pytest.mark.verification
def test_immature_pool_matches_its_closed_form():
    # no loss of the mature pool: x' = p0 g A - k x with A = S e t/T exp(-t/T), x(0) = 0, so
    # x = c [t exp(-t/T)/b - (exp(-t/T) - exp(-k t))/b^2], b = k - 1/T, c = p0 g S e/T
    kinetics = CollagenKinetics.from_values({"mature_half_life": math.inf, "mmp_gain": 0.0})
    t = np.array([0.0, 5.0, 30.0, 120.0])
    n = course(t, 1.5, kinetics=kinetics, sessions=[0.0]).immature[:, 0]
    k, tau = math.log(2.0) / 60.0, 12.0
    c = k * 0.10 * kinetics.gain() * 1.5 * math.e / tau
    b = k - 1.0 / tau
    x = c * (t * np.exp(-t / tau) / b - (np.exp(-t / tau) - np.exp(-k * t)) / b**2)
    np.testing.assert_allclose(n - 0.10, x, rtol=1e-6, atol=1e-15)


@pytest.mark.verification
def test_error_falls_with_the_fourth_power_of_the_step():
    # denatured collagen keeps the repair flux on, so the right-hand side is smooth and nonlinear
    def gain(n_outputs):
        return course(np.linspace(0.0, 40.0, n_outputs + 1), 1.0, 0.05, sessions=[0.0]).total[-1, 0]

    exact = gain(640)
    errors = np.array([abs(gain(n) - exact) for n in (40, 80, 160)])
    np.testing.assert_allclose(np.log2(errors[:-1] / errors[1:]), 4.0, atol=0.3)


@pytest.mark.verification
@pytest.mark.parametrize("burnt", [0.0, 0.03])
def test_a_default_course_agrees_with_an_adaptive_solver(burnt):
    k_n, k_m = math.log(2) / 60.0, math.log(2) / 5475.0
    n0, m0 = 0.10, 0.90
    k_x = k_m * m0 / n0

    def slopes(_, s):
        w, a, n, m, z = s
        repair = max(m0 - m, 0.0) * n / (n0 * 60.0)
        p = (k_n + k_x) * n0 * (1.0 + TYPICAL.gain() * a)
        return [
            -w / 12.0,
            (math.e * w - a) / 12.0,
            p - (k_n + k_x) * n - repair,
            k_x * n + repair - k_m * (1.0 + 2.0 * w) * m,
            -z / 30.0,
        ]

    state = np.array([0.0, 0.0, n0, m0, 0.0])
    for span in (14.0, 14.0, 14.0, 14.0, 100.0):
        lost = burnt * state[3]
        state = state + np.array([1.3, 0.0, 0.0, -lost, lost])
        state = solve_ivp(slopes, (0.0, span), state, rtol=1e-11, atol=1e-13).y[:, -1]
    history = course([0.0, 156.0], 1.3, burnt)
    found = [getattr(history, name)[-1, 0] for name in ARRAYS[:3]]
    np.testing.assert_allclose(found, state[2:], rtol=1e-6, atol=1e-9)


@pytest.mark.verification
def test_collagen_is_neither_made_nor_lost_by_the_exchange_between_pools():
    # no turnover and no clearance: only denaturation and repair move collagen about
    closed = CollagenKinetics.from_values(
        {"immature_half_life": math.inf, "mature_half_life": math.inf, "clearance_time": math.inf}
    )
    history = course(np.linspace(0.0, 200.0, 21), 1.0, 0.04, closed)
    np.testing.assert_allclose(history.total + history.denatured, 1.0, rtol=1e-13)
    assert history.mature[-1, 0] > history.mature[6, 0]  # it does move


@pytest.mark.verification
def test_the_pools_balance_their_fluxes():
    # n + m + z changes by the integral of P - k_n n - k_m (1 + mu W) m - z / tau_z
    days = np.linspace(0.0, 60.0, 1921)
    kinetics = CollagenKinetics.from_values({"mmp_gain": 3.0})
    h = course(days, 1.2, 0.05, kinetics, sessions=[0.0])
    k_n, k_m = math.log(2) / (60 * DAY), math.log(2) / (5475 * DAY)
    w = 1.2 * np.exp(-days / 12.0)
    flow = (
        h.production[:, 0]
        - k_n * h.immature[:, 0]
        - k_m * (1.0 + 3.0 * w) * h.mature[:, 0]
        - h.denatured[:, 0] / (30.0 * DAY)
    )[1:]
    amount = (h.total + h.denatured)[1:, 0]
    change = np.sum(0.5 * (flow[1:] + flow[:-1]) * np.diff(days[1:])) * DAY
    np.testing.assert_allclose(amount[-1] - amount[0], change, rtol=0.0, atol=2e-6)
    # and the mature pool alone by the maturation less its own loss
    flow = (h.maturation[:, 0] - k_m * (1.0 + 3.0 * w) * h.mature[:, 0])[1:]
    change = np.sum(0.5 * (flow[1:] + flow[:-1]) * np.diff(days[1:])) * DAY
    np.testing.assert_allclose(h.mature[-1, 0] - h.mature[1, 0], change, rtol=0.0, atol=2e-6)


def test_denatured_collagen_is_cleared_and_its_loss_repaired():
    history = course([0.0, 1e-6, 30.0, 400.0], 0.0, 0.05, sessions=[0.0])
    np.testing.assert_allclose(history.denatured[1:3, 0], [0.045, 0.045 / math.e], rtol=1e-5)
    assert history.mature[1, 0] < 0.9 * 0.951
    assert history.mature[3, 0] > 0.9 * 0.999


def test_one_dose_gives_an_early_gain_and_a_relapse_by_half_a_year():
    # two pools: up by 5-15 % two weeks after the fifth session, most of it gone at six months
    total = course([0.0, 70.0, 236.0]).total[:, 0] - 1.0
    assert 0.05 < total[1] < 0.15
    assert 0.1 < total[2] / total[1] < 0.4


@pytest.mark.parametrize("cut", [28.0, 35.5])
def test_a_course_in_two_parts_equals_one_run(cut):
    # a cut on the day of a session leaves that session to the second part
    times = np.array([0.0, 10.0, cut, 60.0, 90.0])
    loss = 3e-10
    whole = course(times, 1.4, 0.03, loss_rate=loss)
    early = cut * DAY > FIVE
    first = course(times[:3], 1.4, 0.03, sessions=FIVE[early], loss_rate=loss)
    second = course(times[2:], 1.4, 0.03, sessions=FIVE[~early], loss_rate=loss, start=first.end)
    for name in ARRAYS:
        joined = np.concatenate([getattr(first, name), getattr(second, name)[1:]])
        np.testing.assert_allclose(joined, getattr(whole, name), rtol=1e-9)


def test_output_times_do_not_change_the_result():
    few, many = course([0.0, 100.0], 1.0, 0.02), course(np.linspace(0.0, 100.0, 37), 1.0, 0.02)
    np.testing.assert_allclose(few.total[-1], many.total[-1], rtol=1e-7)


def test_a_value_on_the_day_of_a_session_is_the_one_before_it():
    history = course([0.0, 1.0], 1.0, 0.1, sessions=[0.0])
    assert history.denatured[0, 0] == 0.0
    assert history.denatured[1, 0] > 0.08


def test_sessions_may_come_in_any_order():
    forward, shuffled = course([0.0, 80.0]), course([0.0, 80.0], sessions=FIVE[::-1])
    np.testing.assert_array_equal(forward.total, shuffled.total)


@pytest.mark.verification
def test_ageing_alone_is_an_exponential_that_leaves_the_balance_alone():
    rate = 0.01 / (365.25 * DAY)
    history = course([0.0, 365.25, 3652.5], 0.0, 0.0, loss_rate=rate)
    left = np.exp(-np.array([0.0, 0.01, 0.1]))
    np.testing.assert_allclose(history.total[:, 0], left, rtol=1e-12)
    np.testing.assert_allclose(history.immature[:, 0], 0.1 * left, rtol=1e-12)
    np.testing.assert_allclose(
        history.production[:, 0] / history.production[0, 0], left, rtol=1e-12
    )


def test_a_loss_rate_over_time_and_draws_is_integrated_by_the_trapezoidal_rule():
    times = np.array([0.0, 100.0, 300.0])
    loss = np.array([[0.0, 1e-10], [2e-10, 1e-10], [2e-10, 3e-10]])
    draws = CollagenKinetics.from_values({"mmp_gain": np.array([2.0, 2.0])})
    total = course(times, 0.0, 0.0, draws, sessions=[], loss_rate=loss).total
    expected = [[0.0, 0.0], [1e-8, 1e-8], [5e-8, 5e-8]]
    np.testing.assert_allclose(-np.log(total) / DAY, expected, rtol=1e-9, atol=1e-20)


def test_draws_run_along_the_first_axis_of_the_dose():
    gains = np.array([0.0, 2.0, 5.0])
    drawn = CollagenKinetics.from_values({"mmp_gain": gains})
    dose = np.array([[[1.0, 0.3]]])
    together = remodelling(np.array([0.0, 50.0]) * DAY, np.zeros(1), dose, 0.0 * dose, drawn)
    assert together.mature.shape == (2, 3, 2)
    for i, gain in enumerate(gains):
        alone = CollagenKinetics.from_values({"mmp_gain": float(gain)})
        one = remodelling(np.array([0.0, 50.0]) * DAY, np.zeros(1), dose, 0.0 * dose, alone)
        np.testing.assert_allclose(together.mature[:, i], one.mature[:, 0], rtol=1e-13)


def test_more_dose_never_means_less_production():
    weak, strong = course(np.linspace(0, 200, 9), 0.5), course(np.linspace(0, 200, 9), 1.5)
    assert np.all(strong.production >= weak.production)


def test_history_has_the_fields_of_the_contract():
    assert [field.name for field in fields(CollagenHistory)][:5] == list(ARRAYS)


def test_wrong_inputs_say_what_is_wrong():
    one = np.ones((1, 1))
    cases = [
        (([0.0, 1.0], [-1.0], one, one * 0, TYPICAL), "session_times is -1 s"),
        (([5.0, 6.0], [1.0], one, one * 0, TYPICAL), "a session at 1 s lies before the first time"),
        (
            ([0.0, 1.0], [0.0, 0.5], one, one * 0, TYPICAL),
            "stimulus has shape .1, 1. for 2 sessions",
        ),
        (([1.0, 0.0], [0.0], one, one * 0, TYPICAL), "expected .n_time,. in increasing order"),
        (([0.0, 1.0], [0.0], one, one * 2, TYPICAL), "denatured is 2 at index"),
        (([0.0, 1.0], [0.0], -one, one * 0, TYPICAL), "stimulus is -1 at index"),
        (([0.0, 1.0], [0.0], one[0], one[0] * 0, TYPICAL), "expected both .n_session, n_draw"),
        (([0.0, 1.0], [0.0], one, one * 0, TYPICAL, 1.0), "loss_rate is 1 1/s"),
        (([0.0, 1.0], [0.0], one, one * 0, TYPICAL, np.zeros(3)), "loss_rate has shape .3,."),
    ]
    for (times, sessions, *rest), message in cases:
        with pytest.raises(ParameterError, match=message):
            remodelling(np.array(times), np.array(sessions), *rest)


def test_a_state_of_another_time_or_shape_is_refused():
    end = course([0.0, 5.0], sessions=[0.0]).end
    with pytest.raises(ParameterError, match="the state is of time 432000 s"):
        course([6.0, 9.0], sessions=[], start=end)


def test_draws_that_do_not_fit_are_refused():
    drawn = CollagenKinetics.from_values({"mmp_gain": np.ones(3)})
    dose = np.ones((1, 2, 4))
    with pytest.raises(ParameterError, match="a first axis of length n_draw or 1"):
        remodelling(np.array([0.0, DAY]), np.zeros(1), dose, 0.0 * dose, drawn)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("signal_time", 12.0, "signal_time is 12 s; expected 3600"),
        ("immature_fraction", 1.0, "immature_fraction is 1"),
        ("mmp_gain", -0.5, "mmp_gain is -0.5"),
    ],
)
def test_impossible_kinetics_are_refused(name, value, message):
    with pytest.raises(ParameterError, match=message):
        CollagenKinetics.from_values({name: value})


def test_days_that_lie_next_to_nothing_apart_change_nothing():
    # what a course with a habit from day 5e-324 asks for: over a step the time underflows to 0
    plain = course([0.0, 7.0, 90.0])
    split = course([0.0, 5e-324, 7.0, 90.0])
    for name in ARRAYS:
        array = getattr(split, name)
        np.testing.assert_array_equal(array[1], array[0])
        np.testing.assert_allclose(array[[0, 2, 3]], getattr(plain, name), rtol=1e-12)


def test_doses_of_heat_and_of_a_wound_raise_transcription_alike_at_day_seven():
    for ratio in (1.0, 4.0, 16.0):
        kinetics = CollagenKinetics.from_values({"wound_signal_ratio": ratio})
        week = np.asarray(7.0 * DAY)
        assert kinetics.transcription(week, wound=True) == pytest.approx(
            float(kinetics.transcription(week))
        )
        later = np.asarray(60.0 * DAY)
        more = kinetics.transcription(later, wound=True) / kinetics.transcription(later)
        assert more == pytest.approx(1.0) if ratio == 1.0 else more > 2.0


@pytest.mark.parametrize("day", [70.0, 140.0])
def test_a_wound_builds_collagen_for_longer_than_heat(day):
    times, session = np.array([0.0, 7.0, day]) * DAY, np.zeros(1)
    dose, none = np.ones((1, 1)), np.zeros((1, 1))

    def gain(ratio, wound):
        kinetics = CollagenKinetics.from_values({"wound_signal_ratio": ratio, "mmp_gain": 0.0})
        course = remodelling(times, session, dose, none, kinetics, wound_stimulus=wound)
        return course.total[-1, 0] - 1.0

    heat = gain(4.0, none)
    assert gain(4.0, dose) > 1.5 * heat
    assert gain(4.0, none) == pytest.approx(gain(1.0, none))
    assert gain(1.0, dose) == pytest.approx(heat)
    # a dose is the sum of its parts
    assert gain(4.0, 0.3 * dose) == pytest.approx(0.7 * heat + 0.3 * gain(4.0, dose))


def test_a_course_cut_after_a_wound_goes_on_as_the_whole():
    times = np.arange(0.0, 101.0, 10.0) * DAY
    dose, none = np.ones((1, 1)), np.zeros((1, 1))
    whole = remodelling(times, np.zeros(1), dose, none, TYPICAL, wound_stimulus=dose)
    first = remodelling(times[:5], np.zeros(1), dose, none, TYPICAL, wound_stimulus=dose)
    rest = remodelling(
        times[4:], np.zeros(0), np.zeros((0, 1)), np.zeros((0, 1)), TYPICAL, start=first.end
    )
    np.testing.assert_allclose(rest.total, whole.total[4:], rtol=1e-12)
    assert (first.end.wound_signal > 0.0).all()


def test_a_wound_cannot_give_more_than_the_dose():
    dose = np.ones((1, 1))
    with pytest.raises(ParameterError, match="each a part of its stimulus"):
        remodelling(
            np.array([0.0, DAY]), np.zeros(1), dose, 0.0 * dose, TYPICAL, wound_stimulus=2.0 * dose
        )
