"""One crop after another, each turned, scaled, lit, blurred and compressed anew."""

from dataclasses import dataclass

import cv2
import numpy as np
from examples import Example
from numpy.typing import NDArray

from porelight.photo.flatten import WORKING_SCALE, flat_skin
from porelight.photo.network import inputs
from porelight.photo.photograph import Photograph

CROP = 128  # px
MARGIN = 24  # px around it that the local means see
SIDE = CROP + 2 * MARGIN
WIDEST_SCALE = np.log(1.4)  # other faces have other pores; a nose has wider ones than a cheek
Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """Inputs (4, CROP, CROP); targets and weights (3, CROP, CROP): middle, cover, size."""

    image: Image
    target: Image
    weight: Image


def crop_of(example: Example, draw: np.random.Generator) -> Crop:
    """Draw a crop."""
    place, scale = _placement(example, draw)
    warp = {"flags": cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, "borderMode": cv2.BORDER_CONSTANT}
    size = (SIDE, SIDE)
    pixels = cv2.warpAffine(
        example.pixels, place, size,
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT_101,
    )  # fmt: skip
    cover = cv2.warpAffine(example.cover, place, size, **warp)
    zone = cv2.warpAffine(example.zone.astype(np.float32), place, size, **warp) > 0.9
    ignored = cv2.warpAffine(example.ignored.astype(np.float32), place, size, **warp) > 0.3
    flat = flat_skin(Photograph(photographed(pixels, draw), WORKING_SCALE), zone)
    middle, known, log_size = _middles(example, place, scale)
    known *= np.float32(example.trust)
    counted = flat.skin & ~ignored
    inner = (slice(None), slice(MARGIN, -MARGIN), slice(MARGIN, -MARGIN))
    return Crop(
        inputs(flat)[inner],
        np.stack([middle, np.clip(cover, 0.0, 1.0), log_size])[inner],
        np.stack([counted, counted, counted * known]).astype(np.float32)[inner],
    )


def _placement(example: Example, draw: np.random.Generator) -> tuple[NDArray[np.float64], float]:
    """From crop to example, as OpenCV writes it; and how much larger pores become."""
    k = draw.integers(example.inside[0].size)
    middle = np.array([example.inside[1][k], example.inside[0][k]]) + draw.uniform(-30, 30, 2)
    angle = draw.uniform(0.0, 2.0 * np.pi)
    scale = np.exp(draw.uniform(-WIDEST_SCALE, WIDEST_SCALE))
    stretch = np.exp(draw.uniform(-0.06, 0.06))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn = turn @ np.diag([draw.choice([-1.0, 1.0]) / scale * stretch, 1.0 / scale / stretch])
    offset = middle - turn @ np.full(2, 0.5 * SIDE)
    return np.column_stack([turn, offset]), float(scale)


def _middles(
    example: Example, place: NDArray[np.float64], scale: float
) -> tuple[Image, Image, Image]:
    """Bumps at the middles, weights of the sizes, and the sizes."""
    middle, known, log_size = (np.zeros((SIDE, SIDE), np.float32) for _ in range(3))
    points = np.stack([example.col, example.row], axis=1) - place[:, 2]
    points = points @ np.linalg.inv(place[:, :2]).T
    near = ((points > -6) & (points < SIDE + 6)).all(axis=1)
    for (x, y), size in zip(points[near], example.log_diameter[near] + np.log(scale), strict=True):
        spread = 0.6 + 0.15 * np.exp(size) * WORKING_SCALE * 1e-3
        c0, c1 = max(int(x) - 7, 0), min(int(x) + 9, SIDE)
        r0, r1 = max(int(y) - 7, 0), min(int(y) + 9, SIDE)
        if c0 >= c1 or r0 >= r1:
            continue
        v, u = np.arange(r0, r1)[:, None] - y, np.arange(c0, c1) - x
        bump = np.exp(-0.5 * (u**2 + v**2) / spread**2).astype(np.float32)
        part = (slice(r0, r1), slice(c0, c1))
        mine = bump > middle[part]
        middle[part] = np.where(mine, bump, middle[part])
        log_size[part] = np.where(mine, np.float32(size), log_size[part])
        known[part] = np.maximum(known[part], np.where(bump > 0.3, bump, 0.0))
    return middle, known, log_size


def photographed(pixels: NDArray[np.uint8], draw: np.random.Generator) -> NDArray[np.uint8]:
    """Another light, another camera."""
    x = pixels.astype(np.float32) / 255.0
    x = np.clip(x, 0.0, 1.0) ** np.exp(draw.uniform(-0.3, 0.3))
    x *= (draw.uniform(0.75, 1.15) * np.exp(draw.uniform(-0.1, 0.1, 3))).astype(np.float32)
    if draw.random() < 0.4:
        soft = cv2.GaussianBlur(x, (0, 0), 10)
        x = soft + (x - soft) * np.float32(draw.uniform(0.7, 1.4))
    if draw.random() < 0.4:
        shade = cv2.resize(
            draw.uniform(0.85, 1.15, (4, 4)).astype(np.float32), (SIDE, SIDE),
            interpolation=cv2.INTER_CUBIC,
        )  # fmt: skip
        x *= shade[..., None]
    if draw.random() < 0.3:
        x = cv2.GaussianBlur(x, (0, 0), draw.uniform(0.3, 0.9))
    elif draw.random() < 0.25:
        x += np.float32(draw.uniform(0.2, 0.8)) * (x - cv2.GaussianBlur(x, (0, 0), 1.2))
    if draw.random() < 0.5:
        grain = draw.standard_normal(x.shape, dtype=np.float32)
        if draw.random() < 0.5:
            grain = cv2.GaussianBlur(grain, (0, 0), 0.6) * 1.8
        x += grain * np.float32(draw.uniform(0.001, 0.010))
    seen = np.rint(np.clip(x, 0.0, 1.0) * 255.0).astype(np.uint8)
    if draw.random() < 0.4:
        quality = int(draw.integers(55, 96))
        _, file = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, quality])
        seen = cv2.imdecode(file, cv2.IMREAD_COLOR)
    return seen
