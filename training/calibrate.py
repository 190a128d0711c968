"""Say what the network's log-odds mean: how often a maximum is a pore, and how wide it is.

    PYTHONPATH=src:benchmarks PORELIGHT_PHOTOS=<folder> python training/calibrate.py NETWORKS

Rendered skin that no network has seen is read by all.onnx, each labelled zone by the network
trained without it. Prints the numbers of src/porelight/photo/data/detector.toml.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from photo_labelled import ZONES, labelled
from photo_scores import REACH, VISIBLE
from scipy import ndimage
from scipy.optimize import minimize

from porelight.photo.detect import maxima
from porelight.photo.flatten import WORKING_SCALE, flat_skin
from porelight.photo.match import matched_pairs
from porelight.photo.network import Network, network_of, read
from porelight.photo.photograph import Photograph
from porelight.render.phantom import phantom, random_skin
from porelight.render.skin import RenderedSkin

UNSEEN = range(500_000, 500_032)
FAINTEST = -3.0
Floats = NDArray[np.float64]


def hits(at: Floats, truth: Floats) -> NDArray[np.bool_]:
    """Return which finds are pores."""
    hit = np.zeros(len(at), dtype=bool)
    hit[matched_pairs(truth, at, REACH)[:, 1]] = True
    return hit


def on_renders(
    network: Network, skins: Iterable[RenderedSkin]
) -> tuple[Floats, NDArray[np.bool_], list[Floats]]:
    """Return log-odds and truth of finds, and for each picture read and true ln(diameter / mm)."""
    odds, real, sizes = [], [], []
    for skin in skins:
        whole = np.ones(skin.labels.shape, dtype=bool)
        flat = flat_skin(Photograph(skin.pixels, skin.px_per_metre), whole)
        seen = read(flat, network)
        spots = maxima(seen.middle, flat.skin, FAINTEST)
        at = (spots + 0.5) / WORKING_SCALE
        truth = np.stack([skin.row, skin.col], axis=1)
        strength = seen.middle[spots[:, 0], spots[:, 1]]
        odds.append(strength)
        real.append(hits(at, truth))
        wide = skin.diameter >= 2.0e-4
        pairs = matched_pairs(truth[wide], at[strength > -1.0], REACH)
        if len(pairs) > 20:
            kept = spots[strength > -1.0][pairs[:, 1]]
            got = seen.log_diameter[kept[:, 0], kept[:, 1]].astype(float)
            sizes.append(np.stack([got, np.log(1e3 * skin.diameter[wide][pairs[:, 0]])]))
    return np.concatenate(odds).astype(float), np.concatenate(real), sizes


def on_zones(folder: Path, networks: Path) -> tuple[Floats, NDArray[np.bool_]]:
    """Return log-odds and truth of finds in the labelled zones, each by a network new to it."""
    odds, real = [], []
    for name in ZONES:
        one = labelled(folder, name)
        seen = read(one.flat, network_of((networks / f"{name}.onnx").read_bytes()))
        spots = maxima(seen.middle, one.flat.skin, FAINTEST)
        labels, n = ndimage.label(one.truth, np.ones((3, 3)))
        middle = np.array(ndimage.center_of_mass(labels > 0, labels, np.arange(1, n + 1)))
        odds.append(seen.middle[spots[:, 0], spots[:, 1]])
        real.append(hits(spots / WORKING_SCALE, middle / WORKING_SCALE))
    return np.concatenate(odds).astype(float), np.concatenate(real)


def fit(odds: Floats, real: NDArray[np.bool_]) -> Floats:
    """Return offset and gain of a logistic curve."""

    def loss(w: Floats) -> float:
        x = w[0] + w[1] * odds
        return float((np.logaddexp(0.0, x) - real * x).sum())

    return np.asarray(minimize(loss, [0.0, 1.0], method="BFGS").x)


def main() -> None:
    """Print."""
    networks = Path(sys.argv[1])
    network = network_of((networks / "all.onnx").read_bytes())
    odds, real, sizes = on_renders(network, (random_skin(i) for i in UNSEEN))
    zones = on_zones(Path(os.environ["PORELIGHT_PHOTOS"]), networks)
    for name, (o, r) in (("rendered", (odds, real)), ("labelled", zones)):
        print(name, "odds_offset, odds_gain:", fit(o, r).round(3))
        for low in np.arange(FAINTEST, 2.0, 0.5):
            here = (o >= low) & (o < low + 0.5)
            if here.any():
                print(f"   {low:5.1f}: {r[here].mean():.2f} of {here.sum()} are pores")
    got, true = np.concatenate(sizes, axis=1)
    gain = np.polyfit(got, true, 1)[0]
    # small pores are many and seem larger than they are; those that count shall be unbiased, at
    # the contrast of labelled skin
    likeness = on_renders(network, [phantom(9000 + i, fitzpatrick=i % 6 + 1) for i in range(12)])
    read_there, true_there = np.concatenate(likeness[2], axis=1)
    wide = true_there >= np.log(VISIBLE * 1e3)
    offset = np.log(np.exp(true_there[wide]).mean() / np.exp(gain * read_there[wide]).mean())
    print(f"size_offset {offset:.3f}, size_gain {gain:.3f}")
    middles = np.array([np.median(pair[:, pair[1] > np.log(0.25)], axis=1) for pair in sizes])
    ratios = np.exp(offset + gain * middles[:, 0] - middles[:, 1])
    print("measured over true median: ", np.quantile(ratios, [0.1, 0.5, 0.9]).round(3))
    print("diameter_error:", np.sqrt(np.mean((ratios - 1.0) ** 2)).round(3))


if __name__ == "__main__":
    main()
