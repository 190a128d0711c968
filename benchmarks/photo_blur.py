"""How well blur is read, what it hides, and whether the gate and the intervals know.

    python benchmarks/photo_blur.py [skins] [first]

Rendered skins of types II, IV and VI, a third of them without pores, two thirds with 25 and 60 per
cm2, in careful light, each by one camera of 8 to 20 px/mm through lenses of 0.07 to 0.64 mm of blur
on the skin, with noise of 1.5 to 3.5 grey levels that comes after the lens. Prints for each blur
what is read, how many are refused, and how often the interval of the count holds the truth.
`first` is the number of the first skin.
"""

import math
import sys
from dataclasses import dataclass

import numpy as np

from porelight.errors import PhotographError
from porelight.photo.estimate import Estimate
from porelight.photo.photograph import Photograph
from porelight.photo.quality import findings
from porelight.quantities import Floats
from porelight.render.camera import Camera
from porelight.render.look import SkinLook
from porelight.render.shading import Illumination
from porelight.render.skin import render_skin
from porelight.units import mm
from porelight.workflows.measure import measure

SIDE = 0.015  # m
BLURS = (0.07e-3, 0.10e-3, 0.13e-3, 0.16e-3, 0.20e-3, 0.24e-3, 0.40e-3, 0.64e-3)  # m
SCALES = (8e3, 10e3, 12.5e3, 16e3, 20e3)  # px/m
SHARPEST, SOFTEST = 0.6, 10.0  # px, of the rendered camera


@dataclass(frozen=True, slots=True)
class Taken:
    """One picture: its blur, what was read, how many pores count, and what was told."""

    blur: float
    read: float
    truth: int
    count: Estimate | None  # None where it was refused


def skin(number: int) -> tuple[Floats, SkinLook, Illumination, np.random.Generator]:
    """Return diameters, look, light and the source of the camera's numbers."""
    draw = np.random.default_rng(900_000 + number)
    n = int((0.0, 25e4, 60e4)[number % 3] * SIDE**2)
    if (number // 9) % 2:
        diameter = draw.uniform(0.30e-3, 0.60e-3, n)
    else:
        diameter = np.clip(3.6e-4 * np.exp(0.3 * draw.standard_normal(n)), 1.2e-4, 1e-3)
    look = SkinLook(
        fitzpatrick=(2, 4, 6)[(number // 3) % 3],
        pore_depth=0.36,
        pore_depth_spread=0.15,
        oil=draw.uniform(0.05, 0.15),
    )
    light = Illumination(
        elevation=math.radians(draw.uniform(42, 62)),
        azimuth=math.radians(draw.uniform(-180, 180)),
        ambient=draw.uniform(0.5, 0.65),
    )
    return diameter, look, light, draw


def pictures(number: int) -> list[Taken]:
    """Photograph one skin through every lens and measure what is not refused."""
    diameter, look, light, draw = skin(number)
    scale = float(draw.choice(SCALES))
    own = {
        "noise": draw.uniform(1.5, 3.5),
        "sharpening": draw.uniform(0.2, 0.9),
        "exposure": draw.uniform(1.0, 1.15),
    }
    quality = int(draw.integers(80, 96))
    taken = []
    for blur in BLURS:
        if not SHARPEST <= blur * scale <= SOFTEST:
            continue
        camera = Camera(px_per_metre=scale, blur=blur * scale, jpeg_quality=quality, **own)
        shown = render_skin(
            diameter, look=look, light=light, camera=camera, size=(SIDE, SIDE), seed=number
        )
        photograph = Photograph(shown.pixels, scale, 0.01, f"skin {number}")
        seen = findings(photograph, np.ones(photograph.shape, np.bool_))
        read = next(one.value for one in seen if one.name == "blur") * mm
        try:
            count = measure(photograph, zone="cheek").count
        except PhotographError:
            count = None
        taken.append(Taken(blur, read, int(shown.visible().sum()), count))
    return taken


def holds(one: Taken) -> bool:
    """Return whether the interval holds the truth."""
    # half a pore is none
    return one.count is not None and one.count.low - 0.5 <= one.truth <= one.count.high


def main() -> None:
    """Print the table."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 63
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    every = [one for number in range(first, first + n) for one in pictures(number)]
    print("blur mm   read 5, 50, 95 %      refused: pores   bare    holds: pores   bare")
    for blur in BLURS:
        line = [one for one in every if one.blur == blur]
        if not line:
            continue
        read = " ".join(
            f"{x / mm:.3f}" for x in np.quantile([o.read for o in line], [0.05, 0.5, 0.95])
        )
        cells = []
        for told in (False, True):
            for bare in (False, True):
                some = [o for o in line if (o.truth == 0) is bare and (not told or o.count)]
                right = [holds(o) if told else o.count is None for o in some]
                cells.append(f"{sum(right)}/{len(some)}")
        print(
            f"{blur / mm:5.2f}     {read}     {cells[0]:>10s} {cells[1]:>8s} "
            f"{cells[2]:>12s} {cells[3]:>8s}"
        )


if __name__ == "__main__":
    main()
