"""Two visits: do intervals hold, are pores matched, is -10 % found, and nothing in nothing.

    python benchmarks/photo_compare.py [pairs] [first]

Rendered pairs that the weights of change never saw (photo_pairs.py): light, focus, exposure, white
balance, pose, distance and JPEG differ. Half of them are unchanged, half have pores 10 % narrower.
"""

import sys

import numpy as np
from photo_pairs import TEST, Pair, visit_pair

from porelight.errors import PhotographError
from porelight.photo.compare import NONE, Comparison, compare

NEAR = 2.5e-4  # m from a true centre
Counts = tuple[int, int, int]


def true_numbers(pair: Pair, visit: int) -> np.ndarray:
    """Return for each measured pore of a visit which true one it is, or -1."""
    skin, found = pair.skins[visit], pair.measured[visit]
    truth = np.stack([skin.row, skin.col], axis=-1)
    places = np.stack([found.row, found.col], axis=-1)
    distance = np.hypot(*(places[:, None] - truth[None]).T).T
    nearest = distance.argmin(axis=1)
    return np.where(distance.min(axis=1) < NEAR, nearest, -1)


def matches(pair: Pair, comparison: Comparison) -> Counts:
    """Return how many real pores were found, matched, and matched with another one."""
    numbers = [true_numbers(pair, visit) for visit in (0, 1)]
    pores = comparison.pores
    in_first, in_second = pores.before != NONE, pores.after != NONE
    first = np.where(in_first, numbers[0][pores.before], -1)
    second = np.where(in_second, numbers[1][pores.after], -1)
    wide = pair.skins[0].diameter >= 2.5e-4
    real = ((first >= 0) & wide[first]) | ((second >= 0) & wide[second])
    both = in_first & in_second
    # found in one picture alone, it was looked for at one place, which must be that of the true one
    row, col = comparison.registration.places(pores.row, pores.col)
    skin = pair.skins[1]
    mine = np.where(first >= 0, first, second)
    off = np.hypot(row - skin.row[mine], col - skin.col[mine])
    wrong = np.where(both, first != second, off > NEAR)
    matched = real & pores.is_matched
    return int(real.sum()), int(matched.sum()), int((matched & wrong).sum())


def main(arguments: list[str]) -> None:
    """Run and print."""
    n_pairs = int(arguments[0]) if arguments else 200
    start = int(arguments[1]) if len(arguments) > 1 else 0
    held, found, counts, errors, own = [], [], np.zeros(3, int), [], []
    refused = 0
    for k in range(start, start + n_pairs):
        ratio = 1.0 if k % 2 == 0 else 0.9
        pair = visit_pair(TEST + k, ratio)
        both = list(zip(pair.photographs, pair.measured, strict=True))
        try:
            comparison = compare(both[0], both[1])
        except PhotographError as problem:
            refused += 1
            print(f"refused {k}: {problem}")
            continue
        shown = pair.skins[0].diameter >= 2.5e-4
        truth = float(np.exp(np.mean(np.log(pair.ratio[shown]))))
        change = comparison.diameter
        held.append(change.ratio.low <= truth <= change.ratio.high)
        found.append((ratio != 1.0, change.is_real and (ratio == 1.0 or change.ratio.high < 1.0)))
        errors.append((np.log(change.ratio.value / truth), change.error))
        counts += np.array(matches(pair, comparison))
        own.append(covered(pair, comparison))
        if k % 20 == 19:
            print(f"{len(held)} pairs, {np.mean(held):.3f} held", flush=True)
    report(np.array(held), np.array(found), np.array(errors), counts, np.array(own), refused)


def covered(pair: Pair, comparison: Comparison) -> tuple[int, int]:
    """Return how many single pores have intervals of their own, and how many of those hold."""
    numbers = true_numbers(pair, 0)
    pores = comparison.pores
    mine = np.where(pores.before != NONE, numbers[pores.before], -1)
    used = (mine >= 0) & pores.is_own
    off = np.abs(pores.log_ratio - np.log(pair.ratio)[mine])
    return int(used.sum()), int((used & (off < 1.96 * pores.error)).sum())


def report(
    held: np.ndarray,
    found: np.ndarray,
    errors: np.ndarray,
    counts: np.ndarray,
    own: np.ndarray,
    refused: int,
) -> None:
    """Print asked and found."""
    changed = found[:, 0].astype(bool)
    print(f"pairs {held.size}, refused {refused}")
    print(f"intervals hold the truth    asked >= 93 %  found {100 * held.mean():.1f} %")
    print(
        f"  unchanged {100 * held[~changed].mean():.1f} %, -10 % {100 * held[changed].mean():.1f} %"
    )
    print(f"matched                     asked >= 95 %  found {100 * counts[1] / counts[0]:.2f} %")
    print(f"matched wrongly             asked <= 1 %   found {100 * counts[2] / counts[1]:.2f} %")
    print(f"power at -10 %              asked >= 0.80  found {found[changed, 1].mean():.3f}")
    print(
        f"false alarms                asked <= 5 %   found {100 * found[~changed, 1].mean():.1f} %"
    )
    print(
        f"error of the change: mean {errors[:, 0].mean():+.4f}, SD {errors[:, 0].std():.4f}, "
        f"stated {errors[:, 1].mean():.4f}"
    )
    print(
        f"single pores: intervals of {own[:, 0].sum()} hold {own[:, 1].sum() / own[:, 0].sum():.3f}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
