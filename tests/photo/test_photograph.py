"""Claims about photographs and their scale."""

import numpy as np
import pytest

from porelight.errors import ParameterError, PhotographError
from porelight.photo.photograph import Photograph, resolution_warnings

SKIN = np.full((100, 200, 3), 150, np.uint8)


def test_area_is_that_of_the_pixels():
    assert Photograph(SKIN, 1e4).area == pytest.approx(0.01 * 0.02)


def test_twelve_px_per_mm_need_no_warning():
    assert resolution_warnings(Photograph(SKIN, 12e3)) == ()


def test_coarse_photograph_warns_of_what_it_misses():
    (said,) = resolution_warnings(Photograph(SKIN, 8e3))
    assert "8 px/mm" in said
    assert "0.38 mm" in said  # three pixels


@pytest.mark.parametrize("px_per_metre", [1e3, 4.99e3])
def test_too_coarse_photograph_is_refused_by_name(px_per_metre):
    with pytest.raises(PhotographError, match=r"face\.png has .* px/mm; pores need at least 5"):
        resolution_warnings(Photograph(SKIN, px_per_metre, name="face.png"))


def test_larger_than_any_face_is_refused():
    wide = np.broadcast_to(np.uint8(150), (3000, 3000, 3))
    with pytest.raises(PhotographError, match=r"0\.60 m x 0\.60 m"):
        resolution_warnings(Photograph(wide, 5e3))


@pytest.mark.parametrize(
    ("pixels", "problem"),
    [
        (np.zeros((5, 5), np.uint8), r"shape \(5, 5\)"),
        (np.zeros((5, 5, 4), np.uint8), r"shape \(5, 5, 4\)"),
        (np.zeros((0, 5, 3), np.uint8), r"shape \(0, 5, 3\)"),
        (np.zeros((5, 5, 3)), "float64"),
    ],
)
def test_wrong_pixels_are_refused(pixels, problem):
    with pytest.raises(ParameterError, match=problem):
        Photograph(pixels, 1e4)


@pytest.mark.parametrize(
    ("px_per_metre", "scale_error", "problem"),
    [
        (12.5, 0.0, "need '[*] units.per_mm'"),
        (float("nan"), 0.0, "px_per_metre is nan"),
        (1e4, -0.1, "scale_error is -0.1"),
        (1e4, 8.0, "Per cent need"),
    ],
)
def test_impossible_scale_is_refused(px_per_metre, scale_error, problem):
    with pytest.raises(ParameterError, match=problem):
        Photograph(SKIN, px_per_metre, scale_error)
