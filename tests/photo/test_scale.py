"""Claims about the scale from dots per inch, the printed sheet, a ruler and the irises."""

import math

import cv2
import numpy as np
import pytest

from porelight.errors import ParameterError, PhotographError
from porelight.photo import marker, ruler
from porelight.photo.iris import DIAMETER, iris_scale
from porelight.photo.marker import LARGE, SMALL, find_marker, marker_image, patch_levels
from porelight.photo.ruler import _fundamental, ruler_scale
from porelight.photo.scale import Scale, scale_of_dpi

SKIN = (190, 150, 130)


def test_dots_per_inch_of_a_scanner_give_the_scale():
    # 600 dpi are 600 / 25.4 px/mm
    scale = scale_of_dpi((600.0, 600.0), has_camera=False)
    assert scale.px_per_metre == pytest.approx(600.0 / 0.0254)
    assert scale.error == 0.01


@pytest.mark.parametrize(
    ("dpi", "has_camera", "text"),
    [
        (None, False, "no dots per inch"),
        ((600.0, 600.0), True, "a camera took it"),
        ((300.0, 300.0), False, "no scale"),
        ((600.0, 500.0), False, "the same both ways"),
        ((600.0, 0.0), False, "the same both ways"),
        ((20.0, 20.0), False, "expected 130 to 5000"),
    ],
)
def test_dots_per_inch_that_mean_nothing_are_refused(dpi, has_camera, text):
    with pytest.raises(PhotographError, match=text):
        scale_of_dpi(dpi, has_camera=has_camera)


def test_a_scale_says_where_it_is_known_from():
    assert Scale(12.5e3, 0.01, "known").described == "12.5 px/mm (as given, 1.0 % uncertain)"
    assert Scale(10e3, 0.055, "iris").described == "10 px/mm (from iris, 5.5 % uncertain)"


def test_impossible_scale_is_refused():
    with pytest.raises(ParameterError, match="px_per_metre"):
        Scale(1.0, 0.0, "known")


def with_marker(number=LARGE, side=200, turn=0.0, tilt=0.0):
    """Draw a marker on skin, turned in the plane and tilted about a vertical axis."""
    picture = np.full((700, 700, 3), SKIN, np.uint8)
    white = round(0.2 * side)
    low, high = 350 - side // 2, 350 - side // 2 + side
    picture[low - white : high + white, low - white : high + white] = 255
    picture[low:high, low:high] = marker_image(number, side)[..., None]
    matrix = cv2.getRotationMatrix2D((349.5, 349.5), math.degrees(turn), 1.0)
    squeeze = np.array([[math.cos(tilt), 0.0, 349.5 * (1.0 - math.cos(tilt))], [0.0, 1.0, 0.0]])
    whole = np.vstack([squeeze, [0, 0, 1]]) @ np.vstack([matrix, [0, 0, 1]])
    moved = cv2.warpAffine(picture, whole[:2], (700, 700), borderValue=SKIN)
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), 0.7), np.uint8)


@pytest.mark.parametrize(
    ("number", "millimetres", "turn", "tilt"),
    [(LARGE, 20.0, 0.0, 0.0), (SMALL, 10.0, 0.6, 0.0), (LARGE, 20.0, 0.4, math.radians(20.0))],
)
def test_marker_gives_its_scale_turned_and_tilted(number, millimetres, turn, tilt):
    # the sides across the tilt are foreshortened, those along it are not: 200 px
    found = find_marker(with_marker(number, 200, turn, tilt))
    assert found.scale.px_per_metre == pytest.approx(200.0 / (millimetres * 1e-3), rel=0.006)
    assert found.tilt == pytest.approx(tilt, abs=math.radians(6.0))
    assert 0.008 < found.scale.error < 0.02


@pytest.mark.parametrize("turn", [0.0, 0.5])
def test_marker_of_a_picture_that_is_looked_at_shrunk_has_the_same_corners(monkeypatch, turn):
    picture = with_marker(LARGE, 220, turn)
    whole = find_marker(picture)
    monkeypatch.setattr(marker, "_AT_ONCE", 700 * 700 // 5)
    shrunk = find_marker(picture)
    np.testing.assert_allclose(shrunk.corners, whole.corners, atol=0.05)
    assert shrunk.scale.px_per_metre == pytest.approx(whole.scale.px_per_metre, rel=3e-4)


def test_steep_and_tiny_and_missing_markers_are_refused():
    with pytest.raises(PhotographError, match="tilted by"):
        find_marker(with_marker(tilt=math.radians(42.0)))
    with pytest.raises(PhotographError, match="no marker was found"):
        find_marker(np.full((100, 100, 3), SKIN, np.uint8))
    with pytest.raises(PhotographError, match=r"no marker was found|px wide"):
        find_marker(with_marker(side=18))


def test_patches_outside_of_the_picture_are_left_out():
    # the drawn marker has no patches beside it: what is read there is skin
    levels = patch_levels(with_marker(), find_marker(with_marker()))
    expected = ((np.array(SKIN) / 255.0 + 0.055) / 1.055) ** 2.4
    np.testing.assert_allclose(levels["grey"], expected, rtol=0.02)
    assert patch_levels(with_marker(SMALL), find_marker(with_marker(SMALL))) == {}


def with_ruler(period=12.37, turn=0.3, noise=2.0, n=700):
    y, x = np.mgrid[:n, :n] - 0.5 * n
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    number = np.round(u / period)
    length = np.where(number % 10 == 0, 40.0, np.where(number % 5 == 0, 30.0, 20.0))
    body = (np.abs(v) < 45.0) & (np.abs(u) < 0.4 * n)
    tick = body & (np.abs(u - number * period) < 1.0) & (v + 45.0 < length)
    grey = np.where(tick, 30.0, np.where(body, 235.0, 150.0)).astype(np.float32)
    grain = noise * np.random.default_rng(1).standard_normal((n, n))
    grey = cv2.GaussianBlur(grey, (0, 0), 0.8) + grain
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize(("period", "turn"), [(12.37, 0.3), (7.9, -0.7), (22.0, 1.55)])
def test_ruler_gives_its_scale_in_any_direction(period, turn):
    scale = ruler_scale(with_ruler(period, turn))
    assert scale.px_per_metre == pytest.approx(period * 1e3, rel=0.004)
    assert scale.source == "ruler"


@pytest.mark.parametrize("overtone", [1, 2, 3])
def test_an_overtone_of_thin_ticks_is_not_taken_for_them(overtone):
    # ticks a sixth of a period wide have overtones as strong as themselves
    place = np.arange(900) / 11.81
    profile = np.where(np.abs(place - np.round(place)) < 1.0 / 12.0, 10.0, 250.0)
    assert _fundamental(profile, 11.81 / overtone) == pytest.approx(11.81, rel=0.003)


def test_ticks_of_another_distance_scale_it():
    assert ruler_scale(with_ruler(), 0.5e-3).px_per_metre == pytest.approx(24.74e3, rel=0.004)


def test_picture_of_a_ruler_is_looked_at_part_by_part(monkeypatch):
    pixels = with_ruler(12.37, 0.3)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    flat = grey - cv2.GaussianBlur(grey, (0, 0), 12.0)
    box = (slice(3, 260), slice(600, 700))
    # to the last digits of single precision
    np.testing.assert_allclose(ruler._Flat(pixels).box(*box), flat[box], atol=1e-4)
    whole = ruler_scale(pixels).px_per_metre
    monkeypatch.setattr(ruler, "_AT_ONCE", 64)
    assert ruler_scale(pixels).px_per_metre == pytest.approx(whole, rel=1e-7)


def test_skin_is_no_ruler(noise_picture, discs, lattice):
    for pixels in (noise_picture(4.0, 0.8, 1), discs(lattice(6), 4e-4).pixels):
        with pytest.raises(PhotographError, match="no ruler"):
            ruler_scale(pixels)


def eyes(left=60.0, right=60.0, lids=0.55):
    """Two eyes of these iris radii [px]; lids cover the rim above and below this share of it."""
    picture = np.full((400, 900, 3), SKIN, np.float32)
    y, x = np.mgrid[:400, :900].astype(float)
    rims = []
    for centre, radius in ((250.0, right), (650.0, left)):
        dx, dy = x - centre, y - 200.0
        opening = (np.abs(dy) < lids * radius) & (np.abs(dx) < 2.0 * radius)
        picture[opening] = (225, 215, 210)
        iris = opening & (dx**2 + dy**2 < radius**2)
        picture[iris] = (90, 70, 50)
        picture[opening & (dx**2 + dy**2 < (0.35 * radius) ** 2)] = (15, 15, 15)
        middle = np.array([centre + 2.0, 199.0])
        around = 1.05 * radius * np.array([[1, 0], [0, -1], [-1, 0], [0, 1]])
        rims.append(np.vstack([middle, middle + around]))
    grain = 2.0 * np.random.default_rng(1).standard_normal(picture.shape)
    soft = cv2.GaussianBlur(picture, (0, 0), 1.5) + grain
    return np.clip(soft, 0, 255).astype(np.uint8), np.array(rims)


def test_irises_give_the_scale_within_a_per_cent_of_their_drawing():
    scale = iris_scale(*eyes())
    assert scale.px_per_metre == pytest.approx(120.0 / DIAMETER, rel=0.01)
    assert 0.05 < scale.error < 0.08


@pytest.mark.parametrize(
    ("picture", "text"),
    [
        (eyes(lids=0.0), "no rim of an iris"),
        (eyes(left=50.0), "differ by"),
        (eyes(left=10.0, right=10.0), "px wide"),
    ],
)
def test_closed_turned_and_tiny_eyes_are_refused(picture, text):
    with pytest.raises(PhotographError, match=text):
        iris_scale(*picture)
