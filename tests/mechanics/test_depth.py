import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.mechanics.depth import REACH, orifice_mean
from porelight.mechanics.finite_element import Pool, PoreGeometry, PoreProblem, deformed

DEPTH = np.linspace(0.0, 1e-3, 2001)
DIAMETER = 2e-4


@pytest.mark.verification
def test_an_exponential_dose_has_its_closed_mean():
    reach, fade = REACH * DIAMETER, 1e-4
    exact = 2.0 * fade / reach * (1.0 - fade / reach * -np.expm1(-reach / fade))
    found = orifice_mean(DEPTH, np.exp(-DEPTH / fade), DIAMETER, 0.0)
    assert float(found) == pytest.approx(exact, rel=1e-4)


def test_an_even_dose_is_its_own_mean_for_any_leading_shape_and_depth():
    even = orifice_mean(DEPTH, np.full((2, 3, DEPTH.size), 0.7), DIAMETER, 5e-5)
    np.testing.assert_allclose(even, np.full((2, 3), 0.7), rtol=1e-12)


def test_what_lies_too_deep_or_in_the_epidermis_is_not_felt():
    outside = np.where((DEPTH < 4.9e-5) | (DEPTH > REACH * DIAMETER + 1e-6), 1.0, 0.0)
    assert float(orifice_mean(DEPTH, outside, DIAMETER, 5e-5)) < 1e-12


@pytest.mark.verification
@pytest.mark.parametrize("fade", [1.0, 4.5])
def test_the_weight_foretells_the_orifice_of_a_fading_dose(fade):
    geometry = PoreGeometry.of(
        np.array([1.0, 1.1, 1.3, 1.6, 2.0, 2.7, 4.0, 6.0, 10.0]),
        np.concatenate([np.linspace(0.0, 2.0, 7), np.linspace(2.5, 9.0, 6)]),
    )

    def orifice(share):
        shrinking = Pool(
            modulus=lambda r, z: np.where(r < 2.0, 0.6, 1.0) + 0.0 * z,
            hoop=lambda r, z: 1.0 - 0.03 * np.exp(-(r - 1.0) / 1.5) * share(z),
        )
        return deformed(PoreProblem(geometry, (shrinking,), 0.45, far_stiffness=0.5 / 1.45)).orifice

    ratio = orifice(lambda z: np.exp(-z / fade)) / orifice(np.ones_like)
    radius = 0.5 * DIAMETER
    weight = float(orifice_mean(DEPTH, np.exp(-DEPTH / (fade * radius)), DIAMETER, 0.0))
    # the slices of four different dermises differ by 0.12 about the weight
    assert weight == pytest.approx(ratio, abs=0.12)
    # fed with the dose of the surface, a shallow wound would be far too strong
    assert fade > 1.0 or 1.0 / ratio > 2.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"profile": np.ones(5)}, "expected increasing"),
        ({"shallowest": 5e-4}, "does not reach the dermis"),
        ({"diameter": 1.0}, "diameter is 1 m"),
    ],
)
def test_impossible_questions_are_refused(changes, message):
    good = {
        "depth": DEPTH,
        "profile": np.ones(DEPTH.size),
        "diameter": DIAMETER,
        "shallowest": 0.0,
    }
    with pytest.raises(ParameterError, match=message):
        orifice_mean(**{**good, **changes})
