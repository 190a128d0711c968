"""Claims about taking the lamp out of a photograph."""

import numpy as np
import pytest

from porelight.photo.flatten import WORKING_SCALE, at_working_scale, flat_skin, to_photograph
from porelight.photo.photograph import Photograph


def flattened(photograph):
    return flat_skin(photograph, np.ones(photograph.shape, dtype=bool))


def as_photograph(linear):
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return Photograph((255 * np.clip(srgb, 0, 1) + 0.5).astype(np.uint8), WORKING_SCALE)


def test_even_skin_is_flat():
    flat = flattened(Photograph(np.full((60, 60, 3), 150, np.uint8), WORKING_SCALE))
    assert flat.skin.all()
    np.testing.assert_allclose(flat.darkness, 0.0, atol=1e-4)


@pytest.mark.verification
def test_slow_light_leaves_a_hundredth_of_itself():
    # light that varies by exp(+-0.2) over 4 cm, 33 times the blur that removes it
    slope = np.exp(0.4 * np.linspace(-0.5, 0.5, 500))[None, :, None]
    picture = np.full((120, 1, 3), 0.25) * slope
    flat = flattened(as_photograph(picture))
    middle = flat.absorbance[:, 60:-60]
    assert np.abs(middle).max() < 0.4 * 0.03


def test_exposure_changes_darkness_little():
    rng = np.random.default_rng(2)
    skin = 0.25 * np.exp(0.1 * rng.standard_normal((80, 80, 1))) * np.array([1.4, 1.0, 0.8])
    dim, bright = (flattened(as_photograph(g * skin)).darkness for g in (0.6, 1.2))
    assert np.corrcoef(dim.ravel(), bright.ravel())[0, 1] > 0.99
    assert np.abs(dim - bright).mean() < 0.1 * np.abs(bright).mean()


def test_dark_spot_is_positive_and_red_spot_is_red():
    pixels = np.full((60, 60, 3), 150, np.uint8)
    pixels[28:32, 28:32] = (140, 110, 110)
    flat = flattened(Photograph(pixels, WORKING_SCALE))
    assert flat.darkness[30, 30] > 1.0
    assert flat.redness[30, 30] > 0.5


def test_highlight_is_no_skin_and_pulls_nothing():
    pixels = np.full((80, 80, 3), 150, np.uint8)
    pixels[30:40, 30:40] = 252
    flat = flattened(Photograph(pixels, WORKING_SCALE))
    assert not flat.skin[30:40, 30:40].any()
    assert flat.skin.mean() > 0.97
    np.testing.assert_allclose(flat.darkness, 0.0, atol=1e-3)


def test_noise_is_no_highlight(noise_picture):
    assert flattened(Photograph(noise_picture(12, 1.0, 3), WORKING_SCALE)).skin.mean() > 0.999


def test_outside_of_the_zone_counts_for_nothing():
    pixels = np.full((80, 80, 3), 150, np.uint8)
    zone = np.zeros((80, 80), dtype=bool)
    zone[:, :40] = True
    plain = flat_skin(Photograph(pixels, WORKING_SCALE), zone)
    pixels[:, 45:] = 20
    beside = flat_skin(Photograph(pixels, WORKING_SCALE), zone)
    np.testing.assert_array_equal(beside.darkness, plain.darkness)
    assert not beside.darkness[:, 40:].any()


@pytest.mark.parametrize("px_per_metre", [6e3, 12.5e3, 31e3])
def test_working_scale_is_kept_for_any_photograph(px_per_metre):
    photograph = Photograph(np.full((120, 240, 3), 99, np.uint8), px_per_metre)
    rows, cols = at_working_scale(photograph).shape[:2]
    assert rows == round(120 * WORKING_SCALE / px_per_metre)
    assert cols == round(240 * WORKING_SCALE / px_per_metre)


def test_labels_return_to_the_photograph_in_place():
    labels = np.zeros((10, 20), np.int32)
    labels[2, 5] = 7
    large = to_photograph(labels, (30, 60))
    rows, cols = np.nonzero(large)
    assert (rows.min(), rows.max(), cols.min(), cols.max()) == (6, 8, 15, 17)


def test_dim_highlight_is_no_skin_either():
    pixels = np.full((80, 80, 3), 150, np.uint8)
    pixels[30:40, 30:40] = 225
    flat = flattened(Photograph(pixels, WORKING_SCALE))
    assert not flat.skin[31:39, 31:39].any()
    assert flat.skin.mean() > 0.97


def test_faint_texture_is_not_blown_up():
    # texture of 1 grey level stays below a third of the least contrast
    rng = np.random.default_rng(3)
    pixels = np.array([190, 150, 130]) + rng.integers(0, 2, (80, 80, 1))
    flat = flattened(Photograph(pixels.astype(np.uint8), WORKING_SCALE))
    assert 0.05 < flat.darkness.std() < 0.4
