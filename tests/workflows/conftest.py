"""Rendered skin that several workflows look at: sharp, blurred, and treated."""

import math
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from porelight.photo.marker import LARGE, PATCHES, SIDES, marker_image
from porelight.photo.photograph import Photograph
from porelight.render.camera import Camera
from porelight.render.look import SkinLook
from porelight.render.shading import Illumination
from porelight.render.skin import render_skin
from porelight.workflows.measure import MeasuredPhotograph, measure

RATIO = 0.85  # of the treated pores


@pytest.fixture(scope="session")
def patch() -> Photograph:
    """Return 2 cm2 of skin with 88 conspicuous pores, in focus."""
    diameter = np.random.default_rng(1).uniform(0.35e-3, 0.6e-3, 88)
    skin = render_skin(diameter, look=SkinLook(fitzpatrick=3), size=(0.014, 0.014), seed=1)
    return Photograph(skin.pixels, skin.px_per_metre, 0.01, name="patch.png")


def blurred(photograph: Photograph, sd_px: float) -> Photograph:
    pixels = np.asarray(cv2.GaussianBlur(photograph.pixels, (0, 0), sd_px), np.uint8)
    return Photograph(pixels, photograph.px_per_metre, photograph.scale_error, photograph.name)


@pytest.fixture(scope="session")
def blurred_patch(patch) -> Photograph:
    """Return the same skin out of focus, so that no pore is seen."""
    return blurred(patch, 4.0)


@pytest.fixture(scope="session")
def soft_patch(patch) -> Photograph:
    """Return the same skin softer than it should be, and good enough to be measured."""
    return blurred(patch, 1.7)


@pytest.fixture(scope="session")
def sheet() -> Callable[[float], NDArray[np.uint8]]:
    """Return a function that draws the printed sheet at a scale [px/m] on white paper."""

    def draw(px_per_metre: float) -> NDArray[np.uint8]:
        def pixels(length: float) -> int:
            return round(length * px_per_metre)

        rim, side = pixels(4e-3), pixels(SIDES[LARGE])
        paper = np.full((side + 2 * rim, pixels(0.06), 3), 220, np.uint8)
        paper[rim : rim + side, rim : rim + side] = marker_image(LARGE, side)[..., None]
        for patch in PATCHES:
            top, left = rim + pixels(patch.top), rim + pixels(patch.left)
            level = [round(220.0 * x) for x in patch.level]
            paper[top : top + pixels(patch.side), left : left + pixels(patch.side)] = level
        return np.asarray(cv2.GaussianBlur(paper, (0, 0), 0.7), np.uint8)

    return draw


def visit(ratio: float, frame: int, **camera: float) -> Photograph:
    rng = np.random.default_rng(5)
    skin = render_skin(
        np.clip(4.0e-4 * np.exp(0.25 * rng.standard_normal(150)), 2e-4, 8e-4),
        ratio=ratio,
        look=SkinLook(pore_depth=0.38, pore_depth_spread=0.15),
        light=Illumination(azimuth=math.radians(-100.0 + 8.0 * frame)),
        camera=Camera(frame=frame, **camera),
        size=(0.018, 0.018),
        seed=5,
    )
    return Photograph(skin.pixels, skin.px_per_metre, 0.01, name=f"visit{frame}.png")


@pytest.fixture(scope="session")
def visits() -> tuple[Photograph, Photograph]:
    """Return two photographs of the same skin, the pores of the second narrower by `RATIO`."""
    return visit(1.0, 0), visit(RATIO, 2, blur=0.95, rotation=-0.04, jpeg_quality=85)


@pytest.fixture(scope="session")
def measured_visits(visits) -> tuple[MeasuredPhotograph, MeasuredPhotograph]:
    before, after = (measure(photograph, zone="cheek") for photograph in visits)
    return before, after
