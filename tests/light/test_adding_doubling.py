import math

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.light.adding_doubling import layered_totals
from porelight.light.closed_form import clear_slab
from porelight.tissue.optics import LayeredOptics

MM = 1e-3


def layered(*rows, index_below=1.0):
    """Rows of thickness [mm], mu_a, mu_s [1/mm], anisotropy, index."""
    thickness, mu_a, mu_s, g, n = np.array(rows, dtype=np.float64).T
    return LayeredOptics(thickness * MM, mu_a / MM, mu_s / MM, g, n, 1.0, index_below)


@pytest.mark.verification
def test_slab_matches_van_de_hulst():
    # Multiple Light Scattering (1980), table 35: albedo 0.9, g 0.75, optical thickness 2
    found = layered_totals(layered((0.2, 1.0, 9.0, 0.75, 1.0)))

    np.testing.assert_allclose(
        [found.reflectance, found.transmittance], [0.09739, 0.66096], atol=6e-6
    )


@pytest.mark.verification
def test_isotropic_half_space_matches_chandrasekhar():
    # plane albedo at normal incidence 1 - sqrt(1 - a) H(1); H(1) from its own integral equation
    albedo = 0.9
    nodes, weights = np.polynomial.legendre.leggauss(200)
    mu, step = 0.5 * (nodes + 1.0), 0.5 * weights
    mu, step = np.append(mu, 1.0), np.append(step, 0.0)
    h = np.ones_like(mu)
    for _ in range(500):
        integral = (mu[None, :] * h * step / (mu[:, None] + mu[None, :])).sum(axis=1)
        h = 1.0 / (math.sqrt(1.0 - albedo) + 0.5 * albedo * integral)
    exact = 1.0 - math.sqrt(1.0 - albedo) * h[-1]

    found = layered_totals(layered((math.inf, 1.0, 9.0, 0.0, 1.0)))

    np.testing.assert_allclose(found.reflectance, exact, rtol=1e-6)


@pytest.mark.verification
def test_half_space_that_refracts_matches_giovanelli():
    # Opt. Acta 2, 153 (1955): 0.2600, printed to four digits
    found = layered_totals(layered((math.inf, 1.0, 9.0, 0.0, 1.5)))

    np.testing.assert_allclose(found.reflectance + found.specular, 0.2600, rtol=0.0, atol=1e-4)


@pytest.mark.verification
def test_slab_that_refracts_matches_another_adding_doubling():
    iadpython = pytest.importorskip("iadpython")
    # a scatterer without a forward peak, where both have converged to six digits
    sample = iadpython.Sample(a=0.9, b=2.0, g=0.0, n=1.4, quad_pts=32)
    total, transmitted, *_ = sample.rt()

    found = layered_totals(layered((1.0, 0.2, 1.8, 0.0, 1.4)))

    np.testing.assert_allclose(found.reflectance + found.specular, total, rtol=0.0, atol=2e-4)
    np.testing.assert_allclose(found.transmittance, transmitted, rtol=0.0, atol=2e-4)


def test_clear_slab_matches_its_closed_form():
    exact = clear_slab(700.0, MM, 1.5, 1.0)

    found = layered_totals(layered((1.0, 0.7, 0.0, 0.0, 1.5)))

    np.testing.assert_allclose(
        [found.specular, found.reflectance, found.transmittance, *found.by_layer],
        [exact.specular, exact.reflectance, exact.transmittance, exact.absorbed],
        rtol=1e-12,
    )


SKIN = (
    (0.1, 0.10, 20.0, 0.9, 1.40),
    (0.3, 0.04, 15.0, 0.9, 1.39),
    (2.0, 0.02, 12.0, 0.8, 1.44),
)


@pytest.mark.verification
def test_energy_closes():
    found = layered_totals(layered(*SKIN))

    total = found.specular + found.reflectance + found.transmittance + found.by_layer.sum()
    assert abs(total - 1.0) < 1e-12


@pytest.mark.verification
def test_white_layers_return_all_light():
    found = layered_totals(layered(*((d, 0.0, s, g, n) for d, _, s, g, n in SKIN)))

    np.testing.assert_allclose(found.by_layer, 0.0, atol=1e-10)


def test_layer_cut_in_two_is_the_same_layer():
    whole = layered_totals(layered((1.0, 0.1, 10.0, 0.9, 1.4)), n_angles=16)
    cut = layered_totals(
        layered((0.3, 0.1, 10.0, 0.9, 1.4), (0.7, 0.1, 10.0, 0.9, 1.4)), n_angles=16
    )

    np.testing.assert_allclose(cut.reflectance, whole.reflectance, rtol=1e-10)
    np.testing.assert_allclose(cut.by_layer.sum(), whole.by_layer.sum(), rtol=1e-10)


def test_thick_layer_is_an_infinite_one():
    thick, endless = (
        layered_totals(layered((d, 0.1, 10.0, 0.8, 1.4), index_below=1.4), n_angles=16)
        for d in (200.0, math.inf)
    )

    np.testing.assert_allclose(endless.reflectance, thick.reflectance, rtol=1e-10)
    assert endless.transmittance < 1e-12


@pytest.mark.verification
def test_error_falls_as_directions_are_added():
    optics = layered((1.0, 0.1, 10.0, 0.9, 1.4))
    exact = layered_totals(optics, n_angles=72).reflectance

    error = [abs(layered_totals(optics, n_angles=n).reflectance - exact) for n in (12, 24, 48)]

    assert error[2] < 1e-5
    assert error[0] > 4.0 * error[1] > 16.0 * error[2]


def test_endless_layer_without_absorption_is_refused():
    with pytest.raises(ParameterError, match="layer 0 is infinitely thick and its mu_a is 0"):
        layered_totals(layered((math.inf, 0.0, 10.0, 0.0, 1.4)))
