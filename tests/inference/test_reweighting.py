import importlib.util
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm

from porelight.course.course import Course
from porelight.course.outcome import Outcome
from porelight.errors import ConvergenceError, ParameterError
from porelight.inference.reweighting import Visit, learned, reweighted, weighted_quantile
from porelight.laser.devices import laser_genesis

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "learning_coverage.py"


def made_up(ratios, days=(0.0, 30.0, 60.0)):
    """Return an outcome whose mean diameter is 200 um times the ratios, (n_draw, n_day)."""
    diameters = 2e-4 * np.asarray(ratios)
    return Outcome(
        xr.Dataset(
            {
                "mean_diameter": (("draw", "day"), diameters),
                "redness": (("draw", "day"), np.zeros_like(diameters)),
            },
            {"day": np.array(days)},
        )
    )


@pytest.fixture(scope="module")
def straight():
    """Return draws that shrink steadily, each at its own pace."""
    pace = norm.ppf((np.arange(4000) + 0.5) / 4000)
    change = 0.05 * pace - 0.05
    return made_up(np.exp(np.outer(change, [0.0, 1.0, 2.0]))), change


@pytest.mark.verification
def test_a_normal_prior_and_a_normal_measurement_make_the_known_posterior(straight):
    outcome, change = straight
    known = learned(
        outcome, "mean_diameter", [Visit(0.0, 2e-4, 0.01), Visit(30.0, 2e-4 * 0.9, 0.02)]
    )
    measured, variance = np.log(0.9), 0.01**2 + 0.02**2
    precision = 1.0 / 0.05**2 + 1.0 / variance
    mean = (-0.05 / 0.05**2 + measured / variance) / precision
    assert known.weights.sum() == pytest.approx(1.0)
    assert known.weights @ change == pytest.approx(mean, rel=1e-4)
    spread = np.sqrt(known.weights @ (change - mean) ** 2)
    assert spread == pytest.approx(precision**-0.5, rel=1e-3)
    forecast = known.forecast(outcome, "mean_diameter", 60.0)
    expected = np.expm1(2.0 * (mean + precision**-0.5 * norm.ppf([0.05, 0.5, 0.95])))
    np.testing.assert_allclose([forecast.low, forecast.median, forecast.high], expected, atol=2e-4)


@pytest.mark.verification
def test_visits_share_the_error_of_their_baseline():
    # two follow-ups of perfect precision tell the baseline's error exactly, but not the drift
    draws = np.linspace(-0.2, 0.2, 2001)
    predicted = np.column_stack([draws, draws])
    shared = np.full((2, 2), 0.05**2) + np.eye(2) * 1e-4
    known = reweighted(np.array([0.0, 0.0]), predicted, shared)
    spread = np.sqrt(known.weights @ draws**2)
    assert spread == pytest.approx(np.sqrt(0.05**2 + 0.5e-4), rel=1e-2)


def test_a_useless_measurement_leaves_the_forecast_alone(straight):
    outcome, _ = straight
    known = learned(outcome, "mean_diameter", [Visit(0.0, 2e-4, 1.0), Visit(30.0, 2e-4, 1.0)])
    before = outcome.change("mean_diameter", 60.0)
    after = known.forecast(outcome, "mean_diameter", 60.0)
    assert known.effective_draws > 3990
    assert after.median == pytest.approx(before.median, abs=2e-3)


def test_a_person_unlike_any_draw_is_refused_in_one_line(straight):
    outcome, _ = straight
    with pytest.raises(ConvergenceError, match="draws resemble this person") as refusal:
        learned(outcome, "mean_diameter", [Visit(0.0, 2e-4, 0.01), Visit(30.0, 4e-4, 0.01)])
    assert "\n" not in str(refusal.value)


def test_a_draw_without_visible_pores_counts_for_nothing():
    outcome = made_up([[1.0, 0.9, 0.8]] * 50 + [[1.0, 1e-300, 0.8]] * 5)
    outcome = Outcome(outcome.dataset.where(outcome.dataset > 1e-200, 0.0))
    with np.errstate(divide="ignore"):
        known = learned(
            outcome, "mean_diameter", [Visit(0.0, 2e-4, 0.02), Visit(30.0, 1.8e-4, 0.02)]
        )
    assert known.effective_draws == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("name", "visits", "message"),
    [
        ("mean_diameter", [Visit(0.0, 2e-4, 0.02)], "expected a baseline"),
        (
            "mean_diameter",
            [Visit(30.0, 2e-4, 0.02), Visit(60.0, 2e-4, 0.02)],
            "expected a baseline",
        ),
        (
            "mean_diameter",
            [Visit(0.0, 2e-4, 0.02), Visit(31.0, 2e-4, 0.02)],
            "day 31 was visited but not simulated",
        ),
        ("redness", [Visit(0.0, 1.0, 0.02), Visit(30.0, 1.0, 0.02)], "is not measured"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(straight, name, visits, message):
    with pytest.raises(ParameterError, match=message):
        learned(straight[0], name, visits)


@pytest.mark.parametrize("wrong", [(-1.0, 2e-4, 0.02), (0.0, 0.0, 0.02), (0.0, 2e-4, 0.0)])
def test_an_impossible_visit_is_refused(wrong):
    with pytest.raises(ParameterError, match=r"a visit on day|relative standard deviation"):
        Visit(*wrong)


def test_a_quantile_of_equal_weights_is_the_median():
    draws = np.random.default_rng(0).normal(size=1001)
    half = weighted_quantile(draws, np.full(1001, 1.0 / 1001), np.array([0.5]))
    np.testing.assert_allclose(half, np.median(draws), rtol=1e-12)


@pytest.mark.slow
@pytest.mark.verification
def test_intervals_keep_their_promise_and_every_visit_lowers_the_error(skin, treated):
    spec = importlib.util.spec_from_file_location("learning_coverage", BENCHMARK)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    exposure = laser_genesis(n_pulses=5000)
    course = Course(skin, [exposure.on_day(7.0 * i) for i in range(4)])
    rows = benchmark.coverage(
        course, [treated(exposure)] * 4, visits=(14.0, 28.0, 42.0), target=56.0, n_draws=1500
    )
    # of 200 persons
    error = (0.9 * 0.1 / 200) ** 0.5
    for row in rows:
        assert abs(row.coverage - 0.9) < 3.0 * error
        assert row.refused < 30
    errors = [row.error for row in rows]
    assert (np.diff(errors) < 0.0).all()
    # a camera of 2 % cannot tell changes of the same size much better than this
    assert errors[-1] < 0.7 * errors[0]


def test_weights_whose_tail_nobody_drew_are_refused(monkeypatch):
    draws = np.random.default_rng(3).standard_normal((4000, 1))
    known = reweighted(np.zeros(1), draws, np.eye(1))
    assert known.pareto_k < 0.5
    # a normal likelihood bounds its weights; another one might not
    monkeypatch.setattr("porelight.inference.reweighting.pareto_k", lambda _: 0.71)
    with pytest.raises(ConvergenceError, match=r"tail of shape 0\.71; up to 0\.70 can be trusted"):
        reweighted(np.zeros(1), draws, np.eye(1))


def test_a_handful_of_draws_is_no_ensemble():
    with pytest.raises(ConvergenceError, match="only 10 draws; 25 or more are needed"):
        reweighted(np.zeros(1), np.zeros((10, 1)), np.eye(1), fewest=1.0)
