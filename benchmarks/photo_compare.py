"""Two visits: do intervals hold, are pores matched, is -10 % found, and nothing in nothing.

    python benchmarks/photo_compare.py [pairs] [first]

Rendered pairs that the weights of change never saw (photo_pairs.py): light, focus, exposure, white
balance, pose, distance and JPEG differ. Half of them are unchanged, half have pores 10 % narrower.
"""

import sys
from typing import NamedTuple

import numpy as np
from photo_pairs import TEST, Pair, side_by_side, visit_pair

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


class Judged(NamedTuple):
    """One pair held against its truth."""

    held: bool  # whether the interval of the change holds it
    changed: bool
    found: bool  # a change that is real, and of the right sign if there was one
    error: float  # of the logarithm of the change
    stated: float
    pores: Counts
    own: tuple[int, int]


def judged(number: int) -> Judged | str:
    """Compare one pair; or say why it was refused."""
    ratio = 1.0 if number % 2 == 0 else 0.9
    pair = visit_pair(TEST + number, ratio)
    both = list(zip(pair.photographs, pair.measured, strict=True))
    try:
        comparison = compare(both[0], both[1])
    except PhotographError as problem:
        return f"refused {number}: {problem}"
    shown = pair.skins[0].diameter >= 2.5e-4
    truth = float(np.exp(np.mean(np.log(pair.ratio[shown]))))
    change = comparison.diameter
    return Judged(
        change.ratio.low <= truth <= change.ratio.high,
        ratio != 1.0,
        change.is_real and (ratio == 1.0 or change.ratio.high < 1.0),
        float(np.log(change.ratio.value / truth)),
        change.error,
        matches(pair, comparison),
        covered(pair, comparison),
    )


def main(arguments: list[str]) -> None:
    """Run and print."""
    n_pairs = int(arguments[0]) if arguments else 200
    start = int(arguments[1]) if len(arguments) > 1 else 0
    every = list(side_by_side(judged, range(start, start + n_pairs)))
    for refused in every:
        if isinstance(refused, str):
            print(refused)
    report([one for one in every if not isinstance(one, str)], n_pairs)


def covered(pair: Pair, comparison: Comparison) -> tuple[int, int]:
    """Return how many single pores have intervals of their own, and how many of those hold."""
    numbers = true_numbers(pair, 0)
    pores = comparison.pores
    mine = np.where(pores.before != NONE, numbers[pores.before], -1)
    used = (mine >= 0) & pores.is_own
    off = np.abs(pores.log_ratio - np.log(pair.ratio)[mine])
    return int(used.sum()), int((used & (off < 1.96 * pores.error)).sum())


def report(pairs: list[Judged], n_asked: int) -> None:
    """Print asked and found."""
    held, changed, found, error, stated, counts, own = (
        np.array(v) for v in zip(*pairs, strict=True)
    )
    n_real, n_matched, n_wrong = counts.sum(axis=0)
    n_own, n_own_held = own.sum(axis=0)
    print(f"pairs {held.size}, refused {n_asked - held.size}")
    print(f"intervals hold the truth    asked >= 93 %  found {100 * held.mean():.1f} %")
    print(
        f"  unchanged {100 * held[~changed].mean():.1f} %, -10 % {100 * held[changed].mean():.1f} %"
    )
    print(f"matched                     asked >= 95 %  found {100 * n_matched / n_real:.2f} %")
    print(f"matched wrongly             asked <= 1 %   found {100 * n_wrong / n_matched:.2f} %")
    print(f"power at -10 %              asked >= 0.80  found {found[changed].mean():.3f}")
    print(f"false alarms                asked <= 5 %   found {100 * found[~changed].mean():.1f} %")
    print(
        f"error of the change: mean {error.mean():+.4f}, SD {error.std():.4f}, "
        f"stated {stated.mean():.4f}"
    )
    print(f"single pores: intervals of {n_own} hold {n_own_held / n_own:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
