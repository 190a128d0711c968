"""Claims about tone, redness, shine and texture."""

import math

import numpy as np
import pytest

from porelight.errors import PhotographError
from porelight.photo.photograph import Photograph
from porelight.photo.tone import PAPER, tone

SHAPE = (120, 140)
ALL, NONE = np.ones(SHAPE, np.bool_), np.zeros(SHAPE, np.bool_)


def even(colour, noise=0.0):
    grain = noise * np.random.default_rng(1).standard_normal((*SHAPE, 3))
    return Photograph(np.clip(np.array(colour) + grain, 0, 255).astype(np.uint8), 12.5e3)


def linear(value):
    return ((np.asarray(value, float) / 255.0 + 0.055) / 1.055) ** 2.4


@pytest.mark.validation
def test_lab_of_srgb_red_is_that_of_the_standard():
    # sRGB (255, 0, 0), D65: L* 53.24, a* 80.09, b* 67.20 (published by B. Lindbloom); here at 249,
    # as brighter pixels are highlights: linear 0.948 scales L* + 16 by its cube root
    found = tone(even((249, 0, 0)), ALL, NONE)
    root = float(linear(249) ** (1.0 / 3.0))
    assert found.lightness == pytest.approx((53.24 + 16.0) * root - 16.0, abs=0.05)
    assert found.red_green == pytest.approx(80.09 * root, abs=0.1)
    assert found.blue_yellow == pytest.approx(67.20 * root, abs=0.2)


@pytest.mark.verification
def test_a_white_patch_takes_lamp_and_exposure_out():
    levels = []
    for lamp in ((1.0, 1.0, 1.0), (0.8, 0.7, 0.5)):
        skin = np.array([0.5, 0.3, 0.22]) * np.array(lamp)
        srgb = 255.0 * (1.055 * skin ** (1.0 / 2.4) - 0.055)
        white = {"white": PAPER * np.array(lamp)}
        levels.append(tone(even(np.rint(srgb)), ALL, NONE, white))
    one, other = levels
    assert one.is_absolute
    assert other.lightness == pytest.approx(one.lightness, abs=0.4)
    assert other.typology_angle.value == pytest.approx(one.typology_angle.value, abs=0.02)
    # by hand: Y = 0.2127 0.5 + 0.7152 0.3 + 0.0722 0.22 = 0.3368, L* = 116 Y^(1/3) - 16
    assert one.lightness == pytest.approx(116.0 * 0.3368 ** (1 / 3) - 16.0, abs=0.3)
    expected = math.atan2(one.lightness - 50.0, one.blue_yellow)
    assert one.typology_angle.value == pytest.approx(expected)
    assert one.typology_angle.low < expected < one.typology_angle.high
    assert one.typology in ("very light", "light")


def test_without_a_card_no_angle_is_told():
    found = tone(even((190, 150, 130)), ALL, NONE)
    assert found.typology_angle is None
    assert not found.is_absolute
    assert "not known" in found.typology


@pytest.mark.verification
def test_erythema_index_is_the_logarithm_of_red_over_green():
    found = tone(even((190, 150, 130)), ALL, NONE)
    assert found.erythema_index == pytest.approx(100.0 * math.log10(linear(190) / linear(150)))


def test_shine_is_the_share_that_mirrors_the_lamp():
    pixels = even((170, 130, 110), 1.0).pixels.copy()
    pixels[10:40, 10:45] = (225, 200, 190)
    found = tone(Photograph(pixels, 12.5e3), ALL, NONE)
    assert found.shiny_share == pytest.approx(30 * 35 / (120 * 140), rel=0.1)
    assert found.shine > 0.2
    assert tone(even((170, 130, 110), 1.0), ALL, NONE).shiny_share == 0.0


def test_texture_leaves_pores_out():
    pixels = even((170, 130, 110)).pixels.copy()
    pores = NONE.copy()
    for row in range(10, 120, 20):
        for col in range(10, 140, 20):
            pores[row : row + 3, col : col + 3] = True
    pixels[pores] = (90, 60, 50)
    photograph = Photograph(pixels, 12.5e3)
    assert tone(photograph, ALL, pores).texture < 0.6 * tone(photograph, ALL, NONE).texture


@pytest.mark.parametrize("white", [0.05, 0.99])
def test_a_dark_or_clipped_card_is_refused(white):
    with pytest.raises(PhotographError, match="white patch"):
        tone(even((190, 150, 130)), ALL, NONE, {"white": np.full(3, white)})


def test_a_zone_without_bare_skin_is_refused():
    with pytest.raises(PhotographError, match="between pores and highlights"):
        tone(even((190, 150, 130)), ALL, ALL)
