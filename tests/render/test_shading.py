import math

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.render._raster import SCENE_SCALE, as_image
from porelight.render.shading import (
    BANDS,
    Illumination,
    Pigments,
    flat_reflectance,
    lamp_share,
    radiance,
    reflectance,
    scattered,
    shine,
    sky_share,
    surface_normal,
    typical_melanin,
)

FLAT = np.zeros((80, 90), np.float32)
INNER = (slice(30, 50), slice(30, 60))

# individual typology angle [degrees] of the six classes, very light to dark: A. Chardon,
# I. Cretois, C. Hourseau, Int. J. Cosmet. Sci. 13, 191-208 (1991)
CLASS_LIMITS = ((55, 90), (41, 55), (28, 41), (10, 28), (-30, 10), (-90, -30))


def lab(rgb: np.ndarray) -> tuple[float, float, float]:
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    f = np.cbrt(to_xyz @ rgb / np.array([0.95047, 1.0, 1.08883]))
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


@pytest.mark.validation
@pytest.mark.parametrize("fitzpatrick", range(1, 7))
def test_tone_lies_in_its_class_of_typology_angle(fitzpatrick: int) -> None:
    lightness, redness, yellowness = lab(flat_reflectance(typical_melanin(fitzpatrick)))
    angle = math.degrees(math.atan2(lightness - 50.0, yellowness))
    low, high = CLASS_LIMITS[fitzpatrick - 1]
    assert low < angle < high
    assert 6.0 < redness < 18.0


def test_tone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ParameterError, match="fitzpatrick is 7; expected a whole"):
        typical_melanin(7)


def test_reflectance_of_even_skin_is_its_tone() -> None:
    even = np.full((4, 5), typical_melanin(4), np.float32)
    rho = reflectance(Pigments(even, 0.0 * even, 0.0 * even))
    np.testing.assert_allclose(rho[2, 3], flat_reflectance(typical_melanin(4)), rtol=1e-5)


@pytest.mark.parametrize("name", ["melanin", "blood", "plug"])
def test_more_pigment_is_darker_in_every_band(name: str) -> None:
    some = np.full((3, 3), 0.3, np.float32)
    more = {k: some.copy() for k in ("melanin", "blood", "plug")}
    more[name] = some + 0.2
    assert (reflectance(Pigments(**more)) < reflectance(Pigments(some, some, some))).all()


def test_blood_shows_less_under_melanin() -> None:
    def contrast(melanin: float) -> float:
        base = np.full((1, 2), melanin, np.float32)
        blood = np.array([[0.0, 0.1]], np.float32)
        green = reflectance(Pigments(base, blood, 0.0 * base))[0, :, 1]
        return float(1.0 - green[1] / green[0])

    np.testing.assert_allclose(contrast(1.75) / contrast(0.08), math.exp(-0.6 * 1.67), rtol=0.05)


def test_flat_skin_sees_all_of_sky_and_lamp() -> None:
    np.testing.assert_allclose(sky_share(FLAT), 1.0)
    np.testing.assert_allclose(lamp_share(FLAT, Illumination())[INNER], 1.0, rtol=1e-6)


@pytest.mark.verification
def test_floor_of_a_round_shaft_sees_the_share_of_its_aperture() -> None:
    # cos^2 of the horizon of a shaft of radius R and depth h is R^2 / (R^2 + h^2)
    # here the wall is met between 6 and 7 lattice points from the axis
    depth = 9.0
    axis = np.arange(61) - 30.0
    shaft = np.where(np.hypot(axis[:, None], axis) < 6.5, -depth, 0.0) / SCENE_SCALE
    seen = sky_share(as_image(shaft))[30, 30]
    assert 6.0**2 / (6.0**2 + depth**2) < seen < 7.6**2 / (7.6**2 + depth**2)


@pytest.mark.verification
@pytest.mark.parametrize("slope", [0.2, 0.8, 2.0])
def test_tip_of_a_cone_sees_the_share_of_its_opening(slope: float) -> None:
    axis = np.arange(61) - 30.0
    # reading between lattice points rounds the tip of a cone: up to 9 % at the steepest
    cone = as_image(slope * np.hypot(axis[:, None], axis) / SCENE_SCALE)
    np.testing.assert_allclose(sky_share(cone)[30, 30], 1.0 / (1.0 + slope**2), rtol=0.1)


@pytest.mark.verification
@pytest.mark.parametrize("toward", [1.0, -1.0])
def test_tilted_plane_follows_the_cosine_law(toward: float) -> None:
    elevation, slope = math.radians(50.0), 0.2
    cols = np.arange(90) / SCENE_SCALE
    # height falls towards +col: the plane faces +col
    plane = as_image(np.broadcast_to(-slope * cols, (80, 90)))
    light = Illumination(elevation=elevation, azimuth=0.0 if toward > 0 else math.pi)
    normal = np.array([slope, 1.0]) / math.hypot(slope, 1.0)
    sun = np.array([toward * math.cos(elevation), math.sin(elevation)])
    expected = float(normal @ sun) / math.sin(elevation)
    np.testing.assert_allclose(lamp_share(plane, light)[INNER], expected, rtol=1e-4)


@pytest.mark.verification
def test_step_casts_a_shadow_of_its_height_over_the_tangent() -> None:
    elevation, height = math.radians(40.0), 2.0e-4
    step = np.zeros((40, 120), np.float32)
    step[:, 60:] = height
    light = Illumination(elevation=elevation, azimuth=0.0)  # the lamp stands beyond the step
    lit = lamp_share(step, light)[20, :60]
    length = np.count_nonzero(lit < 0.5) / SCENE_SCALE
    np.testing.assert_allclose(length, height / math.tan(elevation), atol=3.0 / SCENE_SCALE)


@pytest.mark.parametrize("band", BANDS)
def test_travel_inside_skin_keeps_the_light(band: str) -> None:
    point = np.zeros((801, 801), np.float32)
    point[400, 400] = 1.0
    np.testing.assert_allclose(scattered(point, band).sum(), 1.0, rtol=0.01)


def test_red_light_travels_farthest() -> None:
    edge = np.zeros((60, 200), np.float32)
    edge[:, 100:] = 1.0
    red, green, blue = (scattered(edge, band)[30, 92] for band in BANDS)
    assert red > green > blue


def test_even_skin_in_even_light_shows_its_reflectance() -> None:
    rho = np.broadcast_to(np.array([0.4, 0.3, 0.2], np.float32), (80, 90, 3)).copy()
    np.testing.assert_allclose(radiance(rho, FLAT, Illumination())[INNER], rho[INNER], rtol=1e-4)


def test_cavity_is_darker_and_redder_than_skin() -> None:
    axis = (np.arange(81) - 40.0) / 8.0
    pit = as_image(-3e-4 * np.exp(-(axis[:, None] ** 2) - axis**2))
    rho = np.broadcast_to(np.array([0.46, 0.27, 0.19], np.float32), (81, 81, 3)).copy()
    share = radiance(rho, pit, Illumination(ambient=1.0))[40, 40] / rho[40, 40]
    assert share.max() < 0.95
    assert share[0] > share[1] > share[2]


def test_shine_is_brightest_where_skin_mirrors_the_lamp() -> None:
    light = Illumination(elevation=math.radians(60.0), azimuth=0.0, ambient=0.0)
    cols = (np.arange(400) - 200.0) / SCENE_SCALE
    dome = as_image(np.broadcast_to(-(cols**2) / (2.0 * 0.01), (20, 400)))
    bright = shine(dome, light, np.ones_like(dome), 0.1)[10]
    # the normal bisects zenith and lamp: 15 degrees from the zenith, where the slope is tan 15
    assert abs(cols[5 + int(bright[5:-5].argmax())] - 0.01 * math.tan(math.radians(15.0))) < 1e-4
    np.testing.assert_allclose(bright.max(), 1.0, rtol=1e-3)


def test_normal_of_flat_skin_points_out() -> None:
    np.testing.assert_allclose(surface_normal(FLAT)[INNER][0, 0], [0.0, 0.0, 1.0])


def test_direction_of_the_lamp_is_a_unit_vector_in_row_col_height() -> None:
    light = Illumination(elevation=math.radians(30.0), azimuth=math.radians(90.0))
    np.testing.assert_allclose(light.direction, [math.cos(math.pi / 6), 0.0, 0.5], atol=1e-12)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("elevation", 50.0, "elevation is 50 rad.*math.radians"),
        ("azimuth", 120.0, "azimuth is 120 rad"),
        ("ambient", 1.5, "ambient is 1.5"),
    ],
)
def test_light_refuses_degrees_and_impossible_shares(
    field: str, value: float, message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        Illumination(**{field: value})
