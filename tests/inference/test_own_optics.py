"""The posterior of one person's numbers, on models whose posterior is known."""

import numpy as np
import pytest
from scipy import stats

from porelight.inference.own_optics import posterior


def test_a_straight_model_has_the_posterior_of_the_closed_form():
    generator = np.random.default_rng(3)
    slope = generator.normal(size=(6, 3))
    error = 0.2 * np.eye(6) + 0.1
    measured = generator.normal(size=6)
    n_draws = 2000

    found = posterior(lambda x: slope @ x, measured, error, 3, n_draws=n_draws)

    precision = np.eye(3) + slope.T @ np.linalg.solve(error, slope)
    mean = np.linalg.solve(precision, slope.T @ np.linalg.solve(error, measured))
    spread = np.sqrt(np.diag(np.linalg.inv(precision)))
    np.testing.assert_allclose(found.middle, mean, atol=1e-6)
    z = (found.draws.mean(axis=0) - mean) / spread * np.sqrt(n_draws)
    assert np.abs(z).max() < 4.0
    np.testing.assert_allclose(found.draws.std(axis=0), spread, rtol=0.06)
    # the prior's prediction of the data is normal too, and the misfit its chi squared
    predicted = error + slope @ slope.T
    assert found.misfit == pytest.approx(measured @ np.linalg.solve(predicted, measured))
    assert found.tail == pytest.approx(stats.chi2.sf(found.misfit, 6))


def test_a_bent_model_has_the_posterior_of_quadrature():
    # one datum of exp(x / 2): the posterior leans to one side
    measured, sd = np.array([2.5]), 0.8
    found = posterior(lambda x: np.exp(0.5 * x), measured, np.array([[sd**2]]), 1, n_draws=4000)

    x = np.linspace(-6.0, 4.0, 4001)
    density = np.exp(-0.5 * x**2 - 0.5 * ((measured[0] - np.exp(0.5 * x)) / sd) ** 2)
    share = np.cumsum(density) / density.sum()
    for p in (0.05, 0.5, 0.95):
        # the expansion of the second order bends as the model does near the middle
        assert np.quantile(found.draws, p) == pytest.approx(np.interp(p, share, x), abs=0.07)
    # the normal approximation alone would miss both ends
    slope = 0.5 * np.exp(0.5 * found.middle[0])
    low = found.middle[0] - 1.645 / np.sqrt(1.0 + (slope / sd) ** 2)
    assert abs(low - np.interp(0.05, share, x)) > 0.1
    assert 0.6 < found.evenness <= 1.0


def test_what_no_person_of_the_prior_shows_has_next_to_no_tail():
    found = posterior(lambda x: x, np.array([0.0, 7.0]), 0.1 * np.eye(2), 2)

    assert found.tail < 1e-8
    assert posterior(lambda x: x, np.array([0.5, -1.0]), 0.1 * np.eye(2), 2).tail > 0.1
