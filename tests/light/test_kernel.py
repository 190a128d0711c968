import math

import numpy as np
import pytest
from scipy import stats

from porelight.light._bins import axis
from porelight.light._bodies import bodies_of, media_of
from porelight.light._kernel import (
    ReferenceScene,
    empty_tally,
    scattering_cosine,
    trace_batch,
    turned,
)
from porelight.light._launch import Launch
from porelight.light._random import stream
from porelight.light._surfaces import (
    distance_to_wall,
    fresnel,
    mirrored,
    moved,
    smallest_root,
    through,
)
from porelight.tissue.optics import LayeredOptics

# uncompiled, the generator's sums warn that they wrap around, as they must
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered")

ANISOTROPIES = [-0.9, -0.5, 0.0, 1e-9, 1e-4, 0.3, 0.75, 0.9, 0.99]


def henyey_greenstein_cdf(cosine, g):
    """Integral of the phase function from -1; near g = 0 its series to second order."""
    if abs(g) < 1e-3:
        return 0.5 * (1.0 + cosine) + 0.75 * g * (cosine**2 - 1.0)
    root = np.sqrt(1.0 + g * g - 2.0 * g * cosine)
    return (1.0 - g * g) / (2.0 * g) * (1.0 / root - 1.0 / (1.0 + g))


@pytest.mark.verification
@pytest.mark.parametrize("g", ANISOTROPIES)
def test_scattering_cosine_inverts_the_cumulative_phase_function(g):
    u = np.linspace(0.001, 0.999, 999)

    cosine = np.array([scattering_cosine(g, x) for x in u])

    # 1e-8 is the part of the series that the reference leaves out at g = 1e-4
    np.testing.assert_allclose(henyey_greenstein_cdf(cosine, g), u, rtol=0.0, atol=2e-8)


@pytest.mark.verification
@pytest.mark.parametrize("g", ANISOTROPIES)
def test_scattering_cosines_follow_henyey_greenstein(g):
    u = np.random.Generator(np.random.PCG64DXSM(3)).random(20_000)
    cosines = np.array([scattering_cosine(g, x) for x in u])
    edges = np.linspace(-1.0, 1.0, 41)
    expected = np.diff(henyey_greenstein_cdf(edges, g)) * u.size
    # bins of fewer than ten counts do not follow chi-square; they are counted as one
    rare = expected < 10.0
    counts = np.histogram(cosines, bins=edges)[0]
    pooled = [np.append(x[~rare], x[rare].sum()) for x in (counts, expected)]
    filled = pooled[1] > 0.0

    chi_square = ((pooled[0] - pooled[1])[filled] ** 2 / pooled[1][filled]).sum()

    assert stats.chi2.sf(chi_square, filled.sum() - 1) > 1e-3


@pytest.mark.parametrize(
    "direction", [(0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (0.6, 0.0, -0.8), (0.0, 1.0, 0.0)]
)
@pytest.mark.parametrize("cosine", [-1.0, -0.3, 0.0, 0.9, 1.0])
def test_turned_direction_makes_the_asked_angle(direction, cosine):
    found = turned(direction, cosine, 0.7)

    np.testing.assert_allclose(np.dot(found, found), 1.0, rtol=1e-15)
    np.testing.assert_allclose(np.dot(found, direction), cosine, rtol=0.0, atol=1e-15)


def test_azimuths_a_quarter_turn_apart_give_directions_at_right_angles():
    direction = (0.48, -0.6, 0.64)

    first, second = turned(direction, 0.0, 0.2), turned(direction, 0.0, 0.2 + 0.5 * math.pi)

    np.testing.assert_allclose(np.dot(first, second), 0.0, atol=1e-15)


@pytest.mark.parametrize("cosine", [1.0, 0.8, 0.3])
def test_fresnel_is_the_same_from_both_sides(cosine):
    reflected, cosine_to = fresnel(1.0, 1.4, cosine)
    back, cosine_back = fresnel(1.4, 1.0, cosine_to)

    np.testing.assert_allclose([back, cosine_back], [reflected, cosine], rtol=1e-12)


def test_fresnel_at_normal_incidence_matches_the_closed_form():
    np.testing.assert_allclose(fresnel(1.0, 1.5, 1.0)[0], 0.04, rtol=1e-12)


def test_fresnel_spares_p_polarised_light_at_brewsters_angle():
    # there only the s wave is reflected, by ((n^2 - 1) / (n^2 + 1))^2, and half the light is s
    n = 1.5
    cosine = 1.0 / math.hypot(1.0, n)

    np.testing.assert_allclose(fresnel(1.0, n, cosine)[0], 0.5 * (1.25 / 3.25) ** 2, rtol=1e-12)


def test_light_beyond_the_critical_angle_is_reflected_whole():
    assert fresnel(1.4, 1.0, 0.5) == (1.0, 0.0)


@pytest.mark.parametrize("normal", [(0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (0.6, 0.0, -0.8)])
def test_refraction_follows_snells_law(normal):
    words, normal = stream(np.random.SeedSequence(5)), np.array(normal)
    start = np.array([0.6, 0.48, 0.64])

    found, passes = through(tuple(start), tuple(normal), 1.2, 1.6, words)
    while not passes:  # a few per cent are reflected
        found, passes = through(tuple(start), tuple(normal), 1.2, 1.6, words)

    # n times the part along the surface stays, so n (found x normal) does
    np.testing.assert_allclose(
        1.6 * np.cross(found, normal), 1.2 * np.cross(start, normal), atol=1e-14
    )
    np.testing.assert_allclose(np.dot(found, found), 1.0, rtol=1e-12)
    assert np.sign(np.dot(found, normal)) == np.sign(np.dot(start, normal))


def test_light_reflected_in_a_slanting_surface_leaves_at_the_angle_at_which_it_came():
    words, normal = stream(np.random.SeedSequence(5)), np.array([0.6, 0.0, -0.8])
    start = np.array([0.0, 0.6, 0.8])

    # from 1.5 into 1.0 at a cosine of 0.64: beyond the critical angle
    found, passes = through(tuple(start), tuple(normal), 1.5, 1.0, words)

    assert not passes
    np.testing.assert_allclose(found, start - 2.0 * (start @ normal) * normal, rtol=1e-14)


def test_interface_reflects_as_often_as_fresnel_says():
    words = stream(np.random.SeedSequence(6))
    expected, n = fresnel(1.4, 1.0, 0.75)[0], 20_000
    direction = (math.sqrt(1.0 - 0.75**2), 0.0, -0.75)

    passed = sum(through(direction, (0.0, 0.0, 1.0), 1.4, 1.0, words)[1] for _ in range(n))

    assert abs(1.0 - passed / n - expected) < 4.0 * math.sqrt(expected * (1.0 - expected) / n)


@pytest.mark.parametrize(
    ("a", "b", "c", "expected"),
    [
        (1.0, -2.0, 3.0, 1.0),  # t^2 - 4 t + 3: 1 and 3
        (1.0, 2.0, 3.0, math.inf),  # -1 and -3: behind
        (1.0, 1.0, -3.0, 1.0),  # 1 and -3: from inside
        (-1.0, 2.0, -3.0, 1.0),  # a cone met twice
        (0.0, -1.0, 3.0, 1.5),  # parallel to the side of a cone
        (1.0, 0.0, 1.0, math.inf),  # misses
        (0.0, 0.0, 1.0, math.inf),  # along the axis
        (1.0, -1.0, 0.0, 2.0),  # starts on the surface, flies into it
        (1.0, 1.0, 0.0, math.inf),  # starts on the surface, flies off
    ],
)
def test_smallest_root_is_the_next_crossing(a, b, c, expected):
    np.testing.assert_allclose(smallest_root(a, b, c), expected, rtol=1e-15)


def test_wall_lies_where_the_ray_meets_the_cylinder():
    position, direction = (0.3, 0.1, 0.2), (0.48, 0.6, 0.64)

    x, y, _ = moved(position, direction, distance_to_wall(position, direction, 0.5))

    np.testing.assert_allclose(math.hypot(x, y), 0.5, rtol=1e-14)


def test_ray_along_the_axis_meets_no_wall():
    assert distance_to_wall((0.3, 0.0, 0.2), (0.0, 0.0, 1.0), 0.5) == math.inf


def test_ray_that_grazes_the_wall_still_moves():
    assert distance_to_wall((0.5, 0.0, 0.0), (0.0, 1.0, 0.0), 0.5) > 0.0


def test_mirror_turns_the_part_along_its_normal_around():
    found = mirrored((0.0, 0.5, 0.3), (0.48, 0.6, 0.64))

    np.testing.assert_allclose(found, (0.48, -0.6, 0.64), rtol=1e-14)


def test_kernel_gives_the_same_numbers_compiled_and_as_plain_python():
    two = np.ones(2)
    optics = LayeredOptics(
        np.array([1e-3, np.inf]), two * 2e3, two * 8e3, two * 0.8, np.array([1.4, 1.5])
    )
    along = axis(np.linspace(0.0, 2e-3, 9))
    space = ReferenceScene(
        bodies_of(optics, None, ()), media_of(optics, None, ()), along, along, 1.5e-3
    )
    still = np.zeros(20)
    launch = Launch(still, still, still, still, np.ones(20), np.ones(20), 1.0)
    tallies = []
    for kernel in (trace_batch, getattr(trace_batch, "py_func", trace_batch)):
        tally = empty_tally(8, 8, 2)
        words = stream(np.random.SeedSequence(2))
        kernel(launch, space, words, tally)
        tallies.append(tally)

    for compiled, plain in zip(*tallies, strict=True):
        np.testing.assert_allclose(compiled, plain, rtol=1e-9)
