"""Claims about laying one picture over another, on a random texture whose warp is known."""

import math

import cv2
import numpy as np
import pytest
from scipy import ndimage

from porelight.errors import PhotographError
from porelight.photo.darkness import SCALE, Darkness, compared_shape, darkness
from porelight.photo.photograph import Photograph
from porelight.photo.register import register

N = 240


def texture(seed=1, n=N):
    white = np.random.default_rng(seed).standard_normal((n, n)).astype(np.float32)
    soft = cv2.GaussianBlur(white, (0, 0), 1.5)
    return 0.05 * soft / soft.std()


def seen(image):
    return Darkness(np.asarray(image, np.float32), np.ones(image.shape, np.bool_))


def moved(image, turn=0.0, scale=1.0, shift=(0.0, 0.0), bend=0.0):
    """Return the image as another photograph has it, and where each of its pixels came from."""
    n = image.shape[0]
    y, x = np.mgrid[:n, :n].astype(np.float64)
    middle = 0.5 * (n - 1)
    dy, dx = y - middle - shift[0], x - middle - shift[1]
    col = middle + (dx * math.cos(turn) + dy * math.sin(turn)) / scale
    row = middle + (dy * math.cos(turn) - dx * math.sin(turn)) / scale
    row, col = (
        row + bend * np.sin(2.0 * np.pi * col / n),
        col + bend * np.cos(2.0 * np.pi * row / n),
    )
    over = cv2.remap(image, col.astype(np.float32), row.astype(np.float32), cv2.INTER_CUBIC)
    return over, row, col


@pytest.mark.verification
@pytest.mark.parametrize(
    "how",
    [
        {"turn": 0.1, "shift": (9.0, -6.0)},
        {"scale": 1.06},
        {"turn": -0.05, "bend": 2.5},
    ],
)
def test_turn_scale_and_bend_are_undone_to_a_thirtieth_of_a_millimetre(how):
    first = texture()
    second, row, col = moved(first, **how)
    laid = register(seen(first), seen(second))
    # where the second picture's pixels came from is what `back` must tell
    at = np.random.default_rng(3).uniform(0.2 * N, 0.8 * N, (2, 200))
    truth = [ndimage.map_coordinates(m, at, order=1) for m in (row, col)]
    found = laid.back((at[0] + 0.5) / SCALE, (at[1] + 0.5) / SCALE)
    off = np.hypot(found[0] * SCALE - 0.5 - truth[0], found[1] * SCALE - 0.5 - truth[1])
    assert np.quantile(off, 0.9) / SCALE < 3.3e-5
    assert laid.scale == pytest.approx(how.get("scale", 1.0), rel=0.01)
    assert laid.rotation == pytest.approx(how.get("turn", 0.0), abs=0.02)
    assert laid.correlation > 0.9


@pytest.mark.verification
def test_places_and_back_are_inverse():
    first = texture()
    laid = register(seen(first), seen(moved(first, turn=0.08, bend=2.0)[0]))
    row, col = np.random.default_rng(4).uniform(0.2, 0.8, (2, 50)) * N / SCALE
    there = laid.places(row, col)
    np.testing.assert_allclose(laid.back(*there), (row, col), atol=2e-7)


def test_a_picture_laid_over_is_the_other():
    first = texture()
    second, *_ = moved(first, turn=0.07, shift=(3.0, 4.0))
    laid = register(seen(first), seen(second))
    over = laid.laid_over(second)
    good = laid.shared
    assert good.mean() > 0.6
    assert np.corrcoef(over[good], first[good])[0, 1] > 0.97


@pytest.mark.parametrize(
    ("second", "text"),
    [
        (texture(2), "too few details in common|correlates by"),
        (np.zeros((N, N), np.float32), "too few details"),
        (moved(texture(), scale=1.5)[0], "stretched by|too few details"),
        (moved(texture(), shift=(0.0, 200.0))[0], "share|too few details"),
    ],
)
def test_pairs_that_do_not_fit_are_refused_with_advice(second, text):
    with pytest.raises(PhotographError, match=text) as caught:
        register(seen(texture()), seen(second))
    assert "ake the next one" in str(caught.value)


def test_darkness_is_on_one_scale_and_free_of_the_lamp():
    ramp = np.linspace(0.6, 1.0, 150)[None, :, None] * np.array([190.0, 150.0, 130.0])
    pixels = np.broadcast_to(ramp, (100, 150, 3)).astype(np.uint8)
    photograph = Photograph(np.ascontiguousarray(pixels), 10e3)
    found = darkness(photograph, np.ones((100, 150), np.bool_))
    assert found.image.shape == compared_shape(photograph) == (125, 188)
    middle = found.image[30:-30, 40:-40]
    # the ramp alone spans ln(1 / 0.6) = 0.5; what is left is its curvature and 8 bits
    assert np.abs(middle).max() < 0.02


def test_highlights_are_no_skin():
    pixels = np.full((80, 80, 3), (190, 150, 130), np.uint8)
    pixels[30:40, 30:40] = 255
    found = darkness(Photograph(pixels, SCALE), np.ones((80, 80), np.bool_))
    assert not found.skin[29:41, 29:41].any()
    assert found.skin[:25].all()
    assert np.abs(found.image[50:, 50:]).max() < 0.02
