import math

import numpy as np
import pytest
from scipy import integrate

from porelight.errors import ParameterError
from porelight.light.adding_doubling import layered_totals
from porelight.light.closed_form import (
    beer_lambert,
    boundary_coefficients,
    clear_slab,
    diffuse_reflectance,
    normal_reflectance,
)
from porelight.tissue.optics import LayeredOptics

WATER = 4.7e5  # 1/m, absorption of water at 2790 nm


def clear_layers(thickness, mu_a, index):
    zeros = np.zeros(len(thickness))
    return LayeredOptics(
        np.array(thickness), np.array(mu_a), zeros, zeros, np.full(len(thickness), index)
    )


def test_beer_lambert_takes_the_surface_reflection_off():
    skin = clear_layers([math.inf], [WATER], 1.4)

    share = beer_lambert(skin, np.array([0.0, 1.0 / WATER, 1.0]))

    entered = 1.0 - (0.4 / 2.4) ** 2
    np.testing.assert_allclose(share, entered * (1.0 - np.exp([0.0, -1.0, -math.inf])), rtol=1e-12)


def test_beer_lambert_adds_the_optical_depth_of_layers():
    two = clear_layers([1e-5, math.inf], [1e5, 3e5], 1.0)

    share = beer_lambert(two, np.array([0.5e-5, 1e-5, 2e-5]))

    np.testing.assert_allclose(share, 1.0 - np.exp([-0.5, -1.0, -4.0]), rtol=1e-12)


def test_beer_lambert_refuses_a_depth_above_the_skin():
    with pytest.raises(ParameterError, match="depth reaches -1e-06 m; expected 0 or larger"):
        beer_lambert(clear_layers([math.inf], [WATER], 1.4), np.array([0.0, -1e-6]))


def test_clear_slab_sums_its_internal_reflections():
    surface, passed = normal_reflectance(1.0, 1.5), math.exp(-0.7)
    rounds = (surface * passed) ** (2 * np.arange(50))

    found = clear_slab(700.0, 1e-3, 1.5, 1.0)

    entered = 1.0 - surface
    np.testing.assert_allclose(found.transmittance, entered**2 * passed * rounds.sum(), rtol=1e-12)
    np.testing.assert_allclose(
        found.reflectance, entered**2 * surface * passed**2 * rounds.sum(), rtol=1e-12
    )
    total = found.specular + found.reflectance + found.transmittance + found.absorbed
    np.testing.assert_allclose(total, 1.0, rtol=1e-15)


@pytest.mark.verification
@pytest.mark.parametrize(("index", "published"), [(1.4, 0.493), (1.33, 0.431)])
def test_effective_reflection_matches_haskell(index, published):
    # Haskell et al. 1994, table 2
    assert round(boundary_coefficients(index, 1.0).reflected, 3) == published


def test_matched_surface_lets_a_quarter_of_the_fluence_and_half_the_flux_out():
    matched = boundary_coefficients(1.4, 1.4)

    np.testing.assert_allclose(
        [matched.reflected, matched.fluence_out, matched.flux_out], [0.0, 0.25, 0.5], atol=1e-12
    )


@pytest.mark.verification
def test_diffusion_returns_the_reflectance_of_adding_doubling_to_a_few_per_cent():
    optics = LayeredOptics(
        *(np.array([x]) for x in (math.inf, 10.0, 1e4, 0.9, 1.4)), index_above=1.0
    )

    def ring(radius):
        light = diffuse_reflectance(
            np.array([radius]), mu_a=10.0, mu_s=1e4, anisotropy=0.9, index=1.4
        )
        return 2.0 * math.pi * radius * float(light[0])

    found = integrate.quad(ring, 0.0, 0.1, points=[1e-3, 1e-2], limit=200)[0]

    np.testing.assert_allclose(found, layered_totals(optics).reflectance, rtol=0.03)
