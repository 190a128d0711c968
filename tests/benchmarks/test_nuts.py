"""The response surface of ``benchmarks/nuts.py``; calibrate.py compares the sampler itself."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from porelight.errors import ParameterError


@pytest.fixture(scope="module")
def nuts() -> ModuleType:
    spec = spec_from_file_location("nuts", Path(__file__).parents[2] / "benchmarks" / "nuts.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.verification
def test_a_quadratic_model_is_found_exactly(nuts):
    scores = np.random.default_rng(1).permuted(
        np.tile(nuts.normal_scores(np.arange(400.0)), (3, 1)), axis=1
    )
    a, b, _ = scores
    fall = -1.0 + 0.5 * a - 0.2 * b + 0.1 * a * b + 0.05 * b**2
    area = np.exp(-np.exp(fall))
    surface = nuts.ResponseSurface.of(dict(zip("abc", scores, strict=True)), area, n_active=2)
    assert surface.names == ("a", "b")
    np.testing.assert_allclose(surface.constant, -1.0, atol=1e-10)
    np.testing.assert_allclose(surface.linear, [0.5, -0.2], atol=1e-10)
    np.testing.assert_allclose(surface.quadratic, [[0.0, 0.1], [0.0, 0.05]], atol=1e-10)
    assert surface.explained > 1.0 - 1e-12


def test_too_few_draws_for_a_surface_are_refused(nuts):
    with pytest.raises(ParameterError, match="20 draws for a surface of 66 coefficients"):
        nuts.ResponseSurface.of({"a": np.arange(20.0)}, np.full(20, 0.8))
