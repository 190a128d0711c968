"""Claims about what is seen and not taken for a pore."""

import cv2
import numpy as np
import pytest

from porelight.photo.flatten import flat_skin
from porelight.photo.photograph import Photograph
from porelight.photo.rejected import RejectedCounts, marks

TONE = np.array([190.0, 150.0, 130.0])
N = 200


def skin():
    grain = np.random.default_rng(2).standard_normal((N, N, 3))
    return TONE + 2.0 * cv2.GaussianBlur(grain, (0, 0), 1.0) / 0.28


def counted(pixels):
    picture = np.clip(cv2.GaussianBlur(pixels, (0, 0), 0.7), 0, 255).astype(np.uint8)
    return marks(flat_skin(Photograph(picture, 12.5e3), np.ones((N, N), dtype=bool)))


def test_plain_skin_has_nothing_to_reject():
    assert counted(skin()).counts == RejectedCounts()


def test_hairs_are_counted_and_known():
    pixels = skin()
    pixels[30:90, 50:52] *= 0.4
    pixels[120:122, 60:140] *= 0.4
    found = counted(pixels)
    assert found.counts == RejectedCounts(hairs=2)
    assert found.hair[40:80, 50].all()
    assert not found.hair[:, :40].any()


def test_reddish_line_is_a_wrinkle():
    pixels = skin()
    # shadow in skin is filled by red light from within
    pixels[30:150, 50:53] *= np.array([0.92, 0.75, 0.70])
    found = counted(pixels)
    assert found.counts == RejectedCounts(wrinkles=1)
    assert not found.hair.any()


def test_wide_long_shadow_is_a_fold():
    pixels = skin()
    across = np.exp(-0.5 * ((np.arange(N) - 100) / 5.0) ** 2)[:, None, None]
    pixels *= 1.0 - across * np.array([0.12, 0.3, 0.35])
    assert counted(pixels).counts == RejectedCounts(folds=1)


def test_wide_round_mark_is_a_mole():
    y, x = np.mgrid[:N, :N] - 100.0
    inside = np.exp(-((np.hypot(y, x) / 9.0) ** 4))[..., None]
    assert counted(skin() * (1.0 - 0.5 * inside)).counts == RejectedCounts(moles=1)


def test_highlights_are_counted():
    pixels = skin()
    for row, col in ((30, 40), (90, 150), (160, 60)):
        pixels[row : row + 6, col : col + 6] = 255.0
    assert counted(pixels).counts == RejectedCounts(highlights=3)


def test_pores_are_not_rejected():
    pixels = skin()
    for row in range(20, N, 25):
        for col in range(20, N, 25):
            cv2.circle(pixels, (col, row), 3, (160.0, 115.0, 95.0), -1)
    assert counted(pixels).counts == RejectedCounts()


def test_total_is_the_sum():
    assert RejectedCounts(1, 2, 3, 4, 5).total == 15


@pytest.mark.parametrize("value", [0, 255])
def test_black_and_white_pictures_have_no_marks(value):
    picture = Photograph(np.full((60, 60, 3), value, np.uint8), 12.5e3)
    found = marks(flat_skin(picture, np.ones((60, 60), dtype=bool)))
    assert found.counts.hairs == found.counts.moles == 0
