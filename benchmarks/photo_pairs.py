"""Pairs of virtual photographs of one skin at two visits: light, focus, pose and file differ.

Shared by photo_change_calibration.py, which learns from seeds below `TEST`, and photo_compare.py,
which judges on seeds from it.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np

from porelight.photo.measure import Measurement, measure
from porelight.photo.photograph import Photograph
from porelight.render.camera import Camera
from porelight.render.look import SkinLook
from porelight.render.shading import Illumination
from porelight.render.skin import RenderedSkin, render_skin

Result = TypeVar("Result")

TEST = 100_000
SIZE = (0.022, 0.022)  # m, a part of a cheek


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two visits with their truth."""

    skins: tuple[RenderedSkin, RenderedSkin]
    photographs: tuple[Photograph, Photograph]
    measured: tuple[Measurement, Measurement]
    ratio: np.ndarray


def visit_pair(seed: int, ratio: float, *, spread: float = 0.05) -> Pair:
    """Photograph one skin twice; its pores are `ratio` as wide at the second visit.

    `spread` is how much the pores differ in that (SD of the logarithm); none if nothing changed.
    """
    draw = np.random.default_rng(seed)
    n = int(draw.uniform(55e4, 85e4) * SIZE[0] * SIZE[1])
    median = draw.uniform(2.8e-4, 3.8e-4)
    diameter = np.clip(median * np.exp(0.33 * draw.standard_normal(n)), 1.2e-4, 9e-4)
    look = SkinLook(
        fitzpatrick=int(draw.integers(1, 6)),
        pore_depth=draw.uniform(0.28, 0.42),
        pore_depth_spread=draw.uniform(0.1, 0.35),
        oil=draw.uniform(0.03, 0.16),
    )
    lamp = (draw.uniform(42.0, 62.0), draw.uniform(-180.0, 180.0), draw.uniform(0.45, 0.65))
    moved = (draw.uniform(-6.0, 6.0), draw.uniform(-15.0, 15.0), draw.uniform(-0.08, 0.08))
    lights = [
        Illumination(
            elevation=math.radians(lamp[0] + k * moved[0]),
            azimuth=math.radians(lamp[1] + k * moved[1]),
            ambient=lamp[2] + k * moved[2],
        )
        for k in (0, 1)
    ]
    own = np.exp(spread * draw.standard_normal(n)) if ratio != 1.0 else np.ones(n)
    ratios = (np.ones(n), ratio * own)
    skins = tuple(
        render_skin(
            diameter, ratio=r, look=look, light=light, camera=_camera(draw, i), size=SIZE, seed=seed
        )
        for i, (r, light) in enumerate(zip(ratios, lights, strict=True))
    )
    photographs = tuple(Photograph(skin.pixels, skin.px_per_metre, 0.01) for skin in skins)
    measured = tuple(measure(photograph, zone="cheek") for photograph in photographs)
    return Pair(skins, photographs, measured, ratios[1])


def side_by_side(work: Callable[[int], Result], numbers: Iterable[int]) -> Iterator[Result]:
    """Yield what `work` returns for each number, in order, worked out on all cores."""
    with ProcessPoolExecutor(initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        yield from pool.map(work, numbers)


def _camera(draw: np.random.Generator, frame: int) -> Camera:
    return Camera(
        px_per_metre=12.5e3 * draw.uniform(0.97, 1.05),
        blur=draw.uniform(0.65, 1.05),
        exposure=1.05 * draw.uniform(0.85, 1.15),
        colour_gain=tuple(draw.uniform(0.95, 1.05, 3)),
        noise=draw.uniform(2.5, 3.5),
        jpeg_quality=int(draw.integers(80, 96)),
        shift=tuple(draw.uniform(-1e-3, 1e-3, 2)),
        rotation=math.radians(draw.uniform(-4.0, 4.0)),
        frame=frame,
    )
