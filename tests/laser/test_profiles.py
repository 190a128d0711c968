import numpy as np
import pytest
from scipy.stats import chisquare

from porelight.errors import ParameterError
from porelight.laser.profiles import BeamImage, RadialProfile

DISC = RadialProfile((0.0, 2e-3), (1.0, 1.0))
TABLE = RadialProfile((0.0, 1e-3, 2e-3, 2.5e-3), (1.0, 0.6, 0.9, 0.0))


@pytest.mark.verification
def test_second_moment_diameter_of_a_disc_is_its_diameter():
    np.testing.assert_allclose(DISC.diameter, 4e-3, rtol=1e-12)


@pytest.mark.verification
def test_second_moment_diameter_of_a_gaussian_is_its_width_at_1_over_e2():
    r = np.linspace(0.0, 10e-3, 20_001)
    table = RadialProfile(tuple(r), tuple(np.exp(-2.0 * (r / 2e-3) ** 2)))

    np.testing.assert_allclose(table.diameter, 4e-3, rtol=1e-6)


@pytest.mark.verification
def test_power_within_a_radius_is_the_integral_of_the_irradiance():
    r = np.linspace(0.0, 2.5e-3, 200_001)
    density = 2.0 * np.pi * r * TABLE.irradiance_at(r)
    within = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(r))])

    np.testing.assert_allclose(within[-1], 1.0, rtol=1e-8)
    share = np.array([0.01, 0.3, 0.77, 0.999])
    np.testing.assert_allclose(TABLE.radius_of(share), np.interp(share, within, r), rtol=1e-6)


@pytest.mark.verification
def test_points_of_an_image_fall_on_its_pixels_by_their_irradiance():
    image = BeamImage(np.array([[1.0, 0.0, 3.0], [2.0, 5.0, 1.0]]), 1e-3)
    random = np.random.default_rng(2)

    x, y = image.point_of(random.random(60_000), random.random(60_000))

    # the centre of power lies at row 8 / 12 and column (5 + 2 * 4) / 12
    row, col = y / 1e-3 + 8.0 / 12.0 + 0.5, x / 1e-3 + 13.0 / 12.0 + 0.5
    counts, _, _ = np.histogram2d(row, col, bins=[np.arange(3), np.arange(4)])
    expected = np.array([[1.0, 0.0, 3.0], [2.0, 5.0, 1.0]]) / 12.0 * counts.sum()
    lit = expected > 0.0
    assert counts[~lit].sum() == 0.0
    assert chisquare(counts[lit], expected[lit]).pvalue > 1e-3


def test_an_image_is_centred_on_its_centre_of_power():
    image = BeamImage(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 4.0]]), 1e-3)
    half = np.full(1, 0.5)

    np.testing.assert_allclose(image.point_of(half, half), np.zeros((2, 1)), atol=1e-18)
    np.testing.assert_allclose(image.reach, np.hypot(0.5, 0.5) * 1e-3)


@pytest.mark.verification
def test_second_moment_diameter_of_a_picture_is_that_of_the_disc_in_it():
    rows, cols = np.indices((201, 201)) - 100
    disc = BeamImage((np.hypot(rows, cols) < 80.0).astype(float), 1e-5)

    np.testing.assert_allclose(disc.diameter, 2 * 80e-5, rtol=2e-3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RadialProfile((0.0,), (1.0,)), "1 radii and 1 irradiances; expected as many"),
        (lambda: RadialProfile((0.0, 1e-3), (1.0,)), "2 radii and 1 irradiances"),
        (lambda: RadialProfile((1e-3, 2e-3), (1.0, 1.0)), "increase strictly, from 0 m"),
        (lambda: RadialProfile((0.0, 2.0), (1.0, 1.0)), "radius of the beam profile is 2 m"),
        (lambda: RadialProfile((0.0, 1e-3), (1.0, -1.0)), "negative or missing value"),
        (lambda: RadialProfile((0.0, 1e-3), (0.0, 0.0)), "0 everywhere; nothing is lit"),
        (lambda: BeamImage(np.ones(4), 1e-5), r"shape \(4,\); expected rows and columns"),
        (lambda: BeamImage(np.ones((2, 2)), 0.0), "pixel of the beam image is 0 m"),
        (lambda: BeamImage(np.full((2, 2), np.nan), 1e-5), "negative or missing value"),
    ],
)
def test_impossible_profile_is_refused(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
