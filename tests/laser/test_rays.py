import math

import numpy as np
import pytest
from scipy.stats import chisquare

from porelight.errors import ParameterError
from porelight.laser.beam import Beam
from porelight.laser.profiles import RadialProfile
from porelight.laser.rays import rays, reach

N = 40_000


def drawn(beam, seed=1, n=N):
    random = np.random.default_rng(seed)
    return rays(beam, (random.random(n), random.random(n)), (random.random(n), random.random(n)))


@pytest.mark.parametrize(
    "beam",
    [
        Beam("flat-top", 5e-3, tilt=0.6),
        Beam("gaussian", 5e-3, tilt=0.3, half_angle=0.1, stand_off=2e-2),
        Beam("flat-top", 1e-3, half_angle=0.4, stand_off=3e-3, spreading="fibre", tilt=0.2),
    ],
)
def test_directions_have_length_one_and_point_into_the_skin(beam):
    found = drawn(beam)

    np.testing.assert_allclose(found.to_x**2 + found.to_y**2 + found.to_z**2, 1.0, rtol=1e-12)
    assert (found.to_z > 0.0).all()


@pytest.mark.verification
def test_tilted_footprint_is_the_beam_stretched_by_the_cosine():
    beam = Beam("flat-top", 5e-3, tilt=0.6)

    found = drawn(beam)

    across = np.hypot(found.x * math.cos(0.6), found.y) / 2.5e-3
    assert across.max() <= 1.0 + 1e-12
    counts, _ = np.histogram(across**2, bins=20, range=(0.0, 1.0))
    assert chisquare(counts).pvalue > 1e-3
    np.testing.assert_allclose(found.to_x, math.sin(0.6))


@pytest.mark.verification
def test_diverging_beam_grows_with_the_stand_off_and_keeps_its_profile():
    beam = Beam("flat-top", 4e-3, half_angle=0.1, stand_off=20e-3)

    found = drawn(beam)

    radius = np.hypot(found.x, found.y)
    wide = 2e-3 + 20e-3 * math.tan(0.1)
    np.testing.assert_allclose(beam.spot_diameter, 2.0 * wide)
    counts, _ = np.histogram((radius / wide) ** 2, bins=20, range=(0.0, 1.0))
    assert counts.sum() == N
    assert chisquare(counts).pvalue > 1e-3
    # every ray comes from one point, 2 mm / tan(0.1) above where the diameter holds
    source = 2e-3 / math.tan(0.1) + 20e-3
    np.testing.assert_allclose(found.x / source, found.to_x / found.to_z, rtol=1e-9)


@pytest.mark.verification
def test_fibre_lights_its_cone_evenly_in_solid_angle():
    found = drawn(Beam("pencil", 0.0, half_angle=0.5, spreading="fibre"))

    share = (1.0 - found.to_z) / (1.0 - math.cos(0.5))
    counts, _ = np.histogram(share, bins=20, range=(0.0, 1.0))
    assert counts.sum() == N
    assert chisquare(counts).pvalue > 1e-3


@pytest.mark.verification
def test_fibre_held_off_the_skin_lights_a_wider_disc():
    beam = Beam("pencil", 0.0, half_angle=0.5, stand_off=2e-3, spreading="fibre")

    found = drawn(beam)

    np.testing.assert_allclose(
        np.hypot(found.x, found.y), 2e-3 * np.sqrt(1.0 / found.to_z**2 - 1.0), rtol=1e-9
    )


@pytest.mark.parametrize(
    "beam",
    [
        Beam("flat-top", 5e-3),
        Beam("flat-top", 5e-3, tilt=0.6),
        Beam("ring", 5e-3, inner_diameter=4e-3, tilt=0.4, half_angle=0.2, stand_off=5e-3),
        Beam("flat-top", 1e-3, half_angle=0.4, stand_off=3e-3, spreading="fibre", tilt=0.2),
        Beam(RadialProfile((0.0, 1e-3), (1.0, 1.0)), 3e-3),
    ],
)
def test_no_light_lands_beyond_the_reach_and_some_lands_near_it(beam):
    found = drawn(beam)

    farthest = np.hypot(found.x, found.y).max()
    assert 0.97 * reach(beam) < farthest <= reach(beam) * (1.0 + 1e-12)


@pytest.mark.verification
@pytest.mark.parametrize("profile", ["flat-top", "gaussian", "ring"])
def test_irradiance_of_a_grown_spot_integrates_to_one_watt(profile):
    inner = 1e-3 if profile == "ring" else 0.0
    beam = Beam(profile, 4e-3, inner_diameter=inner, half_angle=0.1, stand_off=20e-3)
    edges = np.linspace(0.0, 25e-3, 200_001)
    middle = 0.5 * (edges[1:] + edges[:-1])

    power = np.sum(beam.irradiance(middle) * np.pi * np.diff(edges**2))

    np.testing.assert_allclose(power, 1.0, rtol=1e-4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tilt": 45.0}, "tilt is 45 rad; expected 0 to 1.484 rad .85 degrees.. Degrees need"),
        ({"tilt": -0.1}, "tilt is -0.1 rad"),
        ({"half_angle": 2.0}, "half_angle is 2 rad"),
        ({"tilt": 1.0, "half_angle": 0.6}, "tilt and half_angle reach 1.6 rad"),
        ({"stand_off": 5.0}, "stand_off is 5 m; expected 0 to 1 m"),
        ({"inner_diameter": 1e-3}, "only a ring has one"),
        ({"spreading": "fiber"}, "no spreading named 'fiber'; did you mean 'fibre'"),
        ({"profile": "ring", "inner_diameter": 5e-3}, "expected 0 m to less than the outer"),
        ({"profile": "pencil", "half_angle": 0.1}, "one ray and cannot diverge"),
    ],
)
def test_impossible_beam_is_refused(settings, message):
    with pytest.raises(ParameterError, match=message):
        Beam(**{"profile": "flat-top", "diameter": 5e-3, **settings})
