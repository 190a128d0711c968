"""How found pores are held against known ones; used by the photo benchmarks."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from porelight.photo.match import matched_pairs
from porelight.quantities import Floats
from porelight.render.skin import RenderedSkin

Mask = NDArray[np.bool_]

REACH = 3.2e-4  # m between the middles of one pore
LARGE = 4.5e-4  # m
VISIBLE = 2.5e-4  # m
TILE = 4e-3  # m
EIGHT = np.ones((3, 3))


@dataclass(frozen=True, slots=True)
class MaskScore:
    """A found mask against a labelled one; a pore is a part that hangs together over corners."""

    f1: float
    precision: float
    recall: float
    dice: float
    recall_large: float
    tile_r_count: float
    tile_r_area: float
    n_found: int
    n_labelled: int

    def row(self) -> str:
        """Return one line of a table."""
        return (
            f"{self.f1:5.3f}  {self.dice:5.3f}  {self.precision:5.3f}  {self.recall:5.3f}  "
            f"{self.recall_large:5.2f}  {self.tile_r_count:5.2f}  {self.tile_r_area:5.2f}  "
            f"{self.n_found:5d}  {self.n_labelled:5d}"
        )


HEADING = "F1     Dice   precis recall  large  r(n)   r(A)   found  labelled"


def mask_score(found: Mask, truth: Mask, zone: Mask, px_per_metre: float) -> MaskScore:
    """Score a mask on a zone."""
    found, truth = found & zone, truth & zone
    (a, _), (b, area) = parts(found), parts(truth)
    pairs = matched_pairs(a / px_per_metre, b / px_per_metre, REACH)
    hit = np.zeros(len(b), dtype=bool)
    hit[pairs[:, 1]] = True
    large = np.sqrt(4.0 * area / np.pi) / px_per_metre >= LARGE
    side = round(TILE * px_per_metre)
    (n_a, s_a), (n_b, s_b) = _tiles(found, a, zone, side), _tiles(truth, b, zone, side)
    n = len(pairs)
    return MaskScore(
        2 * n / max(len(a) + len(b), 1),
        n / max(len(a), 1),
        n / max(len(b), 1),
        2 * float((found & truth).sum()) / max(float(found.sum() + truth.sum()), 1.0),
        float(hit[large].mean()),
        float(np.corrcoef(n_a, n_b)[0, 1]),
        float(np.corrcoef(s_a, s_b)[0, 1]),
        len(a),
        len(b),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Pores found on rendered skin; pores below `VISIBLE` are neither right nor wrong.

    Attributes
    ----------
    n_true, n_hit, n_false : int
        Visible pores, those found, and finds that are no pore.
    counted : float
        How many visible pores the measurement counts.
    true, measured : ndarray of float64, shape (n_hit,)
        Diameters of those found [m].
    """

    n_true: int
    n_hit: int
    n_false: int
    counted: float
    true: Floats
    measured: Floats


def tally(
    skin: RenderedSkin, row: Floats, col: Floats, diameter: Floats, counted: float = math.nan
) -> Tally:
    """Hold finds against the truth of a render."""
    found, truth = np.stack([row, col], axis=1), np.stack([skin.row, skin.col], axis=1)
    visible = skin.visible(VISIBLE)
    pairs = matched_pairs(truth[visible], found, REACH)
    rest = np.ones(len(found), dtype=bool)
    rest[pairs[:, 1]] = False
    n_small = len(matched_pairs(truth[~visible], found[rest], REACH))
    return Tally(
        int(visible.sum()),
        len(pairs),
        int(rest.sum()) - n_small,
        counted,
        skin.diameter[visible][pairs[:, 0]],
        diameter[pairs[:, 1]],
    )


def total(tallies: list[Tally]) -> dict[str, float]:
    """Return F1 and the rest over several renders."""
    n_true, n_hit, n_false, counted = (
        sum(getattr(t, name) for t in tallies) for name in ("n_true", "n_hit", "n_false", "counted")
    )
    true, measured = (
        np.concatenate([getattr(t, name) for t in tallies]) for name in ("true", "measured")
    )
    return {
        "F1": 2 * n_hit / max(n_true + n_hit + n_false, 1),
        "precision": n_hit / max(n_hit + n_false, 1),
        "recall": n_hit / max(n_true, 1),
        "count error %": 100.0 * (counted / n_true - 1.0),
        "bias mm": 1e3 * float(np.mean(measured - true)),
        "median bias mm": 1e3 * float(np.median(measured) - np.median(true)),
        "r": float(np.corrcoef(true, measured)[0, 1]),
        "slope": float(np.polyfit(true, measured, 1)[0]),
    }


def parts(mask: Mask) -> tuple[Floats, Floats]:
    """Return middles and areas of the parts that hang together over corners [px], [px2]."""
    labels, n = ndimage.label(mask, EIGHT)
    index = np.arange(1, n + 1)
    middle = np.array(ndimage.center_of_mass(mask, labels, index)).reshape(-1, 2)
    return middle, np.asarray(ndimage.sum(mask, labels, index))


def _tiles(mask: Mask, middles: Floats, zone: Mask, side: int) -> tuple[Floats, Floats]:
    counts, areas = [], []
    at = (middles // side).astype(int)
    for i in range(-(-zone.shape[0] // side)):
        for j in range(-(-zone.shape[1] // side)):
            part = (slice(i * side, (i + 1) * side), slice(j * side, (j + 1) * side))
            skin = int(zone[part].sum())
            if skin < 0.5 * side * side:
                continue
            counts.append(int(((at[:, 0] == i) & (at[:, 1] == j)).sum()) / skin)
            areas.append(int(mask[part].sum()) / skin)
    return np.array(counts), np.array(areas)
