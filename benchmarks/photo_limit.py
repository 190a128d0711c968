"""What can be seen at all: an observer who was told everything, beside the detector that was not.

    python benchmarks/photo_limit.py [LAMPS]

The observer is the best linear one (H. H. Barrett and others, Proc. Natl. Acad. Sci. 90, 9758,
1993). For each lamp and camera it learns, from ten phantoms in that very light and of that type of
skin, the mean picture of pores of six sizes, how often each occurs, and the covariance of the skin
between them; then it reads four new ones in the same light. The product is given the pictures
alone. Both are scored as in photo_rendered.py, the observer at whichever level scores best.

Then what the product finds by diameter, and its score by the scale of the picture.
"""

import math
import sys
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from photo_rendered import measured, tally_of
from photo_scores import REACH, Tally, tally, total

from porelight.photo.detect import maxima
from porelight.photo.match import matched_pairs
from porelight.render.camera import Camera
from porelight.render.phantom import PHANTOM_SCALE, careful_setting, phantom
from porelight.render.shading import Illumination
from porelight.render.skin import RenderedSkin

SIZES = (1.8e-4, 2.5e-4, 3.0e-4, 3.6e-4, 4.5e-4, 6.0e-4, 1.01e-3)  # m, borders of the classes
LEARNT_FROM, READ = range(5000, 5010), range(7000, 7004)
HALF = 6  # px
SIDE = 2 * HALF + 1
LAMP_SD = 14.0  # px; what changes more slowly is lamp
LEVELS = np.linspace(0.02, 0.98, 49)
Floats = NDArray[np.float64]
Image = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Setting:
    """Light, camera and type of skin of one row of pictures."""

    fitzpatrick: int
    light: Illumination
    camera: Camera

    def picture(self, number: int, *, pores: bool = True) -> RenderedSkin:
        """Draw one."""
        return phantom(
            number,
            fitzpatrick=self.fitzpatrick,
            pores=pores,
            light=self.light,
            camera=self.camera,
        )


def setting(number: int) -> Setting:
    """Draw a light and a camera as phantoms have them."""
    return Setting(number % 5 + 1, *careful_setting(np.random.default_rng(900 + number)))


def without_lamp(pixels: NDArray[np.uint8]) -> Image:
    """Return the logarithm of the picture above its surroundings."""
    signal = np.log(pixels.astype(np.float32) + 5.0)
    return np.asarray(signal - cv2.GaussianBlur(signal, (0, 0), LAMP_SD), np.float32)


class Observer:
    """Log-likelihood ratio of a pore of any size against skin, linear in the picture."""

    def __init__(self, one: Setting) -> None:
        bare, pore = [], [[] for _ in SIZES[1:]]
        for number in LEARNT_FROM:
            skin, empty = one.picture(number), one.picture(number, pores=False)
            ground = without_lamp(empty.pixels)
            added = without_lamp(skin.pixels) - ground
            bare.append(_windows(ground)[::3, ::3].reshape(-1, SIDE * SIDE * 3))
            which = np.digitize(skin.diameter, SIZES) - 1
            at = np.rint(np.stack([skin.row, skin.col], 1) * PHANTOM_SCALE - 0.5).astype(int)
            inside = ((at >= HALF) & (at < np.array(ground.shape[:2]) - HALF)).all(axis=1)
            around = _windows(added)
            for (row, col), k in zip(at[inside], which[inside], strict=True):
                if 0 <= k < len(pore):
                    pore[k].append(around[row - HALF, col - HALF].ravel())
        ground = np.concatenate(bare)
        covariance = np.cov(ground.T) + 1e-5 * np.eye(ground.shape[1])
        n = sum(map(len, pore))
        self.filters = []
        for mine in pore:
            mean = np.mean(mine, axis=0)
            weights = np.linalg.solve(covariance, mean)
            offset = -(0.5 * mean + ground.mean(axis=0)) @ weights + math.log(len(mine) / n)
            self.filters.append((weights.reshape(SIDE, SIDE, 3).astype(np.float32), offset))

    def finds(self, skin: RenderedSkin) -> tuple[Floats, Floats]:
        """Return places [m] and strengths of all maxima."""
        seen = without_lamp(skin.pixels)
        each = [
            sum(cv2.filter2D(seen[..., k], cv2.CV_32F, w[..., k]) for k in range(3)) + offset
            for w, offset in self.filters
        ]
        ratio = np.logaddexp.reduce(each, axis=0).astype(np.float32)
        at = maxima(ratio, np.ones(ratio.shape, bool), -4.0)
        return (at + 0.5) / PHANTOM_SCALE, ratio[at[:, 0], at[:, 1]].astype(float)


def _windows(image: Image) -> Image:
    return np.lib.stride_tricks.sliding_window_view(image, (SIDE, SIDE), axis=(0, 1)).transpose(
        0, 1, 3, 4, 2
    )


def show(name: str, tallies: list[Tally]) -> None:
    """Print one line."""
    numbers = total(tallies)
    shown = "  ".join(f"{key} {numbers[key]:.3f}" for key in ("F1", "precision", "recall"))
    print(f"{name:44s}{shown}", flush=True)


def against_the_observer(lamps: int) -> None:
    """Print both."""
    ours, seen = [], []
    for number in range(lamps):
        one = setting(number)
        observer = Observer(one)
        for k in READ:
            skin = one.picture(k)
            ours.append(tally_of(skin))
            seen.append((skin, *observer.finds(skin)))
    strengths = np.concatenate([strength for *_, strength in seen])

    def at_level(level: float) -> list[Tally]:
        kept = [(skin, at[strength >= level]) for skin, at, strength in seen]
        # the observer reads no diameters; any will do for its F1
        return [tally(skin, *at.T, 1e-4 * np.arange(len(at))) for skin, at in kept]

    best = max(np.quantile(strengths, LEVELS), key=lambda level: total(at_level(level))["F1"])
    show(f"observer who knows the lamp, {len(seen)} phantoms", at_level(best))
    show("porelight, who does not", ours)


def by_diameter(n: int) -> None:
    """Print recall of pores by their true diameter."""
    truth, hit = [], []
    for skin in (phantom(i, fitzpatrick=f) for f in range(1, 6) for i in range(n)):
        one, shown = measured(skin), skin.visible(0.0)
        places = np.stack([skin.row, skin.col], 1), np.stack([one.row, one.col], 1)
        pairs = matched_pairs(*places, REACH)
        hit.append(np.isin(np.flatnonzero(shown), pairs[:, 0]))
        truth.append(skin.diameter[shown])
    diameter, seen = np.concatenate(truth), np.concatenate(hit)
    for low, high in pairwise(SIZES[1:]):
        mine = (diameter >= low) & (diameter < high)
        print(f"   {1e3 * low:.2f} to {1e3 * high:.2f} mm: found {seen[mine].mean():.3f}")


def by_scale(n: int) -> None:
    """Print F1 by the scale of the picture, lens and noise the same in its own pixels."""
    for scale in (10e3, 12e3, 16e3, 20e3):
        camera = Camera(px_per_metre=scale, blur=0.8, noise=3.0, jpeg_quality=92)
        skins = [phantom(i, fitzpatrick=f, camera=camera) for f in range(1, 6) for i in range(n)]
        show(f"0.25 mm and wider, {scale / 1e3:.0f} px/mm", [tally_of(skin) for skin in skins])


def main() -> None:
    """Print all."""
    lamps = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    against_the_observer(lamps)
    by_diameter(4)
    by_scale(2)


if __name__ == "__main__":
    main()
