"""Claims about wrinkles and folds that no single pixel shows."""

import dataclasses

import cv2
import numpy as np
import pytest

from porelight.photo.lines import SoftLines, length_and_width, soft_lines

ROWS, COLS = 300, 320
GRAIN = 0.05  # absorbance, SD of the texture
NOTHING = np.zeros((ROWS, COLS), bool)


def texture(seed=1):
    grain = np.random.default_rng(seed).standard_normal((ROWS, COLS))
    grain = cv2.GaussianBlur(grain, (0, 0), 1.2)
    return GRAIN * grain / grain.std()


@dataclasses.dataclass(frozen=True)
class Flat:
    """Flattened skin of a given absorbance."""

    absorbance: np.ndarray
    skin: np.ndarray


def flat(absorbance):
    everywhere = np.ones(absorbance.shape, bool)
    return Flat(absorbance.astype(np.float32), everywhere)


def line(angle, length, sd, depth):
    """Draw a dark line through the middle, at an angle from the columns [deg]; lengths in px."""
    y, x = np.mgrid[:ROWS, :COLS] - np.array([ROWS / 2, COLS / 2])[:, None, None]
    a = np.radians(angle)
    along, across = x * np.cos(a) + y * np.sin(a), y * np.cos(a) - x * np.sin(a)
    return depth * np.exp(-0.5 * (across / sd) ** 2) * (np.abs(along) < length / 2)


def counted(absorbance, spots=NOTHING, known=NOTHING):
    return soft_lines(flat(absorbance), spots, known)


@pytest.mark.parametrize("seed", range(5))
def test_texture_has_no_line(seed):
    assert counted(texture(seed)) == SoftLines()


@pytest.mark.parametrize("angle", [0, 20, 45, 83, 90, 140])
def test_wrinkle_too_faint_for_a_dark_mark_is_seen_in_any_direction(angle):
    # dark marks begin at 3.2 spreads
    found = counted(texture() + line(angle, 200, 2.0, 2.0 * GRAIN))
    assert 1 <= found.wrinkles <= 2  # texture may cut it in two
    assert found.folds == 0


@pytest.mark.parametrize("angle", [10, 60, 100])
def test_wide_shadow_is_a_fold(angle):
    assert counted(texture() + line(angle, 230, 7.0, 1.2 * GRAIN)) == SoftLines(folds=1)


def test_fold_that_fine_filters_see_too_is_one_line():
    assert counted(texture() + line(60, 230, 3.2, 2.5 * GRAIN)) == SoftLines(folds=1)


def test_short_line_is_none():
    assert counted(texture() + line(30, 36, 2.0, 5.0 * GRAIN)) == SoftLines()
    assert counted(texture() + line(30, 70, 2.0, 5.0 * GRAIN)) == SoftLines(wrinkles=1)


def row_of_discs(step, depth):
    """Texture with a row of dark discs, and where they are."""
    spots = np.zeros((ROWS, COLS), np.uint8)
    for col in range(60, 260, step):
        cv2.circle(spots, (col, 150), 3, (1,), -1)
    return texture() + depth * GRAIN * spots, spots > 0


def test_row_of_known_pores_is_none():
    image, spots = row_of_discs(9, 6.0)
    assert counted(image, spots) == SoftLines()
    assert counted(image) != SoftLines()


def test_row_of_very_dark_spots_is_none_even_if_nobody_knows_them():
    image, _ = row_of_discs(20, 12.0)
    assert counted(image) == SoftLines()


def test_line_that_is_counted_already_is_not_counted_again():
    known = line(20, 60, 2.0, 1.0) > 0.5
    assert counted(texture() + line(20, 200, 2.0, 2.0 * GRAIN), known=known) == SoftLines()


def test_line_in_a_small_zone_of_a_large_picture_is_seen():
    y, x = np.mgrid[:ROWS, :COLS]
    zone = np.hypot(y - 150, x - 160) < 110
    image = np.where(zone, texture() + line(30, 200, 2.0, 3.0 * GRAIN), 0.0)
    part = dataclasses.replace(flat(image), skin=zone)
    assert soft_lines(part, NOTHING, NOTHING) == SoftLines(wrinkles=1)


def test_even_and_tiny_pictures_have_no_line():
    assert counted(np.zeros((ROWS, COLS))) == SoftLines()
    for shape in ((1, 1), (20, 300), (31, 31)):
        small = np.zeros(shape, bool)
        assert soft_lines(flat(texture()[: shape[0], : shape[1]]), small, small) == SoftLines()


@pytest.mark.verification
@pytest.mark.parametrize("angle", [0, 30, 75])
def test_length_and_width_of_a_bar_are_its_own_at_any_angle(angle):
    y, x = np.mgrid[:200, :200] - 100.0
    a = np.radians(angle)
    along, across = x * np.cos(a) + y * np.sin(a), y * np.cos(a) - x * np.sin(a)
    length, width = length_and_width((np.abs(along) < 60.5) & (np.abs(across) < 4.5))
    assert length == pytest.approx(121.0, rel=0.01)
    assert width == pytest.approx(9.0, rel=0.03)
