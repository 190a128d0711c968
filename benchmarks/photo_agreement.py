"""Retakes of virtual subjects: how repeatable count, area and diameter are; the time of large ones.

    python benchmarks/photo_agreement.py [subjects] [retakes]

Each subject is a skin of its own; each retake differs in pose (turn and shift of the camera within
5 degrees and 0.5 mm, tilt within 5 degrees), light (20 % of exposure), JPEG quality 70 to 95, focus
and noise. All of it is measured as a user would, without knowing that they are retakes.
"""

import math
import resource
import sys
import time
from functools import partial

import cv2
import numpy as np
from photo_pairs import side_by_side

from porelight.photo.agreement import agreement
from porelight.photo.measure import Measurement, measure
from porelight.photo.photograph import Photograph
from porelight.render.camera import Camera
from porelight.render.look import SkinLook
from porelight.render.shading import Illumination
from porelight.render.skin import render_skin

SIZE = (0.028, 0.028)  # m
INNER = 0.024  # m, the zone, marked on the skin
SEED = 300_000


def subject(number: int) -> tuple[np.ndarray, SkinLook, Illumination]:
    """Return the skin of one subject and the room's lamp."""
    draw = np.random.default_rng(SEED + number)
    n = int(draw.uniform(40e4, 90e4) * SIZE[0] * SIZE[1])
    diameter = draw.uniform(2.7e-4, 4.0e-4) * np.exp(0.33 * draw.standard_normal(n))
    look = SkinLook(
        fitzpatrick=int(draw.integers(1, 6)),
        pore_depth=draw.uniform(0.30, 0.42),
        pore_depth_spread=0.2,
        oil=draw.uniform(0.05, 0.15),
    )
    return np.clip(diameter, 1.2e-4, 9e-4), look, Illumination(azimuth=draw.uniform(-3.0, 3.0))


def retake(number: int, frame: int) -> Measurement:
    """Photograph a subject once more and measure the same zone."""
    diameter, look, light = subject(number)
    draw = np.random.default_rng([SEED, number, frame])
    turn, shift = math.radians(draw.uniform(-5.0, 5.0)), draw.uniform(-5e-4, 5e-4, 2)
    camera = Camera(
        blur=draw.uniform(0.7, 1.0),
        exposure=1.05 * draw.uniform(0.8, 1.2),
        noise=draw.uniform(2.5, 3.5),
        jpeg_quality=int(draw.integers(70, 96)),
        rotation=turn,
        shift=tuple(shift),
        frame=frame,
    )
    skin = render_skin(
        diameter, look=look, light=light, camera=camera, size=SIZE, seed=SEED + number
    )
    # the zone is a square on the skin, drawn on each photograph
    half = 0.5 * INNER
    middle = 0.5 * SIZE[0]
    corners = np.array([[-half, -half], [-half, half], [half, half], [half, -half]]) + middle
    row, col = camera.to_picture(corners[:, 0], corners[:, 1], SIZE)
    tilt = math.cos(math.radians(draw.uniform(0.0, 5.0)))
    pixels = cv2.resize(skin.pixels, None, fx=tilt, fy=1.0, interpolation=cv2.INTER_AREA)
    outline = np.stack([col * tilt, row], axis=-1) * skin.px_per_metre
    mask = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(outline).astype(np.int32)], (1,))
    photograph = Photograph(np.asarray(pixels, np.uint8), skin.px_per_metre, 0.01)
    return measure(photograph, zone="cheek", zone_mask=mask > 0)


def retakes(n: int, number: int) -> list[tuple[float, float, float]]:
    """Return count, area fraction and diameter of each retake of a subject."""
    found = (retake(number, frame) for frame in range(n))
    return [(one.count.value, one.area_fraction.value, one.diameter.value) for one in found]


def large() -> None:
    """Print time and memory of a zone of 2.8 MP and of a face of 20 x 15 cm on 12 MP."""
    diameter, look, light = subject(0)
    ellipse = cv2.ellipse(
        np.zeros((3000, 4000), np.uint8), (2000, 1500), (1670, 1250), 0, 0, 360, 1, -1
    )
    for name, scale, where, limit in (
        ("2.8 MP zone", 12.5e3, np.ones((1400, 2000), np.uint8), 1.5),
        ("12 MP face", 16.7e3, ellipse, 6.0),
    ):
        camera = Camera(px_per_metre=scale)
        skin = render_skin(diameter, look=look, light=light, camera=camera, size=SIZE, seed=1)
        rows, cols = (-(-n // m) for n, m in zip(where.shape, skin.pixels.shape[:2], strict=True))
        tile = np.concatenate([skin.pixels, skin.pixels[:, ::-1]], axis=1)
        pixels = np.tile(tile, (rows, -(-cols // 2), 1))[: where.shape[0], : where.shape[1]].copy()
        photograph = Photograph(pixels, skin.px_per_metre)
        measure(photograph, zone="cheek", zone_mask=where > 0)
        start, work = time.perf_counter(), time.process_time()
        found = measure(photograph, zone="cheek", zone_mask=where > 0)
        seconds = time.perf_counter() - start
        work = time.process_time() - work
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"{name}: {found.n} pores in {seconds:.2f} s, {work:.2f} s of processors (asked "
            f"{limit:g} s), {peak:.2f} GB so far"
        )


def main(arguments: list[str]) -> None:
    """Run and print."""
    n_subjects = int(arguments[0]) if arguments else 30
    n_retakes = int(arguments[1]) if len(arguments) > 1 else 3
    every = np.array(list(side_by_side(partial(retakes, n_retakes), range(n_subjects))))
    numbers = dict(
        zip(("count", "area fraction", "diameter"), np.moveaxis(every, 2, 0), strict=True)
    )
    asked = {"count": 3.0, "area fraction": 4.0, "diameter": math.nan}
    for name, table in numbers.items():
        result = agreement(table)
        icc = result.icc_agreement
        print(
            f"{name}: wCV {100 * result.wcv.value:.2f} % (asked {asked[name]:g} %), ICC(2,1) "
            f"{icc.value:.3f} ({icc.low:.3f} to {icc.high:.3f}; asked 0.95)"
        )
    large()


if __name__ == "__main__":
    main(sys.argv[1:])
