import numpy as np
import pytest
from scipy.stats import chisquare

from porelight.errors import ParameterError
from porelight.laser.beam import Beam

WIDE = ("flat-top", "gaussian")


@pytest.mark.verification
@pytest.mark.parametrize("profile", WIDE)
def test_irradiance_integrates_to_one_watt(profile):
    beam = Beam(profile, 5e-3)
    # midpoint rule in rings out to six radii; the disc's edge falls on a ring's
    edges = np.linspace(0.0, 15e-3, 60_001)
    r = 0.5 * (edges[1:] + edges[:-1])
    power = np.sum(beam.irradiance(r) * np.pi * np.diff(edges**2))
    np.testing.assert_allclose(power, 1.0, rtol=1e-7)


@pytest.mark.verification
@pytest.mark.parametrize("profile", WIDE)
def test_radii_of_photons_follow_the_irradiance(profile):
    beam = Beam(profile, 5e-3)
    radii = beam.radius_of(np.random.default_rng(7).random(40_000))
    edges = np.linspace(0.0, 2.5e-3 if profile == "flat-top" else 5e-3, 21)
    counts, _ = np.histogram(radii, edges)
    # expected share of each ring from the density, by the midpoint rule on 200 rings in it
    fine = np.linspace(edges[0], edges[-1], 20 * 200 + 1)
    middle = 0.5 * (fine[1:] + fine[:-1])
    share = (beam.irradiance(middle) * np.pi * np.diff(fine**2)).reshape(20, 200).sum(axis=1)
    expected = share / share.sum() * counts.sum()
    kept = expected > 20.0
    p = chisquare(counts[kept], expected[kept] * counts[kept].sum() / expected[kept].sum()).pvalue
    assert p > 1e-3


@pytest.mark.verification
def test_a_gaussian_beam_has_86_per_cent_inside_its_diameter():
    beam = Beam("gaussian", 4e-3)
    np.testing.assert_allclose(beam.radius_of(np.array([1.0 - np.exp(-2.0)])), [2e-3])
    # and falls to 1/e2 there
    centre, edge = beam.irradiance(np.array([0.0, 2e-3]))
    np.testing.assert_allclose(edge / centre, np.exp(-2.0))


def test_a_gaussian_axis_has_twice_the_flat_irradiance():
    axis = [Beam(profile, 5e-3).irradiance(np.array([0.0]))[0] for profile in WIDE]
    np.testing.assert_allclose(axis, [1.0 / Beam("flat-top", 5e-3).area, 2.0 * axis[0]])


def test_a_pencil_beam_has_no_width():
    beam = Beam("pencil", 0.0)
    np.testing.assert_array_equal(beam.radius_of(np.array([0.0, 0.9])), [0.0, 0.0])
    with pytest.raises(ParameterError, match="no finite irradiance"):
        beam.irradiance(np.array([0.0]))


@pytest.mark.parametrize("u", [1.0, -0.1, np.nan])
def test_shares_outside_the_beam_are_refused(u):
    with pytest.raises(ParameterError, match="u must be 0 or more and below 1"):
        Beam("flat-top", 5e-3).radius_of(np.array([u]))


@pytest.mark.parametrize(
    ("profile", "diameter", "text"),
    [
        ("flat-top", 0.0, "spot_diameter is 0 m; expected 1e-05 to 0.1 m"),
        ("gaussian", 5.0, "spot_diameter is 5 m"),
        ("pencil", -1.0, "spot_diameter is -1 m"),
        ("flattop", 5e-3, "no beam profile named 'flattop'; did you mean 'flat-top'"),
    ],
)
def test_impossible_beam_is_refused(profile, diameter, text):
    with pytest.raises(ParameterError, match=text):
        Beam(profile, diameter)
