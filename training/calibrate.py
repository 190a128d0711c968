"""Say what the network's log-odds mean: how often a maximum is a pore, and how wide it is.

    PYTHONPATH=src:benchmarks PORELIGHT_PHOTOS=<folder> python training/calibrate.py NETWORKS

Rendered skin that no network has seen is read by all.onnx, each labelled zone by the network
trained without it. Prints the numbers of src/porelight/data/photo/detector.toml.
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from photo_labelled import ZONES, labelled, spotted
from photo_scores import REACH, parts
from scipy.optimize import brentq, minimize
from scipy.special import expit

from porelight.photo.detect import maxima
from porelight.photo.detector_parameters import detector_parameters
from porelight.photo.flatten import WORKING_SCALE, FlatSkin, flat_skin
from porelight.photo.match import matched_pairs
from porelight.photo.network import network_of, network_output
from porelight.photo.photograph import Photograph
from porelight.photo.pore_probability import COUNTED_FROM, TERMS, PoreProbability, shifted, terms
from porelight.photo.rejected import marks
from porelight.photo.sharpness import sharpness
from porelight.render.phantom import phantom, random_skin
from porelight.render.skin import RenderedSkin

UNSEEN = range(500_000, 500_072)
LIKENESS = range(9000, 9004)  # numbers of phantoms, for each type of skin
FAINTEST = -3.0
STEPS = (-1.0, -2.0, FAINTEST)  # log-odds down to which finds are matched, the sure ones first
RIDGE = 0.1
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The maxima of one picture and the truth about them.

    Attributes
    ----------
    terms : ndarray of float64, shape (n, len(TERMS))
        Terms that the weights of a `PoreProbability` multiply.
    odds, log_diameter : ndarray of float64, shape (n,)
        As the network reads them.
    true_diameter : ndarray of float64, shape (n,)
        Of the pore that each is [m], 0 if it is none.
    n_counted : int
        Pores of `COUNTED_FROM` and more.
    """

    terms: Floats
    odds: Floats
    log_diameter: Floats
    true_diameter: Floats
    n_counted: int


def reading(flat: FlatSkin, network: Path, truth: Floats, diameter: Floats) -> Reading:
    """Read a picture whose pores lie at `truth` [m]."""
    seen = network_output(flat, network_of(network.read_bytes()))
    at = maxima(seen.middle, flat.skin & ~marks(flat).hair, FAINTEST)
    odds, size = (x[at[:, 0], at[:, 1]].astype(float) for x in (seen.middle, seen.log_diameter))
    sharp = sharpness(flat.absorbance, flat.skin)
    place, true_diameter = (at + 0.5) / WORKING_SCALE, np.zeros(len(at))
    left = np.ones(len(truth), dtype=bool)
    for level in STEPS:
        mine, others = (
            np.flatnonzero((odds >= level) & (true_diameter == 0.0)),
            np.flatnonzero(left),
        )
        pairs = matched_pairs(truth[others], place[mine], REACH)
        true_diameter[mine[pairs[:, 1]]] = diameter[others[pairs[:, 0]]]
        left[others[pairs[:, 0]]] = False
    n_counted = int((diameter >= COUNTED_FROM).sum())
    return Reading(terms(odds, size, sharp), odds, size, true_diameter, n_counted)


def of_render(skin: RenderedSkin, network: Path) -> Reading:
    """Read a render."""
    whole = np.ones(skin.labels.shape, dtype=bool)
    flat = flat_skin(Photograph(skin.pixels, skin.px_per_metre), whole)
    shown = skin.visible(0.0)
    truth = np.stack([skin.row, skin.col], axis=1)[shown]
    return reading(flat, network, truth, skin.diameter[shown])


def of_unseen(network: Path, number: int) -> Reading:
    """Read a patch of `random_skin`."""
    return of_render(random_skin(number), network)


def of_phantom(network: Path, clutter: bool, which: tuple[int, int]) -> Reading:  # noqa: FBT001 - bound first
    """Read a phantom of a type of skin and a number."""
    return of_render(phantom(which[1], fitzpatrick=which[0], clutter=clutter), network)


def of_zone(folder: Path, networks: Path, name: str) -> Reading:
    """Read a labelled zone by the network that is new to it."""
    one = labelled(folder, name)
    middle, area = parts(one.truth)
    diameter = np.sqrt(4.0 / np.pi * area) / WORKING_SCALE
    return reading(one.flat, networks / f"{name}.onnx", (middle + 0.5) / WORKING_SCALE, diameter)


def fitted(readings: list[Reading], least: float) -> PoreProbability:
    """Return the logistic regression of being a pore of this diameter and more [m]."""
    known = np.concatenate([one.terms for one in readings])
    real = np.concatenate([one.true_diameter > least for one in readings]).astype(float)

    def loss(w: Floats) -> tuple[float, Floats]:
        x, free = known @ w, np.append(0.0, w[1:])
        value = (np.logaddexp(0.0, x) - real * x).sum() + 0.5 * RIDGE * (free**2).sum()
        return float(value), known.T @ (expit(x) - real) + RIDGE * free

    return PoreProbability(tuple(minimize(loss, np.zeros(len(TERMS)), jac=True, method="BFGS").x))


def unbiased(presence: PoreProbability, sets: tuple[list[Reading], ...]) -> PoreProbability:
    """Return it with the constant at which counts are right, in the geometric mean of the sets.

    A logistic regression knows of maxima only; pores that are none of them are missing in its sums.
    """

    def excess(shift: float) -> float:
        moved = PoreProbability((presence.weights[0] + shift, *presence.weights[1:]))
        logs = [
            np.log(
                sum(chance(moved, one).sum() for one in readings)
                / sum(one.n_counted for one in readings)
            )
            for readings in sets
        ]
        return float(np.mean(logs))

    shift = float(brentq(excess, -2.0, 2.0))
    return PoreProbability((presence.weights[0] + shift, *presence.weights[1:]))


def chance(presence: PoreProbability, one: Reading) -> Floats:
    """Return the probability of each maximum."""
    return np.asarray(expit(one.terms @ np.array(presence.weights)))


def show_shares(name: str, readings: list[Reading], presence: PoreProbability) -> None:
    """Print how often maxima are pores against what was said of them."""
    said = np.concatenate([chance(presence, one) for one in readings])
    real = np.concatenate([one.true_diameter > 0.0 for one in readings])
    print(f"{name}: share of pores {real.mean():.3f}; said and found:")
    for low in np.arange(0.0, 1.0, 0.1):
        here = (said >= low) & (said < low + 0.1)
        if here.any():
            print(f"   {said[here].mean():.2f} {real[here].mean():.2f} of {here.sum()}")


def show_counts(name: str, readings: list[Reading], presence: PoreProbability) -> None:
    """Print the numbers of pores that count, added up against true."""
    full = [one for one in readings if one.n_counted > 20]
    added = np.array([chance(presence, one).sum() for one in full])
    true = np.array([one.n_counted for one in full])
    ratio = added / true
    print(
        f"{name}: counted over true {added.sum() / true.sum():.3f}, of pictures "
        f"{np.quantile(ratio, [0.1, 0.5, 0.9]).round(2)}, count_error {np.log(ratio).std():.3f}"
    )


def show_labels(folder: Path, networks: Path, presence: PoreProbability) -> None:
    """Print how many finds have no label against how many are said to be false."""
    numbers = replace(detector_parameters(), pore=presence)
    found, n_labelled = [], []
    for name in ZONES:
        one = labelled(folder, name)
        seen = network_output(one.flat, network_of((networks / f"{name}.onnx").read_bytes()))
        spots = spotted(one, seen, numbers)
        middle, _ = parts(one.truth)
        pairs = matched_pairs(middle / WORKING_SCALE, spots.at / WORKING_SCALE, REACH)
        found.append(spots.probability)
        n_labelled.append(len(pairs))

    def excess(shift: float) -> float:
        return sum(float(shifted(p, -shift).sum()) for p in found) - sum(n_labelled)

    shift = float(brentq(excess, 0.0, 5.0))
    print(f"label_shift: {shift:.2f}")
    for name, p, n in zip(ZONES, found, n_labelled, strict=True):
        by_eye = 1.0 - shifted(p, -shift).mean()
        print(
            f"{name}: {1.0 - p.mean():.3f} said to be false, {by_eye:.3f} to have no label, "
            f"{1.0 - n / p.size:.3f} have none"
        )


def sizes(readings: list[Reading], least: float) -> tuple[Floats, Floats]:
    """Return read and true ln(diameter / mm) of sure pores of this diameter and more [m]."""
    kept = [(one.odds > -1.0) & (one.true_diameter >= least) for one in readings]
    got = np.concatenate([one.log_diameter[k] for one, k in zip(readings, kept, strict=True)])
    true = np.concatenate([one.true_diameter[k] for one, k in zip(readings, kept, strict=True)])
    return got, np.log(1e3 * true)


def show_sizes(unseen: list[Reading], likeness: list[Reading]) -> None:
    """Print from what is read to what is true."""
    got, true = sizes(unseen, 2.0e-4)
    gain = np.polyfit(got, true, 1)[0]
    # small pores are many and seem larger than they are; those that count shall be unbiased, at
    # the contrast of labelled skin
    got, true = sizes(likeness, COUNTED_FROM)
    offset = np.log(np.exp(true).mean() / np.exp(gain * got).mean())
    print(f"size_offset {offset:.3f}, size_gain {gain:.3f}")
    ratios = []
    for one in unseen:
        got, true = sizes([one], COUNTED_FROM)
        if got.size > 20:
            ratios.append(np.exp(offset + gain * np.median(got) - np.median(true)))
    print("measured over true median: ", np.quantile(ratios, [0.1, 0.5, 0.9]).round(3))
    print("diameter_error:", np.sqrt(np.mean((np.array(ratios) - 1.0) ** 2)).round(3))


def main() -> None:
    """Print."""
    cv2.setNumThreads(1)
    networks, photos = Path(sys.argv[1]), Path(os.environ["PORELIGHT_PHOTOS"])
    network = networks / "all.onnx"
    which = [(f, number) for f in range(1, 7) for number in LIKENESS]
    with ProcessPoolExecutor() as pool:
        unseen = list(pool.map(partial(of_unseen, network), UNSEEN))
        plain, clutter = (
            list(pool.map(partial(of_phantom, network, clutter), which))
            for clutter in (False, True)
        )
        zones = list(pool.map(partial(of_zone, photos, networks), ZONES))
    pore, counted = fitted(unseen, 0.0), fitted(unseen, COUNTED_FROM * (1.0 - 1e-9))
    counted = unbiased(counted, (plain, zones))
    for name, presence in (("pore", pore), ("counted", counted)):
        print(f"[{name}]", dict(zip(TERMS, np.round(presence.weights, 3), strict=True)))
    by_name = {"unseen": unseen, "phantoms": plain, "clutter": clutter, "labelled": zones}
    for name, readings in by_name.items():
        show_shares(name, readings, pore)
        show_counts(name, readings, counted)
    show_sizes(unseen, plain)
    show_labels(photos, networks, pore)


if __name__ == "__main__":
    main()
