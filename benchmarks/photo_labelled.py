"""Score every labelled zone by a network that never saw it, thresholds included.

    PORELIGHT_PHOTOS=<folder> python benchmarks/photo_labelled.py NETWORKS

PORELIGHT_PHOTOS holds NAME.png, NAME_pores.png (labels), NAME_zone.png at 12.5 px/mm. NETWORKS
holds NAME.onnx, trained without NAME (training/train.py writes them). The threshold and the edge of
each zone are those that are best on the other two. Beside them: blobs of scikit-image's difference
of Gaussians, their threshold chosen in the same way, and what Pore-Net is published to score (its
authors may have trained it on this photograph).
"""

import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from photo_scores import HEADING, MaskScore, mask_score
from skimage.feature import blob_dog

from porelight.photo.detect import Spots, candidates, seen_maxima
from porelight.photo.detector_parameters import DetectorParameters, detector_parameters
from porelight.photo.flatten import WORKING_SCALE, FlatSkin, flat_skin
from porelight.photo.network import NetworkOutput, network_of, network_output, pore_network
from porelight.photo.photograph import Photograph
from porelight.photo.rejected import marks
from porelight.photo.segment import segment
from porelight.photo.sharpness import sharpness

ZONES = ("cheek_a", "glabella", "nose_a")
PUBLISHED = {  # F1, Dice, recall of large ones, tile r of count and area
    "cheek_a": (0.756, 0.578, 0.90, 0.85, 0.91),
    "glabella": (0.694, 0.449, 0.78, 0.20, 0.40),
    "nose_a": (0.692, 0.520, 0.80, 0.72, 0.85),
}
THRESHOLDS = (0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
EDGES = (0.3, 0.35, 0.4, 0.45, 0.5)
BLOB_THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8)

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """A labelled zone, flattened."""

    flat: FlatSkin
    zone: Mask
    truth: Mask


def labelled(folder: Path, name: str) -> Zone:
    """Read a zone."""
    pixels = cv2.imread(str(folder / f"{name}.png"))[..., ::-1].copy()
    zone, truth = (
        cv2.imread(str(folder / f"{name}_{what}.png"), cv2.IMREAD_GRAYSCALE) > 127
        for what in ("zone", "pores")
    )
    return Zone(flat_skin(Photograph(pixels, WORKING_SCALE), zone), zone, truth & zone)


def spotted(one: Zone, seen: NetworkOutput, numbers: DetectorParameters) -> Spots:
    """Return the spots of a reading that the product calls pores."""
    sharp = sharpness(one.flat.absorbance, one.flat.skin)
    skin = one.flat.skin
    whole = [(slice(0, len(skin)), seen)]
    maxima = seen_maxima(whole, skin, marks(one.flat).hair, numbers.faintest)
    found = candidates(maxima, numbers, sharp)
    return found.accepted(numbers.threshold, None)


def scored(one: Zone, seen: NetworkOutput, threshold: float, edge: float) -> MaskScore:
    """Score a reading as the product uses it."""
    numbers = replace(detector_parameters(), threshold=threshold, edge=edge)
    pores = segment(one.flat, seen.cover, spotted(one, seen, numbers), numbers)
    return mask_score(pores.labels > 0, one.truth, one.zone, WORKING_SCALE)


def blobs(one: Zone) -> NDArray[np.float64]:
    """Return all blobs of the darkness: row, col, radius, strength."""
    found = blob_dog(one.flat.darkness, 1.2, 4.5, sigma_ratio=1.3, threshold=BLOB_THRESHOLDS[0])
    rows, cols = found[:, 0].astype(int), found[:, 1].astype(int)
    found = found[one.flat.skin[rows, cols]]
    strength = _strengths(one.flat.darkness, found)
    return np.column_stack([found[:, :2], found[:, 2] * np.sqrt(2.0), strength])


def _strengths(image: NDArray[np.float32], found: NDArray[np.float64]) -> NDArray[np.float64]:
    strength = np.zeros(len(found))
    for sd in np.unique(found[:, 2]):
        difference = cv2.GaussianBlur(image, (0, 0), sd) - cv2.GaussianBlur(image, (0, 0), 1.6 * sd)
        mine = found[:, 2] == sd
        strength[mine] = difference[found[mine, 0].astype(int), found[mine, 1].astype(int)]
    return strength


def blob_score(one: Zone, found: NDArray[np.float64], threshold: float) -> MaskScore:
    """Score discs."""
    mask = np.zeros(one.zone.shape, np.uint8)
    for row, col, radius, strength in found:
        if strength >= threshold:
            cv2.circle(mask, (int(col), int(row)), max(1, round(0.8 * radius)), 1, -1)
    return mask_score(mask > 0, one.truth, one.zone, WORKING_SCALE)


def main() -> None:
    """Print the table."""
    folder, networks = Path(os.environ["PORELIGHT_PHOTOS"]), Path(sys.argv[1])
    zones = {name: labelled(folder, name) for name in ZONES}
    readings = {
        name: network_output(one.flat, network_of((networks / f"{name}.onnx").read_bytes()))
        for name, one in zones.items()
    }
    grid = {
        (name, threshold, edge): scored(zones[name], readings[name], threshold, edge)
        for name in ZONES
        for threshold in THRESHOLDS
        for edge in EDGES
    }
    started = time.perf_counter()
    all_blobs = {name: blobs(one) for name, one in zones.items()}
    blob_seconds = time.perf_counter() - started
    print(f"{'':34s}{HEADING}")
    for name, one in zones.items():
        others = [other for other in ZONES if other != name]
        threshold = max(
            THRESHOLDS,
            key=lambda t: np.mean([grid[o, t, detector_parameters().edge].f1 for o in others]),
        )
        edge = max(EDGES, key=lambda e: np.mean([grid[o, threshold, e].dice for o in others]))
        held_out = grid[name, threshold, edge]
        print(f"{name:9s} held out ({threshold:4.2f}, {edge:4.2f})   {held_out.row()}")
        ours = scored(
            one, readings[name], detector_parameters().threshold, detector_parameters().edge
        )
        print(f"{name:9s} held out, shipped level {ours.row()}")
        spread = [grid[name, t, detector_parameters().edge].f1 for t in THRESHOLDS]
        print(f"{name:9s}   F1 over all thresholds: {min(spread):.3f} to {max(spread):.3f}")
        best = max(
            BLOB_THRESHOLDS,
            key=lambda t: np.mean([blob_score(zones[o], all_blobs[o], t).f1 for o in others]),
        )
        print(f"{name:9s} difference of Gaussians {blob_score(one, all_blobs[name], best).row()}")
        f1, dice, large, r_n, r_area = PUBLISHED[name]
        print(
            f"{name:9s} Pore-Net, published     {f1:5.3f}  {dice:5.3f}                "
            f"{large:5.2f}  {r_n:5.2f}  {r_area:5.2f}"
        )
        whole = network_output(one.flat, pore_network())
        shipped = detector_parameters()
        score = scored(one, whole, shipped.threshold, shipped.edge)
        print(f"{name:9s} shipped, has seen it    {score.row()}")
    size = sum(one.zone.size for one in zones.values()) / 1e6
    started = time.perf_counter()
    for one in zones.values():
        network_output(one.flat, pore_network())
    spent = (time.perf_counter() - started) / size
    print(f"seconds per MP: network {spent:.2f}, difference of Gaussians {blob_seconds / size:.2f}")


if __name__ == "__main__":
    main()
