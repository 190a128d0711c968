"""The second road to the posterior; the sampler itself runs where numpyro is installed."""

import builtins

import numpy as np
import pytest

from porelight.calibration import Calibration, calibrate
from porelight.errors import MissingExtraError, ParameterError
from porelight.nuts import ResponseSurface, normal_scores, nuts_posterior


@pytest.fixture(scope="module")
def calibrated() -> Calibration:
    return calibrate(800, seed=2)


@pytest.mark.verification
def test_a_quadratic_model_is_found_exactly():
    scores = np.random.default_rng(1).permuted(
        np.tile(normal_scores(np.arange(400.0)), (3, 1)), axis=1
    )
    a, b, _ = scores
    fall = -1.0 + 0.5 * a - 0.2 * b + 0.1 * a * b + 0.05 * b**2
    area = np.exp(-np.exp(fall))
    surface = ResponseSurface.of(dict(zip("abc", scores, strict=True)), area, n_active=2)
    assert surface.names == ("a", "b")
    np.testing.assert_allclose(surface.constant, -1.0, atol=1e-10)
    np.testing.assert_allclose(surface.linear, [0.5, -0.2], atol=1e-10)
    np.testing.assert_allclose(surface.quadratic, [[0.0, 0.1], [0.0, 0.05]], atol=1e-10)
    assert surface.explained > 1.0 - 1e-12


def test_too_few_draws_for_a_surface_are_refused():
    with pytest.raises(ParameterError, match="20 draws for a surface of 66 coefficients"):
        ResponseSurface.of({"a": np.arange(20.0)}, np.full(20, 0.8))


def test_a_missing_numpyro_is_named_with_its_extra(calibrated, monkeypatch):
    usual = builtins.__import__

    def without_numpyro(name, *rest):
        if name in ("numpyro", "jax"):
            raise ImportError(name)
        return usual(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_numpyro)
    with pytest.raises(MissingExtraError, match=r"porelight\[bayes\]"):
        nuts_posterior(calibrated)


@pytest.mark.slow
@pytest.mark.verification
def test_the_sampler_and_the_importance_weights_find_the_same_posterior(calibrated):
    pytest.importorskip("numpyro")
    found = nuts_posterior(calibrated, n_samples=600)
    assert found.divergences == 0
    assert found.surface.explained > 0.6
    weights = calibrated.learned.weights
    for name, drawn in found.scores.items():
        scores = normal_scores(calibrated.values[name])
        mean = weights @ scores
        variance = weights @ (scores - mean) ** 2
        error = np.sqrt(
            variance / calibrated.learned.effective_draws + drawn.var() / found.effective[name]
        )
        assert error < 0.1
        assert abs(mean - drawn.mean()) < 4.0 * error
        # a tenth of the spread is what 600 draws can tell, and the surface adds a little
        assert drawn.std() == pytest.approx(np.sqrt(variance), rel=0.15)
