import math

import numpy as np
import pytest
from scipy import stats

from porelight.light._bins import axis
from porelight.light._kernel import (
    Stack,
    crossed,
    distance_to_wall,
    empty_tally,
    fresnel,
    mirrored,
    moved,
    scattering_cosine,
    trace_batch,
    turned,
)
from porelight.light._random import stream

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


def test_refraction_follows_snells_law():
    words = stream(np.random.SeedSequence(5))
    index = np.array([1.0, 1.2, 1.6, 1.0])

    direction, layer = (0.6, 0.0, 0.8), 0
    while layer == 0:  # a few per cent are reflected
        direction, layer = crossed((0.6, 0.0, 0.8), 0, index, words)

    np.testing.assert_allclose(direction[0], 0.6 * 1.2 / 1.6, rtol=1e-12)
    np.testing.assert_allclose(np.dot(direction, direction), 1.0, rtol=1e-12)


def test_interface_reflects_as_often_as_fresnel_says():
    words = stream(np.random.SeedSequence(6))
    index = np.array([1.0, 1.4, 1.0])
    expected, n = fresnel(1.4, 1.0, 0.75)[0], 20_000
    sine = math.sqrt(1.0 - 0.75**2)

    reflected = sum(crossed((sine, 0.0, -0.75), 0, index, words)[1] == 0 for _ in range(n))

    assert abs(reflected / n - expected) < 4.0 * math.sqrt(expected * (1.0 - expected) / n)


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
    stack = Stack(
        planes=np.array([0.0, 1e-3, np.inf]),
        mean_free_path=np.array([1e-4, 2e-4]),
        absorbed_share=np.array([0.3, 0.1]),
        anisotropy=np.array([0.8, 0.0]),
        refractive_index=np.array([1.0, 1.4, 1.5, 1.5]),
    )
    along = axis(np.linspace(0.0, 2e-3, 9))
    tallies = []
    for kernel in (trace_batch, getattr(trace_batch, "py_func", trace_batch)):
        tally = empty_tally(8, 8, 2)
        words = stream(np.random.SeedSequence(2))
        kernel(np.zeros(20), stack, along, along, 1.5e-3, words, tally)
        tallies.append(tally)

    for compiled, plain in zip(*tallies, strict=True):
        np.testing.assert_allclose(compiled, plain, rtol=1e-9)
