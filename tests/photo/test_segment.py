"""Claims about outlines, areas and shapes."""

import numpy as np
import pytest

from porelight.photo.detect import Spots
from porelight.photo.flatten import FlatSkin
from porelight.photo.segment import parted, segment

N = 81
EDGE = -1.0


def scene(shapes):
    """Evidence and darkness that fall linearly from the middle of ellipses (row, col, a, b, angle).

    The evidence is `EDGE` on the ellipse with half axes a and b [px].
    """
    rows, cols = np.mgrid[:N, :N].astype(np.float64)
    odds = np.full((N, N), -20.0)
    for row, col, a, b, angle in shapes:
        u = (cols - col) * np.cos(angle) + (rows - row) * np.sin(angle)
        v = -(cols - col) * np.sin(angle) + (rows - row) * np.cos(angle)
        odds = np.maximum(odds, EDGE + 5.0 * (1.0 - np.hypot(u / a, v / b)))
    dark = (odds - EDGE + 4.0).clip(0.0).astype(np.float32)
    one = np.ones_like(dark)
    flat = FlatSkin(dark, 0 * one, 0 * one, 0.5 * one, np.ones((N, N), dtype=bool))
    odds = odds.astype(np.float32)
    row, col = (np.array([round(s[k]) for s in shapes]) for k in (0, 1))
    return flat, odds, Spots(row, col, odds[row, col].astype(float), EDGE, 0.1)


def pores_of(*shapes):
    flat, odds, spots = scene(shapes)
    return segment(flat, odds, spots, EDGE)


@pytest.mark.verification
@pytest.mark.parametrize("radius", [1.6, 2.0, 2.3, 3.1, 5.7])
def test_area_of_a_circle_is_right_below_the_pixel(radius):
    pores = pores_of((40.3, 39.8, radius, radius, 0.0))
    # whole pixels alone would be off by up to 20 % for the smallest
    assert pores.area[0] == pytest.approx(np.pi * radius**2, rel=0.04)


@pytest.mark.verification
def test_area_grows_smoothly_with_the_circle():
    radii = np.linspace(2.5, 3.5, 21)
    area = np.array([pores_of((40, 40, r, r, 0.0)).area[0] for r in radii])
    assert (np.diff(area) > 0).all()
    np.testing.assert_allclose(np.diff(area) / np.diff(radii), 2 * np.pi * radii[:-1], rtol=0.35)


@pytest.mark.parametrize("angle", [0.0, 0.4, 1.2, -0.7])
def test_ellipse_has_its_axes_and_direction(angle):
    pores = pores_of((40, 40, 6.0, 3.0, angle))
    assert pores.elongation[0] == pytest.approx(2.0, rel=0.06)
    turn = (pores.angle[0] - angle + np.pi / 2) % np.pi - np.pi / 2
    assert turn == pytest.approx(0.0, abs=0.03)


def test_centroid_is_below_the_pixel():
    pores = pores_of((40.3, 39.6, 4.0, 4.0, 0.0))
    assert pores.row[0] == pytest.approx(40.3, abs=0.05)
    assert pores.col[0] == pytest.approx(39.6, abs=0.05)


def test_touching_pores_are_two_with_a_gap():
    pores = pores_of((40, 35, 5.0, 5.0, 0.0), (40, 44, 5.0, 5.0, 0.0))
    assert pores.area.size == 2
    first, second = (np.argwhere(pores.labels == k) for k in (1, 2))
    gap = np.abs(first[:, None] - second[None]).max(axis=2).min()
    assert gap >= 2


def test_long_thin_line_is_no_pore():
    assert pores_of((40, 40, 20.0, 1.5, 0.3)).area.size == 0


def test_long_pore_is_kept_to_its_limit():
    assert pores_of((40, 40, 6.0, 2.4, 0.3)).area.size == 1
    assert pores_of((40, 40, 8.0, 1.6, 0.3)).area.size == 0


def test_mole_is_no_pore():
    # 19 px at 12.5 px/mm are 1.5 mm
    assert pores_of((40, 40, 9.5, 9.5, 0.0)).area.size == 0


def test_strong_pore_ends_at_a_fifth_of_its_depth_not_where_the_odds_end():
    flat, odds, spots = scene([(40, 40, 6.0, 6.0, 0.0)])
    rows, cols = np.mgrid[:N, :N]
    cone = (10.0 - np.hypot(rows - 40, cols - 40) * 2.0).clip(0).astype(np.float32)
    steep = FlatSkin(cone, flat.redness, flat.yellowness, flat.contrast, flat.skin)
    # 10 - 2 r falls to 2 at r = 4, inside the 6 of the odds
    area = segment(steep, odds, spots, EDGE).area[0]
    assert area == pytest.approx(np.pi * 4.0**2, rel=0.05)


def test_contrast_is_the_mean_absorbance():
    flat, odds, spots = scene([(40, 40, 5.0, 5.0, 0.0)])
    pores = segment(flat, odds, spots, EDGE)
    # a cone from 9 to 4 over a disc has the mean 4 + 5 / 3, times the contrast of 0.5
    assert pores.contrast[0] == pytest.approx(0.5 * (4.0 + 5.0 / 3.0), rel=0.05)


def test_labels_are_numbered_as_the_arrays():
    pores = pores_of((20, 20, 3.0, 3.0, 0.0), (40, 40, 20.0, 1.5, 0.3), (60, 60, 4.0, 4.0, 0.0))
    assert pores.area.size == 2
    assert np.unique(pores.labels).tolist() == [0, 1, 2]
    for i in range(2):
        rows, cols = np.nonzero(pores.labels == i + 1)
        assert rows.mean() == pytest.approx(pores.row[i], abs=0.3)
        assert cols.mean() == pytest.approx(pores.col[i], abs=0.3)


def test_no_spots_give_no_pores():
    flat, odds, _ = scene([(40, 40, 5.0, 5.0, 0.0)])
    none = Spots(np.zeros(0, int), np.zeros(0, int), np.zeros(0), EDGE, 0.0)
    pores = segment(flat, odds, none, EDGE)
    assert pores.area.shape == (0,)
    assert not pores.labels.any()


def test_parting_keeps_lone_labels():
    labels = np.zeros((9, 9), np.int32)
    labels[2:5, 2:5] = 3
    np.testing.assert_array_equal(parted(labels), labels)
