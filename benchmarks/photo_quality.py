"""Spoil photographs and say what the quality gate thinks of them and what is still measured.

    [PORELIGHT_PHOTOS=<folder>] python benchmarks/photo_quality.py

Phantoms of types II, III and V, and the labelled zones if their folder is named (see
photo_labelled.py; the networks that ship have seen them, so only the fall of their scores counts).
Each fault is applied in five strengths. Prints the number of the gate, its verdict, and F1.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from photo_scores import mask_score, tally

from porelight.photo.measure import measure
from porelight.photo.photograph import Photograph
from porelight.photo.quality import QualityFinding, findings
from porelight.render.phantom import phantom

Pixels = NDArray[np.uint8]
ZONES = ("cheek_a", "glabella", "nose_a")
SCALE = 12.5e3  # px/m
PHANTOMS = [phantom(i, fitzpatrick=f) for f in (2, 3, 5) for i in range(2)]


def rounded(pixels: NDArray[np.float64]) -> Pixels:
    """Return whole grey levels."""
    return np.rint(np.clip(pixels, 0.0, 255.0)).astype(np.uint8)


def blurred(pixels: Pixels, strength: float) -> Pixels:
    """Return them out of focus, by so many pixels."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), strength), np.uint8)


def noisy(pixels: Pixels, strength: float) -> Pixels:
    """Return them with white noise of so many grey levels."""
    draw = np.random.default_rng(1)
    return rounded(pixels + strength * draw.standard_normal(pixels.shape))


def compressed(pixels: Pixels, strength: float) -> Pixels:
    """Return them as a JPEG of this quality shows them."""
    _, file = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(strength)])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)


def powdered(pixels: Pixels, strength: float) -> Pixels:
    """Return them without texture of up to so many grey levels; edges stay."""
    return np.asarray(cv2.bilateralFilter(pixels, 9, strength, 4.0), np.uint8)


def exposed(pixels: Pixels, strength: float) -> Pixels:
    """Return them in so many times the light."""
    linear = (pixels / 255.0) ** 2.2 * strength
    return rounded(255.0 * np.clip(linear, 0.0, 1.0) ** (1.0 / 2.2))


FAULTS: dict[str, tuple[str, Callable[[Pixels, float], Pixels], tuple[float, ...]]] = {
    "blur, px": ("blur", blurred, (0.5, 1.0, 1.5, 2.0, 3.0)),
    "noise, grey levels": ("noise", noisy, (1.0, 2.0, 4.0, 6.0, 10.0)),
    "JPEG quality": ("compression", compressed, (90, 70, 50, 30, 15)),
    "smoothing, grey levels": ("blur", powdered, (5.0, 10.0, 20.0, 40.0, 80.0)),
    "more light, times": ("clipped skin", exposed, (1.2, 1.5, 2.0, 2.5, 3.0)),
    "less light, times": ("signal of the skin", exposed, (0.3, 0.1, 0.05, 0.02, 0.01)),
}


def on_phantoms(spoilt: Callable[[Pixels], Pixels]) -> float:
    """Return F1 on phantoms."""
    tallies = []
    for skin in PHANTOMS:
        found = measure(Photograph(spoilt(skin.pixels), skin.px_per_metre), zone="cheek")
        tallies.append(tally(skin, found.row, found.col, found.diameters))
    n_hit = sum(t.n_hit for t in tallies)
    return 2 * n_hit / sum(t.n_true + t.n_hit + t.n_false for t in tallies)


def zones() -> Iterator[tuple[Pixels, NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield pixels, zone and labels of the labelled zones."""
    folder = os.environ.get("PORELIGHT_PHOTOS")
    for name in ZONES if folder else ():
        pixels = cv2.imread(str(Path(str(folder)) / f"{name}.png"))[..., ::-1].copy()
        zone, truth = (
            cv2.imread(str(Path(str(folder)) / f"{name}_{what}.png"), cv2.IMREAD_GRAYSCALE) > 127
            for what in ("zone", "pores")
        )
        yield pixels, zone, truth & zone


def worst(found: tuple[QualityFinding, ...]) -> str:
    """Return the harshest verdict, and what it is about."""
    order = ("fine", "limited", "refused")
    one = max(found, key=lambda finding: order.index(finding.verdict))
    return one.verdict if one.verdict == "fine" else f"{one.verdict}, {one.name}"


def main() -> None:
    """Print the table."""
    labelled = list(zones())
    print(f"{'fault':24s}{'strength':>9s}  {'its number':>10s}  {'verdict':28s} phantoms  zones")
    for fault, (number, spoil, strengths) in FAULTS.items():
        for strength in strengths:
            spoilt = partial(spoil, strength=strength)
            seen, scores = [], []
            for pixels, zone, truth in labelled:
                photograph = Photograph(spoilt(pixels), SCALE)
                seen.append(findings(photograph, zone))
                found = measure(photograph, zone="cheek", zone_mask=zone)
                # nothing found scores nothing
                score = mask_score(found.labels > 0, truth, zone, SCALE).f1 if found.n else 0.0
                scores.append(score)
            for skin in [] if labelled else PHANTOMS:
                photograph = Photograph(spoilt(skin.pixels), skin.px_per_metre)
                seen.append(findings(photograph, np.ones(photograph.shape, dtype=bool)))
            # that of the typical picture, number by number
            typical = tuple(
                replace(same[0], value=float(np.median([one.value for one in same])))
                for same in zip(*seen, strict=True)
            )
            value = next(one.value for one in typical if one.name == number)
            print(
                f"{fault:24s}{strength:9g}  {value:10.3g}  {worst(typical):28s} "
                f"{on_phantoms(spoilt):8.3f}  {np.mean(scores) if scores else np.nan:5.3f}"
            )


if __name__ == "__main__":
    main()
