"""Measure the phantom set, whose pores are known, and say how right the measurement is.

    python benchmarks/photo_rendered.py [PHANTOMS_PER_TYPE]

Prints, at 12 px/mm and for pores of 0.25 mm and more: F1, count, diameters for each type of skin;
false finds on skin without pores; false finds where a tenth was asked for; the same with hairs, a
mole, glints, wrinkles and a fold; how a change of diameter is seen; soft wrinkles and folds; what
becomes of pores with steep walls; time and memory.
"""

import resource
import sys
import time
from dataclasses import replace

import numpy as np
from photo_scores import REACH, Tally, tally, total

from porelight.photo.match import matched_pairs
from porelight.photo.measure import Measurement, measure
from porelight.photo.photograph import Photograph
from porelight.render.distractors import Distractors
from porelight.render.phantom import phantom, phantom_look
from porelight.render.skin import RenderedSkin

TYPES = range(1, 7)
ROMAN = ("", "I", "II", "III", "IV", "V", "VI")


def measured(skin: RenderedSkin, q: float | None = None) -> Measurement:
    """Measure a render."""
    return measure(Photograph(skin.pixels, skin.px_per_metre), zone="cheek", q=q)


def tally_of(skin: RenderedSkin, q: float | None = None) -> Tally:
    """Measure a render and hold it against the truth."""
    found = measured(skin, q)
    return tally(skin, found.row, found.col, found.diameters, found.count.value)


def show(name: str, numbers: dict[str, float]) -> None:
    """Print one line."""
    print(f"{name:28s}" + "  ".join(f"{key} {value:.3f}" for key, value in numbers.items()))


def by_type(n: int, *, clutter: bool) -> None:
    """Print the scores for each type of skin."""
    kind = "clutter" if clutter else "plain"
    every = {}
    for fitzpatrick in TYPES:
        every[fitzpatrick] = [
            tally_of(phantom(i, fitzpatrick=fitzpatrick, clutter=clutter)) for i in range(n)
        ]
        show(f"{kind}, type {ROMAN[fitzpatrick]}", total(every[fitzpatrick]))
    show(f"{kind}, types I to V", total([t for f in TYPES if f <= 5 for t in every[f]]))


def without_pores(n: int) -> None:
    """Print false finds per cm2 of bare skin."""
    for clutter in (False, True):
        found = area = 0.0
        for fitzpatrick in TYPES:
            for i in range(n):
                one = measured(phantom(i, fitzpatrick=fitzpatrick, clutter=clutter, pores=False))
                found, area = found + one.n, area + one.zone_area * 1e4
        kind = ", clutter" * clutter
        print(f"no pores{kind:10s} {found / area:.2f} false per cm2 ({area:.0f} cm2)")


def stated_share(n: int) -> None:
    """Print the true share of false finds where a tenth was asked for."""
    for clutter in (False, True):
        rows = []
        for fitzpatrick in TYPES:
            for i in range(n):
                skin = phantom(i, fitzpatrick=fitzpatrick, clutter=clutter)
                found = measured(skin, 0.1)
                at = np.stack([found.row, found.col], axis=1)
                true = len(matched_pairs(np.stack([skin.row, skin.col], axis=1), at, REACH))
                rows.append((found.n, found.n - true, found.false_share * found.n))
        kept, false, stated = np.sum(rows, axis=0)
        print(
            f"10 % asked{', clutter' * clutter:10s} stated {stated / kept:.3f}, true "
            f"{false / kept:.3f} of {kept:.0f}"
        )


def rejected(n: int) -> None:
    """Print what was counted as no pore against what was drawn."""
    for fitzpatrick in (1, 3, 5):
        seen = [measured(phantom(i, fitzpatrick=fitzpatrick, clutter=True)) for i in range(n)]
        names = ("highlights", "hairs", "wrinkles", "folds", "moles")
        counts = {k: float(np.mean([getattr(m.rejected, k) for m in seen])) for k in names}
        show(f"rejected, type {ROMAN[fitzpatrick]}", counts)
    print("drawn on each: 8 glints in 2 clusters, 8 hairs (some fine), 2 wrinkles, 1 fold, 1 mole")


def changes(n: int) -> None:
    """Print how pores that are a tenth and a fifth narrower measure, pore by pore."""
    for ratio in (0.9, 0.8):
        logs = []
        for i in range(n):
            before, after = (phantom(i, ratio=r) for r in (1.0, ratio))
            a, b = measured(before), measured(after)
            pairs = matched_pairs(
                np.stack([a.row, a.col], axis=1), np.stack([b.row, b.col], axis=1), REACH / 2
            )
            wide = a.diameters[pairs[:, 0]] >= 3e-4
            logs.append(np.log(b.diameters[pairs[wide, 1]] / a.diameters[pairs[wide, 0]]))
        mean = float(np.exp(np.mean(np.concatenate(logs))))
        print(f"diameters x {ratio}: measured x {mean:.3f}")


def lines(n: int) -> None:
    """Print how many soft wrinkles and folds are counted where they alone lie on the skin."""
    for name, drawn in (
        ("two wrinkles", Distractors(n_wrinkles=2)),
        ("one fold", Distractors(n_folds=1)),
        ("neither", Distractors()),
    ):
        seen = []
        for i in range(6 * n):
            type_ = i % 6 + 1
            skin = phantom(
                100 + i, fitzpatrick=type_, look=replace(phantom_look(type_), distractors=drawn)
            )
            seen.append(measured(skin).rejected)
        wrinkles, folds = ([getattr(one, k) for one in seen] for k in ("wrinkles", "folds"))
        print(
            f"{name}, {len(seen)} patches: {sum(wrinkles)} wrinkles in {np.count_nonzero(wrinkles)}"
            f", {sum(folds)} folds in {np.count_nonzero(folds)}"
        )


def profiles(n: int) -> None:
    """Print what measuring makes of pores that are no funnels but wells with steep walls."""
    for power in (3.0, 1.5, 0.7):
        look = replace(phantom_look(3), pore_profile=power)
        each = [tally_of(phantom(i, look=look)) for i in range(n)]
        show(f"cross-section to the power {power}", total(each))


def speed() -> None:
    """Print time and memory on two cores."""
    tile = phantom(0).pixels
    for name, shape in (("2.8 MP", (1400, 2000)), ("12 MP", (3000, 4000))):
        copies = tuple(-(-n // m) for n, m in zip(shape, tile.shape, strict=False))
        pixels = np.ascontiguousarray(np.tile(tile, (*copies, 1))[: shape[0], : shape[1]])
        photograph = Photograph(pixels, 12.5e3)
        started = time.perf_counter()
        found = measure(photograph, zone="cheek")
        spent = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{name}: {spent:.2f} s, {found.n} pores, {peak:.2f} GB at most so far")


def main() -> None:
    """Print all."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    measure(Photograph(phantom(0).pixels, 12e3), zone="cheek")
    speed()
    by_type(n, clutter=False)
    by_type(n, clutter=True)
    without_pores(n)
    stated_share(n)
    rejected(n)
    changes(n)
    lines(n)
    profiles(n)


if __name__ == "__main__":
    main()
