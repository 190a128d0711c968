"""Learn what a change of light and focus does to pores: writes data/photo/change.toml.

    python benchmarks/photo_change_calibration.py [pairs] [--write]

Ridge regression, through the origin, of the true change on what
`porelight.photo.compare.observed_change` sees, over rendered pairs; the systematic error is what it
leaves, pair by pair left out, less what the spread of the pores explains.
"""

import sys
from pathlib import Path

import numpy as np
from photo_pairs import side_by_side, visit_pair

from porelight.errors import PhotographError
from porelight.photo.change import FEATURES, SIGNALS, WITNESSES
from porelight.photo.compare import ObservedChange, observed_change

RIDGE = 1.0  # on features of unit variance
_Z = 1.959964
FILE = Path(__file__).parents[1] / "src/porelight/data/photo/change.toml"


def true_ratio(seed: int) -> float:
    """Return the change of one pair: a third unchanged, the rest -20 % to +10 %."""
    draw = np.random.default_rng([seed, 7])
    return 1.0 if seed % 3 == 0 else float(np.exp(draw.uniform(-0.22, 0.1)))


def pair_of(seed: int) -> tuple[ObservedChange, float, np.ndarray] | str:
    """Return what is seen of a pair, the change of all pores and that of each; or why nothing."""
    pair = visit_pair(seed, true_ratio(seed))
    both = list(zip(pair.photographs, pair.measured, strict=True))
    try:
        found = observed_change(both[0], both[1])
    except PhotographError as problem:
        return f"{seed}: {problem}"
    truth = pair.skins[0]
    shown = truth.diameter >= 2.5e-4
    places = np.stack([truth.row, truth.col], axis=-1)
    mine = np.stack([found.places.row, found.places.col], axis=-1)
    distance = np.hypot(*(mine[:, None] - places[None]).T).T
    own = np.log(pair.ratio)[distance.argmin(axis=1)]
    change = float(np.mean(np.log(pair.ratio[shown])))
    return found, change, np.where(distance.min(axis=1) < 2e-4, own, np.nan)


def pairs(seeds: range) -> tuple[list[ObservedChange], np.ndarray, list[np.ndarray]]:
    """Return what is seen of these pairs, the change of all pores, and that of each."""
    every = list(side_by_side(pair_of, seeds))
    for refused in every:
        if isinstance(refused, str):
            print(refused)
    seen, change, own = zip(*(one for one in every if not isinstance(one, str)), strict=True)
    return list(seen), np.array(change), list(own)


def fitted(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the weights of the ridge regression through the origin."""
    spread = np.sqrt((x**2).mean(axis=0))
    design = x / spread
    penalty = RIDGE * np.eye(x.shape[1])
    solution = np.linalg.solve(design.T @ design + penalty, design.T @ y)
    return np.asarray(solution / spread)


def left_out(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return predicted less true, each pair by weights learnt without it."""
    error = np.empty(len(y))
    for i in range(len(y)):
        others = np.arange(len(y)) != i
        weights = fitted(x[others], y[others])
        error[i] = weights @ x[i] - y[i]
    return error


def pore_noise(seen: list[ObservedChange], own: list[np.ndarray], weights: np.ndarray) -> float:
    """Return the SD of single pores' changes in units of the noise of their fits."""
    scores = []
    for found, truth in zip(seen, own, strict=True):
        depth, widening, noise = found.fits.depth, found.fits.widening, found.fits.noise
        used = found.fits.seen & np.isfinite(truth)
        used &= depth.min(axis=1) > 0.15 * np.median(depth[found.fits.seen])
        depth, widening, noise = depth[used], widening[used], noise[used]
        wider = widening[:, 1] / depth[:, 1] - widening[:, 0] / depth[:, 0]
        y = weights[0] * np.log(depth[:, 1] / depth[:, 0]) + weights[1] * wider - truth[used]
        unit = np.sqrt(((noise / depth) ** 2).sum(axis=1))
        scores.append((y - np.average(y, weights=unit**-2)) / unit)
    z = np.concatenate(scores)
    # robust, as a false find has no true change
    return float(1.4826 * np.median(np.abs(z - np.median(z))))


def main(arguments: list[str]) -> None:
    """Learn, print, and write if asked."""
    n_pairs = int(next((a for a in arguments if a.isdigit()), "200"))
    seen, y, own = pairs(range(n_pairs))
    x = np.array([found.features for found in seen])
    weights, error = fitted(x, y), left_out(x, y)
    covariance = np.array([found.covariance for found in seen])
    signal = weights[: len(SIGNALS)]
    statistical = np.einsum("i,nij,j->n", signal, covariance, signal)
    # what 95 of 100 stay below, over 1.96: the tails are a little heavier than those of a normal
    tail = float(np.quantile(np.abs(error), 0.95)) / _Z
    spread = max(float(np.sqrt(np.mean(error**2))), tail)
    systematic = float(np.sqrt(max(spread**2 - np.median(statistical), 0.0)))
    noise = pore_noise(seen, own, weights)
    rms = float(np.sqrt(np.mean(error**2)))
    print(f"{len(y)} pairs, true SD {y.std():.4f}, left out RMS {rms:.4f}, tail {tail:.4f}")
    print(f"statistical {np.sqrt(np.median(statistical)):.4f}, systematic {systematic:.4f}")
    print(f"noise of a pore {noise:.3f}")
    for name, weight in zip(FEATURES, weights, strict=True):
        print(f"{name:16s} {weight:8.4f}")
    unchanged = np.abs(y) < 1e-9
    print(f"unchanged pairs: mean {error[unchanged].mean():+.4f}, SD {error[unchanged].std():.4f}")
    if "--write" in arguments:
        reach = np.abs(x[:, len(SIGNALS) :]).max(axis=0)
        _write(len(y), weights, (systematic, noise), reach)


def _write(n: int, weights: np.ndarray, errors: tuple[float, float], reach: np.ndarray) -> None:
    source = f"{n} rendered pairs, benchmarks/photo_change_calibration.py"
    lines = [
        "# What light and focus do to pores, learnt from rendered pairs of known change.",
        "# Weights of the logarithm of the ratio of diameters; see porelight.photo.change.",
    ]
    for name, value, what in (
        ("systematic", errors[0], "SD of what it leaves in pairs left out, less that of the pores"),
        ("pore_noise", errors[1], "single pores against their true change"),
    ):
        lines += ["", f"[{name}]", f"value = {value:.4f}", 'unit = "1"']
        lines += [f'source = "{what} on {source}"', 'flag = "derived"']
    for name, names, values, what in (
        ("weights", FEATURES, weights, "ridge regression on "),
        ("reach", WITNESSES, reach, "largest size in "),
    ):
        lines += ["", f"[{name}]", f'source = "{what}{source}"', 'flag = "derived"', 'unit = "1"']
        lines += [f"{key} = {value:.4f}" for key, value in zip(names, values, strict=True)]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"written: {FILE}")


if __name__ == "__main__":
    main(sys.argv[1:])
